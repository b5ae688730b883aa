"""What one person meets at a gate: asks the gate table and the other apps, late.

The block and the partition's class load this without Django's apps, so the modules with tables are
imported when somebody asks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.apps import apps

from fee_gate import client, keys, rules
from fee_gate.data import GateTable, Paywall, PaywallState

log = logging.getLogger(__name__)


def at_gate(
    fee: str, *, gate: str, course_key: object, user_id: int | None, at: datetime
) -> Paywall:
    """A gate of a course, by its usage key, as this person meets it. Never raises.

    A fee of another course opens nothing here, whoever settled it.
    """
    table = _table(course_key)
    if table is None:
        return Paywall(state=PaywallState.UNDECIDED)
    if not table.is_enforced:
        return Paywall(state=PaywallState.SWITCHED_OFF)
    if user_id is not None and _is_exempt(user_id, course_key):
        return Paywall(state=PaywallState.EXEMPT)
    if not table.is_certain:
        return Paywall(state=PaywallState.UNDECIDED)
    try:
        offered = table.offered if table.covers else client.course_fees(table.course_key)
    except client.Undecidable:
        return Paywall(state=PaywallState.UNDECIDED)
    found = client.paywall(fee if fee in offered else "", user_id=user_id, at=at)
    several = len(table.fees) > 1
    beside = rules.fees_beside(table.covers, gate) if several else frozenset()
    return _with_further(found, beside - {fee}, course=table.course_key, user_id=user_id, at=at)


def at_unit(
    fee: str, *, unit: object, course_key: object, user_id: int | None, at: datetime
) -> Paywall:
    """A fee that shuts a unit as this person meets it in the unit's place. Never raises."""
    found = client.paywall(fee, user_id=user_id, at=at)
    table = _table(course_key)
    if table is None:
        return found
    fees = table.fees_of(keys.usage_text(unit, course_key))
    return _with_further(found, fees - {fee}, course=table.course_key, user_id=user_id, at=at)


def _with_further(
    found: Paywall, fees: Iterable[str], *, course: str, user_id: int | None, at: datetime
) -> Paywall:
    """The paywall, with the names of the other fees that this person has not settled either.

    Their names cost a query, and only where there are such fees.
    """
    others = frozenset(fees) - {""}
    if not others or found.is_open or found.state is PaywallState.UNDECIDED:
        return found
    try:
        settled = client.entitled_fees(user_id, at=at) if user_id is not None else frozenset()
        missing = others - settled
        further = client.fee_titles(course, missing) if missing else ()
    except client.Undecidable:  # the log has it; what the fee itself says is still true
        return found
    return replace(found, further=further)


def _table(course_key: object) -> GateTable | None:
    """The gate table; ``None`` where this app is not installed."""
    if not apps.is_installed("fee_gate"):
        log.error("fee gate: the app is not installed, gates stay shut")
        return None
    from fee_gate import selectors

    return selectors.gate_table(course_key)


def _is_exempt(user_id: int, course_key: object) -> bool:
    """Whether what is gated is open to this person, who does not play a learner."""
    from fee_gate import checking, compat

    if compat.plays_learner(user_id, keys.run_text(course_key)):
        return False
    return checking.is_exempt(user_id, course_key)
