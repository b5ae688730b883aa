"""The person a price is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fairgate.payers import PayerClass
from fee_payments.data.taxes import BuyerTax


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """The person a price is for. ``country`` is ISO 3166-1 alpha-2, or "" when it is not known.

    ``seen_country`` is where their request comes from, "" where nobody can say or nobody asks; it
    may let a person look before a waiver is given. ``payer_class`` is another one than an
    individual's only where an operator has verified it; ``buyer_tax`` says then who is taxed.
    ``api.learner_for`` finds all of it: every door that shows or asks a price begins there, so
    that all of them tell the same. ``is_organisation``: an organisation buys, whose country it is,
    and ``user_id`` asks for it.
    """

    user_id: int
    country: str
    payer_class: PayerClass = PayerClass.INDIVIDUAL
    seen_country: str = ""
    buyer_tax: BuyerTax | None = None
    is_organisation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEntry:
    """That a person pays as somebody else than an individual, as an operator has verified it.

    ``valid_until`` is the first UTC day on which it no longer counts. ``tax_country`` and
    ``tax_id`` are those of the organisation, empty where it has none.
    """

    user_id: int
    payer_class: PayerClass
    organisation: str
    valid_from: date
    valid_until: date | None = None
    tax_country: str = ""
    tax_id: str = ""
    note: str = ""
