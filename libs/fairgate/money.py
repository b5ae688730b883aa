"""Amounts of money: integer minor units with an ISO 4217 currency, and nothing else.

* MoneyError
  + UnknownCurrency     the code is not in ISO 4217, or has no minor unit (gold, test codes)
  + InexactAmount       it is no whole number of minor units, or no amount at all
    - TooManyDecimals   the amount has more decimals than the currency has minor units
    - TooLarge          it is larger than any amount we keep
  + CurrencyMismatch    two currencies met in one operation

``data/iso4217.csv`` holds the exponents of ISO 4217 List One, published 2026-01-01 by the
maintenance agency (SIX). Codes without a minor unit (XAU, XTS, …) are left out on purpose: nobody
can pay a fee with them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache, total_ordering
from importlib import resources
from typing import Self

from fairgate.errors import FairgateError

# A signed BIGINT holds 9.2e18 minor units; an amount beyond 15 digits is a mistake, not a fee.
MAX_MINOR = 10**15

_PLAIN_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)


class MoneyError(FairgateError, ValueError):
    """An amount or a currency that cannot be used."""


class UnknownCurrency(MoneyError):
    """The code is not a currency of ISO 4217 with a minor unit."""


class InexactAmount(MoneyError):
    """The amount is not a whole number of minor units."""


class TooManyDecimals(InexactAmount):
    """The amount has more decimals than the currency has minor units."""


class TooLarge(InexactAmount):
    """The amount is larger than any that we keep."""


class CurrencyMismatch(MoneyError):
    """Two currencies met where only one can be."""


@cache
def _exponents() -> dict[str, int]:
    # A currency that is withdrawn stays in the table: what was sold in it is still read.
    table = resources.files("fairgate").joinpath("data/iso4217.csv")
    with table.open(encoding="utf-8") as lines:
        return {row["code"]: int(row["exponent"]) for row in csv.DictReader(lines)}


def exponent(currency: str) -> int:
    """How many decimals the currency has: JPY 0, USD 2, KWD 3 (ISO 4217).

    Raises:
        UnknownCurrency: the code is not in the table; codes are upper case.
    """
    try:
        return _exponents()[currency]
    except (KeyError, TypeError):
        raise UnknownCurrency(f"“{currency}” is not a currency code of ISO 4217.") from None


def currencies() -> tuple[str, ...]:
    """Every code that a price may have, in alphabetical order."""
    return tuple(_exponents())


@total_ordering
@dataclass(frozen=True, slots=True, init=False)
class Money:
    """An exact amount in one currency.

    ``Money(Decimal("49.00"), "EUR")`` or ``Money("49.00", "EUR")``; a float is a ``TypeError``,
    half a cent is ``InexactAmount``. ``minor`` is the amount in minor units (cents, yen, fils).
    """

    minor: int
    currency: str

    def __init__(self, amount: Decimal | int | str, currency: str) -> None:
        minor = _to_minor(_to_decimal(amount), currency)
        object.__setattr__(self, "minor", minor)
        object.__setattr__(self, "currency", currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Self:
        """The amount of ``minor`` units: ``Money.from_minor(4900, "EUR")`` is 49.00 EUR."""
        if isinstance(minor, bool) or not isinstance(minor, int):
            raise TypeError(f"Minor units are an int, not {type(minor).__name__}.")
        exponent(currency)
        _check_size(minor)
        money = cls.__new__(cls)
        object.__setattr__(money, "minor", minor)
        object.__setattr__(money, "currency", currency)
        return money

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in a currency."""
        return cls.from_minor(0, currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str, rounding: str = ROUND_HALF_EVEN) -> Self:
        """The nearest whole number of minor units; ``rounding`` is a mode of ``decimal``."""
        if not isinstance(amount, Decimal):
            raise TypeError(f"Only a Decimal is rounded, not {type(amount).__name__}.")
        if not amount.is_finite():
            raise InexactAmount(f"{amount} is not an amount.")
        _check_size(amount)
        with localcontext(prec=50):
            scaled = amount.scaleb(exponent(currency)).to_integral_value(rounding=rounding)
        return cls.from_minor(int(scaled), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        # Made of text, a Decimal is exact whatever the context of the caller says.
        return Decimal(f"{self.minor}E-{exponent(self.currency)}")

    def split(self, *weights: int) -> tuple[Money, ...]:
        """Parts in proportion to whole ``weights`` that always add up to the whole.

        Largest remainder (Hamilton), ties to the first. A negative amount is the mirror of the
        positive one. For shares that must stay fair over many events use the carried remainder of
        ``revenue_share.rules``.

        Raises:
            ValueError: no weight, a negative weight, or weights that sum to zero.
        """
        units = split_units(abs(self.minor), weights)
        sign = -1 if self.minor < 0 else 1
        return tuple(Money.from_minor(sign * part, self.currency) for part in units)

    def __add__(self, other: Money) -> Money:
        return Money.from_minor(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money.from_minor(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money.from_minor(-self.minor, self.currency)

    def __mul__(self, count: int) -> Money:
        if isinstance(count, bool) or not isinstance(count, int):
            return NotImplemented
        return Money.from_minor(self.minor * count, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,f}"

    def __repr__(self) -> str:
        return f'Money("{self.amount:f}", "{self.currency}")'

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"Money meets {type(other).__name__}.")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self} and {other} are not of one currency.")
        return other.minor


def total(amounts: Sequence[Money], currency: str) -> Money:
    """The sum; ``currency`` says which zero an empty sum is."""
    return sum(amounts, Money.zero(currency))


def split_units(units: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share ``units`` (not negative) by whole weights: largest remainder, ties to the first."""
    whole = sum(weights)
    if not weights or min(weights) < 0 or whole == 0:
        raise ValueError("A split needs whole weights that are not negative and not all zero.")
    parts = [units * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(units * weights[place] % whole))
    for place in by_remainder[: units - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def _to_decimal(amount: Decimal | int | str) -> Decimal:
    if isinstance(amount, str):
        # Decimal() would read "1e3", "NaN", " 1 ", "１" and "1_0": none of them is how a price is
        # written, and some come from people who try.
        if not _PLAIN_DECIMAL.fullmatch(amount):
            raise InexactAmount(f"“{amount}” is not an amount; write it like 49.00.")
        return Decimal(amount)
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int):
        raise TypeError(f"An amount is a Decimal, an int or a string, not {type(amount).__name__}.")
    return Decimal(amount)


def _to_minor(amount: Decimal, currency: str) -> int:
    if not amount.is_finite():
        raise InexactAmount(f"{amount} is not an amount.")
    _check_size(amount)
    places = exponent(currency)
    with localcontext(prec=50):
        scaled = amount.scaleb(places)
        if scaled != scaled.to_integral_value():
            raise TooManyDecimals(f"{amount} has more decimals than {currency} allows ({places}).")
    _check_size(scaled)
    return int(scaled)


def _check_size(amount: Decimal | int) -> None:
    if not -MAX_MINOR <= amount <= MAX_MINOR:
        raise TooLarge(f"{amount} is larger than any amount we keep.")
