"""What an operator sees and may type: bundles, sessions, merchants, payers, limits of authors."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, forms, forms_catalogue, models

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("operator"))
    return client


def page(operator, name, *args):
    return operator.get(reverse(f"admin:fee_payments_{name}", args=args)).content.decode()


def offering_form(**changes):
    typed = {"code": "both", "title": "Both", "kind": "bundle", "course_key": "",
             "delivery": "online", "full_seat_cost_minor": "0", **make.NO_PARTS}  # fmt: skip
    return {**typed, **changes}


def errors_of(answer):
    context = answer.context
    said = [*context["errors"]] if context else []
    return " ".join(str(one) for one in said)


def test_every_table_of_the_catalogue_is_in_the_admin_and_can_be_searched():
    written_by_services = {"cataloguemark", "bundleitem", "session", "authoramount"}
    for name in ("offering", "price", "taxrate", "merchant", "termsversion", "blockedcountry",
                 "screeningrecord", "payermembership", "authorlimits", "roomwaiting"):  # fmt: skip
        registered = admin.site._registry[apps.get_model("fee_payments", name)]
        assert registered.search_fields, name
        assert name not in written_by_services


def test_a_bundle_is_typed_with_what_it_opens(operator):
    make.offering("one")
    url = reverse("admin:fee_payments_offering_add")
    assert "A bundle opens at least one offering" in errors_of(operator.post(url, offering_form()))
    one = {"items-TOTAL_FORMS": "1", "items-0-item": str(models.Offering.objects.get().pk)}
    assert operator.post(url, offering_form(**one)).status_code == 302
    assert api.offering("both").opens == ("one",)
    other = offering_form(code="other", kind="course_run", course_key=make.COURSE, **one)
    assert "Only a bundle opens other offerings." in errors_of(operator.post(url, other))
    nowhere = offering_form(code="other", kind="course_run")
    assert "Only a bundle may be of no course run." in errors_of(operator.post(url, nowhere))


def test_a_code_in_other_capitals_is_refused_beside_its_field(operator):
    make.offering("one")
    form = offering_form(code="ONE", kind="course_run", course_key=make.COURSE)
    answer = operator.post(reverse("admin:fee_payments_offering_add"), form)
    assert "Another fee has the code “one”" in errors_of(answer)


def test_the_default_merchant_collects_for_what_is_typed(operator):
    make.merchant()
    form = offering_form(code="one", kind="course_run", course_key=make.COURSE)
    operator.post(reverse("admin:fee_payments_offering_add"), form)
    assert api.offering("one").merchant.code == "academy"


def test_an_operator_sees_what_holds_today_what_comes_and_what_is_missing(operator):
    make.offering(
        prices=(
            make.price(valid_until=date(2026, 11, 1)),
            make.price(Money("90.00", "USD"), valid_from=date(2026, 10, 1),
                       valid_until=date(2026, 10, 20)),
            make.price(Money("130.00", "USD"), valid_from=date(2026, 12, 1)),
        )
    )  # fmt: skip
    text = page(operator, "offering_change", models.Offering.objects.get().pk)
    for sentence in (
        "an individual: USD 90.00 today, from 1 October 2026 until 20 October 2026. "
        "Two prices hold then; the one that began later counts.",
        "an individual: USD 120.00 from 20 October 2026 until 1 November 2026.",
        "an individual: no price in USD from 1 November 2026 until 1 December 2026.",
        "an individual: USD 130.00 from 1 December 2026 on.",
    ):
        assert f"<div>{sentence}</div>" in text


def price_form(amount):
    return forms.PriceForm({"payer_class": "individual", "amount_minor": amount,
                            "currency": "USD", "valid_from": "2026-01-01"})  # fmt: skip


@pytest.mark.parametrize(
    "typed", ["-1", "NaN", "1e3", "12.005", "10000000000000.01", "9" * 30, "", "1,5", "ten"]
)
def test_f17_an_amount_that_cannot_be_is_refused_with_a_sentence(typed):
    form = price_form(typed)
    assert not form.is_valid()
    (sentence,) = form.errors["amount_minor"]
    assert sentence.endswith(".")


@pytest.mark.parametrize("typed", ["120", "120.00", "１２０．００", "١٢٠٫٠٠", " 120.0 "])
def test_f17_digits_of_any_script_are_read_right_and_shown_back(operator, typed):
    form = price_form(typed)
    assert form.is_valid()
    make.offering(prices=())
    form.instance.offering = models.Offering.objects.get()
    form.save()
    text = page(operator, "offering_change", models.Offering.objects.get().pk)
    assert "USD 120.00" in text
    assert "USD 120.00" in page(operator, "price_changelist")


def test_t26_a_price_that_was_sold_under_is_not_deleted_in_the_admin(operator):
    make.offering()
    make.order(make.learner())
    row = models.Price.objects.get()
    url = reverse("admin:fee_payments_price_delete", args=[row.pk])
    assert "would require deleting the following protected" in " ".join(
        operator.get(url).content.decode().split()
    )
    operator.post(url, {"post": "yes"})
    assert models.Price.objects.exists()


def rate_form(**changes):
    typed = {"country": "FR", "basis_points": "2000", "inclusive": "on", "valid_from": "2026-06-01"}
    return forms.TaxRateForm({**typed, **changes})


def test_two_rates_for_one_day_cannot_be_typed():
    make.tax("FR", "20")
    assert "end it first" in rate_form().non_field_errors()[0]
    assert rate_form(payer_scope="business").is_valid()
    assert "no basis points" in rate_form(country="CH", kind="exempt").errors["basis_points"][0]


def test_a_rate_that_is_there_can_only_end():
    make.tax("FR", "20")
    row = models.TaxRate.objects.get()
    form = forms.TaxRateForm(
        {"country": "CH", "basis_points": "1", "valid_until": "2027-01-01", "name": "VAT"},
        instance=row,
    )
    assert form.is_valid()
    kept = form.save()
    assert (kept.country, kept.basis_points, kept.valid_until) == ("FR", 2000, date(2027, 1, 1))


def session_form(**changes):
    typed = {"code": "monday", "place": "Nairobi", "starts_at": "2027-02-15 06:00",
             "ends_at": "2027-02-15 14:00", "timezone": "Africa/Nairobi"}  # fmt: skip
    return forms_catalogue.SessionForm({**typed, **changes})


def test_a_session_has_to_be_possible():
    assert session_form().is_valid()
    for wrong in ({"ends_at": "2027-02-15 05:00"}, {"timezone": "Nairobi/Kenya"}):
        assert "in a time zone like" in session_form(**wrong).non_field_errors()[0]


def merchant_form(**changes):
    typed = {"code": "academy", "legal_name": "Academy", "address": "Geneva", "country": "CH",
             "rounding_mode": "half_up"}  # fmt: skip
    return forms_catalogue.MerchantForm({**typed, **changes})


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("iban", "CH9300762011623852958", "This is no IBAN"),
        ("bic", "DEUT", "This is no BIC"),
        ("currencies", "USD usd", "“usd” is not a currency code"),
        ("country", "XX", "is not a country code"),
    ],
)
def test_a_slip_in_the_details_of_a_merchant_is_found(field, typed, sentence):
    assert sentence in merchant_form(**{field: typed}).errors[field][0]


def test_an_iban_may_be_pasted_with_blanks():
    form = merchant_form(iban="CH93 0076 2011 6238 5295 7", is_default="True")
    assert form.is_valid(), form.errors
    form.save()
    assert merchant_form(code="other", is_default="True").save().is_default
    rows = models.Merchant.objects.values_list("code", "iban", "is_default")
    assert list(rows) == [("academy", "CH9300762011623852957", None), ("other", "", True)]


def test_terms_are_published_once(operator):
    make.merchant()
    form = {"merchant": models.Merchant.objects.get().pk, "version": "1", "text": "Terms",
            "valid_from_0": "2026-10-01", "valid_from_1": "00:00"}  # fmt: skip
    url = reverse("admin:fee_payments_termsversion_add")
    assert operator.post(url, {**form, "text": ""}).status_code == 200
    assert operator.post(url, form).status_code == 302
    row = models.TermsVersion.objects.get()
    assert len(row.sha256) == 64
    change = reverse("admin:fee_payments_termsversion_change", args=[row.pk])
    assert operator.post(change, {**form, "text": "Other"}).status_code == 403


def test_a_payer_is_verified_by_who_types_it(operator):
    form = {"user_id": "1001", "payer_class": "academia", "organisation": "University",
            "valid_from": "2026-01-01", "note": "letter seen"}  # fmt: skip
    url = reverse("admin:fee_payments_payermembership_add")
    assert operator.post(url, {**form, "payer_class": "individual"}).status_code == 200
    assert operator.post(url, form).status_code == 302
    row = models.PayerMembership.objects.get()
    assert (row.verified_by, row.verified_at) == (
        get_user_model().objects.get().pk, make.NOON,
    )  # fmt: skip
    assert isinstance(row.verified_at, datetime)


def test_limits_of_authors_are_typed_by_kind_and_currency(operator):
    form = {
        "prefix": "course-v1:ATC+", "may_sell": "on", "kinds": ["course_run", "certificate"],
        "amounts-TOTAL_FORMS": "1", "amounts-INITIAL_FORMS": "0", "amounts-0-currency": "USD",
        "amounts-0-lowest_minor": "10.00", "amounts-0-highest_minor": "200",
    }  # fmt: skip
    url = reverse("admin:fee_payments_authorlimits_add")
    wrong = {**form, "amounts-0-highest_minor": "1"}
    assert "has to be above the lowest" in operator.post(url, wrong).content.decode()
    assert operator.post(url, form).status_code == 302
    row = models.AuthorLimits.objects.get()
    assert (row.kinds, row.amounts.get().highest_minor) == ("course_run certificate", 20000)
    assert "course-v1:ATC+" in page(operator, "authorlimits_changelist")
    change = operator.get(reverse("admin:fee_payments_authorlimits_change", args=[row.pk]))
    assert "USD 10.00 – USD 200.00" in page(operator, "authorlimits_changelist")
    assert 'value="10.00"' in change.content.decode()
    assert 'value="200.00"' in change.content.decode()


@pytest.mark.parametrize(
    "name", ["offering", "price", "taxrate", "merchant", "termsversion", "blockedcountry",
             "payermembership", "authorlimits"],
)  # fmt: skip
def test_who_may_only_look_can_open_what_is_there(name, monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    make.merchant()
    make.terms()
    make.offering()
    make.membership()
    make.tax("CH", "8.1")
    api.block_country("KP", reason="Sanctions", valid_from=make.NOON.date())
    models.AuthorLimits.objects.create(prefix="course-v1:").amounts.create(
        currency="USD", lowest_minor=1000, highest_minor=20000
    )
    user = get_user_model().objects.create_user("auditor", is_staff=True)
    looks = Permission.objects.filter(
        codename__startswith="view_", content_type__app_label="fee_payments"
    )
    user.user_permissions.set(looks)
    client = Client()
    client.force_login(user)
    row = apps.get_model("fee_payments", name).objects.first()
    answer = client.get(reverse(f"admin:fee_payments_{name}_change", args=[row.pk]))
    assert answer.status_code == 200
    assert 'name="_save"' not in answer.content.decode()


MAJOR = [("USD", "120.00", 12000), ("JPY", "12000", 12000), ("KWD", "12.000", 12000)]


class TestAmountsInTheAdmin:
    """People type and read major units, in the decimals of the currency; tables keep minor ones."""

    @pytest.mark.parametrize(("currency", "typed", "minor"), MAJOR)
    def test_a_price_is_typed_and_shown_in_major_units(self, operator, currency, typed, minor):
        make.offering(prices=())
        row = models.Offering.objects.get()
        url = reverse("admin:fee_payments_offering_change", args=[row.pk])
        sent = offering_form(
            code=row.code, kind=row.kind, course_key=row.course_key,
            **{"prices-TOTAL_FORMS": "1", "prices-INITIAL_FORMS": "0",
               "prices-0-payer_class": "individual", "prices-0-amount_minor": typed,
               "prices-0-currency": currency, "prices-0-valid_from": "2026-01-01"},
        )  # fmt: skip
        answer = operator.post(url, sent)
        assert answer.status_code == 302, errors_of(answer)
        assert models.Price.objects.get().amount_minor == minor
        assert f'value="{typed}"' in operator.get(url).content.decode()

    @pytest.mark.parametrize(("currency", "typed", "minor"), MAJOR)
    def test_so_is_the_full_cost_of_a_seat(self, operator, currency, typed, minor):
        make.offering()
        row = models.Offering.objects.get()
        url = reverse("admin:fee_payments_offering_change", args=[row.pk])
        sent = offering_form(
            code=row.code, kind=row.kind, course_key=row.course_key,
            full_seat_cost_minor=typed, full_seat_cost_currency=currency,
        )  # fmt: skip
        answer = operator.post(url, sent)
        assert answer.status_code == 302, errors_of(answer)
        row.refresh_from_db()
        assert (row.full_seat_cost_minor, row.full_seat_cost_currency) == (minor, currency)
        assert f'value="{typed}"' in operator.get(url).content.decode()

    def test_a_seat_without_a_cost_needs_no_currency_and_one_with_it_does(self, operator):
        url = reverse("admin:fee_payments_offering_add")
        fields = offering_form(kind="course_run", course_key=make.COURSE)
        costly = {**fields, "full_seat_cost_minor": "15.00"}
        assert "An amount needs its currency." in errors_of(operator.post(url, costly))
        assert operator.post(url, fields).status_code == 302

    @pytest.mark.parametrize(
        ("currency", "typed", "said"),
        [
            ("USD", "12.005",
             "“Amount” has more decimals than USD has (2). Write it like 120.00."),
            ("JPY", "12.5", "“Amount” has more decimals than JPY has (0). Write it like 120."),
            ("KWD", "1.0005",
             "“Amount” has more decimals than KWD has (3). Write it like 120.000."),
            ("EUR", "1,50", "“Amount” is not an amount in EUR. Write it like 120.00, without a "
                            "sign and with nothing between the thousands."),
            ("JPY", "9" * 16, "“Amount” is larger than any amount that is kept."),
        ],
    )  # fmt: skip
    def test_what_is_refused_names_the_field_and_the_currency(self, currency, typed, said):
        form = forms.PriceForm({"payer_class": "individual", "amount_minor": typed,
                                "currency": currency, "valid_from": "2026-01-01"})  # fmt: skip
        assert not form.is_valid()
        assert form.errors["amount_minor"] == [said]

    def test_a_currency_that_is_none_is_said_once_beside_it(self):
        form = forms.PriceForm({"payer_class": "individual", "amount_minor": "1.00",
                                "currency": "XAU", "valid_from": "2026-01-01"})  # fmt: skip
        assert not form.is_valid()
        assert list(form.errors) == ["currency"]

    def test_who_may_only_look_reads_major_units_too(self):
        make.offering(full_seat_cost=Money("15.00", "USD"))
        user = get_user_model().objects.create_user("auditor", is_staff=True)
        user.user_permissions.set(
            Permission.objects.filter(codename__in=["view_offering", "view_price"])
        )
        client = Client()
        client.force_login(user)
        row = models.Offering.objects.get()
        for name, pk in (("offering", row.pk), ("price", row.prices.get().pk)):
            text = page(client, f"{name}_change", pk)
            assert "USD 120.00" in text
            assert "12000" not in text
        assert "USD 15.00" in page(client, "offering_change", row.pk)
