"""Who may enter what an offering opens."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from fee_payments import models
from fee_payments.data import (
    EntitlementChange,
    EntitlementSummary,
)

if TYPE_CHECKING:
    pass


def _live(user_id: int, at: datetime) -> QuerySet[models.Entitlement]:
    return models.Entitlement.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        user_id=user_id,
        starts_at__lte=at,
        revoked_at__isnull=True,
    )


def has_entitlement(user_id: int, offering_code: str, *, at: datetime) -> bool:
    """Whether this learner may enter what the offering opens, at this moment. One query."""
    return _live(user_id, at).filter(offering__code=offering_code).exists()


def entitled_offerings(user_id: int, *, at: datetime) -> frozenset[str]:
    """The codes of everything this learner may enter at this moment. One query."""
    return frozenset(_live(user_id, at).values_list("offering__code", flat=True))


def entitlement_change(row: models.Entitlement) -> EntitlementChange:
    """A row of ``Entitlement`` that was just written, as a fact."""
    return EntitlementChange(
        user_id=row.user_id,
        offering_code=row.offering.code,
        course_key=row.offering.course_key,
    )


def list_entitlements(
    user_id: int, course_key: str | None = None
) -> tuple[EntitlementSummary, ...]:
    """Every right this learner ever had, of a course run or any, oldest first. One query."""
    of_course = Q(offering__course_key=course_key) if course_key else Q()
    return _entitlements(Q(user_id=user_id) & of_course)


def ended_entitlement(
    user_id: int, offering_code: str, *, at: datetime
) -> EntitlementSummary | None:
    """The right to an offering that this learner lost last; ``None`` if one holds. One query."""
    found = _entitlements(Q(user_id=user_id, offering__code=offering_code))
    ended = [(end, right) for right in found if (end := right.ended_at(at)) is not None]
    if not ended or any(right.is_live(at) for right in found):
        return None
    return max(ended, key=lambda pair: pair[0])[1]


def entitlement_summary(row: models.Entitlement) -> EntitlementSummary:
    """A row of ``Entitlement`` as a value."""
    return EntitlementSummary(
        uuid=row.uuid,
        offering_code=row.offering.code,
        source=row.source,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
    )


def _entitlements(which: Q) -> tuple[EntitlementSummary, ...]:
    rows = models.Entitlement.objects.filter(which).select_related("offering")
    return tuple(entitlement_summary(row) for row in rows.order_by("starts_at", "id"))
