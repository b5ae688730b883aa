"""What somebody is reminded of, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from partnerships.data.agreements import Side


class Subject(StrEnum):
    """What a reminder is about."""

    VERSION_ENDS = "version_ends"
    DUE_DILIGENCE = "due_diligence"
    OBLIGATION = "obligation"
    REPORT = "report"
    CONTRIBUTION = "contribution"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One thing to say about one day. ``code`` is that of the promise; ``level`` is days before.

    ``concerns`` are the sides that are told; ``version`` is 0 for what is about a partner.
    """

    subject: Subject
    partner: str
    agreement: str
    version: int
    code: str
    day: date
    level: int
    concerns: tuple[Side, ...]

    @property
    def key(self) -> str:
        """The same for the same thing to say, on any day that it is found."""
        parts = (self.subject, self.partner, self.agreement, self.version, self.code)
        return "/".join((*(str(part) for part in parts), self.day.isoformat(), str(self.level)))
