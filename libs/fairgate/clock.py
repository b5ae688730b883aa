"""The one place that asks what time it is.

Only an edge (view, task, command, block) calls ``now()``, once, and passes the answer on; rules,
selectors and services take the moment as an argument. Everything is UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

_source: Callable[[], datetime] | None = None


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _source() if _source else datetime.now(UTC)


def use(source: Callable[[], datetime] | None) -> None:
    """Take the time from ``source`` (the demo's calendar, a test); ``None`` gives the real time."""
    global _source
    _source = source


def utc_day(at: datetime) -> date:
    """The calendar day of a moment in UTC: the day that decides a rule.

    Raises:
        ValueError: ``at`` has no time zone, so it has no day.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone.")
    return at.astimezone(UTC).date()


def end_of(day: date) -> datetime:
    """The last moment of a UTC day: what was known on a day was known by then."""
    return datetime.combine(day, time.max, UTC)
