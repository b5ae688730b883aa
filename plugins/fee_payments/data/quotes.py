"""Prices as they come about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fairgate.money import Money, total
from fairgate.payers import PayerClass
from fee_payments.data.catalogue import OfferingSummary
from fee_payments.data.merchants import MerchantSummary, TermsSummary
from fee_payments.data.rooms import SessionSummary
from fee_payments.data.taxes import BuyerTax, TaxKind, TaxRule
from waiver_policy.data import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """How a price comes about; ``net + tax == total`` to the minor unit."""

    list_price: Money
    waived: Money
    net: Money
    tax: Money
    total: Money


def added_up(parts: Sequence[Breakdown]) -> Breakdown:
    """What several prices in one currency come to together; there is one at least."""
    currency = parts[0].total.currency
    return Breakdown(
        list_price=total([part.list_price for part in parts], currency),
        waived=total([part.waived for part in parts], currency),
        net=total([part.net for part in parts], currency),
        tax=total([part.tax for part in parts], currency),
        total=total([part.total for part in parts], currency),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What this learner pays for this offering at this moment, and why.

    ``waiver`` is the decision that was applied (``None``: the offering is not covered by waivers).
    ``explanation`` holds translated sentences; ``advice`` those about what the learner can do, for
    who has no application that waits. ``expires_at``: until then the price stands, for a learner
    of ``country``.

    ``unit_price`` is the price of the list for one; ``breakdown`` is for ``quantity`` of them.
    ``terms`` are those of ``merchant`` in force now: who orders says that they accept
    them. ``session`` is the one that was chosen.
    """

    offering: OfferingSummary
    price_id: int
    breakdown: Breakdown
    waiver: Decision | None
    tax_rule: TaxRule | None
    explanation: tuple[str, ...]
    quoted_at: datetime
    expires_at: datetime
    entitled: bool
    country: str
    advice: tuple[str, ...] = ()
    unit_price: Money | None = None
    quantity: int = 1
    payer_class: PayerClass = PayerClass.INDIVIDUAL
    buyer_tax: BuyerTax | None = None
    session: SessionSummary | None = None
    is_tax_included: bool = False

    @property
    def merchant(self) -> MerchantSummary | None:
        return self.offering.merchant

    @property
    def terms(self) -> TermsSummary | None:
        return self.merchant.terms_at(self.quoted_at) if self.merchant else None

    @property
    def tax_kind(self) -> TaxKind | None:
        """How it is taxed; ``None`` where no rate is known."""
        return self.tax_rule.kind if self.tax_rule else None

    @property
    def tax_note(self) -> str:
        """What the law asks to be printed about the tax; "" for nothing."""
        return self.tax_rule.note if self.tax_rule else ""

    @property
    def needs_session(self) -> bool:
        """Whether a session has to be chosen before it can be ordered."""
        return bool(self.offering.sessions) and self.session is None

    @property
    def has_seat(self) -> bool:
        """Whether the room, and the session if one was chosen, has as many seats as are asked."""
        left = self.session.seats_left if self.session else self.offering.seats_left
        return left is None or left >= self.quantity

    @property
    def list_price(self) -> Money:
        return self.breakdown.list_price

    @property
    def waived(self) -> Money:
        return self.breakdown.waived

    @property
    def net(self) -> Money:
        return self.breakdown.net

    @property
    def tax(self) -> Money:
        return self.breakdown.tax

    @property
    def total(self) -> Money:
        return self.breakdown.total


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLine:
    """What somebody wants of an offering: how many, and at which session ("" for none)."""

    offering_code: str
    session: str = ""
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """Several quotes for one order: of one merchant, in one currency; the sums are exact."""

    lines: tuple[Quote, ...]
    breakdown: Breakdown
    expires_at: datetime

    @property
    def total(self) -> Money:
        return self.breakdown.total
