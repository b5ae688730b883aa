"""Amounts as Stripe counts them (K4, T20): docs.stripe.com/currencies."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from factories.stripe_calls import a_payment, a_session
from stripe_peer.currencies import (
    MINIMUM,
    SUPPORTED,
    THREE_DECIMAL,
    WHOLE_UNITS_IN_HUNDREDTHS,
    ZERO_DECIMAL,
    check_charge,
    readable,
)
from stripe_peer.refusals import Refusal


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("jpy", 500), ("krw", 1), ("xof", 1), ("usd", 50), ("kwd", 5_120), ("bhd", 10), ("ugx", 100)],
)
def test_an_amount_in_the_currency_s_own_steps_is_charged_exactly(api, currency, amount):
    paid = api.v1.payment_intents.create(params=a_payment(amount, currency))

    assert (paid.status, paid.amount_received, paid.currency) == ("succeeded", amount, currency)


@pytest.mark.parametrize(
    ("currency", "amount", "step"),
    [("kwd", 5_124, 10), ("bhd", 1_001, 10), ("isk", 550, 100), ("ugx", 1_001, 100)],
)
def test_an_amount_between_the_steps_is_refused(api, currency, amount, step):
    with pytest.raises(stripe.InvalidRequestError, match=f"evenly divisible by {step}") as refused:
        api.v1.payment_intents.create(params=a_payment(amount, currency))

    assert refused.value.param == "amount"
    assert api.v1.payment_intents.list().data == []


def test_a_price_of_a_page_keeps_the_steps_as_well(api):
    with pytest.raises(stripe.InvalidRequestError, match="evenly divisible by 10") as refused:
        api.v1.checkout.sessions.create(params=a_session(5_124, "kwd"))

    assert refused.value.param == "line_items[0][price_data][unit_amount]"


def test_a_refund_of_dinars_keeps_the_steps_as_well(api):
    paid = api.v1.payment_intents.create(params=a_payment(5_120, "kwd"))

    with pytest.raises(stripe.InvalidRequestError, match="evenly divisible by 10"):
        api.v1.refunds.create(params={"payment_intent": paid.id, "amount": 5})
    done = api.v1.refunds.create(params={"payment_intent": paid.id, "amount": 20})

    assert done.amount == 20


@pytest.mark.parametrize(
    ("currency", "amount", "least"),
    [("usd", 49, "0.50 usd"), ("jpy", 49, "50 jpy"), ("gbp", 29, "0.30 gbp")],
)
def test_too_little_is_refused(api, currency, amount, least):
    with pytest.raises(stripe.InvalidRequestError, match=f"at least {least}") as refused:
        api.v1.payment_intents.create(params=a_payment(amount, currency))

    assert refused.value.code == "amount_too_small"


def test_the_minimum_of_a_page_is_that_of_its_total(api):
    with pytest.raises(stripe.InvalidRequestError, match="must add up to at least") as refused:
        api.v1.checkout.sessions.create(params=a_session(49))
    items = [{**a_session(25)["line_items"][0], "quantity": 2}]

    assert refused.value.code == "amount_too_small"
    assert api.v1.checkout.sessions.create(params=a_session(line_items=items)).amount_total == 50


@pytest.mark.parametrize(("currency", "most"), [("usd", 99_999_999), ("idr", 999_999_999_999)])
def test_eight_digits_are_the_most_and_twelve_for_rupiah(api, currency, most):
    assert api.v1.payment_intents.create(params=a_payment(most, currency)).amount == most
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.payment_intents.create(params=a_payment(most + 1, currency))
    assert refused.value.code == "amount_too_large"


@pytest.mark.parametrize("currency", ["USD", "xau", "irr", "dollar"])
def test_what_stripe_does_not_take_is_no_currency(api, currency):
    with pytest.raises(stripe.InvalidRequestError, match="Invalid currency") as refused:
        api.v1.payment_intents.create(params=a_payment(1_000, currency))

    assert refused.value.param == "currency"


def test_the_tables_agree_with_each_other():
    special = (ZERO_DECIMAL, THREE_DECIMAL, WHOLE_UNITS_IN_HUNDREDTHS, frozenset(MINIMUM))

    assert all(codes <= SUPPORTED for codes in special)
    assert not ZERO_DECIMAL & (THREE_DECIMAL | WHOLE_UNITS_IN_HUNDREDTHS)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(50, "usd", "0.50 usd"), (5_120, "kwd", "5.120 kwd"), (500, "jpy", "500 jpy"),
     (500, "isk", "5.00 isk")],
)  # fmt: skip
def test_an_amount_is_read_in_major_units(amount, currency, text):
    assert readable(amount, currency) == text


@given(st.sampled_from(sorted(SUPPORTED)), st.integers(-10, 10**13))
def test_what_can_be_charged_is_within_bounds_and_in_steps(currency, amount):
    step = 10 if currency in THREE_DECIMAL else 100 if currency in WHOLE_UNITS_IN_HUNDREDTHS else 1
    most = 10 ** (12 if currency == "idr" else 8) - 1
    fits = MINIMUM.get(currency, 1) <= amount <= most and amount % step == 0

    with nullcontext() if fits else pytest.raises(Refusal):
        check_charge(currency, amount)
