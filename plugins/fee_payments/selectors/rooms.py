"""Who waits for a seat, and where they stand."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from fee_payments import models
from fee_payments.data import RoomPlace


def room_place(user_id: int, offering_code: str, *, session: str = "") -> RoomPlace | None:
    """Where a learner stands on the list of a room or session; ``None`` if they wait for none."""
    rows = _live(user_id, offering_code)
    which = Q(session__code=session) if session else Q(session__isnull=True)
    row = rows.filter(which).first()
    return _place(row) if row else None


def list_room_places(user_id: int, offering_code: str) -> tuple[RoomPlace, ...]:
    """Every list of an offering on which a learner waits, or has an offer, oldest first."""
    return tuple(_place(row) for row in _live(user_id, offering_code).order_by("asked_at", "id"))


def _live(user_id: int, offering_code: str) -> QuerySet[models.RoomWaiting]:
    return models.RoomWaiting.objects.select_related("offering", "session").filter(
        user_id=user_id, offering__code=offering_code, live_key__isnull=False
    )


def _place(row: models.RoomWaiting) -> RoomPlace:
    before = models.RoomWaiting.objects.filter(
        Q(asked_at__lt=row.asked_at) | Q(asked_at=row.asked_at, id__lt=row.pk),
        offering=row.offering_id,
        session=row.session_id,
        live_key__isnull=False,
        offered_until__isnull=True,
    )
    return RoomPlace(
        offering_code=row.offering.code,
        session=row.session.code if row.session else "",
        place=0 if row.offered_until else before.count() + 1,
        asked_at=row.asked_at,
        offered_until=row.offered_until,
    )
