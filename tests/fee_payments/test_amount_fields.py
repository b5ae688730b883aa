"""Amounts in forms: minor units in the table, major ones for who types, for every currency."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairgate.money import MAX_MINOR, Money, currencies, exponent
from fee_payments import models
from fee_payments.forms import PriceForm

amounts = st.integers(0, MAX_MINOR)
codes = st.sampled_from(currencies())


def form_of(typed, currency):
    return PriceForm(
        {
            "payer_class": "individual", "amount_minor": typed, "currency": currency,
            "valid_from": "2026-01-01",
        }
    )  # fmt: skip


@pytest.mark.django_db
@given(amounts, codes)
def test_what_a_form_shows_and_is_sent_back_is_the_amount_that_was_kept(minor, currency):
    kept = models.Price(amount_minor=minor, currency=currency)
    shown = PriceForm(instance=kept)["amount_minor"].value()
    sent = form_of(shown, currency)
    assert sent.is_valid(), sent.errors
    assert sent.cleaned_data["amount_minor"] == minor
    assert sent.instance.amount_minor == minor


@pytest.mark.django_db
@given(amounts, codes)
def test_one_decimal_more_than_the_currency_has_is_refused(minor, currency):
    too_fine = f"{Money.from_minor(minor, currency).amount:f}"
    too_fine += "1" if exponent(currency) else ".1"
    form = form_of(too_fine, currency)
    assert not form.is_valid()
    assert set(form.errors) == {"amount_minor"}
