"""Percentages that cannot be mistaken for fractions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from fairgate.errors import FairgateError
from fairgate.money import Money

_PLAIN_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?", re.ASCII)


class InvalidPercent(FairgateError, ValueError):
    """Not a number between 0 and 100 with at most two decimals."""


@dataclass(frozen=True, slots=True, order=True, init=False)
class Percent:
    """A share of a whole, 0 to 100, exact to a basis point.

    ``Percent(15)`` is fifteen per cent; ``Percent("12.5")`` is 1250 basis points. A float is a
    ``TypeError``.
    """

    basis_points: int

    def __init__(self, value: int | str | Decimal) -> None:
        object.__setattr__(self, "basis_points", _to_basis_points(value))

    @classmethod
    def from_basis_points(cls, basis_points: int) -> Percent:
        """``Percent.from_basis_points(1250)`` is 12.5 per cent."""
        return cls(Decimal(basis_points) / 100)

    def of(self, money: Money, rounding: str = ROUND_HALF_UP) -> Money:
        """This share of an amount, rounded once to a whole minor unit."""
        return Money.rounded(money.amount * self.basis_points / 10_000, money.currency, rounding)

    @property
    def plain(self) -> str:
        """The number without its sign, as it can be read again: ``12.5``."""
        return f"{Decimal(self.basis_points) / 100:.2f}".rstrip("0").rstrip(".")

    def __str__(self) -> str:
        return f"{self.plain} %"

    def __repr__(self) -> str:
        return f'Percent("{self.plain}")'


def _to_basis_points(value: int | str | Decimal) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise TypeError(
            f"A percentage is an int, a string or a Decimal, not {type(value).__name__}."
        )
    if isinstance(value, str) and not _PLAIN_PERCENT.fullmatch(value):
        raise InvalidPercent(f"“{value}” is not a percentage; write it like 12.5.")
    number = Decimal(value)
    if not number.is_finite() or not 0 <= number <= 100 or number * 100 % 1:
        raise InvalidPercent(f"{value} is not between 0 and 100 with at most two decimals.")
    return int(number * 100)
