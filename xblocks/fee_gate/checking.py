"""Answers for one person and one course: the decision that every hook gives."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cached_property

from django.db import DatabaseError

from fee_gate import client, compat, keys, selectors
from fee_gate.data import Access

log = logging.getLogger(__name__)


class CourseCheck:
    """What one person may see of one course at one moment.

    Reads the table when it is made, and asks about the person once, when a gated block comes up.
    Good for one request: who keeps it would not see a refund. Never raises.
    """

    def __init__(self, course_key: object, *, user_id: int | None, at: datetime) -> None:
        self._course_key = course_key
        self._table = selectors.gate_table(course_key)
        self._user_id = user_id
        self._at = at

    def __call__(self, usage_key: object) -> Access:
        """The answer for a block itself."""
        return self._for(self._table.fees_of(self._text(usage_key)))

    def with_inside(self, usage_key: object) -> Access:
        """The answer for a block and all that stands in it, however deep."""
        usage = self._text(usage_key)
        return self._for(self._table.fees_of(usage) | self._table.fees_inside(usage))

    def closing_gate(self, usage_key: object) -> str | None:
        """The gate that shuts a block for this person: the first whose fee is not settled.

        ``None`` for a block that is open, and when nobody can say what is gated.
        """
        if self(usage_key) is Access.OPEN:
            return None
        settled = self._settled or frozenset()
        gates = self._table.gates_of(self._text(usage_key))
        return next((cover.gate for cover in gates if cover.fee not in settled), None)

    def _for(self, fees: frozenset[str]) -> Access:
        table = self._table
        if not table.is_enforced or (table.is_readable and not fees):
            return Access.OPEN
        settled = self._settled if fees and table.are_fees_known else None
        if (settled is not None and fees <= settled) or self._is_exempt:
            return Access.OPEN
        return Access.UNDECIDED if settled is None else Access.CLOSED

    @cached_property
    def _settled(self) -> frozenset[str] | None:
        """What this person has settled; ``None`` if nobody can say."""
        if self._user_id is None:
            return frozenset()
        try:
            return client.entitled_fees(self._user_id, at=self._at)
        except client.Undecidable:
            return None

    @cached_property
    def _is_exempt(self) -> bool:
        return self._user_id is not None and is_exempt(self._user_id, self._course_key)

    def _text(self, usage_key: object) -> str:
        return keys.usage_text(usage_key, self._course_key)


def is_exempt(user_id: int, course_key: object) -> bool:
    """Whether a fee of this course is not asked of this person: its staff and its beta testers.

    The same people see everything in the platform's own paid tracks (``has_staff_roles`` in
    common/djangoapps/student/role_helpers.py; decision 0018). Of a CCX, the CCX's own.
    """
    course = keys.run_text(course_key)
    try:
        return compat.is_course_staff(user_id, course) or compat.is_beta_tester(user_id, course)
    except DatabaseError:
        log.exception("fee gate: roles unknown: user=%s", user_id)
        return False
