"""Payments on bank accounts, and what they pay."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money


class MatchReason(StrEnum):
    """Why a payment is proposed for an invoice, or for none."""

    EXACT = "exact"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    SEVERAL = "several"
    SUMS_DIFFER = "sums_differ"
    ORDER_IS_OVER = "order_is_over"
    NOTHING_MISSING = "nothing_missing"
    OTHER_CURRENCY = "other_currency"
    AMOUNT_AND_NAME = "amount_and_name"
    AMOUNT_ONLY = "amount_only"
    NOTHING_FOUND = "nothing_found"
    REVERSAL = "reversal"
    REVERSAL_UNKNOWN = "reversal_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An invoice that a payment may be for. ``is_waited_for``: nothing of its order is over."""

    invoice_uuid: UUID
    number: str
    buyer_name: str
    missing: Money
    is_waited_for: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What to do with a payment; only what is certain is done without a person."""

    reason: MatchReason
    parts: tuple[tuple[Candidate, Money], ...] = ()
    is_certain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLineSummary:
    """One payment on an account. ``rest`` is what belongs to nobody yet. Texts are strangers’."""

    id: int
    account: str
    booked_on: date
    amount: Money
    is_credit: bool
    is_reversal: bool
    payer_name: str = field(repr=False)
    payer_account: str = field(repr=False)
    remittance: str = field(repr=False)
    references: tuple[str, ...] = ()
    matched: Money
    returned: Money
    is_taken_back: bool = False
    closed_because: str = ""

    @property
    def rest(self) -> Money:
        return self.amount - self.matched - self.returned


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """A file of a bank: how much of it is stored, and how far it is matched."""

    uuid: UUID
    file_name: str
    kind: str
    imported_at: datetime
    total: int
    stored: int
    new: int
    waiting: int

    @property
    def is_whole(self) -> bool:
        return self.stored == self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class LineProposal:
    """A line and what is proposed for it."""

    line: BankLineSummary
    proposal: Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What became of the lines of a file, and how many wait; ``left`` ones are for a person."""

    matched: int = 0
    left: int = 0
    taken_back: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSummary:
    """A part of a payment that pays a part of an invoice; ``by`` is ``None`` where the rule did."""

    id: int
    line: int
    invoice_uuid: UUID
    invoice_number: str
    amount: Money
    booked_on: date
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectedLine:
    """A line, what is proposed for it, and what it is matched with."""

    line: BankLineSummary
    proposal: Proposal
    matches: tuple[MatchSummary, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSummary:
    """An account of ours. ``has_csv``: its bank's CSV can be read; ``id`` says which CSV it is."""

    id: int
    prefix: str
    number: str
    currency: str
    has_csv: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSummary:
    """Money to be sent back, of a line or for a refund of an invoice; two people decide."""

    id: int
    line: int | None
    invoice_uuid: UUID | None
    amount: Money
    reason: str
    asked_by: int
    asked_at: datetime
    confirmed_at: datetime | None
    refused_at: datetime | None
    refused_because: str
