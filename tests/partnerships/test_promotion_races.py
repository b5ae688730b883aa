"""Promotions that are proposed at once, and how many: test_decision_races.py has the rest."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest

from factories.partnerships import COURSE, put_in_force, terms_text, version_text
from partnerships import api, lock_objects, models
from partnerships.data import Promotion, PromotionPlace
from partnerships.exceptions import TooManyPromotions
from partnerships.services import promoting
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
PROPOSER = 41
ASKED = Promotion(
    place=PromotionPlace.COURSE,
    course=COURSE,
    language="en",
    text="Free reports",
    url="https://www.gsma.example/",
    first_day=date(2027, 2, 1),
    last_day=date(2027, 9, 30),
)


def everywhere(test):
    test = pytest.mark.parametrize("isolation", ISOLATIONS)(test)
    ids = ["own transaction", "ATOMIC_REQUESTS"]
    return pytest.mark.parametrize("atomic", [False, True], ids=ids)(test)


@pytest.fixture
def version():
    """An agreement in force."""
    return put_in_force()[0].uuid


def propose(version, key="", by=PROPOSER):
    return api.propose_promotion(version, ASKED, by=by, at=NOW, key=key)


def under_two_agreements(settings):
    """A proposal under each of two agreements of a partner, of which a day takes one."""
    settings.PARTNERSHIPS_PROMOTIONS_PER_DAY = 1
    course = "course-v1:GSMA+P1+2026_10"
    other = version_text(agreement="NEXT", revenue="", courses=(course,))
    first, second = put_in_force(terms_text(version_text(), other))
    elsewhere = replace(ASKED, course=course)
    return (
        partial(propose, first.uuid),
        partial(api.propose_promotion, second.uuid, elsewhere, by=PROPOSER, at=NOW),
    )


@everywhere
def test_the_last_promotion_of_a_day_is_taken_once(version, settings, isolation, atomic):
    settings.PARTNERSHIPS_PROMOTIONS_PER_DAY = 1

    sent = race(
        partial(propose, version), partial(propose, version), isolation=isolation, atomic=atomic
    )

    assert [type(error) for error in errors(sent)] == [TooManyPromotions]


@everywhere
def test_the_last_promotion_of_a_day_is_taken_once_under_two_agreements(
    settings, isolation, atomic
):
    sent = race(*under_two_agreements(settings), isolation=isolation, atomic=atomic)

    assert [type(error) for error in errors(sent)] == [TooManyPromotions]


def test_without_the_lock_a_partner_proposes_one_too_many(settings, monkeypatch):
    def both_look_before_one_writes(_partner, *, at):
        if models.Promotion.objects.exists():
            raise TooManyPromotions(1)
        met.wait(20)

    met = threading.Barrier(2)
    monkeypatch.setattr(lock_objects, "locked_partner", nullcontext)
    monkeypatch.setattr(promoting, "_check_pace", both_look_before_one_writes)

    sent = race(*under_two_agreements(settings))

    assert len(values(sent)) == 2


@everywhere
def test_one_key_sent_twice_at_once_proposes_once(version, isolation, atomic):
    sent = race(
        partial(propose, version, "41:a"), partial(propose, version, "41:a"),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    first, second = values(sent)
    assert first == second
    assert models.Promotion.objects.count() == 1
