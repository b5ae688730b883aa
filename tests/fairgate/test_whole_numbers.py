"""A number that comes as text is one in plain digits, of a length that a column holds."""

from __future__ import annotations

import pytest

from fairgate.whole_numbers import whole_number


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("9" * 18, 10**18 - 1)]
)
def test_digits_are_a_number(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 7",
        "-7",
        "+7",
        "7.0",
        "7_0",
        "7\n",
        "²",
        "٣",
        "\uff17",
        "Ⅶ",
        "x",
        "1" * 19,
        "1" * 5_000,
    ],
)
def test_everything_else_is_none(text):
    assert whole_number(text) is None


def test_how_many_digits_there_may_be_is_the_caller_s_business():
    assert (whole_number("999", digits=3), whole_number("1000", digits=3)) == (999, None)
