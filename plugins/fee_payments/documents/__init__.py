"""Documents of money: quote, invoice, credit note, receipt and reminder, as PDF files.

Everything that is printed is handed in as frozen values: nothing here reads a table or a clock.
"""

from fee_payments.documents.papers import paper_of, render_document
from fee_payments.documents.values import (
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

__all__ = [
    "Bank",
    "Buyer",
    "DocumentKind",
    "DocumentLine",
    "LineWaiver",
    "MoneyDocument",
    "Payment",
    "Reference",
    "Seller",
    "TaxLine",
    "paper_of",
    "render_document",
]
