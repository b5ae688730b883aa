"""Who a price is for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Q

from fairgate import clock
from fee_payments import compat, models
from fee_payments.data import BuyerTax, Learner, PayerClass
from waiver_policy import api as waivers

if TYPE_CHECKING:
    from django.http import HttpRequest


def learner_for(
    user_id: int, *, request: HttpRequest | None = None, at: datetime | None = None
) -> Learner:
    """The learner with the country of their profile as it is now, and where they ask from.

    ``request`` is the one that a price is for. Where it comes from is looked at if the operator
    says so and the learner makes it: somebody else is somewhere else. They pay as an individual
    unless an operator has verified that they pay as somebody else at ``at`` (``None``: now, as
    with the country); that takes one query.
    """
    country, seen = compat.profile_country(user_id), ""
    if request is not None and compat.makes_request(user_id, request):
        seen = waivers.country_of_request(request)
    known = _membership(user_id, at=at or clock.now()) if user_id else None
    if known is None:
        return Learner(user_id=user_id, country=country, seen_country=seen)
    buyer = BuyerTax(country=known.tax_country or country, tax_id=known.tax_id, is_business=True)
    return Learner(
        user_id=user_id,
        country=country,
        payer_class=PayerClass(known.payer_class),
        seen_country=seen,
        buyer_tax=buyer,
    )


def _membership(user_id: int, *, at: datetime) -> models.PayerMembership | None:
    day = clock.utc_day(at)
    rows = models.PayerMembership.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day), user_id=user_id, valid_from__lte=day
    )
    return rows.order_by("-valid_from", "-id").first()


def address_of(user_id: int) -> str:
    """The e-mail address of an active account; "" where there is none."""
    user = get_user_model()._default_manager.filter(pk=user_id, is_active=True).first()
    return str(user.email) if user else ""
