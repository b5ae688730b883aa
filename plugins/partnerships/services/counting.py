"""Counts the learners of courses: once a month, and anew only when many came or left (ADR 0068)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from fairgate.clock import utc_day
from fairgate_tables.inserting import insert_or_lock
from fairgate_tables.transactions import in_transaction
from partnerships import conf, models, rules, selectors
from partnerships.data import CourseReach

log = logging.getLogger(__name__)


def count_learners(course_keys: Collection[str], *, at: datetime) -> dict[str, CourseReach]:
    """What is told of these courses in the month of a moment (UTC); who asks first in it, counts.

    One query, and in a new month those that count; only then is anything written or locked.
    """
    month = utc_day(at).replace(day=1)
    told = selectors.list_counts(course_keys, since=month)
    due = sorted(set(course_keys) - set(told))
    if due:
        now = selectors.list_learners(due, at=at)
        told |= _decide(due, now, month=month)
    return told


@in_transaction
def _decide(
    course_keys: Sequence[str], now: Mapping[str, CourseReach], *, month: date
) -> dict[str, CourseReach]:
    # Of two who ask first at once, the second waits here and tells what the first has counted.
    insert_or_lock(*[_row(key, now[key], month) for key in course_keys], field="course_key")
    told = {}
    for row in counts_now(course_keys):
        # Letter by letter: MariaDB finds a course in other letters, too.
        if row.course_key not in now:
            continue
        if row.month < month:
            _decide_anew(row, now[row.course_key], month)
        told[row.course_key] = selectors.get_told(row)
    log.info("learners counted: courses=%s month=%s", len(told), month)
    return told


def counts_now(course_keys: Sequence[str]) -> list[models.CourseCount]:
    """The locked counts of these courses, whatever was read before."""
    rows = models.CourseCount.objects.select_for_update().filter(course_key__in=course_keys)
    return list(rows.order_by("course_key"))


def _decide_anew(row: models.CourseCount, now: CourseReach, month: date) -> None:
    before = selectors.get_told(row)
    told = rules.told_next(before, now, at_least=conf.least_learners())
    row.month = month
    for column, value in _columns(told).items():
        setattr(row, column, value)
    row.save()


def _row(course_key: str, reach: CourseReach, month: date) -> models.CourseCount:
    return models.CourseCount(course_key=course_key, month=month, **_columns(reach))


def _columns(reach: CourseReach) -> dict[str, Any]:
    return {
        "learners": reach.learners,
        "groups": dict(reach.groups),
        "outside": reach.outside,
    }
