"""Amounts as each language writes them: the currency is always named, and no sign means two."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairgate.money import MAX_MINOR, Money, currencies
from fairgate.written_amounts import figures, number, with_currency

LANGUAGES = ["ar", "en", "es", "es-419", "fr", "ru", "zh-hans"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "USD 1,234,567.50"),
        ("ar", "USD 1,234,567.50"),
        ("zh-hans", "USD 1,234,567.50"),
        ("zh_HANS", "USD 1,234,567.50"),
        ("fr", "1\xa0234\xa0567,50\xa0USD"),
        ("fr-ca", "1\xa0234\xa0567,50\xa0USD"),
        ("es", "1\xa0234\xa0567,50\xa0USD"),
        ("ru", "1\xa0234\xa0567,50\xa0USD"),
        ("es-419", "USD 1,234,567.50"),
        ("xx", "USD 1,234,567.50"),
    ],
)
def test_an_amount_is_written_as_its_language_does_and_names_its_currency(language, said):
    assert with_currency(Money("1234567.50", "USD"), language) == said


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (Money("-8.69", "USD"), "−8,69"),
        (Money("1000", "JPY"), "1\xa0000"),
        (Money("0.001", "KWD"), "0,001"),
        (Money("0", "USD"), "0,00"),
    ],
)
def test_figures_have_the_decimals_of_the_currency_and_a_true_minus_sign(amount, said):
    assert figures(amount, "fr") == said


def test_other_numbers_are_written_the_same_way():
    assert number(12_345, "ru") == "12\xa0345"
    assert number(Decimal("1.085"), "es") == "1,085"
    assert number(Decimal("1.085"), "en") == "1.085"


@given(
    minor=st.integers(-MAX_MINOR, MAX_MINOR),
    currency=st.sampled_from(currencies()),
    language=st.sampled_from(LANGUAGES),
)
def test_what_is_written_is_the_amount_and_nothing_else(minor, currency, language):
    amount = Money.from_minor(minor, currency)
    said = with_currency(amount, language).replace(currency, "").strip()
    # An oracle of its own: the last mark parts the decimals where the currency has some.
    digits = "".join(sign for sign in said if sign.isdigit())
    assert ("−" if minor < 0 else "") + digits.lstrip("0") == (
        f"−{-minor}" if minor < 0 else str(minor or "")
    )
