"""What providers told us, without what they sent."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from fee_payments import models
from fee_payments.data import EventOutcome, EventSummary


def list_events(
    *,
    since: datetime | None = None,
    only_stuck: bool = True,
    after: int | None = None,
    limit: int | None = None,
) -> list[EventSummary]:
    """Events, the oldest first; ``only_stuck``: those that wait, and those that are held.

    At most ``limit`` after the one with the id ``after``, whether or not that one still fits: it
    may have been worked since it was seen.
    """
    rows = models.ProviderEvent.objects.defer("payload").order_by("id")
    if since is not None:
        rows = rows.filter(received_at__gte=since)
    if only_stuck:
        rows = rows.filter(Q(handled_at__isnull=True) | Q(outcome=EventOutcome.HELD))
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return [_summary(row) for row in rows[:limit]]


def _summary(row: models.ProviderEvent) -> EventSummary:
    return EventSummary(
        pk=row.pk,
        provider=row.provider,
        kind=row.kind,
        outcome=EventOutcome(row.outcome) if row.outcome else None,
        sentence=row.sentence,
        received_at=row.received_at,
    )
