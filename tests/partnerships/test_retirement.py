"""Who leaves the platform: what is forgotten here, what stays, and that nothing else is there."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models as db

from factories.brand import drawing
from factories.partnerships import (
    AGREEMENT,
    APPROVER,
    COURSE,
    LONG_AGO,
    PROMISES,
    load_approved,
    sign_paper,
    terms_text,
    version_text,
)
from fairgate.money import Money
from partnerships import api, compat, handlers
from partnerships.data import Background, Promotion, PromotionPlace

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 2, 1, 12, tzinfo=UTC)
NAME, USER_NAME, EMAIL = "Grace Wanjiru", "grace.w", "grace.w@example.org"

#: Numbers of users that stay: who recorded and who accepted is part of the record of an agreement,
#: and a number names nobody once the platform has emptied the account.
KEPT_NUMBERS = {
    "actual.recorded_by",
    "agreementversion.loader_user_id",
    "delivery.asked_by", "delivery.confirmed_by", "delivery.refused_by",
    "duediligenceproposal.asked_by", "duediligenceproposal.confirmed_by",
    "duediligenceproposal.refused_by",
    "partnerchange.asked_by", "partnerchange.confirmed_by", "partnerchange.refused_by",
    "endrecord.asked_by", "endrecord.confirmed_by", "endrecord.refused_by",
    "awardrevocation.revoked_by",
    "evidencefile.uploaded_by",
    "fulfilment.recorded_by",
    "recognitionaward.asked_by", "recognitionaward.confirmed_by", "recognitionaward.refused_by",
    "recognitionscheme.asked_by", "recognitionscheme.confirmed_by", "recognitionscheme.refused_by",
    "resumerequest.asked_by", "resumerequest.confirmed_by", "resumerequest.refused_by",
    "reviewround.asked_by", "reviewround.confirmed_by", "reviewround.refused_by",
    "reviewround.withdrawn_by",
    "signature.recorder_user_id", "signature.user_id",
}  # fmt: skip
FORGOTTEN = {
    "agreementversion.loaded_by",
    "brandasset.uploaded_by", "brandasset.decided_by", "brandasset.withdrawn_by",
    "duediligencecheck.recorded_by",
    "partnercontact.user_id", "partnerperson.user_id",
    "promotion.proposed_by", "promotion.decided_by", "promotion.withdrawn_by",
    "sentonday.user_id",
    "signature.recorded_by",
    "suspensionrecord.recorded_by",
}  # fmt: skip
#: The law of contracts asks who has signed.
KEPT_NAMES = {"signature.signed_by"}


def columns():
    """Every column of the app, by table and name."""
    for model in apps.get_app_config("partnerships").get_models():
        for field in model._meta.concrete_fields:
            yield f"{model._meta.model_name}.{field.name}", model, field


def test_every_column_with_a_person_is_forgotten_or_documented_as_kept():
    persons = {
        name
        for name, _model, field in columns()
        if field.name.endswith("_by") or field.name.endswith("user_id")
    }
    assert persons == KEPT_NUMBERS | FORGOTTEN | KEPT_NAMES


@pytest.fixture
def grace(db):
    """Somebody who has done, in every table, what a person can do there."""
    user = User.objects.create_user(USER_NAME, EMAIL, first_name="Grace", last_name="Wanjiru")
    version, other = load_approved(
        terms_text(version_text(promises=PROMISES), version_text(agreement="OTHER", revenue=""))
    )
    api.sign(other.uuid, side="host", by="H. Host", recorded_by=USER_NAME, at=LONG_AGO)
    sign_paper(version.uuid, "host", by="H. Host", at=LONG_AGO)
    colleague = User.objects.create_user("ann").pk
    api.suspend(AGREEMENT, by=USER_NAME, reason="Review", at=LONG_AGO)
    api.ask_resume(AGREEMENT, by=colleague, reason="Done", at=LONG_AGO)
    api.confirm_resume(AGREEMENT, by=user.pk, at=LONG_AGO)
    api.record_due_diligence(
        "ATC", accepted=True, expires_on=date(2029, 1, 1), by="ann", at=LONG_AGO
    )
    (waits,) = api.list_proposed_diligence(at=LONG_AGO)
    api.confirm_due_diligence(waits.uuid, by=user.pk, at=LONG_AGO)
    api.add_person(user.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=LONG_AGO)
    api.add_contact(
        "GSMA", role="focal_point", name=NAME, email=EMAIL, user_id=user.pk, at=LONG_AGO
    )
    api.consent(version.uuid, user_id=user.pk, checksum=version.checksum, at=LONG_AGO)
    said = {"evidence": "Letter 7", "file": b"%PDF-1.7", "by": user.pk, "at": NOW}
    day = date(2027, 1, 10)
    api.record_fulfilment(version.uuid, "ROOM", due=date(2027, 1, 15), fulfilled_on=day, **said)
    api.record_delivery(version.uuid, "GRANT", amount=Money(5, "USD"), delivered_on=day, **said)
    api.upload_picture(
        "GSMA",
        background=Background.LIGHT,
        content=drawing(),
        alternatives={"en": "Waves"},
        usage_rules={},
        by=user.pk,
        at=NOW,
    )
    asked = Promotion(
        place=PromotionPlace.COURSE,
        course=COURSE,
        language="en",
        text="Free reports",
        url="https://www.gsma.example/",
        first_day=NOW.date(),
        last_day=NOW.date(),
    )
    first = api.propose_promotion(version.uuid, asked, by=user.pk, at=NOW)
    api.withdraw_promotion(first, by=user.pk, reason="Wrong", at=NOW)
    second = api.propose_promotion(version.uuid, asked, by=5, at=NOW)
    api.remove_person(user.pk, partner_code="GSMA")
    api.approve_promotion(second, by=user.pk, at=NOW)
    api.add_person(user.pk, partner_code="GSMA", role="signatory", by=APPROVER, at=LONG_AGO)
    api.load_agreements(
        terms_text(version_text(), version_text(agreement="NEXT", revenue="")).replace(
            version_text(), version_text(promises=PROMISES)
        ),
        file="TERMS.yaml",
        by=USER_NAME,
        at=NOW,
    )
    return user


def found(user):
    """The columns in which a person can still be read, and those with their number."""
    texts, numbers = set(), set()
    for name, model, field in columns():
        for value in model._default_manager.values_list(field.name, flat=True):
            if isinstance(field, db.IntegerField) and field.name.endswith(("_by", "user_id")):
                numbers |= {name} if value == user.pk else set()
            elif any(word in str(value) for word in (NAME, USER_NAME, EMAIL, "Wanjiru")):
                texts.add(name)
    return texts, numbers


def test_before_they_leave_they_are_there(grace):
    texts, numbers = found(grace)

    assert texts > KEPT_NAMES
    assert {"agreementversion.loaded_by", "partnercontact.email"} < texts
    assert "promotion.decided_by" in numbers


def test_nothing_is_left_of_who_leaves_but_their_signature_and_numbers(grace):
    handlers.forget_retired_user(sender=None, user=grace)

    texts, numbers = found(grace)
    assert texts == KEPT_NAMES
    assert numbers <= KEPT_NUMBERS
    assert numbers & FORGOTTEN == set()
    assert api.partners_of(grace.pk) == ()


@pytest.mark.parametrize("email", [EMAIL, "Grace.W@Example.org"])
def test_who_leaves_is_forgotten_as_a_contact_that_names_their_address_and_no_account(email):
    user = User.objects.create_user(USER_NAME, EMAIL)
    load_approved()
    for partner, address in (("GSMA", email), ("ATC", EMAIL), ("ATC", "ann@example.org")):
        api.add_contact(partner, role="focal_point", name="A. B.", email=address, at=LONG_AGO)

    handlers.forget_retired_user(sender=None, user=user)

    left = {one.email for code in ("GSMA", "ATC") for one in api.contacts(code)}
    assert "ann@example.org" in left
    assert EMAIL not in {one.lower() for one in left}


def test_the_address_counts_that_they_had_before_they_asked_to_leave(monkeypatch):
    user = User.objects.create_user(USER_NAME, "retired__user_5f2a@retired.invalid")
    monkeypatch.setattr(compat, "address_of_leaver", {user.pk: EMAIL}.get)
    load_approved()
    api.add_contact("GSMA", role="focal_point", name=NAME, email=EMAIL, at=LONG_AGO)

    handlers.forget_retired_user(sender=None, user=user)

    assert EMAIL not in {one.email for one in api.contacts("GSMA")}


def test_who_leaves_without_an_address_takes_nobodys_contacts_along():
    user = User.objects.create_user(USER_NAME)
    load_approved()
    before = [one.uuid for one in api.contacts("GSMA")]

    handlers.forget_retired_user(sender=None, user=user)

    assert [one.uuid for one in api.contacts("GSMA")] == before


def test_asked_again_nothing_more_happens(grace):
    handlers.forget_retired_user(sender=None, user=grace)
    before = found(grace)

    handlers.forget_retired_user(sender=None, user=grace)

    assert found(grace) == before


def test_what_others_did_stays_under_their_names(grace):
    User.objects.create_user("grace.w2")
    api.suspend(AGREEMENT, by="grace.w2", reason="Review", at=NOW)

    handlers.forget_retired_user(sender=None, user=grace)

    suspensions = api.list_versions(at=NOW)[0].suspensions
    assert len(suspensions) == 3
    model = apps.get_model("partnerships", "SuspensionRecord")
    names = model.objects.order_by("id").values_list("recorded_by", flat=True)
    assert list(names) == [f"user {grace.pk}", f"user {grace.pk}", "grace.w2"]
