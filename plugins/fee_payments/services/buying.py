"""Who buys: verified by a person before it has a price list, or credit, of its own."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import datetime

from fee_payments import models

log = logging.getLogger(__name__)

# What was looked at when somebody said that a buyer is who it says it is.
_IDENTITY = frozenset({"legal_name", "payer_class", "country", "tax_id"})


def save_buyer(row: models.Buyer, *, changed: Collection[str]) -> None:
    """Keep a buyer; one whose identity was changed is to be verified again."""
    if row.pk is not None and _IDENTITY & set(changed):
        row.verified_by = row.verified_at = None
    row.save()


def verify_buyers(pks: Iterable[int], *, by: int, at: datetime) -> int:
    """Note that these buyers are who they say they are; how many were not verified before."""
    rows = models.Buyer.objects.filter(pk__in=list(pks), verified_at__isnull=True)
    count = rows.update(verified_by=by, verified_at=at)
    log.info("buyers verified: count=%s by=%s", count, by)
    return count


def forget_contact(user_id: int) -> int:
    """Somebody who has left acts for no buyer any more; for how many they did."""
    return models.BuyerContact.objects.filter(user_id=user_id).delete()[0]
