"""Sessions in a room, and who waits for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSummary:
    """One time and place at which an offering is held.

    ``seats_left`` is ``None`` without a limit; it never exceeds what the whole offering has left,
    and is 0 while people wait for a seat.
    """

    id: int
    code: str
    place: str
    room: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    seats_left: int | None
    closed: bool

    def is_open(self, at: datetime) -> bool:
        """Whether it can still be chosen: it was not closed, and has not begun."""
        return not self.closed and at < self.starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldSession:
    """When and where a session was to be held as something was sold for it."""

    code: str
    place: str
    room: str
    starts_at: datetime
    ends_at: datetime
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEntry:
    """A session as it should stand; ``capacity`` ``None`` is no limit of its own."""

    code: str
    place: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    room: str = ""
    capacity: int | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPlace:
    """Where somebody stands who waits for a full room.

    ``place`` is 1 for who is asked next, 0 once a seat is held for them until ``offered_until``.
    ``session`` is the code of the session they wait for, ``""`` for the room as a whole.
    """

    offering_code: str
    session: str
    place: int
    asked_at: datetime
    offered_until: datetime | None
