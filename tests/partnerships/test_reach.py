"""How many learners everybody may know of: nothing about few people, nor from which it follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate, combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_site.seeds.cohort import LEARNERS
from demo_site.seeds.programme import ONLINE, WORKSHOP
from factories.recognition import NOW
from fairgate import stand_in
from partnerships import api, conf, models, rules
from partnerships.data import CourseReach

LEAST = 5


@st.composite
def courses(draw):
    """A course by where its learners live: in LDC alone, SIDS alone, both, or elsewhere."""
    ldc, sids, both, outside = (draw(st.integers(0, 30)) for _ in range(4))
    groups = (("LDC", ldc + both), ("SIDS", sids + both))
    return CourseReach(learners=ldc + sids + both + outside, groups=groups, outside=outside)


def numbers(course):
    """What is told of one course: all of its numbers, hidden ones as nothing."""
    learners, groups = rules.may_be_shown(course, at_least=LEAST)
    return [learners or 0, *(count or 0 for count in groups.values())]


def is_few(number):
    return 0 < abs(number) < LEAST


@given(courses())
def test_no_number_that_is_told_and_no_difference_of_two_is_about_few_people(course):
    learners, ldc, sids = numbers(course)

    assert not any(map(is_few, (learners, ldc, sids)))
    assert not any(map(is_few, (learners - ldc, learners - sids, ldc - sids)))
    assert not is_few(learners - ldc - sids)
    assert learners <= course.learners < learners + LEAST


@given(courses())
def test_no_group_is_told_where_few_live_outside_of_all_groups(course):
    _learners, *groups = numbers(course)

    assert course.outside >= LEAST or not any(groups)


@given(st.lists(courses(), max_size=6))
def test_a_sum_is_made_of_what_is_told_of_each_course(some):
    found = rules.add_up(some, at_least=LEAST)

    together = [sum(column) for column in zip(*map(numbers, some), strict=True)] or [0]
    assert found.courses == len(some)
    told = [found.learners, *(count for _name, count in found.groups)]
    assert [count or 0 for count in told] == together
    assert 0 not in told


@given(st.lists(courses(), max_size=4), st.lists(courses(), max_size=4))
def test_the_difference_of_two_partners_is_never_about_few_people(some, more):
    one, other = (rules.add_up(they, at_least=LEAST).learners or 0 for they in (some, more))

    assert not is_few(one - other)


def told_in_months(counted):
    """What is told of a course in each month, of what would be counted in each."""
    return list(accumulate(counted, lambda told, now: rules.told_next(told, now, at_least=LEAST)))


@given(st.lists(courses(), min_size=2, max_size=8))
def test_two_months_differ_in_each_number_by_nothing_or_by_many(counted):
    months = [numbers(told) for told in told_in_months(counted)]

    for before, after in combinations(months, 2):
        assert not any(is_few(old - new) for old, new in zip(before, after, strict=True))


@given(st.lists(courses(), min_size=2, max_size=8))
def test_whenever_anything_changes_many_came_or_left(counted):
    for before, after in pairwise(told_in_months(counted)):
        assert after is before or abs(after.learners - before.learners) >= LEAST


@given(courses(), st.integers(1, LEAST - 1), st.sampled_from(["LDC", "SIDS"]))
def test_who_comes_with_few_others_changes_nothing_wherever_they_live(course, came, group):
    groups = tuple((name, count + came * (name == group)) for name, count in course.groups)
    now = CourseReach(learners=course.learners + came, groups=groups, outside=course.outside)

    assert rules.told_next(course, now, at_least=LEAST) == course


def test_a_course_of_few_learners_is_hidden_with_its_groups():
    found = rules.may_be_shown(CourseReach(learners=4, groups=(("LDC", 0),)), at_least=LEAST)

    assert found == (None, {"LDC": None})


def test_a_group_of_nobody_is_told_like_one_of_few():
    """Else everybody would see when the first one comes."""
    nobody, few = (
        CourseReach(learners=20, groups=(("LDC", count),), outside=20 - count) for count in (0, 4)
    )

    assert rules.may_be_shown(nobody, at_least=LEAST) == (20, {"LDC": None})
    assert rules.may_be_shown(few, at_least=LEAST) == (20, {"LDC": None})


def test_groups_outside_of_which_few_live_are_hidden_though_each_alone_could_be_told():
    """All less LDC less SIDS would be two learners."""
    groups = (("LDC", 12), ("SIDS", 11))
    few, many = (
        CourseReach(learners=23 + outside, groups=groups, outside=outside) for outside in (2, 7)
    )

    assert rules.may_be_shown(few, at_least=LEAST) == (25, {"LDC": None, "SIDS": None})
    assert rules.may_be_shown(many, at_least=LEAST) == (30, {"LDC": 10, "SIDS": 10})


def test_numbers_that_are_all_hidden_give_no_sum():
    found = rules.add_up([CourseReach(learners=3), CourseReach(learners=2)], at_least=LEAST)

    assert (found.courses, found.learners) == (2, None)


# --- Months ---------------------------------------------------------------------------------------


@pytest.fixture
def platform() -> Iterator[dict[str, dict[str, int]]]:
    """How many learners there are now; a test may change it."""
    now = {"one": {"UG": 10, "FJ": 6, "": 8}, "two": {"UG": 3}}

    class Platform:
        def learners_by_country(self, course_keys):
            return {key: dict(now[key]) for key in course_keys if key in now}

    before = stand_in._platform
    stand_in.use(Platform())
    yield now
    stand_in.use(before)


def members(code, *, on, known_at):
    class Member:
        country = {"LDC": "UG", "SIDS": "FJ"}[code]

    return (Member(),)


@pytest.fixture
def lists(settings, monkeypatch):
    """One country is LDC and another one SIDS."""
    monkeypatch.setattr(conf, "import_string", lambda _path: members)
    settings.PARTNERSHIPS_COUNTRY_LISTS = "somebody.who.knows"


def told(at=NOW):
    found = api.reach_of({"GSMA": ["one"]}, at=at)["GSMA"]
    return found.learners, dict(found.groups)


FIRST = (20, {"LDC": 10, "SIDS": 5})
END_OF_MONTH = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 12, 1, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.usefixtures("lists")
def test_who_comes_in_a_month_is_seen_by_nobody_before_it_is_over(platform):
    assert told() == FIRST

    platform["one"]["UG"] += 100

    assert told(END_OF_MONTH) == FIRST
    assert told(NEXT_MONTH) == (120, {"LDC": 110, "SIDS": 5})


@pytest.mark.django_db
@pytest.mark.usefixtures("lists")
def test_one_who_comes_alone_is_seen_in_no_later_month(platform):
    """Yesterday's page less today's would be one learner's country."""
    platform["one"]["UG"] = 14
    assert told() == (25, {"LDC": 10, "SIDS": 5})

    platform["one"]["UG"] += 1

    assert told(NEXT_MONTH) == (25, {"LDC": 10, "SIDS": 5})
    platform["one"]["FJ"] += 4
    assert told(JANUARY) == (30, {"LDC": 15, "SIDS": 10})


