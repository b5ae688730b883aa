"""The pages: what a person sees, what they may do, and what a provider is answered."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat
from fee_payments.exceptions import NotOnSale, ProviderUnavailable
from fee_payments.models import Order, ProviderEvent, Refund
from fee_payments.providers import sandbox
from fee_payments.wording import in_words
from waiver_policy import api as waivers
from waiver_policy import compat as waiver_compat
from waiver_policy.models import PriceLock

pytestmark = pytest.mark.django_db(transaction=True)

COUNTRIES = {"amina": "UG", "sela": "FJ", "lena": "CH", "nadia": "", "kosovar": "XK"}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    """It is noon, and the platform knows the countries of these people."""
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    people = get_user_model()._default_manager

    def profile_country(user_id):
        name = people.filter(pk=user_id).values_list("username", flat=True).first()
        return COUNTRIES.get(name, "")

    monkeypatch.setattr(compat, "profile_country", profile_country)
    monkeypatch.setattr(waiver_compat, "profile_country", profile_country)
    monkeypatch.setattr(compat, "course_url", lambda course_key: f"/courses/{course_key}")


def person(name, *permissions):
    user = get_user_model().objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def client_of(name, *permissions, **options):
    client = Client(**options)
    client.force_login(person(name, *permissions))
    return client


def text_of(response):
    inline = re.sub(r"</?bdi[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inline))


def fields_of(response):
    """The hidden fields of the page's forms: what a browser would send back."""
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', response.content.decode()))


def fee(client, query=""):
    return client.get(reverse("fee_payments:fee", args=["spectrum"]) + query)


def test_who_lost_a_seat_reads_so_beside_the_price():
    make.offering()
    client = client_of("lena")
    user = get_user_model().objects.get()
    api.redeem_seat_code(make.learner(user.pk), "spectrum", make.seat_code(), at=make.NOON)
    (code,) = api.list_seat_codes("spectrum")
    api.revoke_seat_code(code.uuid, by=9, because="left", at=make.NOON)

    page = text_of(fee(client))

    assert "Your seat was withdrawn on 5 October 2026." in page
    assert "USD 120.00" in page


@pytest.mark.parametrize("name", ["fee", "seat_code"])
def test_the_name_of_a_fee_says_the_language_of_its_course(monkeypatch, name):
    monkeypatch.setattr(compat, "course_language", lambda course_key: "ar")
    make.offering(title="الطيف")
    page = client_of("lena").get(reverse(f"fee_payments:{name}", args=["spectrum"]))
    assert '<bdi lang="ar" dir="rtl">الطيف</bdi>' in page.content.decode()


def test_orders_are_a_table_also_where_its_rows_become_cards():
    make.offering()
    client = client_of("lena")
    make.order(make.learner(get_user_model().objects.get().pk))

    page = client.get(reverse("fee_payments:orders")).content.decode()

    assert page.count('role="columnheader"') == 4
    assert page.count('role="rowheader"') == 1
    assert re.findall(r'<td role="cell"[^>]* data-label="(\w+)"', page) == [
        "Placed", "State", "Total",
    ]  # fmt: skip


def test_a_receipt_says_its_moments_day_first_in_arabic():
    make.offering()
    client = client_of("lena")
    paid = make.paid_order(make.learner(get_user_model().objects.get().pk))

    address = reverse("fee_payments:order", args=[paid.uuid])
    page = client.get(address, headers={"accept-language": "ar"})

    assert re.search(r"<dd>5 أكتوبر، 2026، 12:00", page.content.decode())


def test_a_refusal_is_said_in_the_title_of_the_page():
    make.offering()
    client = client_of("lena")
    placed = make.order(make.learner(get_user_model().objects.get().pk))
    page = client.post(reverse("fee_payments:seat_code", args=["spectrum"]), {"code": "x"})
    assert "<title>Error: Use a seat code" in page.content.decode()
    assert (
        "<title>Order"
        in client.get(reverse("fee_payments:order", args=[placed.uuid])).content.decode()
    )


def test_somebody_who_is_not_signed_in_sees_the_list_price():
    make.offering()
    page = fee(Client())
    assert page.status_code == 200
    assert "USD 120.00" in text_of(page)
    assert "Sign in to see whether your fee is waived" in text_of(page)


