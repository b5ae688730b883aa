"""Taking a seat back: before it is accepted at any time, after it only for a while."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fee_payments import compat, conf, models, rules
from fee_payments.data.institution_seats import CourseProgress, SeatAction
from fee_payments.exceptions import SeatRefused, SeatStays
from fee_payments.selectors import seat_people
from fee_payments.selectors.institution_seats import seat_row
from fee_payments.services import entitling
from fee_payments.services.seat_rows import (
    MAX_TEXT,
    clear,
    live_key,
    locked_pool,
    note,
    revoke_code,
)

log = logging.getLogger(__name__)

_NOTHING = CourseProgress(has_started=False, grade_percent=None, has_passed=False)


def release_seat(seat_uuid: UUID, *, by: int, at: datetime) -> None:
    """Take back a seat that nobody has accepted; its link or code opens nothing any more.

    Again, or of a free seat, nothing happens.

    Raises:
        UnknownSeat: there is no such seat, or ``by`` does not coordinate it.
        SeatRefused: somebody has accepted it meanwhile.
    """
    found = seat_row(seat_uuid, by=by)
    with transaction.atomic():
        locked_pool(found.pool_id)
        row = models.Seat.objects.select_for_update().get(pk=found.pk)
        if row.accepted_at is not None:
            raise SeatRefused(
                _("This seat was accepted meanwhile. You can still take it back, with a reason.")
            )
        if row.assigned_at is not None:
            end_seat(row, by=by, because=_("Taken back by the institution."), at=at)


def revoke_seat(seat_uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Take back a seat that a learner has accepted: their access ends, the seat is free again.

    A coordinator may for some days, and while the learner's grade is low
    (``FEE_PAYMENTS_SEAT_REVOKE_DAYS``, ``…_BELOW_PERCENT``); who manages the seats of every
    institution may always. Who had the seat stays written down. Again nothing happens.

    Raises:
        UnknownSeat: there is no such seat, or ``by`` does not coordinate it.
        SeatRefused: there is no reason, nobody has accepted it, or it is closed or refunded.
        SeatStays: it is too late.
    """
    because = because.strip()[:MAX_TEXT]
    if not because:
        raise SeatRefused(_("Please say why; the reason is kept with the seat."))
    found = seat_row(seat_uuid, by=by)
    if found.revoked_at is not None:
        return
    if found.accepted_at is None:
        raise SeatRefused(_("Nobody has accepted this seat."))
    _refuse_late(found, by=by, at=at)
    with transaction.atomic():
        locked_pool(found.pool_id)
        row = models.Seat.objects.select_for_update().get(pk=found.pk)
        if row.revoked_at is not None:
            return
        if row.live_key is None:
            raise SeatRefused(_("This seat is closed: there is nothing to take back."))
        end_seat(row, by=by, because=because, at=at)


def _refuse_late(row: models.Seat, *, by: int, at: datetime) -> None:
    if row.accepted_at is None or row.accepted_by is None or seat_people.may_manage_all(by):
        return
    known = compat.course_progress({row.accepted_by}, row.pool.offering.course_key)
    may = rules.may_take_back(
        row.accepted_at,
        known.get(row.accepted_by, _NOTHING),
        at=at,
        within=conf.seat_revoke_within(),
        below_percent=conf.seat_revoke_below_percent(),
    )
    if not may:
        raise SeatStays(
            _(
                "This seat can no longer be taken back: it was accepted too long ago, or the "
                "course is well under way."
            )
        )


def end_seat(row: models.Seat, *, by: int | None, because: str, at: datetime) -> None:
    """End what is given of a live seat whose pool is locked; a free seat takes its place."""
    if row.live_key is None:
        return  # closed or refunded: no seat takes its place
    if row.accepted_at is None:
        clear(row, at=at, by=by, because=because)
        row.save()
        note(row, SeatAction.RELEASED, at=at, by=by)
        return
    row.revoked_at, row.revoked_by, row.revoked_because = at, by, because
    row.live_key = None
    row.save(update_fields=["revoked_at", "revoked_by", "revoked_because", "live_key"])
    entitling.revoke(row, because="seat revoked", at=at)
    note(row, SeatAction.REVOKED, at=at, by=by, text=because)
    # What was accepted stays as it is, with who had it: another row takes its place.
    models.Seat.objects.create(
        pool=row.pool, number=row.number, live_key=live_key(row.pool, row.number)
    )
    revoke_code(row, at=at, by=by, because=because)
    log.info("seat taken back: seat=%s", row.uuid)
