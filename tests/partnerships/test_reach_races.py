"""Two who ask for learners first in a month, at once: both are told what one of them counted."""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import transaction

from fairgate import stand_in
from partnerships import api, models
from partnerships.services import counting
from races import ISOLATIONS, READ_COMMITTED, REPEATABLE_READ, errors, race, values

pytestmark = pytest.mark.mariadb

NOVEMBER = datetime(2026, 11, 23, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 1, tzinfo=UTC)
KEYS = ["one", "two"]


def everywhere(test):
    test = pytest.mark.parametrize("isolation", ISOLATIONS)(test)
    ids = ["own transaction", "ATOMIC_REQUESTS"]
    return pytest.mark.parametrize("atomic", [False, True], ids=ids)(test)


@pytest.fixture(autouse=True)
def platform(settings):
    """Who asks is told of ten learners more each time: so many come between two questions."""
    settings.PARTNERSHIPS_COUNTRY_LISTS = ""
    learners = itertools.count(20, 10)

    class Platform:
        def learners_by_country(self, course_keys):
            return {key: {"UG": next(learners)} for key in course_keys}

    before = stand_in._platform
    stand_in.use(Platform())
    yield
    stand_in.use(before)


def ask(keys, at):
    return api.reach_of({"": keys}, at=at)[""].learners


def after_both_have_looked(met, act):
    """As in a request with a transaction that has read something before."""
    with transaction.atomic():
        list(models.CourseCount.objects.values_list("id"))
        met.wait(20)
        return act()


@everywhere
@pytest.mark.parametrize("is_counted", [False, True], ids=["new", "counted before"])
def test_both_are_told_the_same_in_whatever_order_they_ask(isolation, atomic, is_counted):
    if is_counted:
        ask(KEYS, NOVEMBER)

    told = race(
        partial(ask, KEYS, DECEMBER), partial(ask, KEYS[::-1], DECEMBER),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert errors(told) == []
    assert set(values(told)) == {ask(KEYS, DECEMBER)}
    assert models.CourseCount.objects.count() == 2


def test_whatever_was_read_before_both_are_told_the_same():
    ask(KEYS, NOVEMBER)
    met = threading.Barrier(2)
    act = partial(after_both_have_looked, met, partial(ask, KEYS, DECEMBER))

    told = race(act, act, isolation=REPEATABLE_READ)

    assert errors(told) == []
    assert set(values(told)) == {ask(KEYS, DECEMBER)}


@pytest.mark.parametrize(
    ("is_counted", "isolation"),
    # Under REPEATABLE READ new rows wait for new neighbours, and for nothing else.
    [(False, READ_COMMITTED), (True, READ_COMMITTED), (True, REPEATABLE_READ)],
)
def test_who_asks_of_other_courses_is_not_waited_for(monkeypatch, is_counted, isolation):
    """Each holds its own courses and asks for no lock of the other's: a request runs once."""
    met = threading.Barrier(2)
    really = counting.counts_now

    def once_both_hold_theirs(course_keys):
        met.wait(20)
        return really(course_keys)

    def within_a_request(keys):
        with transaction.atomic():
            return ask(keys, DECEMBER)

    if is_counted:
        ask(["a", "b", "c", "d"], NOVEMBER)
    monkeypatch.setattr(counting, "counts_now", once_both_hold_theirs)

    told = race(
        partial(within_a_request, ["b", "d"]), partial(within_a_request, ["a", "c"]),
        isolation=isolation,
    )  # fmt: skip

    assert errors(told) == []


def test_without_a_locked_read_they_are_told_of_two_months_in_one(monkeypatch):
    def as_read_before(course_keys):
        rows = models.CourseCount.objects.filter(course_key__in=course_keys)
        return list(rows.order_by("course_key"))

    ask(KEYS, NOVEMBER)
    monkeypatch.setattr(counting, "counts_now", as_read_before)
    met = threading.Barrier(2)
    act = partial(after_both_have_looked, met, partial(ask, KEYS, DECEMBER))

    told = race(act, act, isolation=REPEATABLE_READ)

    assert errors(told) == []
    assert len(set(values(told))) == 2
