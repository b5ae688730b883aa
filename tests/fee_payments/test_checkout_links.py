"""Where the platform's own upgrade and checkout links lead."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fee_payments import checkout_links, checks, compat
from fee_payments.settings import common, production
from fee_payments.settings import test as test_settings

pytestmark = pytest.mark.django_db

OTHER = "course-v1:ATC+OTHER+1"
BASKET = "/basket/add/"
SHOP = SimpleNamespace(config=SimpleNamespace(basket_checkout_page=BASKET))
CHECKOUT, ABSOLUTE = common.OVERRIDES


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    """It is noon, and our pages have an address."""
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "absolute_url", lambda path: f"https://lms.example{path}")


def page_of(fee):
    return f"https://lms.example{reverse('fee_payments:fee', args=[fee])}"


def platforms_address(service, page):
    return f"https://shop.example{page}"


def platforms_checkout(service, *skus, **about):
    """The platform's own, which asks for the address of the basket, as it does."""
    basket = checkout_links.absolute_ecommerce_url(
        platforms_address, service, service.config.basket_checkout_page
    )
    return f"{basket}?skus={skus}&about={about}"


def link(*skus, **about):
    return checkout_links.checkout_page_url(platforms_checkout, SHOP, *skus, **about)


def elsewhere(*skus, **about):
    return f"https://shop.example{BASKET}?skus={skus}&about={about}"


def test_an_sku_is_the_code_of_a_fee():
    make.offering()

    assert link("spectrum") == page_of("spectrum")
    assert link("spectrum", course_run_keys=[make.COURSE]) == page_of("spectrum")


@pytest.mark.parametrize("sku", ["8A47F9E", "spectrum/../orders", "spectrum-2", "спектр"])
def test_an_sku_that_is_no_fee_is_passed_on_untouched(sku):
    make.offering()
    about = {"course_run_keys": [make.COURSE], "program_uuid": None}

    assert link(sku, **about) == elsewhere(sku, **about)


def test_several_skus_are_a_bundle_which_is_not_ours():
    make.offering()
    make.offering("exam")

    assert link("spectrum", "exam") == elsewhere("spectrum", "exam")


def test_a_fee_of_another_course_is_not_sold_here(caplog):
    make.offering()

    assert link("spectrum", course_run_keys=[OTHER]) == elsewhere(
        "spectrum", course_run_keys=[OTHER]
    )
    assert f"fee of another course: fee=spectrum courses={[OTHER]}" in caplog.text


@pytest.mark.parametrize("sku", [None, ""])
def test_a_mode_without_an_sku_is_the_one_fee_of_its_course(sku):
    make.offering()
    make.offering("exam", kind="course_part")
    make.offering("elsewhere", course_key=OTHER)

    assert link(sku, course_run_keys=[make.COURSE]) == page_of("spectrum")


def test_a_course_with_two_fees_or_none_and_no_course_at_all_say_nothing():
    make.offering()
    make.offering("evening")

    assert link(None, course_run_keys=[make.COURSE]) == elsewhere(
        None, course_run_keys=[make.COURSE]
    )
    assert link(None, course_run_keys=[OTHER]) == elsewhere(None, course_run_keys=[OTHER])
    assert link(None) == elsewhere(None)


def test_a_database_that_is_away_takes_no_page_down(monkeypatch, caplog):
    def gone(code):
        raise DatabaseError("gone")

    monkeypatch.setattr("fee_payments.api.offering", gone)

    assert link("spectrum") == elsewhere("spectrum")
    assert "fees unreadable: skus=['spectrum']" in caplog.text


def test_the_basket_is_ours_and_other_pages_of_a_shop_are_not():
    def address(page):
        return checkout_links.absolute_ecommerce_url(platforms_address, SHOP, page)

    assert address(BASKET) == f"https://lms.example{reverse('fee_payments:checkout')}"
    assert address("/dashboard/orders/") == "https://shop.example/dashboard/orders/"


def test_after_a_link_was_passed_on_the_basket_is_ours_again():
    def breaks(*_, **__):
        raise RuntimeError("another plugin")

    with pytest.raises(RuntimeError):
        checkout_links.checkout_page_url(breaks, SHOP, "8A47F9E")

    assert "lms.example" in checkout_links.absolute_ecommerce_url(platforms_address, SHOP, BASKET)


