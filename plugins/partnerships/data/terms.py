"""How receipts are shared, as frozen values. Money is ``fairgate.money.Money``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fairgate.money import Money
from fairgate.percent import Percent
from partnerships.data.partners import FUND, PLATFORM

#: A bearer of terms by which everybody bears his part, the fund too.
PRO_RATA = "pro_rata"

#: What is shared: gross less tax less the processor's fee (money.md 5.1), or gross less tax, where
#: the terms say who bears that fee. Tax is never shared.
NET_RECEIPTS = "net_receipts"
GROSS = "gross"
BASES = (NET_RECEIPTS, GROSS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recoupment:
    """What a party gets of the receipts in a currency before anything is shared, up to ``amount``.

    What it has got under earlier versions of the agreement counts.
    """

    party: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueTerms:
    """How one version of an agreement shares the receipts of its courses.

    The fund takes ``fund_percent`` of each receipt first; ``shares`` divide the rest by whole
    weights, in the fixed order that also breaks ties of rounding (money.md 5.2).
    ``lost_processor_fee`` is ``PRO_RATA`` or the code of the party who bears it, and so is
    ``processor_fee``, which is "" unless the basis is ``GROSS``; ``dispute_fee`` is a party's code.
    ``recoupments`` come first, in this order. ``merchant_of_record`` receives the payers' money:
    the platform, or a partner that owes it to the others then. ``hold_days`` counts whole days
    after a period's end. ``minimum_payout`` is the smallest amount that is paid out, ``None`` for
    any; ``currency_hint`` is its currency.
    ``valid_until`` is the last day, inclusive; ``None`` means open-ended.
    """

    agreement: str
    version: int
    version_uuid: UUID
    partner: str
    basis: str
    fund_percent: Percent
    shares: tuple[tuple[str, int], ...]
    lost_processor_fee: str
    dispute_fee: str
    hold_days: int
    minimum_payout: Money | None
    valid_from: date
    valid_until: date | None
    courses: tuple[str, ...]
    processor_fee: str = ""
    recoupments: tuple[Recoupment, ...] = ()
    merchant_of_record: str = PLATFORM

    @property
    def currency_hint(self) -> str | None:
        """The currency the parties count in, as far as the minimum payout says it."""
        return None if self.minimum_payout is None else self.minimum_payout.currency

    def recouped_in(self, currency: str) -> tuple[tuple[str, int], ...]:
        """Who recoups how many minor units in a currency, in order."""
        return tuple(
            (one.party, one.amount.minor)
            for one in self.recoupments
            if one.amount.currency == currency
        )

    def names(self, party: str) -> bool:
        """Whether a party stands among the shares; the fund, whether it has a top slice."""
        if party == FUND:
            return self.fund_percent.basis_points > 0
        return party in dict(self.shares)

    @property
    def parties(self) -> tuple[str, ...]:
        """Every party in the fixed order: FUND first, then the shares as written."""
        return tuple(code for code, _ in self.weights())

    def weights(self) -> tuple[tuple[str, int], ...]:
        """Every party's whole weight over one denominator, FUND first; exact, in lowest terms.

        20 % to the fund and 45/25/30 of the rest are 5 : 9 : 5 : 6 (2000 : 3600 : 2000 : 2400 over
        10 000). FUND stands there even with weight 0, so that the order never changes.
        """
        fund = self.fund_percent.basis_points
        parts = sum(weight for _, weight in self.shares)
        raw = [(FUND, fund * parts)]
        raw += [(code, (10_000 - fund) * weight) for code, weight in self.shares]
        divisor = math.gcd(*(weight for _, weight in raw))
        return tuple((code, weight // divisor) for code, weight in raw)
