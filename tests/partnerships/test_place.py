"""A partner's own place: what its people see, record and sign there, and nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.partnerships import (
    AGREEMENT,
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
from partnerships import api, models, views_consent
from partnerships.data import Standing

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
OWN = "/fairgate/partners/GSMA/"
PDF = b"%PDF-1.7 a report"


@pytest.fixture(autouse=True)
def moment() -> Iterator[list[datetime]]:
    """The time it is; a test may change it."""
    now = [NOW]
    clock.use(lambda: now[0])
    yield now
    clock.use(None)


@pytest.fixture
def version():
    """An agreement in force in which both sides promise something."""
    return put_in_force(terms_text(version_text(promises=PROMISES)))[0]


def be(client: Client, role: str = "", *, partner: str = "GSMA", may: tuple[str, ...] = ()) -> User:
    """Sign in as a partner's person, or as a colleague with permissions."""
    user = User.objects.create_user(f"{role or 'somebody'}-{partner}", first_name="Grace")
    if role:
        api.add_person(user.pk, partner_code=partner, role=role, by=APPROVER, at=LONG_AGO)
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(user)
    return user


def page_of(version, rest="") -> str:
    return f"{OWN}agreements/{version.uuid}/{rest}"


def told(**more):
    return {"key": str(uuid4()), "day": "2027-01-10", "evidence": "Letter 7", **more}


def pdf(content=PDF):
    return SimpleUploadedFile("../../report.exe", content)


def text_of(answer) -> str:
    return answer.content.decode()


ROOM = "obligations/ROOM/2027-01-15/"
GRANT = "contributions/GRANT/"
TRAINED = "outcomes/TRAINED/"


def test_the_overview_says_what_is_late_and_what_comes_next(client, version):
    be(client, "officer")

    shown = text_of(client.get(OWN))

    assert "ROOM was due on 2027-01-15" in shown
    assert "EXPERTS: Days of experts" in shown
    assert "Agreement GSMA-SPECTRUM, version 1 ends" in shown
    assert shown.index("2027-06-30") < shown.index("Agreement GSMA-SPECTRUM, version 1 ends")
    assert "Partnership officer" in shown


def test_contacts_are_for_the_partners_people_and_not_for_every_colleague(client, version):
    be(client, may=("view_agreement",))
    assert "somebody@example.org" not in text_of(client.get(OWN))

    be(client, "finance")
    assert "somebody@example.org" in text_of(client.get(OWN))


def test_what_an_agreement_says_is_shown_as_it_was_typed_and_never_as_markup(client):
    script = "<script>alert(1)</script>"
    promises = PROMISES.replace("A lab for 40 people", script).replace("A grant", script)
    said = version_text(promises=promises.replace("Regulators trained", script))
    text = terms_text(said.replace("Train 200 regulators of LDC and SIDS.", script))
    version = put_in_force(text)[0]
    be(client, "officer")

    for path in (OWN, page_of(version), page_of(version, GRANT), page_of(version, ROOM)):
        page = text_of(client.get(path))
        assert script not in page
        assert "&lt;script&gt;alert(1)" in page
    assert version.goals == (script,)


def test_the_agreement_says_where_each_promise_stands(client, version):
    be(client, "officer")

    shown = text_of(client.get(page_of(version)))

    assert "In force" in shown
    assert "A lab for 40 people" in shown
    assert "USD 20,000.00" in shown or "20000.00" in shown
    assert "Regulators trained" in shown
    for rest in (ROOM, GRANT, TRAINED):
        assert page_of(version, rest) in shown


def test_it_says_why_it_is_not_in_force(client, version):
    api.suspend(AGREEMENT, by="officer", reason="Review", at=NOW)
    be(client, "officer")

    assert "The agreement is suspended." in text_of(client.get(page_of(version)))


@pytest.mark.parametrize("rest", ["", "consent/", ROOM, GRANT, TRAINED])
def test_of_another_partners_agreement_there_is_nothing(client, version, rest):
    be(client, "signatory", partner="ATC")

    assert client.get(page_of(version, rest)).status_code == 404
    assert client.post(page_of(version, rest), told()).status_code in (404, 405)
    # Nor under the name of their own partner.
    own = page_of(version, rest).replace("/GSMA/", "/ATC/")
    assert client.get(own).status_code == 404
    assert not models.Fulfilment.objects.exists()


@pytest.mark.parametrize("rest", ["", "consent/", ROOM, GRANT, TRAINED])
def test_who_is_signed_out_is_asked_to_sign_in(client, version, rest):
    answer = client.get(page_of(version, rest))

    assert answer.status_code == 302
    assert "next=/fairgate/partners/GSMA/agreements/" in answer["Location"]


@pytest.mark.parametrize(
    ("role", "rest", "status"),
    [
        ("officer", ROOM, 200),
        ("officer", GRANT, 200),
        ("officer", TRAINED, 200),
        ("signatory", ROOM, 200),
        ("signatory", GRANT, 200),
        ("signatory", TRAINED, 200),
        ("finance", ROOM, 404),
        ("finance", GRANT, 200),
        ("finance", TRAINED, 404),
    ],
)
def test_each_role_has_the_forms_of_the_table(client, version, role, rest, status):
    be(client, role)

    assert client.get(page_of(version, rest)).status_code == status
    linked = page_of(version, rest) in text_of(client.get(page_of(version)))
    assert linked is (status == 200)


