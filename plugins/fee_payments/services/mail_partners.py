"""The partners of a course in our mails about it, if there are partners on this site.

``partnerships`` decides which and in what words. A mail is sent without them rather than not.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.apps import apps

log = logging.getLogger(__name__)


class Strip(Protocol):
    """What is read of a ``partnerships.data.MailStrip``."""

    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Nobody:
    text: str = ""
    html: str = ""


def strip(course_key: str, *, at: datetime) -> Strip:
    """Who stands behind a course at a moment, in the language that is active."""
    if not course_key or not apps.is_installed("partnerships"):
        return _Nobody()
    from partnerships import api

    try:
        return api.strip_for_email(course_key, at=at)
    except Exception:
        log.exception("mail without partners: course=%s", course_key)
        return _Nobody()
