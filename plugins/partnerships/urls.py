"""Pages of partners, under ``^fairgate/partners/``."""

from __future__ import annotations

from django.urls import include, path

from . import (
    views,
    views_agreement,
    views_badges,
    views_consent,
    views_deliveries,
    views_mark_files,
    views_marks,
    views_promotions,
    views_recognition,
    views_records,
)

app_name = "partnerships"

urlpatterns = [
    path("api/v1/", include("partnerships.rest.urls")),
    path("", views.partners, name="partners"),
    # Codes of partners are in capital letters, so that none of them is called like these.
    path("marks/", views_marks.waiting, name="waiting_pictures"),
    path("marks/kept/<str:name>", views_mark_files.kept_mark, name="kept_mark"),
    path("marks/<str:name>", views_mark_files.mark, name="mark"),
    path("promotions/", views_promotions.waiting, name="waiting_promotions"),
    path("evidence/<uuid:file>/", views.evidence, name="evidence"),
    path("agreements/<uuid:version>.pdf", views.agreement_paper, name="agreement_paper"),
    path("recognition/", views_recognition.tiers, name="recognition"),
    path("recognition/<uuid:uuid>/", views_recognition.tiers, name="recognition_scheme"),
    path("awards/<uuid:uuid>/", views_recognition.award, name="award"),
    # These stand in badges that partners keep: none of them may change.
    path("badges/issuer", views_badges.issuer, name="badge_issuer"),
    path("badges/keys/", views_badges.keys, name="badge_keys"),
    path("badges/keys/<str:fingerprint>", views_badges.key, name="badge_key"),
    path("badges/status/1", views_badges.status, name="badge_status"),
    path(
        "badges/tiers/<uuid:tier>/<str:language>",
        views_badges.achievement,
        name="badge_achievement",
    ),
    path("badges/emblems/<str:name>.<str:suffix>", views_badges.emblem, name="badge_emblem"),
    path("badges/awards/<uuid:uuid>.jwt", views_badges.token, name="badge_token"),
    path("badges/awards/<uuid:uuid>.<str:suffix>", views_badges.baked, name="badge_picture"),
    path("<str:code>/", views.partner, name="partner"),
    path("<str:code>/agreements/<uuid:version>/", views_agreement.agreement, name="agreement"),
    path("<str:code>/agreements/<uuid:version>/consent/", views_consent.consent, name="consent"),
    path(
        "<str:code>/agreements/<uuid:version>/obligations/<str:promise>/<str:due>/",
        views_records.record_fulfilment,
        name="record_fulfilment",
    ),
    path(
        "<str:code>/agreements/<uuid:version>/contributions/<str:promise>/",
        views_deliveries.record_delivery,
        name="record_delivery",
    ),
    path(
        "<str:code>/agreements/<uuid:version>/contributions/<str:promise>/<uuid:record>/correct/",
        views_deliveries.correct_delivery,
        name="correct_delivery",
    ),
    path(
        "<str:code>/agreements/<uuid:version>/contributions/<str:promise>/<uuid:record>/take-back/",
        views_deliveries.take_back_delivery,
        name="take_back_delivery",
    ),
    path(
        "<str:code>/agreements/<uuid:version>/outcomes/<str:promise>/",
        views_records.record_actual,
        name="record_actual",
    ),
    path("<str:code>/promotions/", views_promotions.promotions, name="promotions"),
    path("<str:code>/promotions/propose/", views_promotions.propose, name="propose_promotion"),
    path("<str:code>/promotions/<uuid:uuid>/", views_promotions.promotion, name="promotion"),
    path(
        "<str:code>/promotions/<uuid:uuid>/decide/",
        views_promotions.decide,
        name="decide_promotion",
    ),
    path(
        "<str:code>/promotions/<uuid:uuid>/withdraw/",
        views_promotions.withdraw,
        name="withdraw_promotion",
    ),
    path("<str:code>/public/", views_recognition.partner, name="public_partner"),
    path("<str:code>/marks/", views_marks.pictures, name="pictures"),
    path("<str:code>/marks/send/", views_marks.send, name="send_picture"),
    path("<str:code>/marks/<uuid:uuid>/", views_marks.picture, name="picture"),
    path("<str:code>/marks/<uuid:uuid>/decide/", views_marks.decide, name="decide_picture"),
    path("<str:code>/marks/<uuid:uuid>/withdraw/", views_marks.withdraw, name="withdraw_picture"),
    path("<str:code>/marks/<uuid:uuid>/<str:name>", views_mark_files.preview, name="preview"),
]
