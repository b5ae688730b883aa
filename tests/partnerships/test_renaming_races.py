"""Two who decide at once how a partner is called, and a file that is loaded meanwhile."""

from __future__ import annotations

import threading
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction

from factories.partnerships import (
    APPROVER,
    LONG_AGO,
    NEW_NAME,
    SUBMITTER,
    colleague,
    load,
    load_approved,
    propose_change,
    put_in_force,
    renamed_text,
    sign_paper,
    uncleared_text,
    version_text,
)
from fairgate_tables.transactions import in_transaction
from partnerships import api, lock_objects, models, rules
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

    def slowly(partner):
        found = models.Partner.objects.get(pk=partner.pk).named_since is not None
        looked.set()
        submitted.wait(10)
        return found

    def submit():
        looked.wait(10)
        api.submit(version.uuid, by=SUBMITTER, at=NOW)
        submitted.set()

    monkeypatch.setattr(lock_objects, "is_named_now", slowly)
    monkeypatch.setattr(lock_objects, "locked_partners", lambda _codes: transaction.atomic())

    made = race(load_file(NEW_NAME, uncleared_text()), submit)

    assert errors(made) == []
    assert api.list_proposed_changes(at=NOW) == ()
    assert name() == NEW_NAME


def only_atc(name):
    """A file of ATC alone, in which it is called this."""
    other = version_text(
        agreement="ATC-VENUE",
        partner="ATC",
        courses=("course-v1:ATC+X+1",),
        revenue="",
        roles="[{partner: ATC, role: venue}]",
    )
    head, partners = uncleared_text(other).split("  - code: GSMA\n")
    return (
        head
        + "  - code: ATC\n"
        + partners.split("  - code: ATC\n")[1].replace("Regional Academy", name)
    )


@pytest.fixture
def order(monkeypatch):
    """Who was first: a submission of a text into which a file writes ATC meanwhile, or another file
    that has looked before and gives ATC another name."""
    alone = "[{partner: GSMA, role: co-host}]"
    load(uncleared_text(version_text(roles=alone, revenue="")))
    (version,) = api.list_versions(at=NOW)
    done, read, renaming, submitted = [], *(threading.Event() for _ in range(3))
    named_in, is_named = lock_objects._named_in, lock_objects.is_named_now

    def read_early(version_uuid):
        found = named_in(version_uuid)
        read.set()
        assert renaming.wait(10)
        return found

    def looked_early(partner):
        found = is_named(partner)
        if partner.code == "ATC" and read.is_set() and models.VersionRole.objects.count() == 2:
            renaming.set()
            submitted.wait(1)  # not in vain only where the submission waits for nobody
        return found

    def submit():
        api.submit(version.uuid, by=SUBMITTER, at=NOW)
        done.append("submitted")
        submitted.set()

    def load_two():
        assert read.wait(10)
        load(uncleared_text(version_text(revenue="")))
        load(only_atc("Of one person"))
        done.append("renamed")

    def run():
        monkeypatch.setattr(lock_objects, "_named_in", read_early)
        monkeypatch.setattr(lock_objects, "is_named_now", looked_early)
        assert errors(race(submit, load_two)) == []
        return done

    return run


def test_a_text_is_submitted_with_the_rows_of_all_that_it_names_by_then(order):
    assert order() == ["renamed", "submitted"]

    assert models.Partner.objects.get(code="ATC").named_since == NOW


def test_without_a_second_look_one_person_changes_a_name_under_a_submitted_text(order, monkeypatch):
    """The twin: what was read before the lock is what is locked."""
    first = {}

    def parties_in(text):
        return first.setdefault("named", rules.parties_in(text))

    monkeypatch.setattr(lock_objects, "rules", SimpleNamespace(parties_in=parties_in))

    assert order() == ["submitted", "renamed"]

    assert api.partner("ATC").display_name == "Of one person"
    assert api.list_proposed_changes(at=NOW) == ()


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_in_a_transaction_of_a_request_it_sees_whom_a_file_has_written_since(isolation):
    alone = "[{partner: GSMA, role: co-host}]"
    load(uncleared_text(version_text(roles=alone, revenue="")))
    (version,) = api.list_versions(at=NOW)
    read, written = threading.Event(), threading.Event()

    def page():
        assert api.list_versions(at=NOW)
        read.set()
        assert written.wait(10)
        api.submit(version.uuid, by=SUBMITTER, at=NOW)

    def file():
        assert read.wait(10)
        load(uncleared_text(version_text(revenue="")))
        written.set()

    assert errors(race(in_transaction(page), file, isolation=isolation)) == []

    assert models.Partner.objects.get(code="ATC").named_since == NOW


@pytest.mark.parametrize("step", ["approve", "return", "sign"])
def test_a_file_locks_nothing_of_an_agreement_before_the_agreement(monkeypatch, step):
    """Else it would wait for who waits for it: its partners come first, and then the agreements."""
    if step == "sign":
        (version,) = load_approved()
    else:
        load()
        (version,) = api.list_versions(at=NOW)
        api.submit(version.uuid, by=SUBMITTER, at=LONG_AGO)
    steps = {
        "approve": partial(api.approve, version.uuid, by=APPROVER, at=NOW),
        "return": partial(api.return_to_draft, version.uuid, by=APPROVER, because="No", at=NOW),
        "sign": partial(sign_paper, version.uuid, "partner", by="G. Partner", at=NOW),
    }
    held, taken, waited = threading.Event(), threading.Event(), []
    locked_agreements = lock_objects.locked_agreements

    def after_partners(codes):
        held.set()
        waited.append(taken.wait(5))
        return locked_agreements(codes)

    def take():
        assert held.wait(10)
        steps[step]()
        taken.set()

    monkeypatch.setattr(lock_objects, "locked_agreements", after_partners)

    assert errors(race(load, take)) == []
    assert waited == [True]
