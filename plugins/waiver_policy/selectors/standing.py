"""What there is of a person and an offering: mostly nothing, told by one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db import connection

from fairgate.clock import utc_day
from waiver_policy import models
from waiver_policy.data import ApplicationState
from waiver_policy.rules.countries import SETTLES_AFTER
from waiver_policy.rules.price_locks import COUNTRY_CHANGE
from waiver_policy.selectors.locks import live_key

APPROVED = (ApplicationState.APPROVED.value, ApplicationState.WAITLISTED.value)
"""States of an application that was approved: what waits for money was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a decision has to look at; the rest is not there.

    ``has_grant``: a grant of the request's key, or a live one of this person for the offering.
    ``has_approval``: an application for it that was approved. ``has_lock``: a price is kept.
    ``has_evidence``: something is known of their countries. ``has_history``: a decision of the last
    90 days. ``has_moved``: another country in the profile within them.
    """

    has_grant: bool
    has_approval: bool
    has_lock: bool
    has_evidence: bool
    has_history: bool
    has_moved: bool


def look(user_id: int, offering_code: str, *, at: datetime, key: str = "") -> Standing:
    """What there is of a person (0: nobody) and an offering, and of the key of a request."""
    live = live_key(user_id, offering_code) if user_id else ""
    with connection.cursor() as cursor:
        cursor.execute(
            _looking(),
            [
                key or live, live, user_id, offering_code, *APPROVED, live,
                user_id, user_id, _adapted(at - COUNTRY_CHANGE),
                user_id, _adapted_day(utc_day(at) - SETTLES_AFTER),
            ],
        )  # fmt: skip
        found = {row[0] for row in cursor.fetchall()}
    return Standing(
        has_grant="grant" in found,
        has_approval="approval" in found,
        has_lock="lock" in found,
        has_evidence="evidence" in found,
        has_history="history" in found,
        has_moved="moved" in found,
    )


def _adapted(at: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(at))


def _adapted_day(day: date) -> str:
    return str(connection.ops.adapt_datefield_value(day))


@cache
def _looking() -> str:
    # Written out and kept: it is asked at every price. The names are ours.
    grants, applications = models.WaiverGrant, models.WaiverApplication
    table = {
        model: model._meta.db_table
        for model in (
            grants, applications, models.PriceLock, models.CountryEvidence, models.WaiverDecision,
            models.ChangeOfCountry,
        )
    }  # fmt: skip
    quoted = connection.ops.quote_name
    return (
        f"SELECT 'grant' FROM {table[grants]} WHERE {quoted('key')} = %s "  # noqa: S608
        f"UNION SELECT 'grant' FROM {table[grants]} WHERE live_key = %s "
        f"UNION SELECT 'approval' FROM {table[applications]} "
        "WHERE user_id = %s AND offering_code = %s AND state IN (%s, %s) "
        f"UNION SELECT 'lock' FROM {table[models.PriceLock]} WHERE live_key = %s "
        f"UNION SELECT 'evidence' FROM {table[models.CountryEvidence]} WHERE user_id = %s "
        f"UNION SELECT 'history' FROM {table[models.WaiverDecision]} "
        f"WHERE user_id = %s AND {quoted('at')} > %s "
        f"UNION SELECT 'moved' FROM {table[models.ChangeOfCountry]} "
        "WHERE user_id = %s AND changed_on > %s"
    )
