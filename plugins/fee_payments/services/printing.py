"""Prints documents from what was frozen, once: later the same bytes again."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import conf, documents, models
from fee_payments.data.invoices import DocumentContent, DocumentLine
from fee_payments.rules import frozen
from fee_payments.selectors.invoices import document
from fee_payments.services.session_words import session_in_words


def pdf_of(row: models.FrozenDocument, *, at: datetime) -> bytes:
    """The PDF of a document, as it was printed the first time.

    Raises:
        fairgate_papers.PapersError: it cannot be printed now.
    """
    known = _kept(row)
    if known is not None:
        return known
    content = frozen.thawed(row.content)
    issued = _issued_on(row) if content.corrects else None
    with translation.override(row.language):
        printable = money_document(content, corrected=issued)
    printed = documents.render_document(printable, row.language)
    digest = hashlib.sha256(printed).hexdigest()
    try:
        with transaction.atomic():
            models.DocumentFile.objects.create(
                document=row.uuid, content=printed, sha256=digest, made_at=at
            )
    except IntegrityError:
        return _kept(row) or printed
    return printed


def _kept(row: models.FrozenDocument) -> bytes | None:
    found = models.DocumentFile.objects.filter(document=row.uuid).first()
    return bytes(found.content) if found else None


def _issued_on(row: models.FrozenDocument) -> date:
    """The day of the invoice that a credit note corrects."""
    corrected = models.CreditNote.objects.select_related("corrects").get(pk=row.pk).corrects
    return frozen.thawed(corrected.content).issued_on


def money_document(
    content: DocumentContent, *, corrected: date | None = None
) -> documents.MoneyDocument:
    """A frozen content as what is printed; ``corrected`` is the day of the corrected invoice."""
    seller, buyer = content.seller, content.buyer
    nothing = Money.zero(content.total.currency)
    bank = documents.Bank(holder=seller.legal_name, bic=seller.bic, name=seller.bank,
                          **_account(seller.iban))  # fmt: skip
    return documents.MoneyDocument(
        kind=documents.DocumentKind(content.kind.value),
        number=content.number,
        issued_on=content.issued_on,
        seller=documents.Seller(
            legal_name=seller.legal_name,
            address=(*seller.address, conf.country_name(seller.country)),
            tax_id=seller.tax_id,
            bank=bank if seller.iban else None,
        ),
        buyer=documents.Buyer(
            name=buyer.name,
            address=(*buyer.address, conf.country_name(buyer.country)),
            tax_id=buyer.tax_id,
            purchase_order=content.purchase_order,
        ),
        lines=tuple(_line(line) for line in content.lines),
        net=content.net,
        tax=content.tax,
        total=content.total,
        paid=content.total if content.paid_on else nothing,
        taxes=tuple(
            documents.TaxLine(rate=Percent.from_basis_points(one.basis_points), net=one.net,
                              tax=one.tax)
            for one in content.taxes
        ),
        due_on=content.due_on,
        payment_reference=content.reference,
        refers_to=documents.Reference(number=content.corrects, issued_on=corrected)
        if corrected
        else None,
        payment=documents.Payment(paid_on=content.paid_on) if content.paid_on else None,
        order=content.order,
        reason=content.reason,
        has_reverse_charge=content.has_reverse_charge,
        is_test=content.is_test,
    )  # fmt: skip


def _account(number: str) -> dict[str, str]:
    """An IBAN (ISO 13616) begins with two letters; other accounts are written as they are."""
    return {"iban": number} if number[:2].isalpha() else {"other": number}


def _line(line: DocumentLine) -> documents.DocumentLine:
    each = Money.from_minor(line.list_price.minor // line.quantity, line.list_price.currency)
    return documents.DocumentLine(
        title=line.text,
        unit_price=each,
        net=line.net,
        tax=line.tax,
        quantity=line.quantity,
        tax_rate=Percent.from_basis_points(line.tax_basis_points) if line.tax else None,
        waiver=documents.LineWaiver(amount=line.waived, reason=_("fee waiver"))
        if line.waived
        else None,
        details=(session_in_words(line.session),) if line.session else (),
    )


def paper_of(kind: str, uuid: UUID, *, user_id: int | None, at: datetime) -> tuple[str, bytes]:
    """The number of a document, and its file; with ``user_id`` only if that person may read it.

    Raises:
        UnknownDocument: there is none, or it is not theirs.
        fairgate_papers.PapersError: it cannot be printed now.
    """
    row = document(kind, uuid, user_id=user_id)
    return row.number, pdf_of(row, at=at)
