"""Steps that one person asks for and another decides about, as they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money


class StepState(StrEnum):
    """Where a step stands: it waits for a second person, who has confirmed or refused it."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who asked for something and why, and who decided about it; ``because`` is why it is refused.

    People are numbers of users.
    """

    uuid: UUID
    state: StepState
    reason: str
    asked_by: int
    asked_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a party gets, or below zero gives; the party "" is what is not allocated."""

    party: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentSummary(Step):
    """What somebody asks to be moved by hand; all amounts together are zero."""

    period: str
    currency: str
    amounts: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceSummary(Step):
    """What a party paid over, or, below zero, was given back, as the bank's statement shows it.

    ``booked_on`` is the bank's booking date.
    """

    party: str
    amount: Money
    booked_on: date
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSummary(Step):
    """An account that somebody asks a party to be paid to, masked; empty: to none any more.

    ``counts``: the party is paid to it now.
    """

    party: str
    currency: str
    account: str
    counts: bool

    @property
    def is_end(self) -> bool:
        """Whether it is asked that the party has no account in this currency any more."""
        return not self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class RateProposalSummary(Step):
    """A rate that nobody publishes: one ``base`` is ``rate`` units of ``currency``."""

    base: str
    currency: str
    rate: Decimal
    effective_on: date
