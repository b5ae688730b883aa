"""Tries of seat codes and of links of invitations that opened nothing, per person and hour."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from fee_payments import conf, models
from fee_payments.exceptions import TooManyTries

log = logging.getLogger(__name__)

TRIES_WINDOW = timedelta(hours=1)


def try_of(user_id: int, *, at: datetime) -> None:
    """Count a try before it is made: many at the same moment are many.

    Raises:
        TooManyTries: this person has none left at the moment.
    """
    models.SeatCodeTries.objects.get_or_create(pk=user_id, defaults={"since": at})
    with transaction.atomic(durable=True):
        row = models.SeatCodeTries.objects.select_for_update().get(pk=user_id)
        if row.failed == 0 or row.since + TRIES_WINDOW <= at:
            row.since, row.failed = at, 0
        if row.failed >= conf.seat_code_tries():
            log.warning("seat codes: too many tries: user=%s", user_id)
            raise TooManyTries(row.since + TRIES_WINDOW)
        row.failed += 1
        row.save(update_fields=["since", "failed"])


def forgive_try(user_id: int) -> None:
    """Take back the count of a try whose code was right."""
    models.SeatCodeTries.objects.filter(pk=user_id, failed__gt=0).update(failed=F("failed") - 1)
