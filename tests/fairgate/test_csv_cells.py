"""A spreadsheet opens our CSV as text and numbers."""

from __future__ import annotations

import csv
import io

import pytest

from fairgate.csv_cells import neutral, write_csv
from fairgate.money import Money


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "＝1", "\u00a0=cmd|' /C calc'!A0"],
)
def test_a_cell_that_would_run_is_neutral(text):
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Amina", "2026-10-01", "a=b", "İstanbul"])
def test_plain_text_stays_as_it_is(text):
    assert neutral(text) == text


def test_amounts_stay_numbers_even_below_zero():
    written = write_csv(["who", "amount"], [["=evil()", Money("-13.20", "USD")]])
    assert list(csv.reader(io.StringIO(written))) == [["who", "amount"], ["'=evil()", "-13.20"]]
