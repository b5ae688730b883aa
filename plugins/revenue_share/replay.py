"""Computes allocations and statements for events of a file, and posts nothing. Plain Python.

Of events nothing is kept but sums: lines are handed out as they are computed, and what is left of
a sale that later events are about lies on the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from fairgate.clock import utc_day
from fairgate.money import Money
from partnerships.data import RevenueTerms

from . import statements
from .data import Amounts, EventKind, EventLine, Part, Period, Rest, Statement, StatementLine
from .events_file import FileEvent
from .replayed_sales import Change, Dispute, Piece, dispute_changes, refund_changes
from .rules import carried, refunds
from .rules.sharing import Shared, share_sale, sharing_of
from .shelves import Shelf, on_disk

#: Currency, party and month of a statement.
_Sheet = tuple[str, str, str]
#: Part, month of the sale, course, agreement and version of a line.
_Row = tuple[Part, str, str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unallocated:
    """What no party gets of an event, or gives: no terms were in force, or it is beyond a sale."""

    event: FileEvent
    course: str
    amount: Money
    is_beyond: bool = False


@dataclass(slots=True)
class _Books:
    """The books in memory: carries per version and currency, recoupments, sums of statements."""

    carries: dict[tuple[UUID, str], Mapping[str, int]] = field(default_factory=dict)
    recouped: dict[tuple[str, str, str], int] = field(default_factory=dict)
    sums: dict[_Sheet, dict[_Row, list[int]]] = field(default_factory=dict)

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

    def follow(self, terms: RevenueTerms, currency: str, shared: Shared) -> None:
        """Keep what an event changes of carries and recoupments."""
        self.carries[terms.version_uuid, currency] = shared.carries
        for party, units in shared.recouped.items():
            key = (terms.agreement, currency, party)
            self.recouped[key] = self.recouped.get(key, 0) + units

    def add(self, party: str, line: EventLine, counted_in: str) -> None:
        """Add a line to the sums of its statement."""
        sheet = self.sums.setdefault((line.amount.currency, party, counted_in), {})
        row = (line.part, line.period, line.course_key, line.agreement, line.version)
        sums = sheet.setdefault(row, [0, 0, 0])
        for place, more in enumerate((1, line.base.minor, line.amount.minor)):
            sums[place] += more


class Replay:
    """Shares events under the terms in force on the day of each sale (UTC).

    Months are closed at the end of their hold, counted from the cut-off with the longest hold of
    the terms: what happens before that moment is on the statement of its sale's month, what comes
    later is a prior-period line of the first month that is still open.
    """

    def __init__(self, terms: Sequence[RevenueTerms], sales: Shelf, disputes: Shelf) -> None:
        self._terms, self._sales, self._disputes = terms, sales, disputes
        self._by_version = {str(one.version_uuid): one for one in terms}
        self._hold_days = max((one.hold_days for one in terms), default=0)
        self._books = _Books()

    def lines(self, events: Iterable[FileEvent]) -> Iterator[tuple[str, EventLine] | Unallocated]:
        """What each event gives to whom, line by line, as far as the lines are asked for."""
        for event in events:
            if event.kind is EventKind.SALE:
                yield from self._sell(event)
            else:
                yield from self._take(event)

    def statements(self) -> tuple[Statement, ...]:
        """The statements of what has been shared by now, by month, currency and party."""
        months = sorted({period for _currency, _party, period in self._books.sums})
        parties = {(currency, party) for currency, party, _period in self._books.sums}
        written = [one for key in parties for one in self._statements_of(*key, months)]
        return tuple(sorted(written, key=lambda one: (one.period, one.currency, one.party)))

    def _statements_of(
        self, currency: str, party: str, months: Iterable[str]
    ) -> Iterator[Statement]:
        """As ``selectors.statements`` makes them: what is carried has one in every month."""
        rest = Rest(closing=Money.zero(currency))
        for period in months:
            sums = self._books.sums.get((currency, party, period), {})
            if sums or rest.closing:
                lines = [_summed(row, of_row, currency) for row, of_row in sums.items()]
                one = statements.draft(
                    lines,
                    party=party,
                    period=period,
                    opening=rest.closing,
                    minimum_payout=self._smallest_payout(lines, party, period, rest),
                )
                rest = Rest(closing=one.closing, minimum_payout=one.minimum_payout)
                yield one

    def _smallest_payout(
        self, lines: Sequence[StatementLine], party: str, period: str, rest: Rest
    ) -> Money | None:
        currency = rest.closing.currency
        minimums = {(one.agreement, one.version): one.minimum_payout for one in self._terms}
        found = [minimums[line.agreement, line.version] for line in lines]
        stated = [one if one and one.currency == currency else None for one in found]
        last_day = Period.parse(period).last_day
        goes_on = any(
            one.valid_until is None or one.valid_until > last_day
            for one in self._terms
            if one.names(party)
        )
        return statements.smallest_payout(stated, before=rest.minimum_payout if goes_on else None)

    def _sell(self, event: FileEvent) -> Iterator[tuple[str, EventLine] | Unallocated]:
        currency = event.gross.currency
        pieces = self._pieces(event)
        for piece in pieces:
            if piece.terms is None:
                yield _unallocated(event, piece, piece.brought.net)
                continue
            shared = share_sale(
                piece.brought,
                sharing_of(piece.terms),
                self._books.carry(piece.terms, currency),
                self._books.recoupable(piece.terms, currency),
            )
            piece.keep(shared.units)
            yield from self._add(event, piece, piece.terms, shared, event.occurred_at)
        if event.is_followed:
            self._put_away(event.event, event.occurred_at, pieces)

    def _take(self, event: FileEvent) -> Iterator[tuple[str, EventLine] | Unallocated]:
        sold_at, stored = self._sales.get(event.sale)
        sold = datetime.fromisoformat(sold_at)
        pieces = [Piece.of(one, self._by_version) for one in stored]
        for piece, change in self._changes(event, pieces):
            if piece.terms is None:
                piece.lower(change, {})
                if change.unshared:
                    yield _unallocated(event, piece, change.unshared)
                continue
            carries = self._books.carry(piece.terms, event.gross.currency)
            shared = change.shared(piece, piece.terms, carries)
            piece.lower(change, shared.units)
            yield from self._add(event, piece, piece.terms, shared, sold)
            if change.excess:
                yield _unallocated(event, piece, -change.excess, is_beyond=True)
        self._put_away(event.sale, sold, pieces)

    def _changes(self, event: FileEvent, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Change]]:
        if event.kind is EventKind.REFUND:
            yield from refund_changes(_amounts(event), pieces)
            return
        dispute = Dispute(*(self._disputes.get(event.dispute) or ()))
        yield from dispute_changes(
            event.kind, event.gross.minor, event.dispute_fee, dispute, pieces
        )
        self._disputes.put(event.dispute, [dispute.amount, dispute.fee, dispute.shares])

    def _pieces(self, event: FileEvent) -> list[Piece]:
        whole = _amounts(event)
        if not event.courses:
            return [Piece(event.course, whole, terms_in_force(self._terms, event.course, event))]
        parts = refunds.by_weight(whole, [weight for _course, weight in event.courses])
        return [
            Piece(course, part, terms_in_force(self._terms, course, event))
            for (course, _weight), part in zip(event.courses, parts, strict=True)
            if any(part)
        ]

    def _put_away(self, sale: str, sold: datetime, pieces: Sequence[Piece]) -> None:
        self._sales.put(sale, [sold.isoformat(), [one.stored() for one in pieces]])

    def _add(
        self, event: FileEvent, piece: Piece, terms: RevenueTerms, shared: Shared, sold: datetime
    ) -> Iterator[tuple[str, EventLine]]:
        currency = event.gross.currency
        self._books.follow(terms, currency, shared)
        period = Period.of(sold)
        counted_in = str(_counted_in(period, event.occurred_at, self._hold_days))
        for part, by_party in shared.units.items():
            base = Money.from_minor(shared.bases[part], currency)
            for party, units in by_party.items():
                if units:
                    line = _line(event, piece, terms, part, base, units, str(period))
                    self._books.add(party, line, counted_in)
                    yield party, line


@contextmanager
def replaying(terms: Sequence[RevenueTerms]) -> Iterator[Replay]:
    """A replay under these terms; what it puts aside is gone when the block ends."""
    with on_disk() as database:
        yield Replay(terms, Shelf(database, "sales"), Shelf(database, "disputes"))


def terms_in_force(
    terms: Iterable[RevenueTerms], course: str, event: FileEvent
) -> RevenueTerms | None:
    """The version that covers a course on the day of the sale, its last day included.

    There is one at most: ``partnerships.read_terms`` refuses a file in which two would.
    """
    day = utc_day(event.occurred_at)
    fitting = (
        one
        for one in terms
        if course in one.courses
        and one.valid_from <= day
        and (one.valid_until is None or day <= one.valid_until)
    )
    return next(fitting, None)


def _amounts(event: FileEvent) -> Amounts:
    return Amounts(event.net.minor, event.tax.minor, event.fee.minor)


def _unallocated(
    event: FileEvent, piece: Piece, units: int, *, is_beyond: bool = False
) -> Unallocated:
    amount = Money.from_minor(units, event.gross.currency)
    return Unallocated(event=event, course=piece.course, amount=amount, is_beyond=is_beyond)


def _line(
    event: FileEvent, piece: Piece, terms: RevenueTerms, part: Part, base: Money, units: int,
    period: str,
) -> EventLine:  # fmt: skip
    return EventLine(
        event=event.event,
        kind=event.kind,
        part=part,
        sale=event.sale or event.event,
        occurred_at=event.occurred_at,
        period=period,
        course_key=piece.course,
        offering_code="",
        agreement=terms.agreement,
        version=terms.version,
        base=base,
        amount=Money.from_minor(units, base.currency),
    )


def _summed(row: _Row, sums: list[int], currency: str) -> StatementLine:
    part, period, course, agreement, version = row
    count, base, amount = sums
    return StatementLine(
        part=part,
        period=period,
        course_key=course,
        offering_code="",
        agreement=agreement,
        version=version,
        events=count,
        base=Money.from_minor(base, currency),
        amount=Money.from_minor(amount, currency),
    )


def _counted_in(period: Period, occurred_at: datetime, hold_days: int) -> Period:
    while period.hold_ends_at(hold_days) <= occurred_at:
        period = period.next()
    return period
