"""Statements: frozen ones from their documents, drafts from the sums of the open months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from fairgate.money import Money
from fairgate_tables.compiled import Compiled
from partnerships import api as partnerships
from partnerships.data import FUND

from .. import statements
from ..data import (
    ClosedPeriod,
    EventKind,
    EventLine,
    Part,
    Period,
    PeriodSummary,
    Rest,
    Statement,
    StatementLine,
    StatementPlace,
    StatementState,
    StatementSummary,
)
from ..exceptions import CurrencyNeeded, StatementNotFound
from ..models import AllocationLine, PartyRollup, PeriodClose, RevenueEvent
from ..models import Statement as StatementRow
from . import payouts, receipts

#: What the fund pays for seats comes out of its own account (``waiver_policy``), which has deposits
#: that are not in these books. Its statement says what it earned.
SPENT_BY_FUND = Q(party=FUND, part=Part.SEAT.value)

_PAGE = 1_000

#: What a line of a statement says of a sum of a party.
_SUMS = (
    "period", "party", "currency", "part", "sale_period", "course_key", "offering_code",
    "agreement", "version", "minimum_payout_minor", "events", "base_minor", "units_minor",
)  # fmt: skip

_LEFT = ("party", "currency", "closing_minor", "minimum_payout_minor")

# Three questions that every page of a statement asks, and one if something is carried.
_FROZEN = Compiled(
    lambda party, period: StatementRow.objects.filter(party=party, period=period).order_by(
        "currency"
    ),
    "document",
    takes=(str, str),
)
_LEFT_BY = Compiled(
    lambda party: StatementRow.objects.filter(party=party).order_by("number"),
    *_LEFT,
    takes=(str,),
)
_OPEN_UNTIL = Compiled(
    lambda party, period: _open_sums().filter(party=party, period__lte=period),
    *_SUMS,
    takes=(str, str),
)
_OPEN_MONTHS = Compiled(
    lambda: _since_the_close().order_by("period").distinct(), "period", takes=()
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
    sums, rests = list(_OPEN_UNTIL.rows(party, month)), _rests(_LEFT_BY.rows(party))
    months = {row.period for row in sums}
    if months != {month} or any(rest.closing for rest in rests.values()):
        # What is carried has a statement in every month, also in those of the others.
        months |= {row.period for row in _OPEN_MONTHS.rows() if row.period <= month}
    return tuple(one for one in _drafts(sums, rests, months) if one.period == month)


def list_drafts(party: str | None) -> tuple[Statement, ...]:
    """What the statements of the open months would be now, by currency, party and month."""
    rows, frozen = _open_sums(), StatementRow.objects.order_by("number")
    if party:
        rows, frozen = rows.filter(party=party), frozen.filter(party=party)
    months = {row.period for row in _OPEN_MONTHS.rows()}
    return _drafts(_named(rows, *_SUMS), _rests(_named(frozen, *_LEFT)), months)


def drafts_to_close(period: Period) -> tuple[Statement, ...]:
    """The statements of a month that is about to be closed, by currency and party.

    The caller has the lock date. Both readings lock, so that they see what is committed, also in a
    transaction that began before.
    """
    rows = _in_order(PartyRollup.objects.exclude(SPENT_BY_FUND).filter(period=str(period)))
    frozen = StatementRow.objects.order_by("number")
    rests = _rests(_named(frozen.select_for_update(), *_LEFT))
    return _drafts(_named(rows.select_for_update(), *_SUMS), rests, {str(period)})


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
        (draft.party, draft.currency): (draft.subtotal.minor, _stated_on(draft))
        for draft in drafts
        if draft.lines
    }
    return sorted(key for key in {*given, *kept} if given.get(key) != kept.get(key))


def _stated_on(draft: Statement) -> int | None:
    has_terms = any(line.agreement for line in draft.lines)
    return draft.minimum_payout.minor if has_terms and draft.minimum_payout else None


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


def _rests(frozen: Iterable[Any]) -> dict[tuple[str, str], Rest]:
    """What the last of these statements left, by currency and party; they come by number."""
    return {
        (row.currency, row.party): Rest(
            closing=Money.from_minor(row.closing_minor, row.currency),
            minimum_payout=_amount(row.minimum_payout_minor, row.currency),
        )
        for row in frozen
    }


def _drafts(
    sums: Iterable[Any], rests: Mapping[tuple[str, str], Rest], months: Iterable[str]
) -> tuple[Statement, ...]:
    """The statements of open months, each of which opens with what the one before it left.

    Who has something carried has a statement in every one of ``months``, with or without a sum.
    """
    sheets: dict[tuple[str, str], dict[str, list[Any]]] = {
        key: {} for key, rest in rests.items() if rest.closing
    }
    for row in sums:
        by_month = sheets.setdefault((row.currency, row.party), {})
        by_month.setdefault(row.period, []).append(row)
    ordered = sorted(months)
    return tuple(
        draft
        for (currency, party), by_month in sorted(sheets.items())
        for draft in _drafts_of_one(
            party,
            by_month,
            ordered,
            rests.get((currency, party), Rest(closing=Money.zero(currency))),
        )
    )


def _drafts_of_one(
    party: str, by_month: Mapping[str, list[Any]], months: Iterable[str], rest: Rest
) -> Iterator[Statement]:
    for month in months:
        rows = by_month.get(month, [])
        if rows or rest.closing:
            draft = _draft(rows, party=party, period=month, rest=rest)
            rest = Rest(closing=draft.closing, minimum_payout=draft.minimum_payout)
            yield draft


def _draft(rows: Sequence[Any], *, party: str, period: str, rest: Rest) -> Statement:
    currency = rest.closing.currency
    stated = [_amount(row.minimum_payout_minor, currency) for row in rows if row.agreement]
    return statements.draft(
        [_line(row) for row in rows],
        party=party,
        period=period,
        opening=rest.closing,
        minimum_payout=statements.smallest_payout(
            stated, before=None if stated else _kept_minimum(party, period, rest)
        ),
    )


def _kept_minimum(party: str, period: str, rest: Rest) -> Money | None:
    """The minimum payout of a month without lines under terms.

    It waits for more receipts. When none can come, as every agreement with the party had ended by
    the end of the month, what is left is paid out.
    """
    if rest.minimum_payout is None:
        return None
    month = Period.parse(period)
    first_day_after, end = month.next().first_day, month.hold_ends_at(0)
    goes_on = partnerships.shares_receipts_from(party, first_day_after, at=end)
    return rest.minimum_payout if goes_on else None


def made_again(rows: Sequence[Any]) -> Iterator[tuple[StatementRow, Statement]]:
    """Frozen statements with what the kept sums of their months would freeze by now.

    Each comes as it would be hashed today. ``rows`` know the minimum payout of the statement before
    theirs as ``minimum_before``. One question for all of them, and one of the agreements for each
    month that kept it.
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
        draft = _draft(
            found.get((row.period, row.party, row.currency), []),
            party=row.party,
            period=row.period,
            rest=Rest(
                closing=Money.from_minor(row.opening_minor, row.currency),
                minimum_payout=_amount(row.minimum_before, row.currency),
            ),
        )
        yield row, statements.freeze(draft, number=row.number, closed_at=row.close.closed_at)


