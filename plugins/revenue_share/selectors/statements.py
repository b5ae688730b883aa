"""Statements: frozen ones from their documents, drafts from the sums of the open months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from fairgate.money import Money
from fairgate_tables.compiled import Compiled
from partnerships.data import FUND

from .. import statements
from ..data import (
    ClosedPeriod,
    EventKind,
    EventLine,
    Part,
    Period,
    PeriodSummary,
    Statement,
    StatementLine,
    StatementPlace,
    StatementState,
    StatementSummary,
)
from ..exceptions import CurrencyNeeded, StatementNotFound
from ..models import AllocationLine, PartyRollup, PeriodClose, RevenueEvent
from ..models import Statement as StatementRow
from . import payouts

#: What the fund pays for seats comes out of its own account (``waiver_policy``), which has deposits
#: that are not in these books. Its statement says what it earned.
SPENT_BY_FUND = Q(party=FUND, part=Part.SEAT.value)

_PAGE = 1_000

#: What a line of a statement says of a sum of a party.
_SUMS = (
    "period", "party", "currency", "part", "sale_period", "course_key", "offering_code",
    "agreement", "version", "minimum_payout_minor", "events", "base_minor", "units_minor",
)  # fmt: skip

_CLOSING = ("party", "currency", "closing_minor")

# Three questions that every page of a statement asks.
_FROZEN = Compiled(
    lambda party, period: StatementRow.objects.filter(party=party, period=period).order_by(
        "currency"
    ),
    "document",
    takes=(str, str),
)
_CLOSINGS = Compiled(
    lambda party: StatementRow.objects.filter(party=party).order_by("number"),
    *_CLOSING,
    takes=(str,),
)
_OPEN_UNTIL = Compiled(
    lambda party, period: _open_sums().filter(party=party, period__lte=period),
    *_SUMS,
    takes=(str, str),
)


def find_close(period: Period) -> ClosedPeriod | None:
    """The close of a month with its statements, or ``None`` while the month is open."""
    close = PeriodClose.objects.filter(period=str(period)).first()
    if close is None:
        return None
    return _closed(close, StatementRow.objects.filter(close=close).order_by("number"))


def _closed(close: PeriodClose, rows: Iterable[StatementRow]) -> ClosedPeriod:
    return ClosedPeriod(
        period=close.period,
        closed_at=close.closed_at,
        closed_by=close.closed_by,
        statements=tuple(statements.read_document(row.document) for row in rows),
    )


def closed_now(period: Period) -> ClosedPeriod:
    """A close that was committed after this transaction began: the reading locks."""
    close = PeriodClose.objects.select_for_update().get(period=str(period))
    rows = StatementRow.objects.select_for_update().filter(close=close).order_by("number")
    return _closed(close, rows)


def last_number() -> int:
    """The number of the last frozen statement; the caller has the lock date."""
    rows = StatementRow.objects.select_for_update().order_by("-number")
    return rows.values_list("number", flat=True).first() or 0


def last_closed() -> Period | None:
    """The latest month that was closed; every month before it counts as closed."""
    text = PeriodClose.objects.aggregate(last=Max("period"))["last"]
    return Period.parse(text) if text else None


def first_open_period() -> str | None:
    """The earliest open month that has something to go on a statement."""
    first: str | None = _open_rows(last_closed()).aggregate(first=Min("period"))["first"]
    return first


def hold_ends_at(period: Period, closed: Period | None) -> datetime:
    """When this month may be closed: it is over, and so is the hold of everything on it."""
    holds = _open_rows(closed).filter(period__lte=str(period))
    last: datetime | None = holds.aggregate(last=Max("hold_ends_at"))["last"]
    return max(last, period.hold_ends_at(0)) if last else period.hold_ends_at(0)


def get_statement(party: str, period: Period, currency: str | None) -> Statement:
    """The party's statement of a month in a currency, or in the only one it has."""
    found = {one.currency: one for one in statements_of(party, period)}
    if currency is None and len(found) > 1:
        raise CurrencyNeeded(sorted(found))
    if not found or (currency and currency not in found):
        raise _nothing_found(party, period, currency)
    return found[currency or next(iter(found))]


