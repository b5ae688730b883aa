"""Addresses of fee_payments, below ``/fairgate/fees/``."""

from __future__ import annotations

from django.urls import include, path, re_path
from django.urls.converters import UUIDConverter

from fairgate_rest import row_numbers  # noqa: F401 - numbers of rows in addresses
from fee_payments import (
    views_authoring,
    views_bank,
    views_batch_orders,
    views_fee,
    views_given_seats,
    views_institutions,
    views_invoices,
    views_ordering,
    views_orders,
    views_quotes,
    views_rooms,
    views_sandbox,
    views_seat_codes,
    views_webhooks,
)
from fee_payments.never_framed import never_framed

app_name = "fee_payments"

_COURSE = r"(?P<course_key>[^/:]+:[^/]+)"

urlpatterns = [
    path("api/v1/", include("fee_payments.rest.urls")),
    path("orders/", views_orders.orders, name="orders"),
    path("orders/checkout/", views_fee.checkout, name="checkout"),
    path("orders/terms/<row:number>/", views_fee.terms, name="terms"),
    path("orders/<uuid:uuid>/", views_orders.order, name="order"),
    path("orders/<uuid:uuid>/pay/", views_ordering.pay, name="pay"),
    path("orders/<uuid:uuid>/refund/", views_orders.refund, name="refund"),
    path("orders/<uuid:uuid>/ask-refund/", views_orders.ask_for_refund, name="ask_for_refund"),
    path("orders/<uuid:uuid>/invoice/", views_invoices.invoice_of_order, name="invoice_of_order"),
    path("orders/<uuid:uuid>/receipt/", views_invoices.receipt, name="receipt"),
    path("invoices/", views_invoices.mine, name="invoices"),
    path("invoices/<uuid:uuid>/", views_invoices.invoice, name="invoice"),
    path("papers/<slug:kind>/<uuid:uuid>/", views_invoices.paper, name="paper"),
    path("desk/invoices/", views_invoices.invoice_list, name="invoice_list"),
    path("desk/invoices/sheet/", views_invoices.invoice_sheet, name="invoice_sheet"),
    path("desk/invoices/<uuid:uuid>/", views_invoices.invoice_desk, name="invoice_desk"),
    path("desk/quotes/", views_quotes.quotes, name="quotes"),
    path("desk/quotes/<uuid:uuid>/", views_quotes.quote, name="quote"),
    path("desk/quotes/<uuid:uuid>/invoice/", views_quotes.invoice_quote, name="invoice_quote"),
    path(
        "desk/purchase-orders/<uuid:uuid>/",
        views_quotes.purchase_order_file,
        name="purchase_order_file",
    ),
    path("desk/bank/", views_bank.imports, name="bank"),
    path("desk/bank/lines/", views_bank.lines, name="bank_lines"),
    path("desk/bank/lines/<row:pk>/", views_bank.line, name="bank_line"),
    path("desk/bank/transfers/<row:pk>/", views_bank.transfer_back, name="transfer_back"),
    path("desk/bank/<uuid:uuid>/", views_bank.bank_import, name="bank_import"),
    path("webhooks/<slug:provider>/", views_webhooks.webhook, name="webhook"),
    path("sandbox/<str:token>/", views_sandbox.hosted_page, name="sandbox"),
    # The key of a course run has a colon, and the code of a fee has none.
    re_path(rf"^author/{_COURSE}/$", views_authoring.fees, name="author_fees"),
    re_path(rf"^author/{_COURSE}/new/$", views_authoring.new_fee, name="author_new"),
    re_path(rf"^author/{_COURSE}/fees/(?P<code>[-\w]+)/$", views_authoring.fee, name="author_fee"),
    re_path(
        rf"^author/{_COURSE}/requests/(?P<uuid>{UUIDConverter.regex})/withdraw/$",
        views_authoring.withdraw,
        name="author_withdraw",
    ),
    path("seats/", views_given_seats.given_seats, name="given_seats"),
    path("seats/<uuid:uuid>/sharing/", views_given_seats.sharing, name="seat_sharing"),
    path("seats/invitation/<str:token>/", views_given_seats.invitation, name="seat_invitation"),
    path("institutions/", views_institutions.pools, name="pools"),
    path("institutions/<uuid:uuid>/order/", views_batch_orders.order, name="batch_order"),
    path("institutions/pools/<uuid:uuid>/", views_institutions.pool, name="pool"),
    path("institutions/pools/<uuid:uuid>/assign/", views_institutions.assign, name="pool_assign"),
    path("institutions/pools/<uuid:uuid>/codes/", views_institutions.codes, name="pool_codes"),
    path("institutions/pools/<uuid:uuid>/seats.csv", views_institutions.export, name="pool_csv"),
    path(
        "institutions/seats/<uuid:uuid>/release/", views_institutions.release, name="seat_release"
    ),
    path("institutions/seats/<uuid:uuid>/revoke/", views_institutions.revoke, name="seat_revoke"),
    path("institutions/seats/<uuid:uuid>/remind/", views_institutions.remind, name="seat_remind"),
    path(
        "institutions/seats/<uuid:uuid>/reassign/",
        views_institutions.reassign,
        name="seat_reassign",
    ),
    path("<slug:code>/", views_fee.fee, name="fee"),
    path("<slug:code>/keep/", views_fee.keep, name="keep"),
    path("<slug:code>/order/", views_ordering.place, name="place"),
    path("<slug:code>/seat/", views_ordering.seat, name="seat"),
    path("<slug:code>/wait/", views_rooms.wait, name="wait"),
    path("<slug:code>/leave/", views_rooms.leave, name="leave"),
    path("<slug:code>/seat-code/", views_seat_codes.seat_code, name="seat_code"),
]
never_framed(urlpatterns)
