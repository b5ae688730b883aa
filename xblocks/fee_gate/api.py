"""The only door of fee_gate.

The platform reaches the gate through its own hooks (partitions, field override, middleware); this
is for who draws course pages elsewhere, such as the demo, and for tools.
"""

from __future__ import annotations

from datetime import datetime

from fee_gate import client, compat, keys, selectors
from fee_gate.data import Access
from fee_gate.services import recompute

__all__ = ["access", "recompute"]


def access(course_key: str, usage_key: str, *, user_id: int | None, at: datetime) -> Access:
    """Whether this person may see this block of the published course now.

    ``user_id`` ``None`` is somebody who is not signed in. A block behind several gates opens when
    every fee is settled. Staff of the course see everything. Never raises.
    """
    table = selectors.gate_table(course_key)
    fees = table.fees_of(keys.usage_text(usage_key, course_key))
    if not table.is_readable:
        return Access.UNDECIDED
    if not fees:
        return Access.OPEN
    if user_id is None:
        return Access.CLOSED
    try:
        if fees <= client.entitled_fees(user_id, at=at):
            return Access.OPEN
    except client.Undecidable:
        return Access.UNDECIDED
    return Access.OPEN if compat.is_course_staff(user_id, table.course_key) else Access.CLOSED
