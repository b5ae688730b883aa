"""Two people for terms: one submits a text, another approves it, and only then it is signed."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

import races
from factories.partnerships import (
    APPROVER,
    LONG_AGO,
    SUBMITTER,
    account,
    colleague,
    load,
    load_approved,
    put_in_force,
    sign_paper,
    signatories,
    terms_text,
    uncleared_text,
)
from fairgate.documents import DocumentErrors
from partnerships import api, compat, exceptions, lock_objects, models, rules
from partnerships.data import Obstacle, Standing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHANGED = terms_text().replace("hold_days: 30", "hold_days: 60")


def loaded():
    load()
    signatories()
    (version,) = api.list_versions(at=NOW)
    return version.uuid


@pytest.mark.django_db
def test_a_text_goes_from_draft_to_review_to_approved_and_every_moment_is_kept():
    version = loaded()

    api.submit(version, by=SUBMITTER, note="As we agreed in Geneva", at=NOW)
    api.approve(version, by=APPROVER, at=NOW + HOUR)

    standings = [
        api.version(version, at=moment).standing
        for moment in (NOW - HOUR, NOW, NOW + HOUR - timedelta(microseconds=1), NOW + HOUR)
    ]
    assert standings == [
        Standing.DRAFT, Standing.IN_REVIEW, Standing.IN_REVIEW, Standing.IN_REVIEW,
    ]  # fmt: skip
    assert Obstacle.NOT_APPROVED in api.version(version, at=NOW).obstacles
    assert Obstacle.NOT_APPROVED not in api.version(version, at=NOW + HOUR).obstacles
    (review,) = api.version(version, at=NOW + HOUR).reviews
    assert (review.submitted_by, review.submitted_at, review.note) == (
        SUBMITTER, NOW, "As we agreed in Geneva",
    )  # fmt: skip
    assert (review.outcome, review.ended_by, review.ended_at) == ("approved", APPROVER, NOW + HOUR)
    assert [one.outcome for one in api.version(version, at=NOW).reviews] == [""]


@pytest.mark.django_db
def test_who_acts_for_the_partner_does_not_approve_its_terms():
    version = loaded()
    api.add_person(account(APPROVER), partner_code="GSMA", role="officer", at=LONG_AGO)
    api.submit(version, by=SUBMITTER, at=NOW)

    with pytest.raises(exceptions.SecondPersonNeeded, match="acts for the partner"):
        api.approve(version, by=APPROVER, at=NOW)

    assert Obstacle.NOT_APPROVED in api.version(version, at=NOW).obstacles


@pytest.mark.django_db
def test_who_acts_for_the_partner_records_no_signature_of_the_host():
    """One person would put both names under a text, and it would be in force."""
    (version,) = load_approved()
    inside = User.objects.create_user("inside", first_name="Ann", last_name="Inside")
    api.add_person(inside.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=LONG_AGO)

    with pytest.raises(exceptions.SecondPersonNeeded, match="records no signature of the host"):
        api.sign(version.uuid, side="host", by="H. Host", recorded_by="inside", at=NOW)

    api.sign(version.uuid, side="partner", by="Ann Inside", recorded_by="inside", at=NOW)
    assert models.Signature.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", " ", "H.\x00Host", "H.\nHost", "H" * 151])
def test_a_signature_is_a_name_that_people_can_read(name):
    """It stands on the paper of the agreement, for as long as that is kept."""
    (version,) = load_approved()

    with pytest.raises(exceptions.NotASignatory):
        sign_paper(version.uuid, "host", by=name, at=NOW)

    assert not models.Signature.objects.exists()


@pytest.mark.django_db
def test_nobody_signs_what_was_not_approved():
    version = loaded()

    for prepare in (lambda: None, lambda: api.submit(version, by=SUBMITTER, at=NOW)):
        prepare()
        for side, name in (("host", "H. Host"), ("partner", "G. Partner")):
            with pytest.raises(exceptions.NotApproved, match="after a second person has"):
                sign_paper(version, side, by=name, at=NOW)

    assert not models.Signature.objects.exists()
    assert Obstacle.NOT_APPROVED in api.version(version, at=NOW).obstacles


@pytest.mark.django_db
def test_who_submitted_a_text_cannot_approve_it():
    version = loaded()
    api.submit(version, by=SUBMITTER, at=NOW)

    with pytest.raises(exceptions.SecondPersonNeeded, match="by another person than who loaded"):
        api.approve(version, by=SUBMITTER, at=NOW)

    assert api.version(version, at=NOW).standing is Standing.IN_REVIEW


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["olga", "OLGA"])
def test_who_loaded_a_text_cannot_approve_it(name):
    olga = User.objects.create_user("olga")
    api.load_agreements(uncleared_text(), file="TERMS.yaml", by="olga", at=LONG_AGO)
    models.AgreementVersion.objects.update(loaded_by=name)  # as it was told, once
    (version,) = api.list_versions(at=NOW)
    api.submit(version.uuid, by=SUBMITTER, at=NOW)

    with pytest.raises(exceptions.SecondPersonNeeded):
        api.approve(version.uuid, by=olga.pk, at=NOW)


@pytest.mark.django_db
def test_who_loaded_a_text_cannot_approve_it_when_their_account_is_called_otherwise_since():
    olga = User.objects.create_user("olga")
    api.load_agreements(uncleared_text(), file="TERMS.yaml", by="olga", at=LONG_AGO)
    (version,) = api.list_versions(at=NOW)
    api.submit(version.uuid, by=SUBMITTER, at=NOW)
    User.objects.filter(pk=olga.pk).update(username="o.petrova")

    with pytest.raises(exceptions.SecondPersonNeeded, match="by another person than who loaded"):
        api.approve(version.uuid, by=olga.pk, at=NOW)

    assert models.AgreementVersion.objects.get().loaded_by == "olga"


@pytest.mark.django_db
def test_nobody_loads_a_text_that_they_could_approve_under_another_name():
    User.objects.create_user("left", is_active=False)
    for by in ("nobody", "left"):
        with pytest.raises(exceptions.AccountNeeded, match=f"“{by}” is no active account here"):
            api.load_agreements(uncleared_text(), file="TERMS.yaml", by=by, at=NOW)
    assert not models.AgreementVersion.objects.exists()
    version = loaded()

    with pytest.raises(exceptions.AccountNeeded):
        api.load_agreements(
            uncleared_text().replace("hold_days: 30", "hold_days: 60"),
            file="TERMS.yaml",
            by="nobody",
            at=NOW,
        )
    (unchanged,) = api.load_agreements(uncleared_text(), file="TERMS.yaml", by="nobody", at=NOW)

    assert (unchanged.uuid, unchanged.change) == (version, "unchanged")


@pytest.mark.django_db
def test_a_text_is_loaded_under_the_name_that_the_account_has_now():
    """A database may find an account by a name in other letters, which would be somebody else's."""
    User.objects.create_user("olga")
    by = "OLGA" if connection.vendor == "mysql" else "olga"

    api.load_agreements(uncleared_text(), file="TERMS.yaml", by=by, at=NOW)

    assert models.AgreementVersion.objects.get().loaded_by == "olga"


