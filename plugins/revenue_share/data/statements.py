"""What a party got in a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fairgate.money import Money, total

from .events import EventKind, Part


class StatementState(StrEnum):
    """``draft``: still open. ``closed``: to be paid out. ``carried``: goes to the next one.

    A document says one of these for ever. What becomes of a closed one stands beside it: ``sent``
    while the bank is asked to pay it, ``paid`` when it has.
    """

    DRAFT = "draft"
    CLOSED = "closed"
    SENT = "sent"
    PAID = "paid"
    CARRIED = "carried"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One event's effect on one party.

    ``period`` is the month of the sale. ``base`` is the amount that was shared, ``amount`` the
    party's part of it. ``gross``, ``tax`` and ``fee`` are what the event brought and what came off
    it, signed so that they add up to its net receipts: of a sale tax and the processor's fee are
    below zero, of a refund the gross is. They are ``None`` where nothing was brought or taken back
    (seats, adjustments), and in documents, which do not keep them.
    """

    event: str
    kind: EventKind
    part: Part
    sale: str
    occurred_at: datetime
    period: str
    course_key: str
    offering_code: str
    agreement: str
    version: int
    base: Money
    amount: Money
    gross: Money | None = None
    tax: Money | None = None
    fee: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """What a party got by one part, of one course under one version, of the sales of one month.

    It stands for ``events`` events, whose ``EventLine`` rows sum to ``base`` and ``amount``. When
    ``period``, the month of the sales, is earlier than the statement's, it is a prior-period line.
    """

    part: Part
    period: str
    course_key: str
    offering_code: str
    agreement: str
    version: int
    events: int
    base: Money
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one party got in one month and one currency.

    ``payable`` is what will be paid out, ``closing`` what the next statement opens with:
    ``opening + the lines = payable + closing``. A draft has no number, no hash and no close.
    """

    party: str
    period: str
    currency: str
    state: StatementState
    opening: Money
    lines: tuple[StatementLine, ...]
    payable: Money
    closing: Money
    minimum_payout: Money | None = None
    number: int | None = None
    closed_at: datetime | None = None
    sha256: str = ""

    @property
    def subtotal(self) -> Money:
        """The sum of the lines."""
        return total([line.amount for line in self.lines], self.currency)

    @property
    def is_frozen(self) -> bool:
        """Whether the month is closed, so that nothing on it will ever change."""
        return self.state is not StatementState.DRAFT

    def part_total(self, part: Part) -> Money:
        """The sum of the lines of one part."""
        return total([line.amount for line in self.lines if line.part is part], self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What a party's statement in a currency leaves to the next one.

    ``minimum_payout`` is the smallest amount that was to be paid out then, ``None`` for any.
    """

    closing: Money
    minimum_payout: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSummary:
    """A statement in a list, closed or draft."""

    party: str
    period: str
    currency: str
    state: StatementState
    number: int | None
    payable: Money
    closing: Money


class StatementFormat(StrEnum):
    """As what kind of file a statement is had: on paper, as a workbook, as a table, as a text.

    ``json`` is the document itself: of a closed statement the very text that was hashed.
    """

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPlace:
    """Where a statement stands in a list: newest month first, then by party and currency."""

    period: str
    party: str
    currency: str

    def __str__(self) -> str:
        return f"{self.period}:{self.party}:{self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedStatements:
    """How many mails with statements were sent now, and how many are still to be sent."""

    sent: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The legal names of a statement's party and of who issues it.

    ``known_as`` is how the party is called elsewhere, "" where it is its legal name.
    """

    party: str
    host: str
    known_as: str = ""

    def others(self, code: str) -> tuple[str, ...]:
        """What else the party of a code is called on paper, each once."""
        found = (name for name in (self.known_as, code) if name and name != self.party)
        return tuple(dict.fromkeys(found))
