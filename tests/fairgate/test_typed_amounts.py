"""Amounts as people type them: read right, or refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairgate.money import Money, MoneyError, currencies
from fairgate.typed_amounts import read, written


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("49", "USD", "49.00"),
        ("49.5", "USD", "49.50"),
        (" 49.00 ", "USD", "49.00"),
        ("\u200e49.00\u200f", "USD", "49.00"),
        ("٤٩٫٠٠", "USD", "49.00"),
        ("۴۹٫۵", "USD", "49.50"),
        ("４９．００", "USD", "49.00"),
        ("१२०", "JPY", "120"),
        ("0.001", "KWD", "0.001"),
        ("0", "USD", "0.00"),
    ],
)
def test_f17_digits_of_any_script_are_read_right(typed, currency, amount):
    assert read(typed, currency) == Money(amount, currency)


@pytest.mark.parametrize(
    "typed",
    ["-1", "−1", "+1", "NaN", "nan", "Infinity", "1e3", "1E3", "1_000", "1,000.00", "1,5", "", ".5",
     "5.", "0x10", "1.0.0", "½", "²", "ten", "1 000", "1\n2", "9" * 41, "9" * 18],
)  # fmt: skip
def test_f17_what_is_no_amount_is_refused_with_a_sentence(typed):
    with pytest.raises(MoneyError, match=r"\.$|allows|keep"):
        read(typed, "USD")


@pytest.mark.parametrize(("typed", "currency"), [("1.5", "JPY"), ("1.005", "USD"), ("1", "XAU")])
def test_f17_f18_no_currency_has_more_decimals_than_its_own(typed, currency):
    with pytest.raises(MoneyError):
        read(typed, currency)


@given(st.integers(0, 10**15), st.sampled_from(currencies()), st.sampled_from("0٠۰０०"))
def test_f17_f18_what_is_shown_can_be_typed_again_in_every_script(minor, currency, zero):
    money = Money.from_minor(minor, currency)
    shifted = {ord("0") + digit: chr(ord(zero) + digit) for digit in range(10)}
    assert read(f"{money.amount:f}".translate(shifted), currency) == money


@given(st.integers(0, 10**15), st.sampled_from(currencies()))
def test_what_is_written_is_read_back_as_the_same_amount(minor, currency):
    money = Money.from_minor(minor, currency)
    assert read(written(money), currency) == money
