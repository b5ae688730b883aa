"""Seats of a room: counted in one column that the database keeps within the capacity.

``Order.holds_seat`` says which orders are counted; a redeemed seat code counts until it is revoked.
Both change in one transaction, with the row of order or code locked (or just created) by the
caller.
"""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.exceptions import NoSeatLeft


def take_seat(order: models.Order, offering: models.Offering) -> None:
    """Take one seat for an order, unless it holds one.

    One conditional UPDATE: it waits for the row and decides on the newest count, whatever this
    transaction read before (performance.md: a plain read first would decide on an old snapshot).

    Raises:
        NoSeatLeft: the room is full.
    """
    if order.holds_seat:
        return
    count_seat(offering)
    order.holds_seat = True
    order.save(update_fields=["holds_seat"])


def count_seat(offering: models.Offering) -> None:
    """Count one seat more.

    Raises:
        NoSeatLeft: the room is full.
    """
    has_room = Q(capacity__isnull=True) | Q(seats_taken__lt=F("capacity"))
    counted = models.Offering.objects.filter(has_room, pk=offering.pk).update(
        seats_taken=F("seats_taken") + 1
    )
    if not counted:
        raise NoSeatLeft(_("Every seat of “%(title)s” is taken.") % {"title": offering.title})


def give_seat_back(order: models.Order, offering: models.Offering) -> None:
    """Return the seat of an order, if it holds one."""
    if not order.holds_seat:
        return
    uncount_seat(offering)
    order.holds_seat = False
    order.save(update_fields=["holds_seat"])


def uncount_seat(offering: models.Offering) -> None:
    """Count one seat less."""
    models.Offering.objects.filter(pk=offering.pk).update(seats_taken=F("seats_taken") - 1)
