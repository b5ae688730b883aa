"""Which price counts, and how a total comes about."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments.data import Breakdown, OfferingSummary, PayerClass, PriceSummary
from fee_payments.exceptions import NoPrice, NotOnSale


def pick_price(
    offering: OfferingSummary, payer_class: PayerClass, *, currency: str | None, on: date
) -> PriceSummary:
    """The price in force for this payer class on this day.

    A class without a price of its own pays what an individual pays. ``currency`` ``None`` takes
    the first currency of the price list. Where two prices hold, the one that began later counts.

    Raises:
        NotOnSale: the day is outside the sale window.
        NoPrice: nothing fits, or the offering is not sold in that currency.
    """
    if not offering.is_on_sale(on):
        raise NotOnSale(offering.title, on)
    current = [p for p in offering.prices if _holds(p, on)]
    if currency is not None:
        current = [p for p in current if p.amount.currency == currency]
    for wanted in (payer_class, PayerClass.INDIVIDUAL):
        own = [p for p in current if p.payer_class == wanted]
        first = own[0].amount.currency if own else ""
        newest = [p for p in own if p.amount.currency == first]
        if newest:
            return max(newest, key=lambda price: price.valid_from)
    raise NoPrice(offering.title, on, currency)


def _holds(price: PriceSummary, on: date) -> bool:
    return price.valid_from <= on and (price.valid_until is None or on < price.valid_until)


def break_down(list_price: Money, *, waived: Money, tax: Percent, inclusive: bool) -> Breakdown:
    """The parts of a price. Waiver first, then tax on what is left, each rounded half up once.

    ``waived`` is never negative, and no more than the list price counts.

    With an inclusive tax the total stays what the learner saw: 20 % in 100.00 is 83.33 + 16.67.
    Rounding half up on the line is what invoice law asks for (money.md 5.2; T21).
    """
    waived = min(waived, list_price)
    due = list_price - waived
    if inclusive:
        net = _without_tax(due, tax)
        return Breakdown(list_price=list_price, waived=waived, net=net, tax=due - net, total=due)
    added = tax.of(due)
    return Breakdown(list_price=list_price, waived=waived, net=due, tax=added, total=due + added)


def _without_tax(gross: Money, tax: Percent) -> Money:
    net = gross.amount * 10_000 / Decimal(10_000 + tax.basis_points)
    return Money.rounded(net, gross.currency, ROUND_HALF_UP)
