"""The files of lists and tables that an institution keeps under a name of its own.

One row is one country's time on one list, or one line of a table: ``value`` is what the table says,
as text (``100``, ``1987.50``, ``tier 2``). A table that is not by country has the column ``key``
in place of ``iso3166_alpha2``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from datetime import date

from fairgate.documents import Faults, Row
from waiver_policy.data import ListCode, Membership, MembershipStatus
from waiver_policy.rules.list_cells import (
    Countries,
    check_country,
    check_filled,
    check_length,
    check_signs,
    check_times,
    day,
)

COUNTRY, KEY = "iso3166_alpha2", "key"
COLUMNS = (
    "list", "value", "from_date", "from_precision", "until_date", "until_precision", "source",
    "note",
)  # fmt: skip
CODED = ("list", COUNTRY, KEY)
"""Cells in which a blank around the code is a fault."""

MAX_VALUE = 255
LIST_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,39}", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)
_LIKE_A_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)


def membership(
    row: Row, countries: Countries, on: date | None, faults: Faults
) -> tuple[Membership, ...]:
    """The membership of a row."""
    column = KEY if KEY in row.cells else COUNTRY
    checked = (
        check_signs(row, faults),
        _check_list(row, faults),
        _check_key(row, faults)
        if column == KEY
        else check_country(row[COUNTRY], countries, row, COUNTRY, faults),
        check_filled(row, ("source",), faults),
        check_length(row, "value", MAX_VALUE, faults),
    )
    starts = day(row, "from_date", faults, required=True)
    ends = day(row, "until_date", faults)
    dated = check_times(row, starts, ends, on, faults)
    if starts is None or not dated or not all(checked):
        return ()
    stated = MembershipStatus.SCHEDULED if ends else MembershipStatus.CURRENT
    return (
        Membership(
            list_code=row["list"],
            country=row[column],
            kind="",
            from_date=starts,
            from_precision=row["from_precision"],
            until_date=ends,
            until_precision=row["until_precision"],
            status=stated,
            alt_until_date=None,
            source=row["source"],
            provenance="",
            note=row["note"],
            edition="",
            value=row["value"],
            stated=stated,
        ),
    )


def check_values(read: Collection[tuple[Row, Membership]], faults: Faults) -> None:
    """A table says something on every line: what is missing would be taken for nothing."""
    rows_of: dict[str, list[tuple[Row, Membership]]] = defaultdict(list)
    for row, found in read:
        rows_of[found.list_code].append((row, found))
    for code, rows in rows_of.items():
        blank = [row for row, found in rows if not found.value]
        if len(blank) < len(rows):
            for row in blank:
                said = f"is blank, and other rows of {code} have a value."
                faults.add(said, line=row.line, field="value")


def _check_list(row: Row, faults: Faults) -> bool:
    code, said = row["list"], ""
    if code in set(ListCode):
        said = f"{code} is kept in a file with the column “group”."
    elif not LIST_CODE.fullmatch(code):
        said = f"“{code}” is not a code like R4L_A: capitals, digits and _, 2 to 40 of them."
    if said:
        faults.add(said, line=row.line, field="list")
    return not said


def _check_key(row: Row, faults: Faults) -> bool:
    key, said = row[KEY], ""
    if not _KEY.fullmatch(key):
        said = f"“{key}” is not a key: letters, digits and _ . -, at most 40 of them."
    elif _LIKE_A_COUNTRY.fullmatch(key):
        said = f"“{key}” could be a country; name the column {COUNTRY}, or write another key."
    if said:
        faults.add(said, line=row.line, field=KEY)
    return not said
