"""Joins months until nobody's own payment can be seen, and hides what is still too small.

Who teaches a course knows who is in it. Where one person has paid, the month's sum is what that
person paid; where one was waived, it says who is poor. So months are joined, in their order, until
enough people have paid; a rest that is too small waits for later months, so that no row that was
shown grows by one. Refunds and waived seats of a row are hidden while they are few. No sums over
rows: what is hidden could be found by subtraction.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from fairgate.money import Money, total

from ..data import CourseMonth, CourseReport, CourseRow


def report(course_key: str, months: Iterable[CourseMonth], *, least: int) -> CourseReport:
    """What the team of a course sees; ``least`` is the smallest number of people that is shown."""
    rows: list[CourseRow] = []
    waiting: list[str] = []
    in_order = sorted(months, key=lambda one: (one.currency, one.period))
    for currency, group in groupby(in_order, key=lambda one: one.currency):
        joined: list[CourseMonth] = []
        for month in group:
            joined.append(month)
            if sum(one.sales for one in joined) >= least:
                rows.append(_row(joined, least))
                joined = []
        if joined:
            waiting.append(currency)
    return CourseReport(
        course_key=course_key, rows=tuple(rows), waiting=tuple(waiting), least=least
    )


def _row(months: list[CourseMonth], least: int) -> CourseRow:
    currency = months[0].currency
    refunds = _shown(sum(one.refunds for one in months), least)
    given_back = total([one.given_back for one in months], currency)
    return CourseRow(
        first=months[0].period,
        last=months[-1].period,
        currency=currency,
        sales=sum(one.sales for one in months),
        sold=total([one.sold for one in months], currency),
        net=total([one.net for one in months], currency),
        refunds=refunds,
        given_back=_amount(given_back, refunds),
        waived=_shown(sum(one.waived for one in months), least),
    )


def _shown(number: int, least: int) -> int | None:
    return number if number == 0 or number >= least else None


def _amount(amount: Money, number: int | None) -> Money | None:
    return None if number is None else amount
