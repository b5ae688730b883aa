"""Shares by carried remainder: exact over many sales, whole units on every line."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairgate.money import exponent, split_units
from revenue_share.exceptions import RefundExceedsSale
from revenue_share.rules import carried

AGREED = (("FUND", 5), ("GSMA", 9), ("ATC", 5), ("PLATFORM", 6))
THIRDS = (("A", 1), ("B", 1), ("C", 1))

amounts = st.integers(min_value=0, max_value=10**9)
weights = (
    st.lists(st.integers(0, 10_000), min_size=1, max_size=6)
    .filter(any)
    .map(lambda numbers: tuple((f"P{place}", number) for place, number in enumerate(numbers)))
)


class Books:
    """The engine with its carries, beside an oracle in exact fractions."""

    def __init__(self, shares):
        self.shares = shares
        self.carries = carried.no_carries(shares)
        self.units = carried.no_carries(shares)
        self.exact = dict.fromkeys(self.units, Fraction(0))
        self.lines = []

    def add(self, allocation, amount):
        self.carries = dict(allocation.carries)
        for party, weight in self.shares:
            self.units[party] += allocation.units[party]
            self.exact[party] += Fraction(amount * weight, carried.denominator(self.shares))
        return allocation.units

    def sell(self, amount):
        units = self.add(carried.allocate(amount, self.shares, self.carries), amount)
        self.lines.append(dict(units))
        return units

    def refund(self, place, part):
        remaining = self.lines[place]
        units = self.add(carried.reverse(part, remaining, self.shares, self.carries), -part)
        self.lines[place] = {name: remaining[name] + units[name] for name in remaining}
        return units

    def errors(self):
        return {party: self.exact[party] - self.units[party] for party in self.units}


@given(weights, st.lists(amounts, min_size=1, max_size=40))
def test_the_parts_add_up_to_every_amount(shares, sales):
    books = Books(shares)
    assert [sum(books.sell(amount).values()) for amount in sales] == sales


@given(weights, st.lists(amounts, min_size=1, max_size=40))
def test_no_part_of_a_sale_is_negative_and_none_of_a_cost_is_positive(shares, events):
    books = Books(shares)
    sold = [unit for amount in events for unit in books.sell(amount).values()]
    costs = [carried.bear(amount, "", shares, books.carries) for amount in events]
    assert min(sold) >= 0
    assert max(unit for cost in costs for unit in cost.units.values()) <= 0


@given(weights, st.lists(amounts, min_size=1, max_size=200))
def test_after_many_sales_nobody_is_a_whole_unit_off(shares, sales):
    books = Books(shares)
    for amount in sales:
        books.sell(amount)
    assert all(abs(error) < 1 for error in books.errors().values())


@given(weights, st.data())
def test_carries_sum_to_zero_and_are_the_error_of_the_books(shares, data):
    # given: a history with reversals
    books = Books(shares)
    for amount in data.draw(st.lists(amounts, min_size=1, max_size=20)):
        books.sell(amount)
        place = data.draw(st.integers(0, len(books.lines) - 1))
        left = sum(books.lines[place].values())
        books.refund(place, data.draw(st.integers(0, left)))

    # then
    whole = carried.denominator(shares)
    assert sum(books.carries.values()) == 0
    assert books.errors() == {
        party: Fraction(numerator, whole) for party, numerator in books.carries.items()
    }


@given(weights, amounts, amounts, st.lists(st.integers(1, 10**6), max_size=6))
def test_a_sale_reversed_in_parts_leaves_no_trace(shares, before, sale, cuts):
    # given
    books = Books(shares)
    books.sell(before)
    kept, carries = dict(books.units), dict(books.carries)
    books.sell(sale)

    # when: parts of any size, then the rest
    for cut in cuts:
        books.refund(1, min(cut, sum(books.lines[1].values())))
    books.refund(1, sum(books.lines[1].values()))

    # then
    assert books.units == kept
    assert books.carries == carries
    assert set(books.lines[1].values()) == {0}


@given(weights, amounts, st.data())
def test_a_partial_refund_takes_from_nobody_more_than_he_has(shares, sale, data):
    books = Books(shares)
    held = dict(books.sell(sale))
    taken = books.refund(0, data.draw(st.integers(0, sale)))
    assert all(-held[party] <= units <= 0 for party, units in taken.items())


@given(weights, amounts)
def test_with_no_carry_it_is_the_largest_remainder(shares, amount):
    units = carried.allocate(amount, shares, carried.no_carries(shares)).units
    assert tuple(units.values()) == split_units(amount, [weight for _, weight in shares])


@given(weights, amounts, st.data())
def test_a_negative_amount_is_the_mirror_of_the_positive(shares, amount, data):
    history = Books(shares)
    for sale in data.draw(st.lists(amounts, max_size=5)):
        history.sell(sale)
    against = {party: -carry for party, carry in history.carries.items()}
    positive = carried.allocate(amount, shares, history.carries).units
    negative = carried.allocate(-amount, shares, against).units
    assert negative == {party: -units for party, units in positive.items()}


def test_ten_thousand_equal_sales_to_three_equal_parties():
    # 10 000 sales of USD 1.00: largest remainder per line would favour the first by 66.67.
    books = Books(THIRDS)
    for _ in range(10_000):
        books.sell(100)
    assert books.units == {"A": 333_334, "B": 333_333, "C": 333_333}


def test_t27_each_party_is_within_one_unit_of_its_exact_share():
    # 1.00 by 6:6:6:982, where the quota rule of others breaks
    books = Books((("A", 6), ("B", 6), ("C", 6), ("D", 982)))
    units = books.sell(100)
    assert sum(units.values()) == 100
    assert all(abs(error) < 1 for error in books.errors().values())
    assert units == {"A": 1, "B": 1, "C": 0, "D": 98}


@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("USD", 2), ("KWD", 3)])
def test_k04_currencies_of_0_2_and_3_decimals_are_shared_exactly(currency, decimals):
    # given: one hundred of the currency's whole units
    assert exponent(currency) == decimals
    amount = 101 * 10**decimals

    # when
    books = Books(AGREED)
    for _ in range(777):
        books.sell(amount)

    # then
    assert sum(books.units.values()) == 777 * amount
    assert all(abs(error) < 1 for error in books.errors().values())


def test_a_clamped_party_never_makes_the_others_give_more_than_there_is():
    # carries after reversals may exceed a unit; the floors of the others then sum to too much
    carries = {"A": 5, "B": -3, "C": -2}
    allocation = carried.allocate(1, THIRDS, carries)
    assert sum(allocation.units.values()) == 1
    assert min(allocation.units.values()) == 0


def test_a_lost_chargeback_of_s2_costs_everybody_what_the_example_says():
    # given: October up to the refund of S3
    books = Books(AGREED)
    for amount in (9622, 11622, 5795, 941):
        books.sell(amount)
    books.refund(2, 2415)
    books.add(carried.bear(85, "", AGREED, books.carries), -85)

    # when
    mirror = books.refund(1, 11622)
    fee = books.add(carried.bear(378, "", AGREED, books.carries), -378)
    dispute = carried.bear(1500, "PLATFORM", AGREED, books.carries).units

    # then
    assert tuple(mirror.values()) == (-2324, -4184, -2325, -2789)
    assert tuple(fee.values()) == (-76, -136, -75, -91)
    assert tuple(dispute.values()) == (0, 0, 0, -1500)


def test_the_euro_sale_of_the_example_has_carries_of_its_own():
    units = carried.allocate(9726, AGREED, carried.no_carries(AGREED)).units
    assert tuple(units.values()) == (1945, 3502, 1945, 2334)


def test_a_bearer_outside_the_shares_bears_the_fee_alone():
    cost = carried.bear(85, "HOST", AGREED, carried.no_carries(AGREED))
    assert cost.units == {"FUND": 0, "GSMA": 0, "ATC": 0, "PLATFORM": 0, "HOST": -85}
    assert cost.carries == carried.no_carries(AGREED)


@pytest.mark.parametrize("part", [101, -1])
def test_more_than_what_is_left_cannot_be_taken_back(part):
    with pytest.raises(RefundExceedsSale, match="of 100 minor units cannot be taken back"):
        carried.reverse(part, {"A": 50, "B": 50, "C": 0}, THIRDS, carried.no_carries(THIRDS))


@pytest.mark.parametrize("shares", [(("A", 0),), (("A", 2), ("B", -1)), (("A", 1), ("A", 1))])
def test_weights_that_make_no_sense_are_refused(shares):
    with pytest.raises(ValueError, match="weights"):
        carried.allocate(1, shares, {"A": 0, "B": 0})
