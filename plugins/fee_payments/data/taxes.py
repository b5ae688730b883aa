"""The tax on a sale, and who is taxed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fairgate.percent import Percent


class TaxKind(StrEnum):
    """How a sale is taxed; the words of EU invoices and of UNCL 5305 (EN 16931: S, Z, E, AE)."""

    STANDARD = "standard"
    ZERO = "zero"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse_charge"


class PayerScope(StrEnum):
    """Whom a rate is for. ``business`` is every payer class but an individual."""

    ANY = "any"
    BUSINESS = "business"
    INDIVIDUAL = "individual"


class Rounding(StrEnum):
    """How half a minor unit is rounded, once on each line."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


class PricesHoldTax(StrEnum):
    """Whether a price of the list holds the tax: as the country's rate says, always, or never."""

    AS_THE_RATE = "rate"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyerTax:
    """Who is taxed: the country of the buyer and their tax id, ``""`` without one.

    ``is_business`` says that a business buys, as its operator has verified; the id itself is only
    ever checked for its form (``rules.tax_ids``).
    """

    country: str
    tax_id: str = ""
    is_business: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRule:
    """A tax rate of one country from a day until another (the first on which it holds no more).

    ``inclusive``: list prices already hold it. Of a reverse charge, ``percent`` is the rate that
    the buyer accounts for: it is taken out of a price that holds it, and never charged. ``name``
    is printed ("VAT"), ``note`` is the sentence that the law asks for on documents.
    """

    id: int
    country: str
    percent: Percent
    inclusive: bool
    kind: TaxKind = TaxKind.STANDARD
    scope: PayerScope = PayerScope.ANY
    name: str = ""
    note: str = ""
    valid_from: date = date.min
    valid_until: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it is in force on this UTC day."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxEntry:
    """A tax rate as it should stand in the history; ``source`` says where it is written."""

    country: str
    percent: Percent
    inclusive: bool
    valid_from: date
    valid_until: date | None = None
    kind: TaxKind = TaxKind.STANDARD
    scope: PayerScope = PayerScope.ANY
    name: str = ""
    note: str = ""
    source: str = ""
