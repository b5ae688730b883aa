"""Two who ask for learners first in a month, at once: both are told what one of them counted."""

from __future__ import annotations

import itertools
import re
import threading
from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from factories.partnerships import sign_anew, terms_text, version_text
from fairgate import clock, stand_in
from fairgate_tables import transactions
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
    """Each holds its own courses and asks for no lock of the other's: a transaction runs once."""
    met = threading.Barrier(2)
    really = counting.count_now

    def once_both_hold_theirs(course_key):
        met.wait(20)
        return really(course_key)

    def within_a_transaction(keys):
        with transaction.atomic():
            return ask(keys, DECEMBER)

    if is_counted:
        ask(["a", "b", "c", "d"], NOVEMBER)
    monkeypatch.setattr(counting, "count_now", once_both_hold_theirs)

    told = race(
        partial(within_a_transaction, ["b", "d"]), partial(within_a_transaction, ["a", "c"]),
        isolation=isolation,
    )  # fmt: skip

    assert errors(told) == []


def test_without_a_locked_read_they_are_told_of_two_months_in_one(monkeypatch):
    ask(KEYS, NOVEMBER)
    monkeypatch.setattr(
        counting, "count_now", lambda key: models.CourseCount.objects.get(course_key=key)
    )
    met = threading.Barrier(2)
    act = partial(after_both_have_looked, met, partial(ask, KEYS, DECEMBER))

    told = race(act, act, isolation=REPEATABLE_READ)

    assert errors(told) == []
    assert len(set(values(told))) == 2


# --- Pages ----------------------------------------------------------------------------------------

COURSES = [f"course-v1:ATC+C{number:02}+1" for number in range(10)]
MONTHS = [NOVEMBER, DECEMBER, *(datetime(2027, month, 1, tzinfo=UTC) for month in range(1, 7))]
PARTNERS = "/fairgate/partners/"
#: Which of them comes first at the beginning of a month, and who has the same courses, is open.
PAGES = [PARTNERS, f"{PARTNERS}GSMA/public/", f"{PARTNERS}ATC/public/", PARTNERS]


@pytest.fixture
def month():
    """The moment it is; a test may change it. Two partners have courses in common."""
    now = [NOVEMBER]
    clock.use(lambda: now[0])
    theirs = [("GSMA", "co-host", COURSES[:7]), ("ATC", "venue", COURSES[3:])]
    versions = [
        version_text(
            agreement=f"{code}-A", partner=code, courses=courses, revenue="",
            roles=f"[{{partner: {code}, role: {role}}}]",
        )
        for code, role, courses in theirs
    ]  # fmt: skip
    sign_anew(terms_text(*versions))
    yield now
    clock.use(None)


@pytest.fixture
def _requests(monkeypatch):
    """As a platform has it: a request is a transaction, and nobody runs it again. Nor do we."""
    monkeypatch.setitem(connections.settings["default"], "ATOMIC_REQUESTS", True)
    monkeypatch.setattr(transactions, "_ATTEMPTS", 1)


def get(address):
    return Client(raise_request_exception=False).get(address)


def numbers(answer):
    return re.findall(r"at least [0-9,]+", answer.content.decode())


def tells_numbers(answer):
    assert answer.status_code == 200
    return bool(numbers(answer))


@pytest.mark.usefixtures("_requests")
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_public_pages_that_are_asked_first_in_a_month_at_once_all_tell_numbers(month, isolation):
    for month[0] in MONTHS:
        told = race(*(partial(get, address) for address in PAGES), isolation=isolation)

        assert errors(told) == []
        assert all(map(tells_numbers, values(told)))


@pytest.mark.usefixtures("_requests")
def test_a_page_that_waits_in_vain_for_a_course_tells_what_was_told_before(month):
    before = numbers(get(PARTNERS))
    month[0] = DECEMBER
    met, done = threading.Barrier(2), threading.Event()

    def hold():
        with transaction.atomic():
            counting.count_now(COURSES[0])
            met.wait(20)
            done.wait(20)

    def look():
        met.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET innodb_lock_wait_timeout = 0")
        try:
            return get(PARTNERS)
        finally:
            done.set()

    told = race(hold, look)

    assert errors(told) == []
    assert tells_numbers(told[1].value)
    assert numbers(told[1].value) == before


@pytest.mark.usefixtures("_requests", "month")
@pytest.mark.parametrize("address", PAGES[:3])
def test_a_page_of_a_database_that_cannot_be_written_is_shown_without_numbers(address):
    def look():
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        return get(address)

    (told,) = race(look)

    assert told.error is None
    assert not tells_numbers(told.value)
    assert "fewer than" not in told.value.content.decode()


def test_who_counts_within_a_transaction_of_theirs_is_told_that_it_is_lost():
    def look():
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        with transaction.atomic():
            return ask(KEYS, NOVEMBER)

    assert isinstance(race(look)[0].error, OperationalError)
