"""What an operator does: at the command line and in the admin."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from factories.partnerships import (
    AGREEMENT,
    COURSE,
    PROMISES,
    SUBMITTER,
    account,
    colleague,
    load,
    load_approved,
    put_in_force,
    sign_anew,
    terms_text,
    version_text,
)
from fairgate import clock
from partnerships import api, handlers, models
from partnerships.data import Standing
from partnerships.exceptions import ContactRefused

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    clock.use(lambda: NOW)
    yield
    clock.use(None)


def output_of(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def operator(client: Client, *codenames: str, name: str = "op") -> None:
    """Sign in as staff with these permissions and no other."""
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


def act(client: Client, model: str, action: str, pk: int, **fields: str) -> str:
    """Choose an action for one row in the admin; the messages of the page that follows."""
    url = reverse(f"admin:partnerships_{model}_changelist")
    data = {"action": action, "_selected_action": [pk], **fields}
    response = client.post(url, data, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def test_the_command_loads_a_file_and_says_what_it_did(tmp_path: Path) -> None:
    file = tmp_path / "TERMS.yaml"
    file.write_text(terms_text(), encoding="utf-8")
    colleague("operator")

    said = output_of("partnerships_load", str(file))

    assert "added     GSMA-SPECTRUM version 1" in said
    assert "1 agreement version read" in said
    assert len(api.list_versions(at=NOW)) == 1


def test_the_command_names_the_faults_and_loads_nothing(tmp_path: Path) -> None:
    file = tmp_path / "TERMS.yaml"
    file.write_text(terms_text().replace("USD", "USX"), encoding="utf-8")

    with pytest.raises(
        CommandError, match=r"Nothing was loaded.\n.*TERMS.yaml, line 28, .*USX"
    ) as error:
        output_of("partnerships_load", str(file))
    assert error.value.returncode == 2
    assert not models.Partner.objects.exists()


def test_a_file_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(CommandError, match=r"nowhere\.yaml: cannot be read") as error:
        output_of("partnerships_load", "nowhere.yaml")
    assert error.value.returncode == 2


def test_the_command_keeps_a_name_that_fits_its_column_and_refuses_a_longer_one(
    tmp_path: Path,
) -> None:
    file = tmp_path / "TERMS.yaml"
    file.write_text(terms_text(), encoding="utf-8")

    with pytest.raises(CommandError, match="--by: is longer than 150 characters"):
        output_of("partnerships_load", str(file), "--by", "é" * 151)
    assert not models.Partner.objects.exists()

    output_of("partnerships_load", str(file), "--by", colleague("é" * 150))
    assert models.AgreementVersion.objects.get().loaded_by == "é" * 150


def test_the_status_says_what_is_in_force_and_why_the_rest_is_not() -> None:
    put_in_force()

    assert "1 version, 1 in force" in output_of("partnerships_status")
    ended = output_of("partnerships_status", "--on", "2027-10-01")
    assert "Ended  Its last day is past." in ended
    assert "1 version, 0 in force at 2027-10-01 00:00 UTC." in ended
    assert "in force at 0001-01-01 00:00 UTC." in output_of(
        "partnerships_status", "--on", "0001-01-01"
    )
    with pytest.raises(CommandError, match="“soon” is not a day"):
        output_of("partnerships_status", "--on", "soon")


def test_the_status_says_what_is_late_what_was_amended_and_what_ends_early() -> None:
    later = version_text(
        version=2,
        valid_from="2027-10-01",
        valid_until="2028-09-30",
        promises="    follows: {version: 1, amendment: 1, reason: More seats}\n",
    )
    first, _second = put_in_force(terms_text(version_text(promises=PROMISES), later))
    request = api.ask_end(first.uuid, last_day=date(2027, 1, 31), reason="?", by=1, at=NOW)
    api.confirm_end(request, by=2, at=NOW)

    said = output_of("partnerships_status", "--on", "2027-01-20")

    assert "2027-01-31 (ended early)" in said
    assert "2028-09-30  amendment 1 of version 1" in said
    assert "    late: ROOM was due on 2027-01-15: A lab for 40 people" in said


def test_the_status_fails_when_a_signed_text_was_altered() -> None:
    put_in_force()
    models.AgreementVersion.objects.update(agreed_text="{}")

    with pytest.raises(CommandError, match="differs from what was signed: GSMA-SPECTRUM version 1"):
        output_of("partnerships_status")


def test_signatures_are_recorded_in_the_admin(client) -> None:
    load_approved()
    version = models.AgreementVersion.objects.get()
    operator(client, "view_agreementversion", "sign_agreementversion")

    assert act(client, "agreementversion", "sign_for_host", version.pk) == (
        "Give the name of the signatory."
    )
    act(client, "agreementversion", "sign_for_partner", version.pk, signatory="G. Partner")
    alone = act(client, "agreementversion", "sign_for_host", version.pk, signatory="H. Host")
    assert "Another person than who saw to the other signature" in alone
    operator(client, "view_agreementversion", "sign_agreementversion", name="ann")
    act(client, "agreementversion", "sign_for_host", version.pk, signatory="H. Host")
    again = act(client, "agreementversion", "sign_for_host", version.pk, signatory="Other")

    assert "The host side signed" in again
    assert api.version(version.uuid, at=NOW).standing is Standing.IN_FORCE


def test_a_text_is_submitted_approved_and_returned_in_the_admin(client) -> None:
    load()
    version = models.AgreementVersion.objects.get()
    operator(client, "view_agreementversion", "submit_agreementversion")
    assert act(client, "agreementversion", "submit", version.pk, note="Ready") == "Recorded."
    act(client, "agreementversion", "approve", version.pk)
    assert api.version(version.uuid, at=NOW).standing is Standing.IN_REVIEW

    permissions = Permission.objects.filter(codename="approve_agreementversion")
    User.objects.get(username="op").user_permissions.add(*permissions)
    assert "by another person" in act(client, "agreementversion", "approve", version.pk)
    second = User.objects.create_superuser("second")
    client.force_login(second)
    page = client.get(reverse("admin:partnerships_agreementversion_change", args=[version.pk]))
    assert "A second person has not approved the text." in page.content.decode()
    assert act(client, "agreementversion", "approve", version.pk) == "Recorded."
    act(client, "agreementversion", "return_to_draft", version.pk, note="A word is missing.")

    (review,) = api.version(version.uuid, at=NOW).reviews
    assert (review.outcome, review.ended_by, review.note) == ("withdrawn", second.pk, "Ready")


def test_a_contact_whose_name_cannot_be_read_is_told_at_its_control(client) -> None:
    load()
    partner = models.Partner.objects.get(code="GSMA")
    client.force_login(User.objects.create_superuser("root"))
    data = {"partner": partner.pk, "role": "finance", "name": "A\u2028B", "email": "g@example.org"}

    answer = client.post(reverse("admin:partnerships_partnercontact_add"), data)

    said = answer.context["adminform"].form.errors
    assert said == {"name": ["A contact has a name of at most 150 readable characters."]}
    assert api.contacts("GSMA") == ()


def test_what_the_admin_has_begun_is_undone_when_it_is_refused(client, monkeypatch) -> None:
    # given: a refusal that comes after the service has written something
    load()
    partner = models.Partner.objects.get(code="GSMA")
    client.force_login(User.objects.create_superuser("root"))
    data = {"partner": partner.pk, "role": "finance", "name": "Grace", "email": "g@example.org"}
    add = api.add_contact

    def refuse_late(*args, **told):
        add(*args, **told)
        raise ContactRefused("A contact has an e-mail address.", field="email")

    monkeypatch.setattr(api, "add_contact", refuse_late)

    # when
    answer = client.post(reverse("admin:partnerships_partnercontact_add"), data)

    # then
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors == {
        "email": ["A contact has an e-mail address."]
    }
    assert not models.PartnerContact.objects.exists()
    assert not LogEntry.objects.exists()


def test_contacts_are_added_and_removed_in_the_admin(client) -> None:
    load()
    partner = models.Partner.objects.get(code="GSMA")
    client.force_login(User.objects.create_superuser("root"))
    data = {"partner": partner.pk, "role": "finance", "name": "Grace", "email": "g@example.org"}
    client.post(reverse("admin:partnerships_partnercontact_add"), data)
    (contact,) = api.contacts("GSMA")
    row = models.PartnerContact.objects.get(uuid=contact.uuid)

    url = reverse("admin:partnerships_partnercontact_delete", args=[row.pk])
    client.post(url, {"post": "yes"})

    assert (contact.name, api.contacts("GSMA")) == ("Grace", ())
    # Who is forgotten is not named in the admin's own log either, which nobody empties.
    named = list(LogEntry.objects.values_list("object_repr", flat=True))
    assert named == ["Finance – GSMA", "Finance – GSMA"]


def test_one_admin_action_takes_every_mark_away_and_two_people_bring_it_back(client) -> None:
    put_in_force()
    agreement = models.Agreement.objects.get()
    operator(client, "view_agreement", "suspend_agreement")

    assert act(client, "agreement", "suspend", agreement.pk) == "Give a reason."
    assert api.branding_for(COURSE, at=NOW) != ()
    assert act(client, "agreement", "suspend", agreement.pk, reason="Review") == "Recorded."
    assert api.branding_for(COURSE, at=NOW) == ()
    again = partial(act, client, "agreement", pk=agreement.pk)
    assert again("ask_resume", reason="Cleared") == "Recorded."
    operator(client, "view_agreement", "suspend_agreement", "confirm_resumerequest", name="ann")
    assert again("refuse_resume") == "Give a reason."
    assert again("refuse_resume", reason="Not yet") == "Recorded."
    assert again("ask_resume", reason="Now") == "Recorded."
    assert "Another person than who asked" in again("confirm_resume")
    assert again("refuse_resume", reason="By another") == "Recorded."
    api.ask_resume(AGREEMENT, by=SUBMITTER, reason="Cleared", at=NOW)
    assert again("confirm_resume") == "Recorded."
    assert len(api.branding_for(COURSE, at=NOW)) == 2


def test_who_may_only_look_can_neither_sign_nor_suspend(client) -> None:
    load()
    version = models.AgreementVersion.objects.get()
    operator(client, "view_agreementversion", "view_agreement")

    act(client, "agreementversion", "sign_for_host", version.pk, signatory="H. Host")
    act(client, "agreement", "suspend", version.agreement_id, reason="Review")

    assert not models.Signature.objects.exists()
    assert not models.SuspensionRecord.objects.exists()


@pytest.mark.parametrize("model", ["partner", "agreement", "agreementversion"])
def test_the_admin_shows_everything_and_edits_nothing(client, model) -> None:
    put_in_force()
    user = User.objects.create_superuser("root")
    client.force_login(user)
    row = {
        "partner": models.Partner,
        "agreement": models.Agreement,
        "agreementversion": models.AgreementVersion,
    }[model].objects.first()

    assert client.get(reverse(f"admin:partnerships_{model}_changelist")).status_code == 200
    change = reverse(f"admin:partnerships_{model}_change", args=[row.pk])
    assert client.get(change).status_code == 200
    assert client.post(change, {"code": "X"}).status_code == 403
    assert client.get(reverse(f"admin:partnerships_{model}_add")).status_code == 403
    delete = reverse(f"admin:partnerships_{model}_delete", args=[row.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 403


def test_people_are_added_in_the_admin(client) -> None:
    load()
    partner = models.Partner.objects.get(code="GSMA")
    client.force_login(User.objects.create_superuser("root"))

    client.post(
        reverse("admin:partnerships_partnerperson_add"),
        {"partner": partner.pk, "user_id": account(7), "role": "officer"},
    )

    assert api.is_person_of(7, "GSMA")


@pytest.mark.parametrize(
    ("page", "more"),
    [
        ("partnerperson", {}),
        ("partnercontact", {"name": "Grace", "email": "grace@example.org"}),
    ],
)
def test_nobody_names_themselves_as_a_signatory_in_the_admin(client, page, more) -> None:
    load()
    partner = models.Partner.objects.get(code="GSMA")
    root = User.objects.create_superuser("root")
    client.force_login(root)
    data = {"partner": partner.pk, "user_id": root.pk, "role": "signatory", **more}

    answer = client.post(reverse(f"admin:partnerships_{page}_add"), data)

    assert "Nobody names themselves as who signs for a partner" in answer.content.decode()
    assert (api.people("GSMA"), api.contacts("GSMA")) == ((), ())


@pytest.mark.parametrize(
    ("page", "more"),
    [
        ("partnerperson", {"role": "officer"}),
        ("partnercontact", {"role": "finance", "name": "Grace", "email": "grace@example.org"}),
    ],
)
def test_the_admin_says_that_an_account_is_not_there(client, page, more) -> None:
    load()
    partner = models.Partner.objects.get(code="GSMA")
    client.force_login(User.objects.create_superuser("root"))

    asked = {"partner": partner.pk, "user_id": "4711", **more}
    said = client.post(reverse(f"admin:partnerships_{page}_add"), asked)

    assert "No account here has the number 4711." in said.content.decode()
    assert not models.PartnerPerson.objects.exists()
    assert not models.PartnerContact.objects.exists()


def test_logs_name_ids_and_never_a_person(caplog) -> None:
    caplog.set_level(logging.INFO, logger="partnerships")

    sign_anew()
    api.suspend(AGREEMENT, by="Olga Officer", reason="A private matter", at=NOW)

    said = caplog.text
    assert "agreement version signed: version=" in said
    assert [word in said for word in ("G. Partner", "H. Host", "Olga", "private")] == [False] * 4


def test_a_retired_user_is_forgotten() -> None:
    load()
    user = User.objects.create_user("grace")
    api.add_person(user.pk, partner_code="GSMA", role="officer", at=NOW)

    handlers.forget_retired_user(sender=None, user=user)

    assert api.partners_of(user.pk) == ()


def test_the_set_up_is_checked_at_start(settings) -> None:
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    assert run_checks(tags=["partnerships"]) == []
    settings.PARTNERSHIPS_HOST_NAME = 7
    assert [one.id for one in run_checks(tags=["partnerships"])] == ["partnerships.E002"]
    settings.PARTNERSHIPS_HOST_NAME = settings.PLATFORM_NAME = ""
    assert [one.id for one in run_checks(tags=["partnerships"])] == ["partnerships.W001"]


def test_a_missing_page_frame_is_an_error(monkeypatch) -> None:
    monkeypatch.setattr(apps, "is_installed", lambda name: name != "fairgate")

    (error,) = run_checks(tags=["partnerships"])

    assert error.id == "partnerships.E001"
    assert "INSTALLED_APPS" in error.hint
