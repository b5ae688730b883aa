"""How many learners may be told to everybody: numbers about few people are hidden.

What is hidden is decided for each course by itself, and sums are made of what is shown only. So no
sum, and no difference of two sums, tells more than the numbers of the courses that are shown.
"""

from __future__ import annotations

from collections.abc import Iterable

from partnerships.data import CourseReach, ShownNumber, ShownReach


def may_be_shown(course: CourseReach, *, at_least: int) -> tuple[int | None, dict[str, int | None]]:
    """A course's learners, and those of each group; ``None`` where it would be about few people.

    Nobody at all is no few people. A group is hidden as well where few learners are *outside* it,
    for the two numbers together would tell of those.
    """
    if _is_few(course.learners, at_least):
        return None, dict.fromkeys((name for name, _count in course.groups), None)
    told: dict[str, int | None] = {}
    for name, count in course.groups:
        rest = course.learners - count
        told[name] = None if _is_few(count, at_least) or _is_few(rest, at_least) else count
    return course.learners, told


def add_up(courses: Iterable[CourseReach], *, at_least: int) -> ShownReach:
    """What may be said of some courses together, as sums of what may be said of each.

    A sum that leaves a hidden number out is one of “at least”; one of hidden numbers only is
    hidden.
    """
    known = list(courses)
    each = [may_be_shown(one, at_least=at_least) for one in known]
    names = sorted({name for one in known for name, _count in one.groups})
    return ShownReach(
        courses=len(known),
        learners=_sum([learners for learners, _groups in each]),
        groups=tuple(
            (name, _sum([groups[name] for _learners, groups in each if name in groups]))
            for name in names
        ),
    )


def _is_few(count: int, at_least: int) -> bool:
    return 0 < count < at_least


def _sum(numbers: list[int | None]) -> ShownNumber:
    shown = [number for number in numbers if number is not None]
    if len(shown) == len(numbers):
        return ShownNumber(value=sum(shown))
    return ShownNumber(value=sum(shown) or None, is_least=True)
