"""Prices as they come about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fairgate.money import Money, total
from fee_payments.data.catalogue import OfferingSummary, TaxRule
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
