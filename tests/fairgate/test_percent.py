"""A percentage is between 0 and 100 and applies itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairgate.money import Money
from fairgate.percent import InvalidPercent, Percent
from strategies import monies


def test_three_quarters_of_a_price():
    assert Percent(75).of(Money("120.00", "USD")) == Money("90.00", "USD")


def test_half_a_cent_is_rounded_up():
    assert Percent(50).of(Money("0.01", "USD")) == Money("0.01", "USD")


@pytest.mark.parametrize("value", [-1, 101, "100.01", "12.345", "abc", "", "1e1", Decimal("NaN")])
def test_what_is_no_percentage_is_refused(value):
    with pytest.raises(InvalidPercent):
        Percent(value)


@pytest.mark.parametrize("value", [0.15, True, None])
def test_a_fraction_cannot_be_mistaken_for_a_percentage(value):
    with pytest.raises(TypeError, match="A percentage is an int"):
        Percent(value)


def test_it_is_written_as_people_write_it():
    assert [str(Percent(text)) for text in ("12.5", "20", "0.05")] == ["12.5 %", "20 %", "0.05 %"]


@given(st.integers(min_value=0, max_value=10_000))
def test_basis_points_come_back(points):
    assert Percent.from_basis_points(points).basis_points == points


@given(monies(st.integers(min_value=0, max_value=10**12)), st.integers(0, 100))
def test_a_share_is_never_more_than_the_whole(whole, percent):
    assert Money.zero(whole.currency) <= Percent(percent).of(whole) <= whole
