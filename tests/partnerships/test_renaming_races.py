"""Two who decide at once how a partner is called, and a file that is loaded meanwhile."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import DatabaseError, transaction

from factories.partnerships import (
    APPROVER,
    NEW_NAME,
    SUBMITTER,
    colleague,
    load,
    propose_change,
    put_in_force,
    renamed_text,
    uncleared_text,
)
from partnerships import api, lock_objects, models
from partnerships.exceptions import ChangeRefused
from races import ISOLATIONS, errors, race

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.mariadb


def on_every_way(test):
    test = pytest.mark.parametrize("isolation", ISOLATIONS)(test)
    return pytest.mark.parametrize(
        "atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"]
    )(test)


@pytest.fixture
def change():
    put_in_force()
    return propose_change(at=NOW).uuid


def confirm(change, by=APPROVER):
    return partial(api.confirm_partner_change, change, by=by, at=NOW)


def refuse(change):
    return partial(api.refuse_partner_change, change, because="No.", by=APPROVER, at=NOW)


def load_file(name, text=""):
    text = renamed_text(name, text)
    return partial(api.load_agreements, text, file="TERMS.yaml", by=colleague(), at=NOW)


def name():
    return api.partner("GSMA").display_name


@on_every_way
def test_a_change_that_two_confirm_at_once_is_confirmed_by_one(change, isolation, atomic):
    decided = race(confirm(change), confirm(change, SUBMITTER), isolation=isolation, atomic=atomic)

    assert [type(error) for error in errors(decided)] == [ChangeRefused]
    assert name() == NEW_NAME


@on_every_way
def test_what_one_refuses_while_another_confirms_is_decided_once(change, isolation, atomic):
    decided = race(confirm(change), refuse(change), isolation=isolation, atomic=atomic)

    assert [type(error) for error in errors(decided)] == [ChangeRefused]
    row = models.PartnerChange.objects.get()
    assert (row.confirmed_at is None) is not (row.refused_at is None)
    assert (name() == NEW_NAME) is (row.confirmed_at is not None)


@on_every_way
def test_what_a_file_replaces_while_another_confirms_is_decided_once(change, isolation, atomic):
    race(confirm(change), load_file("GSMA Global"), isolation=isolation, atomic=atomic)

    first, second = models.PartnerChange.objects.order_by("id")
    assert second.is_waiting
    assert (first.confirmed_at is not None) is not first.is_replaced
    assert second.was_display_name == name() == (NEW_NAME if first.confirmed_at else "GSMA")


@on_every_way
def test_of_two_files_at_once_one_waits(isolation, atomic):
    put_in_force()

    made = race(load_file(NEW_NAME), load_file("Other"), isolation=isolation, atomic=atomic)

    assert errors(made) == []
    assert len(api.list_proposed_changes(at=NOW)) == 1
    assert name() == "GSMA"


@on_every_way
def test_a_name_is_written_before_the_text_is_submitted_or_waits(isolation, atomic):
    load(uncleared_text())
    (version,) = api.list_versions(at=NOW)
    submit = partial(api.submit, version.uuid, by=SUBMITTER, at=NOW)

    made = race(load_file(NEW_NAME, uncleared_text()), submit, isolation=isolation, atomic=atomic)

    assert errors(made) == []
    assert (name() == NEW_NAME) is not bool(api.list_proposed_changes(at=NOW))


@contextmanager
def unlocked():
    """No lock, and everybody has looked before anybody writes."""
    looked = threading.Barrier(2)

    def seen(change):
        found = models.PartnerChange.objects.get(uuid=change)
        looked.wait(10)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock_objects, "locked_partner", lambda _partner: nullcontext())
        patch.setattr(lock_objects, "change_now", seen)
        yield


def test_without_the_lock_two_are_told_that_it_was_they_who_confirmed(change):
    """The twin: nothing of the database is against it."""
    with unlocked():
        decided = race(confirm(change), confirm(change, SUBMITTER))

    assert errors(decided) == []


def test_without_the_lock_who_is_second_ends_in_an_error_of_the_database(change):
    """The twin: both see that it waits, and only the row's own rules are left."""
    with unlocked():
        decided = race(confirm(change), refuse(change))

    (error,) = errors(decided)
    assert issubclass(type(error), DatabaseError)


def test_without_the_lock_one_person_changes_the_name_under_a_text_that_is_submitted(monkeypatch):
    """The twin: the file has looked before the text is submitted, and writes afterwards."""
    load(uncleared_text())
    (version,) = api.list_versions(at=NOW)
    looked, submitted = threading.Event(), threading.Event()
    is_frozen = lock_objects.is_in_a_frozen_text_now

    def slowly(partner):
        found = is_frozen(partner)
        looked.set()
        submitted.wait(10)
        return found

    def submit():
        looked.wait(10)
        api.submit(version.uuid, by=SUBMITTER, at=NOW)
        submitted.set()

    monkeypatch.setattr(lock_objects, "is_in_a_frozen_text_now", slowly)
    monkeypatch.setattr(lock_objects, "locked_partners", lambda _codes: transaction.atomic())

    made = race(load_file(NEW_NAME, uncleared_text()), submit)

    assert errors(made) == []
    assert api.list_proposed_changes(at=NOW) == ()
    assert name() == NEW_NAME
