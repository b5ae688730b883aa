"""Seats of a room: counted in one column that the database keeps within the capacity."""

from __future__ import annotations

from django.db.models import F, Q

from fee_payments import models
from fee_payments.exceptions import NoSeatLeft


def take_seat(offering: models.Offering) -> None:
    """Take one seat.

    One conditional UPDATE: it waits for the row and decides on the newest count, whatever this
    transaction read before (performance.md: a plain read first would decide on an old snapshot).

    Raises:
        NoSeatLeft: the room is full.
    """
    has_room = Q(capacity__isnull=True) | Q(seats_taken__lt=F("capacity"))
    taken = models.Offering.objects.filter(has_room, pk=offering.pk).update(
        seats_taken=F("seats_taken") + 1
    )
    if not taken:
        raise NoSeatLeft(f"Every seat of “{offering.title}” is taken.")


def give_seat_back(offering: models.Offering) -> None:
    """Return one seat that was taken."""
    models.Offering.objects.filter(pk=offering.pk, seats_taken__gt=0).update(
        seats_taken=F("seats_taken") - 1
    )
