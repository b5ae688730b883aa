"""What colleagues and systems of partners do over REST: step by step, and what is refused."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories import recognition
from factories.brand import drawing
from factories.partners_rest import PDF, ROOT, client_of, delivery, pdf, post, send
from factories.partnerships import (
    AGREEMENT,
    PROMISES,
    load,
    put_in_force,
    terms_text,
    version_text,
)
from factories.rest_callers import JSON
from fairgate import clock
from partnerships import api, models

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
WHY = {"reason": "Review"}
CONTACT = {"role": "finance", "name": "Fay", "email": "fay@example.org"}


@pytest.fixture(autouse=True)
def now(settings):
    """A clock that is asked, and has moved on by a second."""
    settings.FAIRGATE_API_RATES = dict.fromkeys(("read", "write", "upload"), "1000/minute")
    seconds = itertools.count()
    clock.use(lambda: NOON + timedelta(seconds=next(seconds)))
    yield
    clock.use(None)


@pytest.fixture
def version():
    """An agreement in force in which both sides promise something."""
    return put_in_force(terms_text(version_text(promises=PROMISES)))[0]


@pytest.fixture
def draft():
    """A text that nobody has submitted."""
    load()
    return api.list_versions(at=NOON)[0]


def get(client, path, **query):
    return client.get(ROOT + path, query).json()


# --- The way of a text ----------------------------------------------------------------------------


def test_a_text_is_submitted_sent_back_and_approved_by_two_people(draft):
    path = f"agreements/{draft.uuid}"
    both = client_of("", "view_agreement", "submit_agreementversion", "approve_agreementversion")
    second = client_of("", "view_agreement", "approve_agreementversion")

    assert post(both, f"{path}/submit/", {"note": "As agreed"}).json()["standing"] == "in_review"
    own = post(both, f"{path}/approve/")
    assert (own.status_code, own.json()["code"]) == (403, "SecondPersonNeeded")
    assert post(second, f"{path}/return/", WHY).json()["standing"] == "draft"
    post(both, f"{path}/submit/")
    told = post(second, f"{path}/approve/").json()

    assert "not_approved" not in [one["code"] for one in told["obstacles"]]
    outcomes = [
        (one["outcome"], one["note"], one["because"])
        for one in get(second, f"{path}/reviews/")["reviews"]
    ]
    assert outcomes == [("returned", "As agreed", "Review"), ("approved", "", "")]


def test_who_acts_for_the_partner_does_not_approve_whatever_they_may(draft):
    api.submit(draft.uuid, by=41, at=NOON)
    client = client_of("finance", "approve_agreementversion")

    assert post(client, f"agreements/{draft.uuid}/approve/").status_code == 403
    assert api.version(draft.uuid, at=clock.now()).reviews[0].outcome == ""


def test_an_amendment_tells_what_it_changed():
    first = version_text(valid_until="2027-02-28", promises=PROMISES)
    grown = PROMISES.replace("20000.00", "25000.00")
    second = version_text(
        version=2, valid_from="2027-03-01",
        promises=grown + "    follows: {version: 1, amendment: 1, reason: More seats}\n",
    )  # fmt: skip
    _first, amended = put_in_force(terms_text(first, second))
    client, path = client_of("finance"), f"agreements/{amended.uuid}/"

    assert get(client, path)["follows"] == {"version": 1, "amendment": 1, "reason": "More seats"}
    changed = {one["field"]: one for one in get(client, f"{path}changes/")["changes"]}
    grant = changed["contributions.GRANT.amount"]
    assert (grant["before"], grant["after"]) == ("20000.00", "25000.00")


def test_the_paper_is_a_pdf_that_is_saved_and_never_kept(version):
    answer = client_of("finance").get(f"{ROOT}agreements/{version.uuid}/paper/")

    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Content-Disposition"] == f'attachment; filename="{AGREEMENT}-1.pdf"'
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_evidence_is_downloaded_by_whose_it_is_and_never_shown_as_a_page(version):
    officer = client_of("officer")
    send(officer, f"agreements/{version.uuid}/deliveries/", file=pdf(), **delivery())
    file = models.EvidenceFile.objects.get().uuid

    answer = officer.get(f"{ROOT}evidence/{file}/")

    assert answer.content == PDF
    assert answer["Content-Disposition"] == f'attachment; filename="evidence-{file}.pdf"'
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client_of("officer", partner="ATC").get(f"{ROOT}evidence/{file}/").status_code == 404


# --- Early ends -----------------------------------------------------------------------------------


def test_an_early_end_takes_two_people(version):
    path, body = f"agreements/{version.uuid}/ends/", {"last_day": "2027-03-31", "reason": "Both"}
    both = client_of("", "view_agreement", "ask_endrecord", "confirm_endrecord")
    second = client_of("", "view_agreement", "confirm_endrecord")

    asked = post(both, path, body)
    assert (asked.status_code, asked.json()["state"]) == (201, "waiting")
    end = f"ends/{asked.json()['number']}"
    assert post(both, f"{end}/confirm/").json()["code"] == "SecondPersonNeeded"
    assert get(second, f"agreements/{version.uuid}/")["ended_on"] is None
    assert post(second, f"{end}/confirm/").json()["state"] == "confirmed"

    assert get(second, f"agreements/{version.uuid}/")["ended_on"] == "2027-03-31"
    assert post(second, f"{end}/refuse/", WHY).json()["code"] == "EndRefused"
    assert [one["state"] for one in get(second, path)["results"]] == ["confirmed"]


def test_an_early_end_that_is_refused_says_why(version):
    path, body = f"agreements/{version.uuid}/ends/", {"last_day": "2027-03-31", "reason": "Both"}
    colleague = client_of("", "view_agreement", "ask_endrecord", "confirm_endrecord")
    number = post(colleague, path, body).json()["number"]

    told = post(colleague, f"ends/{number}/refuse/", WHY).json()

    assert (told["state"], told["because"]) == ("refused", "Review")
    assert post(colleague, path, body).status_code == 201


# --- Due diligence, contacts, people --------------------------------------------------------------


def test_due_diligence_is_recorded_and_takes_marks_away_at_once(version):
    colleague = client_of("", "add_duediligencecheck")
    body = {"accepted": False, "expires_on": "2027-12-31", "notes": "Open", "evidence": "File 7"}

    told = post(colleague, "partners/GSMA/due-diligence/", body).json()

    assert (told["accepted"], told["recorded_by"]) == (False, colleague.user.username)
    found = get(colleague, "partners/GSMA/due-diligence/")["results"]
    assert [one["accepted"] for one in found] == [False, True]
    assert get(client_of("officer"), "partners/GSMA/clearance/") == {"holds": False, "until": None}
    assert not api.version(version.uuid, at=clock.now()).is_in_force


ACCEPTED = {"accepted": True, "expires_on": "2031-01-31", "evidence": "File 7"}
DILIGENCE = "partners/GSMA/due-diligence/"


def test_an_accepted_due_diligence_counts_once_a_second_person_confirms_it(version):
    both = client_of("", "add_duediligencecheck", "confirm_duediligenceproposal")
    second = client_of("", "confirm_duediligenceproposal")
    post(both, DILIGENCE, {"accepted": False, "expires_on": "2027-02-01"})

    proposed = post(both, DILIGENCE, ACCEPTED)
    assert proposed.status_code == 202
    assert (proposed.json()["partner"], proposed.json()["evidence"]) == ("GSMA", "File 7")
    assert proposed.json()["proposed_by"] == both.user.pk
    assert get(second, "due-diligence/waiting/")["results"] == [proposed.json()]
    assert get(second, "partners/GSMA/clearance/") == {"holds": False, "until": None}
    one = f"due-diligence/{proposed.json()['uuid']}"
    assert post(both, f"{one}/confirm/").json()["code"] == "SecondPersonNeeded"
    told = post(second, f"{one}/confirm/").json()

    assert told == {"holds": True, "until": "2031-01-31"}
    assert get(second, "due-diligence/waiting/")["results"] == []
    counts = get(second, DILIGENCE)["results"][0]
    assert (counts["accepted"], counts["recorded_by"]) == (True, second.user.username)
    again = post(second, f"{one}/refuse/", WHY)
    assert (again.status_code, again.json()["code"]) == (409, "DiligenceRefused")


def test_a_proposed_due_diligence_that_is_refused_changes_nothing(version):
    first = client_of("", "add_duediligencecheck", "confirm_duediligenceproposal")
    until = get(first, "partners/GSMA/clearance/")["until"]
    one = f"due-diligence/{post(first, DILIGENCE, ACCEPTED).json()['uuid']}"

    told = post(first, f"{one}/refuse/", WHY).json()

    assert told == {"holds": True, "until": until}
    assert post(first, f"{one}/confirm/").json()["code"] == "DiligenceRefused"


def test_another_acceptance_is_refused_while_one_waits_and_the_same_is_the_one_that_waits(version):
    first = client_of("", "add_duediligencecheck")
    waits = post(first, DILIGENCE, ACCEPTED).json()

    same = post(first, DILIGENCE, ACCEPTED)
    other = post(first, DILIGENCE, {**ACCEPTED, "expires_on": "2031-02-28"})

    assert (same.status_code, same.json()) == (202, waits)
    assert (other.status_code, other.json()["code"]) == (409, "DiligenceRefused")


def test_an_acceptance_that_counts_already_waits_for_nobody(version):
    first = client_of("", "add_duediligencecheck")
    until = get(first, "partners/GSMA/clearance/")["until"]

    answer = post(first, DILIGENCE, {"accepted": True, "expires_on": until})

    assert (answer.status_code, answer.json()["accepted"]) == (201, True)
    assert not models.DueDiligenceProposal.objects.exclude(confirmed_at__isnull=False).exists()


def test_who_acts_for_the_partner_neither_proposes_nor_confirms_whatever_they_may(version):
    own = client_of("officer", "add_duediligencecheck", "confirm_duediligenceproposal")
    assert post(own, DILIGENCE, ACCEPTED).json()["code"] == "SecondPersonNeeded"
    one = post(client_of("", "add_duediligencecheck"), DILIGENCE, ACCEPTED).json()["uuid"]

    assert post(own, f"due-diligence/{one}/confirm/").json()["code"] == "SecondPersonNeeded"
    assert len(get(own, "due-diligence/waiting/")["results"]) == 1


def test_sent_again_once_it_was_confirmed_an_acceptance_is_not_proposed_again(version):
    first = client_of("", "add_duediligencecheck")
    sent = post(first, DILIGENCE, ACCEPTED, key="a").json()
    second = client_of("", "confirm_duediligenceproposal")
    post(second, f"due-diligence/{sent['uuid']}/confirm/")
    post(first, DILIGENCE, {"accepted": False, "expires_on": "2027-02-01"})

    again = post(first, DILIGENCE, ACCEPTED, key="a")

    assert (again.status_code, again.json()) == (202, sent)
    assert get(first, "due-diligence/waiting/")["results"] == []


REFUSED = {"accepted": False, "expires_on": "2027-02-01", "evidence": "File 8"}


def test_a_refused_due_diligence_sent_again_is_answered_as_the_first_time_whatever_was_found_since(
    version,
):
    first = client_of("", "add_duediligencecheck")
    sent = post(first, DILIGENCE, REFUSED, key="a")
    later = post(first, DILIGENCE, {**REFUSED, "evidence": "File 9"}, key="b")

    again = post(first, DILIGENCE, REFUSED, key="a")

    assert (again.status_code, again.json()) == (201, sent.json())
    assert get(first, DILIGENCE)["results"][0] == later.json()


def test_an_acceptance_that_counted_already_is_answered_as_the_first_time_once_it_is_refused(
    version,
):
    first = client_of("", "add_duediligencecheck")
    counts = {"accepted": True, "expires_on": get(first, "partners/GSMA/clearance/")["until"]}
    sent = post(first, DILIGENCE, counts, key="a")
    post(first, DILIGENCE, REFUSED, key="b")

    again = post(first, DILIGENCE, counts, key="a")

    assert (again.status_code, again.json()) == (201, sent.json())


def test_a_contact_is_added_changed_and_forgotten(version):
    colleague = client_of("", "view_partnercontact", "add_partnercontact", "delete_partnercontact")
    path = "partners/GSMA/contacts/"

    first = post(colleague, path, CONTACT).json()
    again = post(colleague, path, {**CONTACT, "name": "Fay F.", "language": "fr"}).json()

    assert (first["uuid"], again["name"], again["language"]) == (again["uuid"], "Fay F.", "fr")
    contact = f"{ROOT}contacts/{first['uuid']}/"
    assert client_of("officer").get(contact).json()["email"] == "fay@example.org"
    assert colleague.delete(contact).status_code == 204
    assert colleague.get(contact).status_code == 404
    assert not models.PartnerContact.objects.filter(email="fay@example.org").exists()


def test_a_user_acts_for_a_partner_from_now_on_and_no_more(version):
    colleague = client_of("", "add_partnerperson", "delete_partnerperson")
    pia = User.objects.create_user("pia")
    put = partial(colleague.put, f"{ROOT}partners/GSMA/people/", content_type=JSON)

    for role in ("finance", "officer", "officer"):
        told = put(json.dumps({"username": "pia", "role": role})).json()
        assert (told["user_id"], told["role"]) == (pia.pk, role)
    assert api.role_of(pia.pk, "GSMA") == "officer"
    person = f"{ROOT}partners/GSMA/people/{pia.pk}/"
    assert (colleague.delete(person).status_code, api.role_of(pia.pk, "GSMA")) == (204, "")
    assert colleague.delete(person).status_code == 404


@pytest.mark.parametrize("name", ["nobody", "gone", ""])
def test_nobody_acts_for_a_partner_who_is_no_active_user(version, name):
    User.objects.create_user("gone", is_active=False)
    colleague, before = client_of("", "add_partnerperson"), models.PartnerPerson.objects.count()

    answer = colleague.put(
        f"{ROOT}partners/GSMA/people/", json.dumps({"username": name, "role": "officer"}),
        content_type=JSON,
    )  # fmt: skip

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["username"])
    assert models.PartnerPerson.objects.count() == before


# --- Recognition ----------------------------------------------------------------------------------


def test_an_award_is_proposed_granted_and_revoked_by_two_people():
    recognition.in_force()
    recognition.tiers()
    recognition.deliver("20000.00")
    both = client_of("", "propose_recognitionaward", "confirm_recognitionaward")
    second = client_of("", "confirm_recognitionaward", "revoke_recognitionaward")
    days = {
        "since": "2026-10-01", "until": "2026-10-31", "valid_from": "2027-01-01",
        "valid_until": "2027-12-31", "reason": "For 2027",
    }  # fmt: skip

    reached = get(both, "partners/GSMA/reached/", since="2026-10-01", until="2026-10-31")
    assert (reached["tier"], reached["worth"]["amount"]) == ("GOLD", "20000.00")
    made = post(both, "partners/GSMA/awards/", days).json()
    award = f"awards/{made['uuid']}"
    assert (made["state"], made["counts"]) == ("waiting", False)
    assert Client().get(f"{ROOT}{award}/").status_code == 404
    assert get(Client(), "awards/")["results"] == []
    assert post(both, f"{award}/confirm/").json()["code"] == "SecondPersonNeeded"
    told = post(second, f"{award}/confirm/").json()
    assert (told["tier"], told["state"], told["counts"]) == ("GOLD", "in_force", True)
    assert [one["uuid"] for one in get(Client(), "awards/")["results"]] == [made["uuid"]]
    assert post(second, f"{award}/revoke/", WHY).json()["state"] == "revoked"
    assert get(Client(), "awards/")["results"] == []
    assert get(client_of("finance"), "awards/", partner="GSMA")["results"] != []


def test_an_award_without_due_diligence_is_not_told_to_everybody():
    key = str(recognition.gold().uuid)
    api.record_due_diligence("GSMA", accepted=False, expires_on=NOON.date(), by="officer", at=NOON)

    assert get(Client(), "awards/")["results"] == []
    assert get(Client(), f"awards/{key}/")["counts"] is False


def test_tiers_are_proposed_as_a_text_whose_every_fault_is_told():
    first = client_of("", "propose_recognitionscheme")
    text = recognition.tiers_text(in_kind_percent="101", currency="XXX")

    wrong = post(first, "schemes/", {"text": text, "reason": "First"})

    assert wrong.status_code == 400
    assert len(wrong.json()["errors"]["text"]) == 2
    assert not models.RecognitionScheme.objects.exists()


def test_tiers_that_wait_are_there_for_whoever_works_on_them():
    first = client_of("", "propose_recognitionscheme")
    made = post(first, "schemes/", {"text": recognition.tiers_text(), "reason": "First"}).json()
    path = f"schemes/{made['uuid']}"

    assert Client().get(f"{ROOT}{path}/").status_code == 404
    assert get(Client(), "schemes/")["results"] == []
    second = client_of("", "confirm_recognitionscheme")
    assert post(second, f"{path}/confirm/").json()["state"] == "counts"
    (shown,) = get(Client(), "schemes/")["results"]
    assert [tier["code"] for tier in shown["tiers"]] == ["SILVER", "GOLD"]
    assert "USD 10,000.00" in shown["tiers"][0]["criteria"]


# --- Sent again -----------------------------------------------------------------------------------


def _end(version):
    client = client_of("", "view_agreement", "ask_endrecord")
    body = {"last_day": "2027-03-31", "reason": "Both"}
    return client, f"agreements/{version.uuid}/ends/", body, {"last_day": "2027-04-30"}


def _contact(version):
    client = client_of("", "view_partnercontact", "add_partnercontact")
    return client, "partners/GSMA/contacts/", CONTACT, {"name": "Somebody else"}


def _due_diligence(version):
    client = client_of("", "add_duediligencecheck")
    body = {"accepted": False, "expires_on": "2031-01-31"}
    return client, "partners/GSMA/due-diligence/", body, {"accepted": True}


def _acceptance(version):
    client = client_of("", "add_duediligencecheck")
    body = {"accepted": True, "expires_on": "2031-01-31"}
    return client, "partners/GSMA/due-diligence/", body, {"accepted": False}


def _scheme(version):
    client = client_of("", "propose_recognitionscheme")
    body = {"text": recognition.tiers_text(), "reason": "First"}
    return client, "schemes/", body, {"reason": "Second"}


def _award(version):
    recognition.tiers()
    recognition.deliver("20000.00")
    client = client_of("", "propose_recognitionaward")
    body = {
        "since": "2026-10-01", "until": "2026-10-31", "valid_from": "2027-01-01",
        "valid_until": "2027-12-31", "reason": "For 2027",
    }  # fmt: skip
    return client, "partners/GSMA/awards/", body, {"valid_from": "2027-02-01"}


MADE = {
    _end: models.EndRecord,
    _contact: models.PartnerContact,
    _due_diligence: models.DueDiligenceCheck,
    _acceptance: models.DueDiligenceProposal,
    _scheme: models.RecognitionScheme,
    _award: models.RecognitionAward,
}


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_what_is_sent_again_under_its_key_is_made_once(version, kind):
    client, path, body, other = kind(version)
    before = MADE[kind].objects.count()

    first = post(client, path, body, key="a")
    again = post(client, path, body, key="a")
    changed = post(client, path, {**body, **other}, key="a")

    made = 202 if kind is _acceptance else 201
    assert (first.status_code, again.status_code) == (made, made), first.content
    assert first.json() == again.json()
    assert (changed.status_code, changed.json()["code"]) == (409, "KeyReused")
    assert MADE[kind].objects.count() == before + 1


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
def test_without_a_key_nothing_is_made(version, kind):
    client, path, body, _other = kind(version)
    before = MADE[kind].objects.count()

    answer = client.post(ROOT + path, json.dumps(body), content_type=JSON)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])
    assert MADE[kind].objects.count() == before


def test_a_refusal_is_not_remembered_under_its_key(version):
    client, path, body, _other = _end(version)

    refused = post(client, path, {**body, "last_day": "2020-01-01"}, key="a")
    assert (refused.status_code, refused.json()["code"]) == (409, "EndRefused")

    assert post(client, path, body, key="a").status_code == 201


def test_who_was_forgotten_does_not_come_back_with_a_request_that_is_sent_again(version):
    client, path, body, _other = _contact(version)
    post(client, path, body, key="a")
    api.forget_contact(CONTACT["email"])

    assert post(client, path, body, key="a").status_code == 404
    assert not models.PartnerContact.objects.filter(email=CONTACT["email"]).exists()
    kept = json.dumps(list(models.SentRequest.objects.values()))
    assert "fay" not in kept.lower()


def test_a_picture_that_is_sent_again_is_drawn_and_kept_once(version, settings):
    settings.PARTNERSHIPS_MARKS_PER_DAY = 1
    officer = client_of("officer")

    def sent(key, **changes):
        file = SimpleUploadedFile("a.svg", drawing(changes.pop("colour", "#0b4a6f")))
        told = {"background": "light", "seen_en": "Waves", **changes}
        return send(officer, "partners/GSMA/pictures/", key=key, file=file, **told)

    first, again = sent("a"), sent("a")
    assert (first.status_code, again.status_code) == (201, 201), again.content
    assert first.json() == again.json()
    for other in ({"seen_en": "Dots"}, {"background": "dark"}, {"colour": "#ff0000"}):
        changed = sent("a", **other)
        assert (changed.status_code, changed.json()["code"]) == (409, "KeyReused")
    assert models.BrandAsset.objects.count() == 1
    assert sent("b").json()["code"] == "TooManyPictures"


# --- What people, and others, may send ------------------------------------------------------------


#: What can be sent to whom may, with a body that would be taken.
ACTS = {
    "agreements/{version}/submit/": {"note": "N"},
    "agreements/{version}/approve/": {},
    "agreements/{version}/return/": WHY,
    "agreements/{version}/ends/": {"last_day": "2027-03-31", "reason": "Both"},
    "agreements/{version}/sign/": {"side": "host", "signed_by": "H. Host"},
    "agreements/{version}/suspend/": WHY,
    "partners/GSMA/due-diligence/": {
        "accepted": True, "expires_on": "2031-01-31", "notes": "N", "evidence": "E",
    },
    "partners/GSMA/contacts/": {**CONTACT, "language": "fr"},
    "partners/GSMA/awards/": {
        "since": "2026-10-01", "until": "2026-10-31", "valid_from": "2027-01-01",
        "valid_until": "2027-12-31", "reason": "For 2027",
    },
    "agreements/{version}/resume/": WHY,
    "schemes/": {"text": "schema: fairgate-tiers/1", "reason": "First"},
}  # fmt: skip
BODIES = [
    b"", b"[]", b"null", b'"x"', b"17", b"{", b"\xff\xfe", b'{"reason": NaN}',
    b'{"reason": "a", "reason": "b"}', b'{"reason": "\\ud800"}', b'{"odd": 1}',
    b'{"__class__": 1}', b"[" * 50_000, b'{"reason": "' + b"x" * 70_000 + b'"}',
]  # fmt: skip
#: No field takes any of these.
VALUES = [
    None, {}, [], [[]], {"$ne": 1}, "\x00", "a\x1bb", "a\u2028b", "x" * 30_000,
]  # fmt: skip


@pytest.fixture
def root(version):
    """Somebody who may everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def rows():
    kinds = (
        models.EndRecord, models.ReviewRound, models.DueDiligenceCheck, models.PartnerContact,
        models.RecognitionAward, models.RecognitionScheme, models.SuspensionRecord,
        models.Signature, models.SentRequest, models.ResumeRequest, models.DueDiligenceProposal,
    )  # fmt: skip
    return [kind.objects.count() for kind in kinds]


