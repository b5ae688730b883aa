"""Where the API is: ``/fairgate/waivers/api/v1/``; its description under ``openapi/``."""

from __future__ import annotations

from django.urls import path

from fairgate_rest.views import description
from waiver_policy.rest import views

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
    path("waiting/", views.OwnPlace.as_view(), name="waiting"),
    path("review/", views.Queue.as_view(), name="review"),
    path("review/<uuid:application>/approve/", views.Approval.as_view(), name="approve"),
    path("review/<uuid:application>/refuse/", views.Refusal.as_view(), name="refuse"),
    path("review/<uuid:application>/ask/", views.Question.as_view(), name="ask"),
    path("funds/<str:currency>/", views.Fund.as_view(), name="fund"),
    path("funds/<str:currency>/entries/", views.FundEntries.as_view(), name="fund_entries"),
]

ABOUT = (
    "Country lists as dated evidence, the policy's answer for the caller, applications and their "
    "review, and the fund. Money is a text amount with a currency, days and moments are UTC, "
    "faults are problem details (RFC 9457) with a stable code."
)

app_name = "api"
urlpatterns = [
    *described,
    path("openapi/", description("Fairgate: waivers", ABOUT, "1", described), name="openapi"),
]
