"""Who waits for a waiver, and where they stand."""

from __future__ import annotations

from django.db.models import Q

from waiver_policy import models
from waiver_policy.data import WaitingSummary
from waiver_policy.selectors.locks import live_key

Place = models.WaitingPlace


def waiting_place(user_id: int, offering_code: str) -> WaitingSummary | None:
    """The place of one person for one offering, while they wait or have an offer."""
    places = Place.objects.select_related("decision", "grant")
    row = places.filter(live_key=live_key(user_id, offering_code)).first()
    return to_place(row) if row else None


def list_waiting(currency: str) -> tuple[WaitingSummary, ...]:
    """Everybody who waits for a grant of this fund, in their order, and who has an offer."""
    places = Place.objects.filter(currency=currency, live_key__isnull=False)
    rows = places.select_related("decision", "grant").order_by("rank", "requested_at", "id")
    return tuple(to_place(row) for row in rows)


def waiting_currencies() -> tuple[str, ...]:
    """The currencies of the funds for which somebody waits; "" for seats that cost nothing."""
    waiting = Place.objects.filter(state=Place.WAITING).order_by("currency")
    return tuple(waiting.values_list("currency", flat=True).distinct())


def to_place(row: models.WaitingPlace) -> WaitingSummary:
    """A place as a value."""
    return WaitingSummary(
        uuid=row.uuid,
        user_id=row.user_id,
        offering_code=row.offering_code,
        state=row.state,
        position=_position(row),
        since=row.requested_at,
        code=row.decision.codes[-1],
        offered_until=row.grant.offered_until if row.grant else None,
        grant_uuid=row.grant.uuid if row.grant else None,
    )


def _position(row: models.WaitingPlace) -> int:
    if row.state != Place.WAITING:
        return 0
    same = Place.objects.filter(state=Place.WAITING, currency=row.currency, waits_for=row.waits_for)
    sooner = Q(requested_at__lt=row.requested_at)
    sooner |= Q(requested_at=row.requested_at, id__lt=row.pk)
    return same.filter(Q(rank__lt=row.rank) | (Q(rank=row.rank) & sooner)).count() + 1
