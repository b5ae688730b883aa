"""Where the API is: ``/fairgate/partners/api/v1/``; its description under ``openapi/``."""

from __future__ import annotations

from django.urls import path

from fairgate_rest import row_numbers  # noqa: F401 - numbers of rows in addresses
from fairgate_rest.views import description
from partnerships.rest import (
    views,
    views_people,
    views_place,
    views_recognition,
    views_showing,
    views_steps,
)

_PARTNER = "partners/<str:code>/"
_VERSION = "agreements/<uuid:uuid>/"
_PROPOSAL = "due-diligence/<uuid:uuid>/"
_CHANGE = "partner-changes/<uuid:uuid>/"
_PICTURE = "pictures/<uuid:uuid>/"
_PROMOTION = "promotions/<uuid:uuid>/"
_END = "ends/<row:number>/"
_SCHEME = "schemes/<uuid:uuid>/"
_AWARD = "awards/<uuid:uuid>/"
_DELIVERY = "deliveries/<uuid:uuid>/"

described = [
    path("courses/<str:course>/marks/", views.CourseMarks.as_view(), name="course_marks"),
    path("promotions/", views.Catalogue.as_view(), name="catalogue_promotions"),
    path("partners/", views_place.Partners.as_view(), name="partners"),
    path(_PARTNER, views_place.OnePartner.as_view(), name="partner"),
    path(f"{_PARTNER}clearance/", views_people.Clearance.as_view(), name="clearance"),
    path(f"{_PARTNER}due-diligence/", views_people.DueDiligence.as_view(), name="due_diligence"),
    path(
        "due-diligence/waiting/",
        views_people.WaitingDiligence.as_view(),
        name="waiting_due_diligence",
    ),
    path(
        f"{_PROPOSAL}confirm/",
        views_people.ConfirmDiligence.as_view(),
        name="confirm_due_diligence",
    ),
    path(
        f"{_PROPOSAL}refuse/", views_people.RefuseDiligence.as_view(), name="refuse_due_diligence"
    ),
    path(
        "partner-changes/waiting/",
        views_people.WaitingChanges.as_view(),
        name="waiting_partner_changes",
    ),
    path(f"{_CHANGE}confirm/", views_people.ConfirmChange.as_view(), name="confirm_partner_change"),
    path(f"{_CHANGE}refuse/", views_people.RefuseChange.as_view(), name="refuse_partner_change"),
    path(f"{_PARTNER}contacts/", views_people.Contacts.as_view(), name="contacts"),
    path("contacts/<uuid:uuid>/", views_people.OneContact.as_view(), name="contact"),
    path(f"{_PARTNER}people/", views_people.People.as_view(), name="people"),
    path(f"{_PARTNER}people/<row:user_id>/", views_people.OnePerson.as_view(), name="person"),
    path("agreements/", views_place.Agreements.as_view(), name="agreements"),
    path(_VERSION, views_place.OneAgreement.as_view(), name="agreement"),
    path(f"{_VERSION}promises/", views_place.Promises.as_view(), name="promises"),
    path(f"{_VERSION}changes/", views_steps.Changes.as_view(), name="changes"),
    path(f"{_VERSION}paper/", views_steps.Paper.as_view(), name="paper"),
    path(f"{_VERSION}reviews/", views_steps.Reviews.as_view(), name="reviews"),
    path(f"{_VERSION}submit/", views_steps.Submit.as_view(), name="submit"),
    path(f"{_VERSION}approve/", views_steps.Approve.as_view(), name="approve"),
    path(f"{_VERSION}return/", views_steps.SendBack.as_view(), name="return_to_draft"),
    path(f"{_VERSION}ends/", views_steps.Ends.as_view(), name="ends"),
    path(f"{_END}confirm/", views_steps.ConfirmEnd.as_view(), name="confirm_end"),
    path(f"{_END}refuse/", views_steps.RefuseEnd.as_view(), name="refuse_end"),
    path(f"{_VERSION}consent/", views_place.Consent.as_view(), name="consent"),
    path(f"{_VERSION}sign/", views_place.Sign.as_view(), name="sign"),
    path(f"{_VERSION}suspend/", views_place.Suspend.as_view(), name="suspend"),
    path(f"{_VERSION}resume/", views_place.Resume.as_view(), name="resume"),
    path(f"{_VERSION}resume/confirm/", views_place.ConfirmResume.as_view(), name="confirm_resume"),
    path(f"{_VERSION}resume/refuse/", views_place.RefuseResume.as_view(), name="refuse_resume"),
    path(f"{_VERSION}fulfilments/", views_place.Fulfilments.as_view(), name="fulfilments"),
    path(f"{_VERSION}deliveries/", views_place.Deliveries.as_view(), name="deliveries"),
    path(f"{_VERSION}actuals/", views_place.Actuals.as_view(), name="actuals"),
    path(f"{_DELIVERY}accept/", views_place.AcceptDelivery.as_view(), name="accept_delivery"),
    path(f"{_DELIVERY}refuse/", views_place.RefuseDelivery.as_view(), name="refuse_delivery"),
    path("evidence/<uuid:uuid>/", views_place.Evidence.as_view(), name="evidence"),
    path("schemes/", views_recognition.Schemes.as_view(), name="schemes"),
    path(_SCHEME, views_recognition.OneScheme.as_view(), name="scheme"),
    path(f"{_SCHEME}confirm/", views_recognition.ConfirmScheme.as_view(), name="confirm_scheme"),
    path(f"{_SCHEME}refuse/", views_recognition.RefuseScheme.as_view(), name="refuse_scheme"),
    path("awards/", views_recognition.Awards.as_view(), name="awards"),
    path(_AWARD, views_recognition.OneAward.as_view(), name="award"),
    path(f"{_AWARD}confirm/", views_recognition.ConfirmAward.as_view(), name="confirm_award"),
    path(f"{_AWARD}refuse/", views_recognition.RefuseAward.as_view(), name="refuse_award"),
    path(f"{_AWARD}revoke/", views_recognition.RevokeAward.as_view(), name="revoke_award"),
    path(f"{_PARTNER}awards/", views_recognition.AwardsOfPartner.as_view(), name="propose_award"),
    path(f"{_PARTNER}reached/", views_recognition.Reached.as_view(), name="reached"),
    path("pictures/waiting/", views_showing.WaitingPictures.as_view(), name="waiting_pictures"),
    path(_PICTURE, views_showing.OnePicture.as_view(), name="picture"),
    path(f"{_PARTNER}pictures/", views_showing.Pictures.as_view(), name="pictures"),
    path(f"{_PICTURE}approve/", views_showing.ApprovePicture.as_view(), name="approve_picture"),
    path(f"{_PICTURE}refuse/", views_showing.RefusePicture.as_view(), name="refuse_picture"),
    path(f"{_PICTURE}withdraw/", views_showing.WithdrawPicture.as_view(), name="withdraw_picture"),
    path(
        "promotions/waiting/", views_showing.WaitingPromotions.as_view(), name="waiting_promotions"
    ),
    path(_PROMOTION, views_showing.OnePromotion.as_view(), name="promotion"),
    path(f"{_PARTNER}promotions/", views_showing.Promotions.as_view(), name="promotions"),
    path(
        f"{_PROMOTION}approve/", views_showing.ApprovePromotion.as_view(), name="approve_promotion"
    ),
    path(f"{_PROMOTION}refuse/", views_showing.RefusePromotion.as_view(), name="refuse_promotion"),
    path(
        f"{_PROMOTION}withdraw/",
        views_showing.WithdrawPromotion.as_view(),
        name="withdraw_promotion",
    ),
]

ABOUT = (
    "Which partners stand behind a course, as of this moment: name, role, picture, the sentence "
    "that has to stand with each, and what they promote; how partners are recognised. For a "
    "partner's people and for colleagues with permissions: agreements and their way, promises, "
    "records with evidence, signatures, due diligence, contacts, tiers and awards, pictures and "
    "promotions. What somebody may not see is not there for them (404). Faults are problem details "
    "(RFC 9457) with a stable code."
)

app_name = "api"
urlpatterns = [
    *described,
    path("openapi/", description("Fairgate: partners", ABOUT, "1", described), name="openapi"),
]
