"""Computes allocations and statements for a file of events, and posts nothing. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from fairgate.clock import utc_day
from fairgate.money import Money
from partnerships.data import RevenueTerms

from . import statements
from .data import Amounts, EventKind, EventLine, Part, Period, Statement
from .events_file import FileEvent
from .rules import carried
from .rules.sharing import Shared, share_sale, sharing_of, take_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """All lines in the order of the events, the statements, and the events nobody shares."""

    lines: tuple[tuple[str, EventLine], ...]
    statements: tuple[Statement, ...]
    unallocated: tuple[FileEvent, ...]


@dataclass(slots=True)
class _Sale:
    """A sale as the books know it: its terms, and what each party still has of it."""

    event: FileEvent
    terms: RevenueTerms | None
    kept: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Books:
    """The books in memory: carries per version and currency, recoupments, sales, and the lines."""

    carries: dict[tuple[UUID, str], Mapping[str, int]] = field(default_factory=dict)
    recouped: dict[tuple[str, str, str], int] = field(default_factory=dict)
    sales: dict[str, _Sale] = field(default_factory=dict)
    lines: list[tuple[str, EventLine]] = field(default_factory=list)
    unallocated: list[FileEvent] = field(default_factory=list)

    def carry(self, terms: RevenueTerms, currency: str) -> Mapping[str, int]:
        """What rounding owes each party under these terms."""
        return self.carries.get((terms.version_uuid, currency)) or carried.no_carries(
            terms.weights()
        )

    def recoupable(self, terms: RevenueTerms, currency: str) -> list[tuple[str, int]]:
        """Who may still recoup how much."""
        return [
            (party, max(amount - self.recouped.get((terms.agreement, currency, party), 0), 0))
            for party, amount in terms.recouped_in(currency)
        ]

    def add(self, event: FileEvent, sale: _Sale, terms: RevenueTerms, shared: Shared) -> None:
        """Keep the lines of an event, and what it changes."""
        currency = event.gross.currency
        self.carries[terms.version_uuid, currency] = shared.carries
        for party, units in shared.recouped.items():
            key = (terms.agreement, currency, party)
            self.recouped[key] = self.recouped.get(key, 0) + units
        for part, by_party in shared.units.items():
            base = Money.from_minor(shared.bases[part], currency)
            kept = sale.kept.setdefault(Part.SHARE if part is Part.MIRROR else part, {})
            for party, units in by_party.items():
                kept[party] = kept.get(party, 0) + units
                if units:
                    line = _line(event, sale.event, terms, part, base, units)
                    self.lines.append((party, line))


def replay(events: Iterable[FileEvent], terms: Sequence[RevenueTerms]) -> Replayed:
    """Share the events under the terms in force on the day of each sale (UTC).

    Months are closed at the end of their hold, counted from the cut-off with the longest hold of
    the terms: a refund before that moment is on the statement of its sale's month, a later one is
    a prior-period line of the first month that is still open.
    """
    books = _Books()
    for event in events:
        if event.kind is EventKind.SALE:
            _sell(event, terms, books)
        else:
            _refund(event, books)
    hold_days = max((one.hold_days for one in terms), default=0)
    return Replayed(
        lines=tuple(books.lines),
        statements=_statements(books, hold_days, _minimums(terms)),
        unallocated=tuple(books.unallocated),
    )


def terms_in_force(terms: Iterable[RevenueTerms], event: FileEvent) -> RevenueTerms | None:
    """The version that covers the course on the day of the sale, its last day included.

    There is one at most: ``partnerships.read_terms`` refuses a file in which two would.
    """
    day = utc_day(event.occurred_at)
    fitting = (
        one
        for one in terms
        if event.course in one.courses
        and one.valid_from <= day
        and (one.valid_until is None or day <= one.valid_until)
    )
    return next(fitting, None)


def _sell(event: FileEvent, terms: Sequence[RevenueTerms], books: _Books) -> None:
    sale = books.sales[event.event] = _Sale(event, terms_in_force(terms, event))
    if sale.terms is None:
        books.unallocated.append(event)
        return
    currency = event.gross.currency
    shared = share_sale(
        _amounts(event),
        sharing_of(sale.terms),
        books.carry(sale.terms, currency),
        books.recoupable(sale.terms, currency),
    )
    books.add(event, sale, sale.terms, shared)


def _refund(event: FileEvent, books: _Books) -> None:
    sale = books.sales[event.sale]
    if sale.terms is None:
        books.unallocated.append(event)
        return
    shared = take_back(
        _amounts(event),
        excess=0,
        dispute_fee=0,
        sharing=sharing_of(sale.terms),
        carries=books.carry(sale.terms, event.gross.currency),
        kept=sale.kept,
    )
    books.add(event, sale, sale.terms, shared)


def _amounts(event: FileEvent) -> Amounts:
    return Amounts(event.net.minor, event.tax.minor, event.fee.minor)


def _line(
    event: FileEvent, sale: FileEvent, terms: RevenueTerms, part: Part, base: Money, units: int
) -> EventLine:
    return EventLine(
        event=event.event,
        kind=event.kind,
        part=part,
        sale=sale.event,
        occurred_at=event.occurred_at,
        period=str(Period.of(sale.occurred_at)),
        course_key=event.course,
        offering_code="",
        agreement=terms.agreement,
        version=terms.version,
        base=base,
        amount=Money.from_minor(units, base.currency),
    )


def _minimums(terms: Iterable[RevenueTerms]) -> dict[tuple[str, int], Money]:
    return {(one.agreement, one.version): one.minimum_payout for one in terms if one.minimum_payout}


def _statements(
    books: _Books, hold_days: int, minimums: Mapping[tuple[str, int], Money]
) -> tuple[Statement, ...]:
    groups: dict[tuple[str, str, str], list[EventLine]] = {}
    for party, line in books.lines:
        period = _counted_in(line, hold_days)
        groups.setdefault((line.base.currency, party, period), []).append(line)
    written: list[Statement] = []
    closings: dict[tuple[str, str], Money] = {}
    for currency, party, period in sorted(groups):
        lines = groups[currency, party, period]
        stated = [
            minimum
            for line in lines
            if (minimum := minimums.get((line.agreement, line.version)))
            and minimum.currency == currency
        ]
        one = statements.draft(
            statements.summed(lines),
            party=party,
            period=period,
            opening=closings.get((currency, party), Money.zero(currency)),
            minimum_payout=max(stated, default=None),
        )
        closings[currency, party] = one.closing
        written.append(one)
    return tuple(sorted(written, key=lambda one: (one.period, one.currency, one.party)))


def _counted_in(line: EventLine, hold_days: int) -> str:
    period = Period.parse(line.period)
    while period.hold_ends_at(hold_days) <= line.occurred_at:
        period = period.next()
    return str(period)
