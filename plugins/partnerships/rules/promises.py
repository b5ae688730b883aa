"""When a promise is late, and what was delivered of it. Pure decisions, no clock."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import MAXYEAR, date
from decimal import Decimal

from partnerships.data import Direction, Outcome, PromiseState
from partnerships.exceptions import RecordRefused, SecondPersonNeeded


def due_dates(first: date, every_months: int | None, *, last: date) -> Iterator[date]:
    """Every due date up to ``last``, inclusive: one, or one each so many months.

    The 31st of a month is the last day of a shorter one, and the 31st again in the next. None lies
    beyond the end of the calendar, in the year 9999.
    """
    if every_months is None:
        if first <= last:
            yield first
        return
    months = 0
    due: date | None = first
    while due is not None and due <= last:
        yield due
        months += every_months
        due = _months_later(first, months)


def next_due_date(first: date, every_months: int | None, *, after: date) -> date | None:
    """The first due date after a day, if there is one."""
    if first > after:
        return first
    if every_months is None:
        return None
    months = every_months
    while (due := _months_later(first, months)) is not None and due <= after:
        months += every_months
    return due


def _months_later(day: date, months: int) -> date | None:
    """The same day so many months later; ``None`` where no calendar has it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def promise_state(*, due: date, is_kept: bool, on: date, last: date | None) -> PromiseState:
    """Where a promise stands: the due date counts as a whole; what is due after the end is not."""
    if is_kept:
        return PromiseState.KEPT
    is_owed = last is None or due <= last
    return PromiseState.LATE if is_owed and on > due else PromiseState.OPEN


def is_reached(outcome: Outcome, actual: Decimal | None) -> bool:
    """Whether a reported value is at the target or beyond it."""
    if actual is None:
        return False
    if outcome.direction == Direction.INCREASE:
        return actual >= outcome.target
    return actual <= outcome.target


def check_may_accept(*, is_waiting: bool, by: int, recorded_by: int) -> None:
    """Refuse to accept what was decided, or what one has recorded oneself.

    Raises:
        RecordRefused, SecondPersonNeeded: as said.
    """
    if not is_waiting:
        raise RecordRefused("This delivery was accepted or refused already.")
    if by == recorded_by:
        raise SecondPersonNeeded("Another person than who recorded a delivery has to accept it.")


def check_day(day: date, *, first: date, today: date) -> None:
    """Refuse a record of the future, or of a day before the agreement.

    Raises:
        RecordRefused: as said.
    """
    if day > today:
        raise RecordRefused("%(day)s has not come yet.", day=day)
    if day < first:
        raise RecordRefused(
            "%(day)s lies before the first day of the version, %(first)s.", day=day, first=first
        )
