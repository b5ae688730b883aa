"""From a document of money to a paper, and to its file."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from fairgate.money import Money
from fairgate_papers import (
    Block,
    Cell,
    Column,
    Fact,
    PageSize,
    Paper,
    Particulars,
    Section,
    Table,
    Total,
    render,
)
from fee_payments import conf
from fee_payments.documents import words
from fee_payments.documents.values import Bank, DocumentKind, DocumentLine, MoneyDocument


def render_document(
    document: MoneyDocument,
    language: str,
    *,
    size: PageSize | None = None,
    folders: tuple[Path, ...] | None = None,
) -> bytes:
    """The document as a tagged PDF file in a language (a code of Django's, ``zh-hans``).

    Without ``size`` and ``folders``, those of the settings. The same values give the same bytes as
    long as the translations, the fonts and the typesetter are the same: what was issued is kept,
    not made again.

    Raises:
        PapersError: the file cannot be made; nothing was.
    """
    return render(
        paper_of(document, language),
        size=conf.paper_size() if size is None else size,
        folders=conf.font_folders() if folders is None else folders,
    )


def paper_of(document: MoneyDocument, language: str) -> Paper:
    """What is printed of a document, in a language."""
    with translation.override(language):
        return Paper(
            title=words.title(document.kind),
            number=document.number,
            language=language.replace("_", "-"),
            issuer=_issuer(document),
            issued_on=document.issued_on,
            recipient=_recipient(document),
            facts=_facts(document),
            body=tuple(_body(document)),
            notes=words.notes(document),
            footer=_footer(document),
            watermark=_("TEST") if document.is_test else "",
            warning=words.warning(document),
        )


def _issuer(document: MoneyDocument) -> Block:
    seller = document.seller
    return Block(
        name=seller.legal_name,
        lines=(*seller.address, _tax_id(seller.tax_id), seller.contact),
    )


def _recipient(document: MoneyDocument) -> Block:
    buyer = document.buyer
    heading = {
        DocumentKind.QUOTE: _("Offered to"),
        DocumentKind.RECEIPT: _("Received from"),
        DocumentKind.CREDIT_NOTE: _("Credited to"),
    }.get(document.kind, _("Billed to"))
    return Block(heading=heading, name=buyer.name, lines=(*buyer.address, _tax_id(buyer.tax_id)))


def _tax_id(number: str) -> str:
    return _("Tax number: %(number)s") % {"number": words.inside(number)} if number else ""


def _footer(document: MoneyDocument) -> str:
    seller = document.seller
    parts = (seller.legal_name, _tax_id(seller.tax_id))
    return " · ".join(words.inside(part) for part in parts if part)


def _facts(document: MoneyDocument) -> tuple[Fact, ...]:
    due = _("Valid until") if document.kind is DocumentKind.QUOTE else _("Due on")
    invoice, payment = document.refers_to, document.payment
    on, by = _("Paid on"), _("Paid by")
    if document.kind is DocumentKind.CREDIT_NOTE:
        on, by = _("Refunded on"), _("Refunded by")
    number = str(document.reminder) if document.kind is DocumentKind.REMINDER else ""
    facts = (
        Fact(label=_("Date"), value=words.day(document.issued_on)),
        Fact(label=due, value=words.day(document.due_on) if document.due_on else ""),
        Fact(label=_("Reminder number"), value=number, is_code=True),
        Fact(label=_("Invoice"), value=invoice.number if invoice else "", is_code=True),
        Fact(label=_("Invoice date"), value=words.day(invoice.issued_on) if invoice else ""),
        Fact(label=on, value=words.day(payment.paid_on) if payment else ""),
        Fact(label=by, value=payment.method if payment else ""),
        Fact(label=_("Payment"), value=payment.reference if payment else "", is_code=True),
        Fact(label=_("Order"), value=document.order, is_code=True),
        Fact(label=_("Your order number"), value=document.buyer.purchase_order, is_code=True),
        Fact(label=_("Sponsored by"), value=document.sponsor),
        Fact(label=_("Currency"), value=document.currency, is_code=True),
    )
    return tuple(fact for fact in facts if fact.value)


def _body(document: MoneyDocument) -> list[Section | Table | Particulars]:
    parts: list[Section | Table | Particulars] = []
    if opening := words.opening(document):
        parts.append(Section(paragraphs=opening))
    parts.append(_table(document))
    if _asks_for_money(document) and document.seller.bank:
        parts.append(_how_to_pay(document, document.seller.bank))
        if document.payment_reference:
            note = _("Please give the reference with your payment, so that we know it is yours.")
            parts.append(Section(paragraphs=(note,)))
    if document.terms:
        heading = _("Terms")
        if document.terms_version:
            version = words.inside(document.terms_version)
            heading = _("Terms, version %(version)s") % {"version": version}
        parts.append(Section(heading=heading, paragraphs=(document.terms,)))
    return parts


def _asks_for_money(document: MoneyDocument) -> bool:
    asking = document.kind in (DocumentKind.INVOICE, DocumentKind.REMINDER)
    return asking and document.due.minor > 0


def _how_to_pay(document: MoneyDocument, bank: Bank) -> Particulars:
    reference = words.grouped(document.payment_reference)
    facts = (
        Fact(label=_("Amount"), value=words.money(document.due), is_code=True, is_strong=True),
        Fact(label=_("Account holder"), value=bank.holder),
        Fact(label=_("IBAN"), value=words.grouped(bank.iban), is_code=True),
        Fact(label=_("BIC"), value=bank.bic, is_code=True),
        Fact(label=_("Account"), value=bank.other),
        Fact(label=_("Bank"), value=bank.name),
        Fact(label=_("Payment reference"), value=reference, is_code=True, is_strong=True),
    )
    return Particulars(heading=_("How to pay"), facts=tuple(fact for fact in facts if fact.value))


def _table(document: MoneyDocument) -> Table:
    has_waiver = any(line.waiver for line in document.lines)
    columns = [
        (Column(heading=_("Item")), True),
        (Column(heading=_("Quantity"), has_figures=True), True),
        (Column(heading=_("Unit price"), has_figures=True), True),
        (Column(heading=_("Waived"), has_figures=True), has_waiver),
        (Column(heading=_("Tax rate"), has_figures=True), bool(document.taxes)),
        (Column(heading=_("Tax"), has_figures=True), bool(document.taxes)),
        (Column(heading=_("Net"), has_figures=True), True),
    ]
    shown = [is_shown for _column, is_shown in columns]
    return Table(
        columns=tuple(column for column, is_shown in columns if is_shown),
        rows=tuple(
            tuple(cell for cell, is_shown in zip(_row(line), shown, strict=True) if is_shown)
            for line in document.lines
        ),
        totals=_totals(document),
    )


def _row(line: DocumentLine) -> tuple[Cell, ...]:
    waived = words.figures(-line.waiver.amount) if line.waiver else ""
    reason = (words.waiver(line.waiver),) if line.waiver else ()
    return (
        Cell(text=line.title, notes=(*line.details, *reason)),
        Cell(text=f"{line.quantity:,d}"),
        Cell(text=words.figures(line.unit_price)),
        Cell(text=waived),
        Cell(text=words.rate(line.tax_rate)),
        Cell(text=words.figures(line.tax)),
        Cell(text=words.figures(line.net)),
    )


def _totals(document: MoneyDocument) -> tuple[Total, ...]:
    is_credit = document.kind is DocumentKind.CREDIT_NOTE
    whole = _("Total credited") if is_credit else _("Total")
    totals = [Total(label=words.tax(tax), value=words.figures(tax.tax)) for tax in document.taxes]
    if totals:
        totals.insert(0, Total(label=_("Net total"), value=words.figures(document.net)))
    if document.kind is DocumentKind.RECEIPT:
        return (
            *totals,
            Total(label=whole, value=words.money(document.total)),
            *_received(document),
        )
    if not document.paid:
        return (*totals, Total(label=whole, value=words.money(document.total), is_strong=True))
    return (
        *totals,
        Total(label=whole, value=words.money(document.total)),
        Total(label=_("Already paid"), value=words.money(-document.paid)),
        _still_due(document.due),
    )


def _received(document: MoneyDocument) -> tuple[Total, ...]:
    """What came in; what the payer's bank took back for good is the last word of it."""
    paid = Total(label=_("Paid"), value=words.money(document.paid), is_strong=not document.lost)
    if not document.lost:
        return (paid,)
    taken = words.money(-document.lost)
    return (paid, Total(label=_("Taken back by the bank"), value=taken, is_strong=True))


def _still_due(due: Money) -> Total:
    if due.minor < 0:
        return Total(label=_("Paid too much"), value=words.money(-due), is_strong=True)
    return Total(label=_("To pay"), value=words.money(due), is_strong=True)
