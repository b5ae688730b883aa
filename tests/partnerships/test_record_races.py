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
from fairgate.money import MAX_MINOR, Money
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


# --- How much can be added up ---------------------------------------------------------------------


@pytest.fixture
def half_and_more(version):
    """Two deliveries that wait: each can be kept, and both together are more than any amount."""
    worth = Money.from_minor(MAX_MINOR // 2 + 1, "USD").amount
    return [deliver(version, worth, key=f"41:{name}") for name in "ab"]


def accept(delivery):
    return api.accept_delivery(delivery, by=ADA, at=NOW)


def accepted_minor():
    rows = models.Delivery.objects.filter(confirmed_at__isnull=False)
    return sum(rows.values_list("amount_minor", flat=True))


@contextmanager
def without_the_agreement(uuid):
    yield models.AgreementVersion.objects.get(uuid=uuid)


@everywhere
def test_of_two_deliveries_that_cannot_be_added_up_one_is_accepted(
    half_and_more, isolation, atomic
):
    accepted = race(
        *[partial(accept, one) for one in half_and_more], isolation=isolation, atomic=atomic
    )

    assert [type(error) for error in errors(accepted)] == [RecordRefused]
    assert accepted_minor() == MAX_MINOR // 2 + 1


def test_whatever_was_read_before_one_of_two_that_cannot_be_added_up_is_accepted(half_and_more):
    met = threading.Barrier(2)
    acts = [partial(after_both_have_looked, met, partial(accept, one)) for one in half_and_more]

    accepted = race(*acts, isolation=REPEATABLE_READ)

    assert [type(error) for error in errors(accepted)] == [RecordRefused]
    assert accepted_minor() == MAX_MINOR // 2 + 1


def test_without_the_lock_of_the_agreement_more_is_accepted_than_can_be_added_up(
    half_and_more, monkeypatch
):
    def as_both_see_it(contribution):
        rows = contribution.deliveries.filter(confirmed_at__isnull=False)
        found = list(rows.values_list("pk", "amount_minor", "replaces_id"))
        met.wait(20)
        return found

    met = threading.Barrier(2)
    monkeypatch.setattr(lock_objects, "locked_version", without_the_agreement)
    monkeypatch.setattr(recording, "_accepted_now", as_both_see_it)

    accepted = race(*[partial(accept, one) for one in half_and_more])

    assert len(values(accepted)) == 2
    assert accepted_minor() > MAX_MINOR


def test_with_the_lock_alone_a_plain_read_accepts_more_than_can_be_added_up(
    half_and_more, monkeypatch
):
    def as_read_before(contribution):
        rows = contribution.deliveries.filter(confirmed_at__isnull=False)
        return list(rows.values_list("pk", "amount_minor", "replaces_id"))

    met = threading.Barrier(2)
    monkeypatch.setattr(recording, "_accepted_now", as_read_before)
    acts = [partial(after_both_have_looked, met, partial(accept, one)) for one in half_and_more]

    accepted = race(*acts, isolation=REPEATABLE_READ)

    assert len(values(accepted)) == 2
    assert accepted_minor() > MAX_MINOR


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

    met = threading.Barrier(2)
    monkeypatch.setattr(pacing, "sent_now", as_it_was)
    monkeypatch.setattr(lock_objects, "locked_partner", everybody_at_once)
    monkeypatch.setattr(lock_objects, "locked_version", without_the_agreement)
    monkeypatch.setattr(lock_objects, "signatures_now", lambda _version: [1, 2])

    recorded = race(partial(deliver_as, one_a_day, GRACE), partial(deliver_as, one_a_day, ADA))

    assert len(values(recorded)) == 2
    assert models.Delivery.objects.count() == 2
