"""The values of the books: frozen, keyword-only, plain Python.

Amounts named ``units`` are signed whole minor units of one currency. Moments are aware, in UTC.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from fairgate.clock import utc_day
from fairgate.money import Money, total

from .exceptions import InvalidPeriod

#: Party code -> signed minor units, in the fixed order of the parties.
Units = Mapping[str, int]
#: Party code and whole weight, in the fixed order that breaks ties.
Weights = tuple[tuple[str, int], ...]

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


class EventKind(StrEnum):
    """What happened outside the books."""

    SALE = "sale"
    REFUND = "refund"
    WAIVED_SEAT = "waived_seat"
    RETURNED_SEAT = "returned_seat"


#: Events about seats that the fund pays: they share nothing, and may move nothing.
SEATS = (EventKind.WAIVED_SEAT, EventKind.RETURNED_SEAT)


class Part(StrEnum):
    """Why a party's position changes with an event."""

    SHARE = "share"
    MIRROR = "mirror"
    LOST_FEE = "lost_fee"
    SEAT = "seat"


class Account(StrEnum):
    """Where value sits. Accounts with a party are the party's position (money.md 5.4).

    ``UNALLOCATED`` holds receipts of courses that had no terms in force, until somebody decides.
    ``FEE_LOST`` takes processor fees of refunds out of the bearer's position while it is on hold.
    """

    GATEWAY_CLEARING = "gateway_clearing"
    PROCESSOR_FEE = "processor_fee"
    DEFERRED_RECEIPTS = "deferred_receipts"
    TAX_PAYABLE = "tax_payable"
    UNALLOCATED = "unallocated"
    PAYABLE_ON_HOLD = "payable_on_hold"
    FEE_LOST = "fee_lost"
    PAYABLE_CLEARED = "payable_cleared"
    FUND_AVAILABLE = "fund_available"


class StatementState(StrEnum):
    """``draft``: still open. ``closed``: to be paid out. ``carried``: goes to the next one."""

    DRAFT = "draft"
    CLOSED = "closed"
    CARRIED = "carried"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month in UTC. ``Period.parse("2026-10")``, ``str(period)``."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The month written like ``2026-10``.

        Raises:
            InvalidPeriod: it is written in another way, or there is no such month.
        """
        match = _MONTH.fullmatch(text)
        if match is None or match[1] == "0000":
            raise InvalidPeriod(text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, at: datetime) -> Self:
        """The month a moment falls into: the 31st at 23:59:59 UTC is still that month."""
        day = utc_day(at)
        return cls(day.year, day.month)

    @property
    def last_day(self) -> date:
        """Its last day (UTC); the cut-off is the end of that day."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def next(self) -> Period:
        """The month after."""
        following = self.last_day + timedelta(days=1)
        return Period(following.year, following.month)

    def hold_ends_at(self, days: int) -> datetime:
        """The first moment after ``days`` whole days of hold, counted from the cut-off."""
        return datetime.combine(self.last_day + timedelta(days=days + 1), time.min, UTC)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Whole units per party, and each party's carry afterwards.

    A carry is the numerator of a fraction of a minor unit; its denominator is the sum of the
    weights. Positive: the party is still owed that much.
    """

    units: Units
    carries: Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One leg of a transaction before it is written; ``units`` > 0 is a debit, < 0 a credit."""

    account: Account
    units: int
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What booking an event did: ``parts`` holds each part's units per party.

    ``is_unallocated``: no terms were in force, so nobody's position changed.
    """

    event: UUID
    kind: EventKind
    currency: str
    period: str
    is_unallocated: bool
    parts: Mapping[Part, Units]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One event's effect on one party.

    ``period`` is the month of the sale; when it is earlier than the statement's, the line is a
    prior-period line. ``base`` is the amount that was shared, ``amount`` the party's part of it.
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
class StatementSummary:
    """A statement in a list, closed or draft."""

    party: str
    period: str
    currency: str
    state: StatementState
    number: int | None
    payable: Money
    closing: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is on an account: ``amount`` is debits less credits, so what we owe is negative."""

    account: Account
    party: str
    amount: Money

    @property
    def is_unallocated(self) -> bool:
        """Whether it waits for somebody to decide whose it is."""
        return self.account is Account.UNALLOCATED


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPeriod:
    """A month that was closed, by whom and when, and its frozen statements."""

    period: str
    closed_at: datetime
    closed_by: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """How many facts were booked that nobody had told the books about; ``waiting`` are left."""

    payments: int
    refunds: int
    seats: int
    returned: int = 0
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """How many sales left their hold, and what the fund received for them."""

    sales: int
    fund: tuple[Money, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row that breaks an invariant: which one, where, and what is wrong as a sentence."""

    invariant: str
    row: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.row}: {self.sentence}"
