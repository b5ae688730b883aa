"""Pools of seats: opened when a batch order is paid, smaller with each refund.

No entitlement comes of a batch order: its seats do, one by one, for who accepts them. Order of
locks: payment, order, lines, then as in ``seat_rows``.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fee_payments import conf, models, rules
from fee_payments.data.institution_seats import SeatAction, SeatState
from fee_payments.exceptions import NoSeatLeft, RefundRefused, SessionNotOpen
from fee_payments.selectors.institution_seats import state_of
from fee_payments.services import entitling, seats
from fee_payments.services.seat_rows import (
    allow_code,
    clear,
    every_locked_seat,
    live_key,
    live_seats,
    locked_pool,
    locked_seats,
    note_all,
    revoke_code,
)
from fee_payments.services.seat_taking_back import end_seat

log = logging.getLogger(__name__)

_AT_ONCE = 500
CLOSED = "paid after its seats were closed; a refund is due."
TOO_LATE = "paid after its session had begun or was closed; a refund is due."


def open_pool(order: models.Order, line: models.OrderLine, *, at: datetime) -> str:
    """Let the seats of a line of a batch order come into being; order and line are locked.

    ``at`` is when it was paid, or invoiced on credit. Again has no second effect. Seats that were
    given back meanwhile, because the order's time was over, are taken again, all or none. Seats
    that were closed, with an invoice on credit, do not come back; nor do those of a session that
    has begun or was closed, as nobody could be given one. Returns what stands in the way, or
    nothing.
    """
    known = models.SeatPool.objects.filter(line=line).first()
    if known is not None:
        return CLOSED if has_ended(known) else ""
    if order.buyer is None:
        raise ValueError(f"Order {order.uuid} is of no organisation.")
    if line.session is not None and (line.session.closed or line.session.starts_at <= at):
        return TOO_LATE
    try:
        with transaction.atomic():
            seats.take_seat(line)
    except SessionNotOpen:
        return TOO_LATE  # closed at this moment
    except NoSeatLeft:
        return "paid after the order was closed, and there are not as many seats left."
    pool = models.SeatPool.objects.create(
        line=line,
        buyer=order.buyer,
        offering=line.offering,
        quantity=line.quantity,
        sponsor=order.buyer.legal_name,
        opened_at=at,
        ends_at=at + conf.seat_pool_period(),
    )
    models.Seat.objects.bulk_create(
        (
            models.Seat(pool=pool, number=number, live_key=live_key(pool, number))
            for number in range(1, line.quantity + 1)
        ),
        batch_size=_AT_ONCE,
    )
    # From here on the pool counts in the room, seat by seat, and no longer the line.
    line.holds_seat = False
    line.save(update_fields=["holds_seat"])
    log.info("seats opened: pool=%s seats=%s", pool.uuid, pool.quantity)
    return ""


def follow_refunds(line_pk: int, *, at: datetime) -> None:
    """Bring the seats of a line to what is refunded of it, and under way.

    Call it in the transaction that has changed ``refunded_minor`` of the line (done or under way)
    or ``returned_minor`` (done). Seats for refunds under way are held: nobody gets them; for
    those that are done they are withdrawn; what a failed refund held is free again. Seats that
    nobody has accepted go, free ones first, the newest first; an accepted one never does. A line
    without a pool has nothing to do here.

    Raises:
        RefundRefused: more seats would go than nobody has accepted.
    """
    found = models.SeatPool.objects.filter(line_id=line_pk).values_list("pk", flat=True).first()
    if found is None:
        return
    with transaction.atomic():
        pool = locked_pool(found)
        line = models.OrderLine.objects.get(pk=line_pk)
        rows = locked_seats(pool)
        gone = models.Seat.objects.filter(pool=pool, withdrawn_at__isnull=False).count()
        if pool.closed_because:
            # Nobody has one of these, and the room counts none: what is refunded stays so.
            _withdraw_closed(pool, _covered(line, line.returned_minor) - gone, at=at)
            return
        held = sum(seat.held_at is not None for seat in rows)
        missing = _covered(line, line.refunded_minor) - held - gone
        if missing > 0:
            _hold(pool, rows, missing, at=at)
        elif missing < 0:
            _let_go(rows, -missing, at=at)
        _withdraw(pool, rows, _covered(line, line.returned_minor) - gone, at=at)


def lock_pools(order: models.Order) -> None:
    """Lock the pools of an order that is locked, all before the first room is.

    Who accepts a seat has locked its pool, and then what an order of theirs holds of other rooms.
    """
    if order.buyer_id is None:
        return
    # Found without a lock and locked by their primary keys; a line has its pool for ever.
    pks = models.SeatPool.objects.filter(line__order=order).order_by().values_list("pk", flat=True)
    list(models.SeatPool.objects.select_for_update().filter(pk__in=list(pks)).order_by("pk"))


def rest_seats(line: models.OrderLine, *, because: str, at: datetime) -> None:
    """Let the access of who has accepted a seat of a line rest; the seats stay theirs.

    ``because`` is one of ``Entitlement.RESTING``.
    """
    for seat in _accepted_seats(line):
        entitling.revoke(seat, because=because, at=at)


def wake_seats(line: models.OrderLine, *, at: datetime) -> None:
    """Give who has accepted a seat of a line the access again that rested, or was taken with it.

    Who has access by something else meanwhile needs no seat: it is free for somebody else.
    """
    for seat in _accepted_seats(line):
        if not _woken(seat, at=at):
            end_seat(seat, by=None, because=_("Has access by something else."), at=at)


def _woken(seat: models.Seat, *, at: datetime) -> bool:
    with transaction.atomic():
        is_given = entitling.give_again(seat, at=at)
        transaction.set_rollback(not is_given)
    return is_given


def close_pool(line: models.OrderLine, *, because: str, at: datetime) -> None:
    """End every seat of a line, accepted or not: it was never paid, or the money was taken back.

    For an invoice on credit that is cancelled, and a dispute that is lost; a refund takes back only
    what nobody has accepted. Again has no second effect.
    """
    pool = _locked_pool_of(line)
    rows = [seat for seat in every_locked_seat(pool) if seat.live_key] if pool is not None else []
    if pool is None or not rows:
        return
    for seat in rows:
        if seat.accepted_at is None:
            clear(seat, at=at, because=because)
        else:
            entitling.revoke(seat, because=because, at=at)
            revoke_code(seat, at=at, because=because)
        seat.closed_at, seat.live_key = at, None
        seat.save()
    pool.closed_because = because
    pool.save(update_fields=["closed_because"])
    note_all(rows, SeatAction.CLOSED, at=at)
    _uncount(pool, len(rows))
    log.info("seats closed: pool=%s seats=%s", pool.uuid, len(rows))


def reopen_pool(line: models.OrderLine, *, at: datetime) -> None:
    """Let the seats be there again that a lost dispute has closed, as it is won after all.

    Who had accepted one has it again, without access yet (``wake_seats``); the others are free.
    What was refunded meanwhile stays refunded. Of a pool that was not closed, or because of
    something else, nothing changes.

    Raises:
        NoSeatLeft: the room, or the session, has not as many seats left.
        SessionNotOpen: the session was closed.
        RefundRefused: more was refunded, or is being refunded, than nobody has accepted.
            Undo the transaction.
    """
    pool = _locked_pool_of(line)
    if pool is None or pool.closed_because != models.Entitlement.DISPUTE_LOST:
        return
    rows = _closed_seats(pool)
    seats.count_seat(pool.offering, len(rows), session=pool.line.session)
    for seat in rows:
        seat.closed_at, seat.live_key = None, live_key(pool, seat.number)
        seat.save(update_fields=["closed_at", "live_key"])
        allow_code(seat, because=pool.closed_because)
    pool.closed_because = ""
    pool.save(update_fields=["closed_because"])
    note_all(rows, SeatAction.REOPENED, at=at)
    follow_refunds(line.pk, at=at)
    log.info("seats open again: pool=%s seats=%s", pool.uuid, len(rows))


def has_ended(pool: models.SeatPool) -> bool:
    """Whether no seat of a pool is there: all are closed or refunded.

    Of a seat that a coordinator takes back, another takes the place.
    """
    return not live_seats(pool).exists()


def _accepted_seats(line: models.OrderLine) -> list[models.Seat]:
    """The seats of a line that somebody has; its pool is locked from here on."""
    pool = _locked_pool_of(line)
    rows = every_locked_seat(pool) if pool is not None else []
    return [seat for seat in rows if seat.live_key and seat.accepted_at is not None]


def _closed_seats(pool: models.SeatPool) -> list[models.Seat]:
    return [seat for seat in every_locked_seat(pool) if seat.closed_at is not None]


def _locked_pool_of(line: models.OrderLine) -> models.SeatPool | None:
    found = models.SeatPool.objects.filter(line=line).values_list("pk", flat=True).first()
    return None if found is None else locked_pool(found)


def _uncount(pool: models.SeatPool, count: int) -> None:
    seats.uncount_seat(pool.offering, count, session=pool.line.session)


def _covered(line: models.OrderLine, refunded_minor: int) -> int:
    return rules.seats_to_refund(
        total=line.total_minor,
        paid=line.paid_minor,
        refunded=refunded_minor,
        quantity=line.quantity,
    )


def _hold(pool: models.SeatPool, rows: Sequence[models.Seat], count: int, *, at: datetime) -> None:
    # What nobody has comes first, then what somebody is invited to; the newest of each.
    rank = {SeatState.FREE: 0, SeatState.EXPIRED: 1, SeatState.ASSIGNED: 2}
    ranked = [(rank[state], -seat.number, seat) for seat in rows
              if (state := state_of(seat, at=at)) in rank]  # fmt: skip
    if len(ranked) < count:
        raise RefundRefused(
            ngettext(
                "%(seats)s seat of “%(title)s” can be taken back; the others are accepted. The "
                "institution’s coordinator has to take them back first.",
                "%(seats)s seats of “%(title)s” can be taken back; the others are accepted. The "
                "institution’s coordinator has to take them back first.",
                len(ranked),
            )
            % {"seats": len(ranked), "title": pool.offering.title}
        )
    chosen = [seat for _rank, _number, seat in sorted(ranked, key=itemgetter(0, 1))[:count]]
    for seat in chosen:
        if seat.assigned_at is not None:
            clear(seat, at=at, because=_("The seat was refunded."))
        seat.held_at = at
        seat.save()
    note_all(chosen, SeatAction.HELD, at=at)


def _let_go(rows: Sequence[models.Seat], count: int, *, at: datetime) -> None:
    chosen = [seat for seat in rows if seat.held_at is not None][:count]
    for seat in chosen:
        seat.held_at = None
        seat.save(update_fields=["held_at"])
    note_all(chosen, SeatAction.UNHELD, at=at)


def _withdraw(
    pool: models.SeatPool, rows: Sequence[models.Seat], count: int, *, at: datetime
) -> None:
    if count <= 0:
        return
    chosen = [seat for seat in reversed(rows) if seat.held_at is not None][:count]
    for seat in chosen:
        seat.withdrawn_at, seat.live_key = at, None
        seat.save(update_fields=["withdrawn_at", "live_key"])
    note_all(chosen, SeatAction.WITHDRAWN, at=at)
    _uncount(pool, len(chosen))
    log.info("seats withdrawn: pool=%s seats=%s", pool.uuid, len(chosen))


def _withdraw_closed(pool: models.SeatPool, count: int, *, at: datetime) -> None:
    rows = [seat for seat in _closed_seats(pool) if seat.accepted_at is None]
    chosen = sorted(rows, key=lambda seat: (seat.held_at is None, -seat.number))[: max(count, 0)]
    for seat in chosen:
        seat.held_at, seat.withdrawn_at, seat.closed_at = seat.held_at or at, at, None
        seat.save(update_fields=["held_at", "withdrawn_at", "closed_at"])
    note_all(chosen, SeatAction.WITHDRAWN, at=at)