def test_a_fee_that_is_not_on_sale_promises_nothing_and_takes_a_seat_code():
    make.offering(on_sale_until=make.NOON.date())

    page = fee(client_of("lena"))

    assert "is not on sale on" in text_of(page)
    assert "you can begin as soon as" not in text_of(page)
    assert f'href="{reverse("fee_payments:seat_code", args=["spectrum"])}"' in page.content.decode()


def test_who_has_access_reads_so_when_the_fee_is_not_sold_any_more():
    make.offering()
    client = client_of("lena")
    user = get_user_model().objects.get()
    api.redeem_seat_code(make.learner(user.pk), "spectrum", make.seat_code(), at=make.NOON)
    make.offering(on_sale_until=make.NOON.date())

    page = text_of(fee(client))

    assert "This fee is settled: you have access." in page
    assert "is not on sale" not in page


def test_a_title_does_not_turn_an_arabic_sentence_around():
    error = NotOnSale("Spectrum management", date(2026, 10, 1))
    with translation.override("ar"):
        assert "\u2068Spectrum management\u2069" in in_words(error)
    assert "“Spectrum management”" in in_words(error)


def test_a_fee_that_does_not_exist_is_not_found():
    assert fee(client_of("lena")).status_code == 404


def test_a_learner_of_an_ldc_is_offered_the_seat_and_told_why():
    waiver.programme()
    make.offering(waivable=True)
    page = text_of(fee(client_of("amina")))
    assert "Take your waived seat" in page
    assert "Uganda" in page


def test_a_learner_without_a_country_is_asked_for_it():
    waiver.programme()
    make.offering(waivable=True)
    page = text_of(fee(client_of("nadia")))
    assert "Set the country of your profile" in page
    assert "Pay USD 120.00" in page


def test_where_no_page_keeps_countries_none_is_linked(monkeypatch):
    waiver.programme()
    make.offering(waivable=True)
    monkeypatch.setattr(compat, "account_url", lambda: "")

    page = fee(client_of("nadia"))

    assert "Set the country of your profile" not in text_of(page)
    assert "Pay USD 120.00" in text_of(page)


@pytest.mark.parametrize("name", ["lena", "kosovar"])
def test_a_learner_whose_country_is_not_listed_pays(name):
    waiver.programme()
    make.offering(waivable=True)
    assert "Pay USD 120.00" in text_of(fee(client_of(name)))


def test_the_price_can_be_seen_in_another_currency():
    make.offering(prices=(make.price(), make.price(Money("105.50", "CHF"))))
    assert "Pay CHF 105.50" in text_of(fee(client_of("lena"), "?currency=CHF"))


def test_a_currency_that_does_not_exist_is_said_in_a_sentence():
    make.offering()
    page = fee(client_of("lena"), "?currency=ZZZ")
    assert "has no price in ZZZ on" in text_of(page)


def test_paying_leads_to_the_provider_and_back_to_the_receipt():
    make.offering()
    client = client_of("lena")
    form = fields_of(fee(client))
    answer = client.post(reverse("fee_payments:place", args=["spectrum"]), form)
    hosted = client.get(answer.url)
    assert "No money moves" in text_of(hosted)
    order = Order.objects.get()
    make.send(make.event(order.payments.get()))
    receipt = client.get(reverse("fee_payments:order", args=[order.uuid]))
    assert "Paid. You have access now." in text_of(receipt)


@pytest.mark.parametrize(
    ("lie", "sentence"),
    [
        ({"total_minor": "1"}, "The price is now USD 120.00, not USD 0.01."),
        ({"total_minor": "1e3"}, "The form was not complete."),
        ({"total_minor": "-5"}, "The form was not complete."),
        ({"total_minor": "１２０００"}, "The form was not complete."),
        ({"total_minor": ""}, "The form was not complete."),
        ({"currency": "ZZZ"}, "“ZZZ” is not a currency code of ISO 4217."),
        ({"currency": "CHF"}, "has no price in CHF"),
    ],
)
def test_a_form_that_the_browser_changed_is_refused(lie, sentence):
    make.offering()
    client = client_of("lena")
    form = {**fields_of(fee(client)), **lie}
    answer = client.post(reverse("fee_payments:place", args=["spectrum"]), form)
    assert answer.status_code == 409
    assert sentence in text_of(answer)
    assert not Order.objects.exists()


