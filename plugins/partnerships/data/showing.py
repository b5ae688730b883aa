"""What those who show marks ask: why one is not there, the words of a mail, a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from partnerships.data.agreements import Obstacle


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleStanding:
    """A partner's role on one course under one version, and why it draws no mark at a moment.

    Without ``obstacles`` it draws one. They are those of the version and those of the partner's own
    due diligence, each once. ``valid_until`` is the last UTC day; ``None`` is open-ended.
    """

    partner: str
    name: str
    role: str
    role_label: str
    agreement: str
    version: int
    valid_from: date
    valid_until: date | None
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStrip:
    """The marks of a course for a mail, as text and as HTML; both empty where none shows."""

    text: str
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssue:
    """A certificate of the platform: the number on it, its course run, and when it was made last.

    The platform makes a certificate anew under the same number, and then shows the new date.
    """

    number: str
    course_key: str
    issued_at: datetime
