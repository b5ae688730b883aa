"""An invoice that misses nothing any more, told once; and one that misses something again."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import UTC, date, datetime, time

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from fee_payments import conf, models, signals
from fee_payments.data import HoldCause
from fee_payments.data.invoices import InvoiceSummary
from fee_payments.selectors.invoices import invoice_summary
from fee_payments.services import holding, inbox, resting
from fee_payments.services.awaited_transfers import awaited_transfer
from fee_payments.services.standings import PROVIDER

log = logging.getLogger(__name__)


def settle_if_covered(invoice_pk: int, *, paid_on: date, at: datetime) -> None:
    """Tell once that nothing is missing any more; what it opens opens after the commit.

    The fact is a row of the provider’s events, written in this transaction: a worker that dies
    after the commit leaves it to ``fee_payments_settle``. What was written off is told as a cost
    of the payment, as nobody has received it.
    """
    row = models.InvoiceStanding.objects.select_for_update().get(pk=invoice_pk)
    if row.open_minor or row.credited_minor == row.total_minor:
        return
    if row.settled_at is not None:
        if row.reversed_at is not None:
            row.reversed_at = None
            row.save(update_fields=["reversed_at"])
            hold_after_commit(row.pk, at=at)
        return
    row.settled_at = at
    row.save(update_fields=["settled_at"])
    invoice = models.Invoice.objects.select_related("order").get(pk=invoice_pk)
    if invoice.order is not None:
        _write_event(invoice, invoice.order, row, paid_on=paid_on, at=at)
    summary = invoice_summary(invoice, row)
    # No ``partial``: Django 4.2 asks a function that fails after the commit for its name.
    transaction.on_commit(lambda: _tell_settled(summary), robust=True)
    log.info("invoice settled: invoice=%s", invoice.number)


def _tell_settled(summary: InvoiceSummary) -> None:
    signals.INVOICE_SETTLED.send_robust(sender=None, invoice=summary)


def _write_event(
    invoice: models.Invoice,
    order: models.Order,
    row: models.InvoiceStanding,
    *,
    paid_on: date,
    at: datetime,
) -> None:
    due = Money.from_minor(invoice.total_minor, invoice.currency)
    payment = awaited_transfer(order, due, at=at)
    event_id = f"{invoice.number}:paid"
    body = {
        "reference": payment.reference,
        "currency": invoice.currency,
        "amount": invoice.total_minor,
        "fee": row.written_off_minor,
        "occurred_at": min(_noon(paid_on), at).isoformat(),
    }
    event = models.ProviderEvent.objects.create(
        digest=hashlib.sha256(f"{PROVIDER}\n{event_id}".encode()).hexdigest(),
        provider=PROVIDER,
        event_id=event_id,
        kind="payment.succeeded",
        reference=payment.reference,
        is_live=payment.is_live,
        payload=json.dumps(body, sort_keys=True),
        created_at=at,
        received_at=at,
        next_try_at=at,
    )
    transaction.on_commit(lambda: _act_on(event.pk, at), robust=True)


def _act_on(event_pk: int, at: datetime) -> None:
    inbox.work_event(event_pk, at=at)


def _noon(day: date) -> datetime:
    """Banks tell days; the middle of one is on it in nearly every time zone."""
    return datetime.combine(day, time(12), UTC)


def mark_taken_back(invoice_pk: int, *, at: datetime) -> None:
    """A settled invoice is missing something again: its order waits for a person."""
    row = models.InvoiceStanding.objects.select_for_update().get(pk=invoice_pk)
    if row.settled_at is None or row.reversed_at is not None:
        return
    row.reversed_at = at
    row.save(update_fields=["reversed_at"])
    hold_after_commit(invoice_pk, at=at)
    log.warning("settled invoice taken back: invoice=%s", invoice_pk)


def hold_after_commit(invoice_pk: int, *, at: datetime) -> None:
    """Hold the order, or let it go, in a transaction of its own: orders are locked first."""
    transaction.on_commit(lambda: hold_or_release(invoice_pk, at=at), robust=True)


def hold_unheld(*, at: datetime) -> int:
    """Do what a worker that died after its commit has left; how many invoices."""
    rows = models.InvoiceStanding.objects.filter(
        Q(reversed_at__isnull=False, holds_order=False)
        | Q(reversed_at__isnull=True, holds_order=True),
        live_order__isnull=False,
    )
    pks = list(rows.values_list("pk", flat=True))
    for pk in pks:
        hold_or_release(pk, at=at)
    return len(pks)


def hold_or_release(invoice_pk: int, *, at: datetime) -> None:
    """Let the order of an invoice wait for a person while its payment is taken back.

    ``FEE_PAYMENTS_SUSPEND_ON_REVERSAL`` says whether access rests meanwhile.
    """
    # Which order it is of never changes; read before the transaction that begins with its lock, so
    # that nothing in it is older than that.
    order_pk = models.Invoice.objects.values_list("order_id", flat=True).get(pk=invoice_pk)
    if order_pk is not None:
        _hold_or_release(order_pk, invoice_pk, at=at)


@in_transaction
def _hold_or_release(order_pk: int, invoice_pk: int, *, at: datetime) -> None:
    order = models.Order.objects.select_for_update().get(pk=order_pk)
    row = models.InvoiceStanding.objects.select_for_update().get(pk=invoice_pk)
    is_due = row.reversed_at is not None
    if is_due == row.holds_order:
        return
    row.holds_order = is_due
    row.save(update_fields=["holds_order"])
    if is_due:
        holding.hold(order, HoldCause.REVERSAL, _("The bank took the payment back."), at=at)
        if conf.suspends_on_reversal():
            resting.rest(order, because=models.Entitlement.REVERSED, at=at)
    else:
        holding.release(order, HoldCause.REVERSAL, at=at)
        resting.wake(order, at=at)
