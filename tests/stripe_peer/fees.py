"""What Stripe keeps of a payment, and takes for a dispute.

Rates differ by country, card and contract (stripe.com/pricing), so they belong to the account of a
test. The default is that of our worked examples: 2.9 % + 0.30 in USD, 1.5 % + 0.25 in EUR; other
currencies have the first rate and nothing fixed. How Stripe rounds is not published: half up, here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A part of the amount, and minor units for each payment."""

    rate: Decimal
    fixed: int = 0

    def of(self, amount: int) -> int:
        """The fee of an amount, both in minor units."""
        part = (self.rate * amount).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return int(part) + self.fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """The price list of an account; ``disputes`` in minor units, nothing where none is named."""

    by_currency: Mapping[str, Price] = field(
        default_factory=lambda: {
            "usd": Price(rate=Decimal("0.029"), fixed=30),
            "eur": Price(rate=Decimal("0.015"), fixed=25),
        }
    )
    otherwise: Price = Price(rate=Decimal("0.029"))
    disputes: Mapping[str, int] = field(default_factory=lambda: {"usd": 1500, "eur": 2000})

    def of_payment(self, amount: int, currency: str) -> int:
        """What is kept of a payment: never more than the payment itself."""
        return min(amount, self.by_currency.get(currency, self.otherwise).of(amount))

    def of_dispute(self, currency: str) -> int:
        """What a dispute costs that took money away."""
        return self.disputes.get(currency, 0)
