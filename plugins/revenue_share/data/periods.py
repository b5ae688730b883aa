"""Months, open and closed."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from fairgate.clock import utc_day

from ..exceptions import InvalidPeriod
from .statements import Statement

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar month in UTC. ``Period.parse("2026-10")``, ``str(period)``."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The month written like ``2026-10``.

        Raises:
            InvalidPeriod: it is written in another way, or there is no such month.
        """
        match = _MONTH.fullmatch(text)
        if match is None or match[1] == "0000":
            raise InvalidPeriod(text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, at: datetime) -> Self:
        """The month a moment falls into: the 31st at 23:59:59 UTC is still that month."""
        day = utc_day(at)
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """Its first day (UTC)."""
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """Its last day (UTC); the cut-off is the end of that day."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def next(self) -> Period:
        """The month after."""
        following = self.last_day + timedelta(days=1)
        return Period(following.year, following.month)

    def first_open(self, closed: Period | None) -> Period:
        """This month, or the one after ``closed``, the last closed month, if that comes later."""
        return self if closed is None or closed < self else closed.next()

    def hold_ends_at(self, days: int) -> datetime:
        """The first moment after ``days`` whole days of hold, counted from the cut-off."""
        return datetime.combine(self.last_day + timedelta(days=days + 1), time.min, UTC)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSummary:
    """A month that was closed, or is open and has something on it.

    ``statements`` is how many were frozen. An open month has no ``closed_at``.
    """

    period: str
    closed_at: datetime | None = None
    closed_by: str = ""
    statements: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether nothing on it will ever change."""
        return self.closed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPeriod:
    """A month that was closed, by whom and when, and its frozen statements."""

    period: str
    closed_at: datetime
    closed_by: str
    statements: tuple[Statement, ...]
