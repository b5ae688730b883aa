"""Addresses for operators of invoices, bank payments and providers' events."""

from __future__ import annotations

from django.urls import path

from fairgate_rest import row_numbers  # noqa: F401 - numbers of rows in addresses
from fee_payments.rest import views_bank, views_desk, views_desk_quotes, views_events

_INVOICE = "administration/invoices/<uuid:invoice>/"
_QUOTE = "administration/quotes/<uuid:quote>/"
_LINE = "administration/bank/lines/<row:line>/"
_WRITE_OFF = "administration/write-offs/<row:step>/"
_TRANSFER = "administration/bank/transfers/<row:step>/"
_IMPORT = "administration/bank/imports/<uuid:uuid>/"

described = [
    path("administration/invoices/", views_desk.Invoices.as_view(), name="search_invoices"),
    path(_INVOICE, views_desk.OneInvoice.as_view(), name="inspect_invoice"),
    path(f"{_INVOICE}credit-notes/", views_desk.Credit.as_view(), name="issue_credit_note"),
    path(f"{_INVOICE}write-off/", views_desk.AskingWriteOff.as_view(), name="ask_write_off"),
    path(f"{_INVOICE}reminder/", views_desk.Reminding.as_view(), name="remind"),
    path(f"{_INVOICE}no-reminders/", views_desk.StoppingReminders.as_view(), name="stop_reminders"),
    path(
        "administration/orders/<uuid:order>/invoice/",
        views_desk.InvoiceForOrder.as_view(),
        name="issue_invoice",
    ),
    path("administration/quotes/", views_desk_quotes.Quotes.as_view(), name="search_quotes"),
    path(_QUOTE, views_desk_quotes.OneQuote.as_view(), name="inspect_quote"),
    path(
        f"{_QUOTE}purchase-order/",
        views_desk_quotes.ReceivedOrder.as_view(),
        name="receive_purchase_order",
    ),
    path(
        f"{_QUOTE}invoice/",
        views_desk.InvoiceForQuote.as_view(),
        name="invoice_quote",
    ),
    path("administration/events/", views_events.Events.as_view(), name="events"),
    path(
        "administration/events/<row:event>/replay/",
        views_events.Replaying.as_view(),
        name="replay_event",
    ),
    path("administration/write-offs/", views_desk.WriteOffs.as_view(), name="write_offs"),
    path(
        f"{_WRITE_OFF}confirm/", views_desk.ConfirmingWriteOff.as_view(), name="confirm_write_off"
    ),
    path(f"{_WRITE_OFF}refuse/", views_desk.RefusingWriteOff.as_view(), name="refuse_write_off"),
    path("administration/bank/accounts/", views_bank.Accounts.as_view(), name="bank_accounts"),
    path("administration/bank/imports/", views_bank.Imports.as_view(), name="bank_imports"),
    path(_IMPORT, views_bank.OneImport.as_view(), name="bank_import"),
    path(f"{_IMPORT}apply/", views_bank.Applying.as_view(), name="apply_bank_import"),
    path("administration/bank/lines/", views_bank.Lines.as_view(), name="bank_lines"),
    path(_LINE, views_bank.OneLine.as_view(), name="bank_line"),
    path(f"{_LINE}match/", views_bank.Matching.as_view(), name="match_bank_line"),
    path(f"{_LINE}accept/", views_bank.Accepting.as_view(), name="accept_proposal"),
    path(f"{_LINE}put-aside/", views_bank.PuttingAside.as_view(), name="put_aside"),
    path(f"{_LINE}take-back/", views_bank.TakingBack.as_view(), name="take_back_payment"),
    path(f"{_LINE}send-back/", views_bank.SendingBack.as_view(), name="ask_transfer_back"),
    path(
        "administration/bank/matches/<row:match>/undo/",
        views_bank.Undoing.as_view(),
        name="undo_match",
    ),
    path("administration/bank/transfers/", views_bank.Transfers.as_view(), name="transfers_back"),
    path(
        f"{_TRANSFER}confirm/",
        views_bank.ConfirmingTransfer.as_view(),
        name="confirm_transfer_back",
    ),
    path(f"{_TRANSFER}refuse/", views_bank.RefusingTransfer.as_view(), name="refuse_transfer_back"),
]
