"""Steps that one person asks for and another confirms: written off, or sent back by hand."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from fee_payments import conf, models
from fee_payments.exceptions import InvoiceRefused, MatchRefused, UnknownDocument
from fee_payments.services import invoice_settling, refunding, standings
from fee_payments.services.confirming import check_reason, confirm, refuse, waiting
from fee_payments.services.document_keys import document_uuid, key_reused

log = logging.getLogger(__name__)


def ask_write_off(invoice_uuid: object, *, reason: str, by: int, at: datetime) -> int:
    """Ask that what is missing of an invoice is given up; the id of the request.

    Raises:
        UnknownDocument: there is no such invoice.
        InvoiceRefused: no reason, nothing is missing, more than the site allows, or one waits.
    """
    check_reason(reason)
    row = models.Invoice.objects.select_related("standing").filter(uuid=invoice_uuid).first()
    if row is None:
        raise UnknownDocument(f"There is no invoice {invoice_uuid}.")
    missing = Money.from_minor(row.standing.open_minor, row.currency)
    limit = conf.write_off_limit(row.currency)
    if not missing or not row.standing.paid_minor:
        raise InvoiceRefused(_("Only the rest of an invoice that was paid in part is written off."))
    if missing > limit:
        raise InvoiceRefused(
            _("%(missing)s is missing; at most %(limit)s is written off here.")
            % {"missing": missing, "limit": limit}
        )
    try:
        with transaction.atomic():
            step = models.WriteOff.objects.create(
                invoice=row, live_key=row.pk, amount_minor=missing.minor,
                reason=reason.strip()[:255], asked_by=by, asked_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise InvoiceRefused(_("A write-off of this invoice waits for a second person.")) from None
    log.info("write-off asked for: write_off=%s by=%s", step.pk, by)
    return int(step.pk)


@in_transaction
def confirm_write_off(pk: int, *, by: int, at: datetime) -> None:
    """Give up what is missing; the invoice is settled then.

    Raises:
        UnknownDocument, SecondPersonNeeded: see there.
        InvoiceRefused: it is decided, or another amount is missing by now.
    """
    found = models.WriteOff.objects.filter(pk=pk).values_list("invoice_id", flat=True).first()
    if found is None:
        raise UnknownDocument(f"There is no write-off {pk}.")
    standing = models.InvoiceStanding.objects.select_for_update().get(pk=found)
    step = waiting(models.WriteOff, pk, by=by)
    if standing.open_minor != step.amount_minor:
        raise InvoiceRefused(_("Another amount is missing by now; refuse this, and ask again."))
    standings.add_written_off(found, step.amount_minor)
    confirm(step, by=by, at=at)
    models.WriteOff.objects.filter(pk=pk).update(live_key=None)
    last = models.BankMatch.objects.filter(invoice_id=found, undone_at=None).order_by("-id")
    newest = last.select_related("line").first()
    paid_on = newest.line.booked_on if newest else utc_day(at)
    invoice_settling.settle_if_covered(found, paid_on=paid_on, at=at)


@in_transaction
def refuse_write_off(pk: int, *, by: int, because: str, at: datetime) -> None:
    """Do not give it up; who has asked may refuse it as well.

    Raises:
        UnknownDocument, InvoiceRefused: see there.
    """
    refuse(waiting(models.WriteOff, pk), by=by, because=because, at=at)
    models.WriteOff.objects.filter(pk=pk).update(live_key=None)


def ask_transfer_back(
    line_pk: int, amount: Money, *, reason: str, by: int, at: datetime, key: str = ""
) -> int:
    """Ask that the rest of a payment is sent back; it can be used for nothing else meanwhile.

    The same ``key`` gives the same request again.

    Raises:
        KeyReused: the key asked for something else.
        UnknownDocument: there is no such line.
        InvoiceRefused: no reason.
        MatchRefused: so much is not left of it.
    """
    check_reason(reason)
    name = document_uuid(key).hex
    known = _known_transfer(name, line_pk, amount, reason)
    if known is not None:
        return known
    try:
        return _ask_transfer_back(line_pk, amount, name, reason=reason, by=by, at=at)
    except IntegrityError:
        # Another request with this key was faster; what this one took of the line is free again.
        known = _known_transfer(name, line_pk, amount, reason)
        if known is None:
            raise
        return known


def _known_transfer(name: str, line_pk: int, amount: Money, reason: str) -> int | None:
    row = models.TransferBack.objects.filter(key=name).first()
    if row is None:
        return None
    asked = (row.line_id, Money.from_minor(row.amount_minor, row.currency), row.reason)
    if asked != (line_pk, amount, reason.strip()[:255]):
        raise key_reused()
    return int(row.pk)


@in_transaction
def _ask_transfer_back(
    line_pk: int, amount: Money, name: str, *, reason: str, by: int, at: datetime
) -> int:
    line = models.BankLine.objects.filter(pk=line_pk).first()
    if line is None:
        raise UnknownDocument(f"There is no bank line {line_pk}.")
    rows = models.BankLine.objects.filter(
        pk=line_pk, is_credit=True, taken_back_by__isnull=True, currency=amount.currency,
        amount_minor__gte=F("matched_minor") + F("returned_minor") + amount.minor,
    )  # fmt: skip
    if amount.minor <= 0 or not rows.update(returned_minor=F("returned_minor") + amount.minor):
        raise MatchRefused(_("%(amount)s is not left of this payment.") % {"amount": amount})
    step = models.TransferBack.objects.create(
        key=name, line=line, currency=amount.currency, amount_minor=amount.minor,
        reason=reason.strip()[:255], asked_by=by, asked_at=at,
    )  # fmt: skip
    log.info("transfer back asked for: transfer=%s by=%s", step.pk, by)
    return int(step.pk)


@in_transaction
def confirm_transfer_back(pk: int, *, by: int, at: datetime) -> None:
    """Confirm that the money was sent back at the bank; a refund that waits for it is done.

    Raises:
        UnknownDocument, SecondPersonNeeded, InvoiceRefused: see there.
    """
    step = waiting(models.TransferBack, pk, by=by)
    confirm(step, by=by, at=at)
    refund = _refund_of(step)
    if refund is not None:
        amount = Money.from_minor(step.amount_minor, step.currency)
        refunding.record_refund(
            refund.payment, amount, reference=f"transfer:{pk}", at=at, ours=refund.uuid
        )


@in_transaction
def refuse_transfer_back(pk: int, *, by: int, because: str, at: datetime) -> None:
    """Do not send it back: the payment is free again, a refund that waits for it has failed.

    Raises:
        UnknownDocument, InvoiceRefused: see there.
    """
    step = waiting(models.TransferBack, pk)
    refuse(step, by=by, because=because, at=at)
    refund = _refund_of(step)
    if refund is not None:
        refunding.fail_refund(refund.uuid, sentence=because, at=at)
    elif step.line_id is not None:
        models.BankLine.objects.filter(pk=step.line_id).update(
            returned_minor=F("returned_minor") - step.amount_minor
        )


def _refund_of(step: models.TransferBack) -> models.Refund | None:
    if step.invoice_id is None:
        return None
    return models.Refund.objects.select_related("payment").get(uuid=UUID(step.key))
