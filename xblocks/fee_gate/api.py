"""The only door of fee_gate.

The platform reaches the gate through its own hooks (partitions, field override, middleware,
filters); this is for who draws course pages elsewhere, such as the demo, and for tools.
"""

from __future__ import annotations

from datetime import datetime

from fee_gate.checking import CourseCheck
from fee_gate.data import Access
from fee_gate.services import begin_rule, end_rule, recompute

__all__ = ["access", "begin_rule", "checker", "closing_gate", "end_rule", "recompute"]


def access(course_key: str, usage_key: str, *, user_id: int | None, at: datetime) -> Access:
    """Whether this person may see this block of the published course now.

    ``user_id`` ``None`` is somebody who is not signed in. A block behind several gates opens when
    every fee is settled. Staff and beta testers of the course see everything, and so does everybody
    while an operator has switched the gates of the course off. Never raises.
    """
    return checker(course_key, user_id=user_id, at=at)(usage_key)


def checker(course_key: str, *, user_id: int | None, at: datetime) -> CourseCheck:
    """``access`` for many blocks of a course: ``checker(...)(usage_key)``.

    One query at most, for what the person has settled, once the course is remembered (decision
    0011). ``checker(...).closing_gate(usage_key)`` is ``closing_gate`` without a further one.
    """
    return CourseCheck(course_key, user_id=user_id, at=at)


def closing_gate(
    course_key: str, usage_key: str, *, user_id: int | None, at: datetime
) -> str | None:
    """The usage key of the gate that shuts a block for this person, whose paywall is to be shown.

    Where several gates stand before the block, it is the first in the course whose fee is not
    settled. ``None`` when the block is open, or nobody can say what is gated. Never raises.
    """
    return checker(course_key, user_id=user_id, at=at).closing_gate(usage_key)
