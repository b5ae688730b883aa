"""Who a price is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fee_payments import compat
from fee_payments.data import (
    Learner,
)
from waiver_policy import api as waivers

if TYPE_CHECKING:
    from django.http import HttpRequest


def learner_for(user_id: int, *, request: HttpRequest | None = None) -> Learner:
    """The learner with the country of their profile as it is now, and where they ask from.

    ``request`` is the one that a price is for. Where it comes from is looked at if the operator
    says so and the learner makes it: somebody else is somewhere else.
    """
    country, seen = compat.profile_country(user_id), ""
    if request is not None and compat.makes_request(user_id, request):
        seen = waivers.country_of_request(request)
    return Learner(user_id=user_id, country=country, seen_country=seen)
