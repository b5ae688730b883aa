"""Moves the end of an institution's seats: by an operator, with a reason that is kept."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fairgate.readable import is_readable
from fairgate_tables.transactions import in_transaction
from fee_payments import models
from fee_payments.exceptions import SeatRefused, UnknownSeat
from fee_payments.services import institution_seats
from fee_payments.services.seat_rows import MAX_TEXT, locked_pool, locked_seats

log = logging.getLogger(__name__)


@in_transaction
def move_pool_end(
    pool_uuid: UUID, ends_at: datetime, *, reason: str, by: int, at: datetime
) -> None:
    """Let the seats of a pool be given and accepted until another moment.

    ``ends_at`` is the first at which nothing is. Invitations and codes that ended with the pool end
    with it again; one that would outlive it ends with it, and one that ends earlier stays as it is.
    What was accepted stays. Seats of a session end when it begins, whatever is said here. The same
    end again changes nothing.

    Raises:
        UnknownSeat: there is no such pool.
        SeatRefused: the end is not in the future, no reason is given, no seat is left, or the
            session of the seats has begun or was closed.
    """
    reason = reason.strip()
    if not reason or not is_readable(reason) or len(reason) > MAX_TEXT:
        raise SeatRefused(_("Please say why, in one line; the reason is kept."))
    if ends_at <= at:
        raise SeatRefused(_("The new end has to be in the future."))
    pk = models.SeatPool.objects.filter(uuid=pool_uuid).values_list("pk", flat=True).first()
    if pk is None:
        raise UnknownSeat(_("There are no such seats."))
    pool = locked_pool(pk)
    if institution_seats.has_ended(pool):
        raise SeatRefused(_("These seats were closed or refunded: no end can be moved."))
    session = pool.line.session
    if session is not None and (session.closed or session.starts_at <= at):
        raise SeatRefused(
            _("The session of these seats has begun or was closed: no end can be moved.")
        )
    before = pool.ends_at
    if before == ends_at:
        return
    pool.ends_at = ends_at
    pool.save(update_fields=["ends_at"])
    batches = models.SeatCodeBatch.objects.filter(pool=pool)
    _that_follow(batches, before, ends_at).update(expires_at=ends_at)
    open_ones = models.Seat.objects.filter(
        pk__in=[seat.pk for seat in locked_seats(pool)], accepted_at__isnull=True
    )
    _that_follow(open_ones, before, ends_at).update(expires_at=ends_at)
    models.SeatPoolEnd.objects.create(
        pool=pool, ended_at=before, ends_at=ends_at, reason=reason, by=by, at=at
    )
    log.info("end of seats moved: pool=%s by=%s", pool.uuid, by)


def _that_follow(
    rows: QuerySet[models.SeatCodeBatch] | QuerySet[models.Seat], before: datetime | None,
    ends_at: datetime,
) -> QuerySet[models.SeatCodeBatch] | QuerySet[models.Seat]:  # fmt: skip
    """What ends with the pool: it did before, or would be there after it."""
    return rows.filter(Q(expires_at=before, expires_at__isnull=False) | Q(expires_at__gt=ends_at))
