"""What sums of months come to: rows by one thing, a waterfall, and who is told apart.

Units are signed minor units of one currency. What went back of a sale took its tax with it and left
the processor its fee: so gross, less what went back, less tax, less fees is what is shared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from fairgate.money import Money

from ..data import EventKind, Part
from ..data.reports import (
    OF_PARTIES,
    OF_RECEIPTS,
    CountryGroup,
    Measure,
    ReportRow,
    StepKind,
    WaterfallStep,
)

#: Events that bring receipts or take them back; the others move what is there already.
BRINGING = (
    EventKind.SALE,
    EventKind.REFUND,
    EventKind.DISPUTE_OPENED,
    EventKind.DISPUTE_LOST,
    EventKind.DISPUTE_WON,
)
#: The party whose share is taken first.
_FUND = "FUND"
# A seat is what the fund pays, and what a merchant of record owes is nobody's share.
_PARTS = {
    Measure.SHARES: (Part.SHARE, Part.MIRROR, Part.RECOUPED),
    Measure.COSTS: (Part.PROCESSOR_FEE, Part.LOST_FEE, Part.DISPUTE_FEE),
    Measure.ADJUSTED: (Part.ADJUSTMENT,),
}
_COLUMN = {part: OF_PARTIES.index(measure) for measure, parts in _PARTS.items() for part in parts}
# Parts that are asked for by themselves.
_SINGLE = {
    Measure.DISPUTE_FEES: (Part.DISPUTE_FEE,),
    Measure.RECOUPED: (Part.RECOUPED,),
    Measure.SEATS: (Part.SEAT,),
    Measure.EARNED: (*_PARTS[Measure.SHARES], *_PARTS[Measure.ADJUSTED]),
}
#: The parts of which a party's row is made.
SHARED_PARTS = tuple(_COLUMN)
_GROUPS = {group: place for place, group in enumerate(CountryGroup)}


class ReceiptSum(NamedTuple):
    """Events of one kind: how many, and their columns added up as they stand in the books."""

    key: str
    kind: EventKind
    events: int
    gross: int
    tax: int
    fee: int
    dispute_fee: int = 0


class Received(NamedTuple):
    """Receipts of some months: the total of a report of them, and what banks charged on top.

    ``dispute_fees`` are those of all disputes, whoever bears them; below zero, more came again.
    """

    total: ReportRow
    dispute_fees: Money


class PartySum(NamedTuple):
    """What one party got by one part."""

    party: str
    part: Part
    units: int


class CountrySum(NamedTuple):
    """Receipts of a month from one country ("" where it is not known)."""

    month: str
    country: str
    receipts: ReceiptSum


def parts_of(measure: Measure | None) -> tuple[Part, ...]:
    """The parts that a column of a report by party adds up; of ``None``, all of them."""
    return SHARED_PARTS if measure is None else (_PARTS | _SINGLE)[measure]


def columns_of(kind: EventKind, *, gross: int, tax: int, fee: int) -> tuple[int, ...]:
    """What an event adds to the columns of receipts."""
    if kind is EventKind.SALE:
        return (gross, 0, -tax, -fee)
    return (0, -gross, tax, 0)


def columns_of_part(part: Part, units: int) -> tuple[int, ...]:
    """What a line adds to the columns of its party."""
    # A seat is in no report by party; by itself it stands where shares do.
    at = _COLUMN.get(part, 0)
    return tuple(units if place == at else 0 for place in range(len(OF_PARTIES)))


def receipts_by_key(sums: Iterable[ReceiptSum], currency: str) -> tuple[ReportRow, ...]:
    """A row for each key, in the order of the keys."""
    found: dict[str, tuple[int, tuple[int, ...]]] = {}
    for one in sums:
        events, columns = found.get(one.key, (0, (0,) * len(OF_RECEIPTS)))
        more = columns_of(one.kind, gross=one.gross, tax=one.tax, fee=one.fee)
        found[one.key] = (events + one.events, _added(columns, more))
    return tuple(_row(key, events, columns, currency) for key, (events, columns) in
                 sorted(found.items()))  # fmt: skip


def received(sums: Iterable[ReceiptSum], currency: str) -> Received:
    """What sums of receipts come to together."""
    kept = list(sums)
    rows = receipts_by_key(kept, currency)
    return Received(
        total=add_up(rows, currency, columns=len(OF_RECEIPTS)),
        dispute_fees=Money.from_minor(sum(one.dispute_fee for one in kept), currency),
    )


def by_amount(rows: Iterable[ReportRow]) -> tuple[ReportRow, ...]:
    """The largest amount first; the same amounts by their keys, and what has no key last."""
    return tuple(sorted(rows, key=lambda row: (not row.key, -row.amount.minor, row.key)))


def in_order_of_groups(rows: Iterable[ReportRow]) -> tuple[ReportRow, ...]:
    """Groups of countries as they are always listed."""
    return tuple(sorted(rows, key=lambda row: _GROUPS[CountryGroup(row.key)]))


def parties(sums: Iterable[PartySum], net: Money, dispute_fees: Money) -> tuple[ReportRow, ...]:
    """A row for each party, and one for what of ``net``, the receipts, none of them was allocated.

    What two people allocate is taken from there. ``dispute_fees`` come on top of receipts: each
    makes its bearer's row smaller and nobody else's larger; one that no party bears, as there are
    no terms, is in that last row.
    """
    found: dict[str, tuple[int, ...]] = {}
    shared, adjusted, unborne = 0, 0, dispute_fees.minor
    for party, part, units in sums:
        columns = found.get(party, (0,) * len(OF_PARTIES))
        found[party] = _added(columns, columns_of_part(part, units))
        shared += units if part not in (Part.DISPUTE_FEE, Part.ADJUSTMENT) else 0
        adjusted += units if part is Part.ADJUSTMENT else 0
        unborne += units if part is Part.DISPUTE_FEE else 0
    rows = [_row(party, 0, columns, net.currency) for party, columns in found.items()]
    left = _row("", 0, (net.minor - shared, -unborne, -adjusted), net.currency)
    return by_amount([*rows, left] if any(left.values) else rows)


def add_up(rows: Iterable[ReportRow], currency: str, *, columns: int) -> ReportRow:
    """The row below them all."""
    events, sums = 0, (0,) * columns
    for row in rows:
        events += row.events
        sums = _added(sums, tuple(value.minor for value in row.values))
    return _row("", events, sums, currency)


def group_of(country: str, lists: Mapping[CountryGroup, Collection[str]]) -> CountryGroup:
    """Where a country belongs, by the lists of LDCs and of SIDS on a day; both have to be known."""
    ldc, sids = lists.get(CountryGroup.LDC), lists.get(CountryGroup.SIDS)
    if not country or not ldc or not sids:
        return CountryGroup.UNKNOWN
    if country in ldc:
        return CountryGroup.BOTH if country in sids else CountryGroup.LDC
    return CountryGroup.SIDS if country in sids else CountryGroup.OTHER


def few(sales: Mapping[CountryGroup, int], *, at_least: int) -> frozenset[CountryGroup]:
    """Which groups of one month are told together, by how many sales each has in it.

    A group of less than ``at_least`` sales is about few people, also one of refunds only. It is put
    together with the next smaller ones until they have enough: alone, the total of the month would
    tell it. What is of no known country is about nobody's. Decided for each month by itself, so
    that the difference of two reports tells nothing that a report does not.
    """
    known = [group for group in CountryGroup if group in sales and group != CountryGroup.UNKNOWN]
    together = [group for group in known if sales[group] < at_least]
    others = sorted((group for group in known if group not in together),
                    key=lambda group: sales[group])  # fmt: skip
    while together and others and sum(sales[group] for group in together) < at_least:
        together.append(others.pop(0))
    return frozenset(together)


def by_group(
    sums: Iterable[CountrySum],
    lists: Mapping[str, Mapping[CountryGroup, Collection[str]]],
    *,
    at_least: int,
    closed: str = "",
) -> tuple[ReceiptSum, ...]:
    """Receipts by group of countries: ``lists`` are those of each month.

    ``at_least`` of 0 tells every group apart. Otherwise those of months until ``closed``, the last
    closed one: an open month is another from day to day, and the difference is one payer.
    """
    placed = [(one, group_of(one.country, lists[one.month])) for one in sums]
    together = {
        month: frozenset(sales) if at_least and month > closed else few(sales, at_least=at_least)
        for month, sales in _sales_by_month(placed).items()
    }
    return tuple(
        one.receipts._replace(
            key=(CountryGroup.FEW if group in together[one.month] else group).value
        )
        for one, group in placed
    )


def per_hundred(part: Money, whole: Money) -> str:
    """How much of each 100 of a whole a part is, to a tenth, half up; "" of nothing."""
    if whole.minor <= 0:
        return ""
    tenths = (abs(part.minor) * 2_000 + whole.minor) // (2 * whole.minor)
    return f"{'-' if part.minor < 0 else ''}{tenths // 10}.{tenths % 10}"


def waterfall(
    receipts: Received, sums: Iterable[PartySum], currency: str
) -> tuple[WaterfallStep, ...]:
    """The steps from the gross to what is not allocated; a step of nothing is left out."""
    gross, back, tax, fee = (value.minor for value in receipts.total.values)
    steps = _Steps(currency)
    steps.begin(StepKind.GROSS, gross)
    steps.move(StepKind.BACK, back)
    steps.move(StepKind.TAX, tax)
    steps.move(StepKind.FEE, fee)
    steps.move(StepKind.DISPUTE_FEE, -receipts.dispute_fees.minor)
    steps.show(StepKind.NET)
    for row in _fund_first(parties(sums, receipts.total.amount, receipts.dispute_fees)):
        steps.move(StepKind.PARTY, -row.amount.minor, party=row.key)
    steps.show(StepKind.UNALLOCATED)
    return tuple(steps.done)


def _fund_first(rows: Iterable[ReportRow]) -> list[ReportRow]:
    named = [row for row in rows if row.key]
    return sorted(named, key=lambda row: row.key != _FUND)


class _Steps:
    """A waterfall while it is built: ``level`` is where the last step ends."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.level = 0
        self.done: list[WaterfallStep] = []

    def begin(self, kind: StepKind, units: int) -> None:
        self.level = units
        self.show(kind)

    def move(self, kind: StepKind, units: int, *, party: str = "") -> None:
        if units:
            self.level += units
            self._add(kind, units, party)

    def show(self, kind: StepKind) -> None:
        self._add(kind, self.level, "")

    def _add(self, kind: StepKind, units: int, party: str) -> None:
        amount, level = (Money.from_minor(value, self.currency) for value in (units, self.level))
        self.done.append(WaterfallStep(kind=kind, party=party, amount=amount, level=level))


def _sales_by_month(
    placed: Iterable[tuple[CountrySum, CountryGroup]],
) -> dict[str, dict[CountryGroup, int]]:
    found: dict[str, dict[CountryGroup, int]] = {}
    for one, group in placed:
        sales = found.setdefault(one.month, {})
        count = one.receipts.events if one.receipts.kind is EventKind.SALE else 0
        sales[group] = sales.get(group, 0) + count
    return found


def _added(columns: tuple[int, ...], more: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one + other for one, other in zip(columns, more, strict=True))


def _row(key: str, events: int, columns: tuple[int, ...], currency: str) -> ReportRow:
    values = tuple(Money.from_minor(value, currency) for value in columns)
    return ReportRow(key=key, events=events, values=values)
