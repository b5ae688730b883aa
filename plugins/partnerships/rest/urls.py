"""Where the API is: ``/fairgate/partners/api/v1/``; its description under ``openapi/``."""

from __future__ import annotations

from django.urls import path

from fairgate_rest.views import description
from partnerships.rest import views, views_place, views_showing

_VERSION = "agreements/<uuid:uuid>/"
_PICTURE = "pictures/<uuid:uuid>/"
_PROMOTION = "promotions/<uuid:uuid>/"
_DELIVERY = "deliveries/<uuid:uuid>/"

described = [
    path("courses/<str:course>/marks/", views.CourseMarks.as_view(), name="course_marks"),
    path("promotions/", views.Catalogue.as_view(), name="catalogue_promotions"),
    path("partners/", views_place.Partners.as_view(), name="partners"),
    path("partners/<str:code>/", views_place.OnePartner.as_view(), name="partner"),
    path("agreements/", views_place.Agreements.as_view(), name="agreements"),
    path(_VERSION, views_place.OneAgreement.as_view(), name="agreement"),
    path(f"{_VERSION}promises/", views_place.Promises.as_view(), name="promises"),
    path(f"{_VERSION}consent/", views_place.Consent.as_view(), name="consent"),
    path(f"{_VERSION}sign/", views_place.Sign.as_view(), name="sign"),
    path(f"{_VERSION}suspend/", views_place.Suspend.as_view(), name="suspend"),
    path(f"{_VERSION}resume/", views_place.Resume.as_view(), name="resume"),
    path(f"{_VERSION}fulfilments/", views_place.Fulfilments.as_view(), name="fulfilments"),
    path(f"{_VERSION}deliveries/", views_place.Deliveries.as_view(), name="deliveries"),
    path(f"{_VERSION}actuals/", views_place.Actuals.as_view(), name="actuals"),
    path(f"{_DELIVERY}accept/", views_place.AcceptDelivery.as_view(), name="accept_delivery"),
    path(f"{_DELIVERY}refuse/", views_place.RefuseDelivery.as_view(), name="refuse_delivery"),
    path("partners/<str:code>/pictures/", views_showing.Pictures.as_view(), name="pictures"),
    path(f"{_PICTURE}approve/", views_showing.ApprovePicture.as_view(), name="approve_picture"),
    path(f"{_PICTURE}refuse/", views_showing.RefusePicture.as_view(), name="refuse_picture"),
    path(f"{_PICTURE}withdraw/", views_showing.WithdrawPicture.as_view(), name="withdraw_picture"),
    path("partners/<str:code>/promotions/", views_showing.Promotions.as_view(), name="promotions"),
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
    "that has to stand with each, and what they promote. For a partner's people and for colleagues "
    "with permissions: agreements, promises, records with evidence, signatures, pictures and "
    "promotions. What somebody may not see is not there for them (404). Faults are problem details "
    "(RFC 9457) with a stable code."
)

app_name = "api"
urlpatterns = [
    *described,
    path("openapi/", description("Fairgate: partners", ABOUT, "1", described), name="openapi"),
]