def is_told(answer):
    return 400 <= answer.status_code < 500 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ACTS)
def test_what_is_no_body_is_told_and_nothing_is_done(version, root, path):
    before = rows()

    answers = [
        root.post(
            ROOT + path.format(version=version.uuid), body, content_type=JSON,
            HTTP_IDEMPOTENCY_KEY=str(uuid4()),
        )
        for body in BODIES
    ]  # fmt: skip

    assert [body[:40] for body, one in zip(BODIES, answers, strict=True) if not is_told(one)] == []
    assert rows() == before


@pytest.mark.parametrize("path", ACTS)
def test_no_field_takes_what_people_cannot_read(version, root, path):
    before, asked = rows(), path.format(version=version.uuid)

    taken = [
        (name, value)
        for name, value in itertools.product(ACTS[path], VALUES)
        if not is_told(post(root, asked, {**ACTS[path], name: value}))
    ]

    assert taken == []
    assert rows() == before


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=" + "9" * 400, "limit=0", "limit=101", "limit=-1", "odd=1", "after=%00"],
)
@pytest.mark.parametrize(
    "path", ["partners/GSMA/people/", "partners/GSMA/due-diligence/", "awards/", "schemes/"]
)
def test_a_list_is_asked_as_the_description_says(version, root, path, query):
    assert is_told(root.get(f"{ROOT}{path}?{query}"))


@pytest.mark.parametrize(
    "path",
    ["ends/{n}/confirm/", "partners/GSMA/people/{n}/", "contacts/{n}/", "partners/{n}/clearance/"],
)
@pytest.mark.parametrize("name", ["9" * 18, "9" * 40, "0", "-1", "%00", "..%2f..", "x" * 300])
def test_no_address_breaks_anything(version, root, path, name):
    for method in ("get", "post", "put", "delete"):
        answer = getattr(root, method)(ROOT + path.format(n=name), content_type=JSON)
        assert answer.status_code in (400, 404, 405)
