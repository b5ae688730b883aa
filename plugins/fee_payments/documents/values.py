"""What stands on a document of money. Plain values; who fills them has looked everything up.

Amounts of a credit note are those that are given back, above zero: the kind says the direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fairgate.money import Money, total
from fairgate.percent import Percent
from fee_payments.exceptions import InvalidDocument


class DocumentKind(StrEnum):
    """The five documents of a sale, in the order in which they may be written."""

    QUOTE = "quote"
    INVOICE = "invoice"
    REMINDER = "reminder"
    RECEIPT = "receipt"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """An account to pay into. ``iban`` (ISO 13616) and ``bic`` (ISO 9362) without spaces.

    ``other`` is for countries without an IBAN: account and routing numbers, as they are written.
    """

    holder: str
    iban: str = ""
    bic: str = ""
    name: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who sells, under its legal name. ``contact`` is for questions about the document."""

    legal_name: str
    address: tuple[str, ...] = ()
    tax_id: str = ""
    contact: str = ""
    bank: Bank | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who owes or has paid. ``purchase_order`` is the buyer's own number, to be quoted."""

    name: str
    address: tuple[str, ...] = ()
    tax_id: str = ""
    purchase_order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWaiver:
    """What is not asked of the buyer, why in the reader's words, and the grant behind it."""

    amount: Money
    reason: str
    grant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One thing that is sold. ``net`` is after waiver and without ``tax``."""

    title: str
    unit_price: Money
    net: Money
    tax: Money
    quantity: int = 1
    tax_rate: Percent | None = None
    waiver: LineWaiver | None = None
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """The tax of one rate over the whole document. ``name`` as the country calls it ("VAT")."""

    rate: Percent
    net: Money
    tax: Money
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another document that this one is about."""

    number: str
    issued_on: date
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment that was received, or of a credit note made: when, and how, in a reader's words."""

    paid_on: date
    method: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyDocument:
    """One quote, invoice, reminder, receipt or credit note, complete.

    ``due_on`` is the last day to pay, of a quote the last day it stands, both in UTC.
    ``payment_reference`` is a creditor reference (ISO 11649) without spaces. ``collected_by``
    names the merchant of record where that is not the seller. ``lost`` is what the payer's bank has
    taken back of ``paid`` for good. ``is_test`` marks every page: no
    document of test mode can be taken for one that counts.

    Raises:
        InvalidDocument: two currencies, no line, or sums that do not add up: what would be printed
            is not what is owed.
    """

    kind: DocumentKind
    number: str
    issued_on: date
    seller: Seller
    buyer: Buyer
    lines: tuple[DocumentLine, ...]
    net: Money
    tax: Money
    total: Money
    paid: Money
    lost: Money | None = None
    taxes: tuple[TaxLine, ...] = ()
    due_on: date | None = None
    payment_reference: str = ""
    refers_to: Reference | None = None
    payment: Payment | None = None
    order: str = ""
    collected_by: str = ""
    sponsor: str = ""
    reminder: int = 1
    reason: str = ""
    terms: str = ""
    terms_version: str = ""
    has_reverse_charge: bool = False
    has_prices_with_tax: bool = False
    is_test: bool = False

    def __post_init__(self) -> None:
        self._check_currency()
        self._check_sums()
        if self.kind in (DocumentKind.REMINDER, DocumentKind.CREDIT_NOTE):
            _ = self.invoice
        if self.kind is DocumentKind.RECEIPT and self.payment is None:
            raise InvalidDocument(f"{self._name} does not say when it was paid.")

    @property
    def currency(self) -> str:
        """The currency of every amount on it (ISO 4217)."""
        return self.total.currency

    @property
    def due(self) -> Money:
        """What is still to be paid."""
        return self.total - self.paid

    @property
    def invoice(self) -> Reference:
        """The invoice that a reminder or a credit note is about."""
        if self.refers_to is None:
            raise InvalidDocument(f"{self._name} does not say which invoice it is about.")
        return self.refers_to

    @property
    def _name(self) -> str:
        return f"{self.kind.replace('_', ' ').capitalize()} {self.number}"

    def _check_currency(self) -> None:
        if not self.lines:
            raise InvalidDocument(f"{self._name} has no line.")
        waived = [line.waiver.amount for line in self.lines if line.waiver]
        lines = [amount for x in self.lines for amount in (x.unit_price, x.net, x.tax)]
        taxes = [amount for x in self.taxes for amount in (x.net, x.tax)]
        lost = [self.lost] if self.lost else []
        amounts = [self.net, self.tax, self.paid, *lost, *waived, *lines, *taxes]
        if others := sorted({amount.currency for amount in amounts} - {self.currency}):
            raise InvalidDocument(f"{self._name} is in {self.currency} and has {others[0]} in it.")

    def _check_sums(self) -> None:
        lines = total([line.net for line in self.lines], self.currency)
        if lines != self.net:
            raise InvalidDocument(f"{self._name}: its lines sum to {lines}, not {self.net}.")
        if self.net + self.tax != self.total:
            raise InvalidDocument(f"{self._name}: net and tax do not make {self.total}.")
        taxes = total([line.tax for line in self.taxes], self.currency)
        if taxes != self.tax:
            raise InvalidDocument(f"{self._name}: its taxes sum to {taxes}, not {self.tax}.")
        taxed = total([line.net for line in self.taxes], self.currency)
        if self.taxes and taxed != self.net:
            raise InvalidDocument(f"{self._name}: {taxed} are taxed, but {self.net} are sold.")