@pytest.mark.django_db
def test_the_database_refuses_that_one_person_does_both():
    version = loaded()
    api.submit(version, by=SUBMITTER, at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        models.ReviewRound.objects.update(confirmed_by=SUBMITTER, confirmed_at=NOW)


@pytest.mark.django_db
def test_what_is_not_submitted_is_not_approved_and_nothing_is_submitted_twice():
    version = loaded()

    with pytest.raises(exceptions.ReviewRefused, match="does not wait for approval"):
        api.approve(version, by=APPROVER, at=NOW)
    api.submit(version, by=SUBMITTER, at=NOW)
    with pytest.raises(exceptions.ReviewRefused, match="waits for approval already"):
        api.submit(version, by=APPROVER, at=NOW)
    api.approve(version, by=APPROVER, at=NOW)
    with pytest.raises(exceptions.ReviewRefused, match="is approved already"):
        api.submit(version, by=SUBMITTER, at=NOW)
    with pytest.raises(exceptions.ReviewRefused, match="does not wait"):
        api.approve(version, by=SUBMITTER, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("is_approved", [False, True])
def test_a_text_is_frozen_while_it_is_reviewed_and_until_it_is_returned(is_approved):
    version = loaded()
    api.submit(version, by=SUBMITTER, at=NOW)
    if is_approved:
        api.approve(version, by=APPROVER, at=NOW)

    with pytest.raises(DocumentErrors, match="return it to its draft first"):
        load(CHANGED, at=NOW)
    assert [one.change for one in loading(terms_text())] == ["unchanged"]
    returned = api.return_to_draft(version, by=APPROVER, because="60 days", at=NOW + HOUR)
    assert returned.standing is Standing.DRAFT
    assert [one.change for one in loading(CHANGED)] == ["changed"]

    outcome = "withdrawn" if is_approved else "returned"
    (review,) = api.version(version, at=NOW + HOUR).reviews
    assert (review.outcome, review.because) == (outcome, "60 days")


def loading(text):
    return api.load_agreements(text, file="TERMS.yaml", by=colleague(), at=NOW + HOUR)


@pytest.mark.django_db
def test_what_was_returned_is_reviewed_anew():
    version = loaded()
    api.submit(version, by=SUBMITTER, at=NOW)
    api.return_to_draft(version, by=APPROVER, because="A word is missing.", at=NOW)

    with pytest.raises(exceptions.SignedOutOfOrder):
        api.submit(version, by=SUBMITTER, at=NOW - HOUR)
    api.submit(version, by=SUBMITTER, at=NOW + HOUR)
    approved = api.approve(version, by=APPROVER, at=NOW + HOUR)

    assert approved.standing is Standing.IN_REVIEW
    assert Obstacle.NOT_APPROVED not in approved.obstacles
    assert [one.outcome for one in approved.reviews] == ["returned", "approved"]


@pytest.mark.django_db
def test_a_return_needs_a_reason_and_a_text_that_is_no_draft_and_is_not_signed():
    version = loaded()

    with pytest.raises(exceptions.ReviewRefused, match="is a draft already"):
        api.return_to_draft(version, by=APPROVER, because="?", at=NOW)
    api.submit(version, by=SUBMITTER, at=NOW)
    with pytest.raises(exceptions.ReviewRefused, match="Say why"):
        api.return_to_draft(version, by=APPROVER, because=" ", at=NOW)
    api.approve(version, by=APPROVER, at=NOW)
    sign_paper(version, "host", by="H. Host", at=NOW)
    with pytest.raises(exceptions.ReviewRefused, match="is signed; a change is a new version"):
        api.return_to_draft(version, by=APPROVER, because="?", at=NOW)


@pytest.mark.django_db
def test_a_signature_is_not_older_than_the_approval():
    version = loaded()
    api.submit(version, by=SUBMITTER, at=NOW)
    with pytest.raises(exceptions.SignedOutOfOrder):
        api.approve(version, by=APPROVER, at=NOW - HOUR)
    api.approve(version, by=APPROVER, at=NOW)

    with pytest.raises(exceptions.SignedOutOfOrder):
        sign_paper(version, "host", by="H. Host", at=NOW - HOUR)


@pytest.mark.django_db
def test_a_text_that_changed_behind_our_back_is_neither_approved_nor_signed():
    version = loaded()
    api.submit(version, by=SUBMITTER, at=NOW)
    kept = models.AgreementVersion.objects.get().checksum
    models.AgreementVersion.objects.update(checksum="0" * 64)

    with pytest.raises(exceptions.TextChanged):
        api.approve(version, by=APPROVER, at=NOW)
    models.AgreementVersion.objects.update(checksum=kept)
    api.approve(version, by=APPROVER, at=NOW)
    models.AgreementVersion.objects.update(checksum="0" * 64)
    with pytest.raises(exceptions.TextChanged):
        sign_paper(version, "host", by="H. Host", at=NOW)


@pytest.mark.django_db
def test_only_a_signatory_signs_for_the_partner():
    (version,) = load_approved()

    with pytest.raises(exceptions.NotASignatory, match=r"“H\. Host” is no signatory of GSMA"):
        sign_paper(version.uuid, "partner", by="H. Host", at=NOW)
    api.sign(version.uuid, side="partner", by="g.  PARTNER", recorded_by=colleague("olga"), at=NOW)

    (signature,) = api.version(version.uuid, at=NOW).signatures
    assert (signature.means, signature.checksum) == ("paper", version.checksum)
    assert models.Signature.objects.get().recorded_by == "olga"


@pytest.mark.django_db
def test_a_user_who_signs_for_the_partner_consents_to_the_text_that_they_have_seen():
    (version,) = load_approved()
    grace = User.objects.create_user("grace", first_name="Grace", last_name="Wanjiru")
    api.add_person(grace.pk, partner_code="GSMA", role="officer", at=NOW)

    with pytest.raises(exceptions.NotASignatory, match="You do not sign for GSMA"):
        api.consent(version.uuid, user_id=grace.pk, checksum=version.checksum, at=NOW)
    api.add_person(grace.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)
    for seen in ("", "0" * 64):
        with pytest.raises(exceptions.TextChanged):
            api.consent(version.uuid, user_id=grace.pk, checksum=seen, at=NOW)
    signed = api.consent(version.uuid, user_id=grace.pk, checksum=version.checksum, at=NOW)

    (signature,) = signed.signatures
    assert (signature.side, signature.signed_by, signature.means, signature.checksum) == (
        "partner", "Grace Wanjiru", "consent", version.checksum,
    )  # fmt: skip
    assert models.Signature.objects.get().user_id == grace.pk


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["loaded", "submitted", "approved"])
def test_who_acted_for_the_host_does_not_consent_for_the_partner_that_they_act_for_since(act):
    olga = User.objects.create_user("olga")
    who = {"loaded": colleague(), "submitted": SUBMITTER, "approved": APPROVER}
    who[act] = "olga" if act == "loaded" else olga.pk
    api.load_agreements(uncleared_text(), file="TERMS.yaml", by=who["loaded"], at=LONG_AGO)
    (version,) = api.list_versions(at=LONG_AGO)
    api.submit(version.uuid, by=who["submitted"], at=LONG_AGO)
    api.approve(version.uuid, by=who["approved"], at=LONG_AGO)
    api.add_person(olga.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)

    with pytest.raises(exceptions.SecondPersonNeeded, match="does not sign it for the partner"):
        api.consent(version.uuid, user_id=olga.pk, checksum=version.checksum, at=NOW)
    assert not models.Signature.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("full_name", ["", "Grace\nWanjiru", "Grace \u202eurijnaW", "\x07"])
def test_under_a_text_stands_a_name_that_people_can_read(full_name):
    (version,) = load_approved()
    grace = User.objects.create_user("grace", first_name=full_name)
    api.add_person(grace.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)

    api.consent(version.uuid, user_id=grace.pk, checksum=version.checksum, at=NOW)

    assert models.Signature.objects.get().signed_by == "grace"


@pytest.fixture
def profiles(monkeypatch):
    """As on Open edX: a person has one name, in the profile, and the account has none."""
    names = {}
    monkeypatch.setattr(compat, "full_name", lambda user_id: names.get(user_id, ""))
    return names


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("in_profile", "stands"),
    [("Grace Wanjiru", "Grace Wanjiru"), ("Grace\nWanjiru", "gw_1983"), ("", "gw_1983")],
)
def test_under_a_text_stands_the_name_of_the_profile(profiles, in_profile, stands):
    (version,) = load_approved()
    grace = User.objects.create_user("gw_1983")
    profiles[grace.pk] = in_profile
    api.add_person(grace.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)

    api.consent(version.uuid, user_id=grace.pk, checksum=version.checksum, at=NOW)

    assert models.Signature.objects.get().signed_by == stands


