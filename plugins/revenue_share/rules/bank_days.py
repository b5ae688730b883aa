"""On which days banks pay: Monday to Friday. No calendar of their holidays is kept."""

from __future__ import annotations

from datetime import date, timedelta

_SATURDAY = 5


def is_weekend(day: date) -> bool:
    """Whether banks are closed on this day of the week: what is ordered for it is paid later."""
    return day.weekday() >= _SATURDAY


def next_weekday(day: date) -> date:
    """The day itself, or the Monday after it."""
    return day + timedelta(days=7 - day.weekday()) if is_weekend(day) else day
