"""Documents about money: who sells, who buys, what stands on them, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money
from fairgate.payers import PayerClass
from fee_payments.data.rooms import SoldSession


class AccessOn(StrEnum):
    """When what a buyer buys opens: with the payment, or with the invoice (on credit)."""

    PAYMENT = "payment"
    INVOICE = "invoice"


class ContactRole(StrEnum):
    """What a person is for a buyer. Both read its papers."""

    COORDINATOR = "coordinator"
    FINANCE = "finance"


class DocumentKind(StrEnum):
    """The kinds of documents that have numbers."""

    QUOTE = "quote"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceState(StrEnum):
    """Where an invoice stands on a day."""

    OPEN = "open"
    OVERDUE = "overdue"
    PAID = "paid"
    CREDITED = "credited"
    WRITTEN_OFF = "written_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who collects, as it stands on documents.

    ``prefix`` begins the numbers of its documents: one to six capitals or digits. ``iban`` is an
    IBAN, or what its bank calls the account.
    """

    prefix: str
    legal_name: str
    address: tuple[str, ...]
    country: str
    tax_id: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerDetails:
    """To whom a document is made out. ``buyer_uuid``: an organisation that is known here."""

    name: str
    address: tuple[str, ...]
    country: str
    tax_id: str = ""
    email: str = ""
    language: str = "en"
    buyer_uuid: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerEntry:
    """An organisation that buys, as it should stand. ``contacts``: user id → what they are for it.

    ``payment_days`` ``None`` takes those of the site.
    """

    legal_name: str
    payer_class: PayerClass
    address: str
    country: str
    tax_id: str = ""
    invoice_email: str = ""
    language: str = "en"
    payment_days: int | None = None
    access_on: AccessOn = AccessOn.PAYMENT
    contacts: Mapping[int, ContactRole] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line: ``net + tax == total``, each for the whole quantity, as it was sold.

    ``waived`` is the part of ``list_price`` that nobody pays. ``tax_basis_points`` is the rate.
    ``session`` is the one that its seats are of, ``None`` where the offering had none.
    """

    code: str
    text: str
    quantity: int
    list_price: Money
    waived: Money
    net: Money
    tax: Money
    tax_basis_points: int = 0
    is_reverse_charge: bool = False
    session: SoldSession | None = None

    @property
    def total(self) -> Money:
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxSum:
    """What all lines of one rate come to."""

    basis_points: int
    net: Money
    tax: Money

    @property
    def total(self) -> Money:
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentContent:
    """Everything that stands on a document. A credit note states what it takes back, positive.

    ``due_on`` is the last day to pay (an invoice) or to accept (a quote). ``corrects`` is the
    number of the invoice that a credit note corrects.
    """

    kind: DocumentKind
    number: str
    issued_on: date
    language: str
    is_test: bool
    seller: Seller
    buyer: BuyerDetails
    lines: tuple[DocumentLine, ...]
    taxes: tuple[TaxSum, ...]
    net: Money
    tax: Money
    total: Money
    due_on: date | None = None
    reference: str = ""
    corrects: str = ""
    reason: str = ""
    order: str = ""
    purchase_order: str = ""
    paid_on: date | None = None
    has_reverse_charge: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSummary:
    """An invoice and where it stands. ``missing`` is what is still to be paid."""

    uuid: UUID
    number: str
    reference: str
    buyer_name: str
    order_uuid: UUID | None
    user_id: int | None
    total: Money
    paid: Money
    returned: Money
    credited: Money
    written_off: Money
    issued_at: datetime
    due_on: date
    settled_at: datetime | None
    reversed_at: datetime | None
    stopped_because: str
    is_test: bool

    @property
    def missing(self) -> Money:
        return self.total - self.paid - self.credited - self.written_off

    def state(self, on: date) -> InvoiceState:
        """Where it stands on a UTC day."""
        if self.missing:
            return InvoiceState.OVERDUE if self.due_on < on else InvoiceState.OPEN
        if self.credited == self.total:
            return InvoiceState.CREDITED
        return InvoiceState.WRITTEN_OFF if self.written_off and not self.paid else InvoiceState.PAID


class StepKind(StrEnum):
    """What happens to an invoice."""

    ISSUED = "issued"
    MATCHED = "matched"
    UNDONE = "undone"
    CREDITED = "credited"
    WRITE_OFF_ASKED = "write_off_asked"
    WRITTEN_OFF = "written_off"
    WRITE_OFF_REFUSED = "write_off_refused"
    REMINDED = "reminded"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceStep:
    """One thing that happened to an invoice; ``by`` is a user id, ``None`` where nobody did it."""

    at: datetime
    kind: StepKind
    by: int | None
    amount: Money | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteSummary:
    """A credit note; ``refund_uuid`` is the refund whose money went back with it."""

    uuid: UUID
    number: str
    corrects: str
    amount: Money
    tax: Money
    reason: str
    refund_uuid: UUID | None
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteSummary:
    """A quote, an offer as a document. ``purchase_order`` is the number that accepted it, or ""."""

    uuid: UUID
    number: str
    buyer_uuid: UUID | None
    buyer_name: str
    lines: tuple[DocumentLine, ...]
    total: Money
    issued_at: datetime
    valid_until: date
    purchase_order: str
    invoice_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffSummary:
    """What one person asked to be given up of an invoice, and what another decided."""

    id: int
    invoice_uuid: UUID
    invoice_number: str
    amount: Money
    reason: str
    asked_by: int
    asked_at: datetime
    confirmed_at: datetime | None
    refused_at: datetime | None
    refused_because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteItem:
    """What a quote offers: so many of one offering, at one session of it ("" where it has none)."""

    offering_code: str
    quantity: int = 1
    session: str = ""
