"""Money that goes back: what is offered, asked for, and under way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money, total
from fee_payments.data.payments import RefundSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAnswer:
    """What a provider answers to a refund that it does not refuse.

    ``reference`` is its own name of the refund, "" if it has none. ``is_done`` is false while the
    money is under way: an event tells the end.
    """

    reference: str
    is_done: bool


class RefundState(StrEnum):
    """Where a refund stands.

    ``requested``: the provider has not answered. ``pending``: it has taken it, and an event tells
    the end. ``done``: the money is back. ``failed``: nothing moved.
    """

    REQUESTED = "requested"
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReceipt:
    """A refund as a whole. ``amount = net + tax + fee_not_returned``.

    ``parts`` are the facts that were told, line by line; there are none before it is done.
    """

    uuid: UUID
    order_uuid: UUID
    state: RefundState
    amount: Money
    net: Money
    tax: Money
    fee_not_returned: Money
    parts: tuple[RefundSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOffer:
    """What the refund policy gives back of an order now, by the uuid of the line, and why.

    ``until`` is the moment at which it gets less; ``None``: nothing is offered, or it stays so.
    """

    amounts: Mapping[UUID, Money]
    currency: str
    sentence: str
    until: datetime | None

    @property
    def total(self) -> Money:
        return total(list(self.amounts.values()), self.currency)


class RequestOutcome(StrEnum):
    """What became of a learner's request."""

    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequestSummary:
    """A learner's request for money back; ``outcome`` is ``None`` while it waits for a person.

    ``note`` is what the learner is told with the outcome.
    """

    uuid: UUID
    order_uuid: UUID
    amount: Money
    reason: str
    asked_at: datetime
    decided_at: datetime | None
    outcome: RequestOutcome | None
    note: str
