"""The keys that fee_payments shares with the platform: of course runs."""

from __future__ import annotations

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey
from opaque_keys.edx.locator import LibraryLocator


def is_course_run(text: str) -> bool:
    """Whether this is written as the key of a course run; libraries have such keys too."""
    try:
        return not isinstance(CourseKey.from_string(text), LibraryLocator)
    except InvalidKeyError:
        return False
