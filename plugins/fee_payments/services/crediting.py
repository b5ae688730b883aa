"""Issues credit notes: the only way to take an invoice, or a part of it, back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from fee_payments import models
from fee_payments.data import OrderState
from fee_payments.data.invoices import CreditNoteSummary
from fee_payments.exceptions import InvoiceRefused, UnknownDocument
from fee_payments.selectors.invoices import credit_note_summary
from fee_payments.services import (
    entitling,
    institution_seats,
    invoice_settling,
    standings,
    waiving,
)
from fee_payments.services.closing import OPEN, end, locked_lines
from fee_payments.services.credit_notes import write_credit_note

# Why a right ended that was opened on credit.
CANCELLED = "cancelled"


@in_transaction
def issue_credit_note(
    invoice_uuid: UUID, *, reason: str, by: int, at: datetime, amount: Money | None = None
) -> CreditNoteSummary:
    """Take back what is open of an invoice, or ``amount`` of it.

    What was paid goes back by a refund, which makes its own credit note. An order that waits for
    the payment is cancelled with its invoice, so that one is credited whole or not at all.

    Raises:
        UnknownDocument: there is no such invoice.
        InvoiceRefused: no reason, not so much is open, or a part of what an order waits for.
    """
    if not reason.strip():
        raise InvoiceRefused(_("Please say why; the reason stands on the credit note."))
    invoice, order = locked(invoice_uuid)
    standing = models.InvoiceStanding.objects.select_for_update().get(pk=invoice.pk)
    left = Money.from_minor(standing.open_minor, invoice.currency)
    amount = amount or left
    _check(standing, order, amount, left)
    if not standings.add_credited(invoice.pk, amount.minor):
        raise InvoiceRefused(_("Not so much is open of this invoice."))
    if amount.minor == standing.total_minor:
        _end(standing, order, at=at)
    # The number after the rooms, as a refund takes them.
    note = write_credit_note(
        invoice, amount, tax=None, reason=reason.strip(), by=by, at=at, refund=None
    )
    # Of what is left nothing may be missing now.
    invoice_settling.settle_if_covered(invoice.pk, paid_on=utc_day(at), at=at)
    return credit_note_summary(note)


def locked(invoice_uuid: UUID) -> tuple[models.Invoice, models.Order | None]:
    """An invoice whose order, if there is one, is locked.

    Raises:
        UnknownDocument: there is no such invoice.
    """
    invoice = models.Invoice.objects.filter(uuid=invoice_uuid).first()
    if invoice is None:
        raise UnknownDocument(f"There is no invoice {invoice_uuid}.")
    if invoice.order_id is None:
        return invoice, None
    return invoice, models.Order.objects.select_for_update().get(pk=invoice.order_id)


def _check(
    standing: models.InvoiceStanding, order: models.Order | None, amount: Money, left: Money
) -> None:
    if not left or amount.currency != left.currency or amount > left or amount.minor <= 0:
        raise InvoiceRefused(
            _("%(left)s is open of this invoice; %(amount)s cannot be credited. What was paid is "
              "refunded.") % {"left": left, "amount": amount}
        )  # fmt: skip
    is_waited_for = order is not None and standing.settled_at is None
    if is_waited_for and amount.minor != standing.total_minor:
        raise InvoiceRefused(
            _("An order waits for this payment: credit the whole invoice, and let the buyer order "
              "again. What was paid of it is taken off first.")
        )  # fmt: skip


def _end(standing: models.InvoiceStanding, order: models.Order | None, *, at: datetime) -> None:
    """The invoice is gone whole: its order may have another one, or is over with it."""
    models.InvoiceStanding.objects.filter(pk=standing.pk).update(live_order=None)
    if order is None or standing.settled_at is not None:
        return
    if order.state in OPEN:
        _cancel(order, at=at)


def _cancel(order: models.Order, *, at: datetime) -> None:
    """Close an order that waits for its transfer; a right that was opened on credit ends."""
    lines = locked_lines(order)
    for line in lines:
        if entitling.revoke(line, because=CANCELLED, at=at):
            waiving.give_back(line, because=CANCELLED, at=at)
        else:
            waiving.release(line, because=CANCELLED, at=at)
        institution_seats.close_pool(line, because=CANCELLED, at=at)
    end(order, lines, OrderState.CANCELLED, _("The invoice was cancelled."))
