"""Asks the partnerships app. The only module that imports it, and only when asked.

* PartnersUnknown      there is no answer
  + NotInstalled       the app is not part of this site
  + NotReadable        it is, but its tables cannot be read now (logged)
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import ModuleType
from typing import Any

log = logging.getLogger(__name__)


class PartnersUnknown(Exception):
    """Nobody can say now which partners a course has."""


class NotInstalled(PartnersUnknown):
    """The partnerships app is not installed on this site."""


class NotReadable(PartnersUnknown):
    """The partnerships app is installed, but its tables cannot be read now."""


def marks_of(course_key: str, *, at: datetime) -> tuple[Any, ...]:
    """The marks (``partnerships.data.Mark``) that show on a course at a moment. One query.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked(course_key) as partnerships:
        marks: tuple[Any, ...] = partnerships.branding_for(course_key, at=at)
        return marks


def partners_of(course_key: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every partner with a role on a course, in force or not.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked(course_key) as partnerships:
        found = partnerships.partners_of_course(course_key)
        return tuple((one.code, one.display_name) for one in found)


@contextmanager
def _asked(course_key: str) -> Iterator[ModuleType]:
    from django.db import DatabaseError

    partnerships = _api()
    try:
        yield partnerships
    except DatabaseError as error:
        # A unit must not fail for want of a logo: learners see none, authors see a sentence.
        log.exception("partner badge: partners of %s cannot be read", course_key)
        raise NotReadable(course_key) from error


def _api() -> ModuleType:
    from django.apps import apps

    if not apps.ready or not apps.is_installed("partnerships"):
        raise NotInstalled
    from partnerships import api

    return api
