"""A document whose numbers do not fit is refused before anything is printed."""

from __future__ import annotations

import pytest

from factories.money_documents import line, money_document
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments.documents import DocumentKind, LineWaiver, TaxLine
from fee_payments.exceptions import InvalidDocument

TEN = Money("10.00", "EUR")
HUNDRED = Money("100.00", "EUR")
VAT = TaxLine(rate=Percent(10), net=HUNDRED, tax=TEN)


def test_t21_net_and_taxes_make_the_total():
    document = money_document(tax=TEN, total=HUNDRED + TEN, taxes=(VAT,))

    assert document.due == Money("110.00", "EUR")
    assert document.currency == "EUR"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"net": TEN}, "Invoice 2026-000042: its lines sum to EUR 100.00, not EUR 10.00"),
        ({"total": TEN}, "net and tax do not make EUR 10.00"),
        ({"tax": TEN, "total": HUNDRED + TEN}, "sum to EUR 0.00, not EUR 10.00"),
        (
            {
                "tax": TEN,
                "total": HUNDRED + TEN,
                "taxes": (TaxLine(rate=Percent(10), net=TEN, tax=TEN),),
            },
            "EUR 10.00 are taxed, but EUR 100.00 are sold",
        ),
        ({"paid": Money("1", "JPY")}, "is in EUR and has JPY in it"),
        (
            {"lines": (line(waiver=LineWaiver(amount=Money("1", "USD"), reason="x")),)},
            "is in EUR and has USD in it",
        ),
    ],
)
def test_t21_amounts_that_do_not_fit_are_refused(given, sentence):
    with pytest.raises(InvalidDocument, match=sentence):
        money_document(**given)


@pytest.mark.parametrize("kind", [DocumentKind.REMINDER, DocumentKind.CREDIT_NOTE])
def test_what_is_about_an_invoice_has_to_name_it(kind):
    with pytest.raises(InvalidDocument, match="does not say which invoice it is about"):
        money_document(kind, refers_to=None)


def test_a_receipt_has_to_say_when_it_was_paid():
    with pytest.raises(InvalidDocument, match="Receipt 2026-000042 does not say when"):
        money_document(DocumentKind.RECEIPT, payment=None)


def test_a_document_without_a_line_is_none():
    with pytest.raises(InvalidDocument, match="has no line"):
        money_document(lines=(), net=HUNDRED, total=HUNDRED, paid=Money.zero("EUR"))
