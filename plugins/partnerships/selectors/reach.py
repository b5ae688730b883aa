"""How many learners courses have, and where they live, as far as everybody may know it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from fairgate.clock import utc_day
from partnerships import compat, conf, models, rules
from partnerships.data import CourseReach, ShownReach


def list_reach(
    courses: Mapping[str, Collection[str]], told: Mapping[str, CourseReach]
) -> dict[str, ShownReach]:
    """What may be said of each of these sets of courses together, by what is told of each.

    Of a set with a course of which nothing is told, nothing is said.
    """
    return {
        name: rules.add_up([told[key] for key in sorted(set(keys))], at_least=conf.least_learners())
        for name, keys in courses.items()
        if told.keys() >= set(keys)
    }


def list_counts(course_keys: Collection[str], *, since: date) -> dict[str, CourseReach]:
    """What is told of these courses, as far as that was decided since the first day of a month."""
    rows = models.CourseCount.objects.filter(course_key__in=course_keys, month__gte=since)
    return {row.course_key: get_told(row) for row in rows}


def get_told(row: models.CourseCount) -> CourseReach:
    """What a row tells."""
    return CourseReach(learners=row.learners, groups=tuple(row.groups.items()), outside=row.outside)


def list_learners(course_keys: Collection[str], *, at: datetime) -> dict[str, CourseReach]:
    """How many learners each of these courses has, by the lists of countries of a moment.

    One query, and one per list, whatever the number of courses.
    """
    learners = compat.learners_by_country(course_keys)
    groups = conf.country_groups(on=utc_day(at), known_at=at)
    return {key: _reach(learners.get(key, {}), groups) for key in course_keys}


def _reach(learners: Mapping[str, int], groups: Mapping[str, Collection[str]]) -> CourseReach:
    listed = {country for members in groups.values() for country in members}
    return CourseReach(
        learners=sum(learners.values()),
        groups=tuple(
            (name, sum(learners.get(country, 0) for country in set(members)))
            for name, members in groups.items()
        ),
        outside=sum(count for country, count in learners.items() if country not in listed),
    )
