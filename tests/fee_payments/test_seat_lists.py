"""Lists of people that coordinators upload or paste: hostile ones too. No database is asked."""

from __future__ import annotations

import pytest

from fee_payments.exceptions import SeatListRefused
from fee_payments.services.seat_lists import MAX_BYTES, MAX_LINES, read_people

ADA, BOB = "ada@posts.example", "bob@posts.example"


def people(raw):
    return [(one.place, one.email, one.name) for one in read_people(raw)]


@pytest.mark.parametrize(
    "raw",
    [
        f"email,name\n{ADA},Ada\n{BOB},Bob\n",
        f"name;E-mail\r\nAda;{ADA}\r\nBob;{BOB}\r\n",
        f"\ufeffEmail\tName\n{ADA}\tAda\n{BOB}\tBob",
        f'email,name\n"{ADA}","Ada"\n{BOB} , Bob \n\n',
    ],
    ids=["commas", "semicolons, CRLF, the name first", "tabs and a BOM", "quotes and blanks"],
)
def test_columns_are_found_by_their_names(raw):
    assert people(raw.encode()) == [(2, ADA, "Ada"), (3, BOB, "Bob")]


def test_without_names_of_columns_the_address_comes_first():
    assert people(f"{ADA},Ada\n\n  \n{BOB}\n") == [(1, ADA, "Ada"), (4, BOB, "")]


def test_a_name_in_any_script_is_kept():
    assert people(f"{ADA},आदा 阿達".encode("utf-16")) == [(1, ADA, "आदा 阿達")]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "names nobody"),
        (b"email,name\n", "names nobody"),
        (b" \n\n", "names nobody"),
        (b"ada@posts.example\0,x", "a sign that no text has"),
        ("ada@posts.example,Adél".encode("latin-1"), "not in UTF-8"),
        (b"\xff\xfe\x00", "not in UTF-8"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00", "a sign that no text has"),
        (b"a" * (MAX_BYTES + 1), "larger than one megabyte"),
        (b"x@y.example\n" * (MAX_LINES + 2), "at most 10000 people"),
    ],
    ids=["nothing", "a head", "blanks", "NUL", "latin-1", "half a UTF-16", "a zip", "big", "long"],
)
def test_what_is_no_list_is_refused_as_a_whole(raw, said):
    with pytest.raises(SeatListRefused, match=said):
        read_people(raw)


def test_every_line_of_another_shape_is_named():
    with pytest.raises(SeatListRefused, match="more columns") as refused:
        read_people(f"{ADA},Ada,x\n{BOB}\n{BOB},Bob,,y")
    assert [line for line, _said in refused.value.faults] == [1, 3]


def test_a_quotation_mark_that_is_missing_is_named_by_its_line():
    with pytest.raises(SeatListRefused, match="cannot be read") as refused:
        read_people(f'{ADA}\n"{BOB}\n')
    ((line, said),) = refused.value.faults
    assert (line >= 2, "quotation mark" in said) == (True, True)


def test_ten_thousand_people_are_read():
    assert len(read_people("email\n" + f"{ADA}\n" * MAX_LINES)) == MAX_LINES
