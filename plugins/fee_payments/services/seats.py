"""Seats of a room: counted in one column that the database keeps within the capacity.

``OrderLine.holds_seat`` says which lines are counted, each with its ``quantity``; a redeemed seat
code counts until it is revoked. Both change in one transaction, with the row of line or code locked
(or just created) by the caller.
"""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.exceptions import NoSeatLeft


def take_seat(line: models.OrderLine) -> None:
    """Take the seats of a line, unless it holds them.

    One conditional UPDATE: it waits for the row and decides on the newest count, whatever this
    transaction read before (performance.md: a plain read first would decide on an old snapshot).

    Raises:
        NoSeatLeft: the room is full, or has not as many seats.
    """
    if line.holds_seat:
        return
    count_seat(line.offering, line.quantity)
    line.holds_seat = True
    line.save(update_fields=["holds_seat"])


def count_seat(offering: models.Offering, seats: int = 1) -> None:
    """Count one seat more, or several.

    Raises:
        NoSeatLeft: the room is full, or has not as many seats.
    """
    has_room = Q(capacity__isnull=True) | Q(capacity__gte=F("seats_taken") + seats)
    counted = models.Offering.objects.filter(has_room, pk=offering.pk).update(
        seats_taken=F("seats_taken") + seats
    )
    if not counted:
        raise NoSeatLeft(_("Every seat of “%(title)s” is taken.") % {"title": offering.title})


def give_seat_back(line: models.OrderLine) -> None:
    """Return the seats of a line, if it holds them."""
    if not line.holds_seat:
        return
    uncount_seat(line.offering, line.quantity)
    line.holds_seat = False
    line.save(update_fields=["holds_seat"])


def uncount_seat(offering: models.Offering, seats: int = 1) -> None:
    """Count one seat less, or several."""
    models.Offering.objects.filter(pk=offering.pk).update(seats_taken=F("seats_taken") - seats)
