"""The pages, under ``/fairgate/waivers/``."""

from __future__ import annotations

from django.urls import include, path

from waiver_policy import views, views_documents, views_facts, views_nominations, views_review

app_name = "waiver_policy"

urlpatterns = [
    path("api/v1/", include("waiver_policy.rest.urls")),
    path("", views.my_applications, name="mine"),
    path("why/<str:offering_code>/", views.why, name="why"),
    path("keep/<str:offering_code>/", views.keep, name="keep"),
    path("leave/<str:offering_code>/", views.leave, name="leave"),
    path("apply/<str:offering_code>/", views.apply, name="apply"),
    path("facts/", views_facts.told, name="told"),
    path("facts/take-back/", views_facts.take_back, name="take_back"),
    path("facts/of/<str:offering_code>/", views_facts.facts, name="facts"),
    path("application/<uuid:application>/", views.application, name="application"),
    path("application/<uuid:application>/documents/", views_documents.documents, name="documents"),
    path("application/<uuid:application>/countries/", views_documents.countries, name="countries"),
    path("document/<uuid:document>/", views_documents.document, name="document"),
    path("document/<uuid:document>/take-back/", views_documents.remove_document, name="remove"),
    path("review/<uuid:application>/country/", views_documents.seen, name="seen"),
    path("review/<uuid:application>/fact/", views_facts.seen_fact, name="seen_fact"),
    path("review/", views_review.queue, name="review"),
    path("review/next/", views_review.take_next, name="review_next"),
    path("review/chosen/", views_review.review_many, name="review_many"),
    path("review/<uuid:application>/", views_review.review, name="review_one"),
    path("review/<uuid:application>/take/", views_review.take, name="take"),
    path("review/<uuid:application>/hand-back/", views_review.hand_back, name="hand_back"),
    path("nominations/", views_nominations.nominations, name="nominations"),
    path("nominate/<str:offering_code>/", views_nominations.nominate, name="nominate"),
    path(
        "nominations/<uuid:nomination>/withdraw/",
        views_nominations.withdraw,
        name="withdraw_nomination",
    ),
    path("nomination/<uuid:nomination>/", views_nominations.nomination, name="nomination"),
]
