"""Minor units as a person reads them."""

from __future__ import annotations

from fairgate.money import Money, MoneyError


def written(minor: int, currency: str) -> str:
    """``USD 54.10``; a row with a damaged currency is still written."""
    try:
        return str(Money.from_minor(minor, currency))
    except MoneyError:
        return f"{currency} {minor} (minor units)"
