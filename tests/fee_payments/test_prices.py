"""Which price and which tax, and how a total comes about."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.fee_payments import COURSE
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import rules
from fee_payments.data import OfferingSummary, PayerClass, PriceSummary
from fee_payments.exceptions import NoPrice, NotOnSale
from strategies import MAX, monies

OCTOBER = date(2026, 10, 1)
CHEAP, DEAR = Money("100.00", "USD"), Money("120.00", "USD")
positive = monies(st.integers(min_value=0, max_value=10**10))
percents = st.integers(min_value=0, max_value=10_000).map(Percent.from_basis_points)


def offering(*prices, **changes):
    fields = {
        "code": "spectrum",
        "title": "Spectrum management",
        "course_key": COURSE,
        "kind": "course_run",
        "delivery": "online",
        "place": "",
        "starts_on": None,
        "on_sale_from": None,
        "on_sale_until": None,
        "seats_left": None,
        "waivable": True,
        "full_seat_cost": None,
        "prices": prices,
    }
    return OfferingSummary(**{**fields, **changes})


def price(
    amount=DEAR, payer_class=PayerClass.INDIVIDUAL, valid_from=date(2026, 1, 1), valid_until=None
):
    return PriceSummary(
        id=1, payer_class=payer_class, amount=amount, valid_from=valid_from, valid_until=valid_until
    )


def pick(sold, payer_class=PayerClass.INDIVIDUAL, currency=None, on=OCTOBER):
    return rules.pick_price(sold, payer_class, currency=currency, on=on).amount


def test_a_payer_class_has_its_own_price():
    sold = offering(price(DEAR), price(CHEAP, PayerClass.ACADEMIA))
    assert pick(sold, PayerClass.ACADEMIA) == CHEAP


def test_a_class_without_a_price_pays_what_an_individual_pays():
    assert pick(offering(price(DEAR)), PayerClass.PRIVATE) == DEAR


def test_a_new_price_begins_on_its_day_and_the_old_one_ends():
    sold = offering(price(CHEAP, valid_until=OCTOBER), price(DEAR, valid_from=OCTOBER))
    assert pick(sold, on=date(2026, 9, 30)) == CHEAP
    assert pick(sold, on=OCTOBER) == DEAR


def test_the_currency_can_be_chosen():
    francs = Money("105.50", "CHF")
    assert pick(offering(price(DEAR), price(francs)), currency="CHF") == francs


def test_a_currency_without_a_price_is_named():
    with pytest.raises(NoPrice, match="“Spectrum management” has no price in EUR on 2026-10-01"):
        pick(offering(price(DEAR)), currency="EUR")


@pytest.mark.parametrize(
    "window",
    [
        {"on_sale_from": date(2026, 10, 2)},
        {"on_sale_until": OCTOBER},
    ],
)
def test_outside_its_sale_window_nothing_is_sold(window):
    with pytest.raises(NotOnSale, match="is not on sale on 2026-10-01"):
        pick(offering(price(DEAR), **window))


def test_a_fifth_inclusive_of_a_hundred_is_83_33_and_16_67():
    # T21: others show 80.00 + 20.00.
    parts = rules.break_down(CHEAP, waived=usd("0.00"), tax=Percent(20), inclusive=True)
    assert (parts.net, parts.tax, parts.total) == (
        Money("83.33", "USD"),
        Money("16.67", "USD"),
        CHEAP,
    )


def test_an_exclusive_tax_is_added():
    parts = rules.break_down(CHEAP, waived=usd("0.00"), tax=Percent("7.7"), inclusive=False)
    assert (parts.tax, parts.total) == (Money("7.70", "USD"), Money("107.70", "USD"))


def test_the_waiver_comes_before_the_tax():
    parts = rules.break_down(DEAR, waived=usd("90.00"), tax=Percent(20), inclusive=True)
    assert (parts.waived, parts.total, parts.tax) == (
        Money("90.00", "USD"),
        Money("30.00", "USD"),
        Money("5.00", "USD"),
    )


@given(positive, st.integers(min_value=0, max_value=MAX), percents, st.booleans())
def test_net_and_tax_are_the_total_and_nothing_is_below_zero(listed, waived, tax, inclusive):
    parts = rules.break_down(
        listed, waived=Money.from_minor(waived, listed.currency), tax=tax, inclusive=inclusive
    )
    assert parts.net + parts.tax == parts.total
    assert min(parts.waived, parts.net, parts.tax, parts.total) >= Money.zero(listed.currency)
    assert parts.waived <= listed


@given(positive, percents)
def test_an_inclusive_total_is_the_price_that_was_seen(listed, tax):
    nothing = Money.zero(listed.currency)
    parts = rules.break_down(listed, waived=nothing, tax=tax, inclusive=True)
    assert parts.total == listed


def usd(text):
    return Money(text, "USD")


def test_the_refund_of_25_in_the_worked_example_loses_85_cents_of_fee():
    parts = rules.refund_parts(
        usd("25.00"), net_left=usd("57.95"), tax_left=usd("0"), fee_left=usd("2.04")
    )
    assert parts == (usd("24.15"), usd("0.00"), usd("0.85"))


@given(
    st.tuples(st.integers(0, 10**8), st.integers(0, 10**7), st.integers(0, 10**6)).filter(any),
    st.lists(st.integers(1, 10**8), max_size=8),
)
def test_refunds_in_parts_add_up_to_the_payment(whole, wishes):
    left = list(whole)
    for wish in [*wishes, sum(whole)]:
        amount = min(wish, sum(left))
        parts = (
            rules.refund_parts(
                Money.from_minor(amount, "USD"),
                net_left=Money.from_minor(left[0], "USD"),
                tax_left=Money.from_minor(left[1], "USD"),
                fee_left=Money.from_minor(left[2], "USD"),
            )
            if amount
            else (usd("0"),) * 3
        )
        assert all(0 <= part.minor <= rest for part, rest in zip(parts, left, strict=True))
        left = [rest - part.minor for part, rest in zip(parts, left, strict=True)]
    assert left == [0, 0, 0]


def test_a_payment_smaller_than_its_fee_is_refunded_whole():
    parts = rules.refund_parts(
        usd("0.30"), net_left=usd("-0.01"), tax_left=usd("0"), fee_left=usd("0.31")
    )
    assert parts == (usd("-0.01"), usd("0"), usd("0.31"))
