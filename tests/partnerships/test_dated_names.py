"""What was submitted, signed or granted keeps the names of then; a mark has those of now."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

import reading_pdfs
from factories import recognition
from factories.badges_of_partners import sign_badges
from factories.partnerships import (
    APPROVER,
    COURSE,
    LONG_AGO,
    NEW_NAME,
    SUBMITTER,
    account,
    approve,
    clear,
    load,
    load_approved,
    propose_change,
    put_in_force,
    sign_paper,
    signatories,
    terms_text,
)
from fairgate import clock
from partnerships import api, models
from partnerships.data import CertificateIssue
from partnerships.services import issuing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh-hans")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(settings) -> Iterator[None]:
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    clock.use(lambda: NOW)
    yield
    clock.use(None)


def rename(text: str = "", *, name: str = NEW_NAME, at: datetime = NOW) -> None:
    """Two people call GSMA otherwise."""
    waits = propose_change(name, text=text, at=at)
    api.confirm_partner_change(waits.uuid, by=APPROVER, at=at)


def rename_legally() -> None:
    """Two people change every part of what GSMA is called, and the name of the Academy."""
    text = terms_text().replace("legal_name: GSM Association", "legal_name: Another Association")
    text = text.replace("kind: private_sector", "kind: ngo")
    text = text.replace("display_name: Regional Academy", "display_name: Another Academy")
    propose_change(text=text, at=NOW)
    for waits in api.list_proposed_changes(at=NOW):
        api.confirm_partner_change(waits.uuid, by=APPROVER, at=NOW)


def paper(*, at: datetime = NOW, language: str = "en") -> bytes:
    return api.agreement_paper(models.AgreementVersion.objects.get().uuid, language=language, at=at)


def words(*, at: datetime = NOW) -> str:
    return reading_pdfs.text(paper(at=at))


# --- The paper of an agreement --------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_of_a_signed_agreement_has_the_same_bytes_under_another_name(language) -> None:
    put_in_force()
    before = [paper(at=at, language=language) for at in (NOW - HOUR, NOW, NOW + HOUR)]

    rename_legally()

    assert api.partner("GSMA").legal_name == "Another Association"
    assert [paper(at=at, language=language) for at in (NOW - HOUR, NOW, NOW + HOUR)] == before


def test_a_certificate_that_is_first_looked_at_after_the_change_has_the_names_of_its_day() -> None:
    put_in_force()
    issue = CertificateIssue(number="a" * 32, course_key=COURSE, issued_at=NOW)
    whole = tuple(asdict(mark) for mark in api.branding_for(COURSE, at=NOW))
    rename(at=NOW + HOUR)

    found = issuing.issue_marks(issue)

    assert next(iter(api.branding_for(COURSE, at=NOW + HOUR))).name == NEW_NAME
    told = [(one.name, one.url, one.statement) for one in found]
    assert told == [(one["name"], one["url"], one["statement"]) for one in whole]
    assert found == issuing.issue_marks(issue)


def test_a_signatory_agrees_in_the_name_that_stands_on_the_paper(client) -> None:
    (version,) = load_approved()
    grace = User.objects.create_user("grace")
    api.add_person(grace.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=LONG_AGO)
    client.force_login(grace)

    rename_legally()

    page = client.get(f"/fairgate/partners/GSMA/agreements/{version.uuid}/consent/")
    assert "in the name of GSM Association" in page.content.decode()


def test_a_mark_has_the_new_name_where_the_paper_has_the_old_one() -> None:
    put_in_force()

    rename_legally()

    names = [mark.name for mark in api.branding_for(COURSE, at=NOW)]
    assert names == [NEW_NAME, "Another Academy"]
    whole = words()
    for old in ("GSM Association", "Private sector", "https://www.gsma.example/", "Regional Aca"):
        assert reading_pdfs.bare(old) in whole
    for new in ("Another", "Non-governmental", "new.gsma.example", NEW_NAME):
        assert reading_pdfs.bare(new) not in whole


def test_a_text_has_the_names_of_its_submission_until_it_is_submitted_anew() -> None:
    load()
    clear()
    signatories()
    (version,) = api.list_versions(at=NOW)
    approve(version)
    rename_legally()
    assert reading_pdfs.bare("GSM Association") in words()

    api.return_to_draft(version.uuid, by=APPROVER, because="Another name", at=NOW)
    assert reading_pdfs.bare("Another Association") in words()
    approve(version, at=NOW + HOUR)
    sign_paper(version.uuid, "host", by="H. Host", at=NOW + HOUR)

    assert reading_pdfs.bare("Another Association") in words(at=NOW + 2 * HOUR)
    assert reading_pdfs.bare("GSM Association") in words(at=NOW - HOUR)


def test_after_several_changes_each_text_has_the_names_of_its_own_submission() -> None:
    put_in_force()
    rename(name="Second", at=NOW)
    rename(name="Third", at=NOW + 2 * HOUR)
    version = models.AgreementVersion.objects.get()
    round_ = models.ReviewRound.objects.filter(version=version)

    for submitted, name in (
        (LONG_AGO, "GSMA"), (NOW, "Second"), (NOW + HOUR, "Second"), (NOW + 2 * HOUR, "Third"),
    ):  # fmt: skip
        round_.update(asked_at=submitted, confirmed_at=submitted)
        assert reading_pdfs.bare(f"Roles Partner Role {name} Co-host") in words(at=NOW + 3 * HOUR)


def test_what_was_signed_before_submissions_were_recorded_has_the_names_of_its_signature() -> None:
    put_in_force()
    version = models.AgreementVersion.objects.get()
    models.ReviewRound.objects.all()._raw_delete(using="default")
    models.ApprovalBeforeRecords.objects.create(version=version, since=LONG_AGO)
    before = paper()

    rename_legally()

    assert paper() == before


def test_a_change_that_waits_or_was_refused_is_on_no_paper() -> None:
    load_approved()
    before = paper()
    waits = propose_change(at=NOW)
    assert paper() == before

    api.refuse_partner_change(waits.uuid, because="No.", by=SUBMITTER, at=NOW)

    assert paper() == before


# --- Badges ---------------------------------------------------------------------------------------


@pytest.fixture
def signing(settings) -> None:
    sign_badges(settings)


def claims_of(credential: str) -> dict[str, Any]:
    payload = credential.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def token(award, *, at: datetime = NOW) -> str | None:
    return api.badge_token(award.uuid, language="en", at=at)


@pytest.mark.usefixtures("signing")
def test_a_badge_that_was_granted_is_the_same_under_another_name_and_website() -> None:
    award = recognition.gold()
    before = token(award)
    picture = api.baked_badge(award.uuid, "svg", language="en", at=NOW)

    rename(recognition.TERMS, at=NOW + HOUR)

    assert before is not None
    later = NOW + 2 * HOUR
    assert (token(award), token(award, at=later)) == (before, before)
    assert api.baked_badge(award.uuid, "svg", language="en", at=later) == picture
    assert api.award(award.uuid, at=later).partner_name == NEW_NAME


@pytest.mark.usefixtures("signing")
def test_a_badge_that_is_granted_afterwards_has_the_new_name() -> None:
    recognition.in_force()
    recognition.tiers()
    recognition.deliver("20000.00")
    waits = recognition.proposed()
    rename(recognition.TERMS)

    award = api.confirm_award(waits.uuid, by=account(recognition.SECOND), at=NOW + HOUR)

    subject = claims_of(token(award, at=NOW + HOUR))["credentialSubject"]
    assert subject["id"] == "https://new.gsma.example/"
    assert NEW_NAME in json.dumps(subject)


@pytest.mark.usefixtures("signing")
def test_who_had_no_website_has_a_badge_from_the_first_one_on_and_keeps_it_without() -> None:
    without = recognition.TERMS.replace("    url: https://www.gsma.example/\n", "")
    put_in_force(without)
    recognition.tiers()
    recognition.deliver("20000.00")
    award = recognition.awarded()
    assert (api.can_be_badge(award, at=NOW), token(award)) == (False, None)

    rename(recognition.TERMS, at=NOW + HOUR)
    first = token(award, at=NOW + HOUR)
    rename(without, name="GSMA Global", at=NOW + 2 * HOUR)

    assert first is not None
    assert token(award, at=NOW + 3 * HOUR) == first
    assert api.partner("GSMA").url == ""
    assert api.can_be_badge(award, at=NOW + 3 * HOUR)
    assert token(award, at=NOW) is None
