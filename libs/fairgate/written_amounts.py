"""Numbers and amounts of money as the languages of the site write them, to be read.

Groups of three digits are parted by a comma where the decimals have a point, else by a blank that
does not break: a point between digits is never one of thousands. Digits are those of every
invoice; a true minus sign stands before them. Files for machines have plain numbers instead.

The forms are kept here, and not taken from a framework, since a document that is frozen has to be
printed the same for as long as it is kept. They follow Unicode's CLDR, with the blank of ISO 80000
for Spanish.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from fairgate.money import Money

MINUS = "\N{MINUS SIGN}"
_BLANK = "\N{NO-BREAK SPACE}"


class _Form(NamedTuple):
    """What parts groups and decimals, and whether a currency stands after its number."""

    group: str
    point: str
    is_after: bool


_WITH_POINT = _Form(",", ".", is_after=False)
_WITH_COMMA = _Form(_BLANK, ",", is_after=True)
#: By the first part of a language's code; every other one is written with a point.
_FORMS = {"es": _WITH_COMMA, "fr": _WITH_COMMA, "ru": _WITH_COMMA}
#: Spanish of countries that write a point.
_POINTED = frozenset({"es-419", "es-mx", "es-us"})


def number(value: Decimal | int, language: str) -> str:
    """A number with the decimals that it has: ``1,234.50``, in French ``1 234,50``."""
    form = _form(language)
    said = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,d}"
    # Each sign by its number, so that none is turned twice.
    return said.translate({ord(","): form.group, ord("."): form.point, ord("-"): MINUS})


def figures(amount: Money, language: str) -> str:
    """An amount in a column whose currency stands elsewhere, with the currency's decimals."""
    return number(amount.amount, language)


def with_currency(amount: Money, language: str) -> str:
    """An amount with its ISO 4217 code: ``USD 1,234.50``, in French ``1 234,50 USD``."""
    said = figures(amount, language)
    if _form(language).is_after:
        return f"{said}{_BLANK}{amount.currency}"
    return f"{amount.currency} {said}"


def _form(language: str) -> _Form:
    tag = language.lower().replace("_", "-")
    return _WITH_POINT if tag in _POINTED else _FORMS.get(tag.split("-")[0], _WITH_POINT)
