"""What a person can state: typed values, read strictly from what somebody has written.

A number has digits only, a day is an ISO date, a country a code that the site knows. What is kept
is JSON that gives the same value again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from fairgate.readable import is_readable
from waiver_policy.data import AskedFact, FactKind, FactValue
from waiver_policy.exceptions import FactFault, InvalidFact

DIGITS, DECIMALS = 15, 4
"""At most so many digits before and after the point of a number."""
_TOO_MUCH = 10**DIGITS
MAX_TEXT = 200
MAX_COUNTRIES = 50
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
NONE_OF_THESE = "none_of_these"
"""The answer to a choice that is none of the words that the policy compares."""

# The comma is left out: in some languages it separates thousands, in others decimals.
_NUMBER = re.compile(rf"-?[0-9]{{1,{DIGITS}}}(\.[0-9]{{1,{DECIMALS}}})?", re.ASCII)
_LONG = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SIGNS = {"٫": ".", "\u2212": "-"}  # the Arabic decimal separator, and the minus sign


def read_value(said: Any, asked: AskedFact, *, countries: Collection[str]) -> FactValue | None:
    """What somebody says of a fact; ``None``: nothing, which takes back what was said.

    Raises:
        InvalidFact: it is no value of the kind that is asked for.
    """
    value = _READERS[asked.kind](said, asked, countries) if not _is_blank(said) else None
    if isinstance(value, tuple) and not value:
        return None
    return value


def _is_blank(said: Any) -> bool:
    return said is None or (isinstance(said, str) and not said.strip())


def _number(said: Any, asked: AskedFact, _countries: Collection[str]) -> FactValue:
    is_number = isinstance(said, int | Decimal) and not isinstance(said, bool)
    if not (isinstance(said, str) or is_number):
        raise InvalidFact(FactFault.NO_NUMBER, asked.name)
    if isinstance(said, Decimal) and said.is_nan():
        raise InvalidFact(FactFault.NO_NUMBER, asked.name)
    if is_number and not -_TOO_MUCH < said < _TOO_MUCH:
        raise InvalidFact(FactFault.LONG_NUMBER, asked.name)
    plain = f"{said:f}" if isinstance(said, Decimal) else _ascii(str(said).strip())
    if not _NUMBER.fullmatch(plain):
        is_long = _LONG.fullmatch(plain)
        raise InvalidFact(FactFault.LONG_NUMBER if is_long else FactFault.NO_NUMBER, asked.name)
    number = Decimal(plain)
    whole = int(number)
    return whole if whole == number else number.normalize()


def _ascii(text: str) -> str:
    """Digits of any script as ours; a sign that is none stays, and is found."""
    return "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else _SIGNS.get(sign, sign)
        for sign in text
    )


def _truth(said: Any, asked: AskedFact, _countries: Collection[str]) -> FactValue:
    if isinstance(said, bool):
        return said
    if said in ("yes", "no"):
        return bool(said == "yes")
    raise InvalidFact(FactFault.NO_TRUTH, asked.name)


def _choice(said: Any, asked: AskedFact, _countries: Collection[str]) -> FactValue:
    if isinstance(said, str) and said.strip() in (*asked.choices, NONE_OF_THESE):
        return said.strip()
    raise InvalidFact(FactFault.NO_CHOICE, asked.name)


def _text(said: Any, asked: AskedFact, _countries: Collection[str]) -> FactValue:
    if not isinstance(said, str) or not is_readable(said.strip()):
        raise InvalidFact(FactFault.UNREADABLE, asked.name)
    if len(said.strip()) > MAX_TEXT:
        raise InvalidFact(FactFault.LONG_TEXT, asked.name)
    return said.strip()


def _day(said: Any, asked: AskedFact, _countries: Collection[str]) -> FactValue:
    try:
        if not isinstance(said, date):
            found = said.strip() if isinstance(said, str) else ""
            said = date.fromisoformat(found if _DAY.fullmatch(found) else "")
    except ValueError:
        raise InvalidFact(FactFault.NO_DAY, asked.name) from None
    if not EARLIEST <= said <= LATEST:
        raise InvalidFact(FactFault.FAR_DAY, asked.name)
    return said  # type: ignore[no-any-return]


def _codes(said: Any, asked: AskedFact, countries: Collection[str]) -> FactValue:
    if isinstance(said, str) or not isinstance(said, Sequence):
        raise InvalidFact(FactFault.NO_COUNTRY, asked.name)
    codes = []
    for one in said:
        if not isinstance(one, str):
            raise InvalidFact(FactFault.NO_COUNTRY, asked.name)
        code = one.strip().upper()
        if code and code not in countries:
            raise InvalidFact(FactFault.NO_COUNTRY, asked.name)
        codes += [code] if code else []
    if len(codes) > MAX_COUNTRIES:
        raise InvalidFact(FactFault.MANY_COUNTRIES, asked.name)
    return tuple(sorted(set(codes)))


_READERS: Mapping[FactKind, Any] = {
    FactKind.NUMBER: _number,
    FactKind.TRUTH: _truth,
    FactKind.CHOICE: _choice,
    FactKind.TEXT: _text,
    FactKind.DAY: _day,
    FactKind.COUNTRIES: _codes,
}


def kept(value: FactValue | None) -> Any:
    """A value as JSON keeps it exactly."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def restored(kept_value: Any, kind: FactKind) -> FactValue | None:
    """A value as ``kept`` kept it."""
    if isinstance(kept_value, Mapping):
        return Decimal(kept_value["decimal"])
    if isinstance(kept_value, list):
        return tuple(kept_value)
    if kind is FactKind.DAY and isinstance(kept_value, str):
        return date.fromisoformat(kept_value)
    return kept_value  # type: ignore[no-any-return]


def as_fact(value: FactValue) -> Any:
    """A value as conditions compare it: days as text, countries as a list."""
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def fits(kind: FactKind, asked: AskedFact) -> bool:
    """Whether what was stated once is of the kind that a policy asks for now.

    A word is a choice and a text: what a policy compares may have become another word.
    """
    words = (FactKind.CHOICE, FactKind.TEXT)
    return kind is asked.kind or (kind in words and asked.kind in words)
