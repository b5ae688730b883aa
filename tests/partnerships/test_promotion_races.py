"""Promotions and records when two act at once: one counts, and it is known which."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from functools import partial

import pytest
from django.db import transaction

from factories.partnerships import COURSE, PROMISES, put_in_force, terms_text, version_text
from fairgate.money import Money
from partnerships import api, models
from partnerships.data import Promotion, PromotionPlace
from partnerships.exceptions import (
    KeyReused,
    PromotionSettled,
    RecordRefused,
    TooManyPromotions,
)
from partnerships.services import promoting, recording
from races import ISOLATIONS, REPEATABLE_READ, errors, race, values

pytestmark = pytest.mark.mariadb

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
PROPOSER, COLLEAGUE, OTHER = 41, 42, 43
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
    """An agreement in force in which both sides promise something."""
    return put_in_force(terms_text(version_text(promises=PROMISES)))[0].uuid


@pytest.fixture
def waiting(version):
    """A promotion that nobody has decided about."""
    return propose(version)


def propose(version, key="", by=PROPOSER):
    return api.propose_promotion(version, ASKED, by=by, at=NOW, key=key)


def approve(uuid, by):
    api.approve_promotion(uuid, by=by, at=NOW)


def refuse(uuid, by):
    api.refuse_promotion(uuid, by=by, at=NOW, sentence="No.")


def withdraw(uuid, by):
    api.withdraw_promotion(uuid, by=by, reason="The wrong link.", at=NOW)


@everywhere
def test_of_two_approvals_at_once_one_counts(waiting, isolation, atomic):
    decided = race(
        partial(approve, waiting, COLLEAGUE), partial(approve, waiting, OTHER),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert [type(error) for error in errors(decided)] == [PromotionSettled]
    winner = COLLEAGUE if decided[0].error is None else OTHER
    assert api.promotion(waiting, at=NOW).decided_by == winner


@everywhere
def test_of_an_approval_and_a_refusal_at_once_one_counts(waiting, isolation, atomic):
    decided = race(
        partial(approve, waiting, COLLEAGUE), partial(refuse, waiting, OTHER),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert [type(error) for error in errors(decided)] == [PromotionSettled]
    is_approved = models.Promotion.objects.get(uuid=waiting).approved
    assert is_approved is (decided[0].error is None)


@everywhere
def test_what_is_withdrawn_while_it_is_approved_is_not_shown(waiting, isolation, atomic):
    race(
        partial(approve, waiting, COLLEAGUE), partial(withdraw, waiting, PROPOSER),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert api.promotions_on_course(COURSE, at=NOW) == ()


def test_without_the_conditional_update_both_decide(waiting, monkeypatch):
    def whatever_was_decided(row):
        met.wait(10)
        return models.Promotion.objects.filter(pk=row.pk)

    met = threading.Barrier(2)
    monkeypatch.setattr(promoting, "_undecided", whatever_was_decided)

    decided = race(partial(approve, waiting, COLLEAGUE), partial(refuse, waiting, OTHER))

    assert len(values(decided)) == 2


@everywhere
def test_the_last_promotion_of_a_day_is_taken_once(version, settings, isolation, atomic):
    settings.PARTNERSHIPS_PROMOTIONS_PER_DAY = 1

    sent = race(
        partial(propose, version), partial(propose, version), isolation=isolation, atomic=atomic
    )

    assert [type(error) for error in errors(sent)] == [TooManyPromotions]


@everywhere
def test_one_key_sent_twice_at_once_proposes_once(version, isolation, atomic):
    sent = race(
        partial(propose, version, "41:a"), partial(propose, version, "41:a"),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    first, second = values(sent)
    assert first == second
    assert models.Promotion.objects.count() == 1


# --- Records --------------------------------------------------------------------------------------


def fulfil(version, key=""):
    return api.record_fulfilment(
        version,
        "ROOM",
        due=date(2027, 1, 15),
        fulfilled_on=date(2027, 1, 10),
        evidence="Letter 7",
        by=PROPOSER,
        at=NOW,
        key=key,
    )


def deliver(version, amount, key="41:a"):
    return api.record_delivery(
        version,
        "GRANT",
        amount=Money(amount, "USD"),
        delivered_on=date(2027, 1, 10),
        evidence="Transfer 9",
        by=PROPOSER,
        at=NOW,
        key=key,
    )


def after_both_have_looked(met, act):
    """As in a request with a transaction that has read something before."""
    with transaction.atomic():
        list(models.Fulfilment.objects.values_list("id"))
        met.wait(20)
        return act()


def test_one_date_is_recorded_once_whatever_was_read_before(version):
    met = threading.Barrier(2)
    act = partial(after_both_have_looked, met, partial(fulfil, version))

    recorded = race(act, act, isolation=REPEATABLE_READ)

    assert [type(error) for error in errors(recorded)] == [RecordRefused]
    assert models.Fulfilment.objects.count() == 1


def test_without_a_locked_read_one_date_is_recorded_twice(version, monkeypatch):
    def as_read_before(obligation, due):
        return obligation.fulfilments.filter(due_on=due).exists()

    monkeypatch.setattr(recording, "_is_recorded", as_read_before)
    met = threading.Barrier(2)
    act = partial(after_both_have_looked, met, partial(fulfil, version))

    recorded = race(act, act, isolation=REPEATABLE_READ)

    assert len(values(recorded)) == 2
    assert models.Fulfilment.objects.count() == 2


@everywhere
def test_one_key_sent_twice_at_once_records_once(version, isolation, atomic):
    recorded = race(
        partial(deliver, version, 500), partial(deliver, version, 500),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    first, second = values(recorded)
    assert first == second
    assert models.Delivery.objects.count() == 1


@everywhere
def test_one_key_for_two_amounts_at_once_records_the_first(version, isolation, atomic):
    recorded = race(
        partial(deliver, version, 500), partial(deliver, version, 600),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert [type(error) for error in errors(recorded)] == [KeyReused]
    assert models.Delivery.objects.count() == 1