def _nothing_found(party: str, period: Period, currency: str | None) -> StatementNotFound:
    if currency is None:
        return StatementNotFound("%(party)s has nothing in %(month)s.", party=party, month=period)
    return StatementNotFound(
        "%(party)s has nothing in %(currency)s in %(month)s.",
        party=party,
        currency=currency,
        month=period,
    )


def statements_of(party: str, period: Period) -> tuple[Statement, ...]:
    """All statements of a party for a month, by currency: frozen ones, or drafts."""
    month = str(period)
    if frozen := _FROZEN.rows(party, month):
        return tuple(statements.read_document(row.document) for row in frozen)
    drafts = _drafts(_OPEN_UNTIL.rows(party, month), _CLOSINGS.rows(party))
    return tuple(one for one in drafts if one.period == month)


def list_drafts(party: str | None) -> tuple[Statement, ...]:
    """What the statements of the open months would be now, by currency, party and month."""
    rows, frozen = _open_sums(), StatementRow.objects.order_by("number")
    if party:
        rows, frozen = rows.filter(party=party), frozen.filter(party=party)
    return _drafts(_named(rows, *_SUMS), _named(frozen, *_CLOSING))


def drafts_to_close(period: Period) -> tuple[Statement, ...]:
    """The statements of a month that is about to be closed, by currency and party.

    The caller has the lock date. Both readings lock, so that they see what is committed, also in a
    transaction that began before.
    """
    rows = _in_order(PartyRollup.objects.exclude(SPENT_BY_FUND).filter(period=str(period)))
    frozen = StatementRow.objects.order_by("number")
    return _drafts(
        _named(rows.select_for_update(), *_SUMS), _named(frozen.select_for_update(), *_CLOSING)
    )


def differing_from_lines(period: Period, drafts: Iterable[Statement]) -> list[tuple[str, str]]:
    """Party and currency of what a month is about to pay otherwise than its lines say.

    The caller has the lock date. One statement; it locks, for the same reason as those above.
    """
    # By their events, which are found by the month: the lines are not.
    lines = AllocationLine.objects.filter(event__counted_in=str(period)).exclude(SPENT_BY_FUND)
    groups = lines.order_by().select_for_update().values_list("party", "currency")
    given = {
        (party, currency): (int(units), minimum)
        for party, currency, units, minimum in groups.annotate(
            units=Sum("units_minor"), minimum=Max("event__minimum_payout_minor")
        )
    }
    kept = {
        (draft.party, draft.currency): (
            draft.subtotal.minor,
            draft.minimum_payout.minor if draft.minimum_payout else None,
        )
        for draft in drafts
    }
    return sorted(key for key in {*given, *kept} if given.get(key) != kept.get(key))


def find_uncleared(period: Period) -> str | None:
    """A sale of a month with money that still waits for the end of its hold, or has no standing.

    The caller has the lock date. The reading locks, for the same reason as those above.
    """
    sales = RevenueEvent.objects.filter(counted_in=str(period), kind=EventKind.SALE.value)
    waiting = sales.filter(Exists(AllocationLine.objects.filter(event=OuterRef("pk"))))
    waiting = waiting.filter(standing__cleared_at__isnull=True).order_by("pk")
    for uuid in waiting.select_for_update().values_list("uuid", flat=True)[:1]:
        return str(uuid)
    return None


def _drafts(sums: Iterable[Any], frozen: Iterable[Any]) -> tuple[Statement, ...]:
    """The statements of these sums, each of which opens with what the one before it closes with.

    ``sums`` come by currency, party and month, ``frozen`` statements by their numbers.
    """
    drafts: list[Statement] = []
    closings = {
        (row.party, row.currency): Money.from_minor(row.closing_minor, row.currency)
        for row in frozen
    }
    for (currency, party, period), group in groupby(
        sums, key=lambda row: (row.currency, row.party, row.period)
    ):
        rows = list(group)
        draft = statements.draft(
            [_line(row) for row in rows],
            party=party,
            period=period,
            opening=closings.get((party, currency), Money.zero(currency)),
            minimum_payout=_minimum(rows, currency),
        )
        closings[party, currency] = draft.closing
        drafts.append(draft)
    return tuple(drafts)


