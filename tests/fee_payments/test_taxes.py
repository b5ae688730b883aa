"""Which tax counts, and that net and tax are the total on every line and in the sum."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from factories import fee_payments as make
from fairgate.errors import RowIsKept
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api, models, rules
from fee_payments.data import (
    BuyerTax,
    PayerClass,
    PayerScope,
    PricesHoldTax,
    Rounding,
    TaxKind,
    TaxRule,
    WantedLine,
)
from fee_payments.exceptions import InvalidCatalogue, TaxOverlap
from fee_payments.rules import tax_ids

CURRENCIES = ("JPY", "USD", "KWD")  # 0, 2 and 3 decimals
NEW_YEAR, OCTOBER = date(2026, 1, 1), date(2026, 10, 5)
FRENCH = BuyerTax(country="FR", tax_id="FR12345678901", is_business=True)


def rate(number=1, country="FR", percent=20, **changes):
    fields = {"inclusive": True, "valid_from": NEW_YEAR}
    return TaxRule(id=number, country=country, percent=Percent(percent), **{**fields, **changes})


def pick(*rates, payer_class=PayerClass.INDIVIDUAL, buyer=None, on=OCTOBER, country="FR"):
    found = rules.pick_tax(rates, country=country, payer_class=payer_class, buyer=buyer, on=on)
    return found.id if found else None


def test_a_country_without_a_rate_has_no_tax():
    assert pick(rate(), country="KE") is None


def test_a_rate_for_the_payers_scope_comes_before_one_for_everybody():
    rates = (rate(1), rate(2, scope=PayerScope.BUSINESS), rate(3, scope=PayerScope.INDIVIDUAL))
    assert pick(*rates) == 3
    for payer_class in set(PayerClass) - {PayerClass.INDIVIDUAL}:
        assert pick(*rates, payer_class=payer_class) == 2


REVERSE = rate(9, kind=TaxKind.REVERSE_CHARGE, scope=PayerScope.BUSINESS)


@pytest.mark.parametrize(
    ("buyer", "number"),
    [
        (FRENCH, 9),
        (None, 1),
        (BuyerTax(country="FR", tax_id="", is_business=True), 1),
        (BuyerTax(country="FR", tax_id="FR123", is_business=True), 1),
        (BuyerTax(country="DE", tax_id="DE123456789", is_business=True), 1),
        (BuyerTax(country="FR", tax_id="FR12345678901"), 1),
    ],
    ids=["an id of the country", "nobody", "no id", "no such id", "elsewhere", "no business"],
)
def test_the_charge_is_reversed_for_a_business_with_a_tax_id_of_the_country(buyer, number):
    assert pick(rate(1), REVERSE, payer_class=PayerClass.PRIVATE, buyer=buyer) == number


def test_an_individual_never_has_a_reverse_charge():
    assert pick(rate(1), REVERSE, buyer=FRENCH) == 1


def usd(text):
    return Money(text, "USD")


@pytest.mark.parametrize(("inclusive", "net"), [(True, "83.33"), (False, "100.00")])
def test_a_reverse_charge_is_net_and_charges_nothing(inclusive, net):
    parts = rules.break_down(
        usd("100.00"), waived=usd("0.00"), tax=Percent(20), inclusive=inclusive,
        kind=TaxKind.REVERSE_CHARGE,
    )  # fmt: skip
    assert (parts.net, parts.tax, parts.total) == (usd(net), usd("0.00"), usd(net))


@pytest.mark.parametrize(
    ("rounding", "added"),
    [(Rounding.HALF_UP, "0.03"), (Rounding.HALF_EVEN, "0.02"), (Rounding.DOWN, "0.02")],
)
def test_half_a_cent_is_rounded_as_the_merchant_does(rounding, added):
    parts = rules.break_down(
        usd("0.25"), waived=usd("0.00"), tax=Percent(10), inclusive=False, rounding=rounding
    )
    assert parts.tax == usd(added)


def test_t21_a_fifth_inclusive_of_a_hundred_is_83_33_and_16_67_in_every_mode():
    for rounding in Rounding:
        parts = rules.break_down(
            usd("100.00"), waived=usd("0.00"), tax=Percent(20), inclusive=True, rounding=rounding
        )
        assert (parts.net, parts.tax, parts.total) == (usd("83.33"), usd("16.67"), usd("100.00"))


lines = st.lists(
    st.tuples(
        st.integers(0, 10**9),
        st.integers(0, 10**9),
        st.integers(0, 10_000),
        st.booleans(),
        st.sampled_from(TaxKind),
        st.sampled_from(Rounding),
    ),
    max_size=6,
)


@given(st.sampled_from(CURRENCIES), lines)
def test_t21_t20_f18_net_and_tax_are_the_total_on_every_line_and_in_the_sum(currency, drawn):
    parts = [
        rules.break_down(
            Money.from_minor(listed, currency),
            waived=Money.from_minor(waived, currency),
            tax=Percent.from_basis_points(percent),
            inclusive=inclusive,
            kind=kind,
            rounding=rounding,
        )
        for listed, waived, percent, inclusive, kind, rounding in drawn
    ]
    whole = rules.sum_of(parts, currency)
    assert all(part.net + part.tax == part.total for part in parts)
    assert whole.net + whole.tax == whole.total
    assert whole.total.minor == sum(part.total.minor for part in parts)
    assert all(min(p.net, p.tax, p.total) >= Money.zero(currency) for p in parts)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("currency", "net", "tax"),
    [("JPY", "10000", "2000"), ("USD", "100.00", "20.00"), ("KWD", "100.000", "20.000")],
)
def test_t20_f18_a_quote_is_exact_in_every_number_of_decimals(currency, net, tax):
    make.offering(prices=(make.price(Money(net, currency) + Money(tax, currency)),))
    make.tax("FR", "20")
    found = api.quote(make.learner(country="FR"), "spectrum", at=make.NOON)
    assert (found.net, found.tax) == (Money(net, currency), Money(tax, currency))


@pytest.mark.django_db
def test_a_price_of_the_list_can_hold_the_tax_or_not_whatever_the_country_does():
    francs = make.price(Money("100.00", "CHF"), holds_tax=PricesHoldTax.NO)
    make.offering(prices=(make.price(), francs))
    make.tax("FR", "20")
    who = make.learner(country="FR")
    included = api.quote(who, "spectrum", at=make.NOON)
    added = api.quote(who, "spectrum", at=make.NOON, currency="CHF")
    assert (included.total, included.is_tax_included) == (make.PRICE, True)
    assert (added.total, added.is_tax_included) == (Money("120.00", "CHF"), False)


@pytest.mark.django_db
def test_a_company_with_a_tax_id_reads_the_note_of_the_reverse_charge():
    make.offering()
    make.tax("FR", "20", name="VAT")
    make.tax("FR", "20", kind=TaxKind.REVERSE_CHARGE, scope=PayerScope.BUSINESS,
             note="Autoliquidation")  # fmt: skip
    company = make.learner(country="FR", payer_class=PayerClass.PRIVATE, buyer_tax=FRENCH)
    found = api.quote(company, "spectrum", at=make.NOON)
    assert (found.net, found.tax, found.total) == (usd("100.00"), usd("0.00"), usd("100.00"))
    assert (found.tax_kind, found.tax_note) == (TaxKind.REVERSE_CHARGE, "Autoliquidation")
    assert found.explanation[1:] == (
        "You account for the tax yourself (reverse charge, FR).", "Autoliquidation",
    )  # fmt: skip
    citizen = api.quote(make.learner(country="FR"), "spectrum", at=make.NOON)
    assert "The total includes 20 % VAT (FR)." in citizen.explanation


@pytest.mark.django_db
def test_an_exempt_sale_says_that_no_tax_is_charged():
    make.offering()
    make.tax("FR", "0", kind=TaxKind.EXEMPT, note="Article 132")
    found = api.quote(make.learner(country="FR"), "spectrum", at=make.NOON)
    assert found.explanation[1:] == ("No tax is charged (FR).", "Article 132")


@pytest.mark.django_db
def test_a_new_rate_ends_the_one_before_it_and_history_stays():
    make.tax("CH", "7.7", inclusive=False, valid_from=date(2020, 1, 1))
    make.tax("CH", "8.1", inclusive=False)
    ends = list(models.TaxRate.objects.values_list("basis_points", "valid_until"))
    assert ends == [(770, NEW_YEAR), (810, None)]


@pytest.mark.django_db
def test_two_rates_for_the_same_payers_never_hold_on_one_day():
    make.tax("FR", "20")
    with pytest.raises(TaxOverlap, match="Another rate of FR holds from 2026-01-01: end it first"):
        make.tax("FR", "10", valid_from=date(2025, 6, 1))
    with pytest.raises(TaxOverlap), transaction.atomic():
        make.tax("FR", "0", kind=TaxKind.EXEMPT)
    assert models.TaxRate.objects.count() == 1


@pytest.mark.django_db
def test_rates_for_individuals_and_organisations_stand_side_by_side():
    make.tax("FR", "20", scope=PayerScope.INDIVIDUAL)
    make.tax("FR", "20", scope=PayerScope.BUSINESS)
    make.tax("FR", "20", scope=PayerScope.BUSINESS, kind=TaxKind.REVERSE_CHARGE)
    assert models.TaxRate.objects.count() == 3


@pytest.mark.django_db
def test_an_exempt_rate_has_no_percentage():
    with pytest.raises(InvalidCatalogue, match="A rate of kind “exempt” is 0 %, not 20 %"):
        make.tax("FR", "20", kind=TaxKind.EXEMPT)
    row = models.TaxRate(country="FR", kind="exempt", basis_points=1, valid_from=NEW_YEAR)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.django_db
def test_t26_a_rate_is_never_changed_and_one_that_was_sold_under_is_never_deleted():
    make.offering()
    make.tax("CH", "8.1")
    make.order(make.learner())
    row = models.TaxRate.objects.get()
    row.basis_points = 100
    with pytest.raises(RowIsKept, match="A tax rate is written once"):
        row.save()
    with pytest.raises(RowIsKept):
        models.TaxRate.objects.update(basis_points=100)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.TaxRate.objects.all().delete()
    assert models.TaxRate.objects.get().basis_points == 810


@pytest.mark.parametrize(
    ("country", "tax_id", "fits"),
    [
        ("FR", "FR12345678901", True),
        ("FR", "12345678901", False),
        ("GR", "EL123456789", True),
        ("GR", "GR123456789", False),
        ("NL", "NL123456789B01", True),
        ("AT", "ATU12345678", True),
        ("AT", "ATU1234567", False),
        ("DE", "DE１２３４５６７８９", False),
        ("KE", "P051234567X", True),
        ("KE", "", False),
    ],
)
def test_the_form_of_a_tax_id_is_that_of_its_country(country, tax_id, fits):
    assert tax_ids.is_well_formed(country, tax_id) is fits


def test_an_id_is_kept_without_what_people_put_between_its_signs():
    assert tax_ids.normal(" fr 12-345.678 901 ") == "FR12345678901"


@pytest.mark.django_db
def test_lines_of_one_order_add_up_and_are_taxed_one_by_one():
    make.offering("one", prices=(make.price(usd("0.25")),))
    make.offering("two", prices=(make.price(usd("0.25")),))
    make.tax("CH", "10", inclusive=False)
    wanted = (WantedLine(offering_code="one"), WantedLine(offering_code="two", quantity=3))
    found = api.quote_lines(make.learner(), wanted, at=make.NOON)
    assert [line.total for line in found.lines] == [usd("0.28"), usd("0.83")]
    assert (found.breakdown.tax, found.total) == (usd("0.11"), usd("1.11"))
    assert found.lines[1].unit_price == usd("0.25")
