"""Closes months: what is booked by then goes on numbered, frozen statements, once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from django.db import IntegrityError
from django.db.models import Max

from fairgate_tables.transactions import in_transaction

from .. import statements
from ..data import ClosedPeriod, Period, Statement
from ..exceptions import CloseRefused, EarlierPeriodOpen, FactsWaiting, PeriodStillOnHold
from ..models import CountedEvent, PeriodClose
from ..models import Statement as StatementRow
from ..selectors import statements as reads
from .catching_up import catch_up
from .holds import clear_holds

log = logging.getLogger(__name__)


def close_period(text: str, *, at: datetime, by: str) -> ClosedPeriod:
    """Close a month once; again, it answers with the first close."""
    period = Period.parse(text)
    if known := reads.find_close(period):
        return known
    _check_may_close(period, at)
    if waiting := catch_up(at=at).waiting:
        raise FactsWaiting(waiting)
    clear_holds(at=at)
    try:
        _close(period, at, by)
    except IntegrityError:
        # Somebody else closed at the same moment: the month is theirs, or the number was.
        if not reads.find_close(period):
            raise CloseRefused("Another month is being closed now; try again.") from None
    closed = reads.find_close(period)
    if closed is None:
        raise LookupError(f"{period} was closed and is open again.")
    return closed


@in_transaction
def _close(period: Period, at: datetime, by: str) -> None:
    _check_may_close(period, at)
    # One reading: an event that another worker books meanwhile is on the next statement.
    found = [pair for pair in reads.drafts_and_events(None, at) if pair[0].period == str(period)]
    drafts = [draft for draft, _ in found]
    close = PeriodClose.objects.create(period=str(period), closed_at=at, closed_by=by)
    number = StatementRow.objects.aggregate(last=Max("number"))["last"] or 0
    counted = frozenset().union(*(ids for _, ids in found))
    CountedEvent.objects.bulk_create(
        CountedEvent(event_id=event_id, close=close) for event_id in sorted(counted)
    )
    for place, draft in enumerate(drafts, start=1):
        _write(draft, number + place, close)
    log.info("period closed: period=%s statements=%s", period, len(drafts))


def _check_may_close(period: Period, at: datetime) -> None:
    closed = reads.last_closed()
    if closed and period < closed:
        raise CloseRefused(f"{period} cannot be closed after {closed}: it counts as closed.")
    first = reads.first_open_period(at)
    if first and first < str(period):
        raise EarlierPeriodOpen(f"{first} is still open: close it before {period}.")
    free = reads.hold_ends_at(period)
    if at < free:
        raise PeriodStillOnHold(
            f"{period} cannot be closed before {free.astimezone(UTC):%d %B %Y, %H:%M} UTC, "
            "when the hold of its last sales ends."
        )


def _write(draft: Statement, number: int, close: PeriodClose) -> None:
    frozen = statements.freeze(draft, number=number, closed_at=close.closed_at)
    StatementRow.objects.create(
        number=number,
        close=close,
        period=frozen.period,
        party=frozen.party,
        currency=frozen.currency,
        state=frozen.state.value,
        opening_minor=frozen.opening.minor,
        subtotal_minor=frozen.subtotal.minor,
        payable_minor=frozen.payable.minor,
        closing_minor=frozen.closing.minor,
        document=statements.document(frozen),
        sha256=frozen.sha256,
    )
