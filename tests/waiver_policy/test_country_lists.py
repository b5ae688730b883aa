"""Country lists as text: what is read, and what is refused where."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate.documents import DocumentError, DocumentErrors
from waiver_policy.data import Membership
from waiver_policy.rules.editions import changed_answers, changes, read_lists

KNOWN = {**make.CODES, "XK": ("", "")}
SHIPPED = read_lists(
    make.SHIPPED_LISTS.read_text(encoding="utf-8"), file="ldc_sids.csv", countries=KNOWN
)
FORMER = read_lists(
    make.SHIPPED_FORMER.read_text(encoding="utf-8"), file="former.csv", countries=KNOWN
)
SIDS = {"group": "SIDS", "sids_kind": "un_member", "until_date": "", "until_precision": "",
        "status": "current"}  # fmt: skip
OPEN = {"until_date": "", "until_precision": "", "status": "current"}


def read(*rows, countries=KNOWN, on=None):
    return read_lists(make.list_text(*rows), file="lists.csv", countries=countries, on=on)


def named(*rows):
    return read_lists(make.named_text(*rows), file="named.csv", countries=KNOWN)


def members(code, day):
    return {row.country for row in SHIPPED[code] if row.holds_on(date.fromisoformat(day))}


# eligibility.md A.2: the law in force, and what follows if a deferral is decided.
TABLE = [
    ("2026-11-22", 44, 44, 44, 57, 53, 32, 7, 16, 76, 94, 110),
    ("2026-11-23", 44, 44, 44, 57, 53, 32, 7, 16, 76, 94, 110),
    ("2026-11-24", 41, 43, 42, 57, 53, 32, 7, 14, 73, 91, 109),
    ("2027-12-14", 40, 42, 41, 57, 53, 32, 6, 14, 73, 91, 109),
    ("2030-01-01", 38, 38, 38, 57, 53, 32, 6, 14, 71, 89, 107),
]
DAYS = [row[0] for row in TABLE]


@pytest.mark.parametrize("row", TABLE, ids=DAYS)
def test_the_shipped_lists_count_what_the_un_counts(row):
    day = row[0]
    counts = tuple(len(members(code, day)) for code in ("LDC", "SIDS", "SIDS_M49", "LLDC"))
    assert counts == (row[1], row[4], row[5], row[6])


@pytest.mark.parametrize("row", TABLE, ids=DAYS)
def test_the_shipped_lists_overlap_as_they_should(row):
    day = row[0]
    ldc, sids, lldc = (members(code, day) for code in ("LDC", "SIDS", "LLDC"))
    assert (len(ldc & sids), len(ldc & lldc)) == (row[7], row[8])
    assert (len(ldc | states(day)), len(ldc | sids), len(ldc | sids | lldc)) == row[9:]


@pytest.mark.parametrize("row", TABLE, ids=DAYS)
def test_the_deferrals_that_were_asked_for_would_count_so(row):
    assert (len(deferred(row[0], "BD", "NP")), len(deferred(row[0], "BD"))) == (row[2], row[3])


def states(day):
    """The 39 States of SIDS, without the associates."""
    on = date.fromisoformat(day)
    return {r.country for r in SHIPPED["SIDS"] if r.kind != "associate" and r.holds_on(on)}


def deferred(day, *countries):
    """The least developed countries if these had the end that they have asked for."""
    on = date.fromisoformat(day)
    rows = (
        replace(row, until_date=row.alt_until_date) if row.country in countries else row
        for row in SHIPPED["LDC"]
    )
    return {row.country for row in rows if row.holds_on(on)}


def test_the_states_of_sids_are_39():
    assert len(states("2026-11-22")) == 39


@pytest.mark.parametrize(
    ("day", "count"),
    [("1971-11-18", 25), ("1990-09-03", 42), ("2007-12-19", 50), ("2007-12-20", 49),
     ("2008-06-01", 49), ("2011-06-01", 48), ("2017-06-30", 47), ("2021-11-30", 46),
     ("2023-12-31", 45), ("2024-12-12", 45), ("2024-12-13", 44), ("2026-09-24", 44)],
)  # fmt: skip
def test_the_history_agrees_with_public_statements(day, count):
    on = date.fromisoformat(day)
    former = {row.country for row in FORMER["LDC"] if row.holds_on(on)}
    assert len(members("LDC", day) | former) == count


def test_every_row_that_we_ship_says_where_it_comes_from():
    rows = [row for lists in (SHIPPED, FORMER) for found in lists.values() for row in found]
    assert all(row.source for row in rows)
    assert {code: len(found) for code, found in SHIPPED.items()} == {
        "LDC": 52, "SIDS": 58, "SIDS_M49": 53, "LLDC": 32,
    }  # fmt: skip


def test_the_statuses_of_the_shipped_rows_are_the_five_that_people_read():
    status = {row.country: row.status for row in SHIPPED["LDC"]}
    wanted = {"UG": "current", "LA": "scheduled", "BD": "contested", "NP": "contested",
              "AO": "deferred", "ST": "left"}  # fmt: skip
    assert {country: status[country] for country in wanted} == wanted


def test_bahrain_left_without_graduating():
    (row,) = [row for row in SHIPPED["SIDS"] if row.country == "BH"]
    assert (row.status, row.until_precision) == ("left", "month")
    assert (
        "BH,BHR,048,Bahrain,SIDS,un_member,n,n,2014-12-31,not_later_than,2023-04-01,month,left"
        in (make.SHIPPED_LISTS.read_text(encoding="utf-8"))
    )


def test_the_words_of_the_un_and_ours_mean_the_same():
    ends = {"until_date": "2030-01-01", "until_precision": "day"}
    words = {"scheduled_graduation": "scheduled", "graduated": "left"}
    for theirs, ours in words.items():
        one, two = (read({**ends, "status": word})["LDC"][0] for word in (theirs, ours))
        assert one == two
        assert one.status == ours


def test_a_status_follows_the_calendar():
    row = read({})["LDC"][0]
    days = (date(2026, 11, 23), date(2026, 11, 24))
    assert [row.status_on(day) for day in days] == ["scheduled", "left"]
    asked = read({"alt_until_date": "2029-11-24"})["LDC"][0]
    assert [asked.status_on(day) for day in days] == ["contested", "contested"]
    put_off = read({**OPEN, "status": "deferred"})["LDC"][0]
    assert put_off.status_on(days[0]) == "deferred"


def test_a_row_may_be_contested_without_another_end():
    assert read({"status": "contested"})["LDC"][0].is_contested


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
        ({"iso3166_alpha2": "EL"}, "iso3166_alpha2", "“EL” is not .* Did you mean GR?"),
        ({"iso3166_alpha2": "UK"}, "iso3166_alpha2", "“UK” is not .* Did you mean GB?"),
        ({"iso3166_alpha2": "AN"}, "iso3166_alpha2", "was withdrawn: .*today BQ, CW or SX"),
        ({"iso3166_alpha2": "TP"}, "iso3166_alpha2", "was withdrawn: .*today TL"),
        ({"iso3166_alpha2": "ZR"}, "iso3166_alpha2", "was withdrawn: .*today CD"),
        ({"iso3166_alpha2": "BU"}, "iso3166_alpha2", "was withdrawn: .*today MM"),
        ({"iso3166_alpha2": "SK", "alpha3": "SKM"}, "alpha3", "not the code of SK, which is SVK"),
        ({"note": "a\x07b"}, "note", "control character"),
        ({"alt_until_date": "2026-11-24"}, "alt_until_date", "is the end in force already"),
        ({"alt_until_date": "1971-11-18"}, "alt_until_date", "is not after 1971-11-18"),
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


def test_a_year_alone_will_do_for_the_past_only():
    rows = {"from_date": "2026-01-01", "from_precision": "year"}
    with pytest.raises(DocumentErrors, match="2026 is not over"):
        read(rows, on=date(2026, 11, 24))
    assert read({**rows, "from_date": "2025-01-01"}, on=date(2026, 11, 24))


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


def test_a_file_with_semicolons_is_one_sentence():
    text = make.list_text({}).replace(",", ";")
    with pytest.raises(DocumentError) as caught:
        read_lists(text, file="lists.csv", countries=KNOWN)
    assert str(caught.value) == (
        "lists.csv, line 1: the cells are separated by semicolons; commas are needed."
    )


def test_a_cell_that_no_reader_takes_is_refused():
    with pytest.raises(DocumentError, match="field larger than field limit"):
        read_lists("x" * 200_000 + ",y\n", file="lists.csv", countries=KNOWN)


def test_the_mark_of_a_spreadsheet_is_read_over():
    assert read_lists("\ufeff" + make.list_text({}), file="x", countries=KNOWN)["LDC"]


def test_a_formula_in_a_note_is_kept_as_text():
    note = read({"note": "=HYPERLINK(1)"})["LDC"][0].note
    assert note == "=HYPERLINK(1)"


FORMER_TEXT = make.SHIPPED_FORMER.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("SKIN,SK", "SK,SK", "iso3166_3_alpha4", "not a code of four letters"),
        ("SKIN,SK", "skin,SK", "iso3166_3_alpha4", "not a code of four letters"),
        ("SKIN,SK", "SKIN,YD", "iso3166_3_alpha4", "does not begin with the former code “YD”"),
        ("1975-01-01,year", ",", "until_date", "the date is blank"),
        ("1975-01-01,year", "1971-01-01,year", "until_date", "is not after"),
        ("Sikkim,LDC", ",LDC", "name", "is blank"),
        ("Sikkim,LDC", "Sikkim,OECD", "group", "“OECD” is not known"),
    ],
)
def test_a_fault_about_a_former_state_is_placed(old, new, field, words):
    text = FORMER_TEXT.replace(old, new)
    with pytest.raises(DocumentErrors, match=words) as caught:
        read_lists(text, file="former.csv", countries=KNOWN)
    assert (2, field) in {(fault.line, fault.field) for fault in caught.value.faults}


def test_a_former_state_is_known_to_the_year_where_its_file_says_no_precision():
    text = (
        "iso3166_3_alpha4,former_alpha2,former_alpha3,name,group,from_date,until_date,"
        "provenance,note\n"
        "SKIN,SK,SKM,Sikkim,LDC,1971-11-18,1975-01-01,recalled,\n"
    )
    (row,) = read_lists(text, file="former.csv", countries=KNOWN)["LDC"]
    assert (row.from_precision, row.until_precision, row.status) == ("day", "year", "left")


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        ({"list": "r4l"}, "list", "is not a code like R4L_A"),
        ({"list": "R"}, "list", "is not a code like R4L_A"),
        ({"list": "R" * 41}, "list", "is not a code like R4L_A"),
        ({"list": "R4L-A"}, "list", "is not a code like R4L_A"),
        ({"list": "LDC"}, "list", "LDC is kept in a file with the column “group”"),
        ({"iso3166_alpha2": "UK"}, "iso3166_alpha2", "Did you mean GB"),
        ({"iso3166_alpha2": "SKIN"}, "iso3166_alpha2", "not a country code"),
        ({"iso3166_alpha2": "et"}, "iso3166_alpha2", "upper case"),
        ({"iso3166_alpha2": " ET"}, "iso3166_alpha2", "blanks around"),
        ({"source": ""}, "source", "is blank"),
        ({"value": "x" * 256}, "value", "256 characters; at most 255"),
        ({"from_date": ""}, "from_date", "is blank"),
        ({"from_precision": ""}, "from_precision", "is blank"),
        ({"until_date": "2019-01-01", "until_precision": "day"}, "until_date", "is not after"),
        ({"key": "ET"}, "key", "“ET” could be a country"),
        ({"key": "two words"}, "key", "is not a key"),
        ({"key": "k" * 41}, "key", "is not a key"),
        ({"key": ""}, "key", "is not a key"),
    ],
)
def test_a_fault_in_a_list_by_name_is_placed(cells, field, words):
    with pytest.raises(DocumentErrors, match=words) as caught:
        named(cells)
    assert ("named.csv", 2, field) in {(f.file, f.line, f.field) for f in caught.value.faults}


def test_a_table_says_something_on_every_line():
    with pytest.raises(DocumentErrors, match="is blank, and other rows of FEES have a value"):
        named({"list": "FEES", "value": "1"}, {"list": "FEES", "iso3166_alpha2": "MW"})


@pytest.mark.parametrize(
    "second", [{}, {"from_date": "2021-01-01"}, {"value": "2"}], ids=["same", "within", "value"]
)
def test_a_line_of_a_table_counts_once_at_a_time(second):
    with pytest.raises(DocumentErrors, match="ET is on R4L_A twice"):
        named({"value": "1"}, {"value": "1", **second})


def test_two_keys_that_a_database_takes_for_one_are_refused():
    with pytest.raises(DocumentErrors, match="lmic is on R4L_A twice"):
        named({"key": "LMIC"}, {"key": "lmic"})


def test_namibia_is_on_a_list_by_name_too():
    assert named({"iso3166_alpha2": "NA"})["R4L_A"][0].country == "NA"


LINES = st.lists(
    st.tuples(
        st.sampled_from(["LA", "NP"]),
        st.integers(0, 5),
        st.integers(1, 5),
        st.booleans(),
        st.sampled_from(["", "1"]),
    ),
    max_size=4,
)


def lines(drawn):
    """Rows of years, some of them open."""
    return [
        replace(
            read({})["LDC"][0],
            country=country,
            from_date=date(2020 + start, 1, 1),
            until_date=None if is_open else date(2020 + start + length, 1, 1),
            value=value,
        )
        for country, start, length, is_open, value in drawn
    ]


@given(before=LINES, after=LINES)
def test_a_country_that_is_not_named_answers_the_same_from_that_day_on(before, after):
    on = date(2023, 1, 1)
    old, new = lines(before), lines(after)
    changed = changed_answers(old, new, on=on)
    for day in (date(2023 + year, 1, 1) for year in range(8)):
        for country in {"LA", "NP"} - set(changed):
            assert answers(old, country, day) == answers(new, country, day)


def answers(rows, country, day):
    return {(row.kind, row.value) for row in rows if row.country == country and row.holds_on(day)}


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
