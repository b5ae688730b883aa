"""What a dry run reads: the events of a month as they were booked, and how it began.

Nothing is written, and nothing is locked: a closed month does not change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max, Min, Q, QuerySet, Sum

from fairgate.money import Money
from partnerships.data import PRO_RATA, RevenueTerms

from ..data import Amounts, DryLine, DryRun, EventKind, Part, Period, Units, Weights
from ..exceptions import PeriodNotClosed
from ..models import AllocationLine, CarriedRemainder, RevenueEvent
from ..rules.dry_runs import BookedEvent, DryRunning, Openings, opening_of
from .statements import SPENT_BY_FUND, last_closed

_PAGE = 1_000
_PLACES = {part: place for place, part in enumerate(Part)}
_SHARED = (Part.SHARE.value, Part.MIRROR.value)


def dry_run(period: Period, terms: Sequence[RevenueTerms], *, on_any_day: bool) -> DryRun:
    """A closed month under other terms, beside what was booked."""
    closed = last_closed()
    if closed is None or closed < period:
        raise PeriodNotClosed(period)
    counted = RevenueEvent.objects.filter(counted_in=str(period))
    ends = counted.aggregate(first=Min("pk"), last=Max("pk"))
    running = DryRunning(terms, _openings(counted, ends["first"]), on_any_day=on_any_day)
    if ends["first"] is not None:
        for event in _events(counted, period, first=ends["first"], last=ends["last"]):
            running.take(event)
    return DryRun(
        period=str(period),
        lines=tuple(
            _dry_line(key, *both) for key, both in sorted(running.sums.items(), key=_place)
        ),
        recomputed=running.recomputed,
        as_booked=running.as_booked,
    )


def _openings(counted: QuerySet[RevenueEvent], first: int | None) -> Openings:
    """Carries and recoupments as they were before the first event of the month."""
    told = counted.values_list("terms_version", "currency").order_by("terms_version").distinct()
    keys = {(version, currency) for version, currency in told if version}
    weights = {key: _weights(*key) for key in keys}
    before = AllocationLine.objects.filter(event_id__lt=first or 0)
    return Openings(
        weights=weights,
        owed={key: opening_of(weights[key], _rounded_before(before, *key)) for key in keys},
        recouped=_recouped(before),
    )


def _weights(version: UUID, currency: str) -> Weights:
    rows = CarriedRemainder.objects.filter(terms_version=version, currency=currency)
    return tuple(rows.order_by("place").values_list("party", "weight"))


def _rounded_before(
    lines: QuerySet[AllocationLine], version: UUID, currency: str
) -> dict[str, int]:
    by_weight = (
        Q(part__in=_SHARED)
        | Q(part=Part.PROCESSOR_FEE.value, event__processor_fee_bearer=PRO_RATA)
        | Q(part=Part.LOST_FEE.value, event__fee_bearer=PRO_RATA)
    )
    of_version = lines.filter(by_weight, event__terms_version=version, currency=currency)
    sums = of_version.order_by("party").values_list("party").annotate(units=Sum("units_minor"))
    return {party: int(units) for party, units in sums}


def _recouped(lines: QuerySet[AllocationLine]) -> dict[tuple[str, str, str], int]:
    told = ("event__agreement", "currency", "party")
    rows = lines.filter(part=Part.RECOUPED.value).order_by(*told).values_list(*told)
    return {
        (agreement, currency, party): int(units)
        for agreement, currency, party, units in rows.annotate(units=Sum("units_minor"))
    }


def _events(
    counted: QuerySet[RevenueEvent], period: Period, *, first: int, last: int
) -> Iterator[BookedEvent]:
    """The events of the month, and what was booked between them under terms, in their order."""
    followed = set(counted.filter(sale__isnull=False).values_list("sale_id", flat=True))
    rows = RevenueEvent.objects.filter(
        Q(counted_in=str(period)) | Q(terms_version__isnull=False), pk__lte=last
    )
    after = first - 1
    while page := list(rows.filter(pk__gt=after).select_related("sale").order_by("pk")[:_PAGE]):
        lines: dict[int, list[tuple[Part, str, int]]] = {}
        found = AllocationLine.objects.filter(event__in=page).exclude(SPENT_BY_FUND)
        for event, part, party, units in found.order_by("pk").values_list(
            "event_id", "part", "party", "units_minor"
        ):
            lines.setdefault(event, []).append((Part(part), party, units))
        for row in page:
            of_row = tuple(lines.get(row.pk, ()))
            yield _booked(row, of_row, str(period), is_followed=row.pk in followed)
        after = page[-1].pk


def _booked(
    row: Any, lines: tuple[tuple[Part, str, int], ...], period: str, *, is_followed: bool
) -> BookedEvent:
    is_sale = row.kind == EventKind.SALE
    net = row.net_minor if is_sale else -row.net_minor
    return BookedEvent(
        number=row.pk,
        kind=EventKind(row.kind),
        sale=row.sale_id or 0,
        sold_at=row.sale.occurred_at if row.sale else row.occurred_at,
        period=row.period,
        course_key=row.course_key,
        offering_code=row.offering_code,
        currency=row.currency,
        version=row.terms_version,
        agreement=row.agreement,
        amounts=Amounts(net, row.tax_minor, row.fee_minor),
        excess=row.excess_minor,
        dispute_fee=row.dispute_fee_minor,
        lines=lines,
        rounded=_rounded(row, lines),
        is_followed=is_followed,
        is_counted=row.counted_in == period,
    )


def _rounded(row: Any, lines: tuple[tuple[Part, str, int], ...]) -> Units:
    """What of an event was shared by weight, so that carries followed it."""
    parts = {Part.SHARE, Part.MIRROR}
    if row.processor_fee_bearer == PRO_RATA:
        parts.add(Part.PROCESSOR_FEE)
    if row.fee_bearer == PRO_RATA:
        parts.add(Part.LOST_FEE)
    units: dict[str, int] = {}
    for part, party, value in lines:
        if part in parts:
            units[party] = units.get(party, 0) + value
    return units


def _place(item: tuple[tuple[str, str, str, str, str, Part], list[int]]) -> tuple[Any, ...]:
    currency, party, period, course, offering, part = item[0]
    return (currency, party, period, course, offering, _PLACES[part])


def _dry_line(key: tuple[str, str, str, str, str, Part], booked: int, proposed: int) -> DryLine:
    currency, party, period, course, offering, part = key
    return DryLine(
        party=party,
        currency=currency,
        part=part,
        period=period,
        course_key=course,
        offering_code=offering,
        booked=Money.from_minor(booked, currency),
        proposed=Money.from_minor(proposed, currency),
    )
