"""Country lists as text: what is read, and what is refused where."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate.documents import DocumentError, DocumentErrors
from waiver_policy.data import Membership
from waiver_policy.rules.editions import changes, read_lists

KNOWN = {**make.CODES, "XK": ("", "")}
SHIPPED = read_lists(
    make.SHIPPED_LISTS.read_text(encoding="utf-8"), file="ldc_sids.csv", countries=KNOWN
)
SIDS = {"group": "SIDS", "sids_kind": "un_member", "until_date": "", "until_precision": "",
        "status": "current"}  # fmt: skip
OPEN = {"until_date": "", "until_precision": "", "status": "current"}


def read(*rows, countries=KNOWN):
    return read_lists(make.list_text(*rows), file="lists.csv", countries=countries)


def members(code, day):
    return {row.country for row in SHIPPED[code] if row.holds_on(date.fromisoformat(day))}


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        ("2026-11-22", (44, 57, 53, 32)),
        ("2026-11-23", (44, 57, 53, 32)),
        ("2026-11-24", (41, 57, 53, 32)),
        ("2027-12-14", (40, 57, 53, 32)),
        ("2030-01-01", (38, 57, 53, 32)),
    ],
)
def test_the_shipped_lists_count_what_the_un_counts(day, counts):
    assert tuple(len(members(c, day)) for c in ("LDC", "SIDS", "SIDS_M49", "LLDC")) == counts


@pytest.mark.parametrize(
    ("day", "both", "landlocked", "either"),
    [("2026-11-22", 7, 16, 94), ("2026-11-24", 7, 14, 91), ("2027-12-14", 6, 14, 91),
     ("2030-01-01", 6, 14, 89)],
)  # fmt: skip
def test_the_shipped_lists_overlap_as_they_should(day, both, landlocked, either):
    ldc, sids, lldc = (members(code, day) for code in ("LDC", "SIDS", "LLDC"))
    assert (len(ldc & sids), len(ldc & lldc), len(ldc | sids)) == (both, landlocked, either)


@pytest.mark.parametrize(
    ("day", "count"), [("2007-12-31", 49), ("2008-06-01", 49), ("2011-06-01", 48),
                       ("2017-06-30", 47), ("2021-11-30", 46), ("2023-12-31", 45),
                       ("2024-12-12", 45), ("2024-12-13", 44)],
)  # fmt: skip
def test_the_history_agrees_with_public_statements(day, count):
    assert len(members("LDC", day)) == count


def test_the_notes_of_the_shipped_lists_are_for_operators():
    notes = {row.country: row.note for row in SHIPPED["LDC"]}
    assert notes["BD"] == (
        "Contested: a deferral to 24 November 2029 was requested on 18 February 2026; "
        "check the General Assembly's decision."
    )
    every = " ".join(row.note for rows in SHIPPED.values() for row in rows)
    assert not re.search("store ends|re-check|not found|vocabulary", every, re.IGNORECASE)


def test_the_two_views_of_sids_differ_in_six_territories():
    assert members("SIDS", "2026-11-22") ^ members("SIDS_M49", "2026-11-22") == {
        "BM", "KY", "GP", "MQ", "TC", "BQ",
    }  # fmt: skip


def test_bahrain_left_the_sids_of_ohrlls_and_was_never_one_of_m49():
    assert "BH" in members("SIDS", "2023-03-31")
    assert "BH" not in members("SIDS", "2023-04-01")
    assert "BH" not in members("SIDS_M49", "2020-01-01")


def test_na_is_namibia():
    assert [row.country for row in read({"iso3166_alpha2": "NA"})["LDC"]] == ["NA"]


def test_a_code_that_the_site_adds_is_known():
    assert read({"iso3166_alpha2": "XK"})["LDC"][0].country == "XK"


def test_not_later_than_is_always():
    row = read({**SIDS, "from_precision": "not_later_than"})["SIDS"][0]
    assert row.holds_on(date(1066, 10, 14))


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        ({"iso3166_alpha2": ""}, "iso3166_alpha2", "is blank"),
        ({"iso3166_alpha2": "QQ"}, "iso3166_alpha2", "“QQ” is not a country code"),
        ({"iso3166_alpha2": "la"}, "iso3166_alpha2", "upper case"),
        ({"iso3166_alpha2": "EL"}, "iso3166_alpha2", "“EL” is not a country code"),
        ({"iso3166_alpha2": "UK"}, "iso3166_alpha2", "“UK” is not a country code"),
        ({"iso3166_alpha2": " LA"}, "iso3166_alpha2", "blanks around"),
        ({"iso3166_alpha2": "LA "}, "iso3166_alpha2", "blanks around"),
        ({"iso3166_alpha2": "ＬＡ"}, "iso3166_alpha2", "is not a country code"),
        ({"alpha3": "Lao"}, "alpha3", "not a code of this kind"),
        ({"m49": "18"}, "m49", "not a code of this kind"),
        ({"iso3166_alpha2": "AF", "alpha3": "AGO"}, "alpha3", "not the code of AF, which is AFG"),
        ({"iso3166_alpha2": "AF", "m49": "024"}, "m49", "not the code of AF, which is 004"),
        ({"name": ""}, "name", "is blank"),
        ({"source": ""}, "source", "is blank"),
        ({"group": "LDCs"}, "group", "“LDCs” is not known"),
        ({"group": ""}, "group", "is blank"),
        ({"status": "retired"}, "status", "“retired” is not known"),
        ({"from_precision": "week"}, "from_precision", "“week” is not known"),
        ({"until_precision": ""}, "until_precision", "is blank"),
        ({"in_m49": "yes"}, "in_m49", "“yes” is not known"),
        ({"from_date": ""}, "from_date", "is blank"),
        ({"from_date": "18/11/1971"}, "from_date", "is not a date"),
        ({"from_date": "19711118"}, "from_date", "is not a date"),
        ({"until_date": "2026-02-30"}, "until_date", "is not a date"),
        ({"until_date": "２０２６-11-24"}, "until_date", "is not a date"),
        ({"until_date": "1971-11-18"}, "until_date", "is not after"),
        ({"until_date": "1970-01-01"}, "until_date", "is not after"),
        ({"until_date": "", "until_precision": "day"}, "until_precision", "no until_date"),
        ({"from_precision": "year"}, "from_date", "first of January"),
        ({"until_precision": "month"}, "until_date", "first of the month"),
        ({"status": "current"}, "status", "has no until_date"),
        ({**OPEN, "status": "graduated"}, "status", "needs an until_date"),
        ({"sids_kind": "un_member"}, "sids_kind", "only a SIDS row"),
        ({**SIDS, "sids_kind": "island"}, "sids_kind", "“island” is not known"),
        ({**SIDS, "sids_kind": "m49_only"}, "in_ohrlls", "not on the list of OHRLLS"),
        ({**SIDS, "in_ohrlls": "n", "in_m49": "n"}, "in_ohrlls", "on neither view"),
    ],
)
def test_a_fault_names_its_line_and_field(cells, field, words):
    with pytest.raises(DocumentErrors, match=words) as caught:
        read({"iso3166_alpha2": "NP"}, cells)
    assert ("lists.csv", 3, field) in {(f.file, f.line, f.field) for f in caught.value.faults}


def test_all_faults_are_named_at_once():
    with pytest.raises(DocumentErrors) as caught:
        read({"iso3166_alpha2": "QQ"}, {"group": "X"}, {"from_date": "x"})
    assert [fault.line for fault in caught.value.faults] == [2, 3, 4]


@pytest.mark.parametrize(
    "second",
    [
        {},
        {"from_date": "2020-01-01", **OPEN},
        {"from_date": "2026-11-24", **OPEN},
        {"from_date": "2030-01-01", "from_precision": "not_later_than", **OPEN},
    ],
    ids=["the same", "within", "touching", "always"],
)
def test_a_country_is_on_a_list_once_at_a_time(second):
    with pytest.raises(DocumentErrors, match="twice for the same time"):
        read({}, second)


def test_a_country_may_come_back_after_a_gap():
    rows = read({}, {"from_date": "2026-11-25", **OPEN})["LDC"]
    assert [row.holds_on(date(2026, 11, day)) for day in (23, 24, 25) for row in rows] == [
        True, False, False, False, False, True,
    ]  # fmt: skip


def test_a_country_may_be_on_two_lists():
    assert set(read({}, {"group": "LLDC", **OPEN})) == {"LDC", "LLDC"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a;b\n", "column is missing"),
        (make.list_text(), "no row"),
        (make.list_text({}) + "LA,LAO\n", "has 2 cells"),
        (make.list_text({"name": '"Lao'}), "not CSV"),
    ],
)
def test_a_broken_file_is_refused(text, words):
    with pytest.raises(DocumentError, match=words):
        read_lists(text, file="lists.csv", countries=KNOWN)


def test_a_difference_shows_both_sides():
    before = read({})["LDC"]
    after = read({"until_date": "2029-11-24"}, {"iso3166_alpha2": "NP"})["LDC"]
    assert [(c.country, c.before is None, c.after is None) for c in changes(before, after)] == [
        ("LA", False, False), ("NP", True, False),
    ]  # fmt: skip


days = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1))


@given(starts=days, ends=days, asked=days)
def test_membership_is_one_unbroken_stretch_of_days(starts, ends, asked):
    row = Membership(
        list_code="LDC", country="LA", kind="", from_date=starts, from_precision="day",
        until_date=ends, until_precision="day", status="left", alt_until_date=None,
        source="", provenance="", note="", edition="LDC-1",
    )  # fmt: skip
    assert row.holds_on(asked) == (starts <= asked < ends)
