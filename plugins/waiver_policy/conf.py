"""What the operator can set, read when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django_countries import countries


def policy_slug() -> str:
    """The policy that decides; empty when the operator named none."""
    return str(getattr(settings, "WAIVER_POLICY_SLUG", ""))


def appeal_contact() -> str:
    """Where to write to appeal, for the explanation."""
    return str(getattr(settings, "WAIVER_POLICY_APPEAL_CONTACT", ""))


def open_applications() -> int:
    """How many applications of one person may wait at a time."""
    return int(getattr(settings, "WAIVER_POLICY_OPEN_APPLICATIONS", 5))


def list_days() -> int:
    """After how many days the newest edition of a country list is called old."""
    return int(getattr(settings, "WAIVER_POLICY_LIST_DAYS", 400))


def price_lock_days() -> int:
    """For how many days a price is kept; 0 keeps none from now on."""
    return int(getattr(settings, "WAIVER_POLICY_PRICE_LOCK_DAYS", 30))


def offer_days() -> int:
    """How many days an offer from the waiting list stands."""
    return int(getattr(settings, "WAIVER_POLICY_OFFER_DAYS", 14))


def waiting_days() -> int:
    """After how many days a place on the waiting list that was never served lapses."""
    return int(getattr(settings, "WAIVER_POLICY_WAITING_DAYS", 365))


def runway_months() -> int:
    """Over how many full months the pace of spending is taken."""
    return int(getattr(settings, "WAIVER_POLICY_RUNWAY_MONTHS", 6))


def known_countries() -> frozenset[str]:
    """The country codes of this site: ISO 3166-1 and ``COUNTRIES_OVERRIDE`` (XK, TW, …)."""
    return frozenset(countries.countries)


def country_codes() -> Mapping[str, tuple[str, str]]:
    """The known countries, each with its alpha-3 and M49 code; blank where it has none (XK)."""
    return {
        code: (countries.alpha3(code), countries.numeric(code, padded=True) or "")
        for code in known_countries()
    }


def country_name(code: str) -> str:
    """The name of a country in the language in use; the code itself when it has none."""
    return str(countries.name(code) or code)
