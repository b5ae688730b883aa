"""Two people for how a partner is called, once a text that names it was submitted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import resolve, reverse

from factories.partners_rest import client_of, post
from factories.partnerships import (
    APPROVER,
    COURSE,
    LONG_AGO,
    NEW_NAME,
    REVENUE,
    SUBMITTER,
    load,
    propose_change,
    put_in_force,
    renamed_text,
    terms_text,
    uncleared_text,
    version_text,
)
from fairgate import clock
from partnerships import api, models
from partnerships.exceptions import (
    AccountNeeded,
    ChangeRefused,
    SecondPersonNeeded,
    SignedOutOfOrder,
    UnknownRecord,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

#: Texts that say less of ATC than the usual one does.
BOTH, ALONE = (
    "[{partner: GSMA, role: co-host}, {partner: ATC, role: venue}]",
    ("[{partner: GSMA, role: co-host}]"),
)
ALL_TO_GSMA = REVENUE.replace("{GSMA: 45, ATC: 25, PLATFORM: 30}", "{GSMA: 70, PLATFORM: 30}")
WITHOUT_ATC = uncleared_text(version_text(roles=ALONE, revenue=ALL_TO_GSMA))
GIFT = """\
    contributions:
      - {code: GRANT, from: ATC, kind: cash, text: A grant, amount: "10.00", currency: USD,
         due: 2026-12-31}
