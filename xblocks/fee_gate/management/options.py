"""What an operator types after a command, checked."""

from __future__ import annotations

from django.core.management.base import CommandError
from opaque_keys import InvalidKeyError
from opaque_keys.edx.keys import CourseKey

from fairgate.course_runs import LONGEST
from fee_gate import keys


def course_run(text: str) -> str:
    """The key as it was typed, if it is one of a course run.

    Raises:
        CommandError: it is not, or is longer than the table holds.
    """
    try:
        key = CourseKey.from_string(text)
    except InvalidKeyError:
        raise CommandError(
            f"“{text}” is no key of a course run; write it like course-v1:ORG+CODE+RUN."
        ) from None
    if keys.is_library(key):
        raise CommandError(f"“{text}” is the key of a library; gates stand in course runs.")
    if len(text) > LONGEST:
        raise CommandError(f"The key is longer than {LONGEST} characters; no course run has it.")
    return text
