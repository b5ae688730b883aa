"""How many learners everybody may know of: nothing about few people, nor from which it follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_site.seeds.cohort import LEARNERS
from demo_site.seeds.programme import ONLINE, WORKSHOP
from factories.recognition import NOW
from fairgate import stand_in
from partnerships import api, conf, rules
from partnerships.data import CourseReach, ShownNumber

LEAST = 5


@st.composite
def courses(draw):
    learners = draw(st.integers(0, 40))
    groups = tuple((name, draw(st.integers(0, learners))) for name in ("LDC", "SIDS"))
    return CourseReach(learners=learners, groups=groups)


def few(number: int) -> bool:
    return 0 < number < LEAST


@given(courses())
def test_nothing_that_is_shown_of_a_course_is_about_few_people_nor_tells_of_them(course):
    learners, groups = rules.may_be_shown(course, at_least=LEAST)

    shown = [count for count in groups.values() if count is not None]
    assert not any(few(count) for count in (learners or 0, *shown))
    assert not any(few((learners or 0) - count) for count in shown)
    assert learners is not None or not shown


@given(st.lists(courses(), max_size=6))
def test_a_sum_is_made_of_what_is_shown_and_says_when_it_leaves_something_out(some):
    found = rules.add_up(some, at_least=LEAST)

    each = [rules.may_be_shown(one, at_least=LEAST) for one in some]
    shown = [learners for learners, _groups in each if learners is not None]
    assert found.learners.is_least == (len(shown) < len(some))
    assert (found.learners.value or 0) == sum(shown)
    for name, number in found.groups:
        counts = [groups[name] for _learners, groups in each]
        assert (number.value or 0) == sum(count for count in counts if count is not None)
        assert number.is_least == (None in counts)


@given(st.lists(courses(), max_size=4), courses())
def test_the_difference_of_two_partners_tells_nothing_that_the_courses_do_not(some, more):
    small = rules.add_up(some, at_least=LEAST).learners.value or 0
    large = rules.add_up([*some, more], at_least=LEAST).learners.value or 0

    assert not few(large - small)


def test_a_course_of_few_learners_is_hidden_with_its_groups():
    found = rules.may_be_shown(CourseReach(learners=4, groups=(("LDC", 0),)), at_least=LEAST)

    assert found == (None, {"LDC": None})


def test_a_group_of_all_but_few_is_hidden_too():
    course = CourseReach(learners=20, groups=(("LDC", 17), ("SIDS", 15)))

    assert rules.may_be_shown(course, at_least=LEAST) == (20, {"LDC": None, "SIDS": 15})


def test_numbers_that_are_all_hidden_give_no_sum():
    found = rules.add_up([CourseReach(learners=3), CourseReach(learners=2)], at_least=LEAST)

    assert (found.courses, found.learners) == (2, ShownNumber(value=None, is_least=True))


@pytest.fixture
def platform():
    class Platform:
        asked: list[object] = []

        def learners_by_country(self, course_keys):
            self.asked.append(course_keys)
            return {"one": {"UG": 10, "FJ": 6, "": 4}, "two": {"UG": 3}}

    before = stand_in._platform
    stand_in.use(Platform())
    yield
    stand_in.use(before)


def members(code, *, on, known_at):
    class Member:
        country = {"LDC": "UG", "SIDS": "FJ"}[code]

    return (Member(),)


def test_learners_are_counted_by_the_lists_of_the_day(platform, settings, monkeypatch):
    monkeypatch.setattr(conf, "import_string", lambda _path: members)
    settings.PARTNERSHIPS_COUNTRY_LISTS = "somebody.who.knows"

    found = api.reach_of({"GSMA": ["two", "one", "one"]}, at=NOW)["GSMA"]

    assert found.courses == 2
    assert found.learners == ShownNumber(value=20, is_least=True)
    assert dict(found.groups) == {
        "LDC": ShownNumber(value=10, is_least=True),
        "SIDS": ShownNumber(value=6, is_least=True),
    }


def test_where_nobody_knows_lists_only_learners_are_counted(platform, settings):
    settings.PARTNERSHIPS_COUNTRY_LISTS = ""

    assert api.reach_of({"GSMA": ["one"]}, at=NOW)["GSMA"].groups == ()


@pytest.mark.django_db
def test_the_lists_of_waiver_policy_are_asked(platform):
    found = api.reach_of({"GSMA": ["one"]}, at=NOW)["GSMA"]

    assert [name for name, _number in found.groups] == ["LDC", "SIDS"]


@pytest.mark.django_db
def test_the_demo_has_numbers_that_are_told_and_numbers_that_are_hidden(monkeypatch, settings):
    monkeypatch.setattr(conf, "import_string", lambda _path: members)
    settings.PARTNERSHIPS_COUNTRY_LISTS = "somebody.who.knows"

    found = api.reach_of({key: [key] for key in (ONLINE, WORKSHOP)}, at=NOW)

    many, few_of_them = found[ONLINE], found[WORKSHOP]
    assert many.learners.value == sum(LEARNERS[ONLINE].values())
    assert [number.value for _name, number in many.groups] == [31, 13]
    assert few_of_them.learners.value == sum(LEARNERS[WORKSHOP].values())
    hidden = ShownNumber(value=None, is_least=True)
    assert [number for _name, number in few_of_them.groups] == [hidden, hidden]
