"""The waiting list of a full room: joining, leaving, and who is offered a seat that is free.

While somebody waits, nobody else takes a free seat (``seats.is_free``); the oldest is offered it,
and it is counted for them until they order or the offer lapses. Order of locks: offering, session,
place on the list.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate_tables.transactions import in_transaction
from fee_payments import conf, models, selectors
from fee_payments.data import Learner, RoomPlace
from fee_payments.exceptions import NotWaiting, SeatsLeft, UnknownOffering, UnknownSession
from fee_payments.selectors import standing
from fee_payments.services import screening, seats
from fee_payments.services.seats import lock_room

log = logging.getLogger(__name__)

#: A run offers no more seats than this; the next one goes on.
MOST = 1_000


def join_room(
    learner: Learner, offering_code: str, *, session: str = "", at: datetime
) -> RoomPlace:
    """Wait for a seat of an offering, or of one session of it. Asked again, nothing changes.

    Raises:
        UnknownOffering, UnknownSession: there is no such room.
        CountryBlocked: a seat of it could not be sold in the learner's country.
        SeatsLeft: nobody has to wait for it.
    """
    offering, chosen = _room(offering_code, session)
    user_id = learner.user_id
    known = selectors.room_place(user_id, offering_code, session=session)
    if known is not None:
        return known
    looked = standing.look(
        offering_code, user_id=user_id, country=learner.country, at=at, on=utc_day(at)
    )
    found = looked.offering
    screening.check(learner, found, blocked_by=looked.blocked_by, at=at)
    one = found.session(session) if session else None
    if (one.seats_left if one else found.seats_left) != 0:
        raise SeatsLeft(_("There are seats: you can take one now."))
    try:
        _join(user_id, offering, chosen, at=at)
    except IntegrityError:
        log.info("room: joined twice at once: user=%s offering=%s", user_id, offering.pk)
    place = selectors.room_place(user_id, offering_code, session=session)
    if place is None:
        raise NotWaiting(_("You do not wait for this room."))
    return place


@in_transaction
def _join(
    user_id: int, offering: models.Offering, session: models.Session | None, *, at: datetime
) -> None:
    # The row of the place locks that of its offering, which whoever takes a seat of the session has
    # before the session: counted first, the two would wait for each other.
    lock_room(offering.pk, session.pk if session else None)
    _count_waiting(offering, session, by=1)
    models.RoomWaiting.objects.create(
        live_key=f"{user_id}:{offering.pk}:{session.pk if session else 0}",
        user_id=user_id,
        offering=offering,
        session=session,
        asked_at=at,
    )


@in_transaction
def leave_room(user_id: int, offering_code: str, *, session: str = "", at: datetime) -> None:
    """Wait no longer; a seat that was held is free again.

    Raises:
        NotWaiting: this learner does not wait for it.
    """
    offering, chosen = _room(offering_code, session)
    row = models.RoomWaiting.objects.filter(
        user_id=user_id, offering=offering, session=chosen, live_key__isnull=False
    ).first()
    if row is None or not _end(row, at=at):
        raise NotWaiting(_("You do not wait for this room."))


def leave_every_room(user_id: int, *, at: datetime) -> None:
    """Wait for nothing any more, because the person leaves."""
    rows = models.RoomWaiting.objects.filter(user_id=user_id, live_key__isnull=False)
    for row in list(rows.select_related("offering", "session")):
        with transaction.atomic():
            _end(row, at=at)


def offer_seats(*, at: datetime) -> int:
    """Offer every free seat to who has waited longest; offers that lapsed go to the next.

    Returns how many seats were offered.
    """
    lapsed = models.RoomWaiting.objects.filter(live_key__isnull=False, offered_until__lte=at)
    for row in list(lapsed.select_related("offering", "session")):
        _lapse(row, at=at)
    waiting = models.RoomWaiting.objects.filter(live_key__isnull=False, offered_until__isnull=True)
    count = 0
    full: set[tuple[int, int | None]] = set()
    for row in list(
        waiting.select_related("offering", "session").order_by("asked_at", "id")[:MOST]
    ):
        room = (row.offering_id, row.session_id)
        if room in full:
            continue
        if _offer(row, at=at):
            count += 1
        else:
            full.add(room)
    return count


@in_transaction
def _lapse(row: models.RoomWaiting, *, at: datetime) -> None:
    if _end(row, at=at):
        log.info("room: offer lapsed: place=%s offering=%s", row.pk, row.offering_id)


class _Undone(Exception):
    """What was counted has to be undone: somebody else was first."""


def _offer(row: models.RoomWaiting, *, at: datetime) -> bool:
    """Hold a seat for who is on top of a list; whether one was free."""
    try:
        return _offer_in_one(row, at=at)
    except _Undone:
        return False


@in_transaction
def _offer_in_one(row: models.RoomWaiting, *, at: datetime) -> bool:
    for_room = row.session_id is None
    free = models.Offering.objects.filter(seats.has_room(), pk=row.offering_id)
    if for_room:
        free = free.filter(waiting__gt=0)  # the last one may have left a moment ago
    counted = {"seats_taken": F("seats_taken") + 1}
    if not free.update(**counted, **({"waiting": F("waiting") - 1} if for_room else {})):
        return False
    if not for_room:
        session = models.Session.objects.filter(
            seats.has_room(), pk=row.session_id or 0, closed=False, waiting__gt=0
        )
        if not session.update(**counted, waiting=F("waiting") - 1):
            raise _Undone
    waits = models.RoomWaiting.objects.filter(
        pk=row.pk, live_key__isnull=False, offered_until__isnull=True
    )
    if not waits.update(offered_until=at + conf.room_offer()):
        raise _Undone
    log.info("room: seat offered: place=%s offering=%s", row.pk, row.offering_id)
    return True


def _end(row: models.RoomWaiting, *, at: datetime) -> bool:
    """End a live place, in a transaction; whether it was still as it was read.

    The room before the row, as everywhere: what it counts depends on whether a seat was held.
    """
    held = row.offered_until is not None
    lock_room(row.offering_id, row.session_id)
    live = Q(offered_until__isnull=not held, live_key__isnull=False)
    if not models.RoomWaiting.objects.filter(live, pk=row.pk).update(left_at=at, live_key=None):
        return False  # somebody has just offered, taken or ended it
    if held:
        seats.uncount_seat(row.offering, session=row.session)
    else:
        _count_waiting(row.offering, row.session, by=-1)
    return True


def _count_waiting(offering: models.Offering, session: models.Session | None, *, by: int) -> None:
    # For a session its own row alone: who waits for one session keeps nobody from another.
    if session is not None:
        models.Session.objects.filter(pk=session.pk).update(waiting=F("waiting") + by)
    else:
        models.Offering.objects.filter(pk=offering.pk).update(waiting=F("waiting") + by)


def _room(offering_code: str, session: str) -> tuple[models.Offering, models.Session | None]:
    offering = models.Offering.objects.filter(code=offering_code).first()
    if offering is None:
        raise UnknownOffering(f"There is no fee “{offering_code}”.")
    if not session:
        return offering, None
    chosen = models.Session.objects.filter(offering=offering, code=session).first()
    if chosen is None:
        raise UnknownSession(
            _("“%(title)s” has no session “%(code)s”.") % {"title": offering.title, "code": session}
        )
    return offering, chosen
