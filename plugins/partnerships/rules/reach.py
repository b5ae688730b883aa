"""How many learners may be told to everybody, and when: nobody is found in a number, or a change.

Every number that is told is a multiple of the smallest that may be told, and so is every sum and
every difference of such numbers: of courses, of groups, of partners, of two months (ADR 0068).
"""

from __future__ import annotations

from collections.abc import Iterable

from partnerships.data import CourseReach, ShownReach


def told_next(before: CourseReach, now: CourseReach, *, at_least: int) -> CourseReach:
    """What is told of a course in another month: what was told before, until many came or left.

    The learners alone decide that, and not their groups: that one number moved tells nothing of
    where they live, and where they live is told of so many at once.
    """
    is_many = abs(now.learners - before.learners) >= at_least
    return now if is_many else before


def may_be_shown(course: CourseReach, *, at_least: int) -> tuple[int | None, dict[str, int | None]]:
    """A course's learners, and those of each group; ``None`` where it would be about few people.

    Nobody is few people, too: else it would be seen when the first one comes. No group is told
    where few live outside of all of them, for then it would be known of nearly everybody.
    """
    is_mixed = course.outside >= at_least
    groups = {
        name: _in_round_numbers(count, at_least) if is_mixed else None
        for name, count in course.groups
    }
    return _in_round_numbers(course.learners, at_least), groups


def add_up(courses: Iterable[CourseReach], *, at_least: int) -> ShownReach:
    """What may be said of some courses together: sums of what may be said of each."""
    known = list(courses)
    each = [may_be_shown(one, at_least=at_least) for one in known]
    names = sorted({name for one in known for name, _count in one.groups})
    return ShownReach(
        courses=len(known),
        learners=_sum(learners for learners, _groups in each),
        groups=tuple(
            (name, _sum(groups.get(name) for _learners, groups in each)) for name in names
        ),
    )


def _in_round_numbers(count: int, at_least: int) -> int | None:
    return (count - count % at_least) or None


def _sum(numbers: Iterable[int | None]) -> int | None:
    return sum(number or 0 for number in numbers) or None
