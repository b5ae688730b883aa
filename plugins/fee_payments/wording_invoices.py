"""How invoices, payments and proposals are named for people."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fee_payments import conf
from fee_payments.data.bank import MatchReason
from fee_payments.data.invoices import InvoiceState, InvoiceSummary, StepKind

STATE_NAMES = {
    InvoiceState.OPEN: gettext_lazy("open"),
    InvoiceState.OVERDUE: gettext_lazy("overdue"),
    InvoiceState.PAID: gettext_lazy("paid"),
    InvoiceState.CREDITED: gettext_lazy("cancelled"),
    InvoiceState.WRITTEN_OFF: gettext_lazy("written off"),
}
TAGS = {
    InvoiceState.OPEN: "warn",
    InvoiceState.OVERDUE: "stop",
    InvoiceState.PAID: "ok",
    InvoiceState.CREDITED: "",
    InvoiceState.WRITTEN_OFF: "",
}
STEPS = {
    StepKind.ISSUED: gettext_lazy("issued"),
    StepKind.MATCHED: gettext_lazy("a payment was matched"),
    StepKind.UNDONE: gettext_lazy("a match was taken back"),
    StepKind.CREDITED: gettext_lazy("credited"),
    StepKind.WRITE_OFF_ASKED: gettext_lazy("a write-off was asked for"),
    StepKind.WRITTEN_OFF: gettext_lazy("written off"),
    StepKind.WRITE_OFF_REFUSED: gettext_lazy("the write-off was refused"),
    StepKind.REMINDED: gettext_lazy("a reminder was sent"),
}
REASONS = {
    MatchReason.EXACT: gettext_lazy("The payer gave its number, and the amount is right."),
    MatchReason.UNDERPAID: gettext_lazy("The payer gave its number; a part is missing then."),
    MatchReason.OVERPAID: gettext_lazy("The payer gave its number, and paid too much."),
    MatchReason.SEVERAL: gettext_lazy("The payer gave several numbers; the sum is right."),
    MatchReason.SUMS_DIFFER: gettext_lazy(
        "The payer gave several numbers, and the sum is another one: please look."
    ),
    MatchReason.ORDER_IS_OVER: gettext_lazy("The order of this invoice is over: please look."),
    MatchReason.NOTHING_MISSING: gettext_lazy(
        "The payer gave the number of an invoice that misses nothing."
    ),
    MatchReason.OTHER_CURRENCY: gettext_lazy("The invoice is in another currency."),
    MatchReason.AMOUNT_AND_NAME: gettext_lazy(
        "No number; amount and name fit this invoice: please look."
    ),
    MatchReason.AMOUNT_ONLY: gettext_lazy("No number; only the amount fits: please look."),
    MatchReason.NOTHING_FOUND: gettext_lazy("Nothing fits."),
    MatchReason.REVERSAL: gettext_lazy("The bank takes a payment back."),
    MatchReason.REVERSAL_UNKNOWN: gettext_lazy(
        "The bank takes a payment back, and nobody knows which: please look."
    ),
}


def next_step(found: InvoiceSummary, *, is_overdue: bool, waits_for_second: bool) -> str:
    """The one thing to do next about an invoice, for an operator; "" for nothing."""
    if found.reversed_at is not None:
        return _(
            "The payment was taken back. Ask the buyer to pay again, or refund the order and "
            "credit the invoice."
        )
    if waits_for_second:
        return _("A write-off waits: another person than who asked confirms or refuses it.")
    if not found.missing:
        return ""
    if found.paid and found.missing <= conf.write_off_limit(found.total.currency):
        return _("Little is missing: wait for it, or ask that it is written off.")
    if found.stopped_because:
        return _("No reminder is sent. Settle what stands in the way, and let reminders go on.")
    if is_overdue:
        return _("Reminders are sent by themselves. Ask the buyer, or cancel the invoice.")
    return _("Wait for the payment. It is matched when the bank’s statement is imported.")
