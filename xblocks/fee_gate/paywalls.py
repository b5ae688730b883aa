"""What one person meets at a gate: asks the gate table and the other apps, late.

The block and the partition's class load this without Django's apps, so the modules with tables are
imported when somebody asks.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.apps import apps

from fee_gate import client, keys
from fee_gate.data import GateTable, Paywall, PaywallState

log = logging.getLogger(__name__)


def at_gate(fee: str, *, course_key: object, user_id: int | None, at: datetime) -> Paywall:
    """A gate of a course as this person meets it. Never raises.

    A fee of another course opens nothing here, whoever settled it.
    """
    table = _table(course_key)
    if table is None:
        return Paywall(state=PaywallState.UNDECIDED)
    if not table.is_enforced:
        return Paywall(state=PaywallState.SWITCHED_OFF)
    if user_id is not None and _is_exempt(user_id, course_key):
        return Paywall(state=PaywallState.EXEMPT)
    if not (table.is_readable and table.are_fees_known):
        return Paywall(state=PaywallState.UNDECIDED)
    try:
        offered = table.offered if table.covers else client.course_fees(table.course_key)
    except client.Undecidable:
        return Paywall(state=PaywallState.UNDECIDED)
    return client.paywall(fee if fee in offered else "", user_id=user_id, at=at)


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
