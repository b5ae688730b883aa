"""Addresses for who acts for an organisation, and for who was given a seat by one."""

from __future__ import annotations

from django.urls import path

from fee_payments.rest import (
    views_invitations,
    views_organisations,
    views_pools,
    views_quotes,
    views_seats,
)

_ONE = "organisations/<uuid:organisation>/"

described = [
    path("organisations/", views_organisations.Organisations.as_view(), name="organisations"),
    path(_ONE, views_organisations.OneOrganisation.as_view(), name="organisation"),
    path(f"{_ONE}price/", views_organisations.Price.as_view(), name="price_of_seats"),
    path(
        f"{_ONE}orders/",
        views_organisations.OrganisationOrders.as_view(),
        name="orders_of_organisation",
    ),
    path(
        f"{_ONE}invoices/",
        views_organisations.OrganisationInvoices.as_view(),
        name="invoices_of_organisation",
    ),
    path(
        f"{_ONE}quotes/", views_quotes.OrganisationQuotes.as_view(), name="quotes_of_organisation"
    ),
    path(f"{_ONE}quotes/<uuid:quote>/", views_quotes.OneQuote.as_view(), name="quote_document"),
    path(
        f"{_ONE}quotes/<uuid:quote>/order/",
        views_quotes.OrderOfQuote.as_view(),
        name="order_of_quote",
    ),
    path(
        f"{_ONE}quotes/<uuid:quote>/purchase-order/",
        views_quotes.PurchaseOrder.as_view(),
        name="purchase_order",
    ),
    path("pools/", views_pools.Pools.as_view(), name="pools"),
    path("pools/<uuid:pool>/", views_pools.OnePool.as_view(), name="pool"),
    path("pools/<uuid:pool>/seats/", views_seats.Seats.as_view(), name="seats"),
    path(
        "pools/<uuid:pool>/invitations/", views_seats.PoolInvitations.as_view(), name="invitations"
    ),
    path("pools/<uuid:pool>/codes/", views_seats.PoolCodes.as_view(), name="pool_codes"),
    path("seats/<uuid:seat>/release/", views_seats.Releasing.as_view(), name="release_seat"),
    path("seats/<uuid:seat>/revoke/", views_seats.Revoking.as_view(), name="revoke_seat"),
    path("seats/<uuid:seat>/reassign/", views_seats.Reassigning.as_view(), name="reassign_seat"),
    path("seats/<uuid:seat>/resend/", views_seats.Resending.as_view(), name="resend_invitation"),
    path("invitations/<str:token>/", views_invitations.Invitation.as_view(), name="invitation"),
    path(
        "invitations/<str:token>/accept/",
        views_invitations.Accepting.as_view(),
        name="accept_invitation",
    ),
    path(
        "invitations/<str:token>/decline/",
        views_invitations.Declining.as_view(),
        name="decline_invitation",
    ),
    path("given-seats/", views_invitations.OwnSeats.as_view(), name="own_seats"),
    path(
        "given-seats/<uuid:seat>/sharing/",
        views_invitations.Sharing.as_view(),
        name="share_progress",
    ),
]
