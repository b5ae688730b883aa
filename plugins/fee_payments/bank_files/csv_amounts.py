"""Amounts in a bank's CSV: plain decimals with the marks that the mapping names, and nothing else.

Digits of any script are read for what they are (full-width, Arabic-Indic, Devanagari …), since a
bank's export may write them and their value is never in doubt. Refused are exponents, "NaN",
infinity, a sign of a currency, two signs, minus nothing, groups that are not groups (``1.2345``
with ``.`` between thousands), and more decimals than the currency has.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from fairgate.money import Money, MoneyError

_SAME = str.maketrans(
    {
        "−": "-",
        "－": "-",
        "＋": "+",
        "．": ".",
        "，": ",",
        "'": "’",
        # Blanks between thousands: no-break, narrow, thin, figure.
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "\N{FIGURE SPACE}": " ",
        # Marks of direction around a number, as right-to-left pages have them.
        "\N{LEFT-TO-RIGHT MARK}": None,
        "\N{RIGHT-TO-LEFT MARK}": None,
        "\N{ARABIC LETTER MARK}": None,
    }
)


def plain_digits(text: str) -> str:
    """The text with digits of any script as ASCII ones; superscripts and ½ stay what they are."""
    if text.isascii():
        return text
    return "".join(
        sign if sign.isascii() else str(unicodedata.decimal(sign, sign)) for sign in text
    )


def read_amount(text: str, currency: str, *, decimal_mark: str, thousands_mark: str) -> Money:
    """The amount of a cell, with its sign before or after it.

    Raises:
        MoneyError: it is none; the sentence says why.
    """
    plain = plain_digits(text).translate(_SAME).strip()
    found = _pattern(decimal_mark, thousands_mark.translate(_SAME)).fullmatch(plain)
    if not found or (found["before"] and found["after"]):
        raise MoneyError(f"“{text[:40]}” is not an amount, written as the mapping says.")
    whole = re.sub("[^0-9]", "", found["whole"])
    decimals = found["decimals"]
    money = Money(f"{whole}.{decimals}" if decimals else whole, currency)
    if (found["before"] or found["after"]) != "-":
        return money
    if not money:
        raise MoneyError(f"“{text[:40]}” is minus nothing.")
    return -money


@lru_cache(maxsize=32)
def _pattern(decimal_mark: str, thousands_mark: str) -> re.Pattern[str]:
    decimal, mark = re.escape(decimal_mark), re.escape(thousands_mark)
    # Groups of three, or of two before the last (1,00,000 as in India).
    whole = "[0-9]{1,18}"
    if mark:
        whole += f"|[0-9]{{1,3}}(?:{mark}[0-9]{{2,3}}){{0,6}}{mark}[0-9]{{3}}"
    return re.compile(
        f"(?P<before>[-+]?) ?(?P<whole>{whole})(?:{decimal}(?P<decimals>[0-9]{{1,18}}))?"
        " ?(?P<after>[-+]?)",
        re.ASCII,
    )
