"""Who gives something under an agreement of another partner records that, and sees only that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.partnerships import (
    APPROVER,
    LONG_AGO,
    PROMISES,
    load_approved,
    put_in_force,
    terms_text,
    version_text,
)
from fairgate import clock
from fairgate.money import Money
from partnerships import api, models, permissions

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
ROOT = "/fairgate/partners/"
REST = "/fairgate/partners/api/v1/"
#: The venue gives its rooms under the agreement of GSMA.
OF_THE_VENUE = PROMISES.replace("code: EXPERTS, from: GSMA", "code: EXPERTS, from: ATC")
PDF = b"%PDF-1.7 an invoice"


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def version():
    """An agreement of GSMA in force, under which ATC gives something too."""
    return put_in_force(terms_text(version_text(promises=OF_THE_VENUE)))[0]


def be(client: Client, role: str, *, partner: str = "ATC", may: tuple[str, ...] = ()) -> User:
    user = User.objects.create_user(f"{role}-{partner}-{uuid4().hex[:6]}")
    api.add_person(user.pk, partner_code=partner, role=role, by=APPROVER, at=LONG_AGO)
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(user)
    return user


def page(version, rest="", *, partner="ATC"):
    return f"{ROOT}{partner}/agreements/{version.uuid}/{rest}"


def told(**more):
    return {
        "key": str(uuid4()), "day": "2027-01-10", "amount": "650.00", "evidence": "Invoice 3",
        **more,
    }  # fmt: skip


def pdf():
    return SimpleUploadedFile("a.pdf", PDF)


EXPERTS, GRANT = "contributions/EXPERTS/", "contributions/GRANT/"


def test_their_own_place_leads_to_what_they_give_elsewhere(client, version):
    be(client, "officer")

    shown = client.get(f"{ROOT}ATC/").content.decode()

    assert "What you give under agreements of others" in shown
    assert page(version) in shown
    assert "EXPERTS: Days of experts" in shown  # among what comes next
    assert "GRANT" not in shown


def test_the_partner_of_the_agreement_is_not_told_that_it_is_somebody_elses(client, version):
    be(client, "officer", partner="GSMA")

    assert "agreements of others" not in client.get(f"{ROOT}GSMA/").content.decode()


def test_they_see_their_own_contribution_and_nothing_else_of_the_agreement(client, version):
    be(client, "officer")

    shown = client.get(page(version)).content.decode()

    assert "Contribution EXPERTS" in shown
    assert "This is an agreement of GSMA." in shown
    for other in ("GRANT", "ROOM", "REPORT", "TRAINED", "G. Partner", version.checksum, "PDF"):
        assert other not in shown, other


@pytest.mark.parametrize(
    "rest",
    [GRANT, "obligations/ROOM/2027-01-15/", "outcomes/TRAINED/", "consent/"],
)
def test_what_is_not_theirs_is_not_there(client, version, rest):
    be(client, "signatory")

    for partner in ("ATC", "GSMA"):
        assert client.get(page(version, rest, partner=partner)).status_code == 404
        assert client.post(page(version, rest, partner=partner), told()).status_code == 404
    assert client.get(page(version, partner="GSMA")).status_code == 404
    assert client.get(f"{ROOT}agreements/{version.uuid}.pdf").status_code == 404
    assert not models.Delivery.objects.exists()


@pytest.mark.parametrize("role", ["officer", "signatory", "finance"])
def test_they_record_what_they_have_delivered_with_its_evidence(client, version, role):
    user = be(client, role)

    answer = client.post(page(version, EXPERTS), told(file=pdf()), follow=True)

    assert answer.redirect_chain == [(page(version), 302)]
    assert "Waits for a second person" in answer.content.decode()
    row = models.Delivery.objects.get()
    assert (row.asked_by, row.contribution.party, bytes(row.file.content)) == (user.pk, "ATC", PDF)


def test_they_correct_and_take_back_their_own(client, version):
    user = be(client, "finance")
    given = {"amount": Money(650, "USD"), "delivered_on": date(2027, 1, 10), "by": user.pk}
    accepted, waiting = (
        api.record_delivery(version.uuid, "EXPERTS", evidence=text, at=NOW, **given)
        for text in ("Invoice 3", "Invoice 4")
    )
    api.accept_delivery(accepted, by=902, at=NOW)

    client.post(page(version, f"{EXPERTS}{accepted}/correct/"), told(amount="600.00"))
    client.post(page(version, f"{EXPERTS}{waiting}/take-back/"), {"reason": "Sent twice."})

    assert models.Delivery.objects.get(replaces__uuid=accepted).amount_minor == 60_000
    assert models.Delivery.objects.get(uuid=waiting).refused_by == user.pk


@pytest.mark.parametrize("root", [ROOT, REST])
def test_a_file_is_for_who_delivered_and_for_whose_agreement_it_is(client, version, root):
    be(client, "finance")
    client.post(page(version, EXPERTS), told(file=pdf()))
    theirs = models.Delivery.objects.get().file.uuid
    by_gsma = api.record_delivery(
        version.uuid, "GRANT", amount=Money(5, "USD"), delivered_on=date(2027, 1, 10),
        evidence="Transfer 9", file=PDF, by=1, at=NOW,
    )  # fmt: skip
    others = models.Delivery.objects.get(uuid=by_gsma).file.uuid

    assert client.get(f"{root}evidence/{theirs}/").status_code == 200
    assert client.get(f"{root}evidence/{others}/").status_code == 404
    be(client, "finance", partner="GSMA")
    assert client.get(f"{root}evidence/{theirs}/").status_code == 200
    assert client.get(f"{root}evidence/{others}/").status_code == 200


def test_before_both_have_signed_they_see_nothing(client):
    version = load_approved(terms_text(version_text(promises=OF_THE_VENUE)))[0]
    be(client, "officer")

    assert client.get(page(version)).status_code == 404
    assert "agreements of others" not in client.get(f"{ROOT}ATC/").content.decode()


def test_who_only_has_a_role_on_a_course_and_gives_nothing_sees_nothing(client):
    version = put_in_force(terms_text(version_text(promises=PROMISES)))[0]
    be(client, "officer")

    assert client.get(page(version)).status_code == 404


def test_they_do_not_accept_what_they_gave_whatever_they_may_else(client, version):
    user = be(client, "finance", may=("accept_delivery", "view_agreement"))
    record = api.record_delivery(
        version.uuid, "EXPERTS", amount=Money(5, "USD"), delivered_on=date(2027, 1, 10),
        evidence="Invoice 3", by=1, at=NOW,
    )  # fmt: skip

    answer = client.post(f"{REST}deliveries/{record}/accept/", {}, content_type="application/json")

    assert answer.status_code == 403
    assert models.Delivery.objects.get().confirmed_at is None
    assert permissions.may_record_delivery(user, "GSMA", party="ATC")
    assert not permissions.may_record_delivery(user, "GSMA", party="GSMA")


def test_what_the_host_gives_no_partner_records(client):
    gives = PROMISES.replace("code: EXPERTS, from: GSMA", "code: EXPERTS, from: PLATFORM")
    put_in_force(terms_text(version_text(promises=gives)))
    user = be(client, "officer", partner="GSMA")

    assert not permissions.may_record_delivery(user, "GSMA", party="PLATFORM")


# --- REST -----------------------------------------------------------------------------------------


def test_programs_see_and_record_the_same(client, version):
    be(client, "finance")
    path = f"{REST}agreements/{version.uuid}/"

    seen = client.get(f"{path}promises/").json()
    assert [one["code"] for one in seen["contributions"]] == ["EXPERTS"]
    assert (seen["obligations"], seen["outcomes"]) == ([], [])
    assert client.get(path).status_code == 404

    fields = {"delivered_on": "2027-01-10", "amount": "650.00", "currency": "USD"}
    sent = {
        code: client.post(
            f"{path}deliveries/",
            {"code": code, "evidence": "Invoice 3", **fields},
            HTTP_IDEMPOTENCY_KEY=str(uuid4()),
        ).status_code
        for code in ("EXPERTS", "GRANT")
    }
    assert sent == {"EXPERTS": 201, "GRANT": 404}


@pytest.mark.parametrize("partner", ["ATC", "GSMA"])
def test_programs_take_back_what_their_own_user_has_recorded_and_nobody_accepted(client, partner):
    version = put_in_force(terms_text(version_text(promises=OF_THE_VENUE)))[0]
    user = be(client, "finance", partner=partner)
    given = {"amount": Money(5, "USD"), "delivered_on": date(2027, 1, 10), "evidence": "Invoice 3"}
    own, others = (
        api.record_delivery(version.uuid, "EXPERTS", **given, by=by, at=NOW) for by in (user.pk, 99)
    )

    told = {
        record: client.post(
            f"{REST}deliveries/{record}/refuse/",
            {"reason": "Sent twice."},
            content_type="application/json",
        )
        for record in (own, others)
    }

    assert (told[own].status_code, told[others].status_code) == (200, 403)
    assert models.Delivery.objects.get(uuid=own).refused_by == user.pk
    assert models.Delivery.objects.get(uuid=others).refused_by is None
    seen = [one["code"] for one in told[own].json()["contributions"]]
    assert seen == (["EXPERTS"] if partner == "ATC" else ["GRANT", "EXPERTS"])


def test_programs_take_back_nothing_that_they_do_not_see(client, version):
    be(client, "finance")
    record = api.record_delivery(
        version.uuid, "GRANT", amount=Money(5, "USD"), delivered_on=date(2027, 1, 10),
        evidence="Transfer 9", by=1, at=NOW,
    )  # fmt: skip

    path = f"{REST}deliveries/{record}/refuse/"
    answer = client.post(path, {"reason": "No."}, content_type="application/json")

    assert answer.status_code == 404
    assert models.Delivery.objects.get().refused_by is None
