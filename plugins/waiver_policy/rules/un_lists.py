"""The files of the United Nations' lists: today's countries, and the States that are no more.

The columns of the first are those of the project's ``ldc_sids.csv``. One file carries three groups
(LDC, SIDS, LLDC) that become up to four lists, because SIDS has two views: a SIDS row is on
``SIDS`` (UN-OHRLLS) when ``in_ohrlls`` is ``y``, or when it is a former entry that neither view has
any more (Bahrain, which left in April 2023); it is on ``SIDS_M49`` when ``in_m49`` is ``y``.

The second, ``ldc_historical_entities.csv``, has States by their ISO 3166-3 code of four letters:
an alpha-2 that they had may be another country's today (SK was Sikkim, and is Slovakia).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
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
    one_of,
)

COLUMNS = (
    "iso3166_alpha2", "alpha3", "m49", "name", "group", "sids_kind", "in_ohrlls", "in_m49",
    "from_date", "from_precision", "until_date", "until_precision", "status", "un_member",
    "itu_member_state", "alt_until_date", "source", "provenance", "note",
)  # fmt: skip
FORMER_COLUMNS = (
    "iso3166_3_alpha4", "former_alpha2", "former_alpha3", "name", "group", "from_date",
    "until_date", "provenance", "note",
)  # fmt: skip
FORMER_OPTIONAL = ("from_precision", "until_precision", "source")
CODED = ("iso3166_alpha2", "group", "sids_kind", "iso3166_3_alpha4")
"""Cells in which a blank around the code is a fault."""

GROUPS = ("LDC", "SIDS", "LLDC")
SIDS_KINDS = ("un_member", "state_non_un_member", "associate", "m49_only")
STATED: Mapping[str, MembershipStatus] = {
    "current": MembershipStatus.CURRENT,
    "scheduled_graduation": MembershipStatus.SCHEDULED,
    "scheduled": MembershipStatus.SCHEDULED,
    "contested": MembershipStatus.CONTESTED,
    "deferred": MembershipStatus.DEFERRED,
    "graduated": MembershipStatus.LEFT,
    "left": MembershipStatus.LEFT,
}
"""The words of a file: those of the United Nations' lists, and our own."""

_ENDED = (MembershipStatus.SCHEDULED, MembershipStatus.LEFT)
_FLAGS = ("in_ohrlls", "in_m49", "un_member", "itu_member_state")
_ALPHA3 = re.compile(r"[A-Z]{3}|", re.ASCII)
_M49 = re.compile(r"[0-9]{3}|", re.ASCII)
_ALPHA4 = re.compile(r"[A-Z]{4}", re.ASCII)
MAX_FORMER_NAME = 100


def memberships(
    row: Row, countries: Countries, on: date | None, faults: Faults
) -> tuple[Membership, ...]:
    """The memberships of a row of today's countries: one per list that it is on."""
    checked = (
        check_signs(row, faults),
        check_country(row["iso3166_alpha2"], countries, row, "iso3166_alpha2", faults),
        _check_other_codes(row, countries, faults),
        _check_words(row, faults),
        _check_sids(row, faults),
    )
    starts = day(row, "from_date", faults, required=True)
    ends = day(row, "until_date", faults)
    asked = day(row, "alt_until_date", faults)
    dated = check_times(row, starts, ends, on, faults)
    dated &= _check_status(row, ends, faults) & _check_asked(row, starts, ends, asked, faults)
    if starts is None or not dated or not all(checked):
        return ()
    stated = STATED[row["status"]]
    found = Membership(
        list_code="",
        country=row["iso3166_alpha2"],
        kind=row["sids_kind"],
        from_date=starts,
        from_precision=row["from_precision"],
        until_date=ends,
        until_precision=row["until_precision"],
        status=status_of(stated, asked),
        alt_until_date=asked,
        source=row["source"],
        provenance=row["provenance"],
        note=row["note"],
        edition="",
        stated=stated,
    )
    return tuple(replace(found, list_code=code) for code in _lists_of(row))


