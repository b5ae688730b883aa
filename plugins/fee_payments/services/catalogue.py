"""Writes offerings, prices and tax rates from seeds and imports; the admin edits the same rows."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from fairgate.counted import counted
from fairgate.percent import Percent
from fee_payments import models, selectors, signals
from fee_payments.data import OfferingEntry, OfferingSummary, PriceEntry
from fee_payments.exceptions import PaymentsError


def set_offering(entry: OfferingEntry) -> OfferingSummary:
    """Create or update an offering; prices are added and ended, never changed.

    Raises:
        PaymentsError: a price of that class, currency and day is there with another amount, or
            more seats are taken than the new capacity has.
    """
    cost = entry.full_seat_cost
    fields = {
        "title": entry.title,
        "course_key": entry.course_key,
        "kind": entry.kind,
        "delivery": entry.delivery,
        "place": entry.place,
        "starts_on": entry.starts_on,
        "on_sale_from": entry.on_sale_from,
        "on_sale_until": entry.on_sale_until,
        "capacity": entry.capacity,
        "waivable": entry.waivable,
        "full_seat_cost_minor": cost.minor if cost else 0,
        "full_seat_cost_currency": cost.currency if cost else "",
    }
    with transaction.atomic():
        known = models.Offering.objects.select_for_update().filter(code=entry.code).first()
        if known and entry.capacity is not None and known.seats_taken > entry.capacity:
            raise PaymentsError(
                f"“{entry.code}” has {counted(known.seats_taken, 'seat')} taken, more than "
                f"{entry.capacity}."
            )
        row, _ = models.Offering.objects.update_or_create(code=entry.code, defaults=fields)
        _add_prices(row, entry.prices)
        tell_courses({row.course_key, known.course_key if known else row.course_key})
    return selectors.offering(entry.code)


def tell_courses(course_keys: Iterable[str]) -> None:
    """Tell, after the commit, that the fees of these course runs are others now."""
    for course_key in sorted(set(course_keys)):
        transaction.on_commit(
            functools.partial(
                signals.OFFERINGS_CHANGED.send_robust, sender=None, course_key=course_key
            )
        )


def _add_prices(row: models.Offering, prices: Iterable[PriceEntry]) -> None:
    for price in prices:
        stored, _ = models.Price.objects.get_or_create(
            offering=row,
            payer_class=price.payer_class,
            currency=price.amount.currency,
            valid_from=price.valid_from,
            defaults={"amount_minor": price.amount.minor, "valid_until": price.valid_until},
        )
        if price.valid_until is not None and stored.valid_until is None:
            stored.valid_until = price.valid_until
            stored.save(update_fields=["valid_until"])
        if stored.amount_minor != price.amount.minor:
            raise PaymentsError(
                f"“{row.code}” has another price from {price.valid_from.isoformat()} already: "
                "end it and begin a new one."
            )


def set_tax(country: str, percent: Percent, *, inclusive: bool, valid_from: date) -> None:
    """Add a tax rate from a day on; a rate that is there stays as it is."""
    models.TaxRate.objects.get_or_create(
        country=country,
        valid_from=valid_from,
        defaults={"basis_points": percent.basis_points, "inclusive": inclusive},
    )
