"""The courses of a bundle, and how much of its money is for which."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from fee_payments import models
from fee_payments.data import PayerClass, SoldCourse


def sold_courses(
    bundle: models.Offering, payer_class: str, currency: str, *, on: date
) -> tuple[SoldCourse, ...]:
    """The courses of a bundle in its order, weighted by what they cost apart on a UTC day."""
    items = models.BundleItem.objects.filter(bundle=bundle).order_by("id")
    opened = list(items.values_list("item_id", "item__course_key"))
    costs = [_cost(item, payer_class, currency, on) for item, _course in opened]
    has_prices = all(cost is not None for cost in costs) and any(costs)
    weights: dict[str, int] = {}
    for (_item, course), cost in zip(opened, costs, strict=True):
        weights[course] = weights.get(course, 0) + (cost or 0 if has_prices else 1)
    return tuple(SoldCourse(course_key=key, weight=weight) for key, weight in weights.items())


def _cost(offering_id: int, payer_class: str, currency: str, on: date) -> int | None:
    """What an offering costs this payer class, or else an individual, in minor units."""
    rows = models.Price.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        offering_id=offering_id,
        currency=currency,
        valid_from__lte=on,
    )
    for wanted in (payer_class, PayerClass.INDIVIDUAL.value):
        newest = rows.filter(payer_class=wanted).order_by("-valid_from", "id").first()
        if newest is not None:
            return int(newest.amount_minor)
    return None
