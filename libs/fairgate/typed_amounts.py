"""Amounts of money as people type them, in the digits of any script."""

from __future__ import annotations

import re
import unicodedata

from fairgate.money import InexactAmount, Money

# The signs that divide a whole from its decimals: ASCII, and those of Arabic and of wide letters.
_POINTS = str.maketrans({"٫": ".", "．": "."})
# No amount is longer; what is, was not typed.
_LONGEST = 40


def read(typed: str, currency: str) -> Money:
    """The amount that somebody typed, in major units: ``49.00``, ``٤٩٫٠٠`` and ``４９．００``.

    Nothing is guessed: a comma may divide thousands or decimals, so it is refused, and so are
    signs, exponents and words. Zero is an amount.

    Raises:
        MoneyError: it is no amount of this currency, negative, or larger than any amount we keep.
    """
    if len(typed) > _LONGEST:
        raise InexactAmount("This is too long for an amount; write it like 49.00.")
    # Marks of direction, and blanks around it, come along when a text is copied.
    kept = "".join(sign for sign in typed if unicodedata.category(sign) != "Cf").strip()
    plain = "".join(_ascii(sign) for sign in kept.translate(_POINTS))
    if re.fullmatch(r"[-\N{MINUS SIGN}].*", plain):
        raise InexactAmount(f"“{typed}” is below zero; write an amount like 49.00.")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain):
        raise InexactAmount(f"“{typed}” is not an amount; write it like 49.00.")
    return Money(plain, currency)


def written(amount: Money) -> str:
    """The amount as ``read`` reads it back, with the decimals of its currency: ``49.00``."""
    return f"{amount.amount:f}"


def _ascii(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)