def made_again(rows: Sequence[StatementRow]) -> Iterator[tuple[StatementRow, Statement]]:
    """Frozen statements with what the kept sums of their months would freeze by now.

    Each comes as it would be hashed today; one question for all of them.
    """
    sums = PartyRollup.objects.exclude(SPENT_BY_FUND).filter(
        period__in={row.period for row in rows},
        party__in={row.party for row in rows},
        currency__in={row.currency for row in rows},
        part__in=list(Part),
    )
    found: dict[tuple[str, str, str], list[Any]] = {}
    for one in _named(sums.order_by("pk"), *_SUMS):
        found.setdefault((one.period, one.party, one.currency), []).append(one)
    for row in rows:
        own = found.get((row.period, row.party, row.currency), [])
        draft = statements.draft(
            [_line(one) for one in own],
            party=row.party,
            period=row.period,
            opening=Money.from_minor(row.opening_minor, row.currency),
            minimum_payout=_minimum(own, row.currency),
        )
        yield row, statements.freeze(draft, number=row.number, closed_at=row.close.closed_at)


def document_of(statement: Statement) -> str:
    """The text of a statement: the one that was frozen, or that of a draft as it stands."""
    if statement.number is None:
        return statements.document(statement)
    rows = StatementRow.objects.values_list("document", flat=True)
    text: str = rows.get(number=statement.number)
    return text


def list_summaries(party: str | None) -> tuple[StatementSummary, ...]:
    """Every statement, newest month first, drafts included."""
    known = StatementRow.objects.filter(party=party) if party else StatementRow.objects.all()
    rows = [*_frozen_summaries(known), *map(_draft_summary, list_drafts(party))]
    by_name = sorted(rows, key=lambda row: (row.party, row.currency))
    return tuple(sorted(by_name, key=lambda row: row.period, reverse=True))


def page_of_summaries(
    parties: Sequence[str] | None,
    *,
    period: Period | None,
    currency: str | None,
    after: StatementPlace | None,
    limit: int,
) -> tuple[StatementSummary, ...]:
    """At most ``limit`` statements of these parties, or of all, after a place in the list.

    Newest month first, then by party and currency. Open months are later than every closed one, so
    the drafts come first.
    """
    drafts = [
        row
        for row in _drafts_of(parties, after)
        if (period is None or row.period == str(period))
        and (currency is None or row.currency == currency)
        and (after is None or _is_after(row, after))
    ]
    by_name = sorted(drafts, key=lambda row: (row.party, row.currency))
    found = sorted(by_name, key=lambda row: row.period, reverse=True)[:limit]
    rows = StatementRow.objects.order_by("-period", "party", "currency")
    if parties is not None:
        rows = rows.filter(party__in=parties)
    if period is not None:
        rows = rows.filter(period=str(period))
    if currency is not None:
        rows = rows.filter(currency=currency)
    if after is not None:
        same_month = Q(party__gt=after.party) | Q(party=after.party, currency__gt=after.currency)
        rows = rows.filter(Q(period__lt=after.period) | Q(same_month, period=after.period))
    return (*found, *_frozen_summaries(rows[: limit - len(found)]))


def _drafts_of(
    parties: Sequence[str] | None, after: StatementPlace | None
) -> Iterator[StatementSummary]:
    closed = last_closed()
    if after is not None and closed is not None and after.period <= str(closed):
        return
    for party in (None,) if parties is None else parties:
        yield from map(_draft_summary, list_drafts(party))


def _is_after(row: StatementSummary, place: StatementPlace) -> bool:
    if row.period != place.period:
        return row.period < place.period
    return (row.party, row.currency) > (place.party, place.currency)


