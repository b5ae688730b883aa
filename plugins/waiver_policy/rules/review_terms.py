"""What a policy document says about its review and its nominations, read from its text.

``language`` has read the whole document before it was stored; what it keeps for people (``sla``,
``deadline``, the caps of nominations) is read here for the pages and the services that need it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from fairgate.documents import parse_yaml
from fairgate.percent import Percent

_SPAN = re.compile(r"P(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,5})D)?", re.ASCII)

NOMINATION = "nomination"
TICKET = "air_ticket"
FULL, PARTIAL = "full", "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One of these may be used up: so many full, or so many partial nominations.

    ``ticket_needed``: at least one of the partial ones is an air ticket.
    """

    full: int
    partial: int
    ticket_needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTerms:
    """``decide_within`` in days. ``closes_on`` is the first day on which a nomination is late.

    ``items`` are what a partial nomination may be for; ``covers`` what a full one waives.
    """

    decide_within: int | None = None
    is_nomination: bool = False
    closes_on: date | None = None
    of_state: Quota | None = None
    of_person: Quota | None = None
    items: tuple[str, ...] = ()
    covers: Percent | None = None


@lru_cache(maxsize=64)
def review_terms(text: str, slug: str) -> ReviewTerms:
    """The terms of one policy of a stored document."""
    policies = parse_yaml(text, file=slug).get("policies", [])
    body: Mapping[str, Any] = next((one for one in policies if one.get("id") == slug), {})
    return ReviewTerms(
        decide_within=_days(_within(body, "sla").get("decision_within")),
        is_nomination=body.get("unit") == NOMINATION,
        closes_on=_day(_within(body, "deadline").get("date")),
        of_state=_quota(body, "country"),
        of_person=_quota(body, "person"),
        items=_items(body),
        covers=_covers(body),
    )


def _within(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = body.get(key)
    return found if isinstance(found, Mapping) else {}


def _days(value: Any) -> int | None:
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None or not any(found.groups()):
        return None
    years, months, days = (int(part or 0) for part in found.groups())
    # A month of a term counts as thirty days: no law says which month is meant.
    return years * 365 + months * 30 + days


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _quota(body: Mapping[str, Any], scope: str) -> Quota | None:
    """``any_of: [{full: 1}, {partial: 2, constraint: at_least_one_is_air_ticket}]``."""
    for cap in body.get("caps", []):
        ways = [way for way in cap.get("any_of", []) if {FULL, PARTIAL} & set(way)]
        if cap.get("scope") == scope and ways:
            return Quota(
                full=max((int(way.get(FULL, 0)) for way in ways), default=0),
                partial=max((int(way.get(PARTIAL, 0)) for way in ways), default=0),
                ticket_needed=any(
                    way.get("constraint") == "at_least_one_is_air_ticket" for way in ways
                ),
            )
    return None


def _benefit(body: Mapping[str, Any], label: str) -> Mapping[str, Any]:
    rules = body.get("rules", [])
    return next((_within(rule, "benefit") for rule in rules if rule.get("label") == label), {})


def _items(body: Mapping[str, Any]) -> tuple[str, ...]:
    """``air_ticket_economy`` is an air ticket, whatever its class."""
    found = _benefit(body, PARTIAL).get("one_of", ())
    return tuple(TICKET if str(one).startswith(TICKET) else str(one) for one in found)


def _covers(body: Mapping[str, Any]) -> Percent | None:
    percent = _benefit(body, FULL).get("covers_percent")
    return Percent(percent) if isinstance(percent, int) else None
