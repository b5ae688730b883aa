"""Counts the learners of courses: once a month, and anew only when many came or left (ADR 0068)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import OperationalError, transaction

from fairgate.clock import utc_day
from fairgate_tables.inserting import insert_or_lock
from fairgate_tables.transactions import in_transaction
from partnerships import conf, models, rules, selectors
from partnerships.data import CourseReach

log = logging.getLogger(__name__)


def count_learners(course_keys: Collection[str], *, at: datetime) -> dict[str, CourseReach]:
    """What is told of these courses in the month of a moment (UTC); who asks first in it, counts.

    One query, and in a new month those that count; only then is anything written or locked. Where
    nothing can be written now, courses are told as they were, and those never counted are missing:
    a page has better things to show than an error.
    """
    month = utc_day(at).replace(day=1)
    told = selectors.list_counts(course_keys, since=month)
    due = sorted(set(course_keys) - set(told))
    if due:
        told |= _count(due, at=at, month=month)
    return told


def _count(course_keys: Sequence[str], *, at: datetime, month: date) -> dict[str, CourseReach]:
    now = selectors.list_learners(course_keys, at=at)
    try:
        return {key: _decide(key, now[key], month=month) for key in course_keys}
    except OperationalError:
        # Of somebody else's transaction nothing may be left to go on with: they decide.
        if transaction.get_connection().in_atomic_block:
            raise
        log.warning("learners not counted: courses=%s", len(course_keys), exc_info=True)
    return selectors.list_counts(course_keys, since=date.min)


@in_transaction
def _decide(course_key: str, now: CourseReach, *, month: date) -> CourseReach:
    """What is told of one course: who holds its row holds no other, and waits for nobody.

    Pages have courses in common, and the gaps between rows are locked with the rows: who decided
    about several at once would wait for another who waits for them.
    """
    # Of two who ask first at once, the second waits here and tells what the first has counted.
    insert_or_lock(_row(course_key, now, month), field="course_key")
    row = count_now(course_key)
    # Letter by letter: MariaDB finds a course in other letters, too.
    if row.course_key != course_key:
        return CourseReach(learners=0)
    if row.month < month:
        _decide_anew(row, now, month)
    log.info("learners counted: course=%s month=%s", course_key, month)
    return selectors.get_told(row)


def count_now(course_key: str) -> models.CourseCount:
    """The locked count of a course, whatever was read before."""
    row: models.CourseCount = models.CourseCount.objects.select_for_update().get(
        course_key=course_key
    )
    return row


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
