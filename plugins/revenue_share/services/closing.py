"""Closes months: what is booked by then goes on numbered, frozen statements, once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from fairgate_tables.transactions import in_transaction

from .. import lock_objects, statements
from ..data import Account, ClosedPeriod, Period, Statement
from ..exceptions import (
    CloseRefused,
    EarlierPeriodOpen,
    FactsWaiting,
    PeriodStillOnHold,
    SaleUncleared,
    SumsDiffer,
)
from ..models import PeriodClose
from ..models import Statement as StatementRow
from ..rules import postings
from ..selectors import events
from ..selectors import statements as reads
from .catching_up import catch_up
from .holds import clear_holds
from .ledger import post

log = logging.getLogger(__name__)

#: What is missing is booked, holds are cleared, statements are frozen.
STEPS = 3


def _nobody(_done: int) -> None:
    """Where nobody asks how far it is."""


def close_period(
    text: str, *, at: datetime, by: str, told: Callable[[int], None] = _nobody
) -> ClosedPeriod:
    """Close a month once; again, it answers with the first close.

    ``told`` is called with how many of ``STEPS`` are done, outside of any transaction of ours.
    """
    period = Period.parse(text)
    if known := reads.find_close(period):
        return known
    _check_may_close(period, reads.last_closed(), at)
    if waiting := catch_up(at=at).waiting:
        raise FactsWaiting(waiting)
    told(1)
    clear_holds(at=at)
    told(2)
    try:
        closed = _close(period, at, by)
    except SaleUncleared:
        # Booked since, perhaps: what is of a month that is still open counts in it.
        clear_holds(at=at)
        closed = _close(period, at, by)
    told(STEPS)
    return closed


def check_may_close(period: Period, *, at: datetime) -> None:
    """Refuse what a close would refuse by what is there now; one that is closed is not refused.

    Raises:
        CloseRefused: an earlier month is open, or the hold of its last sales has not ended.
    """
    if reads.find_close(period) is None:
        _check_may_close(period, reads.last_closed(), at)


@in_transaction
def _close(period: Period, at: datetime, by: str) -> ClosedPeriod:
    lock = lock_objects.take_lock_date()
    closed = Period.parse(lock.period) if lock.period else None
    if closed == period:
        # Somebody else closed it while we waited.
        return reads.closed_now(period)
    _check_may_close(period, closed, at)
    drafts = reads.drafts_to_close(period)
    _check_as_booked(period, drafts)
    close = PeriodClose.objects.create(period=str(period), closed_at=at, closed_by=by)
    number = reads.last_number()
    written = [_write(draft, number + place, close) for place, draft in enumerate(drafts, start=1)]
    for statement in written:
        _set_off(statement, close, at)
    lock.period = str(period)
    lock.save()
    log.info("period closed: period=%s statements=%s", period, len(written))
    return ClosedPeriod(period=str(period), closed_at=at, closed_by=by, statements=tuple(written))


def _set_off(statement: Statement, close: PeriodClose, at: datetime) -> None:
    """Take what a party has to give back from what it is owed, as its statement does."""
    due = events.due_back(statement.party, statement.currency, by=close.period)
    given_back, charged = postings.to_set_off(
        statement.closing.minor,
        receivable=due.get(Account.RECEIVABLE, 0),
        dispute_fee=due.get(Account.DISPUTE_FEE, 0),
    )
    post(
        postings.set_off(statement.party, receivable=given_back, dispute_fee=charged),
        kind="set_off",
        cause_kind="close",
        cause_uuid=close.uuid,
        period=close.period,
        currency=statement.currency,
        occurred_at=at,
        at=at,
        of=f"{statement.party}:{statement.currency}",
    )


def _check_may_close(period: Period, closed: Period | None, at: datetime) -> None:
    if closed and period < closed:
        raise CloseRefused(
            "%(month)s cannot be closed after %(closed)s: it counts as closed.",
            month=period,
            closed=closed,
        )
    first = reads.first_open_period()
    if first and first < str(period):
        raise EarlierPeriodOpen(
            "%(first)s is still open: close it before %(month)s.", first=first, month=period
        )
    free = reads.hold_ends_at(period, closed)
    if at < free:
        raise PeriodStillOnHold(
            "%(month)s cannot be closed before %(moment)s UTC, when the hold of its last sales "
            "ends.",
            month=period,
            moment=free,
        )


def _check_as_booked(period: Period, drafts: Sequence[Statement]) -> None:
    """Refuse to pay by sums that events do not give, or what was not cleared."""
    for party, currency in reads.differing_from_lines(period, drafts):
        raise SumsDiffer(
            "The sums of %(month)s are not those of its events, first those of %(party)s in "
            "%(currency)s: run revenue_share_rebuild, and close it again.",
            month=period,
            party=party,
            currency=currency,
        )
    if sale := reads.find_uncleared(period):
        raise SaleUncleared(
            "The sale %(sale)s of %(month)s is not cleared. Close the month again; if it is "
            "refused again, revenue_share_check says what is broken.",
            sale=sale,
            month=period,
        )


def _write(draft: Statement, number: int, close: PeriodClose) -> Statement:
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
        minimum_payout_minor=frozen.minimum_payout.minor if frozen.minimum_payout else None,
        payable_minor=frozen.payable.minor,
        closing_minor=frozen.closing.minor,
        document=statements.document(frozen),
        sha256=frozen.sha256,
    )
    return frozen
