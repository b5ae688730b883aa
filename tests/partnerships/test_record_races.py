"""Records when two act at once: one counts, and it is known which."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial

import pytest
from django.db import transaction

from factories.partnerships import (
    LONG_AGO,
    PROMISES,
    account,
    put_in_force,
    terms_text,
    version_text,
)
from fairgate.money import Money
from partnerships import api, lock_objects, models
from partnerships.exceptions import KeyReused, RecordRefused, TooManyRecords
from partnerships.services import pacing, recording
from races import ISOLATIONS, REPEATABLE_READ, errors, race, values

pytestmark = pytest.mark.mariadb

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
GRACE, ADA = 41, 42


def everywhere(test):
    test = pytest.mark.parametrize("isolation", ISOLATIONS)(test)
    ids = ["own transaction", "ATOMIC_REQUESTS"]
    return pytest.mark.parametrize("atomic", [False, True], ids=ids)(test)


@pytest.fixture
def version():
    """An agreement in force in which both sides promise something."""
    return put_in_force(terms_text(version_text(promises=PROMISES)))[0].uuid


def fulfil(version, key=""):
    return api.record_fulfilment(
        version,
        "ROOM",
        due=date(2027, 1, 15),
        fulfilled_on=date(2027, 1, 10),
        evidence="Letter 7",
        by=GRACE,
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
        by=GRACE,
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


# --- How much a day takes -------------------------------------------------------------------------


@pytest.fixture
def one_a_day(version, settings):
    """Each partner records one thing a day; two people of GSMA could."""
    settings.PARTNERSHIPS_PARTNER_RECORDS_PER_DAY = 1
    for number in (GRACE, ADA):
        api.add_person(account(number), partner_code="GSMA", role="officer", at=LONG_AGO)
    return version


def deliver_as(version, by):
    return api.record_delivery(
        version, "GRANT", amount=Money(5, "USD"), delivered_on=date(2027, 1, 10),
        evidence="Transfer 9", by=by, at=NOW,
    )  # fmt: skip


@everywhere
def test_the_last_record_of_a_day_is_taken_once(one_a_day, isolation, atomic):
    recorded = race(
        partial(deliver_as, one_a_day, GRACE), partial(deliver_as, one_a_day, ADA),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip

    assert [type(error) for error in errors(recorded)] == [TooManyRecords]
    assert models.Delivery.objects.count() == 1


def test_whatever_was_read_before_the_last_record_of_a_day_is_taken_once(one_a_day):
    met = threading.Barrier(2)
    acts = [
        partial(after_both_have_looked, met, partial(deliver_as, one_a_day, by))
        for by in (GRACE, ADA)
    ]

    recorded = race(*acts, isolation=REPEATABLE_READ)

    assert [type(error) for error in errors(recorded)] == [TooManyRecords]


def test_without_a_queue_and_a_locked_read_a_day_takes_one_too_many(one_a_day, monkeypatch):
    def as_it_was(partner):
        rows = list(models.SentOnDay.objects.filter(partner=partner))
        met.wait(20)
        return rows

    @contextmanager
    def everybody_at_once(_partner):
        yield

    @contextmanager
    def no_agreement_either(uuid):
        yield models.AgreementVersion.objects.get(uuid=uuid)

    met = threading.Barrier(2)
    monkeypatch.setattr(pacing, "sent_now", as_it_was)
    monkeypatch.setattr(lock_objects, "locked_partner", everybody_at_once)
    monkeypatch.setattr(lock_objects, "locked_version", no_agreement_either)
    monkeypatch.setattr(lock_objects, "signatures_now", lambda _version: [1, 2])

    recorded = race(partial(deliver_as, one_a_day, GRACE), partial(deliver_as, one_a_day, ADA))

    assert len(values(recorded)) == 2
    assert models.Delivery.objects.count() == 2