def test_when_the_fund_is_used_up_the_learner_may_wait_or_pay():
    waiver.programme(fund="1.00")
    make.offering(waivable=True, full_seat_cost=Money("15.00", "USD"))
    client = client_of("amina")
    form = fields_of(fee(client))
    answer = client.post(reverse("fee_payments:seat", args=["spectrum"]), form)
    assert answer.status_code == 409
    assert "You have been on the waiting list since" in text_of(answer)
    assert "Do not wait: pay USD 120.00" in text_of(answer)

    # and so they read when they come back, until it is their turn
    again = text_of(fee(client))
    assert "You are the next" in again
    assert "Take your waived seat" not in again
    waivers.credit_fund(Money("15.00", "USD"), key="more", reason="x", at=clock.now())
    offered = text_of(fee(client))
    assert "It is your turn on the waiting list" in offered
    assert "Take your waived seat" in offered


def test_a_form_without_a_token_is_refused():
    make.offering()
    client = client_of("lena", enforce_csrf_checks=True)
    answer = client.post(reverse("fee_payments:place", args=["spectrum"]), {"key": "a"})
    assert answer.status_code == 403
    assert not Order.objects.exists()


@pytest.mark.parametrize("name", ["place", "seat"])
def test_ordering_needs_a_person(name):
    make.offering()
    answer = Client().post(reverse(f"fee_payments:{name}", args=["spectrum"]))
    assert answer.status_code == 302
    assert not Order.objects.exists()


def test_a_strangers_order_is_not_found():
    make.offering()
    order = make.order(make.learner(person("amina").pk))
    page = client_of("lena").get(reverse("fee_payments:order", args=[order.uuid]))
    assert page.status_code == 404


def test_a_strangers_order_cannot_be_paid():
    make.offering()
    order = make.order(make.learner(person("amina").pk))
    answer = client_of("lena").post(reverse("fee_payments:pay", args=[order.uuid]))
    assert answer.status_code == 404


def test_my_orders_are_mine():
    make.offering()
    make.order(make.learner(person("amina").pk))
    page = client_of("lena").get(reverse("fee_payments:orders"))
    assert "You have not ordered anything yet" in text_of(page)


def test_who_waits_for_a_bank_reads_that_and_finds_no_button_to_pay_again():
    # given
    make.offering()
    lena = client_of("lena")
    placed = make.order(make.learner(get_user_model().objects.get(username="lena").pk))
    page = reverse("fee_payments:order", args=[placed.uuid])
    started = make.payment(placed)
    assert "Pay USD 120.00" in text_of(lena.get(page))

    # when
    make.send(make.happening(started, "pay_later"))

    # then
    waits = "Your payment is on its way. You have access as soon as it has arrived."
    assert waits in text_of(lena.get(page))
    assert "Pay USD 120.00" not in text_of(lena.get(page))
    assert "payment on its way" in text_of(lena.get(reverse("fee_payments:orders")))
    office = text_of(client_of("ines", "refund_payment").get(page))
    kept = "kept until 12 October 2026, 12:00 UTC"
    assert f"The payment is on its way, and the order is {kept}." in office

    # when
    make.send(make.happening(started, "bounce"))

    # then
    assert kept in text_of(lena.get(page))
    assert "Pay USD 120.00" in text_of(lena.get(page))


def test_only_who_may_refund_refunds():
    make.offering()
    learner = client_of("lena")
    order = make.paid_order(make.learner(get_user_model().objects.get().pk))
    form = {"amount": "25.00", "reason": "asked", "key": "a"}
    url = reverse("fee_payments:refund", args=[order.uuid])
    assert learner.post(url, form).status_code == 403
    assert not Refund.objects.exists()
    assert client_of("ines", "refund_payment").post(url, form).status_code == 302
    assert Refund.objects.get().amount_minor == 2500


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"amount": "25.00", "reason": " "}, "Please say why"),
        ({"amount": "25.001", "reason": "x"}, "more decimals than USD allows"),
        ({"amount": "lots", "reason": "x"}, "“lots” is not an amount"),
        ({"amount": "999.00", "reason": "x"}, "USD 120.00 is left of this payment"),
    ],
)
def test_a_refund_that_makes_no_sense_is_answered_in_words(form, sentence):
    make.offering()
    order = make.paid_order(make.learner())
    url = reverse("fee_payments:refund", args=[order.uuid])
    answer = client_of("ines", "refund_payment").post(url, {"key": "a", **form})
    assert answer.status_code == 409
    assert sentence in text_of(answer)
    assert not Refund.objects.exists()