@pytest.mark.django_db
def test_who_has_a_name_in_their_profile_may_have_signed_the_paper(profiles):
    (version,) = load_approved()
    grace = User.objects.create_user("gw_1983")
    profiles[grace.pk] = "Grace Wanjiru"
    api.add_person(grace.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)

    sign_paper(version.uuid, "partner", by="Grace Wanjiru", at=NOW)

    assert models.Signature.objects.get().signed_by == "Grace Wanjiru"


@pytest.mark.django_db
def test_who_has_no_active_account_any_more_signs_no_paper():
    (version,) = load_approved()
    grace = User.objects.create_user("grace", first_name="Grace", last_name="Wanjiru")
    api.add_person(grace.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)
    User.objects.filter(pk=grace.pk).update(is_active=False)

    with pytest.raises(exceptions.NotASignatory, match="“Grace Wanjiru” is no signatory of GSMA"):
        sign_paper(version.uuid, "partner", by="Grace Wanjiru", at=NOW)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Keller", "ann  KELLER"),
        ("Ann Keller", "Keller, Ann"),
        ("Ann-Marie O’Neill", "O'Neill Ann Marie"),
        ("Ann-Marie Keller", "Keller, AnnMarie"),
        ("ann_keller", "Ann Keller"),
        ("annkeller", "ann.keller"),
        ("Ａｎｎ Keller", "Ann Keller"),  # letters of full width
        ("Jose\u0301 Ma", "José Ma"),
        ("Straße", "STRASSE"),
        ("王 小明", "王小明"),
        ("सीता", "सीता."),
        ("...", " ... "),
    ],
)
def test_names_that_are_spelt_otherwise_are_of_one_person(one, other):
    assert rules.is_same_person(one, other)
    assert rules.is_same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann Keller", "Anna Keller"),
        ("Ann Keller", "Ann"),
        ("Ann Keller", "Nan Keller"),
        ("सीता", "सती"),  # the same letters under other marks
        ("...", "---"),
        ("ann", ""),
    ],
)
def test_other_names_are_of_other_people(one, other):
    assert not rules.is_same_person(one, other)
    assert not rules.is_same_person(other, one)


