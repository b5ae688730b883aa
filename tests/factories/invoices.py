"""The smallest buyers, invoices, bank accounts and payments on them, the same every time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import models
from fee_payments.data import OrderSummary
from fee_payments.data.invoices import (
    BuyerDetails,
    DocumentKind,
    DocumentLine,
    InvoiceSummary,
)
from fee_payments.selectors.buyers import details_of
from fee_payments.services import bank_matching, invoicing, numbering

ACCOUNT = "CH9300762011623852957"
DAY = make.NOON.date()
LATER = make.NOON + timedelta(days=3)
READER, ASKER, CONFIRMER = 91, 92, 93
MINISTRY = BuyerDetails(
    name="Ministry of Posts", address=("1 Main Street", "Suva"), country="FJ", tax_id="FJ-77",
    email="accounts@posts.example",
)  # fmt: skip


def invoice(placed: OrderSummary | None = None, **changes: Any) -> InvoiceSummary:
    """The invoice of an order of learner 1001, which is placed if there is none."""
    placed = placed or make.order(make.learner())
    fields = {"by": placed.user_id, "at": make.NOON, **changes}
    return invoicing.issue_invoice(placed.uuid, fields.pop("buyer", MINISTRY), **fields)


def bare_invoice(
    total: Money = make.PRICE, *, tax: int = 0, name: str = "Ministry of Posts"
) -> InvoiceSummary:
    """An invoice of no order, over one amount."""
    line = DocumentLine(
        code="spectrum", text="Spectrum management", quantity=1, list_price=total,
        waived=Money.zero(total.currency), tax=Money.from_minor(tax, total.currency),
        net=Money.from_minor(total.minor - tax, total.currency),
        tax_basis_points=2000 if tax else 0,
    )  # fmt: skip
    details = BuyerDetails(name=name, address=("1 Main Street",), country="FJ")
    with transaction.atomic():
        row, standing = invoicing.write_invoice(
            invoicing.Draft(
                buyer=details, account=None, lines=(line,), by=9, at=make.NOON,
                due_on=DAY + timedelta(days=30),
            )
        )  # fmt: skip
        return invoicing.invoice_summary(row, standing)


def account(currency: str = "USD", **changes: Any) -> models.BankAccount:
    """The seller's account in one currency."""
    fields = {"prefix": "INV", "number": ACCOUNT, **changes}
    found, _ = models.BankAccount.objects.get_or_create(currency=currency, defaults=fields)
    return found


def bank_line(amount: Money, text: str = "", **changes: Any) -> models.BankLine:
    """A payment that came in, with what the payer wrote."""
    file = changes.pop("imported", None) or models.BankImport.objects.create(
        sha256=uuid4().hex, file_name="day.xml", kind="camt.053", imported_at=make.NOON,
        lines_total=1, lines_stored=1, lines_new=1,
    )  # fmt: skip
    fields: dict[str, Any] = {
        "key": uuid4().hex, "imported": file, "account": account(amount.currency),
        "position": "entry 1", "booked_on": date(2026, 10, 8), "currency": amount.currency,
        "amount_minor": amount.minor, "is_credit": True, "remittance": text,
    }  # fmt: skip
    return models.BankLine.objects.create(**{**fields, **changes})


def pay(found: InvoiceSummary, amount: Money, *, by: int | None = READER) -> models.BankLine:
    """A payment of an amount that is matched with an invoice."""
    line = bank_line(amount, found.number)
    bank_matching.match_line(line.pk, [(found.uuid, amount)], by=by, at=LATER)
    return line


def number(prefix: str = "INV") -> str:
    """The next number of the invoices of 2026, taken in a transaction of its own."""
    with transaction.atomic():
        return numbering.next_number(
            DocumentKind.INVOICE, prefix=prefix, year=2026, is_test=True
        ).number


def credit_buyer(**changes: Any) -> BuyerDetails:
    """A verified ministry that may enter before it pays; learner 1001 acts for it."""
    return details_of(buyer(access_on="invoice", **changes))


def buyer(**changes: Any) -> models.Buyer:
    """A verified ministry whose coordinator is learner 1001."""
    fields = {
        "legal_name": "Ministry of Posts",
        "payer_class": "member_state",
        "address": "1 Main Street\nSuva",
        "country": "FJ",
        "invoice_email": "accounts@posts.example",
        "verified_by": 9,
        "verified_at": make.NOON,
        **changes,
    }
    row = models.Buyer.objects.create(**fields)
    models.BuyerContact.objects.create(buyer=row, user_id=1001)
    return row
