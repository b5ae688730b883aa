"""Where the API is: ``/fairgate/waivers/api/v1/``; its description under ``openapi/``."""

from __future__ import annotations

from django.urls import path

from fairgate_rest.views import description
from waiver_policy.rest import (
    views,
    views_documents,
    views_evidence,
    views_facts,
    views_fund,
    views_lists,
    views_nominations,
)

described = [
    path("lists/", views.Lists.as_view(), name="lists"),
    path("lists/<str:code>/members/", views.Members.as_view(), name="members"),
    path("lists/contested/", views_lists.Contested.as_view(), name="contested"),
    path(
        "lists/<str:code>/members/<str:country>/confirm/",
        views_lists.Confirmation.as_view(),
        name="confirm_membership",
    ),
    path("proposals/", views_lists.Proposals.as_view(), name="proposals"),
    path("proposals/<uuid:proposal>/", views_lists.OneProposal.as_view(), name="proposal"),
    path("proposals/<uuid:proposal>/apply/", views_lists.Applying.as_view(), name="apply_edition"),
    path(
        "proposals/<uuid:proposal>/reject/", views_lists.Rejection.as_view(), name="reject_edition"
    ),
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
    path("countries/", views_evidence.OwnCountries.as_view(), name="countries"),
    path("facts/", views_facts.OwnFacts.as_view(), name="facts"),
    path("facts/asked/", views_facts.AskedFacts.as_view(), name="asked_facts"),
    path("price-lock/", views.KeptPrice.as_view(), name="price_lock"),
    path("waiting/", views.OwnPlace.as_view(), name="waiting"),
    path("review/", views.Queue.as_view(), name="review"),
    path("review/<uuid:application>/approve/", views.Approval.as_view(), name="approve"),
    path("review/<uuid:application>/refuse/", views.Refusal.as_view(), name="refuse"),
    path("review/<uuid:application>/ask/", views.Question.as_view(), name="ask"),
    path("review/next/", views.TakingNext.as_view(), name="take_next"),
    path("review/<uuid:application>/take/", views.Taking.as_view(), name="take"),
    path("review/<uuid:application>/hand-back/", views.HandingBack.as_view(), name="hand_back"),
    path("review/<uuid:application>/send-back/", views.SendingBack.as_view(), name="send_back"),
    path("review/many/", views.ReviewingMany.as_view(), name="review_many"),
    path("review/<uuid:application>/steps/", views.Steps.as_view(), name="steps"),
    path(
        "review/<uuid:application>/countries/",
        views_evidence.SeenCountries.as_view(),
        name="seen_countries",
    ),
    path("review/<uuid:application>/facts/", views_facts.SeenFacts.as_view(), name="seen_facts"),
    path("funds/<str:currency>/", views_fund.Fund.as_view(), name="fund"),
    path("funds/<str:currency>/entries/", views_fund.FundEntries.as_view(), name="fund_entries"),
    path("funds/<str:currency>/runway/", views_fund.FundRunway.as_view(), name="runway"),
    path("credits/", views_fund.Credits.as_view(), name="credits"),
    path(
        "credits/<uuid:credit>/confirm/",
        views_fund.CreditConfirmation.as_view(),
        name="confirm_credit",
    ),
    path(
        "credits/<uuid:credit>/reject/", views_fund.CreditRejection.as_view(), name="reject_credit"
    ),
]

ABOUT = (
    "Country lists as dated evidence, the policy's answer for the caller, applications with their "
    "documents and their review, nominations by administrations, and the fund; new editions and "
    "credits by hand take two people. Money is a text amount with a currency, days and moments are "
    "UTC, faults are problem details (RFC 9457) with a stable code."
)

app_name = "api"
urlpatterns = [
    *described,
    path("openapi/", description("Fairgate: waivers", ABOUT, "1", described), name="openapi"),
]
