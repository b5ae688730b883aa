"""What is sold, and for how much."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Prefetch, Q

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import models
from fee_payments.data import (
    OfferingSummary,
    PayerClass,
    PriceSummary,
    TaxRule,
)
from fee_payments.exceptions import UnknownOffering

if TYPE_CHECKING:
    pass


def offering(code: str) -> OfferingSummary:
    """One offering with its price list.

    Raises:
        UnknownOffering: no offering has this code.
    """
    found = _offerings(Q(code=code))
    if not found:
        raise UnknownOffering(f"There is no fee “{code}”.")
    return found[0]


def course_key_of(code: str) -> str:
    """The key of the course run that an offering is of; "" if no offering has this code."""
    keys = models.Offering.objects.filter(code=code).order_by().values_list("course_key", flat=True)
    return keys.first() or ""


def list_offerings(course_key: str | None = None) -> tuple[OfferingSummary, ...]:
    """The offerings of one course, or all of them, by code."""
    return _offerings(Q(course_key=course_key) if course_key else Q())


def _offerings(which: Q) -> tuple[OfferingSummary, ...]:
    rows = models.Offering.objects.filter(which).prefetch_related(
        Prefetch("prices", queryset=models.Price.objects.order_by("id"))
    )
    return tuple(offering_summary(row) for row in rows)


def offering_summary(row: models.Offering) -> OfferingSummary:
    """A row of ``Offering``, with its prices, as a value."""
    cost = row.full_seat_cost_minor
    return OfferingSummary(
        code=row.code,
        title=row.title,
        course_key=row.course_key,
        kind=row.kind,
        delivery=row.delivery,
        place=row.place,
        starts_on=row.starts_on,
        on_sale_from=row.on_sale_from,
        on_sale_until=row.on_sale_until,
        seats_left=None if row.capacity is None else row.capacity - row.seats_taken,
        waivable=row.waivable,
        full_seat_cost=Money.from_minor(cost, row.full_seat_cost_currency) if cost else None,
        prices=tuple(
            PriceSummary(
                id=price.id,
                payer_class=PayerClass(price.payer_class),
                amount=Money.from_minor(price.amount_minor, price.currency),
                valid_from=price.valid_from,
                valid_until=price.valid_until,
            )
            for price in row.prices.all()
        ),
    )


def is_in_use(row: models.Offering) -> bool:
    """Whether somebody ordered it, has a right to it, or holds a code for it."""
    known = (models.OrderLine, models.Entitlement, models.SeatCodeBatch)
    return any(kind.objects.filter(offering=row).exists() for kind in known)


def tax_rule(country: str, *, on: date) -> TaxRule | None:
    """The tax for learners of this country on this UTC day; the newest rate that holds wins."""
    row = (
        models.TaxRate.objects.filter(country=country, valid_from__lte=on)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on))
        .order_by("-valid_from")
        .first()
    )
    if row is None:
        return None
    return TaxRule(
        id=row.id,
        country=row.country,
        percent=Percent.from_basis_points(row.basis_points),
        inclusive=row.inclusive,
    )
