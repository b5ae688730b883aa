"""Country lists as text: a strict reader, and the difference between two snapshots.

The columns are those of the project's ``ldc_sids.csv``. One file carries three groups (LDC, SIDS,
LLDC) that become up to four lists, because SIDS has two views: a SIDS row is on ``SIDS``
(UN-OHRLLS) when ``in_ohrlls`` is ``y``, or when it is a former entry that neither view has any
more (Bahrain, which left in April 2023); it is on ``SIDS_M49`` when ``in_m49`` is ``y``.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise

from fairgate.documents import Faults, Row, parse_csv
from waiver_policy.data import ListCode, Membership, MembershipChange

COLUMNS = (
    "iso3166_alpha2", "alpha3", "m49", "name", "group", "sids_kind", "in_ohrlls", "in_m49",
    "from_date", "from_precision", "until_date", "until_precision", "status", "un_member",
    "itu_member_state", "alt_until_date", "source", "provenance", "note",
)  # fmt: skip

GROUPS = ("LDC", "SIDS", "LLDC")
STATUSES = ("current", "scheduled_graduation", "deferred", "graduated")
FROM_PRECISIONS = ("day", "month", "year", "not_later_than")
UNTIL_PRECISIONS = ("day", "month", "year")
SIDS_KINDS = ("un_member", "state_non_un_member", "associate", "m49_only")
_FLAGS = ("in_ohrlls", "in_m49", "un_member", "itu_member_state")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ALPHA3 = re.compile(r"[A-Z]{3}|", re.ASCII)
_M49 = re.compile(r"[0-9]{3}|", re.ASCII)


def read_lists(
    text: str, *, file: str, countries: Mapping[str, tuple[str, str]]
) -> Mapping[str, tuple[Membership, ...]]:
    """The memberships of each list in a CSV, by list code; all or nothing.

    ``countries`` are the known codes, each with its alpha-3 and M49 code, blank where it has
    none (``XK``). ``NA`` is Namibia, a blank is a fault.

    Raises:
        fairgate.documents.DocumentErrors: every fault, with line and column.
    """
    rows = parse_csv(text, file=file, columns=COLUMNS)
    with Faults(file) as faults:
        if not rows:
            faults.add("has a header and no row.", line=1)
        _check_padding(text, faults)
        read = [(row, _membership(row, countries, faults)) for row in rows]
        _check_overlaps([(row, found) for row, found in read if found is not None], faults)
    lists: dict[str, list[Membership]] = defaultdict(list)
    for row, found in read:
        assert found is not None  # noqa: S101 -- a row without membership has raised above
        for code in _lists_of(row):
            lists[code].append(replace(found, list_code=code))
    return {code: tuple(members) for code, members in lists.items()}


def changes(
    before: Iterable[Membership], after: Iterable[Membership]
) -> tuple[MembershipChange, ...]:
    """What differs between two snapshots of one list, by country and first day."""
    old = {_key(row): row for row in before}
    new = {_key(row): row for row in after}
    return tuple(
        MembershipChange(list_code=key[0], country=key[1], before=old.get(key), after=new.get(key))
        for key in sorted(old.keys() | new.keys())
        if _content(old.get(key)) != _content(new.get(key))
    )


def _key(row: Membership) -> tuple[str, str, date]:
    return row.list_code, row.country, row.from_date


def _content(row: Membership | None) -> Membership | None:
    return None if row is None else replace(row, edition="")


def _check_padding(text: str, faults: Faults) -> None:
    """A padded code is a typing slip that another reader of the file would not forgive."""
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader)
    places = [(header.index(name), name) for name in ("iso3166_alpha2", "group", "sids_kind")]
    start = reader.line_num + 1
    for cells in reader:
        for place, name in places:
            if cells and cells[place] != cells[place].strip():
                faults.add(f"“{cells[place]}” has blanks around it.", line=start, field=name)
        start = reader.line_num + 1


def _membership(
    row: Row, countries: Mapping[str, tuple[str, str]], faults: Faults
) -> Membership | None:
    checked = (
        _check_country(row, countries, faults),
        _check_words(row, faults),
        _check_sids(row, faults),
    )
    starts = _day(row, "from_date", faults, required=True)
    ends = _day(row, "until_date", faults)
    asked = _day(row, "alt_until_date", faults)
    dated = _check_precision(row, starts, ends, faults)
    if starts is None or not dated or not all(checked):
        return None
    return Membership(
        list_code=row["group"],
        country=row["iso3166_alpha2"],
        kind=row["sids_kind"],
        from_date=starts,
        from_precision=row["from_precision"],
        until_date=ends,
        until_precision=row["until_precision"],
        status=row["status"],
        alt_until_date=asked,
        source=row["source"],
        provenance=row["provenance"],
        note=row["note"],
        edition="",
    )


def _check_country(row: Row, countries: Mapping[str, tuple[str, str]], faults: Faults) -> bool:
    code, column = row["iso3166_alpha2"], "iso3166_alpha2"
    if not code:
        faults.add("the country code is blank.", line=row.line, field=column)
    elif code not in countries:
        hint = " Codes are upper case." if code.upper() in countries else ""
        faults.add(f"“{code}” is not a country code we know.{hint}", line=row.line, field=column)
    others = countries.get(code, ("", ""))
    for name, form, other in zip(("alpha3", "m49"), (_ALPHA3, _M49), others, strict=True):
        if not form.fullmatch(row[name]):
            faults.add(f"“{row[name]}” is not a code of this kind.", line=row.line, field=name)
        elif row[name] and other and row[name] != other:
            faults.add(
                f"“{row[name]}” is not the code of {code}, which is {other}.",
                line=row.line, field=name,
            )  # fmt: skip
    return code in countries


def _check_words(row: Row, faults: Faults) -> bool:
    good = _one_of(row, "group", GROUPS, faults)
    good &= _one_of(row, "status", STATUSES, faults)
    good &= _one_of(row, "from_precision", FROM_PRECISIONS, faults)
    if row["until_date"] or row["until_precision"]:
        good &= _one_of(row, "until_precision", UNTIL_PRECISIONS, faults)
    for name in _FLAGS:
        good &= _one_of(row, name, ("y", "n"), faults)
    for name in ("name", "source"):
        if not row[name]:
            faults.add("is blank.", line=row.line, field=name)
            good = False
    return good


def _one_of(row: Row, name: str, words: Collection[str], faults: Faults) -> bool:
    if row[name] in words:
        return True
    known = ", ".join(words)
    said = f"“{row[name]}” is not known here" if row[name] else "is blank"
    faults.add(f"{said}; it is one of {known}.", line=row.line, field=name)
    return False


def _check_sids(row: Row, faults: Faults) -> bool:
    if row["group"] != "SIDS":
        if row["sids_kind"]:
            faults.add("only a SIDS row has a kind.", line=row.line, field="sids_kind")
        return not row["sids_kind"]
    good = _one_of(row, "sids_kind", SIDS_KINDS, faults)
    if row["sids_kind"] == "m49_only" and row["in_ohrlls"] == "y":
        faults.add("m49_only is not on the list of OHRLLS.", line=row.line, field="in_ohrlls")
        good = False
    if not _lists_of(row):
        faults.add("is on neither view and has no end.", line=row.line, field="in_ohrlls")
        good = False
    return good


def _lists_of(row: Row) -> tuple[str, ...]:
    if row["group"] != "SIDS":
        return (row["group"],)
    former = row["in_m49"] == "n" and bool(row["until_date"])
    views = (
        (ListCode.SIDS.value, row["in_ohrlls"] == "y" or former),
        (ListCode.SIDS_M49.value, row["in_m49"] == "y"),
    )
    return tuple(code for code, is_on in views if is_on)


def _day(row: Row, name: str, faults: Faults, *, required: bool = False) -> date | None:
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


def _check_precision(row: Row, starts: date | None, ends: date | None, faults: Faults) -> bool:
    good = _check_rounded(row, "from", starts, faults)
    good &= _check_rounded(row, "until", ends, faults)
    if starts and ends and ends <= starts:
        faults.add(f"{ends} is not after {starts}.", line=row.line, field="until_date")
        good = False
    if row["until_precision"] and not row["until_date"]:
        faults.add("there is no until_date.", line=row.line, field="until_precision")
        good = False
    needs_end = row["status"] in ("graduated", "scheduled_graduation")
    if needs_end != bool(row["until_date"]) and row["status"] in STATUSES:
        said = "needs an until_date" if needs_end else "has no until_date"
        faults.add(f"“{row['status']}” {said}.", line=row.line, field="status")
        good = False
    return good


def _check_rounded(row: Row, side: str, day: date | None, faults: Faults) -> bool:
    """A date known to the month is written as its first day, one known to the year as 1 January."""
    precision = row[f"{side}_precision"]
    rounded = {"month": ("-01", "first of the month"), "year": ("-01-01", "first of January")}
    if day is None or precision not in rounded:
        return True
    ending, words = rounded[precision]
    if day.isoformat().endswith(ending):
        return True
    faults.add(
        f"with precision {precision} the date is the {words}.", line=row.line, field=f"{side}_date"
    )
    return False


def _check_overlaps(read: Collection[tuple[Row, Membership]], faults: Faults) -> None:
    by_country: dict[tuple[str, str], list[tuple[Row, Membership]]] = defaultdict(list)
    for row, found in read:
        by_country[found.list_code, found.country].append((row, found))
    for (group, country), rows in by_country.items():
        for first, second in _neighbours(rows):
            if first[1].until_date is None or second[1].starts <= first[1].until_date:
                faults.add(
                    f"{country} is on {group} twice for the same time, or without a gap "
                    f"(see line {first[0].line}).",
                    line=second[0].line, field="from_date",
                )  # fmt: skip


def _neighbours(
    rows: Collection[tuple[Row, Membership]],
) -> Iterator[tuple[tuple[Row, Membership], tuple[Row, Membership]]]:
    return pairwise(sorted(rows, key=lambda pair: (pair[1].starts, pair[0].line)))
