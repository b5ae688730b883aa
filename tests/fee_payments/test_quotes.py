"""One quote, decided by the server."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from factories import fee_payments as make
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api
from fee_payments.exceptions import NoPrice, UnknownOffering

pytestmark = pytest.mark.django_db


def test_a_fee_that_no_waiver_covers_costs_its_list_price():
    make.offering()
    quote = api.quote(make.learner(), "spectrum", at=make.NOON)
    assert (quote.total, quote.waived) == (make.PRICE, Money.zero("USD"))
    assert quote.explanation == ("The waiver policy does not cover this fee.",)


def test_french_vat_is_in_the_price_and_said():
    make.offering()
    api.set_tax("FR", Percent(20), inclusive=True, valid_from=date(2026, 1, 1))
    quote = api.quote(make.learner(country="FR"), "spectrum", at=make.NOON)
    assert (quote.total, quote.tax) == (make.PRICE, Money("20.00", "USD"))
    assert "The total includes 20 % tax (FR)." in quote.explanation


def test_a_changed_tax_rate_begins_on_its_day():
    make.offering()
    api.set_tax("CH", Percent("7.7"), inclusive=False, valid_from=date(2020, 1, 1))
    api.set_tax("CH", Percent("8.1"), inclusive=False, valid_from=date(2026, 10, 6))
    before = api.quote(make.learner(), "spectrum", at=make.NOON)
    after = api.quote(make.learner(), "spectrum", at=datetime(2026, 10, 6, tzinfo=UTC))
    assert (before.tax, after.tax) == (Money("9.24", "USD"), Money("9.72", "USD"))


def test_a_quote_stands_until_midnight_in_utc():
    make.offering()
    quote = api.quote(make.learner(), "spectrum", at=make.NOON)
    assert quote.expires_at == datetime(2026, 10, 6, tzinfo=UTC)


def test_an_unknown_fee_is_named():
    with pytest.raises(UnknownOffering, match="There is no fee “nothing”"):
        api.quote(make.learner(), "nothing", at=make.NOON)


def test_a_currency_that_does_not_exist_has_no_price():
    make.offering()
    with pytest.raises(NoPrice, match="has no price in ZZZ"):
        api.quote(make.learner(), "spectrum", at=make.NOON, currency="ZZZ")
