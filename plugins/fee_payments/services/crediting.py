"""Issues credit notes: the only way to take an invoice, or a part of it, back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
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
from fee_payments.services.document_keys import document_uuid, key_reused

# Why a right ended that was opened on credit.
CANCELLED = "cancelled"


def issue_credit_note(
    invoice_uuid: UUID, *, reason: str, by: int, at: datetime, amount: Money | None = None,
    key: str = "",
) -> CreditNoteSummary:  # fmt: skip
    """Take back what is open of an invoice, or ``amount`` of it.

    What was paid goes back by a refund, which makes its own credit note. An order that waits for
    the payment is cancelled with its invoice, so that one is credited whole or not at all. The same
    ``key`` gives the same credit note again.

    Raises:
        KeyReused: the key made another credit note.
        UnknownDocument: there is no such invoice.
        InvoiceRefused: no reason, not so much is open, or a part of what an order waits for.
    """
    if not reason.strip():
        raise InvoiceRefused(_("Please say why; the reason stands on the credit note."))
    wish = _Wish(invoice_uuid, reason.strip(), by, at, amount, key)
    try:
        return _issue(wish)
    except IntegrityError:
        # Another request with this key was faster.
        known = _known(wish)
        if known is None:
            raise
        return known


@dataclass(frozen=True, slots=True)
class _Wish:
    """A credit note that somebody asks for."""

    invoice_uuid: UUID
    reason: str
    by: int
    at: datetime
    amount: Money | None
    key: str


def _known(wish: _Wish) -> CreditNoteSummary | None:
    """The credit note that this key made.

    Raises:
        KeyReused: it was another one.
    """
    rows = models.CreditNote.objects.filter(uuid=document_uuid(wish.key)) if wish.key else None
    row = rows.select_related("corrects").first() if rows is not None else None
    if row is None:
        return None
    found = credit_note_summary(row)
    is_same = (row.corrects.uuid, row.reason) == (wish.invoice_uuid, wish.reason[:255])
    if not is_same or wish.amount not in (None, found.amount):
        raise key_reused()
    return found


@in_transaction
def _issue(wish: _Wish) -> CreditNoteSummary:
    at = wish.at
    invoice, order = locked(wish.invoice_uuid)
    standing = models.InvoiceStanding.objects.select_for_update().get(pk=invoice.pk)
    known = _known(wish)
    if known is not None:
        return known
    left = Money.from_minor(standing.open_minor, invoice.currency)
    amount = wish.amount or left
    _check(standing, order, amount, left)
    if not standings.add_credited(invoice.pk, amount.minor):
        raise InvoiceRefused(_("Not so much is open of this invoice."))
    if amount.minor == standing.total_minor:
        _end(standing, order, at=at)
    # The number after the rooms, as a refund takes them.
    note = write_credit_note(
        invoice, amount, tax=None, reason=wish.reason, by=wish.by, at=at, refund=None,
        uuid=document_uuid(wish.key),
    )  # fmt: skip
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
