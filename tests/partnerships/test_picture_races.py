"""Pictures that are sent at once, and how many are taken: test_decision_races.py has the rest."""

from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime
from functools import partial

import pytest

from factories.brand import COLLEAGUE, drawing, sent
from factories.partnerships import COURSE, put_in_force
from partnerships import api, models
from partnerships.exceptions import TooManyPictures
from partnerships.services import brand
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

every_way = [
    pytest.mark.parametrize("isolation", ISOLATIONS),
    pytest.mark.parametrize("atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"]),
]


def everywhere(test):
    for mark in every_way:
        test = mark(test)
    return test


@pytest.fixture
def waiting():
    put_in_force()
    return sent().uuid


def send(colour):
    return sent(content=drawing(colour), at=NOW).number


@everywhere
def test_pictures_that_are_sent_at_once_have_numbers_of_their_own(isolation, atomic):
    put_in_force()

    sending = race(
        *(partial(send, colour) for colour in ("#111", "#222", "#333")),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert sorted(values(sending)) == [1, 2, 3]


@everywhere
def test_two_partners_send_the_same_file_at_once(isolation, atomic):
    put_in_force()

    sending = race(
        *(partial(sent, partner, at=NOW) for partner in ("GSMA", "ATC", "GSMA", "ATC")),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert sorted(one.number for one in values(sending)) == [1, 1, 2, 2]
    assert models.BrandFile.objects.count() == 4


def test_the_last_picture_of_a_day_is_taken_once(settings):
    settings.PARTNERSHIPS_MARKS_PER_DAY = 1
    put_in_force()

    sending = race(partial(send, "#111"), partial(send, "#222"))

    assert len(values(sending)) == 1
    assert [type(error) for error in errors(sending)] == [TooManyPictures]


def test_without_the_lock_a_day_takes_one_too_many(settings, monkeypatch):
    def both_look_before_one_writes(partner, _background, *, at):
        if models.BrandAsset.objects.filter(partner=partner).exists():
            raise TooManyPictures(1)
        met.wait(20)
        return next(numbers)

    met, numbers = threading.Barrier(2), itertools.count(1)
    monkeypatch.setattr(brand, "_next_number", both_look_before_one_writes)
    settings.PARTNERSHIPS_MARKS_PER_DAY = 1
    put_in_force()

    sending = race(partial(send, "#111"), partial(send, "#222"))

    assert len(values(sending)) == 2


@everywhere
def test_two_certificates_at_once_keep_a_picture_once(waiting, isolation, atomic):
    api.approve_picture(waiting, by=COLLEAGUE, at=NOW)

    issued = race(
        *[partial(api.freeze_marks, COURSE, at=NOW)] * 2, isolation=isolation, atomic=atomic
    )

    assert len(values(issued)) == 2
    assert models.KeptMark.objects.count() == 1