@pytest.mark.django_db
@pytest.mark.usefixtures("lists")
def test_few_who_leave_or_move_are_not_seen_either(platform):
    assert told() == FIRST

    platform["one"] |= {"UG": 4, "FJ": 12}

    assert told(NEXT_MONTH) == FIRST


@pytest.mark.django_db
@pytest.mark.usefixtures("lists")
def test_a_country_that_leaves_a_list_is_not_seen_by_itself(platform, settings, monkeypatch):
    assert told() == FIRST

    monkeypatch.setattr(conf, "import_string", lambda _path: lambda _code, **_when: ())

    assert told(NEXT_MONTH) == FIRST


@pytest.mark.django_db
@pytest.mark.usefixtures("lists")
def test_each_course_is_counted_by_itself_and_once_whatever_sets_it_is_asked_in(platform):
    assert told() == FIRST
    platform["one"]["UG"] += 100
    platform["two"] = {"UG": 8, "DE": 9}

    found = api.reach_of({"GSMA": ["two", "one", "one"], "": ["two"], "ATC": []}, at=NOW)

    assert (found["GSMA"].courses, found["GSMA"].learners) == (2, 35)
    assert dict(found["GSMA"].groups) == {"LDC": 15, "SIDS": 5}
    assert (found[""].learners, dict(found[""].groups)) == (15, {"LDC": 5, "SIDS": None})
    assert (found["ATC"].courses, found["ATC"].learners) == (0, None)
    assert models.CourseCount.objects.count() == 2


@pytest.mark.django_db
def test_a_course_in_other_letters_is_another_course(platform):
    assert told()[0] == 20

    found = api.reach_of({"": ["ONE"]}, at=NOW)[""]

    assert found.learners is None


@pytest.mark.django_db
def test_where_nobody_knows_lists_only_learners_are_counted(platform, settings):
    settings.PARTNERSHIPS_COUNTRY_LISTS = ""

    assert told() == (20, {})


@pytest.mark.django_db
def test_the_lists_of_waiver_policy_are_asked(platform):
    assert list(told()[1]) == ["LDC", "SIDS"]


@pytest.mark.django_db
@pytest.mark.usefixtures("lists")
def test_the_demo_has_numbers_that_are_told_and_numbers_that_are_hidden():
    found = api.reach_of({key: [key] for key in (ONLINE, WORKSHOP)}, at=NOW)

    many, few_of_them = found[ONLINE], found[WORKSHOP]
    count = sum(LEARNERS[ONLINE].values())
    assert many.learners == count - count % LEAST
    assert dict(many.groups) == {"LDC": 30, "SIDS": 10}
    assert few_of_them.learners == 20
    assert dict(few_of_them.groups) == {"LDC": None, "SIDS": None}
