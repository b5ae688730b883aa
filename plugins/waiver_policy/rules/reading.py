"""Reads a strict YAML document piece by piece and notes every fault with line and field.

Built on ``fairgate.documents``: decimals are ``Decimal``, dates stay text, mappings know lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from fairgate.documents import Faults, Mapped
from fairgate.money import Money, MoneyError, currencies
from fairgate.percent import InvalidPercent, Percent

MAX_TEXT = 255
"""Characters of a text: titles, names of facts and lists. It fits every column it may land in."""

# A list kept by name; "@" is left out, because it joins a name with a version.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,59}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
LONGEST_MONTHS = 12 * 500
"""The longest length of a policy: a day so long after another one still has a name."""
SPAN = re.compile(r"P(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,5})D)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """An ISO 8601 length in whole years, months and days."""

    months: int
    days: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where we are in a document: its faults, the field path and the line.

    ``is_missing``: the mapping above lacks this key, and has said so; one fault is enough.
    """

    faults: Faults
    path: str
    line: int
    is_missing: bool = False

    def fault(self, sentence: str) -> None:
        """Note a fault here."""
        if not self.is_missing:
            self.faults.add(sentence, line=self.line, field=self.path)

    def at(self, holder: Any, key: str | int) -> Place:
        """The place of a key of a mapping, or of an item of a list."""
        if isinstance(key, int):
            value = holder[key]
            line = value.line if isinstance(value, Mapped) else self.line
            return Place(self.faults, f"{self.path}[{key}]", line, self.is_missing)
        line = holder.line_of(key) if isinstance(holder, Mapped) else self.line
        missing = self.is_missing or (isinstance(holder, Mapped) and key not in holder)
        return Place(self.faults, f"{self.path}.{key}" if self.path else key, line, missing)


def mapping(
    value: Any, place: Place, *, required: Collection[str] = (), optional: Collection[str] = ()
) -> Mapped:
    """A mapping with these keys and no others; an empty one after a fault."""
    if not isinstance(value, Mapped):
        place.fault("a mapping of names to values is needed.")
        return Mapped(place.line)
    for key in required:
        if key not in value:
            place.fault(f"“{key}” is missing.")
    for key in value:
        if key not in required and key not in optional:
            hint = nearest(key, {*required, *optional})
            place.at(value, key).fault(f"this word is not known here{hint or '.'}")
    return value


def nearest(said: Any, known: Collection[str]) -> str:
    """The end of a sentence that names the known word which may have been meant; or nothing."""
    lower = {word.lower(): word for word in known}
    near = get_close_matches(str(said).lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean “{lower[near[0]]}”?" if near else ""


def items(value: Any, place: Place, *, empty: bool = False) -> list[Any]:
    """A list; with at least one item unless ``empty``."""
    if not isinstance(value, list):
        place.fault("a list is needed.")
        return []
    if not value and not empty:
        place.fault("the list is empty.")
    return value


def text(value: Any, place: Place, *, longest: int = MAX_TEXT) -> str:
    """A text that is not blank and has at most ``longest`` characters."""
    if not isinstance(value, str) or not value.strip():
        place.fault("a text is needed.")
        return ""
    if len(value) > longest:
        place.fault(f"the text has {len(value)} characters; at most {longest} can be kept.")
        return ""
    return value


def name(value: Any, place: Place) -> str:
    """The name of a list or of a version of one: letters, digits, points, hyphens, underscores."""
    said = text(value, place)
    if said and not _NAME.fullmatch(said):
        place.fault(f"“{shown(said)}” is not a name of letters, digits, “.”, “-” and “_”.")
        return ""
    return said


def word(value: Any, place: Place, known: Collection[str], *, also: str = "") -> str:
    """One of some words; ``also`` says what else the caller takes."""
    if isinstance(value, str) and value in known:
        return value
    words = ", ".join(sorted(known)) + (f", or {also}" if also else "")
    hint = nearest(value, known)
    rest = f"{hint} It is one of {words}." if hint else f"; it is one of {words}."
    place.fault(f"“{shown(value)}” is not known here{rest}")
    return ""


def number(value: Any, place: Place) -> int | Decimal:
    """A whole number or a decimal."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    place.fault("a number is needed.")
    return 0


def whole(value: Any, place: Place, *, low: int = 0) -> int:
    """A whole number, not below ``low``."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= low:
        return value
    place.fault(f"a whole number of at least {low} is needed.")
    return low


def truth(value: Any, place: Place) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    place.fault("true or false is needed.")
    return False


def percent(value: Any, place: Place) -> Percent:
    """A percentage between 0 and 100. ``004`` is a text that somebody took for a number."""
    if isinstance(value, str) and value[:1] == "0" and value[1:2].isdigit():
        place.fault(f"“{shown(value)}” is not a percentage; write it like 12.5.")
        return Percent(0)
    try:
        # What is too long to be shown is no percentage either.
        return Percent(shown(value) if isinstance(value, str) else value)
    except (InvalidPercent, TypeError) as error:
        place.fault(str(error))
        return Percent(0)


def currency(value: Any, place: Place) -> str:
    """The code of a currency; "" after a fault."""
    said = text(value, place)
    if said and said not in currencies():
        hint = nearest(said, currencies()) or "."
        place.fault(f"“{shown(said)}” is not a currency code of ISO 4217{hint}")
        return ""
    return said


def money(amount: Any, code: str, place: Place) -> Money | None:
    """An amount, written as a quoted text, in a currency; nothing without one."""
    said = text(amount, place)
    if not said or not code:
        return None
    try:
        return Money(said, code)
    except MoneyError as error:
        place.fault(str(error))
        return None


def day(value: Any, place: Place) -> date | None:
    """A date, or the UTC day of a moment with its zone."""
    found = moment(value, place)
    return found.date() if isinstance(found, datetime) else found


def moment(value: Any, place: Place) -> datetime | date | None:
    """A date, or a moment with its zone, in UTC."""
    try:
        if "T" not in value:
            return date.fromisoformat(value if _DAY.fullmatch(value) else "")
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            place.fault("the moment has no time zone.")
            return None
        return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        place.fault(f"“{shown(value)}” is not a date like 2026-11-24.")
        return None


def span(value: Any, place: Place) -> Span | None:
    """A length like P180D, P12M or P1Y."""
    found = SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None or not any(found.groups()):
        place.fault(f"“{shown(value)}” is not a length like P180D or P12M.")
        return None
    years, months, days = (int(part or 0) for part in found.groups())
    if years * 12 + months > LONGEST_MONTHS:
        place.fault(f"“{value}” is longer than {LONGEST_MONTHS // 12} years.")
        return None
    return Span(years * 12 + months, days)


def shown(value: Any) -> str:
    """A value in an error sentence: short."""
    plain = "a mapping" if isinstance(value, Mapping) else str(value)
    return plain if len(plain) <= 40 else f"{plain[:40]}…"


Reader = Callable[[Any, Place], Any]