def former_membership(row: Row, on: date | None, faults: Faults) -> tuple[Membership, ...]:
    """The membership of a State that is no more.

    Where the file says nothing of precision, a 1 January is known to the year.
    """
    cells = {"source": "", "from_precision": "", "until_precision": "", **row.cells}
    for side in ("from", "until"):
        is_year = cells[f"{side}_date"].endswith("-01-01")
        cells[f"{side}_precision"] = cells[f"{side}_precision"] or ("year" if is_year else "day")
    row = Row(row.line, cells)
    checked = (
        check_signs(row, faults),
        _check_alpha4(row, faults),
        one_of(row, "group", GROUPS, faults),
        check_filled(row, ("name",), faults),
        check_length(row, "name", MAX_FORMER_NAME, faults),
    )
    starts = day(row, "from_date", faults, required=True)
    ends = day(row, "until_date", faults, required=True)
    dated = check_times(row, starts, ends, on, faults)
    if starts is None or ends is None or not dated or not all(checked):
        return ()
    return (
        Membership(
            list_code=row["group"],
            country=row["iso3166_3_alpha4"],
            kind="",
            from_date=starts,
            from_precision=row["from_precision"],
            until_date=ends,
            until_precision=row["until_precision"],
            status=MembershipStatus.LEFT,
            alt_until_date=None,
            source=row["source"],
            provenance=row["provenance"],
            note=row["note"],
            edition="",
            stated=MembershipStatus.LEFT,
            former_name=row["name"],
        ),
    )


def status_of(
    stated: str, asked: date | None, *, is_confirmed: bool = False, has_end: bool = False
) -> MembershipStatus:
    """The status of a row, from the word of its edition and what a person has confirmed."""
    is_contested = asked is not None or stated == MembershipStatus.CONTESTED
    if is_contested and not is_confirmed:
        return MembershipStatus.CONTESTED
    if stated == MembershipStatus.CONTESTED:
        return MembershipStatus.SCHEDULED if has_end else MembershipStatus.CURRENT
    return MembershipStatus(stated)


def _check_other_codes(row: Row, countries: Countries, faults: Faults) -> bool:
    code = row["iso3166_alpha2"]
    good = True
    others = countries.get(code, ("", ""))
    for name, form, other in zip(("alpha3", "m49"), (_ALPHA3, _M49), others, strict=True):
        said = ""
        if not form.fullmatch(row[name]):
            said = f"“{row[name]}” is not a code of this kind."
        elif row[name] and other and row[name] != other:
            said = f"“{row[name]}” is not the code of {code}, which is {other}."
        if said:
            faults.add(said, line=row.line, field=name)
            good = False
    return good


def _check_words(row: Row, faults: Faults) -> bool:
    good = one_of(row, "group", GROUPS, faults)
    good &= one_of(row, "status", tuple(STATED), faults)
    for name in _FLAGS:
        good &= one_of(row, name, ("y", "n"), faults)
    return good & check_filled(row, ("name", "source"), faults)


def _check_sids(row: Row, faults: Faults) -> bool:
    if row["group"] != "SIDS":
        if row["sids_kind"]:
            faults.add("only a SIDS row has a kind.", line=row.line, field="sids_kind")
        return not row["sids_kind"]
    good = one_of(row, "sids_kind", SIDS_KINDS, faults)
    if row["sids_kind"] == "m49_only" and row["in_ohrlls"] == "y":
        faults.add("m49_only is not on the list of OHRLLS.", line=row.line, field="in_ohrlls")
        good = False
    if not _lists_of(row):
        faults.add("is on neither view and has no end.", line=row.line, field="in_ohrlls")
        good = False
    return good


def _check_status(row: Row, ends: date | None, faults: Faults) -> bool:
    stated = STATED.get(row["status"])
    if stated is None or stated == MembershipStatus.CONTESTED:
        return True
    if (stated in _ENDED) == bool(row["until_date"]):
        return True
    said = "needs an until_date" if stated in _ENDED else "has no until_date"
    faults.add(f"“{row['status']}” {said}.", line=row.line, field="status")
    return False


def _check_asked(
    row: Row, starts: date | None, ends: date | None, asked: date | None, faults: Faults
) -> bool:
    said = ""
    if asked and asked == ends:
        said = f"{asked} is the end in force already."
    elif asked and starts and asked <= starts:
        said = f"{asked} is not after {starts}."
    if said:
        faults.add(said, line=row.line, field="alt_until_date")
    return not said


def _check_alpha4(row: Row, faults: Faults) -> bool:
    code, column = row["iso3166_3_alpha4"], "iso3166_3_alpha4"
    said = ""
    if not _ALPHA4.fullmatch(code):
        said = f"“{code}” is not a code of four letters like SKIN."
    elif not code.startswith(row["former_alpha2"]):
        said = f"“{code}” does not begin with the former code “{row['former_alpha2']}”."
    if said:
        faults.add(said, line=row.line, field=column)
    return not said


def _lists_of(row: Row) -> tuple[str, ...]:
    if row["group"] != "SIDS":
        return (row["group"],)
    former = row["in_m49"] == "n" and bool(row["until_date"])
    views = (
        (ListCode.SIDS.value, row["in_ohrlls"] == "y" or former),
        (ListCode.SIDS_M49.value, row["in_m49"] == "y"),
    )
    return tuple(code for code, is_on in views if is_on)
