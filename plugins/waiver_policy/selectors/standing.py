"""What there is of a person and an offering, and what decides about it: told by one query."""

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
from waiver_policy.selectors.editions import MARK_COLUMNS, Mark, mark_of
from waiver_policy.selectors.locks import live_key
from waiver_policy.selectors.policies import Deciding, deciding_columns

APPROVED = (ApplicationState.APPROVED.value, ApplicationState.WAITLISTED.value)
"""States of an application that was approved: what waits for money was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a decision has to look at; the rest is not there.

    ``has_grant``: a grant of the request's key, or a live one of this person for the offering.
    ``has_approval``: an application for it that was approved. ``has_lock``: a price is kept.
    ``has_evidence``: something is known of their countries. ``has_history``: a decision of the last
    90 days. ``has_moved``: another country in the profile within them. ``has_facts``: something is
    kept of what they have stated.

    ``deciding`` is the policy that decides, ``mark`` that of the lists. ``free`` are the minor
    units that a fund can grant to whoever comes now; none while it owes or people wait.
    """

    has_grant: bool
    has_approval: bool
    has_lock: bool
    has_evidence: bool
    has_history: bool
    has_moved: bool
    has_facts: bool
    deciding: Deciding
    mark: Mark
    free: int = 0


def look(
    user_id: int, offering_code: str, *, at: datetime, key: str = "", currency: str = ""
) -> Standing:
    """What there is of a person (0: nobody) and an offering, and of the key of a request.

    ``currency`` names the fund that is looked at.
    """
    live = live_key(user_id, offering_code) if user_id else ""
    columns, values = deciding_columns()
    with connection.cursor() as cursor:
        cursor.execute(
            _looking(columns, connection.vendor, of_fund=bool(currency)),
            [
                key or live, key, live, user_id, offering_code, *APPROVED, live,
                user_id, user_id, _adapted(at - COUNTRY_CHANGE),
                user_id, _adapted_day(utc_day(at) - SETTLES_AFTER), user_id,
                *values, *([currency] if currency else ()),
            ],
        )  # fmt: skip
        (
            is_known, is_used, is_held, approval, lock, evidence, history, moved, facts,
            version, version_key, free, *mark,
        ) = cursor.fetchone()  # fmt: skip
    return Standing(
        has_grant=bool(is_known or is_used or is_held),
        has_approval=bool(approval),
        has_lock=bool(lock),
        has_evidence=bool(evidence),
        has_history=bool(history),
        has_moved=bool(moved),
        has_facts=bool(facts),
        deciding=(version, version_key),
        mark=mark_of(tuple(mark)),
        free=free or 0,
    )


def _adapted(at: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(at))


def _adapted_day(day: date) -> str:
    return str(connection.ops.adapt_datefield_value(day))


@cache
def _looking(deciding: str, _vendor: str, *, of_fund: bool) -> str:
    # Written out and kept, for each way to quote: it is asked at every price. The names are ours.
    at, key = (connection.ops.quote_name(name) for name in ("at", "key"))
    rows = ", ".join(
        f"EXISTS (SELECT 1 FROM {model._meta.db_table} WHERE {which})"  # noqa: S608
        for model, which in (
            (models.WaiverGrant, f"{key} = %s"),
            (models.UsedKey, f"{key} = %s"),
            (models.WaiverGrant, "live_key = %s"),
            (models.WaiverApplication, "user_id = %s AND offering_code = %s AND state IN (%s, %s)"),
            (models.PriceLock, "live_key = %s"),
            (models.CountryEvidence, "user_id = %s"),
            (models.WaiverDecision, f"user_id = %s AND {at} > %s"),
            (models.ChangeOfCountry, "user_id = %s AND changed_on > %s"),
            (models.StatedFact, "user_id = %s"),
        )
    )
    free = (
        "(SELECT available_minor FROM waiver_policy_waiverfund "
        "WHERE currency = %s AND shortfall_minor = 0 AND waiting = 0)"
    )
    return f"SELECT {rows}, {deciding}, {free if of_fund else '0'}, {MARK_COLUMNS}"