def post_event(body, header, provider="sandbox"):
    return Client(enforce_csrf_checks=True).post(
        reverse("fee_payments:webhook", args=[provider]),
        body,
        content_type="application/json",
        headers={sandbox.SIGNATURE_HEADER: header},
    )


@pytest.fixture
def body():
    make.offering()
    return make.event(make.payment(make.order(make.learner())))


def test_a_signed_event_is_stored_answered_and_worked(body):
    answer = post_event(body, sandbox.sign(body, at=make.NOON))
    assert (answer.status_code, answer.json()) == (200, {"detail": "Stored."})
    assert ProviderEvent.objects.get().sentence == "Paid."
    again = post_event(body, sandbox.sign(body, at=make.NOON))
    assert (again.status_code, again.json()) == (200, {"detail": "Known."})


def test_an_event_with_a_wrong_signature_is_answered_with_400(body):
    answer = post_event(body, "t=1791201600,v1=00")
    assert (answer.status_code, answer.json()) == (400, {"detail": "The signature does not match."})
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize(("field", "value"), [("amount", 1), ("currency", "EUR")])
def test_t19_an_event_that_does_not_fit_is_taken_and_held(field, value):
    make.offering()
    body = make.event(make.payment(make.order(make.learner())), **{field: value})
    answer = post_event(body, sandbox.sign(body, at=make.NOON))
    assert answer.status_code == 200
    event = ProviderEvent.objects.get()
    assert event.outcome == "held"
    assert event.sentence.startswith("Held for a person: the event says")
    assert not api.has_entitlement(1001, "spectrum", at=make.NOON)


def test_a_provider_that_is_not_switched_on_is_not_found(body):
    assert post_event(body, "", provider="stripe").status_code == 404


def test_a_body_that_is_too_large_is_not_read():
    answer = post_event(b"x" * (256 * 1024 + 1), "t=1,v1=00")
    assert (answer.status_code, answer.json()) == (413, {"detail": "An event is at most 256 kB."})


def test_the_hosted_page_needs_its_token():
    assert Client().get(reverse("fee_payments:sandbox", args=["guess"])).status_code == 404


def test_the_hosted_page_is_gone_where_the_sandbox_is_off(body, settings):
    reference = Order.objects.get().payments.get().reference
    settings.FEE_PAYMENTS_PROVIDERS = {}
    answer = Client().get(reverse("fee_payments:sandbox", args=[reference]))
    assert answer.status_code == 404


def test_the_sign_in_link_comes_back_to_the_fee(settings):
    make.offering()
    settings.LOGIN_URL = "/login"
    page = fee(Client(), "?currency=USD")
    assert 'href="/login?next=%2Ffairgate%2Ffees%2Fspectrum%2F%3Fcurrency%3DUSD"' in (
        page.content.decode()
    )


def test_a_form_without_its_key_is_refused():
    make.offering()
    answer = client_of("lena").post(
        reverse("fee_payments:place", args=["spectrum"]),
        {"currency": "USD", "total_minor": "12000"},
    )
    assert (answer.status_code, Order.objects.exists()) == (409, False)


@pytest.mark.parametrize("length", ["abc", "1.5", "-1", "１", "²", "1" * 5_000])
def test_a_length_that_is_no_number_is_answered_with_400(length):
    answer = Client().post(
        reverse("fee_payments:webhook", args=["sandbox"]),
        b"{}",
        content_type="application/json",
        CONTENT_LENGTH=length,
    )
    assert answer.status_code == 400


def test_a_refund_without_an_answer_can_be_pressed_again(monkeypatch):
    make.offering()
    order = make.paid_order(make.learner())
    url = reverse("fee_payments:refund", args=[order.uuid])
    client = client_of("ines", "refund_payment")
    answer_of = sandbox.Sandbox.refund

    def silent(self, reference, amount, *, key):
        answer_of(self, reference, amount, key=key)
        raise ProviderUnavailable("no answer")

    monkeypatch.setattr(sandbox.Sandbox, "refund", silent)
    form = {"amount": "25.00", "reason": "asked", "key": "first"}
    answer = client.post(url, form)
    assert answer.status_code == 503
    monkeypatch.setattr(sandbox.Sandbox, "refund", answer_of)
    client.post(url, {**form, **fields_of(answer), "amount": "25.00", "reason": "asked"})
    assert [row.refunded_at is not None for row in Refund.objects.all()] == [True]


