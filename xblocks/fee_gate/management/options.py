"""What an operator types after a command, checked."""

from __future__ import annotations

from django.core.management.base import CommandError
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from fee_gate import keys

_LONGEST = 255  # what the table holds


def course_run(text: str) -> str:
    """The key as it was typed, if it is one of a course run.

    Raises:
        CommandError: it is not, or is longer than the table holds.
    """
    try:
        CourseKey.from_string(text)
    except InvalidKeyError:
        raise CommandError(
            f"“{text}” is no key of a course run; write it like course-v1:ORG+CODE+RUN."
        ) from None
    if not keys.is_run(text):
        raise CommandError(f"“{text}” is the key of a library; gates stand in course runs.")
    if len(text) > _LONGEST:
        raise CommandError(f"The key is longer than {_LONGEST} characters; no course run has it.")
    return text
