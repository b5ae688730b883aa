"""Seats that a waiver opened, and those that were given back."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

from django.db.models import QuerySet

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import models
from fee_payments.data import ReturnedSeat, WaivedSeat


def _seats() -> QuerySet[models.Entitlement]:
    """Rights that rest on a waiver; of a bundle the bundle's own, which is one seat."""
    return models.Entitlement.objects.filter(waiver_grant__isnull=False)


def list_waived_seats(
    *, after: int = 0, limit: int = 500, since: datetime | None = None
) -> tuple[tuple[int, WaivedSeat], ...]:
    """Waivers that opened a seat, by cursor, as ``list_payments`` does."""
    rows = _seats().filter(id__gt=after)
    if since is not None:
        rows = rows.filter(starts_at__gte=since)
    rows = rows.select_related("line__order", "line__offering")
    return tuple((row.id, waived_seat(row)) for row in rows.order_by("id")[:limit])


def list_returned_seats(
    *, after: int = 0, limit: int = 500
) -> tuple[tuple[int, ReturnedSeat], ...]:
    """Waived seats that were given back, by the cursor of ``list_waived_seats``.

    A seat that was given back late comes with an early cursor: who looks for news reads them all.
    """
    rows = _seats().filter(revoked_because__in=models.Entitlement.GIVES_BACK, id__gt=after)
    return tuple((row.id, returned_seat(row)) for row in rows.order_by("id")[:limit])


def returned_seat(row: models.Entitlement) -> ReturnedSeat:
    """A right that rested on a waiver whose money went back to its fund, as a value."""
    if row.waiver_grant is None or row.revoked_at is None:
        raise ValueError(f"Entitlement {row.uuid} is not a waived seat that was given back.")
    return ReturnedSeat(
        uuid=uuid5(row.waiver_grant, "returned"),
        grant_uuid=row.waiver_grant,
        returned_at=row.revoked_at,
    )


def waived_seat(row: models.Entitlement) -> WaivedSeat:
    """A row of ``Entitlement`` that a waiver made possible, as a value."""
    line = row.line
    if line is None or row.waiver_grant is None:
        raise ValueError(f"Entitlement {row.uuid} does not rest on a waiver.")
    cost = line.seat_cost_minor
    return WaivedSeat(
        order_uuid=line.order.uuid,
        line_uuid=line.uuid,
        grant_uuid=row.waiver_grant,
        offering_code=line.offering.code,
        course_key=line.offering.course_key,
        percent=Percent.from_basis_points(line.waived_basis_points),
        foregone=Money.from_minor(line.waived_minor, line.currency),
        seat_cost=Money.from_minor(cost, line.seat_cost_currency) if cost else None,
        granted_at=row.starts_at,
    )
