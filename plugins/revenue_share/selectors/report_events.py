"""The events behind the numbers of a report, a page at a time.

A page goes on ``after`` the place where the last one ended: a month and the number of a row in it,
``2026-10.1234``. Within a month rows come as they were booked, by an index; so a page costs the
same wherever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from fairgate.money import Money
from fairgate.whole_numbers import whole_number

from ..data import EventKind, Part, Period
from ..data.reports import (
    OF_PARTIES,
    OF_PARTS,
    CountryGroup,
    Dimension,
    Drill,
    Measure,
    ReportEvent,
)
from ..models import AllocationLine, ReceiptRollup, RevenueEvent
from ..rules import reports as rules
from ..rules.reports import BRINGING, SHARED_PARTS
from . import reports

Placed = tuple[str, ReportEvent]

# Columns of the receipts, as conditions on events.
_OF_MEASURES = {
    None: Q(),
    Measure.GROSS: Q(kind=EventKind.SALE.value),
    Measure.BACK: ~Q(kind=EventKind.SALE.value),
    Measure.TAX: ~Q(tax_minor=0),
    Measure.FEE: Q(kind=EventKind.SALE.value) & ~Q(fee_minor=0),
}
_FIELDS = {Dimension.COURSE: "course_key", Dimension.PAYER_CLASS: "payer_class"}
_NEVER = Q(pk__in=())


def events_behind(
    drill: Drill, *, at: datetime, after: str = "", limit: int = 1_000
) -> tuple[Placed, ...]:
    """A page of the events, each with its place; an empty page is the end.

    ``at`` says with whose knowledge countries are on their lists. A place that is none begins at
    the first event.
    """
    begin, number = _read_place(after)
    pages = _pages_of_lines if _is_by_lines(drill) else _pages_of_events
    found: list[Placed] = []
    read = pages(drill, at)
    for month in _months(drill):
        if month < begin:
            continue
        rows = read(month, number if month == begin else 0, limit - len(found))
        found += [(f"{month}.{place}", event) for place, event in rows]
        if len(found) == limit:
            break
    return tuple(found)


Read = Callable[[str, int, int], list[tuple[int, ReportEvent]]]


def _is_by_lines(drill: Drill) -> bool:
    # What no party was allocated has no lines, and a fee of a dispute that no party bears neither.
    of_part = drill.measure in OF_PARTS and not _is_of_all_fees(drill)
    return drill.dimension is Dimension.PARTY and (bool(drill.key) or of_part)


def _is_of_all_fees(drill: Drill) -> bool:
    return drill.measure is Measure.DISPUTE_FEES and not drill.key


def _read_place(after: str) -> tuple[str, int]:
    month, _, text = after.partition(".")
    number = whole_number(text)
    return ("", 0) if number is None else (month, number)


def _months(drill: Drill) -> list[str]:
    """The months of the report in which there is anything."""
    rows = ReceiptRollup.objects.filter(
        period__gte=drill.first, period__lte=drill.last, currency=drill.currency
    )
    return list(rows.order_by("period").values_list("period", flat=True).distinct())


def _pages_of_lines(drill: Drill, at: datetime) -> Read:
    parts = [part.value for part in rules.parts_of(drill.measure)]
    whose = Q(party=drill.key) if drill.key else Q()

    def read(month: str, after: int, limit: int) -> list[tuple[int, ReportEvent]]:
        lines = AllocationLine.objects.filter(
            whose, currency=drill.currency, period=month, part__in=parts, pk__gt=after
        )
        page = lines.select_related("event__sale").order_by("pk")[:limit]
        return [(line.pk, _of_line(line)) for line in page]

    return read


def _pages_of_events(drill: Drill, at: datetime) -> Read:
    where = _where(drill, at)
    seen = _seen(drill)

    def read(month: str, after: int, limit: int) -> list[tuple[int, ReportEvent]]:
        found: list[tuple[int, ReportEvent]] = []
        rows = RevenueEvent.objects.filter(where(month), counted_in=month, currency=drill.currency)
        while len(found) < limit and (page := _page(rows, after, limit - len(found))):
            found += [(row.pk, event) for row in page if (event := seen(row)) is not None]
            after = page[-1].pk
        return found

    return read


def _page(rows: QuerySet[RevenueEvent], after: int, limit: int) -> list[RevenueEvent]:
    page = rows.filter(pk__gt=after).order_by("pk").select_related("sale")
    return list(page.prefetch_related("lines")[:limit])


def _where(drill: Drill, at: datetime) -> Callable[[str], Q]:
    """What the events of a month have to be."""
    bringing = Q(kind__in=[kind.value for kind in BRINGING])
    if _is_of_all_fees(drill):
        charged = bringing & ~Q(dispute_fee_minor=0)
        return lambda month: charged
    if drill.dimension is Dimension.PARTY:
        allocating = Q(kind=EventKind.ADJUSTMENT.value)
        unshared = bringing & (Q(terms_version=None) | ~Q(excess_minor=0))
        return lambda month: (bringing if drill.key is None else unshared) | allocating
    told = bringing & _OF_MEASURES[drill.measure]
    if drill.key is None:
        return lambda month: told
    if drill.dimension is Dimension.MONTH:
        return lambda month: told if month == drill.key else _NEVER
    if drill.dimension is Dimension.COUNTRY_GROUP:
        return _in_group(told, drill, CountryGroup(drill.key), at)
    of_key = told & Q(**{_FIELDS[drill.dimension]: drill.key})
    return lambda month: of_key


def _in_group(
    told: Q, drill: Drill, group: CountryGroup, at: datetime
) -> Callable[[str], Q]:  # fmt: skip
    first, last = Period.parse(drill.first), Period.parse(drill.last)
    sums = reports.country_sums(first, last, drill.currency)
    lists = reports.lists_of({one.month for one in sums}, at=at)
    countries: dict[str, set[str]] = {}
    for one in sums:
        if rules.group_of(one.country, lists[one.month]) is group:
            countries.setdefault(one.month, set()).add(one.country)
    return lambda month: told & Q(country__in=sorted(countries.get(month, ())))


def _seen(drill: Drill) -> Callable[[Any], ReportEvent | None]:
    """How an event of the books is shown; ``None`` if it is none of those behind the number."""
    if drill.dimension is not Dimension.PARTY:
        return _of_receipt
    if _is_of_all_fees(drill):
        return _of_fee

    def seen(event: Any) -> ReportEvent | None:
        columns = _allocated(event, is_whole=drill.key is None)
        asked = columns if drill.measure is None else (_column(columns, drill.measure),)
        return _event(event, "", columns) if any(asked) else None

    return seen


def _column(columns: tuple[int, ...], measure: Measure) -> int:
    return columns[OF_PARTIES.index(measure)]


def _of_receipt(event: Any) -> ReportEvent:
    return _event(event, "", _columns(event))


def _of_fee(event: Any) -> ReportEvent:
    columns = rules.columns_of_part(Part.DISPUTE_FEE, -event.dispute_fee_minor)
    return _event(event, event.dispute_fee_bearer, columns)


def _columns(event: Any) -> tuple[int, ...]:
    return rules.columns_of(
        EventKind(event.kind),
        gross=event.gross_minor,
        tax=event.tax_minor,
        fee=event.fee_minor,
    )


def _allocated(event: Any, *, is_whole: bool) -> tuple[int, ...]:
    """What an event adds to what is not allocated, or to the whole report by party."""
    lines = [
        rules.PartySum(line.party, Part(line.part), line.units_minor)
        for line in event.lines.all()
        if line.part in SHARED_PARTS
    ]
    brings = EventKind(event.kind) in BRINGING
    net = Money.from_minor(sum(_columns(event)) if brings else 0, event.currency)
    fee = Money.from_minor(event.dispute_fee_minor, event.currency)
    rows = [row for row in rules.parties(lines, net, fee) if is_whole or not row.key]
    total = rules.add_up(rows, event.currency, columns=len(OF_PARTIES))
    return tuple(value.minor for value in total.values)


def _of_line(line: Any) -> ReportEvent:
    columns = rules.columns_of_part(Part(line.part), line.units_minor)
    return _event(line.event, line.party, columns)


def _event(event: Any, party: str, columns: tuple[int, ...]) -> ReportEvent:
    return ReportEvent(
        event=str(event.uuid),
        kind=EventKind(event.kind),
        sale=str(event.sale.uuid) if event.sale else str(event.uuid),
        occurred_at=event.occurred_at,
        period=event.period,
        counted_in=event.counted_in,
        course_key=event.course_key,
        offering_code=event.offering_code,
        agreement=event.agreement,
        version=event.version,
        party=party,
        values=tuple(Money.from_minor(value, event.currency) for value in columns),
    )


def every_event(drill: Drill, *, at: datetime) -> Iterator[ReportEvent]:
    """All of them, read page by page."""
    after = ""
    while page := events_behind(drill, at=at, after=after):
        yield from (event for _place, event in page)
        after = page[-1][0]
