"""What every step with a seat of an institution does: lock the pool, change the row, write it down.

Order of locks: the pool, its codes, its seats; then the learner's open order, the waiver fund, the
room. Who changes a seat has locked its pool first, by the primary key: what is read after it is
what everybody else has committed, at every isolation level.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from fee_payments import models
from fee_payments.data.institution_seats import SeatAction
from fee_payments.selectors.institution_seats import pool_end

MAX_TEXT = 255


def live_key(pool: models.SeatPool, number: int) -> str:
    """The text that may stand in one live seat only: one place of a pool."""
    return f"{pool.pk}:{number}"


def locked_pool(pk: int) -> models.SeatPool:
    """The pool, locked until the commit. Call it first, in a transaction."""
    found: models.SeatPool = models.SeatPool.objects.select_for_update().get(pk=pk)
    return found


def locked_seats(pool: models.SeatPool) -> list[models.Seat]:
    """The live seats of a pool that is locked, as they are now, by number; for who has read before.

    In a transaction that read before it had the lock, REPEATABLE READ shows what was then: a
    locking read by primary keys shows what is. A row that has come since is missing, which only
    makes seats look fewer.
    """
    pks = list(models.Seat.objects.filter(pool=pool).order_by().values_list("pk", flat=True))
    rows = models.Seat.objects.select_for_update().filter(pk__in=pks).order_by("number", "pk")
    return [row for row in rows if row.live_key is not None]


def every_locked_seat(pool: models.SeatPool) -> list[models.Seat]:
    """Every seat of a pool that is locked, live or not, with those that have come since; by number.

    For who must miss none, because access ends with it. Under REPEATABLE READ this locks the gap
    behind the pool as well, so new pools wait a moment: for what is rare.
    """
    rows = models.Seat.objects.select_for_update().filter(pool=pool)
    return list(rows.order_by("number", "pk"))


def is_over(pool: models.SeatPool, *, at: datetime) -> bool:
    """Whether nothing of a pool can be given or accepted any more.

    Its time is over, or its session has begun or was closed.
    """
    session, end = pool.line.session, pool_end(pool)
    return (session is not None and session.closed) or (end is not None and end <= at)


def live_seats(pool: models.SeatPool) -> QuerySet[models.Seat]:
    """The seats of a pool that are there: not taken back, not refunded."""
    return models.Seat.objects.filter(pool=pool, live_key__isnull=False)


def can_be_given(*, at: datetime) -> Q:
    """Seats that nobody has: free, or not accepted in time."""
    free = Q(assigned_at__isnull=True)
    return Q(held_at__isnull=True, accepted_at__isnull=True) & (free | Q(expires_at__lte=at))


def clear(seat: models.Seat, *, at: datetime, by: int | None = None, because: str = "") -> None:
    """Make a seat that nobody has accepted free again; its link and its code open nothing more.

    The caller saves the seat.
    """
    revoke_code(seat, at=at, by=by, because=because)
    seat.assigned_at = seat.expires_at = None
    seat.email_digest = seat.assigned_user = seat.code = None
    seat.nonce = seat.token_digest = None
    seat.sealed, seat.is_for_address = "", True


def revoke_code(
    seat: models.Seat, *, at: datetime, by: int | None = None, because: str = ""
) -> None:
    """Let the code of a seat, if it has one, open nothing more."""
    if seat.code is not None:
        models.SeatCode.objects.filter(pk=seat.code.pk, revoked_at__isnull=True).update(
            revoked_at=at, revoked_by=by, revoked_because=because[:MAX_TEXT]
        )


def allow_code(seat: models.Seat, *, because: str) -> None:
    """Let the code of a seat be the answer again to who has redeemed it, if it ended for this."""
    if seat.code is not None:
        models.SeatCode.objects.filter(pk=seat.code.pk, revoked_because=because).update(
            revoked_at=None, revoked_by=None, revoked_because=""
        )


def note(
    seat: models.Seat, action: SeatAction, *, at: datetime, by: int | None = None, text: str = ""
) -> None:
    """Write down what happened with a seat."""
    models.SeatStep.objects.create(seat=seat, action=action, by=by, at=at, note=text[:MAX_TEXT])


def note_all(
    seats: list[models.Seat], action: SeatAction, *, at: datetime, by: int | None = None
) -> None:
    """Write the same down of many seats."""
    models.SeatStep.objects.bulk_create(
        models.SeatStep(seat=seat, action=action, by=by, at=at) for seat in seats
    )