@pytest.mark.parametrize(
    "rest",
    ["obligations/NONE/2027-01-15/", "obligations/ROOM/2027-01-16/", "obligations/ROOM/x/",
     "contributions/NONE/", "outcomes/NONE/"],
)  # fmt: skip
def test_what_was_not_promised_is_not_there(client, version, rest):
    be(client, "signatory")

    assert client.get(page_of(version, rest)).status_code == 404


def test_before_both_have_signed_nothing_is_recorded(client):
    version = load_approved(terms_text(version_text(promises=PROMISES)))[0]
    be(client, "signatory")

    assert client.get(page_of(version, ROOM)).status_code == 404
    assert page_of(version, ROOM) not in text_of(client.get(page_of(version)))


def test_an_obligation_is_recorded_with_a_file_that_has_no_name(client, version):
    user = be(client, "officer")

    answer = client.post(page_of(version, ROOM), told(file=pdf()), follow=True)

    assert answer.redirect_chain == [(page_of(version), 302)]
    assert "It is recorded." in text_of(answer)
    assert "Letter 7" in text_of(answer)
    row = models.Fulfilment.objects.get()
    assert (row.recorded_by, row.fulfilled_on, bytes(row.file.content)) == (
        user.pk, date(2027, 1, 10), PDF,
    )  # fmt: skip
    file = client.get(f"/fairgate/partners/evidence/{row.file.uuid}/")
    assert file["Content-Disposition"].startswith("attachment")
    assert "exe" not in file["Content-Disposition"]


def test_a_record_is_corrected_by_another_one(client, version):
    be(client, "officer")
    client.post(page_of(version, ROOM), told())

    drawn = text_of(client.get(page_of(version, ROOM)))
    assert "It was met" in drawn
    corrected = re.search(r'name="replaces" value="([0-9a-f-]{36})"', drawn)[1]
    sent = told(evidence="It was another room", replaces=corrected)
    client.post(page_of(version, ROOM), sent)

    obligation = api.promises(version.uuid, at=NOW).obligations[0]
    assert obligation.due_dates[0].state == "late"
    assert models.Fulfilment.objects.count() == 2


def test_a_form_that_is_sent_twice_is_recorded_once(client, version):
    be(client, "finance")
    form = told(amount="500.00")

    client.post(page_of(version, GRANT), form)
    client.post(page_of(version, GRANT), form)

    assert models.Delivery.objects.count() == 1


def test_an_obligation_that_is_sent_twice_is_recorded_once_and_said_to_be(client, version):
    be(client, "officer")
    form = told()

    first = client.post(page_of(version, ROOM), form)
    again = client.post(page_of(version, ROOM), form)

    assert (first.status_code, again.status_code) == (302, 302)
    assert models.Fulfilment.objects.count() == 1


def test_a_form_from_before_somebody_recorded_it_takes_nothing_back(client, version):
    """Two officers open the page; what the second one sends says nothing of the first one's."""
    be(client, "officer")
    client.post(page_of(version, ROOM), told())
    other = Client()
    be(other, "signatory")

    answer = other.post(page_of(version, ROOM), told())

    assert answer.status_code == 400
    assert "Somebody has recorded something here meanwhile." in text_of(answer)
    due = api.promises(version.uuid, at=NOW).obligations[0].due_dates[0]
    assert due.state == "kept"
    assert models.Fulfilment.objects.count() == 1


def test_a_delivery_waits_for_a_second_person(client, version):
    be(client, "finance")

    answer = client.post(page_of(version, GRANT), told(amount="20000.00"), follow=True)

    assert "Waits for a second person" in text_of(answer)
    delivery = models.Delivery.objects.get()
    assert (delivery.amount_minor, delivery.currency) == (2_000_000, "USD")
    assert api.promises(version.uuid, at=NOW).contributions[0].delivered == Money(0, "USD")


def test_a_value_is_reported(client, version):
    be(client, "officer")

    client.post(page_of(version, TRAINED), told(value="42"))

    assert api.promises(version.uuid, at=NOW).outcomes[0].actual == 42


