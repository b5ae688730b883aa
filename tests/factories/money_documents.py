"""The smallest valid documents of money, and full ones to look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments.documents import (
    Bank,
    Buyer,
    DocumentKind,
    DocumentLine,
    LineWaiver,
    MoneyDocument,
    Payment,
    Reference,
    Seller,
    TaxLine,
)

ISSUED = date(2026, 11, 26)
DUE = date(2026, 12, 26)
SELLER = Seller(
    legal_name="Example Training Centre",
    address=("Rue de l’Exemple 1", "1202 Geneva", "Switzerland"),
    tax_id="CHE-000.000.000",
    contact="billing@training.example",
    bank=Bank(
        holder="Example Training Centre",
        iban="CH9300762011623852957",
        bic="EXAMCHZZ",
        name="Example Bank",
    ),
)
BUYER = Buyer(
    name="Ministry of Post and Telecommunications",
    address=("Samdach Preah Sihanouk Blvd 100", "Phnom Penh", "Cambodia"),
    purchase_order="PO-7781/26",
)
REFERENCE = "RF18539007547034"


def line(net: str = "100.00", currency: str = "EUR", **given: Any) -> DocumentLine:
    """A line without tax, of one piece, that costs its net amount."""
    fields: dict[str, Any] = {
        "title": "Spectrum management, a first course",
        "unit_price": Money(net, currency),
        "net": Money(net, currency),
        "tax": Money.zero(currency),
    }
    return DocumentLine(**{**fields, **given})


def money_document(
    kind: DocumentKind = DocumentKind.INVOICE, currency: str = "EUR", **given: Any
) -> MoneyDocument:
    """A document without tax; what a kind needs is there."""
    lines = given.pop("lines", (line("100", currency),))
    net = sum((one.net for one in lines), Money.zero(currency))
    fields: dict[str, Any] = {
        "kind": kind,
        "number": "2026-000042",
        "issued_on": ISSUED,
        "seller": SELLER,
        "buyer": BUYER,
        "lines": lines,
        "net": net,
        "tax": Money.zero(currency),
        "total": net,
        "paid": net if kind is DocumentKind.RECEIPT else Money.zero(currency),
        "due_on": None if kind in (DocumentKind.RECEIPT, DocumentKind.CREDIT_NOTE) else DUE,
        "payment_reference": REFERENCE,
    }
    if kind in (DocumentKind.REMINDER, DocumentKind.CREDIT_NOTE):
        fields["refers_to"] = Reference(
            number="2026-000017", issued_on=date(2026, 10, 1), due_on=date(2026, 10, 31)
        )
    if kind is DocumentKind.RECEIPT:
        fields["payment"] = Payment(paid_on=ISSUED, method="Card", reference="pi_3Abc")
    return MoneyDocument(**{**fields, **given})


def full_document(kind: DocumentKind = DocumentKind.INVOICE, **given: Any) -> MoneyDocument:
    """Two rates of tax, a waiver, a sponsor and terms."""
    vat, reduced = Percent("8.1"), Percent("2.6")
    lines = (
        line(
            "2400.00",
            quantity=50,
            unit_price=Money("60.00", "EUR"),
            waiver=LineWaiver(
                amount=Money("600.00", "EUR"),
                reason="on the list of least developed countries of the United Nations",
                grant="WG-2026-00318",
            ),
            tax_rate=vat,
            tax=Money("194.40", "EUR"),
            details=("Online, 12 January to 20 February 2027", "50 seats, to be assigned"),
        ),
        line(
            "129.50",
            title="Handbook on disaster communications, printed edition with the annexes",
            tax_rate=reduced,
            tax=Money("3.37", "EUR"),
        ),
    )
    return money_document(
        kind,
        lines=lines,
        tax=Money("197.77", "EUR"),
        total=Money("2727.27", "EUR"),
        paid=Money("2727.27" if kind is DocumentKind.RECEIPT else "0", "EUR"),
        taxes=(
            TaxLine(rate=vat, name="VAT", net=Money("2400.00", "EUR"), tax=Money("194.40", "EUR")),
            TaxLine(rate=reduced, name="VAT", net=Money("129.50", "EUR"), tax=Money("3.37", "EUR")),
        ),
        sponsor="Universal Access Fund",
        order="ORD-2026-009981",
        terms="Payment within 30 days without deduction. Seats can be assigned until the course "
        "begins; a seat that was used is not refunded.",
        terms_version="2026-03",
        **given,
    )


def written_in(document: MoneyDocument, *, seller: str, buyer: str, title: str) -> MoneyDocument:
    """The same document with names in another script."""
    return replace(
        document,
        seller=replace(document.seller, legal_name=seller),
        buyer=replace(document.buyer, name=buyer),
        lines=tuple(replace(one, title=title) for one in document.lines),
    )
