"""How many learners courses have, and where they live, as far as everybody may know it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from fairgate.clock import utc_day
from partnerships import compat, conf, rules
from partnerships.data import CourseReach, ShownReach


def list_reach(courses: Mapping[str, Collection[str]], *, at: datetime) -> dict[str, ShownReach]:
    """What may be said of each of these sets of courses together.

    One query, and one per list of countries, whatever the number of sets.
    """
    every = sorted({key for keys in courses.values() for key in keys})
    learners = compat.learners_by_country(every) if every else {}
    groups = conf.country_groups(on=utc_day(at), known_at=at)
    return {
        name: rules.add_up(
            [_reach(learners.get(key, {}), groups) for key in sorted(set(keys))],
            at_least=conf.least_learners(),
        )
        for name, keys in courses.items()
    }


def _reach(learners: Mapping[str, int], groups: Mapping[str, Collection[str]]) -> CourseReach:
    return CourseReach(
        learners=sum(learners.values()),
        groups=tuple(
            (name, sum(learners.get(country, 0) for country in set(members)))
            for name, members in groups.items()
        ),
    )
