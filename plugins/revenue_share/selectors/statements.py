"""Statements: frozen ones from their documents, drafts from the lines of the open months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Max, Q

from fairgate.money import Money
from partnerships.data import FUND

from .. import statements
from ..data import (
    ClosedPeriod,
    EventKind,
    Part,
    Period,
    Statement,
    StatementLine,
    StatementState,
    StatementSummary,
)
from ..exceptions import CurrencyNeeded, StatementNotFound
from ..models import AllocationLine, PeriodClose, SaleStanding
from ..models import Statement as StatementRow

#: What the fund pays for seats comes out of its own account (``waiver_policy``), which has deposits
#: that are not in these books. Its statement says what it earned.
SPENT_BY_FUND = Q(party=FUND, part=Part.SEAT.value)


def find_close(period: Period) -> ClosedPeriod | None:
    """The close of a month with its statements, or ``None`` while the month is open."""
    close = PeriodClose.objects.filter(period=str(period)).first()
    if close is None:
        return None
    rows = StatementRow.objects.filter(close=close).order_by("number")
    return ClosedPeriod(
        period=close.period,
        closed_at=close.closed_at,
        closed_by=close.closed_by,
        statements=tuple(statements.read_document(row.document) for row in rows),
    )


def last_closed() -> Period | None:
    """The latest month that was closed; every month before it counts as closed."""
    text = PeriodClose.objects.aggregate(last=Max("period"))["last"]
    return Period.parse(text) if text else None


def first_open_period(at: datetime) -> str | None:
    """The earliest open month that has something to go on a statement."""
    return min((period for period, *_ in _open_groups(None, at)), default=None)


def hold_ends_at(period: Period) -> datetime:
    """When this month may be closed: it is over, and so is the hold of everything on it."""
    holds = SaleStanding.objects.filter(sale__counted__isnull=True, sale__period__lte=str(period))
    last: datetime | None = holds.aggregate(last=Max("ends_at"))["last"]
    return max(last, period.hold_ends_at(0)) if last else period.hold_ends_at(0)


def get_statement(party: str, period: Period, at: datetime, currency: str | None) -> Statement:
    """The party's statement of a month in a currency, or in the only one it has."""
    found = {one.currency: one for one in statements_of(party, period, at)}
    if currency is None and len(found) > 1:
        raise CurrencyNeeded(sorted(found))
    if not found or (currency and currency not in found):
        raise StatementNotFound(f"{party} has nothing in {period} {currency or ''}".strip() + ".")
    return found[currency or next(iter(found))]


def statements_of(party: str, period: Period, at: datetime) -> tuple[Statement, ...]:
    """All statements of a party for a month, by currency: frozen ones, or drafts."""
    frozen = StatementRow.objects.filter(party=party, period=str(period)).order_by("currency")
    if found := tuple(statements.read_document(row.document) for row in frozen):
        return found
    return tuple(one for one in list_drafts(party, at) if one.period == str(period))


def list_drafts(party: str | None, at: datetime) -> tuple[Statement, ...]:
    """What the statements of the open months would be now, by currency, party and month."""
    return tuple(draft for draft, _ in drafts_and_events(party, at))


def drafts_and_events(
    party: str | None, at: datetime
) -> tuple[tuple[Statement, frozenset[int]], ...]:
    """The drafts of the open months, each with the ids of the events on it, from one reading.

    A line of a closed month falls into the first open one. Each draft opens with what the one
    before it closes with.
    """
    drafts: list[tuple[Statement, frozenset[int]]] = []
    chain = sorted(_open_groups(party, at), key=lambda group: (group[2], group[1], group[0]))
    for (currency, code), groups in groupby(chain, key=lambda group: (group[2], group[1])):
        opening = _last_closing(code, currency)
        for period, _, _, rows in groups:
            draft = statements.draft(
                [_line(row) for row in rows],
                party=code,
                period=period,
                opening=opening,
                minimum_payout=_minimum(rows, currency),
            )
            opening = draft.closing
            drafts.append((draft, frozenset(row.event_id for row in rows)))
    return tuple(drafts)


def list_summaries(party: str | None, at: datetime) -> tuple[StatementSummary, ...]:
    """Every statement, newest month first, drafts included."""
    frozen = StatementRow.objects.filter(party=party) if party else StatementRow.objects.all()
    rows = [
        StatementSummary(
            party=row.party,
            period=row.period,
            currency=row.currency,
            state=StatementState(row.state),
            number=row.number,
            payable=Money.from_minor(row.payable_minor, row.currency),
            closing=Money.from_minor(row.closing_minor, row.currency),
        )
        for row in frozen.defer("document")
    ]
    rows += [
        StatementSummary(
            party=draft.party,
            period=draft.period,
            currency=draft.currency,
            state=draft.state,
            number=None,
            payable=draft.payable,
            closing=draft.closing,
        )
        for draft in list_drafts(party, at)
    ]
    by_name = sorted(rows, key=lambda row: (row.party, row.currency))
    return tuple(sorted(by_name, key=lambda row: row.period, reverse=True))


def _open_groups(party: str | None, at: datetime) -> Iterator[tuple[str, str, str, list[Any]]]:
    closed = last_closed()
    first = str(closed.next()) if closed else ""
    booked = AllocationLine.objects.filter(event__counted__isnull=True, event__occurred_at__lte=at)
    lines = booked.exclude(SPENT_BY_FUND)
    if party:
        lines = lines.filter(party=party)
    groups: dict[tuple[str, str, str], list[Any]] = {}
    for line in lines.select_related("event", "event__sale").order_by("pk"):
        key = (max(line.event.period, first), line.party, line.currency)
        groups.setdefault(key, []).append(line)
    for (period, code, currency), rows in groups.items():
        yield period, code, currency, rows


def _last_closing(party: str, currency: str) -> Money:
    rows = StatementRow.objects.filter(party=party, currency=currency).order_by("-number")
    last = rows.values_list("closing_minor", flat=True).first()
    return Money.from_minor(last or 0, currency)


def _minimum(rows: Iterable[Any], currency: str) -> Money | None:
    minimums = [row.event.minimum_payout_minor for row in rows]
    stated = [minor for minor in minimums if minor is not None]
    return Money.from_minor(max(stated), currency) if stated else None


def _line(row: Any) -> StatementLine:
    event = row.event
    return StatementLine(
        event=str(event.uuid),
        kind=EventKind(event.kind),
        part=Part(row.part),
        sale=str(event.sale.uuid) if event.sale else str(event.uuid),
        occurred_at=event.occurred_at,
        period=event.period,
        course_key=event.course_key,
        offering_code=event.offering_code,
        agreement=event.agreement,
        version=event.version,
        base=Money.from_minor(row.base_minor, row.currency),
        amount=Money.from_minor(row.units_minor, row.currency),
    )
