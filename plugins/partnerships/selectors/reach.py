"""How many learners courses have, and where they live, as far as everybody may know it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from fairgate.clock import utc_day
from partnerships import compat, conf, rules
from partnerships.data import CourseReach, ShownReach


def get_reach(course_keys: Collection[str], *, at: datetime) -> ShownReach:
    """What may be said of these courses together; two queries, and one per list of countries."""
    learners = compat.learners_by_country(course_keys)
    groups = conf.country_groups(on=utc_day(at), known_at=at)
    courses = [_reach(learners.get(key, {}), groups) for key in sorted(set(course_keys))]
    return rules.add_up(courses, at_least=conf.least_learners())


def _reach(learners: Mapping[str, int], groups: Mapping[str, Collection[str]]) -> CourseReach:
    return CourseReach(
        learners=sum(learners.values()),
        groups=tuple(
            (name, sum(learners.get(country, 0) for country in set(members)))
            for name, members in groups.items()
        ),
    )