@pytest.mark.django_db
def test_a_user_with_the_role_may_have_signed_the_paper():
    (version,) = load_approved()
    grace = User.objects.create_user("grace", first_name="Grace", last_name="Wanjiru")
    api.add_person(grace.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=NOW)

    sign_paper(version.uuid, "partner", by="Grace Wanjiru", at=NOW)

    assert models.Signature.objects.get().signed_by == "Grace Wanjiru"


@pytest.mark.django_db
def test_what_was_signed_before_approvals_were_recorded_stays_in_force():
    (version,) = put_in_force()
    models.ReviewRound.objects.all()._raw_delete("default")
    assert api.version(version.uuid, at=NOW).obstacles == (Obstacle.NOT_APPROVED,)

    row = models.AgreementVersion.objects.get()
    models.ApprovalBeforeRecords.objects.create(version=row, since=LONG_AGO)

    assert api.version(version.uuid, at=NOW).standing is Standing.IN_FORCE
    assert api.version(version.uuid, at=LONG_AGO - HOUR).standing is Standing.DRAFT
    with pytest.raises(exceptions.ReviewRefused, match="is signed"):
        api.return_to_draft(version.uuid, by=APPROVER, because="?", at=NOW)


def two_decisions(version, **options):
    """One colleague approves what another sends back, at the same moment."""
    return races.race(
        lambda: api.approve(version, by=APPROVER, at=NOW),
        lambda: api.return_to_draft(version, by=903, because="A word", at=NOW),
        **options,
    )


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", races.ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
def test_a_text_that_is_approved_while_it_is_loaded_anew_is_the_one_that_was_submitted(
    isolation, atomic
):
    version = loaded()
    api.submit(version, by=SUBMITTER, at=LONG_AGO)

    two_decisions(version, isolation=isolation, atomic=atomic)
    outcomes = races.race(
        lambda: sign_paper(version, "host", by="H. Host", at=NOW),
        lambda: load(CHANGED, at=NOW),
        isolation=isolation,
        atomic=atomic,
    )

    row = models.AgreementVersion.objects.get()
    signed = models.Signature.objects.first()
    approved = models.ReviewRound.objects.get()
    assert len(races.errors(outcomes)) == 1
    if signed is None:
        assert (approved.live_key, "60" in row.agreed_text) == (None, True)
    else:
        assert signed.checksum == row.checksum == approved.checksum


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", races.ISOLATIONS)
def test_of_two_who_approve_at_once_one_has_done_it(isolation):
    version = loaded()
    api.submit(version, by=SUBMITTER, at=LONG_AGO)

    outcomes = races.race(
        *[lambda by=by: api.approve(version, by=by, at=NOW) for by in (APPROVER, 903, 904)],
        isolation=isolation,
        atomic=True,
    )

    assert len(races.values(outcomes)) == 1
    assert {type(error) for error in races.errors(outcomes)} == {exceptions.ReviewRefused}


@pytest.mark.mariadb
def test_without_the_lock_two_would_have_approved(monkeypatch):
    version = loaded()
    api.submit(version, by=SUBMITTER, at=LONG_AGO)
    gate = races.threading.Barrier(2, timeout=30)

    @contextmanager
    def unlocked(uuid):
        yield models.AgreementVersion.objects.get(uuid=uuid)

    def read_together(version):
        found = version.review_rounds.get()
        gate.wait()
        return lock_objects.Review.SUBMITTED, found

    monkeypatch.setattr(lock_objects, "locked_version", unlocked)
    monkeypatch.setattr(lock_objects, "review_now", read_together)
    outcomes = races.race(
        *[lambda by=by: api.approve(version, by=by, at=NOW) for by in (APPROVER, 903)]
    )

    assert len(races.values(outcomes)) == 2
