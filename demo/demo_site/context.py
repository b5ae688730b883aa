"""What every page of the demo shows in its bar: who one is, and which day it is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from demo_site import calendar
from demo_site.models import Person
from fee_payments import api as payments
from waiver_policy import api as waivers


def demo_bar(request: HttpRequest) -> dict[str, Any]:
    """The visitor's chosen person and the day of the demo, read only when a template asks."""
    return {
        "demo_person": lambda: person_of(request),
        "demo_day": calendar.today,
        "demo_doors": lambda: _doors(request.user.pk or 0),
    }


def _doors(user_id: int) -> dict[str, bool]:
    """What an officer of an administration has to do here."""
    return {
        "nominates": waivers.focal_point(user_id) is not None,
        "coordinates": payments.has_seats_to_give(user_id),
        "buys": bool(payments.list_quotes(user_id=user_id)),
    }


def person_of(request: HttpRequest) -> Person | None:
    """The sample person the visitor has chosen to be, or nobody yet."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return None
    return Person.objects.filter(user_id=request.user.pk).select_related("user").first()
