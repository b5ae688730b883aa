"""Two people for who signs: nobody names themselves, and nobody sees to both signatures."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from factories.partners_rest import ROOT, client_of, post
from factories.partnerships import APPROVER, colleague, load_approved, sign_paper
from factories.rest_callers import JSON
from fairgate import clock
from partnerships import api, compat, lock_objects, models
from partnerships.data import Review
from partnerships.exceptions import AccountNeeded, SecondPersonNeeded
from races import ISOLATIONS, errors, race

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = {"host": "H. Host", "partner": "G. Partner"}
OTHER = {"host": "partner", "partner": "host"}

both_sides = pytest.mark.parametrize("side", ["host", "partner"])


@pytest.fixture(autouse=True)
def now():
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def version(db):
    return load_approved()[0].uuid


def sign(version, side, recorded_by):
    return api.sign(version, side=side, by=NAMES[side], recorded_by=recorded_by, at=NOW)


def sides():
    return sorted(models.Signature.objects.values_list("side", flat=True))


# --- On paper -------------------------------------------------------------------------------------


@both_sides
@pytest.mark.parametrize("name", ["olga", "OLGA"])
def test_one_person_records_one_of_the_two_signatures(version, side, name):
    """Also who has two accounts that differ in their letters' case."""
    sign(version, side, colleague("olga"))
    User.objects.get_or_create(username=name)

    with pytest.raises(SecondPersonNeeded, match="who saw to the other signature of GSMA-SPECTRUM"):
        sign(version, OTHER[side], name)
    assert sides() == [side]
    sign(version, OTHER[side], colleague("ann"))

    assert sides() == ["host", "partner"]
    assert api.version(version, at=NOW).is_in_force


@both_sides
def test_who_is_called_otherwise_since_is_the_same_person(version, side):
    sign(version, side, colleague("olga"))
    User.objects.filter(username="olga").update(username="olga.k")

    with pytest.raises(SecondPersonNeeded, match="who saw to the other signature of GSMA-SPECTRUM"):
        sign(version, OTHER[side], "olga.k")

    assert sides() == [side]


@both_sides
def test_who_recorded_a_signature_before_numbers_were_kept_is_known_by_name(version, side):
    sign(version, side, colleague("olga"))
    models.Signature.objects.update(recorder_user_id=None)

    with pytest.raises(SecondPersonNeeded):
        sign(version, OTHER[side], "olga")


@both_sides
@pytest.mark.parametrize("name", ["", "nobody", "left"])
def test_nobody_without_an_active_account_records_one(version, side, name):
    User.objects.create_user("left", is_active=False)

    with pytest.raises(AccountNeeded, match=f"“{name}” is no active account here"):
        sign(version, side, name)

    assert sides() == []


def test_who_recorded_it_is_kept_as_their_account_is_called(version):
    sign(version, "host", colleague("olga"))

    assert models.Signature.objects.get().recorded_by == "olga"


def test_over_rest_another_colleague_records_the_other_signature(version):
    may = ("view_agreement", "sign_agreementversion")
    first, second = client_of("", *may), client_of("", *may)
    path = f"agreements/{version}/sign/"
    bodies = [{"side": side, "signed_by": NAMES[side]} for side in ("partner", "host")]

    assert post(first, path, bodies[0]).status_code == 200
    refused = post(first, path, bodies[1])
    assert (refused.status_code, refused.json()["code"]) == (403, "SecondPersonNeeded")
    assert post(second, path, bodies[1]).json()["standing"] == "in_force"


# --- Here and on paper ----------------------------------------------------------------------------


def test_who_recorded_the_hosts_signature_does_not_consent_for_the_partner(version):
    olga = User.objects.create_user("olga")
    sign(version, "host", "olga")
    api.add_person(olga.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)
    checksum = api.version(version, at=NOW).checksum

    with pytest.raises(SecondPersonNeeded, match="has to do this one"):
        api.consent(version, user_id=olga.pk, checksum=checksum, at=NOW)

    assert sides() == ["host"]


def test_who_consented_for_the_partner_does_not_record_the_hosts_signature(version):
    """Also once they do not act for the partner any more."""
    grace = User.objects.create_user("grace")
    api.add_person(grace.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)
    checksum = api.version(version, at=NOW).checksum
    api.consent(version, user_id=grace.pk, checksum=checksum, at=NOW)
    api.remove_person(grace.pk, partner_code="GSMA")

    with pytest.raises(SecondPersonNeeded, match="has to do this one"):
        sign(version, "host", "grace")
    sign_paper(version, "host", by="H. Host", at=NOW)

    assert sides() == ["host", "partner"]


