"""The only door of fee_gate.

The platform reaches the gate through its own hooks (partitions, field override, middleware); this
is for who draws course pages elsewhere, such as the demo, and for tools.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import cache

from django.db import DatabaseError

from fee_gate import client, compat, keys, selectors
from fee_gate.data import Access
from fee_gate.services import recompute

log = logging.getLogger(__name__)

__all__ = ["access", "checker", "recompute"]


def access(course_key: str, usage_key: str, *, user_id: int | None, at: datetime) -> Access:
    """Whether this person may see this block of the published course now.

    ``user_id`` ``None`` is somebody who is not signed in. A block behind several gates opens when
    every fee is settled. Staff of the course see everything. Never raises.
    """
    return checker(course_key, user_id=user_id, at=at)(usage_key)


def checker(course_key: str, *, user_id: int | None, at: datetime) -> Callable[[str], Access]:
    """``access`` for many blocks of a course: asks for the table now, for the person once.

    Good for one request; a page that keeps it would not see a refund.
    """
    table = selectors.gate_table(course_key)

    @cache
    def settled() -> frozenset[str] | None:
        """What this person has settled; ``None`` if nobody can say."""
        if user_id is None:
            return frozenset()
        try:
            return client.entitled_fees(user_id, at=at)
        except client.Undecidable:
            return None

    @cache
    def is_staff() -> bool:
        if user_id is None:
            return False
        try:
            return compat.is_course_staff(user_id, table.course_key)
        except DatabaseError:
            log.exception("fee gate: staff unknown: user=%s", user_id)
            return False

    def answer(usage_key: str) -> Access:
        fees = table.fees_of(keys.usage_text(usage_key, course_key))
        if table.is_readable and not fees:
            return Access.OPEN
        if (fees and fees <= (settled() or frozenset())) or is_staff():
            return Access.OPEN
        return Access.CLOSED if table.is_readable and settled() is not None else Access.UNDECIDED

    return answer
