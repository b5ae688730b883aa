"""Rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementChange:
    """A right was given or taken. Says whose and to what, not which: ask before you act on it."""

    user_id: int
    offering_code: str
    course_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementSummary:
    """One right of one learner, past or present. ``source`` is one of ``Entitlement.Source``."""

    uuid: UUID
    offering_code: str
    source: str
    starts_at: datetime
    ends_at: datetime | None
    revoked_at: datetime | None
    revoked_because: str

    def is_live(self, at: datetime) -> bool:
        """Whether the right holds at this moment."""
        has_ended = self.ends_at is not None and self.ends_at <= at
        return self.starts_at <= at and not has_ended and self.revoked_at is None

    def ended_at(self, at: datetime) -> datetime | None:
        """When the right was taken back or ended by itself; ``None`` if neither, up to ``at``."""
        ends = (end for end in (self.revoked_at, self.ends_at) if end is not None and end <= at)
        return min(ends, default=None)
