"""What is written as the key of a course run, for files and forms that people fill in."""

from __future__ import annotations

from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey
from opaque_keys.edx.locator import LibraryLocator

LONGEST = 255  # characters: what the platform's tables, and ours, hold


def is_course_run(text: str) -> bool:
    """Whether a text is the key of a course run, in full and as the platform writes it.

    Not of a library, which has such keys too, and not of one branch or version of a course.
    """
    if len(text) > LONGEST:
        return False
    try:
        key = CourseKey.from_string(text)
    except InvalidKeyError:
        return False
    is_whole = getattr(key, "branch", None) is None and getattr(key, "version_guid", None) is None
    return is_whole and not isinstance(key, LibraryLocator) and str(key) == text
