"""Two people: for the due diligence of a partner to be accepted, for an agreement to resume."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from factories.partnerships import (
    AGREEMENT,
    APPROVER,
    COURSE,
    LONG_AGO,
    SUBMITTER,
    clear,
    colleague,
    load,
    put_in_force,
    resume,
    terms_text,
    uncleared_text,
)
from fairgate import clock
from partnerships import api, models
from partnerships.data import Obstacle
from partnerships.exceptions import (
    AccountNeeded,
    DiligenceRefused,
    NotSuspended,
    ResumeRefused,
    SecondPersonNeeded,
    SignedOutOfOrder,
    UnknownRecord,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
UNTIL = date(2028, 6, 30)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    clock.use(lambda: NOW)
    yield
    clock.use(None)


def propose(code: str = "GSMA", *, by: str = "olga", until: date = UNTIL, at: datetime = NOW):
    """Propose that a due diligence is accepted; what waits for it."""
    api.record_due_diligence(code, accepted=True, expires_on=until, by=colleague(by), at=at)
    return next(one for one in api.list_proposed_diligence(at=at) if one.partner == code)


def refuse_partner(*, at: datetime = NOW) -> None:
    api.record_due_diligence("GSMA", accepted=False, expires_on=UNTIL, by="olga", at=at)


def cleared_until(at: datetime = NOW) -> date | None:
    return api.partner("GSMA", at=at).cleared_until


def acts_for_gsma(name: str) -> int:
    """Somebody of the host who acts for the partner as well; their number."""
    user = User.objects.create_user(name)
    api.add_person(user.pk, partner_code="GSMA", role="officer", at=LONG_AGO)
    return int(user.pk)


def nobody_cleared() -> None:
    """Load terms that say nothing of due diligence."""
    load(uncleared_text())


# --- Due diligence --------------------------------------------------------------------------------


def test_an_acceptance_counts_from_the_second_on_in_which_another_person_confirms_it() -> None:
    nobody_cleared()
    waits = propose()

    assert (waits.partner_name, waits.expires_on, waits.proposed_at) == ("GSMA", UNTIL, NOW)
    assert cleared_until() is None
    api.confirm_due_diligence(waits.uuid, by=APPROVER, at=NOW + SECOND)

    assert cleared_until() is None
    assert cleared_until(NOW + SECOND) == UNTIL
    assert api.list_proposed_diligence(at=NOW + SECOND) == ()
    assert api.list_proposed_diligence(at=NOW)[-1] == waits


def test_a_renewal_that_waits_takes_nothing_away() -> None:
    put_in_force()

    propose()

    assert cleared_until() == date(2030, 12, 31)
    assert api.branding_for(COURSE, at=NOW) != ()


def test_a_signed_agreement_is_not_in_force_while_its_due_diligence_waits() -> None:
    load()
    clear(at=LONG_AGO - SECOND)
    (version,) = api.list_versions(at=NOW)

    assert Obstacle.DUE_DILIGENCE_MISSING in version.obstacles
    clear()
    assert Obstacle.DUE_DILIGENCE_MISSING not in api.version(version.uuid, at=NOW).obstacles


def test_who_proposed_it_does_not_confirm_it() -> None:
    nobody_cleared()
    olga = User.objects.create_user("olga")
    waits = propose()

    with pytest.raises(SecondPersonNeeded, match="Another person than who asked has to say that"):
        api.confirm_due_diligence(waits.uuid, by=olga.pk, at=NOW)

    assert (waits.proposed_by, cleared_until()) == (olga.pk, None)


def test_nobody_without_an_active_account_proposes_it() -> None:
    nobody_cleared()
    User.objects.create_user("left", is_active=False)

    for by in ("nobody", "left", ""):
        with pytest.raises(AccountNeeded, match="is no active account here"):
            api.record_due_diligence("GSMA", accepted=True, expires_on=UNTIL, by=by, at=NOW)

    assert not models.DueDiligenceProposal.objects.exists()


def test_what_was_proposed_by_nobody_before_is_refused_and_never_confirmed() -> None:
    nobody_cleared()
    waits = propose()
    models.DueDiligenceProposal.objects.update(asked_by=0)

    with pytest.raises(SecondPersonNeeded, match="Nobody with an account has proposed this"):
        api.confirm_due_diligence(waits.uuid, by=APPROVER, at=NOW)
    assert cleared_until() is None
    api.refuse_due_diligence(waits.uuid, because="Nobody’s.", by=APPROVER, at=NOW)

    assert api.list_proposed_diligence(at=NOW) == ()


def test_who_acts_for_the_partner_neither_proposes_nor_confirms_it() -> None:
    nobody_cleared()
    theirs = acts_for_gsma("grace")

    with pytest.raises(SecondPersonNeeded, match="does not say that its due diligence is accept"):
        propose(by="grace")
    assert not models.DueDiligenceProposal.objects.exists()
    waits = propose()
    with pytest.raises(SecondPersonNeeded, match="Who acts for the partner"):
        api.confirm_due_diligence(waits.uuid, by=theirs, at=NOW)
    assert cleared_until() is None


def test_who_acts_for_the_partner_does_not_refuse_it_either() -> None:
    nobody_cleared()
    theirs, waits = acts_for_gsma("grace"), propose()

    with pytest.raises(SecondPersonNeeded, match="does not decide about its due diligence"):
        api.refuse_due_diligence(waits.uuid, because="Not so.", by=theirs, at=NOW)

    assert api.list_proposed_diligence(at=NOW) == (waits,)


def test_a_refusal_counts_at_once_and_ends_what_waits() -> None:
    put_in_force()
    waits = propose()

    refuse_partner()

    assert cleared_until() is None
    assert api.branding_for(COURSE, at=NOW) == ()
    with pytest.raises(DiligenceRefused, match="decided already"):
        api.confirm_due_diligence(waits.uuid, by=APPROVER, at=NOW)
    assert cleared_until() is None
    row = models.DueDiligenceProposal.objects.get(uuid=waits.uuid)
    assert row.refused_because == "The partner was refused."


def test_one_acceptance_waits_at_a_time_and_the_same_one_is_not_proposed_twice() -> None:
    nobody_cleared()
    waits = propose()

    assert propose() == waits
    with pytest.raises(DiligenceRefused, match="until 2028-06-30 waits for a second person"):
        propose(until=date(2029, 1, 1))
    assert models.DueDiligenceProposal.objects.count() == 1


def test_a_second_person_refuses_with_a_reason_and_what_counted_still_does() -> None:
    put_in_force()
    waits = propose()

    with pytest.raises(DiligenceRefused, match="Say why"):
        api.refuse_due_diligence(waits.uuid, because=" ", by=APPROVER, at=NOW)
    api.refuse_due_diligence(waits.uuid, because="No papers.", by=APPROVER, at=NOW)

    assert cleared_until() == date(2030, 12, 31)
    with pytest.raises(DiligenceRefused, match="decided already"):
        api.refuse_due_diligence(waits.uuid, because="Again.", by=APPROVER, at=NOW)
    assert propose() != waits


def test_an_acceptance_is_not_confirmed_before_what_it_follows() -> None:
    nobody_cleared()
    waits = propose()

    with pytest.raises(SignedOutOfOrder, match="cannot be older"):
        api.confirm_due_diligence(waits.uuid, by=APPROVER, at=NOW - SECOND)
    with pytest.raises(UnknownRecord, match="no proposed due diligence"):
        api.confirm_due_diligence(uuid4(), by=APPROVER, at=NOW)
    assert cleared_until() is None


def test_the_database_knows_that_it_takes_two() -> None:
    nobody_cleared()
    row = models.DueDiligenceProposal.objects.get(uuid=propose().uuid)
    row.asked_by = row.confirmed_by = APPROVER
    row.confirmed_at, row.live_key = NOW, None

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


# --- Files ----------------------------------------------------------------------------------------


def test_a_file_proposes_what_it_accepts_and_says_that_it_waits(tmp_path: Path) -> None:
    file = tmp_path / "TERMS.yaml"
    file.write_text(terms_text(), encoding="utf-8")
    colleague("operator")
    out = StringIO()

    call_command("partnerships_load", str(file), stdout=out)

    assert cleared_until() is None
    sentence = (
        "GSMA: that its due diligence is accepted until 2030-12-31 waits for a second person."
    )
    assert sentence in out.getvalue()
    call_command("partnerships_status", stdout=(told := StringIO()))
    assert sentence in told.getvalue()


def test_a_file_of_nobody_accepts_nobody_and_is_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "TERMS.yaml"
    file.write_text(terms_text(), encoding="utf-8")

    with pytest.raises(CommandError, match=r"Nothing was loaded\.\n“nobody” is no active account"):
        call_command("partnerships_load", str(file), "--by", "nobody", stdout=StringIO())

    assert not models.Partner.objects.exists()


def test_who_loaded_a_file_does_not_confirm_what_it_accepts() -> None:
    load()
    (waits, _other) = api.list_proposed_diligence(at=NOW)
    loader = User.objects.get(username="operator")

    with pytest.raises(SecondPersonNeeded, match="Another person than who asked"):
        api.confirm_due_diligence(waits.uuid, by=loader.pk, at=NOW)

    assert cleared_until() is None


def test_a_file_that_is_loaded_again_proposes_nothing_that_was_refused() -> None:
    load()
    for one in api.list_proposed_diligence(at=NOW):
        api.refuse_due_diligence(one.uuid, because="No papers.", by=APPROVER, at=LONG_AGO)

    load(at=NOW)

    assert api.list_proposed_diligence(at=NOW) == ()


def test_the_command_says_what_was_refused_and_is_not_proposed_again(tmp_path: Path) -> None:
    load()
    file = tmp_path / "TERMS.yaml"
    file.write_text(terms_text(), encoding="utf-8")
    for one in api.list_proposed_diligence(at=NOW):
        api.refuse_due_diligence(one.uuid, because="No papers.", by=APPROVER, at=NOW)

    call_command("partnerships_load", str(file), stdout=(told := StringIO()))

    assert (
        "GSMA: that its due diligence is accepted until 2030-12-31 was refused on 2026-11-23 and "
        "is not proposed again."
    ) in told.getvalue()


def test_the_command_is_silent_of_what_is_accepted_since_a_refusal(tmp_path: Path) -> None:
    load()
    file = tmp_path / "TERMS.yaml"
    file.write_text(terms_text(), encoding="utf-8")
    for one in api.list_proposed_diligence(at=NOW):
        api.refuse_due_diligence(one.uuid, because="No papers.", by=APPROVER, at=LONG_AGO)
    for partner in ("GSMA", "ATC"):
        api.record_due_diligence(
            partner, accepted=True, expires_on=date(2030, 12, 31), by="operator", at=LONG_AGO
        )
    clear(at=NOW)

    call_command("partnerships_load", str(file), stdout=(told := StringIO()))

    assert "refused" not in told.getvalue()


def test_a_file_with_another_day_takes_the_place_of_what_waits() -> None:
    load()

    load(terms_text(cleared_until="2029-12-31"), at=NOW)

    waiting = api.list_proposed_diligence(at=NOW)
    assert {one.expires_on for one in waiting} == {date(2029, 12, 31)}


def test_a_file_that_refuses_counts_at_once() -> None:
    put_in_force()

    load(terms_text().replace("accepted: true", "accepted: false"), at=NOW)

    assert cleared_until() is None
    assert cleared_until(NOW - SECOND) == date(2030, 12, 31)


def test_who_acts_for_a_partner_loads_no_file_that_accepts_it(tmp_path: Path) -> None:
    nobody_cleared()
    acts_for_gsma("grace")
    file = tmp_path / "TERMS.yaml"
    file.write_text(terms_text(), encoding="utf-8")

    with pytest.raises(CommandError, match=r"Nothing was loaded\.\nWho acts for"):
        call_command("partnerships_load", str(file), "--by", "grace", stdout=StringIO())

    assert not models.DueDiligenceProposal.objects.exists()


# --- Resuming -------------------------------------------------------------------------------------


@pytest.fixture
def suspended() -> None:
    put_in_force()
    api.suspend(AGREEMENT, by="olga", reason="Review", at=NOW)


def ask(*, by: int = SUBMITTER, at: datetime = NOW) -> None:
    api.ask_resume(AGREEMENT, by=by, reason="Cleared", at=at)


def is_shown(at: datetime = NOW) -> bool:
    return api.branding_for(COURSE, at=at) != ()


@pytest.mark.usefixtures("suspended")
def test_an_agreement_resumes_in_the_second_in_which_another_person_confirms_it() -> None:
    ask()
    assert not is_shown(NOW + SECOND)

    api.confirm_resume(AGREEMENT, by=APPROVER, at=NOW + SECOND)

    assert (is_shown(NOW), is_shown(NOW + SECOND)) == (False, True)
    record = models.SuspensionRecord.objects.get(suspends=False)
    assert (record.reason, record.request.asked_by) == ("Cleared", SUBMITTER)


@pytest.mark.usefixtures("suspended")
def test_who_asked_that_it_resumes_does_not_confirm_it() -> None:
    ask()

    with pytest.raises(SecondPersonNeeded, match="has to say that GSMA-SPECTRUM resumes"):
        api.confirm_resume(AGREEMENT, by=SUBMITTER, at=NOW)

    assert not is_shown()


@pytest.mark.usefixtures("suspended")
def test_who_acts_for_the_partner_neither_asks_nor_confirms_that_it_resumes() -> None:
    theirs = acts_for_gsma("grace")

    with pytest.raises(SecondPersonNeeded, match="Who acts for the partner does not say"):
        ask(by=theirs)
    ask()
    with pytest.raises(SecondPersonNeeded, match="Who acts for the partner does not say"):
        api.confirm_resume(AGREEMENT, by=theirs, at=NOW)

    assert not is_shown()


@pytest.mark.usefixtures("suspended")
def test_it_is_asked_once_and_decided_once() -> None:
    with pytest.raises(ResumeRefused, match="Nobody has asked that GSMA-SPECTRUM resumes"):
        api.confirm_resume(AGREEMENT, by=APPROVER, at=NOW)
    ask()
    with pytest.raises(ResumeRefused, match="asked for already"):
        ask(by=APPROVER)
    with pytest.raises(SignedOutOfOrder, match="cannot be older"):
        api.confirm_resume(AGREEMENT, by=APPROVER, at=NOW - SECOND)
    api.confirm_resume(AGREEMENT, by=APPROVER, at=NOW)
    with pytest.raises(ResumeRefused, match="or it was decided"):
        api.confirm_resume(AGREEMENT, by=APPROVER, at=NOW)
    with pytest.raises(NotSuspended):
        ask()


@pytest.mark.usefixtures("suspended")
def test_nobody_resumes_or_refuses_without_saying_why() -> None:
    with pytest.raises(ResumeRefused, match="Say why it resumes"):
        api.ask_resume(AGREEMENT, by=SUBMITTER, reason=" ", at=NOW)
    ask()
    with pytest.raises(ResumeRefused, match="Say why it does not resume"):
        api.refuse_resume(AGREEMENT, because="", by=APPROVER, at=NOW)

    api.refuse_resume(AGREEMENT, because="Not yet.", by=SUBMITTER, at=NOW)

    assert not is_shown()
    resume(at=NOW)
    assert is_shown()


# --- In the admin ---------------------------------------------------------------------------------


def staff(client: Client, name: str, *codenames: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def add_in_admin(client: Client, model: str):
    """Fill in the form of the admin for an outcome; the answer."""
    partner = models.Partner.objects.get(code="GSMA")
    told = {"partner": partner.pk, "expires_on": "2027-01-31", "evidence": "DD-7"}
    return client.post(reverse(f"admin:partnerships_{model}_add"), told, follow=True)


def decide_in_admin(client: Client, action: str, **fields: str) -> str:
    row = models.DueDiligenceProposal.objects.get(partner__code="GSMA", refused_at=None)
    url = reverse("admin:partnerships_duediligenceproposal_changelist")
    told = {"action": action, "_selected_action": [row.pk], **fields}
    answer = client.post(url, told, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


MAY_PROPOSE = ("view_duediligencecheck", "add_duediligencecheck", "view_duediligenceproposal")


def test_in_the_admin_one_person_proposes_and_another_confirms(client) -> None:
    nobody_cleared()
    may_confirm = (*MAY_PROPOSE, "confirm_duediligenceproposal")
    staff(client, "olga", *may_confirm)
    assert add_in_admin(client, "duediligenceproposal").status_code == 200
    assert "Another person" in decide_in_admin(client, "confirm")
    assert cleared_until() is None

    staff(client, "ann", *may_confirm)
    assert "Say why" in decide_in_admin(client, "refuse")
    assert decide_in_admin(client, "confirm") == "Recorded."

    assert cleared_until() == date(2027, 1, 31)
    twice = add_in_admin(client, "duediligenceproposal").content.decode()
    assert "This is what was said last; it is not recorded twice." in twice


def test_who_may_not_confirm_is_given_no_action_for_it(client) -> None:
    nobody_cleared()
    propose()
    staff(client, "ann", *MAY_PROPOSE)

    decide_in_admin(client, "confirm")

    assert cleared_until() is None


def test_in_the_admin_a_refusal_is_recorded_by_one_person(client) -> None:
    put_in_force()
    staff(client, "olga", *MAY_PROPOSE)

    assert add_in_admin(client, "duediligencecheck").status_code == 200

    assert cleared_until() is None
    page = add_in_admin(client, "duediligencecheck").content.decode()
    assert "it is not recorded twice" in page


def test_the_admin_says_why_an_acceptance_is_not_taken(client) -> None:
    nobody_cleared()
    user = staff(client, "olga", *MAY_PROPOSE)
    api.add_person(user.pk, partner_code="GSMA", role="officer", at=NOW)

    page = add_in_admin(client, "duediligenceproposal").content.decode()

    assert "Who acts for the partner does not say" in page
    assert not models.DueDiligenceProposal.objects.exists()


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"notes": "n" * 1_001}, "Notes have at most 1000 characters; these have 1001."),
        ({"evidence": "e" * 501}, "takes at most 500 characters; this has 501."),
    ],
)
def test_what_is_longer_than_what_is_kept_is_refused_and_not_cut(accepted, said, sentence):
    load(uncleared_text())
    told = {"accepted": accepted, "expires_on": UNTIL, "by": colleague("olga"), "at": NOW}
    model = models.DueDiligenceProposal if accepted else models.DueDiligenceCheck
    before = set(model.objects.values_list("pk", flat=True))

    with pytest.raises(DiligenceRefused, match=sentence):
        api.record_due_diligence("GSMA", **told, **said)

    assert set(model.objects.values_list("pk", flat=True)) == before
    api.record_due_diligence("GSMA", **told, notes=" " + "n" * 1_000 + "\n", evidence="e" * 500)
    kept = model.objects.latest("pk")
    assert (len(kept.notes), len(kept.evidence)) == (1_000, 500)
