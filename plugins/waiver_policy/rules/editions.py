"""Country lists as text: a strict reader, and the difference between two snapshots.

Three kinds of file are told apart by their header: the United Nations' lists, the States that are
no more (both in ``un_lists``), and lists and tables by name (``named_lists``).
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise

from fairgate.documents import Faults, Row, parse_csv
from waiver_policy.data import Membership, MembershipChange
from waiver_policy.rules import named_lists, un_lists
from waiver_policy.rules.list_cells import Countries, check_padding
from waiver_policy.rules.un_lists import COLUMNS, SIDS_KINDS

__all__ = [
    "COLUMNS",
    "SIDS_KINDS",
    "changed_answers",
    "changes",
    "completed",
    "read_lists",
    "vanished",
]

Rows = tuple[Membership, ...]


def read_lists(
    text: str, *, file: str, countries: Countries, on: date | None = None
) -> Mapping[str, Rows]:
    """The memberships of each list in a CSV, by list code; all or nothing.

    ``countries`` are the known codes, each with its alpha-3 and M49 code, blank where it has
    none (``XK``). ``NA`` is Namibia, a blank is a fault. ``on`` is the day of reading: with it, a
    date that is known to the year only must lie in the past.

    Raises:
        fairgate.documents.DocumentErrors: every fault, with line and column.
    """
    text = text.removeprefix("\ufeff")
    header = _header(text)
    if "list" in header:
        return _read_named(text, file, countries, on, by_key=named_lists.KEY in header)
    if "iso3166_3_alpha4" in header:
        return _read_former(text, file, on)
    rows = parse_csv(text, file=file, columns=COLUMNS)
    with Faults(file) as faults:
        _check_rows(text, rows, un_lists.CODED, faults)
        read = [
            (row, found)
            for row in rows
            for found in un_lists.memberships(row, countries, on, faults)
        ]
        _check_overlaps(_once_per_group(read), faults)
    return _by_list(read)


def _read_former(text: str, file: str, on: date | None) -> Mapping[str, Rows]:
    rows = parse_csv(
        text, file=file, columns=un_lists.FORMER_COLUMNS, optional=un_lists.FORMER_OPTIONAL
    )
    with Faults(file) as faults:
        _check_rows(text, rows, un_lists.CODED, faults)
        read = [(row, m) for row in rows for m in un_lists.former_membership(row, on, faults)]
        _check_overlaps(read, faults)
    return _by_list(read)


def _read_named(
    text: str, file: str, countries: Countries, on: date | None, *, by_key: bool
) -> Mapping[str, Rows]:
    key = named_lists.KEY if by_key else named_lists.COUNTRY
    rows = parse_csv(text, file=file, columns=(key, *named_lists.COLUMNS))
    with Faults(file) as faults:
        _check_rows(text, rows, named_lists.CODED, faults)
        read = [
            (row, m) for row in rows for m in named_lists.membership(row, countries, on, faults)
        ]
        named_lists.check_values(read, faults)
        _check_overlaps(read, faults)
    return _by_list(read)


def _header(text: str) -> Collection[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline="")), [])
    except csv.Error:
        return ()


def _check_rows(text: str, rows: Collection[Row], coded: Collection[str], faults: Faults) -> None:
    if not rows:
        faults.add("has a header and no row.", line=1)
    check_padding(text, tuple(coded), faults)


def _by_list(read: Iterable[tuple[Row, Membership]]) -> Mapping[str, Rows]:
    lists: dict[str, list[Membership]] = defaultdict(list)
    for _, found in read:
        lists[found.list_code].append(found)
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
    """What an edition says: its name, and what people have confirmed since, are not part of it."""
    return None if row is None else replace(row, edition="", status="")


def completed(found: Iterable[Membership], newest: Iterable[Membership]) -> Rows:
    """A list with the half that a file says nothing about taken over from the newest edition.

    Today's countries and the States that are no more come in two files, and make one list.
    """
    found = tuple(found)
    halves = {row.is_former for row in found}
    kept = (replace(row, edition="") for row in newest if row.is_former not in halves)
    return (*found, *kept)


def vanished(before: Iterable[Membership], after: Iterable[Membership]) -> tuple[str, ...]:
    """The countries that are on a list in one snapshot and nowhere in the next.

    Who leaves a list keeps its row, with an end: a row that is gone is a slip, or a correction of
    what was never true.
    """
    left = {row.country for row in after}
    return tuple(sorted({row.country for row in before} - left))


def changed_answers(
    before: Iterable[Membership], after: Iterable[Membership], *, on: date
) -> tuple[str, ...]:
    """The countries whose answer on any day from ``on`` on is another one.

    An end in the past counts, because grace is counted from it; a start in the past does not.
    """
    old, new = _answers(before, on), _answers(after, on)
    return tuple(sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key)))


def _answers(rows: Iterable[Membership], on: date) -> Mapping[str, frozenset[tuple[object, ...]]]:
    answers: dict[str, set[tuple[object, ...]]] = defaultdict(set)
    for row in rows:
        if not row.is_former:
            starts = max(row.starts, on) if row.until_date is None or on < row.until_date else None
            answers[row.country].add((starts, row.until_date, row.kind, row.value))
    return {country: frozenset(parts) for country, parts in answers.items()}


def _once_per_group(
    read: Iterable[tuple[Row, Membership]],
) -> Collection[tuple[Row, Membership]]:
    """A row of SIDS may be on two lists; its country is in the group once at a time."""
    return list({row.line: (row, found) for row, found in read}.values())


def _check_overlaps(read: Collection[tuple[Row, Membership]], faults: Faults) -> None:
    by_country: dict[tuple[str, str], list[tuple[Row, Membership]]] = defaultdict(list)
    for row, found in read:
        # Databases compare texts without their case; two keys must not meet there.
        by_country[_group(row, found), found.country.casefold()].append((row, found))
    for (group, _), rows in by_country.items():
        for first, second in _neighbours(rows):
            if _meet(first[1], second[1]):
                faults.add(
                    f"{second[1].country} is on {group} twice for the same time, or without a gap "
                    f"(see line {first[0].line}).",
                    line=second[0].line,
                    field="from_date",
                )


def _meet(first: Membership, second: Membership) -> bool:
    """Whether two rows overlap, or touch without saying anything new: one of them is wrong.

    A line of a table may be followed at once by one with another value.
    """
    if first.until_date is None or second.starts < first.until_date:
        return True
    return second.starts == first.until_date and second.value == first.value


def _group(row: Row, found: Membership) -> str:
    return row.cells.get("group", found.list_code)


def _neighbours(
    rows: Collection[tuple[Row, Membership]],
) -> Iterator[tuple[tuple[Row, Membership], tuple[Row, Membership]]]:
    return pairwise(sorted(rows, key=lambda pair: (pair[1].starts, pair[0].line)))