@pytest.mark.parametrize(
    ("rest", "wrong", "said"),
    [
        (ROOM, {"day": "2027-02-02"}, "has not come yet"),
        (ROOM, {"day": "2026-09-30"}, "before the first day"),
        (ROOM, {"day": ""}, "on which day"),
        (ROOM, {"day": "10/01/2027"}, "like 2026-11-23"),
        (ROOM, {"evidence": " "}, "what this rests on"),
        (ROOM, {"evidence": "a\x00b"}, "ull characters"),
        (ROOM, {"evidence": "a\u2028b"}, "control characters"),
        (ROOM, {"evidence": "x" * 501}, "500"),
        (GRANT, {"amount": "0"}, "larger than nothing"),
        (GRANT, {"amount": "12.345"}, "more decimals"),
        (GRANT, {"amount": "-5"}, "is not an amount"),
        (GRANT, {"amount": "1e3"}, "is not an amount"),
        (TRAINED, {"value": "NaN"}, "number"),
        (TRAINED, {"value": "1.00001"}, "decimal"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(client, version, rest, wrong, said):
    be(client, "officer")
    form = told(amount="12.00", value="42", evidence="Letter of 3 May")

    answer = client.post(page_of(version, rest), {**form, **wrong})

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert 'id="faults"' in text_of(answer)
    if "evidence" not in wrong:
        assert "Letter of 3 May" in text_of(answer)
    assert form["key"] in text_of(answer)
    assert not any(
        kind.objects.exists() for kind in (models.Fulfilment, models.Delivery, models.Actual)
    )


@pytest.mark.parametrize("content", [b"MZ\x90", b"<svg onload=alert(1)>", b"", b"PK\x03\x04"])
def test_a_file_of_another_kind_is_not_taken_and_the_texts_stay(client, version, content):
    be(client, "officer")

    answer = client.post(page_of(version, ROOM), told(file=pdf(content)))

    assert answer.status_code == 400
    assert "Evidence is a PDF, a PNG or a JPEG file." in text_of(answer)
    assert "Letter 7" in text_of(answer)
    assert not models.Fulfilment.objects.exists()


def test_a_file_that_is_too_large_costs_no_text(client, version, settings):
    settings.PARTNERSHIPS_EVIDENCE_MAX_BYTES = 2048
    be(client, "officer")

    answer = client.post(page_of(version, ROOM), told(file=pdf(PDF + b"x" * 70_000)))

    assert answer.status_code == 400
    assert "more than 2 kB" in text_of(answer)
    assert "Letter 7" in text_of(answer)


def test_a_csrf_token_is_needed_for_a_record(client, version):
    user = be(client, "officer")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)

    assert strict.post(page_of(version, ROOM), told()).status_code == 403
    token = strict.get(page_of(version, ROOM)).context["csrf_token"]
    sent = strict.post(page_of(version, ROOM), told(csrfmiddlewaretoken=str(token)))
    assert sent.status_code == 302


# --- Consent --------------------------------------------------------------------------------------


@pytest.fixture
def approved():
    """A text that waits for both signatures."""
    return load_approved(terms_text())[0]


def consent(client, version, **more):
    form = {"checksum": version.checksum, "agreed": "on", **more}
    return client.post(page_of(version, "consent/"), form, follow=True)


def test_a_signatory_reads_the_text_and_signs(client, approved):
    user = be(client, "signatory")
    shown = text_of(client.get(page_of(approved, "consent/")))
    assert approved.checksum in shown
    assert "I have read this text and agree to it in the name of GSM Association." in shown

    answer = consent(client, approved)

    assert "You have signed." in text_of(answer)
    signature = models.Signature.objects.get()
    assert (signature.user_id, signature.side, signature.checksum) == (
        user.pk, "partner", approved.checksum,
    )  # fmt: skip


@pytest.mark.parametrize("role", ["officer", "finance"])
def test_nobody_else_signs(client, approved, role):
    be(client, role)

    assert client.get(page_of(approved, "consent/")).status_code == 404
    assert consent(client, approved).status_code == 404
    assert "Read and sign" not in text_of(client.get(page_of(approved)))
    assert not models.Signature.objects.exists()


def test_without_the_tick_nothing_is_signed(client, approved):
    be(client, "signatory")

    answer = consent(client, approved, agreed="")

    assert answer.status_code == 400
    assert "Please tick that you agree" in text_of(answer)
    assert not models.Signature.objects.exists()


def test_a_text_that_was_not_seen_is_shown_again_and_not_signed(client, approved):
    be(client, "signatory")

    answer = consent(client, approved, checksum="0" * 64)

    assert answer.status_code == 409
    assert "The text has changed" in text_of(answer)
    (kept,) = re.findall(r'name="checksum" value="(\w+)"', text_of(answer))
    assert kept == approved.checksum
    assert not models.Signature.objects.exists()


def test_who_approved_it_for_the_host_is_told_that_somebody_else_signs(client, approved):
    user = be(client, "signatory")
    models.ReviewRound.objects.update(confirmed_by=user.pk)

    answer = consent(client, approved)

    assert "does not sign it for the partner." in text_of(answer)
    assert not models.Signature.objects.exists()


def test_where_the_clock_of_a_server_is_behind_the_approval_it_is_said_in_words(client, approved):
    be(client, "signatory")
    models.ReviewRound.objects.update(confirmed_at=NOW + timedelta(seconds=1))
    with patch.object(views_consent, "may_consent_now", return_value=True):
        answer = consent(client, approved)

    assert answer.status_code == 200
    assert "The last record of GSMA-SPECTRUM v1 is of 2027-02-01 12:00:01 UTC;" in text_of(answer)
    assert not models.Signature.objects.exists()


def test_what_is_signed_already_is_not_signed_again(client, version):
    be(client, "signatory")

    answer = consent(client, version)

    assert "This text cannot be signed now." in text_of(answer)
    assert api.version(version.uuid, at=NOW).standing is Standing.IN_FORCE
