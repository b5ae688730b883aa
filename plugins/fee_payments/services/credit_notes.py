"""Writes credit notes; those of refunds are written with the refund."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import F, Sum

from fairgate.clock import utc_day
from fairgate.money import Money, total
from fee_payments import models
from fee_payments.data.invoices import (
    CreditNoteSummary,
    DocumentContent,
    DocumentKind,
    DocumentLine,
    TaxSum,
)
from fee_payments.rules import crediting, frozen
from fee_payments.selectors.invoices import credit_note_summary
from fee_payments.services import standings
from fee_payments.services.numbering import next_number

log = logging.getLogger(__name__)


def credit_refund(refund: models.Refund, *, at: datetime) -> CreditNoteSummary | None:
    """The credit note of a refund whose money went back; ``None`` if its order has no invoice.

    Called in the refund's transaction, which has locked payment and order. Again is the same.
    """
    standing = (
        models.InvoiceStanding.objects.filter(live_order_id=refund.payment.order_id)
        .select_related("invoice")
        .first()
    )
    if standing is None or models.CreditNote.objects.filter(refund=refund.uuid).exists():
        return None
    amount_minor = refund.amount_minor
    ways = [standings.return_paid, standings.add_credited]
    if standing.reversed_at is not None:
        # What the bank had taken back was not sent: it is missing, and not owed any more.
        ways.reverse()
    if not any(count(standing.pk, amount_minor) for count in ways):
        # An order that was paid twice: the second payment is not on the invoice.
        log.warning("refund without credit note: refund=%s", refund.uuid)
        return None
    amount = Money.from_minor(refund.amount_minor, refund.currency)
    taxes = refund.parts.aggregate(whole=Sum("tax_minor"))["whole"] or 0
    tax = Money.from_minor(taxes, refund.currency)
    note = write_credit_note(
        standing.invoice, amount, tax=tax, reason=refund.reason, by=refund.requested_by, at=at,
        refund=refund.uuid,
    )  # fmt: skip
    models.InvoiceStanding.objects.filter(pk=standing.pk, credited_minor=F("total_minor")).update(
        live_order=None
    )
    return credit_note_summary(note)


def write_credit_note(
    invoice: models.Invoice, amount: Money, *, tax: Money | None, reason: str, by: int | None,
    at: datetime, refund: UUID | None, uuid: UUID | None = None,
) -> models.CreditNote:  # fmt: skip
    """Write a credit note, in the language and test mode of its invoice; the number last."""
    first = frozen.thawed(invoice.content)
    earlier = models.CreditNote.objects.filter(corrects=invoice).values_list("content", flat=True)
    gone = [part for text in earlier for part in frozen.thawed(text).taxes]
    parts = crediting.credited_parts(amount, crediting.left_of(first.taxes, gone), tax=tax)
    content = _content(first, parts, reason=reason, at=at)
    numbered = next_number(
        DocumentKind.CREDIT_NOTE, prefix=first.seller.prefix, year=utc_day(at).year,
        is_test=invoice.is_test,
    )  # fmt: skip
    content = replace(content, number=numbered.number)
    text = frozen.frozen(content)
    note = models.CreditNote(
        uuid=uuid or uuid4(), number=numbered.number, series=numbered.series, place=numbered.place,
        buyer_id=invoice.buyer_id, currency=invoice.currency, total_minor=content.total.minor,
        language=invoice.language, is_test=invoice.is_test, issued_by=by, issued_at=at,
        content=text, sha256=frozen.sha256(text), corrects=invoice, refund=refund,
        reason=reason[:255],
    )  # fmt: skip
    note.save()
    log.info("credit note issued: credit_note=%s invoice=%s", note.number, invoice.number)
    return note


def _content(
    first: DocumentContent, parts: tuple[TaxSum, ...], *, reason: str, at: datetime
) -> DocumentContent:
    currency = first.total.currency
    whole = total([part.total for part in parts], currency) == first.total
    lines = first.lines if whole else tuple(_part_line(first, part) for part in parts)
    net, tax = (total([getattr(one, name) for one in parts], currency) for name in ("net", "tax"))
    return replace(
        first,
        kind=DocumentKind.CREDIT_NOTE,
        issued_on=utc_day(at),
        lines=lines,
        taxes=parts,
        net=net,
        tax=tax,
        total=net + tax,
        due_on=None,
        reference="",
        corrects=first.number,
        reason=reason[:255],
        paid_on=None,
    )


def _part_line(first: DocumentContent, part: TaxSum) -> DocumentLine:
    """One line for what is taken back of a rate; of a single thing that was sold, with its name."""
    sold = [line for line in first.lines if line.tax_basis_points == part.basis_points]
    is_one = len(sold) == 1
    return DocumentLine(
        code=sold[0].code if is_one else "",
        text=sold[0].text if is_one else first.number,
        quantity=1,
        list_price=part.net,
        waived=Money.zero(part.net.currency),
        net=part.net,
        tax=part.tax,
        tax_basis_points=part.basis_points,
    )
