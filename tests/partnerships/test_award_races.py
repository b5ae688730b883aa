"""Awards when two act at once: nobody is recognised twice for the same days."""

from __future__ import annotations

import threading
from datetime import date
from functools import partial

import pytest

from factories.recognition import (
    NOW,
    PROPOSER,
    SECOND,
    deliver,
    in_force,
    proposed,
    tiers,
    tiers_text,
)
from partnerships import api, lock_objects, models
from partnerships.exceptions import AwardRefused, SchemeRefused
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

everywhere = [
    pytest.mark.parametrize("isolation", ISOLATIONS),
    pytest.mark.parametrize("atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"]),
]


def on_every_way(test):
    for mark in everywhere:
        test = mark(test)
    return test


@pytest.fixture
def delivered():
    in_force()
    tiers()
    deliver("20000.00")


def propose(first: int):
    """An award from a day of November on: the rows differ, the days overlap."""
    return proposed(valid_from=date(2026, 11, first)).uuid


@on_every_way
def test_of_two_awards_at_once_one_is_kept(delivered, isolation, atomic):
    made = race(partial(propose, 1), partial(propose, 2), isolation=isolation, atomic=atomic)

    assert [type(error) for error in errors(made)] == [AwardRefused]
    assert models.RecognitionAward.objects.count() == 1


def test_without_the_lock_both_are_kept(delivered, monkeypatch):
    def as_they_were_before(_partner):
        met.wait(10)
        return []

    met = threading.Barrier(2)
    monkeypatch.setattr(lock_objects, "live_awards_now", as_they_were_before)
    monkeypatch.setattr(lock_objects, "locked_partner", unlocked)

    made = race(partial(propose, 1), partial(propose, 2))

    assert len(values(made)) == 2
    assert models.RecognitionAward.objects.count() == 2


class unlocked:  # noqa: N801 - stands for a function
    """No lock at all."""

    def __init__(self, _partner):
        pass

    def __enter__(self):
        pass

    def __exit__(self, *_error):
        pass


@on_every_way
def test_an_award_that_two_confirm_is_granted_once(delivered, isolation, atomic):
    uuid = propose(1)

    decided = race(
        *(partial(api.confirm_award, uuid, by=SECOND + n, at=NOW) for n in range(2)),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert [type(error) for error in errors(decided)] == [AwardRefused]


@on_every_way
def test_an_award_that_two_revoke_is_revoked_once(delivered, isolation, atomic):
    uuid = propose(1)
    api.confirm_award(uuid, by=SECOND, at=NOW)

    decided = race(
        *[partial(api.revoke_award, uuid, reason="Paid back", by=SECOND, at=NOW)] * 2,
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert [type(error) for error in errors(decided)] == [AwardRefused]
    assert models.AwardRevocation.objects.count() == 1


@on_every_way
def test_of_two_schemes_for_one_day_one_is_kept(isolation, atomic):
    propose_tiers = partial(api.propose_scheme, tiers_text(), reason="First", by=PROPOSER, at=NOW)

    made = race(propose_tiers, propose_tiers, isolation=isolation, atomic=atomic)

    assert [type(error) for error in errors(made)] == [SchemeRefused]
    assert models.RecognitionScheme.objects.count() == 1
    assert models.RecognitionTier.objects.count() == 2
