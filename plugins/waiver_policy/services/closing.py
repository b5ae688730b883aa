"""Ends grants: money and room go back, and the place on the waiting list with them."""

from __future__ import annotations

from datetime import datetime

from waiver_policy import models
from waiver_policy.services import fund, limits

LONGEST_REASON = 255
Grant, Place = models.WaiverGrant, models.WaitingPlace


def end(row: models.WaiverGrant, state: str, *, reason: str, at: datetime) -> None:
    """End a live grant, whose row the caller has locked, as released, expired or returned."""
    _end_offer(row, state, at=at)
    limits.give_back(row, at=at)
    if row.cost_minor and state == Grant.RETURNED:
        fund.give_back(row, reason=reason, at=at)
    elif row.cost_minor:
        fund.free(row, state, reason=reason, at=at)
    row.state, row.closed_at, row.live_key = state, at, None
    row.release_reason = reason[:LONGEST_REASON]
    row.save(update_fields=["state", "closed_at", "live_key", "release_reason"])


def _end_offer(row: models.WaiverGrant, state: str, *, at: datetime) -> None:
    """An offer that was not taken is one no more."""
    if row.offered_until is not None:
        ended = Place.EXPIRED if state == Grant.EXPIRED else Place.LEFT
        offers = Place.objects.filter(grant=row, state=Place.OFFERED)
        offers.update(state=ended, live_key=None, closed_at=at)
