"""Reports for people: sums of months by one thing, a picture of a period, the fund, the costs.

Amounts are signed as they add up: across a row to its ``amount``, down a report to its ``total``.
Months are written like ``2026-10`` and are those of the statements on which something counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fairgate.money import Money, total
from waiver_policy.data import FundBalance, FundMovement

from .events import EventKind


class Dimension(StrEnum):
    """What a report has its rows by."""

    MONTH = "month"
    COURSE = "course"
    COUNTRY_GROUP = "country_group"
    PARTY = "party"
    PAYER_CLASS = "payer_class"


class CountryGroup(StrEnum):
    """On which of the two lists a payer's country was, on the last day of the month.

    ``FEW`` are groups of a month that are told together, because one of them is about few payers,
    or because the month is open.
    """

    LDC = "ldc"
    SIDS = "sids"
    BOTH = "both"
    OTHER = "other"
    UNKNOWN = "unknown"
    FEW = "few"


class Measure(StrEnum):
    """What a column of a report holds.

    ``GROSS`` is what payers paid, ``BACK`` what went back to them and their banks, ``TAX`` and
    ``FEE`` what of the rest is owed as tax and was kept by processors: what is left is shared.
    ``SHARES`` are a party's shares, with what was taken back of them; ``COSTS`` what it bears of
    processors' and disputes' fees; ``ADJUSTED`` what two people moved. The last four are no
    columns: they are parts of a party's lines, for what stands on other pages. ``EARNED`` is all
    of them but costs.
    """

    GROSS = "gross"
    BACK = "back"
    TAX = "tax"
    FEE = "fee"
    SHARES = "shares"
    COSTS = "costs"
    ADJUSTED = "adjusted"
    DISPUTE_FEES = "dispute_fees"
    RECOUPED = "recouped"
    SEATS = "seats"
    EARNED = "earned"


#: The columns of a report by anything but the party.
OF_RECEIPTS = (Measure.GROSS, Measure.BACK, Measure.TAX, Measure.FEE)
#: The columns of a report by party.
OF_PARTIES = (Measure.SHARES, Measure.COSTS, Measure.ADJUSTED)
#: Single parts of the lines of parties.
OF_PARTS = (Measure.DISPUTE_FEES, Measure.RECOUPED, Measure.SEATS, Measure.EARNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One row: ``values`` stand in the order of the report's ``measures``.

    ``key`` is a month, the key of a course, a ``CountryGroup``, the code of a party or a payer
    class; "" is what has none: receipts of no known class, what no party was allocated. ``events``
    counts what happened (sales, refunds, disputes); in a report by party, whose sums do not tell
    it, it is 0.
    """

    key: str
    events: int
    values: tuple[Money, ...]

    @property
    def amount(self) -> Money:
        """What the row comes to: receipts that are shared, or what the party has of them."""
        return total(self.values, self.values[0].currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Sums of some months, the first and the last included, in one currency.

    ``least`` is below how many sales of a month a group of countries is not told apart; 0 where
    every group is.
    """

    dimension: Dimension
    first: str
    last: str
    currency: str
    measures: tuple[Measure, ...]
    rows: tuple[ReportRow, ...]
    total: ReportRow
    least: int = 0


class StepKind(StrEnum):
    """The steps of a waterfall, from the top."""

    GROSS = "gross"
    BACK = "back"
    TAX = "tax"
    FEE = "fee"
    DISPUTE_FEE = "dispute_fee"
    NET = "net"
    PARTY = "party"
    UNALLOCATED = "unallocated"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallStep:
    """One step: by how much it raises (above zero) or lowers the level, and where it ends.

    ``NET`` and ``UNALLOCATED`` are levels and move nothing: their ``amount`` is ``level``. A
    ``PARTY`` takes ``-amount``; ``UNALLOCATED`` is what nobody took.
    """

    kind: StepKind
    party: str
    amount: Money
    level: Money

    @property
    def is_level(self) -> bool:
        """Whether it is drawn from zero."""
        return self.kind in (StepKind.GROSS, StepKind.NET, StepKind.UNALLOCATED)

    @property
    def shown(self) -> Money:
        """The amount as it is read: what a party got is no cost."""
        return -self.amount if self.kind is StepKind.PARTY else self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """Where the receipts of a period went: gross, tax, fees, net, the fund, each party, the rest.

    A party's step is what its statements of these months say of receipts, fees and adjustments:
    without what the fund pays for seats, and without what a merchant of record owes.
    """

    first: str
    last: str
    currency: str
    steps: tuple[WaterfallStep, ...]

    def amount(self, kind: StepKind, party: str = "") -> Money:
        """What a step shows; zero where there is none."""
        for step in self.steps:
            if (step.kind, step.party) == (kind, party):
                return step.shown
        return Money.zero(self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFlow:
    """What the fund earned and paid by these books in some months, and what it says itself.

    ``earned`` is its part of the receipts, ``seats`` what it paid for waived seats, less those that
    were given back: both by the month of the statement. ``movements`` are by the day on which the
    fund wrote them; ``balance`` is as of now.
    """

    first: str
    last: str
    currency: str
    earned: Money
    seats: Money
    movements: tuple[FundMovement, ...]
    balance: FundBalance


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRecovery:
    """What these books know of costs in some months, and the platform's share beside them.

    ``gross`` is what payers paid, ``back`` what went back (below zero). ``fees`` is what processors
    kept, ``dispute_fees`` what banks charged for disputes, also where no party bears it.
    ``recouped`` is who got how much before the shares. ``platform`` is the host's share,
    ``platform_costs`` what it bears of the fees. What it costs to run the platform is in no book;
    the difference of two rates is between two currencies.
    """

    first: str
    last: str
    currency: str
    gross: Money
    back: Money
    fees: Money
    dispute_fees: Money
    recouped: tuple[tuple[str, Money], ...]
    platform: Money
    platform_costs: Money

    @property
    def receipts(self) -> Money:
        """What was received and did not go back."""
        return self.gross + self.back

    @property
    def costs(self) -> Money:
        """All that was paid to processors and banks."""
        return self.fees + self.dispute_fees

    @property
    def platform_left(self) -> Money:
        """What the platform has of its share after the fees that it bears."""
        return self.platform - self.platform_costs


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSummary:
    """A month in one currency: what came in, what is shared, what nobody was allocated.

    ``closed_at`` is empty while the month is open.
    """

    period: str
    currency: str
    gross: Money
    net: Money
    unallocated: Money
    closed_at: datetime | None
    closed_by: str

    @property
    def is_closed(self) -> bool:
        """Whether its statements are frozen."""
        return self.closed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """Which events: those behind one number of a report, or of several of its numbers.

    ``key`` of ``None`` is the whole report, ``measure`` of ``None`` the row's amount. With one of
    the single parts, and no ``key``, it is that part of all parties.
    """

    dimension: Dimension
    first: str
    last: str
    currency: str
    key: str | None = None
    measure: Measure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEvent:
    """One event behind a number: its ``values`` are in the columns of its report.

    ``party`` is who got it, where the report is by party. There is no learner and no country.
    """

    event: str
    kind: EventKind
    sale: str
    occurred_at: datetime
    period: str
    counted_in: str
    course_key: str
    offering_code: str
    agreement: str
    version: int
    party: str
    values: tuple[Money, ...]

    @property
    def amount(self) -> Money:
        """What it adds to the amount of its row."""
        return total(self.values, self.values[0].currency)