# --- Who may sign ---------------------------------------------------------------------------------


def test_nobody_names_themselves_as_a_signatory_nor_turns_into_one(version):
    olga = User.objects.create_user("olga")
    api.add_person(olga.pk, partner_code="GSMA", role="officer", by=olga.pk, at=NOW)

    with pytest.raises(SecondPersonNeeded, match="Nobody names themselves as who signs"):
        api.add_person(olga.pk, partner_code="GSMA", role="signatory", by=olga.pk, at=NOW)
    with pytest.raises(SecondPersonNeeded, match="Nobody names themselves as who signs"):
        api.add_person(olga.pk, partner_code="GSMA", role="signatory", at=NOW)
    assert api.role_of(olga.pk, "GSMA") == "officer"

    api.add_person(olga.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)
    assert api.role_of(olga.pk, "GSMA") == "signatory"


@pytest.mark.parametrize("by_what", ["account", "name", "profile", "user name", "address"])
def test_nobody_is_the_contact_that_signs_by_their_own_word(monkeypatch, version, by_what):
    olga = User.objects.create_user(
        "olga", "Olga@example.org", first_name="Olga", last_name="Ivanova"
    )
    monkeypatch.setattr(compat, "full_name", {olga.pk: "Olga Petrova"}.get)
    told = {"role": "signatory", "name": "Somebody Else", "email": "else@example.org"}
    told |= {
        "account": {"user_id": olga.pk},
        "name": {"name": "olga  IVANOVA"},
        "profile": {"name": "Olga Petrova"},
        "user name": {"name": "Olga"},
        "address": {"email": "olga@example.org"},
    }[by_what]
    before = api.contacts("GSMA")

    for by in (olga.pk, None):
        with pytest.raises(SecondPersonNeeded, match="another person of the host does"):
            api.add_contact("GSMA", **told, by=by, at=NOW)
    assert api.contacts("GSMA") == before
    api.add_contact("GSMA", **told | {"role": "finance"}, by=olga.pk, at=NOW)
    api.add_contact("GSMA", **told, by=APPROVER, at=NOW)

    assert len(api.contacts("GSMA")) == len(before) + 2


def test_over_rest_nobody_names_themselves(version):
    client = client_of(
        "", "add_partnerperson", "view_partnercontact", "add_partnercontact", partner="GSMA"
    )
    name = client.user.username

    person = client.put(
        f"{ROOT}partners/GSMA/people/",
        f'{{"username": "{name}", "role": "signatory"}}',
        content_type=JSON,
    )
    body = {"role": "signatory", "name": name, "email": "me@example.org"}
    contact = post(client, "partners/GSMA/contacts/", body)

    assert [one.json()["code"] for one in (person, contact)] == ["SecondPersonNeeded"] * 2
    assert api.people("GSMA") == ()


# --- At once --------------------------------------------------------------------------------------


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"])
def test_of_two_signatures_that_one_person_records_at_once_one_is_recorded(isolation, atomic):
    version = load_approved()[0].uuid
    olga = colleague("olga")

    made = race(
        partial(sign, version, "host", olga),
        partial(sign, version, "partner", olga),
        isolation=isolation,
        atomic=atomic,
    )

    assert [type(error) for error in errors(made)] == [SecondPersonNeeded]
    assert len(sides()) == 1


@pytest.mark.mariadb
def test_without_the_lock_one_person_records_both(monkeypatch):
    """The twin: who recorded the first is asked before it is there, and the rest afterwards."""
    version = load_approved()[0].uuid
    olga = colleague("olga")
    asked, recorded = threading.Event(), threading.Event()
    hands_now = lock_objects.hands_now

    @contextmanager
    def unlocked(found):
        with transaction.atomic():
            yield models.AgreementVersion.objects.get(pk=found.pk)

    def early(found):
        hands = hands_now(found)
        if threading.current_thread() is not first:
            asked.set()
            recorded.wait(10)
        return hands

    first = None

    def sign_for_partner():
        nonlocal first
        first = threading.current_thread()
        asked.wait(10)
        sign(version, "partner", olga)
        recorded.set()

    def approved(found):
        return Review.APPROVED, found.review_rounds.get()

    monkeypatch.setattr(lock_objects, "locked_around", unlocked)
    monkeypatch.setattr(lock_objects, "review_now", approved)
    monkeypatch.setattr(lock_objects, "hands_now", early)

    made = race(partial(sign, version, "host", olga), sign_for_partner)

    assert errors(made) == []
    assert sides() == ["host", "partner"]