"""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    clock.use(lambda: NOW)
    yield
    clock.use(None)


def name() -> str:
    return api.partner("GSMA").display_name


def load_file(text: str, *, by: str = "operator") -> None:
    api.load_agreements(text, file="TERMS.yaml", by=by, at=NOW)


def confirm(*, by: int = APPROVER, at: datetime = NOW) -> None:
    (waits,) = api.list_proposed_changes(at=NOW)
    api.confirm_partner_change(waits.uuid, by=by, at=at)


def refuse(because: str = "It is not.", *, by: int = APPROVER) -> None:
    (waits,) = api.list_proposed_changes(at=NOW)
    api.refuse_partner_change(waits.uuid, because=because, by=by, at=NOW)


def acts_for_gsma(user_name: str) -> int:
    """Somebody of the host who acts for the partner as well; their number."""
    user = User.objects.create_user(user_name)
    api.add_person(user.pk, partner_code="GSMA", role="officer", at=LONG_AGO)
    return int(user.pk)


# --- What a file says -----------------------------------------------------------------------------


def test_while_no_text_was_submitted_a_file_writes_the_name_at_once() -> None:
    load(uncleared_text())

    load_file(renamed_text(text=uncleared_text()), by="nobody")

    assert name() == NEW_NAME
    assert api.list_proposed_changes(at=NOW) == ()


def test_from_the_first_submission_on_a_file_only_proposes_another_name() -> None:
    load()
    api.submit(api.list_versions(at=NOW)[0].uuid, by=SUBMITTER, at=LONG_AGO)

    waits = propose_change(at=NOW)

    assert name() == "GSMA"
    assert (waits.partner, waits.proposed_at) == ("GSMA", NOW)
    assert (waits.before.display_name, waits.after.display_name) == ("GSMA", NEW_NAME)
    assert (waits.before.url, waits.after.url) == (
        "https://www.gsma.example/", "https://new.gsma.example/",
    )  # fmt: skip
    assert waits.proposed_by == User.objects.get(username="operator").pk


@pytest.mark.parametrize("end", ["returned", "withdrawn"])
def test_a_text_that_is_a_draft_again_was_submitted_all_the_same(end: str) -> None:
    load()
    (version,) = api.list_versions(at=NOW)
    api.submit(version.uuid, by=SUBMITTER, at=LONG_AGO)
    if end == "withdrawn":
        api.approve(version.uuid, by=APPROVER, at=LONG_AGO)
    api.return_to_draft(version.uuid, by=APPROVER, because="A word", at=LONG_AGO)

    propose_change(at=NOW)

    assert name() == "GSMA"


def test_who_was_in_a_submitted_text_is_called_otherwise_by_two_also_once_the_draft_drops_it() -> (
    None
):
    load(uncleared_text())
    (version,) = api.list_versions(at=NOW)
    api.submit(version.uuid, by=SUBMITTER, at=LONG_AGO)
    api.return_to_draft(version.uuid, by=APPROVER, because="A word", at=LONG_AGO)
    load_file(WITHOUT_ATC)
    load_file(WITHOUT_ATC.replace("Regional Academy", "Of one person"))

    (waits,) = api.list_proposed_changes(at=NOW)
    assert (waits.partner, waits.after.display_name) == ("ATC", "Of one person")
    assert api.partner("ATC").display_name == "Regional Academy"


def test_nobody_is_named_before_a_text_is_submitted_and_then_since_the_first_time() -> None:
    load(uncleared_text())
    assert not models.Partner.objects.filter(named_since__isnull=False).exists()
    (version,) = api.list_versions(at=NOW)

    api.submit(version.uuid, by=SUBMITTER, at=LONG_AGO)
    api.return_to_draft(version.uuid, by=APPROVER, because="A word", at=LONG_AGO)
    api.submit(version.uuid, by=SUBMITTER, at=NOW)

    since = models.Partner.objects.values_list("code", "named_since")
    assert dict(since) == {"GSMA": LONG_AGO, "ATC": LONG_AGO}


@pytest.mark.parametrize(
    "text",
    [
        version_text(roles=BOTH, revenue=""),
        version_text(roles=ALONE, revenue=REVENUE),
        version_text(roles=ALONE, revenue=ALL_TO_GSMA.replace(
            "    hold", '    recoupments: [{party: ATC, amount: "9.00", currency: USD}]\n    hold'
        )),
        version_text(roles=ALONE, revenue=ALL_TO_GSMA + "    merchant_of_record: ATC\n"),
        version_text(roles=ALONE, revenue="", promises=GIFT),
        version_text(partner="ATC", roles=ALONE, revenue=""),
    ],
    ids=["role", "share", "recoupment", "merchant of record", "contribution", "who signs"],
)  # fmt: skip
def test_a_text_names_a_partner_in_six_ways(text: str) -> None:
    load(uncleared_text(text))
    (version,) = api.list_versions(at=NOW)

    api.submit(version.uuid, by=SUBMITTER, at=LONG_AGO)

    assert models.Partner.objects.get(code="ATC").named_since == LONG_AGO


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("display_name: Regional Academy", "display_name: Another Academy"),
        ("legal_name: Regional Telecommunications Academy", "legal_name: Another"),
        ("kind: academia", "kind: ngo"),
        ("kind: academia", "kind: academia\n    url: https://atc.example/"),
    ],
    ids=["name", "legal name", "kind", "website"],
)
def test_whoever_has_a_role_under_anothers_agreement_is_not_called_otherwise_by_one_person(
    was: str, becomes: str
) -> None:
    put_in_force()
    before = api.partner("ATC")

    load_file(terms_text().replace(was, becomes))

    (waits,) = api.list_proposed_changes(at=NOW)
    assert (waits.partner, api.partner("ATC")) == ("ATC", before)


def test_the_same_file_again_proposes_nothing_anew() -> None:
    put_in_force()
    waits = propose_change(at=NOW)

    assert propose_change(at=NOW + SECOND) == waits
    assert models.PartnerChange.objects.count() == 1


def test_another_file_takes_the_place_of_what_waits() -> None:
    put_in_force()
    propose_change(at=NOW)

    waits = propose_change("GSMA Global", at=NOW)

    assert waits.after.display_name == "GSMA Global"
    first = models.PartnerChange.objects.get(display_name=NEW_NAME)
    assert (first.is_replaced, first.refused_because) == (True, "Another file says otherwise.")


def test_a_file_that_says_what_is_so_ends_what_waits_and_settles_nothing_for_good() -> None:
    put_in_force()
    propose_change(at=NOW)

    load_file(terms_text())
    assert api.list_proposed_changes(at=NOW) == ()

    assert propose_change(at=NOW).after.display_name == NEW_NAME


def test_what_a_person_refused_last_is_not_proposed_again() -> None:
    put_in_force()
    propose_change(at=NOW)
    refuse()

    load_file(renamed_text())
    assert api.list_proposed_changes(at=NOW) == ()

    assert propose_change("GSMA Global", at=NOW).after.display_name == "GSMA Global"


def test_a_file_whose_name_was_confirmed_proposes_nothing_and_an_old_one_the_way_back() -> None:
    put_in_force()
    propose_change(at=NOW)
    confirm()

    load_file(renamed_text())
    assert api.list_proposed_changes(at=NOW) == ()
    load_file(terms_text())

    (waits,) = api.list_proposed_changes(at=NOW)
    assert (waits.before.display_name, waits.after.display_name) == (NEW_NAME, "GSMA")


def test_a_file_of_nobody_proposes_nothing_and_is_not_loaded(tmp_path: Path) -> None:
    put_in_force()
    User.objects.create_user("left", is_active=False)
    file = tmp_path / "TERMS.yaml"
    file.write_text(renamed_text(), encoding="utf-8")

    for by in ("nobody", "left"):
        with pytest.raises(AccountNeeded, match=f"“{by}” is no active account here"):
            load_file(renamed_text(), by=by)
        with pytest.raises(CommandError, match=r"Nothing was loaded\.\n“"):
            call_command("partnerships_load", str(file), "--by", by, stdout=StringIO())

    assert not models.PartnerChange.objects.exists()


def test_who_acts_for_a_partner_loads_no_file_that_calls_it_otherwise() -> None:
    put_in_force()
    acts_for_gsma("grace")

    with pytest.raises(SecondPersonNeeded, match="does not say how it is called here"):
        load_file(renamed_text(), by="grace")

    assert not models.PartnerChange.objects.exists()


def test_a_file_with_a_fault_proposes_nothing() -> None:
    put_in_force()

    with pytest.raises(Exception, match="signed and says something else"):
        load_file(renamed_text().replace("hold_days: 30", "hold_days: 60"))

    assert not models.PartnerChange.objects.exists()


def test_the_commands_say_what_waits(tmp_path: Path) -> None:
    put_in_force()
    file = tmp_path / "TERMS.yaml"
    file.write_text(renamed_text(), encoding="utf-8")
    out = StringIO()

    call_command("partnerships_load", str(file), stdout=out)

    sentence = (
        "GSMA: that it changes waits for a second person. name that is shown: GSMA → "
        "GSMA International; website: https://www.gsma.example/ → https://new.gsma.example/"
    )
    assert sentence in out.getvalue()
    call_command("partnerships_status", stdout=(told := StringIO()))
    assert sentence in told.getvalue()


def test_the_command_says_what_was_refused_and_is_not_proposed_again(tmp_path: Path) -> None:
    put_in_force()
    propose_change(at=NOW)
    refuse()
    file = tmp_path / "TERMS.yaml"
    file.write_text(renamed_text(), encoding="utf-8")

    call_command("partnerships_load", str(file), stdout=(told := StringIO()))

    assert (
        "GSMA: that it changes was refused on 2026-11-23 and is not proposed again. "
        "name that is shown: GSMA → GSMA International; website: "
    ) in told.getvalue()
    file.write_text(renamed_text("GSMA Global"), encoding="utf-8")
    call_command("partnerships_load", str(file), stdout=(told := StringIO()))
    assert "refused" not in told.getvalue()


def test_the_command_is_silent_of_what_another_file_has_replaced(tmp_path: Path) -> None:
    put_in_force()
    propose_change(at=NOW)
    file = tmp_path / "TERMS.yaml"
    file.write_text(terms_text(), encoding="utf-8")

    call_command("partnerships_load", str(file), stdout=(told := StringIO()))

    assert "refused" not in told.getvalue()


# --- The second person ----------------------------------------------------------------------------


def test_a_mark_bears_the_new_name_from_the_confirmation_on_and_the_old_one_until_then() -> None:
    put_in_force()
    propose_change(at=NOW)
    assert api.branding_for(COURSE, at=NOW)[0].name == "GSMA"

    confirm()

    assert api.branding_for(COURSE, at=NOW)[0].name == NEW_NAME
    assert api.partner("GSMA").url == "https://new.gsma.example/"
    assert api.list_proposed_changes(at=NOW) == ()


def test_who_proposed_it_does_not_confirm_it_and_may_take_it_back() -> None:
    put_in_force()
    olga = User.objects.create_user("olga")
    propose_change(by="olga", at=NOW)

    with pytest.raises(SecondPersonNeeded, match="has to say that the partner is called that"):
        confirm(by=olga.pk)
    refuse("A typing error.", by=olga.pk)

    assert name() == "GSMA"


def test_who_acts_for_the_partner_neither_confirms_nor_refuses_it() -> None:
    put_in_force()
    theirs = acts_for_gsma("grace")
    propose_change(at=NOW)

    for decide in (confirm, refuse):
        with pytest.raises(SecondPersonNeeded, match="does not say how it is called here"):
            decide(by=theirs)

    assert name() == "GSMA"
    assert len(api.list_proposed_changes(at=NOW)) == 1


def test_the_list_of_changes_runs_outside_a_transaction() -> None:
    """So a decision that loses a race for a lock is taken again."""
    view = resolve(reverse("admin:partnerships_partnerchange_changelist")).func

    assert view._non_atomic_requests == {"default"}


def test_it_is_decided_once() -> None:
    put_in_force()
    waits = propose_change(at=NOW)
    confirm()

    with pytest.raises(ChangeRefused, match="This was decided already"):
        api.confirm_partner_change(waits.uuid, by=APPROVER, at=NOW)
    with pytest.raises(ChangeRefused, match="This was decided already"):
        api.refuse_partner_change(waits.uuid, because="No", by=APPROVER, at=NOW)

    assert name() == NEW_NAME


def test_nobody_refuses_without_saying_why_or_decides_about_what_is_not_there() -> None:
    put_in_force()
    propose_change(at=NOW)

    with pytest.raises(ChangeRefused, match="Say why the partner is not called that"):
        refuse(" ")
    with pytest.raises(UnknownRecord, match="There is no change of a partner"):
        api.confirm_partner_change(uuid4(), by=APPROVER, at=NOW)

    assert len(api.list_proposed_changes(at=NOW)) == 1


def test_a_change_is_not_confirmed_before_what_it_follows() -> None:
    put_in_force()
    propose_change(at=NOW)

    with pytest.raises(SignedOutOfOrder, match="cannot be older"):
        confirm(at=NOW - SECOND)
    confirm(at=NOW + SECOND)
    waits = propose_change("GSMA Global", at=NOW)
    with pytest.raises(SignedOutOfOrder, match="cannot be older"):
        api.confirm_partner_change(waits.uuid, by=APPROVER, at=NOW)

    assert name() == NEW_NAME


@pytest.mark.parametrize("fault", ["one person", "nobody"])
def test_the_database_knows_that_it_takes_two(fault: str) -> None:
    put_in_force()
    row = models.PartnerChange.objects.get(uuid=propose_change(at=NOW).uuid)
    if fault == "nobody":
        row.asked_by = 0
    else:
        row.asked_by = row.confirmed_by = APPROVER
        row.confirmed_at, row.live_key = NOW, None

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


# --- In the admin, and over REST ------------------------------------------------------------------


def decide_in_admin(client: Client, action: str, **fields: str) -> str:
    row = models.PartnerChange.objects.get()
    url = reverse("admin:partnerships_partnerchange_changelist")
    told = {"action": action, "_selected_action": [row.pk], **fields}
    answer = client.post(url, told, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def staff(client: Client, user_name: str, *codenames: str) -> None:
    user, _made = User.objects.get_or_create(username=user_name)
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)


MAY_DECIDE = ("view_partnerchange", "confirm_partnerchange")


def test_in_the_admin_another_person_confirms(client: Client) -> None:
    put_in_force()
    propose_change(by="olga", at=NOW)

    staff(client, "olga", *MAY_DECIDE)
    assert "Another person" in decide_in_admin(client, "confirm")
    assert name() == "GSMA"
    staff(client, "ann", *MAY_DECIDE)
    assert "Say why" in decide_in_admin(client, "refuse")
    assert decide_in_admin(client, "confirm") == "Recorded."

    assert name() == NEW_NAME


def test_in_the_admin_another_person_refuses_and_nobody_adds_or_edits(client: Client) -> None:
    put_in_force()
    propose_change(at=NOW)
    staff(client, "ann", *MAY_DECIDE, "add_partnerchange", "change_partnerchange")

    assert client.get(reverse("admin:partnerships_partnerchange_add")).status_code == 403
    assert decide_in_admin(client, "refuse", note="It is not.") == "Recorded."

    assert models.PartnerChange.objects.get().refused_because == "It is not."


def test_who_may_not_confirm_is_given_no_action_for_it(client: Client) -> None:
    put_in_force()
    propose_change(at=NOW)
    staff(client, "ann", "view_partnerchange")

    decide_in_admin(client, "confirm")

    assert name() == "GSMA"


def test_the_admin_shows_what_a_partner_was_called(client: Client) -> None:
    put_in_force()
    propose_change(at=NOW)
    confirm()
    staff(client, "ann", "view_partner", "view_partnerchange")
    row = models.Partner.objects.get(code="GSMA")

    page = client.get(reverse("admin:partnerships_partner_change", args=[row.pk]))

    assert "https://www.gsma.example/" in page.content.decode()


def test_over_rest_another_person_confirms_what_a_file_proposed() -> None:
    put_in_force()
    waits = propose_change(at=NOW)
    client = client_of("", "confirm_partnerchange")

    (told,) = client.get("/fairgate/partners/api/v1/partner-changes/waiting/").json()["results"]
    answer = post(client, f"partner-changes/{waits.uuid}/confirm/")

    assert (told["before"]["display_name"], told["after"]["display_name"]) == ("GSMA", NEW_NAME)
    assert (answer.status_code, answer.json()["name"]) == (200, NEW_NAME)
    again = post(client, f"partner-changes/{waits.uuid}/confirm/")
    assert (again.status_code, again.json()["code"]) == (409, "ChangeRefused")


def test_over_rest_it_is_refused_with_a_reason() -> None:
    put_in_force()
    waits = propose_change(at=NOW)
    client = client_of("", "confirm_partnerchange")

    answer = post(client, f"partner-changes/{waits.uuid}/refuse/", {"reason": "It is not."})

    assert (answer.status_code, answer.json()["name"]) == (200, "GSMA")
    assert models.PartnerChange.objects.get().refused_because == "It is not."


def test_who_proposed_it_does_not_confirm_it_over_rest() -> None:
    put_in_force()
    client = client_of("", "confirm_partnerchange")
    waits = propose_change(by=client.user.username, at=NOW)

    answer = post(client, f"partner-changes/{waits.uuid}/confirm/")

    assert (answer.status_code, answer.json()["code"]) == (403, "SecondPersonNeeded")
    assert name() == "GSMA"
