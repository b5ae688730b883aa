"""What the cells of every list file have in common: codes, dates, precisions, words."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from fairgate.documents import Faults, Row
from fairgate.readable import is_readable

Countries = Mapping[str, tuple[str, str]]
"""The known country codes, each with its alpha-3 and M49 code, blank where it has none (XK)."""

FROM_PRECISIONS = ("day", "month", "year", "not_later_than")
UNTIL_PRECISIONS = ("day", "month", "year")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

# Codes that people write and ISO 3166-1 does not have: EU institutions say EL and UK.
_MISTAKEN = {"UK": "GB", "EL": "GR"}
# ISO 3166-3: withdrawn. One may have several heirs, and may be taken again (SK was Sikkim).
_WITHDRAWN = {
    "AN": "BQ, CW or SX", "BU": "MM", "CS": "CZ, SK, RS or ME", "DD": "DE", "DY": "BJ",
    "FX": "FR", "HV": "BF", "NH": "VU", "RH": "ZW", "SU": "RU or another State", "TP": "TL",
    "VD": "VN", "YD": "YE", "YU": "RS, ME or another State", "ZR": "CD",
}  # fmt: skip


def check_country(code: str, countries: Countries, row: Row, column: str, faults: Faults) -> bool:
    """Whether a cell is a country code of this site; a fault with a hint if not."""
    if not code:
        faults.add("the country code is blank.", line=row.line, field=column)
    elif code not in countries:
        said = f"“{code}” is not a country code we know.{_hint(code, countries)}"
        faults.add(said, line=row.line, field=column)
    return code in countries


def _hint(code: str, countries: Countries) -> str:
    if code in _MISTAKEN:
        return f" Did you mean {_MISTAKEN[code]}?"
    if code in _WITHDRAWN:
        return f" It was withdrawn: map it by hand (today {_WITHDRAWN[code]})."
    return " Codes are upper case." if code.upper() in countries else ""


def one_of(row: Row, name: str, words: Collection[str], faults: Faults) -> bool:
    """Whether a cell holds one of these words."""
    if row[name] in words:
        return True
    known = ", ".join(words)
    said = f"“{row[name]}” is not known here" if row[name] else "is blank"
    faults.add(f"{said}; it is one of {known}.", line=row.line, field=name)
    return False


def check_filled(row: Row, names: Sequence[str], faults: Faults) -> bool:
    """Whether these cells are not blank."""
    blank = [name for name in names if not row[name]]
    for name in blank:
        faults.add("is blank.", line=row.line, field=name)
    return not blank


def check_signs(row: Row, faults: Faults) -> bool:
    """Whether people can read every cell; line breaks and tabs may stand in a note."""
    bad = [name for name, cell in row.cells.items() if not is_readable(cell, allowed="\r\n\t")]
    for name in bad:
        faults.add("holds a control character.", line=row.line, field=name)
    return not bad


def check_length(row: Row, name: str, longest: int, faults: Faults) -> bool:
    """Whether a cell fits into its column."""
    size = len(row[name])
    if size > longest:
        said = f"has {size} characters; at most {longest} can be kept."
        faults.add(said, line=row.line, field=name)
    return size <= longest


def day(row: Row, name: str, faults: Faults, *, required: bool = False) -> date | None:
    """The date of a cell; ``None`` when it is blank or wrong."""
    text = row[name]
    if not text:
        if required:
            faults.add("the date is blank.", line=row.line, field=name)
        return None
    try:
        # Since Python 3.11 fromisoformat reads "20261124" and "2026-W48-2" too.
        return date.fromisoformat(text if _DATE.fullmatch(text) else "")
    except ValueError:
        faults.add(f"“{text}” is not a date like 2026-11-24.", line=row.line, field=name)
        return None


def check_times(
    row: Row, starts: date | None, ends: date | None, on: date | None, faults: Faults
) -> bool:
    """Whether the two dates and their precisions agree; ``on`` is the day of reading, if known."""
    good = one_of(row, "from_precision", FROM_PRECISIONS, faults)
    if row["until_date"] or row["until_precision"]:
        good &= one_of(row, "until_precision", UNTIL_PRECISIONS, faults)
    good &= _check_rounded(row, "from", starts, on, faults)
    good &= _check_rounded(row, "until", ends, on, faults)
    if starts and ends and ends <= starts:
        faults.add(f"{ends} is not after {starts}.", line=row.line, field="until_date")
        good = False
    if row["until_precision"] and not row["until_date"]:
        faults.add("there is no until_date.", line=row.line, field="until_precision")
        good = False
    return good


def _check_rounded(
    row: Row, side: str, found: date | None, on: date | None, faults: Faults
) -> bool:
    """A date known to the month is written as its first day, one known to the year as 1 January.

    What is known to the year only is history: no answer about money may hang on it.
    """
    precision, column = row[f"{side}_precision"], f"{side}_date"
    rounded = {"month": ("-01", "first of the month"), "year": ("-01-01", "first of January")}
    if found is None or precision not in rounded:
        return True
    ending, words = rounded[precision]
    if not found.isoformat().endswith(ending):
        said = f"with precision {precision} the date is the {words}."
        faults.add(said, line=row.line, field=column)
        return False
    if precision == "year" and on is not None and found.year >= on.year:
        said = f"{found.year} is not over: a year alone will do for the past; give the day."
        faults.add(said, line=row.line, field=column)
        return False
    return True


def check_padding(text: str, names: Sequence[str], faults: Faults) -> None:
    """A padded code is a typing slip that another reader of the file would not forgive."""
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader)
    places = [(header.index(name), name) for name in names if name in header]
    start = reader.line_num + 1
    for cells in reader:
        for place, name in places:
            if cells and cells[place] != cells[place].strip():
                faults.add(f"“{cells[place]}” has blanks around it.", line=start, field=name)
        start = reader.line_num + 1
