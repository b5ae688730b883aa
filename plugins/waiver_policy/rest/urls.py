"""Where the API is: ``/fairgate/waivers/api/v1/``; its description under ``openapi/``."""

from __future__ import annotations

from django.urls import path

from fairgate_rest.views import description
from waiver_policy.rest import views, views_documents, views_nominations

described = [
    path("lists/", views.Lists.as_view(), name="lists"),
    path("lists/<str:code>/members/", views.Members.as_view(), name="members"),
    path("policies/", views.Policies.as_view(), name="policies"),
    path("decision/", views.OwnDecision.as_view(), name="decision"),
    path("applications/", views.OwnApplications.as_view(), name="applications"),
    path("applications/<uuid:application>/", views.OneApplication.as_view(), name="application"),
    path("applications/<uuid:application>/messages/", views.Messages.as_view(), name="messages"),
    path("applications/<uuid:application>/withdraw/", views.Withdrawal.as_view(), name="withdraw"),
    path("applications/<uuid:application>/appeal/", views.Appeal.as_view(), name="appeal"),
    path(
        "applications/<uuid:application>/documents/",
        views_documents.Documents.as_view(),
        name="documents",
    ),
    path("documents/<uuid:document>/", views_documents.OneDocument.as_view(), name="document"),
    path("nominations/", views_nominations.OwnNominations.as_view(), name="nominations"),
    path(
        "nominations/<uuid:nomination>/accept/",
        views_nominations.Acceptance.as_view(),
        name="accept",
    ),
    path(
        "nominations/<uuid:nomination>/decline/",
        views_nominations.Declining.as_view(),
        name="decline",
    ),
    path("administration/calls/", views_nominations.Calls.as_view(), name="calls"),
    path("administration/nominations/", views_nominations.Named.as_view(), name="named"),
    path(
        "administration/nominations/<uuid:nomination>/withdraw/",
        views_nominations.NamedWithdrawal.as_view(),
        name="withdraw_named",
    ),
    path("waiting/", views.OwnPlace.as_view(), name="waiting"),
    path("review/", views.Queue.as_view(), name="review"),
    path("review/<uuid:application>/approve/", views.Approval.as_view(), name="approve"),
    path("review/<uuid:application>/refuse/", views.Refusal.as_view(), name="refuse"),
    path("review/<uuid:application>/ask/", views.Question.as_view(), name="ask"),
    path("review/next/", views.TakingNext.as_view(), name="take_next"),
    path("review/<uuid:application>/take/", views.Taking.as_view(), name="take"),
    path("review/<uuid:application>/hand-back/", views.HandingBack.as_view(), name="hand_back"),
    path("review/<uuid:application>/send-back/", views.SendingBack.as_view(), name="send_back"),
    path("funds/<str:currency>/", views.Fund.as_view(), name="fund"),
    path("funds/<str:currency>/entries/", views.FundEntries.as_view(), name="fund_entries"),
]

ABOUT = (
    "Country lists as dated evidence, the policy's answer for the caller, applications with their "
    "documents and their review, nominations by administrations, and the fund. Money is a text "
    "amount with a currency, days and moments are UTC, faults are problem details (RFC 9457) with "
    "a stable code."
)

app_name = "api"
urlpatterns = [
    *described,
    path("openapi/", description("Fairgate: waivers", ABOUT, "1", described), name="openapi"),
]
