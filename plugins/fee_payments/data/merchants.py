"""Who collects, and on which terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fee_payments.data.taxes import Rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsSummary:
    """One version of a merchant's terms; ``sha256`` is that of what was published."""

    id: int
    version: str
    url: str
    sha256: str
    valid_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTerms:
    """What a version of terms says: its ``text``, or ("") what is at the ``url`` of ``summary``."""

    summary: TermsSummary
    merchant: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantSummary:
    """The merchant of record: who sells, invoices and receives the money."""

    id: int
    code: str
    legal_name: str
    country: str
    tax_id: str
    rounding: Rounding
    terms: tuple[TermsSummary, ...] = ()

    def terms_at(self, at: datetime) -> TermsSummary | None:
        """The version of the terms in force at a moment; ``None`` if none is."""
        begun = [one for one in self.terms if one.valid_from <= at]
        return max(begun, key=lambda one: (one.valid_from, one.id), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """Where money is sent to by a bank transfer."""

    holder: str
    iban: str
    bic: str
    bank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantEntry:
    """A merchant as it should stand; ``currencies`` empty: every currency of its price lists."""

    code: str
    legal_name: str
    address: str
    country: str
    tax_id: str = ""
    registration: str = ""
    account: BankAccount | None = None
    invoice_prefix: str = ""
    currencies: tuple[str, ...] = ()
    rounding: Rounding = Rounding.HALF_UP
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantDetails:
    """All of a merchant that stands on its documents."""

    summary: MerchantSummary
    address: str
    registration: str
    account: BankAccount | None
    invoice_prefix: str
    currencies: tuple[str, ...]
