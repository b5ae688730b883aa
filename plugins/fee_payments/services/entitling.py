"""Gives and takes the right to enter what an offering opens."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, transaction

from fee_payments import models

log = logging.getLogger(__name__)


def live_key(user_id: int, offering_id: int) -> str:
    """The text that may stand in one live row only: one learner, one offering."""
    return f"{user_id}:{offering_id}"


def entitle(
    line: models.OrderLine, *, user_id: int, source: models.Entitlement.Source, at: datetime
) -> models.Entitlement | None:
    """Entitle a learner from this moment; ``None`` if a live right is there already."""
    try:
        with transaction.atomic():
            row = models.Entitlement.objects.create(
                live_key=live_key(user_id, line.offering_id),
                user_id=user_id,
                offering=line.offering,
                source=source,
                line=line,
                starts_at=at,
            )
    except IntegrityError:
        return None
    log.info("entitled: entitlement=%s offering=%s", row.uuid, line.offering_id)
    return row


def revoke(line: models.OrderLine, *, because: str, at: datetime) -> int:
    """End the right that rests on this line, and no other (defects.md T16). Returns how many."""
    rows = models.Entitlement.objects.select_for_update().filter(line=line, revoked_at__isnull=True)
    for row in rows:
        row.revoked_at = at
        row.revoked_because = because
        row.live_key = None
        row.save(update_fields=["revoked_at", "revoked_because", "live_key"])
        log.info("entitlement revoked: entitlement=%s", row.uuid)
    return len(rows)
