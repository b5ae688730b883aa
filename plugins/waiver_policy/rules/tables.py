"""Reads a value from a table: a list kept by name whose rows carry a value."""

from __future__ import annotations

from datetime import date

from fairgate.money import Money, MoneyError
from fairgate.percent import InvalidPercent, Percent
from waiver_policy.data import Membership, Reduction


def table_reduction(
    rows: tuple[Membership, ...], *, on: date, is_price: bool, currency: str
) -> Reduction | None:
    """What the row of a day says; ``None`` when there is none, or its value cannot be used.

    A percentage is what is *paid* of the list price. A price is an amount of ``currency``, or is
    written with its own: ``12.50 USD``.
    """
    value = next((row.value for row in rows if row.holds_on(on)), "").strip()
    try:
        if not is_price:
            left = Percent(value.removesuffix("%").strip())
            return Reduction.off(Percent.from_basis_points(10_000 - left.basis_points))
        amount, _, own = value.partition(" ")
        return Reduction.down_to(Money(amount, own or currency))
    except (InvalidPercent, MoneyError):
        return None
