"""The REST API for partners' people and colleagues: whose it is, and what is recorded of it."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.brand import drawing, sent
from factories.partners_rest import (
    PDF,
    ROOT,
    client_of,
    delivery,
    fulfilment,
    pdf,
    post,
    send,
)
from factories.partnerships import (
    AGREEMENT,
    COURSE,
    PROMISES,
    load_approved,
    put_in_force,
    terms_text,
    two_agreements,
    version_text,
)
from fairgate import clock
from partnerships import api, exceptions, models
from partnerships.exceptions import PartnershipsError
from partnerships.rest.faults import STATUSES

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)


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


ACTUAL = {"code": "TRAINED", "on": "2027-01-10", "value": "42", "source": "Report 1"}


# --- Whose it is ----------------------------------------------------------------------------------


def test_everybody_is_told_public_facts_of_partners_that_are_shown_now(version):
    answer = Client().get(f"{ROOT}partners/").json()

    assert [one["code"] for one in answer["results"]] == ["ATC", "GSMA"]
    assert set(answer["results"][0]) == {
        "code", "name", "legal_name", "kind", "kind_label", "url",
    }  # fmt: skip
    api.suspend(AGREEMENT, by="officer", reason="Review", at=NOON)
    assert Client().get(f"{ROOT}partners/").json()["results"] == []
    assert Client().get(f"{ROOT}partners/GSMA/").status_code == 404
    assert client_of("finance").get(f"{ROOT}partners/GSMA/").status_code == 200


def test_a_list_goes_on_after_the_last_one_that_was_seen():
    put_in_force(two_agreements())
    client = client_of("", "view_agreement")

    first = client.get(f"{ROOT}agreements/?limit=1").json()
    second = client.get(first["next"]).json()

    found = [one["agreement"] for page in (first, second) for one in page["results"]]
    assert found == ["ATC-VENUE", AGREEMENT]
    assert second["next"] is None


def test_each_person_has_the_agreements_of_their_own_partner():
    put_in_force(two_agreements())

    for partner, name in (("GSMA", AGREEMENT), ("ATC", "ATC-VENUE")):
        client = client_of("officer", partner=partner)
        found = client.get(f"{ROOT}agreements/").json()["results"]
        assert [one["agreement"] for one in found] == [name]
    assert client.get(f"{ROOT}agreements/?partner=GSMA").status_code == 404
    assert client_of("").get(f"{ROOT}agreements/").json()["results"] == []


def test_a_version_says_where_it_stands_and_what_is_in_the_way(version):
    api.suspend(AGREEMENT, by="officer", reason="Review", at=NOON - timedelta(days=1))

    told = client_of("officer").get(f"{ROOT}agreements/{version.uuid}/").json()

    assert told["standing"] == "suspended"
    assert told["obstacles"] == [{"code": "suspended", "said": "The agreement is suspended."}]
    assert told["checksum"] == version.checksum
    assert told["agreed_text"] == version.agreed_text


OF_VERSION = ("", "promises/")
ACTS = (
    "consent/", "sign/", "suspend/", "resume/", "resume/confirm/", "resume/refuse/",
    "fulfilments/", "deliveries/", "actuals/",
)  # fmt: skip


def test_what_is_another_partners_is_not_there(version):
    stranger = client_of("signatory", partner="ATC")
    send(client_of("officer"), f"agreements/{version.uuid}/deliveries/", **delivery())
    given = models.Delivery.objects.get().uuid
    picture = sent().uuid
    proposal = propose(version)

    for rest in OF_VERSION:
        assert stranger.get(f"{ROOT}agreements/{version.uuid}/{rest}").status_code == 404
    for rest in ACTS:
        assert post(stranger, f"agreements/{version.uuid}/{rest}").status_code in (404, 415)
    for rest in ("fulfilments", "deliveries"):
        assert send(stranger, f"agreements/{version.uuid}/{rest}/").status_code == 404
    for kind, key, acts in (
        ("deliveries", given, ("accept", "refuse")),
        ("pictures", picture, ("approve", "refuse", "withdraw")),
        ("promotions", proposal, ("approve", "refuse", "withdraw")),
    ):
        for act, which in itertools.product(acts, (key, uuid4())):
            assert post(stranger, f"{kind}/{which}/{act}/").status_code == 404
    for rest in ("pictures", "promotions"):
        assert stranger.get(f"{ROOT}partners/GSMA/{rest}/").status_code == 404
        assert stranger.get(f"{ROOT}partners/NONE/{rest}/").status_code == 404
    assert post(stranger, "partners/GSMA/promotions/", proposal_of(version)).status_code == 404
    # Nor under the name of their own partner.
    assert post(stranger, "partners/ATC/promotions/", proposal_of(version)).status_code == 404


def test_who_is_signed_out_is_told_to_sign_in(version):
    for rest in ("agreements/", f"agreements/{version.uuid}/", "partners/GSMA/pictures/"):
        assert Client().get(ROOT + rest).status_code == 401


# --- Records --------------------------------------------------------------------------------------


def test_an_obligation_is_recorded_with_its_evidence_once_for_a_key(version):
    officer, path = client_of("officer"), f"agreements/{version.uuid}/fulfilments/"

    first = send(officer, path, key="a", file=pdf(), **fulfilment())
    again = send(officer, path, key="a", file=pdf(), **fulfilment())
    other = send(officer, path, key="a", file=pdf(PDF + b"2"), **fulfilment())

    assert (first.status_code, again.status_code) == (201, 201), first.content
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "KeyReused")
    (row,) = models.Fulfilment.objects.all()
    assert bytes(row.file.content) == PDF
    assert models.EvidenceFile.objects.count() == 1
    promises = officer.get(f"{ROOT}agreements/{version.uuid}/promises/").json()
    assert promises["obligations"][0]["due_dates"][0]["state"] == "kept"


def test_two_people_may_use_the_same_key(version):
    path = f"agreements/{version.uuid}/deliveries/"

    for role in ("officer", "finance"):
        assert send(client_of(role), path, key="a", **delivery()).status_code == 201
    assert models.Delivery.objects.count() == 2


def test_without_a_key_nothing_is_recorded(version):
    path = f"{ROOT}agreements/{version.uuid}/deliveries/"

    answer = client_of("officer").post(path, delivery())

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]


@pytest.mark.parametrize(
    ("role", "statuses"),
    [("officer", (201, 201, 201)), ("signatory", (201, 201, 201)), ("finance", (403, 201, 403))],
)
def test_each_role_records_what_the_table_says(version, role, statuses):
    client, path = client_of(role), f"agreements/{version.uuid}"

    answers = (
        send(client, f"{path}/fulfilments/", **fulfilment()),
        send(client, f"{path}/deliveries/", **delivery()),
        post(client, f"{path}/actuals/", ACTUAL),
    )

    assert tuple(one.status_code for one in answers) == statuses


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"amount": "12.345"}, 400, "amount"),
        ({"amount": "1e9"}, 400, "amount"),
        ({"currency": "ZZZ"}, 400, "ZZZ"),
        ({"currency": "EUR"}, 409, "counted in USD"),
        ({"delivered_on": "2027-02-02"}, 409, "has not come"),
        ({"delivered_on": "soon"}, 400, "delivered_on"),
        ({"evidence": "x" * 501}, 400, "evidence"),
        ({"code": "NONE"}, 404, "NONE"),
        ({"by": "1"}, 400, "by"),
        ({"file": b"MZ"}, 400, "PDF"),
    ],
)
def test_what_is_wrong_with_a_delivery_is_told(version, wrong, status, said):
    path = f"agreements/{version.uuid}/deliveries/"
    if "file" in wrong:
        wrong = {"file": pdf(wrong["file"])}  # a file is read once

    answer = send(client_of("officer"), path, **delivery(**wrong))

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert said in json.dumps(answer.json(), ensure_ascii=False)
    assert not models.Delivery.objects.exists()


@pytest.mark.parametrize("due", ["0001-01-01", "2027-02-01", "9999-12-31"])
def test_a_day_on_which_nothing_is_due_is_told_however_far_it_lies(version, due):
    path = f"agreements/{version.uuid}/fulfilments/"

    answer = send(client_of("officer"), path, **fulfilment(code="REPORT", due=due))

    assert (answer.status_code, answer.json()["code"]) == (409, "RecordRefused")
    assert f"REPORT is not due on {due}." in answer.json()["detail"]


def test_a_file_that_is_too_large_is_told_before_it_is_read(version, settings):
    settings.PARTNERSHIPS_EVIDENCE_MAX_BYTES = 2048
    path = f"agreements/{version.uuid}/fulfilments/"

    for size in (4096, 200_000):
        big = pdf(PDF + b"x" * size)
        answer = send(client_of("officer"), path, file=big, **fulfilment())
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_second_person_lets_a_delivery_count(version):
    officer = client_of("officer", "accept_delivery")
    send(officer, f"agreements/{version.uuid}/deliveries/", **delivery())
    key = models.Delivery.objects.get().uuid
    accept = f"deliveries/{key}/accept/"

    assert post(officer, accept).status_code == 403
    assert post(client_of("finance"), accept).status_code == 403
    colleague = client_of("", "view_agreement", "accept_delivery")
    told = post(colleague, accept).json()

    assert told["contributions"][0]["delivered"] == {"amount": "500.00", "currency": "USD"}
    assert post(colleague, f"deliveries/{key}/refuse/", {"reason": "No"}).status_code == 409


# --- Signatures and suspension --------------------------------------------------------------------


def test_a_signatory_consents_to_the_text_that_was_read():
    version = load_approved()[0]
    path, seen = f"agreements/{version.uuid}/consent/", {"checksum": version.checksum}
    signatory = client_of("signatory")

    assert post(client_of("officer"), path, seen).status_code == 403
    changed = post(signatory, path, {"checksum": "0" * 64})
    assert (changed.status_code, changed.json()["code"]) == (409, "TextChanged")
    told = post(signatory, path, seen).json()
    assert [(one["side"], one["means"]) for one in told["signatures"]] == [("partner", "consent")]
    assert post(signatory, path, seen).json()["code"] == "AlreadySigned"


def test_a_colleague_records_a_signature_on_paper():
    version = load_approved()[0]
    path = f"agreements/{version.uuid}/sign/"
    body = {"side": "host", "signed_by": "H. Host"}

    assert post(client_of("signatory"), path, body).status_code == 403
    told = post(client_of("", "view_agreement", "sign_agreementversion"), path, body).json()

    assert [one["signed_by"] for one in told["signatures"]] == ["H. Host"]


def test_one_person_suspends_everything_and_two_put_it_back(version):
    colleague = client_of("", "view_agreement", "suspend_agreement")
    path, why = f"agreements/{version.uuid}", {"reason": "Review"}

    assert post(client_of("officer"), f"{path}/suspend/", why).status_code == 403
    assert post(colleague, f"{path}/suspend/", why).json()["standing"] == "suspended"
    assert Client().get(f"{ROOT}courses/{COURSE}/marks/").json()["marks"] == []
    assert post(colleague, f"{path}/suspend/", why).json()["code"] == "AlreadySuspended"
    second = client_of("", "view_agreement", "suspend_agreement", "confirm_resumerequest")
    assert post(second, f"{path}/resume/confirm/").json()["code"] == "ResumeRefused"
    assert post(colleague, f"{path}/resume/", why).json()["standing"] == "suspended"
    assert post(colleague, f"{path}/resume/confirm/").status_code == 403
    assert post(second, f"{path}/resume/refuse/", why).json()["standing"] == "suspended"
    assert post(second, f"{path}/resume/", why).json()["standing"] == "suspended"
    assert post(second, f"{path}/resume/confirm/").json()["code"] == "SecondPersonNeeded"
    assert post(second, f"{path}/resume/refuse/", why).status_code == 200
    assert post(colleague, f"{path}/resume/", why).status_code == 200
    assert post(second, f"{path}/resume/confirm/").json()["is_in_force"] is True


# --- Pictures and promotions ----------------------------------------------------------------------


def test_a_picture_is_sent_approved_and_withdrawn(version):
    officer = client_of("officer")
    file = SimpleUploadedFile("a.svg", drawing())

    answer = send(
        officer, "partners/GSMA/pictures/", background="light", seen_en="Waves", file=file
    )
    assert answer.status_code == 201, answer.content
    key = answer.json()["uuid"]
    assert post(officer, f"pictures/{key}/approve/").status_code == 403
    colleague = client_of("", "approve_brandasset")
    assert post(colleague, f"pictures/{key}/approve/").json()["state"] == "shown"
    assert post(officer, f"pictures/{key}/withdraw/", {"reason": "Old"}).json()["reason"] == "Old"
    listed = officer.get(f"{ROOT}partners/GSMA/pictures/").json()["results"]
    assert [one["state"] for one in listed] == ["withdrawn"]


def test_what_is_no_mark_is_told_as_on_the_pages(version):
    file = SimpleUploadedFile("a.svg", b"<svg><script/></svg>")

    answer = send(
        client_of("officer"), "partners/GSMA/pictures/",
        background="light", seen_en="Waves", file=file,
    )  # fmt: skip

    assert (answer.status_code, answer.json()["code"]) == (400, "MarkRefused")


def proposal_of(version, **more):
    return {
        "agreement": str(version.uuid), "place": "course", "course": COURSE, "language": "en",
        "text": "Free reports", "url": "https://www.gsma.example/", "first_day": "2027-02-01",
        "last_day": "2027-09-30", **more,
    }  # fmt: skip


def propose(version):
    answer = post(client_of("officer"), "partners/GSMA/promotions/", proposal_of(version))
    assert answer.status_code == 201, answer.content
    return answer.json()["uuid"]


def test_a_promotion_is_proposed_approved_shown_and_withdrawn(version):
    key = propose(version)
    shown = f"{ROOT}courses/{COURSE}/marks/"
    assert Client().get(shown).json()["promotions"] == []

    colleague = client_of("", "approve_promotion")
    assert post(colleague, f"promotions/{key}/approve/").json()["state"] == "shown"
    assert [one["uuid"] for one in Client().get(shown).json()["promotions"]] == [key]
    told = post(client_of("officer"), f"promotions/{key}/withdraw/", {"reason": "Old"}).json()
    assert told["state"] == "withdrawn"
    assert Client().get(shown).json()["promotions"] == []


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"course": "course-v1:A+B+C"}, "course"),
        ({"last_day": "2027-10-01"}, "days"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_a_proposal_says_by_name_what_is_wrong(version, wrong, fault):
    body = proposal_of(version, **wrong)

    answer = post(client_of("officer"), "partners/GSMA/promotions/", body)

    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["fault"]) == ("PromotionRefused", fault)


def test_finance_proposes_nothing_and_who_proposed_it_does_not_approve_it(version):
    path = "partners/GSMA/promotions/"
    assert post(client_of("finance"), path, proposal_of(version)).status_code == 403

    both = client_of("officer", "approve_promotion")
    key = post(both, path, proposal_of(version)).json()["uuid"]

    assert post(both, f"promotions/{key}/approve/").status_code == 403


# --- The description, and faults ------------------------------------------------------------------


def family(root=PartnershipsError):
    """Every class of error of ours."""
    kinds = [root, *(kind for one in root.__subclasses__() for kind in family(one))]
    return [kind for kind in kinds if kind.__module__ == exceptions.__name__]


def test_every_error_of_the_family_has_its_status():
    assert len(family()) > 25
    assert set(family()) - set(STATUSES) == set()
