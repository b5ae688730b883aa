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
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fee_payments import conf, models, rules
from fee_payments.data.institution_seats import SeatAction, SeatState
from fee_payments.exceptions import NoSeatLeft, RefundRefused
from fee_payments.selectors.institution_seats import state_of
from fee_payments.services import entitling, seats
from fee_payments.services.seat_rows import (
    clear,
    live_key,
    locked_pool,
    locked_seats,
    note_all,
    revoke_code,
)

log = logging.getLogger(__name__)

_AT_ONCE = 500
CLOSED = "paid after its seats were closed; a refund is due."


def open_pool(order: models.Order, line: models.OrderLine, *, at: datetime) -> str:
    """Let the seats of a line of a batch order come into being; order and line are locked.

    ``at`` is when it was paid, or invoiced on credit. Again has no second effect. Seats that were
    given back meanwhile, because the order's time was over, are taken again, all or none. Seats
    that were closed, with an invoice on credit, do not come back. Returns what stands in the way,
    or nothing.
    """
    known = models.SeatPool.objects.filter(line=line).first()
    if known is not None:
        return CLOSED if has_ended(known) else ""
    if order.buyer is None:
        raise ValueError(f"Order {order.uuid} is of no organisation.")
    try:
        with transaction.atomic():
            seats.take_seat(line)
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
        if has_ended(pool):
            return  # closed, or refunded whole: nothing is left that could be taken back
        line = models.OrderLine.objects.get(pk=line_pk)
        rows = locked_seats(pool)
        gone = models.Seat.objects.filter(pool=pool, withdrawn_at__isnull=False).count()
        held = sum(seat.held_at is not None for seat in rows)
        missing = _covered(line, line.refunded_minor) - held - gone
        if missing > 0:
            _hold(pool, rows, missing, at=at)
        elif missing < 0:
            _let_go(rows, -missing, at=at)
        _withdraw(pool, rows, _covered(line, line.returned_minor) - gone, at=at)


def close_pool(line: models.OrderLine, *, because: str, at: datetime) -> None:
    """End every seat of a line, accepted or not: it was never paid, or the money was taken back.

    For an invoice on credit that is cancelled, and a dispute that is lost; a refund takes back only
    what nobody has accepted. Again has no second effect.
    """
    found = models.SeatPool.objects.filter(line=line).values_list("pk", flat=True).first()
    if found is None:
        return
    with transaction.atomic():
        pool = locked_pool(found)
        rows = locked_seats(pool)
        for seat in rows:
            if seat.accepted_at is None:
                clear(seat, at=at, because=because)
                seat.held_at = seat.withdrawn_at = at
            else:
                seat.revoked_at, seat.revoked_because = at, because
                entitling.revoke(seat, because=because, at=at)
                revoke_code(seat, at=at, because=because)
            seat.live_key = None
            seat.save()
        note_all(rows, SeatAction.WITHDRAWN, at=at)
        seats.uncount_seat(pool.offering, len(rows))
    log.info("seats closed: pool=%s seats=%s", pool.uuid, len(rows))


def has_ended(pool: models.SeatPool) -> bool:
    """Whether no seat of a pool is left, nor comes back: all are closed or refunded.

    A seat that a coordinator takes back names who did it, and another takes its place.
    """
    closed = Q(revoked_at__isnull=False, revoked_by__isnull=True)
    gone = models.Seat.objects.filter(closed | Q(withdrawn_at__isnull=False), pool=pool)
    return gone.count() >= pool.quantity


def is_closed(line: models.OrderLine) -> bool:
    """Whether the seats of a line were closed, and not refunded."""
    pool = models.SeatPool.objects.filter(line=line).first()
    is_refunded = _covered(line, line.returned_minor) >= line.quantity
    return pool is not None and not is_refunded and has_ended(pool)


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
    seats.uncount_seat(pool.offering, len(chosen))
    log.info("seats withdrawn: pool=%s seats=%s", pool.uuid, len(chosen))
