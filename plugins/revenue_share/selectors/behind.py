"""Rows behind balances and behind what a party has on no statement yet, a page at a time.

As the events of reports: a page goes on after a month and the number of a row in it, so that it is
found by an index and costs the same wherever it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from fairgate.money import Money
from fairgate.whole_numbers import whole_number

from ..data import Account, BookRow, Period
from ..models import AllocationLine, LedgerEntry
from .party_money import held
from .statements import SPENT_BY_FUND, last_closed


def entries_of(
    account: Account, party: str, currency: str, *, after: str, limit: int
) -> tuple[BookRow, ...]:
    """Entries of an account of a party (or of nobody, ""): debits less credits."""
    rows = LedgerEntry.objects.filter(account=account.value, party=party, currency=currency)
    page = _after(rows, after).select_related("transaction").order_by("period", "pk")[:limit]
    return tuple(
        BookRow(
            place=f"{row.period}.{row.pk}",
            kind=row.transaction.kind,
            cause=str(row.transaction.cause_uuid),
            at=row.transaction.occurred_at,
            amount=Money.from_minor(row.debit_minor - row.credit_minor, currency),
        )
        for row in page
    )


def lines_on_hold(
    party: str, currency: str, *, sales_of: Period, until: datetime, after: str, limit: int
) -> tuple[BookRow, ...]:
    """What a party has of the sales of a month, on hold until a moment."""
    rows = _lines(party, currency).filter(
        held("event__hold_ends_at", until, is_exact=True), event__period=str(sales_of)
    )
    return _shown(rows.filter(period__gte=str(sales_of)), after, limit)


def lines_cleared(
    party: str, currency: str, *, at: datetime, after: str, limit: int
) -> tuple[BookRow, ...]:
    """What a party has on hold no more, and on no closed statement yet."""
    rows, closed = _lines(party, currency), last_closed()
    if closed:
        rows = rows.filter(period__gt=str(closed))
    return _shown(rows.exclude(held("event__hold_ends_at", at)), after, limit)


def _lines(party: str, currency: str) -> QuerySet[AllocationLine]:
    rows = AllocationLine.objects.filter(party=party, currency=currency)
    return rows.exclude(SPENT_BY_FUND)


def _shown(rows: QuerySet[AllocationLine], after: str, limit: int) -> tuple[BookRow, ...]:
    page = _after(rows, after).select_related("event").order_by("period", "pk")[:limit]
    return tuple(
        BookRow(
            place=f"{line.period}.{line.pk}",
            kind=line.part,
            cause=str(line.event.uuid),
            at=line.event.occurred_at,
            amount=Money.from_minor(line.units_minor, line.currency),
        )
        for line in page
    )


def _after(rows: QuerySet[Any], after: str) -> QuerySet[Any]:
    """The rows after a place; a place that is none begins at the first."""
    month, _, text = after.partition(".")
    number = whole_number(text)
    if number is None:
        return rows
    return rows.filter(Q(period__gt=month) | Q(period=month, pk__gt=number))
