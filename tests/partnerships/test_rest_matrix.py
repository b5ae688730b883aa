"""Every path of the API of partners, and everybody who may ask: 401, 403, 404, or it is done."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

import rest_matrix
from factories import recognition
from factories.brand import sent
from factories.partners_rest import (
    PDF,
    ROOT,
    client_of,
    delivery,
    fulfilment,
    send,
)
from factories.partnerships import COURSE, propose_change
from fairgate.money import Money
from partnerships import api, models
from partnerships.data import Promotion, PromotionPlace

pytestmark = pytest.mark.django_db

NOON = datetime(2027, 2, 1, 12, tzinfo=UTC)
COLLEAGUE, OTHER = 41, 42


@pytest.fixture(autouse=True)
def now(settings):
    with rest_matrix.moving_on(settings, NOON):
        yield


@pytest.fixture
def world():
    """One of everything about GSMA, by the name that it has in an address."""
    award = recognition.gold()
    version = api.list_versions(at=NOON)[0]
    api.propose_scheme(
        recognition.tiers_text(valid_from="2027-03-01"), reason="Next", by=COLLEAGUE, at=NOON
    )
    given = api.record_delivery(
        version.uuid, "GRANT", amount=Money("5.00", "USD"), delivered_on=date(2027, 1, 10),
        evidence="Receipt", file=PDF, by=COLLEAGUE, at=NOON,
    )  # fmt: skip
    end = api.ask_end(
        version.uuid, last_day=date(2027, 3, 31), reason="Both agree", by=COLLEAGUE, at=NOON
    )
    promotion = api.propose_promotion(
        version.uuid,
        Promotion(
            place=PromotionPlace.COURSE, course=COURSE, language="en", text="Free reports",
            url="https://www.gsma.example/", first_day=date(2027, 2, 1),
            last_day=date(2027, 9, 30),
        ),
        by=COLLEAGUE,
        at=NOON,
    )  # fmt: skip
    contact = api.add_contact("GSMA", role="finance", name="F.", email="f@example.org", at=NOON)
    cleared = api.record_due_diligence(
        "GSMA", accepted=True, expires_on=date(2031, 1, 31), by="operator", at=NOON
    )
    person = User.objects.create_user("person")
    api.add_person(person.pk, partner_code="GSMA", role="finance", at=NOON)
    days = {"valid_from": date(2027, 11, 1), "valid_until": date(2028, 10, 31)}
    return {
        "VERSION": version.uuid,
        "DELIVERY": given,
        "EVIDENCE": models.EvidenceFile.objects.get().uuid,
        "END": end,
        "PICTURE": sent().uuid,
        "PROMOTION": promotion,
        "CONTACT": contact,
        "CLEARED": cleared,
        "CHANGE": propose_change(text=recognition.TERMS, at=NOON).uuid,
        "PERSON": person.pk,
        "SCHEME": award.scheme,
        "PROPOSED": models.RecognitionScheme.objects.latest("id").uuid,
        "AWARD": award.uuid,
        "WAITING": recognition.proposed(**days).uuid,
        "COURSE": COURSE,
    }


_SINCE = "since=2026-10-01&until=2026-10-31"

#: Method and path of each operation, and the permissions of the colleague who may.
ASKED = {
    "list_course_marks": ("get", "courses/{COURSE}/marks/", ()),
    "list_catalogue_promotions": ("get", "promotions/", ()),
    "list_partners": ("get", "partners/", ()),
    "get_partner": ("get", "partners/GSMA/", ()),
    "get_clearance": ("get", "partners/GSMA/clearance/", ("view_duediligencecheck",)),
    "list_due_diligence": ("get", "partners/GSMA/due-diligence/", ("view_duediligencecheck",)),
    "record_due_diligence": ("post", "partners/GSMA/due-diligence/", ("add_duediligencecheck",)),
    "list_waiting_due_diligence": ("get", "due-diligence/waiting/", ("view_duediligencecheck",)),
    "confirm_due_diligence": (
        "post", "due-diligence/{CLEARED}/confirm/", ("confirm_duediligenceproposal",),
    ),
    "refuse_due_diligence": (
        "post", "due-diligence/{CLEARED}/refuse/", ("confirm_duediligenceproposal",),
    ),
    "list_waiting_partner_changes": (
        "get", "partner-changes/waiting/", ("view_partnerchange",),
    ),
    "confirm_partner_change": (
        "post", "partner-changes/{CHANGE}/confirm/", ("confirm_partnerchange",),
    ),
    "refuse_partner_change": (
        "post", "partner-changes/{CHANGE}/refuse/", ("confirm_partnerchange",),
    ),
    "list_contacts": ("get", "partners/GSMA/contacts/", ("view_partnercontact",)),
    "add_contact": (
        "post", "partners/GSMA/contacts/", ("view_partnercontact", "add_partnercontact"),
    ),
    "get_contact": ("get", "contacts/{CONTACT}/", ("view_partnercontact",)),
    "remove_contact": (
        "delete", "contacts/{CONTACT}/", ("view_partnercontact", "delete_partnercontact"),
    ),
    "list_people": ("get", "partners/GSMA/people/", ("view_partnerperson",)),
    "add_person": ("put", "partners/GSMA/people/", ("add_partnerperson",)),
    "remove_person": ("delete", "partners/GSMA/people/{PERSON}/", ("delete_partnerperson",)),
    "list_agreements": ("get", "agreements/", ()),
    "get_agreement": ("get", "agreements/{VERSION}/", ("view_agreement",)),
    "get_promises": ("get", "agreements/{VERSION}/promises/", ("view_agreement",)),
    "list_changes": ("get", "agreements/{VERSION}/changes/", ("view_agreement",)),
    "read_agreement_paper": ("get", "agreements/{VERSION}/paper/", ("view_agreement",)),
    "list_reviews": ("get", "agreements/{VERSION}/reviews/", ("view_agreement",)),
    "submit": ("post", "agreements/{VERSION}/submit/", ("submit_agreementversion",)),
    "approve": ("post", "agreements/{VERSION}/approve/", ("approve_agreementversion",)),
    "return_to_draft": ("post", "agreements/{VERSION}/return/", ("approve_agreementversion",)),
    "list_ends": ("get", "agreements/{VERSION}/ends/", ("view_agreement",)),
    "ask_end": ("post", "agreements/{VERSION}/ends/", ("ask_endrecord",)),
    "confirm_end": ("post", "ends/{END}/confirm/", ("confirm_endrecord",)),
    "refuse_end": ("post", "ends/{END}/refuse/", ("confirm_endrecord",)),
    "consent": ("post", "agreements/{VERSION}/consent/", ("sign_agreementversion",)),
    "sign": ("post", "agreements/{VERSION}/sign/", ("sign_agreementversion",)),
    "suspend": ("post", "agreements/{VERSION}/suspend/", ("suspend_agreement",)),
    "ask_resume": ("post", "agreements/{VERSION}/resume/", ("suspend_agreement",)),
    "confirm_resume": (
        "post", "agreements/{VERSION}/resume/confirm/", ("confirm_resumerequest",),
    ),
    "refuse_resume": ("post", "agreements/{VERSION}/resume/refuse/", ("confirm_resumerequest",)),
    "record_fulfilment": ("form", "agreements/{VERSION}/fulfilments/", ("record_fulfilment",)),
    "record_delivery": ("form", "agreements/{VERSION}/deliveries/", ("record_delivery",)),
    "record_actual": ("post", "agreements/{VERSION}/actuals/", ("record_fulfilment",)),
    "accept_delivery": ("post", "deliveries/{DELIVERY}/accept/", ("accept_delivery",)),
    "refuse_delivery": ("post", "deliveries/{DELIVERY}/refuse/", ("accept_delivery",)),
    "read_evidence": ("get", "evidence/{EVIDENCE}/", ("view_agreement",)),
    "list_schemes": ("get", "schemes/", ()),
    "propose_scheme": ("post", "schemes/", ("propose_recognitionscheme",)),
    "get_scheme": ("get", "schemes/{SCHEME}/", ()),
    "confirm_scheme": ("post", "schemes/{PROPOSED}/confirm/", ("confirm_recognitionscheme",)),
    "refuse_scheme": ("post", "schemes/{PROPOSED}/refuse/", ("confirm_recognitionscheme",)),
    "list_awards": ("get", "awards/", ()),
    "get_award": ("get", "awards/{AWARD}/", ()),
    "propose_award": ("post", "partners/GSMA/awards/", ("propose_recognitionaward",)),
    "get_tier_reached": (
        "get", f"partners/GSMA/reached/?{_SINCE}", ("propose_recognitionaward",),
    ),
    "confirm_award": ("post", "awards/{WAITING}/confirm/", ("confirm_recognitionaward",)),
    "refuse_award": ("post", "awards/{WAITING}/refuse/", ("confirm_recognitionaward",)),
    "revoke_award": ("post", "awards/{AWARD}/revoke/", ("revoke_recognitionaward",)),
    "list_waiting_pictures": ("get", "pictures/waiting/", ("approve_brandasset",)),
    "list_pictures": ("get", "partners/GSMA/pictures/", ("approve_brandasset",)),
    "send_picture": ("form", "partners/GSMA/pictures/", ("add_brandasset",)),
    "get_picture": ("get", "pictures/{PICTURE}/", ("approve_brandasset",)),
    "approve_picture": ("post", "pictures/{PICTURE}/approve/", ("approve_brandasset",)),
    "refuse_picture": ("post", "pictures/{PICTURE}/refuse/", ("approve_brandasset",)),
    "withdraw_picture": ("post", "pictures/{PICTURE}/withdraw/", ("approve_brandasset",)),
    "list_waiting_promotions": ("get", "promotions/waiting/", ("approve_promotion",)),
    "list_promotions": ("get", "partners/GSMA/promotions/", ("approve_promotion",)),
    "propose_promotion": ("post", "partners/GSMA/promotions/", ("approve_promotion",)),
    "get_promotion": ("get", "promotions/{PROMOTION}/", ("approve_promotion",)),
    "approve_promotion": ("post", "promotions/{PROMOTION}/approve/", ("approve_promotion",)),
    "refuse_promotion": ("post", "promotions/{PROMOTION}/refuse/", ("approve_promotion",)),
    "withdraw_promotion": ("post", "promotions/{PROMOTION}/withdraw/", ("approve_promotion",)),
}  # fmt: skip

#: Who asks: nobody who is signed in; an officer of another partner; a user without any place; the
#: officer, the signatory and finance of the partner; who sees every agreement and may do no more;
#: a colleague with the permissions above, who sees the agreement.
ROLES = (
    "nobody", "stranger", "bystander", "officer", "signatory", "finance", "reader", "colleague",
)  # fmt: skip

PUBLIC = "yes yes yes yes yes yes yes yes"
SIGNED_IN = "401 yes yes yes yes yes yes yes"
OWN_AND_READERS = "401 404 404 yes yes yes yes yes"
OWN_AND_COLLEAGUE = "401 404 404 yes yes yes 404 yes"
STEP = "401 404 404 403 403 403 403 yes"
STEPS_SEEN = "401 404 404 403 403 403 yes yes"
OF_CONTACTS = "401 404 404 403 403 403 404 yes"
PARTNERSHIP = "401 404 404 yes yes 403 403 yes"
HIDDEN = "401 404 404 404 404 404 404 yes"
COLLEAGUES = "401 403 403 403 403 403 403 yes"

MAY = {
    "list_course_marks": PUBLIC,
    "list_catalogue_promotions": PUBLIC,
    "list_partners": PUBLIC,
    "get_partner": PUBLIC,
    "get_clearance": OWN_AND_READERS,
    "list_due_diligence": STEP,
    "record_due_diligence": STEP,
    "list_waiting_due_diligence": COLLEAGUES,
    "confirm_due_diligence": STEP,
    "refuse_due_diligence": STEP,
    "list_waiting_partner_changes": COLLEAGUES,
    "confirm_partner_change": STEP,
    "refuse_partner_change": STEP,
    "list_contacts": OWN_AND_COLLEAGUE,
    "add_contact": OF_CONTACTS,
    "get_contact": OWN_AND_COLLEAGUE,
    "remove_contact": OF_CONTACTS,
    "list_people": STEP,
    "add_person": STEP,
    "remove_person": STEP,
    "list_agreements": SIGNED_IN,
    "get_agreement": OWN_AND_READERS,
    "get_promises": OWN_AND_READERS,
    "list_changes": OWN_AND_READERS,
    "read_agreement_paper": OWN_AND_READERS,
    "list_reviews": STEPS_SEEN,
    "submit": STEP,
    "approve": STEP,
    "return_to_draft": STEP,
    "list_ends": STEPS_SEEN,
    "ask_end": STEP,
    "confirm_end": STEP,
    "refuse_end": STEP,
    "consent": "401 404 404 403 yes 403 403 403",
    "sign": STEP,
    "suspend": STEP,
    "ask_resume": STEP,
    "confirm_resume": STEP,
    "refuse_resume": STEP,
    "record_fulfilment": PARTNERSHIP,
    "record_delivery": "401 404 404 yes yes yes 403 yes",
    "record_actual": PARTNERSHIP,
    "accept_delivery": STEP,
    "refuse_delivery": STEP,
    "read_evidence": OWN_AND_READERS,
    "list_schemes": PUBLIC,
    "propose_scheme": COLLEAGUES,
    "get_scheme": PUBLIC,
    "confirm_scheme": HIDDEN,
    "refuse_scheme": HIDDEN,
    "list_awards": PUBLIC,
    "get_award": PUBLIC,
    "propose_award": STEP,
    "get_tier_reached": OWN_AND_READERS,
    "confirm_award": HIDDEN,
    "refuse_award": HIDDEN,
    "revoke_award": COLLEAGUES,
    "list_waiting_pictures": COLLEAGUES,
    "list_pictures": OWN_AND_READERS,
    "send_picture": PARTNERSHIP,
    "get_picture": OWN_AND_READERS,
    "approve_picture": STEP,
    "refuse_picture": STEP,
    "withdraw_picture": PARTNERSHIP,
    "list_waiting_promotions": COLLEAGUES,
    "list_promotions": OWN_AND_READERS,
    "propose_promotion": "401 404 404 yes yes 403 403 403",
    "get_promotion": OWN_AND_READERS,
    "approve_promotion": STEP,
    "refuse_promotion": STEP,
    "withdraw_promotion": PARTNERSHIP,
}

CALLERS = {
    "nobody": lambda may: Client(),
    "stranger": lambda may: client_of("officer", partner="ATC"),
    "bystander": lambda may: client_of(""),
    "officer": lambda may: client_of("officer"),
    "signatory": lambda may: client_of("signatory"),
    "finance": lambda may: client_of("finance"),
    "reader": lambda may: client_of("", "view_agreement"),
    "colleague": lambda may: client_of("", *may),
}
#: What a colleague may without seeing every agreement.
WITHOUT_AGREEMENTS = re.compile(
    "diligence|partnerchange|contact|person|recognition|brandasset|promotion"
)
FORMS = {"record_fulfilment": fulfilment, "record_delivery": delivery, "send_picture": dict}


def of_colleague(operation):
    """The permissions of the colleague who may: those of the step, and no more than it takes."""
    may = ASKED[operation][2]
    is_apart = all(WITHOUT_AGREEMENTS.search(one) for one in may)
    return may if is_apart else {*may, "view_agreement"}


MATRIX = rest_matrix.Matrix(
    root=ROOT,
    asked=ASKED,
    may=MAY,
    roles=ROLES,
    send=lambda operation, client, path: send(client, path, **FORMS[operation]()),
)


def test_the_matrix_has_every_operation():
    MATRIX.check_is_whole(client_of("").get(f"{ROOT}openapi/").json())


@pytest.mark.parametrize("role", ROLES)
def test_each_path_answers_each_role_as_the_matrix_says(world, role):
    found = MATRIX.answers(lambda operation: CALLERS[role](of_colleague(operation)), world)

    assert found == MATRIX.column(role)


def test_who_is_no_longer_active_may_nothing(world):
    client = rest_matrix.inactive(client_of("signatory", *MATRIX.everything()))
    closed = [operation for operation, row in MAY.items() if row.startswith("401")]

    assert MATRIX.statuses(closed, client, world) == dict.fromkeys(closed, 401)


def test_what_is_not_there_is_404_for_who_may_everything(world):
    nothing = {name: uuid4() for name in world} | {"END": 10**17, "PERSON": 10**17}
    named = [one for one, how in ASKED.items() if "{" in how[1] and one != "list_course_marks"]

    found = MATRIX.statuses(named, rest_matrix.root_of_everything(), nothing)

    assert found == dict.fromkeys(named, 404)
