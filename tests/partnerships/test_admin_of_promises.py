"""What came of promises, in the admin: recorded, accepted by another, shown, never edited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from factories.partnerships import PROMISES, put_in_force, terms_text, version_text
from fairgate import clock
from fairgate.money import Money
from partnerships import api, models
from partnerships.data import PromiseState

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
PDF = b"%PDF-1.7 evidence"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def version():
    open_ended = version_text(promises=PROMISES).replace("    valid_until: 2027-09-30\n", "")
    (found,) = put_in_force(terms_text(open_ended))
    return found.uuid


def sign_in(client, *codenames, name="op"):
    user, _new = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def act(client, model, action, pk, **fields):
    url = reverse(f"admin:partnerships_{model}_changelist")
    data = {"action": action, "_selected_action": [pk], **fields}
    response = client.post(url, data, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def add(client, model, **told):
    return client.post(reverse(f"admin:partnerships_{model}_add"), told)


def delivery(**told):
    grant = models.VersionContribution.objects.get(code="GRANT")
    return {
        "contribution": grant.pk, "amount": "5000.00", "delivered_on": "2026-12-01",
        "reference": "Receipt 7", **told,
    }  # fmt: skip


def test_a_delivery_is_recorded_with_its_file_and_accepted_by_another(client, version):
    sign_in(client, "view_delivery", "record_delivery", "accept_delivery")
    file = SimpleUploadedFile("../../<b>.pdf.exe", PDF, content_type="text/html")
    assert add(client, "delivery", **delivery(upload=file)).status_code == 302
    row = models.Delivery.objects.get()
    assert (row.amount_minor, row.file.content_type) == (500_000, "application/pdf")

    assert "Another person" in act(client, "delivery", "accept", row.pk)
    sign_in(client, "view_delivery", "accept_delivery", name="second")
    assert act(client, "delivery", "accept", row.pk) == "Recorded."

    (grant, _experts) = api.promises(version, at=NOW).contributions
    assert grant.delivered == Money("5000.00", "USD")
    page = client.get(reverse("admin:partnerships_delivery_change", args=[row.pk]))
    assert "Receipt 7" in page.content.decode()


def test_what_does_not_fit_is_said_on_the_form_and_nothing_is_written(client, version, settings):
    sign_in(client, "view_delivery", "record_delivery")
    settings.PARTNERSHIPS_EVIDENCE_MAX_BYTES = 100

    for told, fault in (
        ({"amount": "0"}, "has a worth"),
        ({"amount": "0.001"}, "decimals"),
        ({"delivered_on": "2027-03-01"}, "has not come yet"),
        ({"upload": SimpleUploadedFile("a.pdf", b"<html>")}, "a PDF, a PNG or a JPEG"),
        ({"upload": SimpleUploadedFile("a.pdf", PDF * 100)}, "too large"),
    ):
        response = add(client, "delivery", **delivery(**told))
        assert fault in response.content.decode()
    assert not models.Delivery.objects.exists()
    assert not models.EvidenceFile.objects.exists()


def test_who_may_not_record_or_accept_does_neither(client, version):
    sign_in(client, "view_delivery", "view_fulfilment", "view_actual", "view_endrecord")

    for model in ("delivery", "fulfilment", "actual", "endrecord"):
        assert client.get(reverse(f"admin:partnerships_{model}_add")).status_code == 403
        assert client.get(reverse(f"admin:partnerships_{model}_changelist")).status_code == 200
    row = api.record_delivery(
        version, "GRANT", amount=Money(5, "USD"), delivered_on=date(2026, 12, 1), evidence="R",
        by=7, at=NOW,
    )  # fmt: skip
    act(client, "delivery", "accept", models.Delivery.objects.get(uuid=row).pk)
    assert models.Delivery.objects.get().is_waiting


def test_a_fulfilment_is_recorded_and_corrected_and_a_value_is_reported(client, version):
    sign_in(client, "view_fulfilment", "view_actual", "record_fulfilment")
    room = models.VersionObligation.objects.get(code="ROOM")
    told = {
        "obligation": room.pk, "due_on": "2027-01-15", "fulfilled_on": "2027-01-14",
        "reference": "Photos",
    }  # fmt: skip
    assert add(client, "fulfilment", **told, is_met="on").status_code == 302
    first = models.Fulfilment.objects.get()
    assert add(client, "fulfilment", **told, replaces=first.pk).status_code == 302
    outcome = models.VersionOutcome.objects.get()
    add(client, "actual", outcome=outcome.pk, on="2027-01-31", value="55", source="Register")

    promised = api.promises(version, at=NOW)
    assert promised.obligations[0].due_dates[0].state is PromiseState.LATE
    assert promised.outcomes[0].actual == 55
    change = reverse("admin:partnerships_fulfilment_change", args=[first.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, told).status_code == 403


def test_an_early_end_is_asked_for_by_one_and_confirmed_by_another(client, version):
    sign_in(client, "view_endrecord", "ask_endrecord", "confirm_endrecord")
    row = models.AgreementVersion.objects.get()
    told = {"version": row.pk, "last_day": "2027-03-31", "reason": "By consent"}
    assert (
        "cannot end before"
        in add(client, "endrecord", **told | {"last_day": "2027-01-01"}).content.decode()
    )
    assert add(client, "endrecord", **told).status_code == 302
    end = models.EndRecord.objects.get()

    assert "Another person" in act(client, "endrecord", "confirm", end.pk)
    sign_in(client, "view_endrecord", "confirm_endrecord", name="second")
    assert act(client, "endrecord", "refuse", end.pk) == "Give a reason."
    assert act(client, "endrecord", "confirm", end.pk) == "Recorded."
    assert api.version(version, at=NOW).ended_on == date(2027, 3, 31)


def test_the_page_of_a_version_says_what_is_late_and_what_was_changed(client, version):
    client.force_login(User.objects.create_superuser("root"))
    row = models.AgreementVersion.objects.get()

    page = client.get(reverse("admin:partnerships_agreementversion_change", args=[row.pk]))

    said = page.content.decode()
    assert "ROOM was due on 2027-01-15: A lab for 40 people" in said
    assert "GRANT was due on 2026-12-31: USD 0.00 of USD 20,000.00 was delivered" in said


def test_evidence_is_given_to_the_partners_people_and_colleagues_as_a_file_to_keep(client, version):
    api.record_delivery(
        version, "GRANT", amount=Money(5, "USD"), delivered_on=date(2026, 12, 1), evidence="R",
        file=PDF, by=7, at=NOW,
    )  # fmt: skip
    url = reverse("partnerships:evidence", args=[models.EvidenceFile.objects.get().uuid])
    nowhere = reverse("partnerships:evidence", args=[version])
    assert client.get(url).status_code == 404
    mine = sign_in(client)
    assert client.get(url).status_code == 404
    api.add_person(mine.pk, partner_code="ATC", role="officer", at=NOW)
    assert client.get(url).status_code == 404
    api.add_person(mine.pk, partner_code="GSMA", role="officer", at=NOW)

    answer = client.get(url)

    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer["Content-Disposition"].startswith('attachment; filename="evidence-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    assert client.get(nowhere).status_code == 404
    assert client.post(url).status_code == 405