def _frozen_summaries(known: QuerySet[StatementRow]) -> list[StatementSummary]:
    frozen = list(known.defer("document"))
    became = payouts.statement_states([row.number for row in frozen])
    return [
        StatementSummary(
            party=row.party,
            period=row.period,
            currency=row.currency,
            state=became.get(row.number, StatementState(row.state)),
            number=row.number,
            payable=Money.from_minor(row.payable_minor, row.currency),
            closing=Money.from_minor(row.closing_minor, row.currency),
        )
        for row in frozen
    ]


def _draft_summary(draft: Statement) -> StatementSummary:
    return StatementSummary(
        party=draft.party,
        period=draft.period,
        currency=draft.currency,
        state=draft.state,
        number=None,
        payable=draft.payable,
        closing=draft.closing,
    )


def list_periods() -> tuple[PeriodSummary, ...]:
    """Every month that was closed, or is open and has something on it; the newest first."""
    months = _open_rows(last_closed()).order_by().values_list("period", flat=True).distinct()
    found = [PeriodSummary(period=month) for month in months]
    found += [
        PeriodSummary(
            period=close.period,
            closed_at=close.closed_at,
            closed_by=close.closed_by,
            statements=close.frozen,
        )
        for close in PeriodClose.objects.annotate(frozen=Count("statements"))
    ]
    return tuple(sorted(found, key=lambda one: one.period, reverse=True))


def events_behind(
    statement: Statement, line: StatementLine | None = None, *, after: int = 0, limit: int = _PAGE
) -> tuple[tuple[int, EventLine], ...]:
    """A page of the events that a statement, or one line of it, is the sum of, as booked.

    Each comes with the number after which the next page begins.
    """
    rows = AllocationLine.objects.filter(
        party=statement.party, currency=statement.currency, period=statement.period, pk__gt=after
    ).exclude(SPENT_BY_FUND)
    if line:
        rows = rows.filter(
            part=line.part.value,
            event__period=line.period,
            event__course_key=line.course_key,
            event__offering_code=line.offering_code,
            event__agreement=line.agreement,
            event__version=line.version,
        )
    page = rows.select_related("event", "event__sale").order_by("pk")[:limit]
    return tuple((row.pk, _event_line(row)) for row in page)


def _open_rows(closed: Period | None) -> QuerySet[PartyRollup]:
    rows = PartyRollup.objects.exclude(SPENT_BY_FUND)
    return rows.filter(period__gt=str(closed)) if closed else rows


def _open_sums() -> QuerySet[PartyRollup]:
    """What goes on the statements of the months after the last that was closed, in their order."""
    last = PeriodClose.objects.order_by("-period").values("period")[:1]
    rows = PartyRollup.objects.exclude(SPENT_BY_FUND)
    return _in_order(rows.filter(period__gt=Coalesce(Subquery(last), Value(""))))


def _in_order(sums: QuerySet[PartyRollup]) -> QuerySet[PartyRollup]:
    return sums.order_by("currency", "party", "period")


def _named(rows: QuerySet[Any], *names: str) -> Iterable[Any]:
    # Objects would take three times as long, and a close makes a line of each.
    return rows.values_list(*names, named=True)


def _minimum(rows: Iterable[Any], currency: str) -> Money | None:
    minimums = [row.minimum_payout_minor for row in rows]
    stated = [minor for minor in minimums if minor is not None]
    return Money.from_minor(max(stated), currency) if stated else None


def _line(row: Any) -> StatementLine:
    return StatementLine(
        part=Part(row.part),
        period=row.sale_period,
        course_key=row.course_key,
        offering_code=row.offering_code,
        agreement=row.agreement,
        version=row.version,
        events=row.events,
        base=Money.from_minor(row.base_minor, row.currency),
        amount=Money.from_minor(row.units_minor, row.currency),
    )


def _event_line(row: Any) -> EventLine:
    event = row.event
    return EventLine(
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
