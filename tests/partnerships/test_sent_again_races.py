"""The same request sent twice at once: one does it, and both are told of the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

import pytest

from factories.partnerships import clear, colleague, load, put_in_force
from partnerships import api, models
from partnerships.exceptions import EndRefused, KeyReused
from partnerships.services import sending
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
LAST_DAY = date(2027, 3, 31)


def everywhere(test):
    test = pytest.mark.parametrize("isolation", ISOLATIONS)(test)
    ids = ["own transaction", "ATOMIC_REQUESTS"]
    return pytest.mark.parametrize("atomic", [False, True], ids=ids)(test)


@pytest.fixture
def ask():
    """Ask that an agreement in force ends early."""
    version = put_in_force()[0].uuid
    return partial(api.ask_end, version, last_day=LAST_DAY, by=41, at=NOW)


@everywhere
def test_of_two_at_once_both_are_told_what_was_made_once(ask, isolation, atomic):
    asked = partial(ask, reason="Both agree", key="41:a")

    told = race(asked, asked, isolation=isolation, atomic=atomic)

    assert errors(told) == []
    assert set(values(told)) == {models.EndRecord.objects.get().pk}


@everywhere
def test_of_two_that_say_different_things_one_is_made(ask, isolation, atomic):
    told = race(
        partial(ask, reason="Both agree", key="41:a"), partial(ask, reason="We agree", key="41:a"),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert [type(error) for error in errors(told)] == [KeyReused]
    assert models.EndRecord.objects.count() == 1


@everywhere
def test_two_senders_with_one_key_do_not_wait_for_each_other(ask, isolation, atomic):
    diligence = partial(
        api.record_due_diligence,
        accepted=True,
        by=colleague("officer"),
        at=NOW,
        expires_on=LAST_DAY,
    )

    told = race(
        partial(diligence, "GSMA", key="41:a"), partial(diligence, "ATC", key="42:a"),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert errors(told) == []
    assert models.SentRequest.objects.count() == 2


@everywhere
def test_of_two_acceptances_at_once_both_are_told_what_was_proposed_once(isolation, atomic):
    load()
    clear()
    accepted = partial(
        api.record_due_diligence, "GSMA", accepted=True, by=colleague("officer"), at=NOW,
        expires_on=date(2031, 1, 31), key="41:a",
    )  # fmt: skip
    before = models.DueDiligenceProposal.objects.count()

    told = race(accepted, accepted, isolation=isolation, atomic=atomic)

    assert errors(told) == []
    assert set(values(told)) == {models.DueDiligenceProposal.objects.latest("id").uuid}
    assert models.DueDiligenceProposal.objects.count() == before + 1


def test_without_the_row_the_second_is_refused_what_the_first_has_made(ask, monkeypatch):
    monkeypatch.setattr(sending, "_made", lambda make, _asked: make())
    asked = partial(ask, reason="Both agree", key="41:a")

    told = race(asked, asked)

    assert [type(error) for error in errors(told)] == [EndRefused]
