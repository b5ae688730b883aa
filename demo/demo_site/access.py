"""The access check of the demo's courses: it asks the gate what the LMS asks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from opaque_keys.edx.locator import BlockUsageLocator

from demo_site import platform
from fairgate import clock
from fee_gate import api as gate
from fee_gate.data import Access


def check_for(user: Any, course_key: str) -> Callable[[BlockUsageLocator], bool]:
    """Whether this person (``None``: nobody in particular) may see a block of a course now.

    Good for one page: what it has read is not read again.
    """
    check = gate.checker(course_key, user_id=getattr(user, "pk", None), at=clock.now())
    return lambda key: check(key) is Access.OPEN


def is_staff(user: Any, course_key: str) -> bool:
    """Whether this person teaches the course or runs the site."""
    user_id = getattr(user, "pk", None)
    return user_id is not None and platform.is_course_staff(user_id, course_key)
