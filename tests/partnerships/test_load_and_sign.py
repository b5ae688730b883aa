"""The life of an agreement: loaded, signed, frozen, followed by the next version."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import models as django_models

import races
from factories.partnerships import (
    AGREEMENT,
    COURSE,
    LONG_AGO,
    SUBMITTER,
    account,
    colleague,
    load,
    load_approved,
    put_in_force,
    resume,
    sign_paper,
    terms_text,
    version_text,
)
from fairgate.documents import DocumentErrors
from partnerships import api, exceptions, models
from partnerships.data import Obstacle, Side, Standing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OTHER = version_text(agreement="OTHER", valid_from="2027-01-01")


def text_of_kept() -> list[str]:
    return [version.agreed_text for version in api.list_versions(at=NOW)]


@pytest.mark.django_db
def test_loading_the_same_file_again_changes_nothing() -> None:
    # given
    first = api.load_agreements(terms_text(), file="TERMS.yaml", by=colleague(), at=LONG_AGO)
    kept = api.list_versions(at=NOW)

    # when
    again = api.load_agreements(terms_text(), file="TERMS.yaml", by=colleague(), at=NOW)

    # then
    assert [one.change for one in first + again] == ["added", "unchanged"]
    assert api.list_versions(at=NOW) == kept
    assert models.DueDiligenceProposal.objects.count() == 2


@pytest.mark.django_db
def test_a_draft_is_written_anew() -> None:
    # given
    load()

    # when
    changed = terms_text(version_text(roles="[{partner: ATC, role: sponsor}]", revenue=""))
    (loaded,) = api.load_agreements(changed, file="TERMS.yaml", by=colleague(), at=NOW)

    # then
    (version,) = api.list_versions(at=NOW)
    assert loaded.change == "changed"
    assert [(role.partner, role.role) for role in version.roles] == [("ATC", "sponsor")]
    assert version.terms is None
    assert version.standing is Standing.DRAFT


@pytest.mark.django_db
@pytest.mark.parametrize("side", list(Side))
def test_a_version_is_frozen_by_its_first_signature(side: Side) -> None:
    # given
    (version,) = load_approved()
    sign_paper(version.uuid, side.value, by="Somebody", at=LONG_AGO)
    kept = text_of_kept()

    # when
    changed = terms_text().replace("hold_days: 30", "hold_days: 60")
    with pytest.raises(
        DocumentErrors, match="is signed and says something else; a change is a new"
    ):
        load(changed)

    # then
    assert text_of_kept() == kept


@pytest.mark.django_db
def test_one_bad_version_keeps_the_whole_file_out() -> None:
    # given
    put_in_force()
    kept = api.list_versions(at=NOW)

    # when
    with pytest.raises(DocumentErrors, match="version 1 is signed"):
        load(terms_text(version_text().replace("hold_days: 30", "hold_days: 60"), OTHER))

    # then
    assert api.list_versions(at=NOW) == kept


@pytest.mark.django_db
def test_the_next_version_may_not_share_a_day_with_a_kept_one() -> None:
    # given
    put_in_force()

    # when
    overlapping = version_text(version=2, valid_from="2027-09-30", valid_until="2028-09-30")
    with pytest.raises(DocumentErrors, match="version 2 shares days with version 1, which is kept"):
        load(terms_text(overlapping))

    # then
    assert [one.version for one in api.list_versions(at=NOW)] == [1]


@pytest.mark.django_db
def test_the_next_version_begins_the_day_after() -> None:
    # given
    put_in_force()

    # when
    put_in_force(
        terms_text(version_text(version=2, valid_from="2027-10-01", valid_until="2028-09-30"))
    )

    # then
    last_day, next_day = date(2027, 9, 30), date(2027, 10, 1)
    assert [
        api.terms_for(COURSE, at=datetime(day.year, day.month, day.day, tzinfo=UTC)).version
        for day in (last_day, next_day)
    ] == [1, 2]


@pytest.mark.django_db
def test_a_kept_agreement_keeps_its_partner_and_its_spelling() -> None:
    # given
    put_in_force()

    # then
    later = {"version": 2, "valid_from": "2027-10-01", "valid_until": "2028-09-30"}
    with pytest.raises(DocumentErrors, match="is an agreement with GSMA"):
        load(terms_text(version_text(partner="ATC", **later)))
    with pytest.raises(DocumentErrors, match="is kept as “GSMA-SPECTRUM”; write it the same way"):
        load(terms_text(version_text(agreement="gsma-spectrum", **later)))
    assert len(api.list_versions(at=NOW)) == 1


@pytest.mark.django_db
def test_both_signatures_are_kept_with_order_and_moment() -> None:
    # given
    (version,) = load_approved()

    # when
    sign_paper(version.uuid, "partner", by="G. Partner", at=NOW)
    signed = sign_paper(version.uuid, "host", by="H. Host", at=NOW + timedelta(hours=2))

    # then
    assert [(one.place, one.side, one.signed_by, one.signed_at) for one in signed.signatures] == [
        (1, "partner", "G. Partner", NOW),
        (2, "host", "H. Host", NOW + timedelta(hours=2)),
    ]
    assert signed.standing is Standing.IN_FORCE


@pytest.mark.django_db
def test_a_side_signs_once() -> None:
    # given
    (version,) = load_approved()
    sign_paper(version.uuid, "host", by="H. Host", at=NOW)

    # when
    with pytest.raises(
        exceptions.AlreadySigned, match="The host side signed GSMA-SPECTRUM v1 on 2026-11-23"
    ):
        sign_paper(version.uuid, "host", by="Another", at=NOW)

    # then
    (kept,) = api.version(version.uuid, at=NOW).signatures
    assert kept.signed_by == "H. Host"


@pytest.mark.django_db
def test_the_second_signature_is_not_older_than_the_first() -> None:
    # given
    (version,) = load_approved()
    sign_paper(version.uuid, "host", by="H. Host", at=NOW)

    # when
    with pytest.raises(exceptions.SignedOutOfOrder, match="the second signature cannot be older"):
        sign_paper(version.uuid, "partner", by="G.", at=NOW - timedelta(seconds=1))

    # then
    assert len(api.version(version.uuid, at=NOW).signatures) == 1


@pytest.mark.django_db
def test_what_is_not_there_cannot_be_signed_or_suspended() -> None:
    nowhere = api.read_terms(terms_text(), file="TERMS.yaml")[0].version_uuid

    with pytest.raises(exceptions.UnknownVersion, match="There is no agreement version"):
        sign_paper(nowhere, "host", by="H. Host", at=NOW)
    with pytest.raises(exceptions.UnknownVersion, match="There is no agreement “NONE”"):
        api.suspend("NONE", by="officer", reason="?", at=NOW)
    with pytest.raises(exceptions.UnknownVersion, match="shares revenue"):
        api.terms_by_uuid(nowhere)
    with pytest.raises(exceptions.UnknownPartner, match="There is no partner “NONE”"):
        api.partner("NONE")


@pytest.mark.django_db
def test_two_agreements_never_share_the_receipts_of_one_course_on_one_day() -> None:
    # given
    put_in_force(terms_text())
    other = load_approved(terms_text(OTHER))[1]
    sign_paper(other.uuid, "host", by="H. Host", at=NOW)

    # when
    with pytest.raises(exceptions.TermsConflict, match="both share the receipts of a course"):
        sign_paper(other.uuid, "partner", by="G. Partner", at=NOW)

    # then
    assert api.version(other.uuid, at=NOW).obstacles == (
        Obstacle.PARTNER_HAS_NOT_SIGNED,
        Obstacle.NOT_YET_VALID,
    )


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", races.ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_of_two_conflicting_agreements_signed_at_once_one_is_signed(
    isolation: str, atomic: bool
) -> None:
    # given
    one, other = load_approved(terms_text(version_text(), OTHER))
    sign_paper(one.uuid, "host", by="H. Host", at=NOW)
    sign_paper(other.uuid, "host", by="H. Host", at=NOW)

    # when
    outcomes = races.race(
        lambda: sign_paper(one.uuid, "partner", by="G. Partner", at=NOW),
        lambda: sign_paper(other.uuid, "partner", by="G. Partner", at=NOW),
        isolation=isolation,
        atomic=atomic,
    )

    # then
    assert len(races.values(outcomes)) == 1
    assert [type(error) for error in races.errors(outcomes)] == [exceptions.TermsConflict]
    assert models.Signature.objects.count() == 3


@pytest.mark.mariadb
def test_of_two_suspensions_at_once_one_is_recorded() -> None:
    # given
    put_in_force()

    # when
    outcomes = races.race(
        *[lambda: api.suspend(AGREEMENT, by="officer", reason="Review", at=NOW)] * 2,
        isolation=races.REPEATABLE_READ,
        atomic=True,
    )

    # then
    assert [type(error) for error in races.errors(outcomes)] == [exceptions.AlreadySuspended]
    assert models.SuspensionRecord.objects.count() == 1


@pytest.mark.django_db
def test_an_agreement_is_suspended_once_and_resumed_once() -> None:
    # given
    put_in_force()

    # then
    with pytest.raises(exceptions.NotSuspended, match="GSMA-SPECTRUM is not suspended"):
        api.ask_resume(AGREEMENT, by=SUBMITTER, reason="?", at=NOW)
    api.suspend(AGREEMENT, by="officer", reason="Review", at=NOW)
    with pytest.raises(exceptions.AlreadySuspended, match="is suspended since 2026-11-23"):
        api.suspend(AGREEMENT, by="officer", reason="Again", at=NOW)
    with pytest.raises(exceptions.SignedOutOfOrder, match="a new one cannot be older"):
        api.ask_resume(AGREEMENT, by=SUBMITTER, reason="?", at=NOW - timedelta(seconds=1))
    resume(at=NOW)
    assert models.SuspensionRecord.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model",
    [
        models.Partner,
        models.DueDiligenceCheck,
        models.DueDiligenceProposal,
        models.Agreement,
        models.AgreementVersion,
        models.VersionShare,
        models.VersionCourse,
        models.VersionRole,
        models.VersionGoal,
        models.Signature,
        models.SuspensionRecord,
        models.ResumeRequest,
    ],
)
def test_partners_agreements_and_their_records_are_never_deleted(
    model: type[django_models.Model],
) -> None:
    # given (T26)
    (version,) = put_in_force()
    api.suspend(AGREEMENT, by="officer", reason="Review", at=NOW)
    api.ask_resume(AGREEMENT, by=SUBMITTER, reason="Cleared", at=NOW)
    count = model.objects.count()

    # then
    with pytest.raises(exceptions.RecordIsKept, match="are kept, not deleted"):
        model.objects.all().delete()
    with pytest.raises(exceptions.RecordIsKept, match="is kept, not deleted"):
        model.objects.first().delete()
    with pytest.raises(exceptions.RecordIsKept, match="is signed"):
        models.VersionShare.objects.drop_parts_of_draft(
            models.AgreementVersion.objects.get(uuid=version.uuid)
        )
    assert model.objects.count() == count > 0


@pytest.mark.django_db
def test_a_text_that_was_changed_behind_our_back_is_found() -> None:
    # given
    (version,) = put_in_force()
    assert api.list_altered() == ()

    # when
    models.AgreementVersion.objects.filter(uuid=version.uuid).update(agreed_text="{}")

    # then
    assert api.list_altered() == ("GSMA-SPECTRUM version 1",)


@pytest.mark.django_db
def test_people_act_for_their_own_partner_only() -> None:
    # given
    load()

    # when
    api.add_person(account(7), partner_code="GSMA", role="officer", at=NOW)
    api.add_person(account(7), partner_code="GSMA", role="finance", at=NOW)

    # then
    assert api.partners_of(7) == ("GSMA",)
    assert api.is_person_of(7, "GSMA")
    assert not api.is_person_of(7, "ATC")
    assert not api.is_person_of(8, "GSMA")
    with pytest.raises(ValueError, match="“boss” is none of: officer"):
        api.add_person(account(8), partner_code="GSMA", role="boss", at=NOW)
    with pytest.raises(exceptions.UnknownPartner):
        api.add_person(account(8), partner_code="NONE", role="officer", at=NOW)


@pytest.mark.django_db
def test_nobody_acts_for_a_partner_by_a_number_that_no_account_has() -> None:
    """Whoever got the number next would act for the partner."""
    load()

    with pytest.raises(exceptions.UnknownUser, match="No account here has the number 7"):
        api.add_person(7, partner_code="GSMA", role="officer", at=NOW)

    assert not models.PartnerPerson.objects.exists()


@pytest.mark.django_db
def test_a_person_can_leave_a_partner_and_the_platform() -> None:
    # given
    load()
    api.add_person(account(7), partner_code="GSMA", role="officer", at=NOW)
    api.add_person(account(7), partner_code="ATC", role="officer", at=NOW)

    # when
    api.remove_person(7, partner_code="GSMA")
    assert api.partners_of(7) == ("ATC",)
    api.forget_user(7)

    # then
    assert api.partners_of(7) == ()


@pytest.mark.django_db
def test_a_party_is_a_partner_the_fund_or_the_host(settings) -> None:
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    load()

    assert [api.party(code).name for code in ("FUND", "PLATFORM", "ATC")] == [
        "Waiver fund",
        "The Union",
        "Regional Academy",
    ]
    with pytest.raises(exceptions.UnknownPartner):
        api.party("NONE")
