"""Seats of a room: counted in one column that the database keeps within the capacity.

``OrderLine.holds_seat`` says which lines are counted, each with its ``quantity``; a redeemed seat
code counts until it is revoked, and a seat that is held for who waited until it is taken or lapses.
A session counts its own seats beside those of its offering. All change in one transaction, with the
row of line or code locked (or just created) by the caller. Order of locks: offering, session, place
on the waiting list.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.exceptions import NoSeatLeft, SessionNotOpen


def has_room(seats: int = 1) -> Q:
    """Whether so many seats are left in a room or a session."""
    return Q(capacity__isnull=True) | Q(capacity__gte=F("seats_taken") + seats)


def is_free(seats: int = 1) -> Q:
    """Whether who comes now may take so many: none is free while somebody waits for one."""
    return has_room(seats) & Q(waiting=0)


def lock_room(offering_pk: int, session_pk: int | None) -> None:
    """Lock a room in the order of all: the offering, then a session of it."""
    models.Offering.objects.select_for_update().get(pk=offering_pk)
    if session_pk is not None:
        models.Session.objects.select_for_update().get(pk=session_pk)


def take_seat(line: models.OrderLine) -> None:
    """Take the seats of a line, unless it holds them.

    One conditional UPDATE: it waits for the row and decides on the newest count, whatever this
    transaction read before (performance.md: a plain read first would decide on an old snapshot).

    Raises:
        NoSeatLeft: the room is full, or has not as many seats.
    """
    if line.holds_seat:
        return
    count_seat(line.offering, line.quantity, session=line.session)
    line.holds_seat = True
    line.save(update_fields=["holds_seat"])


def claim_seat(
    offering: models.Offering,
    seats: int = 1,
    *,
    user_id: int,
    at: datetime,
    session: models.Session | None = None,
) -> None:
    """Count seats for a learner; one that is held for them from the waiting list is theirs.

    Raises:
        NoSeatLeft: the room, or the session, is full, or has not as many seats.
        SessionNotOpen: the session was closed.
    """
    held = _held_for(user_id, offering, session, at=at)
    more = seats - 1 if held else seats
    if more:
        count_seat(offering, more, session=session)
    if held is not None and session is not None and held.session_id is None:
        # They waited for the room, and choose the session now.
        _count_in(session)


def _held_for(
    user_id: int, offering: models.Offering, session: models.Session | None, *, at: datetime
) -> models.RoomWaiting | None:
    rows = models.RoomWaiting.objects.filter(
        Q(session__isnull=True) | Q(session=session),
        user_id=user_id, offering=offering, live_key__isnull=False, offered_until__gt=at,
    )  # fmt: skip
    # Found without a lock, taken by its primary key: the row count decides. The room before its
    # place, as who ends one does.
    found = list(rows.order_by("-session_id"))
    if found:
        lock_room(offering.pk, session.pk if session else None)
    for row in found:
        live = models.RoomWaiting.objects.filter(
            pk=row.pk, live_key__isnull=False, offered_until__gt=at
        )
        if live.update(taken_at=at, live_key=None):
            return row
    return None


def count_seat(
    offering: models.Offering, seats: int = 1, *, session: models.Session | None = None
) -> None:
    """Count one seat more, or several, of the offering and of a session of it.

    Raises:
        NoSeatLeft: the room, or the session, is full, or people wait for a seat.
        SessionNotOpen: the session was closed.
    """
    counted = models.Offering.objects.filter(is_free(seats), pk=offering.pk).update(
        seats_taken=F("seats_taken") + seats
    )
    if not counted:
        raise NoSeatLeft(_("Every seat of “%(title)s” is taken.") % {"title": offering.title})
    if session is not None:
        _count_in(session, seats)


def _count_in(session: models.Session, seats: int = 1) -> None:
    rows = models.Session.objects.filter(is_free(seats), pk=session.pk, closed=False)
    if rows.update(seats_taken=F("seats_taken") + seats):
        return
    if models.Session.objects.filter(pk=session.pk, closed=True).exists():
        raise SessionNotOpen(_("This session can no longer be chosen. Please choose another one."))
    raise NoSeatLeft(_("Every seat of this session is taken. Please choose another one."))


def give_seat_back(line: models.OrderLine) -> None:
    """Return the seats of a line, if it holds them."""
    if not line.holds_seat:
        return
    uncount_seat(line.offering, line.quantity, session=line.session)
    line.holds_seat = False
    line.save(update_fields=["holds_seat"])


def uncount_seat(
    offering: models.Offering, seats: int = 1, *, session: models.Session | None = None
) -> None:
    """Count one seat less, or several.

    Who waits is offered what is free by ``waiting_rooms.offer_seats``.
    """
    models.Offering.objects.filter(pk=offering.pk).update(seats_taken=F("seats_taken") - seats)
    if session is not None:
        models.Session.objects.filter(pk=session.pk).update(seats_taken=F("seats_taken") - seats)
