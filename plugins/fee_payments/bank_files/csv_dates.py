"""Days in a bank's CSV, by patterns such as ``DD.MM.YYYY``.

Not ``strptime``: its patterns read one digit where two are asked for, and months in the language
of the server.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from ..exceptions import InvalidCsvMapping

#: Days of other years are slips, or another pattern.
YEARS = range(1990, 2101)

_SIGNS = {
    "YYYY": "(?P<year>[0-9]{4})",
    "YY": "(?P<year>[0-9]{2})",
    "MM": "(?P<month>[0-9]{2})",
    "DD": "(?P<day>[0-9]{2})",
    "M": "(?P<month>[0-9]{1,2})",
    "D": "(?P<day>[0-9]{1,2})",
    "hh": "[0-9]{2}",
    "mm": "[0-9]{2}",
    "ss": "[0-9]{2}",
}
_SPLIT = re.compile("(YYYY|YY|MM|DD|M|D|hh|mm|ss)")
_BETWEEN = re.compile(r"[-./:, TZ年月日]*")


@lru_cache(maxsize=64)
def day_pattern(pattern: str) -> re.Pattern[str]:
    """What reads a day that is written by the pattern.

    Raises:
        InvalidCsvMapping: year, month and day are not there once each, or another letter is.
    """
    pieces = _SPLIT.split(pattern)
    parts = "".join(_SIGNS.get(piece, re.escape(piece)) for piece in pieces)
    others = "".join(piece for piece in pieces if piece not in _SIGNS)
    names = sorted(re.findall(r"\?P<([a-z]+)>", parts))
    if names != ["day", "month", "year"] or not _BETWEEN.fullmatch(others):
        said = f"“{pattern}” is not a pattern like YYYY-MM-DD or DD.MM.YY."
        raise InvalidCsvMapping(said, field="days")
    return re.compile(parts, re.ASCII)


def read_day(text: str, patterns: tuple[str, ...]) -> date | None:
    """The day, ``None`` if no pattern reads the text or two of them read two days.

    Two-digit years are of this century.
    """
    found = set()
    for pattern in patterns:
        match = day_pattern(pattern).fullmatch(text)
        if not match:
            continue
        year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
        if year not in YEARS:
            continue
        try:
            found.add(date(year, int(match["month"]), int(match["day"])))
        except ValueError:
            continue
    return found.pop() if len(found) == 1 else None
