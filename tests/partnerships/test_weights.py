"""How a receipt is weighed among the fund and the parties: exactly, in whole numbers."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from fairgate.percent import Percent
from partnerships.data import FUND, RevenueTerms

codes = st.text(alphabet="ABCDEFGH", min_size=1, max_size=4)
shares = st.dictionaries(codes, st.integers(min_value=1, max_value=1_000_000), min_size=1)
basis_points = st.integers(min_value=0, max_value=10_000)


def terms(fund: Percent, parts: dict[str, int]) -> RevenueTerms:
    return RevenueTerms(
        agreement="A",
        version=1,
        version_uuid=UUID(int=1),
        partner="A",
        basis="net_receipts",
        fund_percent=fund,
        shares=tuple(parts.items()),
        lost_processor_fee="pro_rata",
        dispute_fee="PLATFORM",
        hold_days=0,
        minimum_payout=None,
        valid_from=date(2026, 10, 1),
        valid_until=None,
        courses=(),
    )


def test_twenty_per_cent_to_the_fund_and_45_25_30_of_the_rest_are_5_9_5_6() -> None:
    # given
    agreed = terms(Percent(20), {"GSMA": 45, "ATC": 25, "PLATFORM": 30})

    # when
    weights = agreed.weights()

    # then: 2000 : 3600 : 2000 : 2400 of money.md 5.2 in lowest terms
    assert weights == ((FUND, 5), ("GSMA", 9), ("ATC", 5), ("PLATFORM", 6))


@given(basis_points, shares)
def test_the_fund_has_exactly_its_percentage_of_the_whole(fund: int, parts: dict[str, int]) -> None:
    weights = dict(terms(Percent.from_basis_points(fund), parts).weights())

    assert Fraction(weights[FUND], sum(weights.values())) == Fraction(fund, 10_000)


@given(basis_points.filter(lambda fund: fund < 10_000), shares)
def test_the_rest_is_in_the_agreed_proportion(fund: int, parts: dict[str, int]) -> None:
    weights = dict(terms(Percent.from_basis_points(fund), parts).weights())

    first, *_ = parts
    assert all(
        Fraction(weights[code], weights[first]) == Fraction(weight, parts[first])
        for code, weight in parts.items()
    )


@given(basis_points, shares)
def test_weights_keep_the_written_order_and_are_in_lowest_terms(
    fund: int, parts: dict[str, int]
) -> None:
    weights = terms(Percent.from_basis_points(fund), parts).weights()

    assert [code for code, _ in weights] == [FUND, *parts]
    assert math.gcd(*(weight for _, weight in weights)) == 1


@given(basis_points, shares, st.integers(min_value=2, max_value=50))
def test_the_same_proportion_gives_the_same_weights(
    fund: int, parts: dict[str, int], times: int
) -> None:
    percent = Percent.from_basis_points(fund)
    multiplied = {code: weight * times for code, weight in parts.items()}

    assert terms(percent, parts).weights() == terms(percent, multiplied).weights()


def test_a_fund_without_a_part_still_stands_first() -> None:
    assert terms(Percent(0), {"A": 1}).weights() == ((FUND, 0), ("A", 1))


def test_everything_to_the_fund_leaves_the_parties_nothing() -> None:
    assert terms(Percent(100), {"A": 3}).weights() == ((FUND, 1), ("A", 0))
