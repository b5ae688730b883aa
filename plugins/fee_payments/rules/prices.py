"""Which price counts, what a price list leaves open, and how long a price stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from fee_payments.data import (
    OfferingSummary,
    PayerClass,
    PriceSpan,
    PriceSummary,
    SpanKind,
)
from fee_payments.exceptions import NoPrice, NotOnSale, UpgradeOver


def check_on_sale(offering: OfferingSummary, *, at: datetime, on: date) -> None:
    """Whether the offering is sold at this moment; ``on`` is its UTC day.

    Raises:
        NotOnSale: the day is outside the sale window.
        UpgradeOver: the upgrade deadline has passed.
    """
    if not offering.is_on_sale(on):
        raise NotOnSale(offering.title, on)
    if offering.upgrade_until is not None and offering.upgrade_until <= at:
        raise UpgradeOver(offering.title, on, offering.upgrade_until)


def pick_price(
    offering: OfferingSummary, payer_class: PayerClass, *, currency: str | None, on: date
) -> PriceSummary:
    """The price in force for this payer class on this day.

    A class without a price of its own pays what an individual pays. ``currency`` ``None`` takes
    the first currency of the price list. Where two prices hold, the one that began later counts;
    so an early-bird price is a line with an end that begins later than the usual one.

    Raises:
        NotOnSale: the day is outside the sale window.
        NoPrice: nothing fits, or the offering is not sold in that currency.
    """
    if not offering.is_on_sale(on):
        raise NotOnSale(offering.title, on)
    current = [p for p in offering.prices if p.holds(on)]
    if currency is not None:
        current = [p for p in current if p.amount.currency == currency]
    for wanted in (payer_class, PayerClass.INDIVIDUAL):
        own = [p for p in current if p.payer_class == wanted]
        first = own[0].amount.currency if own else ""
        newest = [p for p in own if p.amount.currency == first]
        if newest:
            return newest_of(newest)
    raise NoPrice(offering.title, on, currency)


def newest_of(prices: Sequence[PriceSummary]) -> PriceSummary:
    """Of prices that hold at once, the one that began last."""
    return max(prices, key=lambda price: price.valid_from)


def stands_until(offering: OfferingSummary, price: PriceSummary, *, on: date) -> datetime:
    """The first moment at which a price that was quoted on this UTC day stands no longer.

    Price lists, taxes and lists of countries change at midnight UTC, and so do the ends of a
    price and of the sale; an upgrade deadline may come before.
    """
    days = [on + timedelta(days=1), offering.on_sale_until, price.valid_until]
    ends = [datetime.combine(day, time.min, UTC) for day in days if day is not None]
    if offering.upgrade_until is not None:
        ends.append(offering.upgrade_until)
    return min(ends)


def price_gaps(prices: Iterable[PriceSummary]) -> tuple[PriceSpan, ...]:
    """What a price list says of every time, by payer class and currency, in the list's order.

    From the first day of a class and currency on. After the last price that ends there is a gap
    without an end. A class without prices has no spans: it pays what an individual pays.
    """
    by_list: dict[tuple[PayerClass, str], list[PriceSummary]] = {}
    for price in prices:
        by_list.setdefault((price.payer_class, price.amount.currency), []).append(price)
    return tuple(span for rows in by_list.values() for span in _spans(rows))


def _spans(rows: Sequence[PriceSummary]) -> list[PriceSpan]:
    begins = {row.valid_from for row in rows}
    ends = {row.valid_until for row in rows if row.valid_until is not None}
    days: list[date | None] = [*sorted(begins | ends), None]
    return [_span(rows, begin, end) for begin, end in pairwise(days) if begin is not None]


def _span(rows: Sequence[PriceSummary], begins: date, ends: date | None) -> PriceSpan:
    current = [row for row in rows if row.holds(begins)]
    kinds = (SpanKind.GAP, SpanKind.PRICE)
    return PriceSpan(
        kind=kinds[len(current)] if len(current) < len(kinds) else SpanKind.OVERLAP,
        payer_class=rows[0].payer_class,
        currency=rows[0].amount.currency,
        begins=begins,
        ends=ends,
        price=newest_of(current) if current else None,
    )