def test_switched_off_everything_is_passed_on(settings):
    make.offering()
    settings.FEE_PAYMENTS_CHECKOUT_LINKS = False

    assert link("spectrum") == elsewhere("spectrum")
    assert (
        checkout_links.absolute_ecommerce_url(platforms_address, SHOP, BASKET)
        == f"https://shop.example{BASKET}"
    )


# The page behind the basket


def go(query, client=None):
    return (client or Client()).get(f"{reverse('fee_payments:checkout')}{query}")


def test_the_basket_goes_on_to_the_fee():
    make.offering()

    answer = go("?sku=spectrum")

    assert (answer.status_code, answer["Location"]) == (302, "/fairgate/fees/spectrum/")


def test_an_empty_basket_shows_the_orders():
    assert go("")["Location"] == reverse("fee_payments:orders")


def test_what_is_no_fee_goes_where_the_platform_sends_it(monkeypatch):
    monkeypatch.setattr(
        compat, "platform_checkout_url", lambda skus: f"https://shop.example/{skus}"
    )

    assert go("?sku=a&sku=b")["Location"] == "https://shop.example/['a',%20'b']"


@pytest.mark.parametrize("query", ["?sku=gone", "?sku=a&sku=b", "?sku=//evil.example"])
def test_where_no_other_shop_is_nobody_is_sent_anywhere(query):
    assert go(query).status_code == 404


def test_the_basket_is_no_place_to_write():
    assert Client().post(reverse("fee_payments:checkout")).status_code == 405


# Settings and checks


def lms(**changes):
    values = {"ROOT_URLCONF": "lms.urls", "INSTALLED_APPS": []}
    return SimpleNamespace(**values | changes)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, []),
        ("", []),
        ("other.plugin.url", ["other.plugin.url"]),
        (["other.plugin.url", "one.more"], ["other.plugin.url", "one.more"]),
        (("other.plugin.url",), ["other.plugin.url"]),
        ([common.OVERRIDES[CHECKOUT], "other.plugin.url"], ["other.plugin.url"]),
    ],
)
@pytest.mark.parametrize("kind", [production, test_settings])
def test_ours_is_asked_first_and_the_others_after_it(monkeypatch, kind, known, expected):
    settings = lms(**{CHECKOUT: known})
    common.plugin_settings(settings)
    for _ in range(2):
        kind.plugin_settings(settings)
    monkeypatch.setattr(checks, "settings", settings)

    assert getattr(settings, CHECKOUT) == [*expected, common.OVERRIDES[CHECKOUT]]
    assert getattr(settings, ABSOLUTE) == [common.OVERRIDES[ABSOLUTE]]
    assert checks.check_checkout_links(None) == []


@pytest.mark.parametrize("value", [None, "other.plugin.url", [common.OVERRIDES[CHECKOUT], "after"]])
def test_an_override_that_was_set_afterwards_is_a_warning(monkeypatch, value):
    settings = lms()
    common.plugin_settings(settings)
    production.plugin_settings(settings)
    setattr(settings, CHECKOUT, value)
    monkeypatch.setattr(checks, "settings", settings)

    (fault,) = checks.check_checkout_links(None)
    assert fault.id == "fee_payments.W002"
    assert fault.msg.startswith(CHECKOUT)
    assert "FEE_PAYMENTS_CHECKOUT_LINKS" in fault.hint


def test_studio_gets_no_override_and_no_warning(monkeypatch):
    settings = lms(ROOT_URLCONF="cms.urls")
    common.plugin_settings(settings)
    production.plugin_settings(settings)
    monkeypatch.setattr(checks, "settings", settings)

    assert not hasattr(settings, CHECKOUT)
    assert checks.check_checkout_links(None) == []


def test_who_switched_the_links_off_is_not_warned(monkeypatch, settings):
    settings.FEE_PAYMENTS_CHECKOUT_LINKS = False
    monkeypatch.setattr(checks, "settings", lms())

    assert checks.check_checkout_links(None) == []
