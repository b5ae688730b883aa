"""Codes that open a seat which somebody else has paid."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.data import (
    GivenSeat,
    SeatCodeSummary,
)
from fee_payments.exceptions import UnknownSeatCode
from fee_payments.selectors import institution_seats
from fee_payments.selectors.catalogue_rows import session_summary

if TYPE_CHECKING:
    pass


def list_seat_codes(
    offering_code: str | None = None,
    *,
    batch: UUID | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> tuple[SeatCodeSummary, ...]:
    """Seat codes in the order they were issued; of one offering, of one batch, or all.

    At most ``limit`` of them, after the one with this uuid.

    Raises:
        UnknownSeatCode: ``after`` is none of them.
    """
    rows = models.SeatCode.objects.select_related("batch__offering", "batch__session").order_by(
        "id"
    )
    if offering_code is not None:
        rows = rows.filter(batch__offering__code=offering_code)
    if batch is not None:
        rows = rows.filter(batch__uuid=batch)
    if after is not None:
        last = rows.filter(uuid=after).values_list("pk", flat=True).first()
        if last is None:
            raise UnknownSeatCode(_("There is no such seat code."))
        rows = rows.filter(pk__gt=last)
    return tuple(seat_code_summary(row) for row in rows[:limit])


def seat_code_summary(row: models.SeatCode) -> SeatCodeSummary:
    """A row of ``SeatCode``, with its batch, as a value."""
    return SeatCodeSummary(
        uuid=row.uuid,
        batch_uuid=row.batch.uuid,
        offering_code=row.batch.offering.code,
        sponsor=row.batch.sponsor,
        hint=row.hint,
        expires_at=row.batch.expires_at,
        redeemed_by=row.redeemed_by,
        redeemed_at=row.redeemed_at,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
        session=row.batch.session.code if row.batch.session else "",
    )


def given_seat(user_id: int, offering_code: str) -> GivenSeat | None:
    """The seat that this learner was given for an offering and still has, if any."""
    for seat in institution_seats.given_seats(user_id):
        if seat.offering_code == offering_code:
            return seat
    rows = models.SeatCode.objects.select_related("batch__offering", "batch__session")
    row = rows.filter(
        redeemed_by=user_id, batch__offering__code=offering_code, revoked_at__isnull=True
    ).first()
    return to_given_seat(row) if row else None


def to_given_seat(row: models.SeatCode) -> GivenSeat:
    """A redeemed code as the seat it opened."""
    if row.batch.pool_id is not None:
        return institution_seats.given_seat_of(models.Seat.objects.get(code=row))
    if row.redeemed_by is None or row.redeemed_at is None:
        raise ValueError(f"Seat code {row.uuid} was not redeemed.")
    return GivenSeat(
        code_uuid=row.uuid,
        user_id=row.redeemed_by,
        offering_code=row.batch.offering.code,
        course_key=row.batch.offering.course_key,
        sponsor=row.batch.sponsor,
        redeemed_at=row.redeemed_at,
        title=row.batch.offering.title,
        session=session_summary(row.batch.session) if row.batch.session else None,
    )
