"""What an operator may type, and what start-up complains about."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fee_payments.checks import check_providers
from fee_payments.forms import OfferingForm, PriceForm, TaxRateForm
from fee_payments.models import Offering, Price

STRONG = "a-long-random-string"


@pytest.mark.parametrize("secrets", [(), "", ("",), ("short",), (STRONG, "short"), "short"])
def test_a_sandbox_without_a_strong_secret_is_an_error(settings, secrets):
    settings.FEE_PAYMENTS_SANDBOX_SECRETS = secrets
    assert [message.id for message in check_providers(None)] == ["fee_payments.E001"]


@pytest.mark.parametrize("secrets", [(STRONG,), STRONG, [STRONG, STRONG]])
def test_a_strong_secret_is_enough(settings, secrets):
    settings.FEE_PAYMENTS_SANDBOX_SECRETS = secrets
    assert check_providers(None) == []


def test_no_provider_is_a_warning(settings):
    settings.FEE_PAYMENTS_PROVIDERS = {}
    assert [message.id for message in check_providers(None)] == ["fee_payments.W001"]


def price_form(**changes):
    typed = {"payer_class": "individual", "amount_minor": "100", "currency": "USD",
             "valid_from": "2026-01-01"}  # fmt: skip
    return PriceForm({**typed, **changes})


@pytest.mark.django_db
@pytest.mark.parametrize("currency", ["usd", "ZZZ", "XAU"])
def test_a_currency_that_does_not_exist_cannot_be_typed(currency):
    form = price_form(currency=currency)
    assert form.errors["currency"] == [f"“{currency}” is not a currency code of ISO 4217."]


@pytest.mark.django_db
@pytest.mark.parametrize("country", ["ch", "ZZ", "UK"])
def test_a_country_that_does_not_exist_has_no_tax(country):
    form = TaxRateForm({"country": country, "basis_points": "810", "valid_from": "2026-01-01"})
    assert "is not a country code of ISO 3166" in form.errors["country"][0]


@pytest.mark.django_db
def test_a_price_that_is_there_can_only_end():
    make.offering()
    form = PriceForm(
        {"amount_minor": "1", "currency": "JPY", "valid_until": "2026-12-01"},
        instance=Price.objects.get(),
    )
    assert form.is_valid()
    kept = form.save()
    assert (kept.amount_minor, kept.currency, kept.valid_until) == (
        make.PRICE.minor, "USD", date(2026, 12, 1),
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_editing_a_title_keeps_the_seats_that_were_taken_meanwhile():
    make.offering(capacity=1)
    row, price = Offering.objects.get(), Price.objects.get()
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("operator"))
    make.order(make.learner())
    form = {
        "code": row.code, "title": "Spectrum, edited", "course_key": row.course_key,
        "kind": row.kind, "delivery": row.delivery, "capacity": "1",
        "full_seat_cost_minor": "0", **make.NO_PARTS,
        "prices-TOTAL_FORMS": "1", "prices-INITIAL_FORMS": "1",
        "prices-0-id": str(price.pk), "prices-0-offering": str(row.pk),
    }  # fmt: skip
    url = reverse("admin:fee_payments_offering_change", args=[row.pk])
    assert client.post(url, form).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.seats_taken) == ("Spectrum, edited", 1)


def offering_form(row, **changes):
    typed = {"code": row.code, "title": row.title, "course_key": row.course_key,
             "kind": row.kind, "delivery": row.delivery, "full_seat_cost_minor": "0"}  # fmt: skip
    return OfferingForm({**typed, **changes}, instance=row)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed",
    ["rubbish", "library-v1:ATC+LIB", "course-v1:ATC", f"{make.COURSE}+branch@draft-branch"],
)
def test_a_fee_is_for_a_course_run(typed):
    make.offering()

    form = offering_form(Offering.objects.get(), course_key=typed)

    assert form.errors["course_key"] == [f"There is no course run “{typed}”."]


@pytest.mark.django_db
def test_the_code_of_a_fee_stays_what_gates_and_receipts_call_it():
    make.offering()

    saved = offering_form(Offering.objects.get(), code="renamed").save()

    assert saved.code == "spectrum"


@pytest.mark.django_db(transaction=True)
def test_the_course_of_a_fee_stays_once_somebody_may_come_in():
    make.offering()
    other = "course-v1:ATC+OTHER+1"
    assert offering_form(Offering.objects.get(), course_key=other).save().course_key == other

    make.paid_order(make.learner())

    again = offering_form(Offering.objects.get(), course_key=make.COURSE).save()
    assert again.course_key == other


def test_an_amount_says_how_it_is_typed():
    assert "Like 120.00;" in str(PriceForm().fields["amount_minor"].help_text)


@pytest.mark.django_db
@pytest.mark.parametrize("until", ["2026-01-01", "2025-12-31"])
def test_a_price_ends_after_it_begins(until):
    assert price_form(valid_until=until).errors == {
        "valid_until": ["The end has to be after the beginning."]
    }


@pytest.mark.django_db
def test_a_tax_rate_is_a_part_of_the_price_and_ends_after_it_begins():
    form = TaxRateForm(
        {
            "country": "CH",
            "basis_points": "10001",
            "valid_from": "2026-01-01",
            "valid_until": "2026-01-01",
        }
    )
    assert form.errors == {
        "basis_points": ["At most 10000 basis points: that is 100 per cent."],
        "valid_until": ["The end has to be after the beginning."],
    }


@pytest.mark.django_db
def test_a_seat_that_costs_something_costs_it_in_a_currency():
    make.offering()
    form = offering_form(Offering.objects.get(), full_seat_cost_minor="100")
    assert form.errors == {"full_seat_cost_currency": ["An amount needs its currency."]}


@pytest.mark.django_db(transaction=True)
def test_a_room_is_not_smaller_than_the_seats_that_are_taken():
    make.offering(capacity=2)
    make.order(make.learner())
    form = offering_form(Offering.objects.get(), capacity="0")
    assert form.errors == {"capacity": ["1 seat is taken already."]}
