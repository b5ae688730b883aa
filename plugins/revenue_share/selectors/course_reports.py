"""The sums of one course, by month and currency."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from fairgate.money import Money

from .. import conf
from ..data import CourseMonth, CourseReport, EventKind, Period
from ..models import ReceiptRollup
from ..rules import course_reports

_BACK = (EventKind.REFUND.value, EventKind.DISPUTE_OPENED.value)
# A dispute that is won is gross below zero: the bank gives again.
_GIVEN_BACK = (*_BACK, EventKind.DISPUTE_LOST.value, EventKind.DISPUTE_WON.value)
_SEATS = {EventKind.WAIVED_SEAT.value: 1, EventKind.RETURNED_SEAT.value: -1}


def course_report(course_key: str, *, before: Period) -> CourseReport:
    """What the team of a course sees of the months that are over."""
    told = ("period", "currency", "kind")
    rows = ReceiptRollup.objects.filter(course_key=course_key, period__lt=str(before))
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for period, currency, kind, events, gross, net in (
        rows.order_by(*told)
        .values_list(*told)
        .annotate(count=Sum("events"), gross=Sum("gross_minor"), net=Sum("net_minor"))
    ):
        by_kind = sums.setdefault((period, currency), {})
        by_kind[kind] = (int(events), int(gross), int(net))
    months = [_month(period, currency, by_kind) for (period, currency), by_kind in sums.items()]
    return course_reports.report(course_key, months, least=conf.least_payers())


def _month(period: str, currency: str, by_kind: dict[str, tuple[int, int, int]]) -> CourseMonth:
    nothing = (0, 0, 0)
    sales, sold, net = by_kind.get(EventKind.SALE.value, nothing)
    return CourseMonth(
        period=period,
        currency=currency,
        sales=sales,
        sold=Money.from_minor(sold, currency),
        net=Money.from_minor(net, currency),
        refunds=sum(by_kind.get(kind, nothing)[0] for kind in _BACK),
        given_back=Money.from_minor(
            sum(by_kind.get(kind, nothing)[1] for kind in _GIVEN_BACK), currency
        ),
        waived=sum(sign * by_kind.get(kind, nothing)[0] for kind, sign in _SEATS.items()),
    )
