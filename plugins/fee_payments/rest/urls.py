"""Where the API is: ``/fairgate/fees/api/v1/``; its description under ``openapi/``."""

from __future__ import annotations

from django.urls import path

from fairgate_rest.views import description
from fee_payments.rest import (
    urls_desk,
    urls_institutions,
    views,
    views_accounting,
    views_invoices,
    views_operators,
    views_orders,
    views_refunds,
)

described = [
    path("offerings/", views.Offerings.as_view(), name="offerings"),
    path("offerings/<slug:code>/", views.OneOffering.as_view(), name="offering"),
    path("offerings/<slug:code>/quote/", views.OwnQuote.as_view(), name="quote"),
    path("offerings/<slug:code>/room/", views.OwnRoomPlace.as_view(), name="room"),
    path("quotes/", views.OwnQuotes.as_view(), name="quotes"),
    path("orders/", views_orders.OwnOrders.as_view(), name="orders"),
    path("orders/<uuid:order>/", views_orders.OneOrder.as_view(), name="order"),
    path("orders/<uuid:order>/next-step/", views_orders.OrderStep.as_view(), name="next_step"),
    path("orders/<uuid:order>/providers/", views_orders.WaysToPay.as_view(), name="providers"),
    path("orders/<uuid:order>/pay/", views_orders.Paying.as_view(), name="pay"),
    path("orders/<uuid:order>/refund-offer/", views_refunds.Offer.as_view(), name="refund_offer"),
    path(
        "orders/<uuid:order>/refund-request/",
        views_refunds.OwnRequest.as_view(),
        name="refund_request",
    ),
    path(
        "orders/<uuid:order>/invoice/",
        views_invoices.InvoiceOfOrder.as_view(),
        name="invoice_of_order",
    ),
    path("invoices/", views_invoices.OwnInvoices.as_view(), name="invoices"),
    path("invoices/<uuid:invoice>/", views_invoices.OneInvoice.as_view(), name="invoice"),
    path("papers/<slug:kind>/<uuid:uuid>/", views_invoices.Paper.as_view(), name="paper"),
    path("waived-seats/", views_orders.WaivedSeats.as_view(), name="waived_seats"),
    path("entitlements/", views.OwnEntitlements.as_view(), name="own_entitlements"),
    path("entitlements/<slug:code>/", views.OwnEntitlement.as_view(), name="own_entitlement"),
    path("seat-codes/redeem/", views.Redemption.as_view(), name="redeem"),
    path("administration/orders/", views_operators.Orders.as_view(), name="search_orders"),
    path(
        "administration/orders/<uuid:order>/",
        views_operators.OneOrder.as_view(),
        name="inspect_order",
    ),
    path(
        "administration/orders/<uuid:order>/refunds/",
        views_operators.Refunding.as_view(),
        name="refund",
    ),
    path(
        "administration/orders/<uuid:order>/give-access-again/",
        views_operators.GivingAgain.as_view(),
        name="give_access_again",
    ),
    path(
        "administration/refund-requests/",
        views_refunds.Requests.as_view(),
        name="refund_requests",
    ),
    path(
        "administration/refund-requests/<uuid:asked>/grant/",
        views_refunds.Granting.as_view(),
        name="grant_refund_request",
    ),
    path(
        "administration/refund-requests/<uuid:asked>/refuse/",
        views_refunds.Refusing.as_view(),
        name="refuse_refund_request",
    ),
    path("administration/entitlements/", views_operators.Rights.as_view(), name="entitlements"),
    path(
        "administration/entitlements/<uuid:right>/end/",
        views_operators.EndingAccess.as_view(),
        name="end_access",
    ),
    path("administration/seat-codes/", views_operators.SeatCodes.as_view(), name="seat_codes"),
    path(
        "administration/seat-codes/<uuid:code>/revoke/",
        views_operators.Revocation.as_view(),
        name="revoke_seat_code",
    ),
    path("accounting/payments/", views_accounting.Payments.as_view(), name="payments"),
    path("accounting/refunds/", views_accounting.Refunds.as_view(), name="refunds"),
    path("accounting/waived-seats/", views_accounting.WaivedSeats.as_view(), name="waived"),
    path("accounting/returned-seats/", views_accounting.ReturnedSeats.as_view(), name="returned"),
    path("accounting/disputes/", views_accounting.Disputes.as_view(), name="disputes"),
    *urls_institutions.described,
    *urls_desk.described,
]

ABOUT = (
    "What courses and their parts cost the caller and why, orders and their payment, rights and "
    "seat codes; for institutions, quotes, orders, invoices, and seats to give; for operators, "
    "orders with their history, refunds, seat codes, invoices and bank statements; for the books, "
    "payments, refunds and waived seats by cursor. Money is a text amount with a currency, days "
    "and moments are UTC, faults are problem details (RFC 9457) with a stable code. A request that "
    "orders, refunds or issues takes an idempotency key."
)

app_name = "api"
urlpatterns = [
    *described,
    path("openapi/", description("Fairgate: fees", ABOUT, "1", described), name="openapi"),
]