def with_minimum_before(rows: QuerySet[StatementRow]) -> QuerySet[Any]:
    """Statements with the minimum payout of the one before, in minor units, or ``None``."""
    earlier = StatementRow.objects.filter(
        party=OuterRef("party"), currency=OuterRef("currency"), number__lt=OuterRef("number")
    ).order_by("-number")
    return rows.annotate(minimum_before=Subquery(earlier.values("minimum_payout_minor")[:1]))


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
    return _in_order(_since_the_close())


def _since_the_close() -> QuerySet[PartyRollup]:
    last = PeriodClose.objects.order_by("-period").values("period")[:1]
    rows = PartyRollup.objects.exclude(SPENT_BY_FUND)
    return rows.filter(period__gt=Coalesce(Subquery(last), Value("")))


def _in_order(sums: QuerySet[PartyRollup]) -> QuerySet[PartyRollup]:
    return sums.order_by("currency", "party", "period")


def _named(rows: QuerySet[Any], *names: str) -> Iterable[Any]:
    # Objects would take three times as long, and a close makes a line of each.
    return rows.values_list(*names, named=True)


def _amount(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money.from_minor(minor, currency)


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
    gross, tax, fee = receipts.of_event(event)
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
        gross=gross,
        tax=tax,
        fee=fee,
    )