def test_the_payer_presses_pay_and_the_signed_event_arrives(body, monkeypatch):
    site = Client()

    def deliver(url, sent, *, at):
        header = {sandbox.SIGNATURE_HEADER: sandbox.sign(sent, at=at)}
        path = url.removeprefix("http://testserver")
        return site.post(path, sent, content_type="application/json", headers=header).status_code

    monkeypatch.setattr(sandbox, "deliver", deliver)
    url = reverse("fee_payments:sandbox", args=[Order.objects.get().payments.get().reference])
    answer = Client().post(url, {"action": "pay"})
    assert (answer.status_code, answer.url) == (302, make.RETURN_URL)
    assert api.has_entitlement(1001, "spectrum", at=make.NOON)


def test_when_the_site_does_not_answer_the_payer_can_press_again(body, monkeypatch):
    def deliver(url, sent, *, at):
        raise ProviderUnavailable("no answer")

    monkeypatch.setattr(sandbox, "deliver", deliver)
    url = reverse("fee_payments:sandbox", args=[Order.objects.get().payments.get().reference])
    answer = Client().post(url, {"action": "pay"})
    assert "Press the button again" in text_of(answer)


def test_the_page_about_a_decision_names_the_fee():
    waiver.programme()
    make.offering(waivable=True)
    page = client_of("amina").get(reverse("waiver_policy:why", args=["spectrum"]))
    assert "Spectrum management" in text_of(page)


FIFTY_DOLLARS = (
    "  - {label: fifty, when: {in_group: {group: LDC}},"
    ' benefit: {kind: fixed_price, amount: "50.00", currency: USD}}\n'
)


@pytest.fixture
def fifty_dollars():
    """A policy that leaves fifty dollars to pay."""
    waiver.programme()
    waiver.policy(waiver.policy_text(FIFTY_DOLLARS), at=make.NOON)


def test_who_reads_that_a_person_looks_at_a_fee_in_another_currency_can_apply(fifty_dollars):
    # given
    make.offering(waivable=True, prices=(make.price(Money("120.00", "EUR")),))
    amina = client_of("amina")
    assert "Apply for a waiver" in text_of(fee(amina))

    # when
    why = amina.get(reverse("waiver_policy:why", args=["spectrum"]))
    told = {"note": "Please.", "truth": "on"}
    answer = amina.post(reverse("waiver_policy:apply", args=["spectrum"]), told)

    # then
    assert "in USD, and this fee is in EUR" in text_of(why)
    (applied,) = waivers.list_applications(user_id=get_user_model().objects.get().pk)
    assert answer.url == reverse("waiver_policy:application", args=[applied.uuid])


def test_a_waiver_is_kept_in_the_currency_of_the_page(fifty_dollars):
    # given
    make.offering(waivable=True, prices=(make.price(Money("120.00", "EUR")), make.price()))
    amina = client_of("amina")
    page = fee(amina, "?currency=USD")

    # when
    keep = reverse("fee_payments:keep", args=["spectrum"])
    answer = amina.post(keep, {"currency": fields_of(page)["currency"]})

    # then
    assert answer.url == page.request["PATH_INFO"] + "?currency=USD"
    assert "Your waiver is kept for you" in text_of(amina.get(answer.url))
    assert PriceLock.objects.get().decision.facts.inputs["price"] == [make.PRICE.minor, "USD"]


def test_no_waiver_is_kept_in_a_currency_without_a_price(fifty_dollars):
    make.offering(waivable=True)
    keep = reverse("fee_payments:keep", args=["spectrum"])
    answer = client_of("amina").post(keep, {"currency": "EUR"})
    assert answer.status_code == 409
    assert "has no price in EUR" in text_of(answer)
    assert not PriceLock.objects.exists()


def test_the_country_of_a_request_is_asked_only_where_the_operator_says_so(monkeypatch, settings):
    waiver.programme()
    make.offering(waivable=True)
    asked = []
    monkeypatch.setattr(waiver_compat, "ip_country", lambda request: asked.append(request) or "UG")
    amina = client_of("amina")
    before = text_of(fee(amina))
    assert asked == []
    settings.WAIVER_POLICY_IP_COUNTRY = True
    assert text_of(fee(amina)) == before
    assert len(asked) == 1
