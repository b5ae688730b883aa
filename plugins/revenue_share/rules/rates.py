"""What an amount is in another currency: exact fractions, rounded once."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from fairgate.money import Money, exponent

from ..data import Rate


def convert(amount: Money, currency: str, rates: Sequence[Rate]) -> Money:
    """The amount in ``currency``, by rates that lead there one after the other.

    Rounded once, half up: half a minor unit goes away from zero (money.md 5.3).

    Raises:
        ValueError: the rates do not lead from the one currency to the other.
    """
    value, now = Fraction(amount.minor, 10 ** exponent(amount.currency)), amount.currency
    for rate in rates:
        numerator, denominator = rate.rate.as_integer_ratio()
        if now == rate.base:
            value, now = value * Fraction(numerator, denominator), rate.currency
        elif now == rate.currency:
            value, now = value * Fraction(denominator, numerator), rate.base
        else:
            raise ValueError(f"{rate} does not convert {now}.")
    if now != currency:
        raise ValueError(f"These rates lead to {now}, not to {currency}.")
    return Money.from_minor(_half_up(value * 10 ** exponent(currency)), currency)


def _half_up(value: Fraction) -> int:
    sign = -1 if value < 0 else 1
    numerator, denominator = abs(value).as_integer_ratio()
    return sign * ((2 * numerator + denominator) // (2 * denominator))
