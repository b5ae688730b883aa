"""Which tax counts, and how a total comes about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments.data import (
    Breakdown,
    BuyerTax,
    PayerClass,
    PayerScope,
    PricesHoldTax,
    Rounding,
    TaxKind,
    TaxRule,
)
from fee_payments.rules.tax_ids import is_well_formed

_MODES = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_DOWN,
}


def scope_of(payer_class: PayerClass) -> PayerScope:
    """Whose rates a payer class has: everybody but an individual buys as an organisation.

    A public body counts with businesses: a legal person that is identified for VAT is taxed like
    one (Directive 2006/112/EC, article 43).
    """
    if payer_class is PayerClass.INDIVIDUAL:
        return PayerScope.INDIVIDUAL
    return PayerScope.BUSINESS


def may_reverse(buyer: BuyerTax | None, country: str) -> bool:
    """Whether a buyer can account for the tax themselves: a business with a tax id of the country.

    The id is checked for its form only; whether it is registered is what an operator verifies.
    """
    if buyer is None or not buyer.is_business or buyer.country != country:
        return False
    return is_well_formed(buyer.country, buyer.tax_id)


def pick_tax(
    rates: Iterable[TaxRule],
    *,
    country: str,
    payer_class: PayerClass,
    buyer: BuyerTax | None,
    on: date,
) -> TaxRule | None:
    """The rate in force on this UTC day for who is taxed in this country; ``None``: no tax.

    A reverse charge comes first where the buyer can account for the tax; then a rate for the
    scope of the payer class; then one for everybody. Of two that hold, the one that began later.
    """
    scope = scope_of(payer_class)
    fitting = [
        rate
        for rate in rates
        if rate.country == country and rate.holds(on) and rate.scope in (PayerScope.ANY, scope)
    ]
    if not may_reverse(buyer, country):
        fitting = [rate for rate in fitting if rate.kind is not TaxKind.REVERSE_CHARGE]
    return max(fitting, key=_precedence, default=None)


def _precedence(rate: TaxRule) -> tuple[bool, bool, date, int]:
    return (
        rate.kind is TaxKind.REVERSE_CHARGE,
        rate.scope is not PayerScope.ANY,
        rate.valid_from,
        rate.id,
    )


def overlaps(one: TaxRule, other: TaxRule) -> bool:
    """Whether two rates of the same country and scope hold on some same day.

    A reverse charge stands beside the rate of those who cannot account for it themselves.
    """
    same = (one.country, one.scope) == (other.country, other.scope) and (
        (one.kind is TaxKind.REVERSE_CHARGE) == (other.kind is TaxKind.REVERSE_CHARGE)
    )
    first, second = sorted((one, other), key=lambda rate: rate.valid_from)
    return same and (first.valid_until is None or second.valid_from < first.valid_until)


def holds_tax(rate: TaxRule | None, price: PricesHoldTax) -> bool:
    """Whether a price holds the tax: as the price says, else as its country's rate does."""
    if price is PricesHoldTax.AS_THE_RATE:
        return rate.inclusive if rate else True
    return price is PricesHoldTax.YES


def break_down(
    list_price: Money,
    *,
    waived: Money,
    tax: Percent,
    inclusive: bool,
    kind: TaxKind = TaxKind.STANDARD,
    rounding: Rounding = Rounding.HALF_UP,
) -> Breakdown:
    """The parts of a price. Waiver first, then tax on what is left, rounded once.

    ``waived`` is never negative, and no more than the list price counts.

    With an inclusive tax the total stays what the learner saw: 20 % in 100.00 is 83.33 + 16.67.
    Rounding half up on the line is what invoice law asks for (money.md 5.2; T21); a merchant may
    have another mode. ``net + tax == total`` in all of them: one part is rounded, the other is
    what is left. A reverse charge takes the tax out of a price that holds it and charges none.
    """
    waived = min(waived, list_price)
    due, mode = list_price - waived, _MODES[rounding]
    nothing = Money.zero(list_price.currency)
    if inclusive:
        net = _without_tax(due, tax, mode)
        added = nothing if kind is TaxKind.REVERSE_CHARGE else due - net
    else:
        net = due
        added = nothing if kind is TaxKind.REVERSE_CHARGE else tax.of(due, mode)
    return Breakdown(list_price=list_price, waived=waived, net=net, tax=added, total=net + added)


def sum_of(parts: Iterable[Breakdown], currency: str) -> Breakdown:
    """The sum of lines: tax is rounded on each of them, and never again on the sum."""
    lines = list(parts)

    def added(name: str) -> Money:
        return sum((getattr(line, name) for line in lines), Money.zero(currency))

    return Breakdown(
        list_price=added("list_price"),
        waived=added("waived"),
        net=added("net"),
        tax=added("tax"),
        total=added("total"),
    )


def _without_tax(gross: Money, tax: Percent, mode: str) -> Money:
    net = gross.amount * 10_000 / Decimal(10_000 + tax.basis_points)
    return Money.rounded(net, gross.currency, mode)
