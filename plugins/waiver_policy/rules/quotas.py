"""Limits on grants: what is counted for whom, and whether one more fits.

A *use* is one grant that counts: ``(grant, day, minor units)``. A limit of a policy is kept when it
is one of three kinds (see ``cap_kind``): so many grants per person and period, so many per country
of the basis and offering, so much money per calendar year and currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fairgate.money import Money
from waiver_policy.data import ReasonCode
from waiver_policy.rules.conditions import add_months
from waiver_policy.rules.obstacles import cap_kind
from waiver_policy.rules.policies import Cap

Use = tuple[str, str, int]
"""Grant uuid, ISO day, minor units: as JSON keeps it."""

CODES = {
    "person": ReasonCode.QUOTA_PERSON,
    "country": ReasonCode.QUOTA_COUNTRY,
    "fund": ReasonCode.QUOTA_FUND,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One more grant that wants to fit: who, for what, when, and what the fund pays for it."""

    user_id: int
    country: str
    offering_code: str
    day: date
    cost: Money | None


def subject(cap: Cap, claim: Claim) -> str:
    """Whose uses count together for this limit; blank when the limit does not concern the claim."""
    kind = cap_kind(cap)
    if kind == "person":
        return person_key(claim)
    if kind == "country" and claim.country:
        return country_key(claim)
    if kind == "fund" and claim.cost is not None and claim.cost.currency == cap.unit:
        return fund_key(claim)
    return ""


def person_key(claim: Claim) -> str:
    """All grants of one person."""
    return f"person:{claim.user_id}"


def country_key(claim: Claim) -> str:
    """All grants of one country for one offering."""
    return f"country:{claim.country}:{claim.offering_code}"


def fund_key(claim: Claim) -> str:
    """All money of one currency in one calendar year (UTC)."""
    return f"fund:{claim.cost.currency if claim.cost else ''}:{claim.day.year}"


def fits(cap: Cap, uses: Sequence[Use], claim: Claim) -> bool:
    """Whether one more grant stays within the limit."""
    if cap_kind(cap) == "fund":
        spent = sum(minor for _, _, minor in uses) + (claim.cost.minor if claim.cost else 0)
        return spent <= Money(cap.limit or 0, cap.unit).minor
    if cap_kind(cap) == "country":
        return len(uses) < int(cap.limit or 0)
    counted = [use for use in uses if _counts(cap.period, date.fromisoformat(use[1]), claim.day)]
    return len(counted) < int(cap.alternatives[0]["grants"])


def _counts(period: str, used: date, day: date) -> bool:
    """Whether an earlier use still counts: rolling twelve months, calendar year, or for life."""
    if period == "P12M":
        return add_months(used, 12) > day
    return period == "lifetime" or used.year == day.year
