"""What a learner reads to whom nothing is sold: the rule, whom to ask, no way to a refusal."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories import fee_rest as rest
from factories import institution_seats as institution
from fairgate import clock
from fee_gate import client as gate_client
from fee_gate.data import PaywallState
from fee_payments import api, compat
from fee_payments.data import WantedLine
from fee_payments.exceptions import CountryBlocked
from fee_payments.wording import in_words

pytestmark = pytest.mark.django_db(transaction=True)

RULE = (
    "By the rules of this site, “Spectrum management” is neither sold nor given to people in your "
    "country, also not with a seat code. If your profile names the wrong country, please correct "
    "it; if you have questions, please ask the people who run this site."
)
COUNTRY_FIRST = (
    "“Spectrum management” is sold and given only to people whose country is known, also with a "
    "seat code. Please set the country of your profile."
)


@pytest.fixture(autouse=True)
def country(monkeypatch):
    """It is noon; everybody's profile says the same country, which is blocked."""
    said = {"country": "KP"}
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: said["country"])
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")
    monkeypatch.setattr(compat, "account_url", lambda: "/account/")
    make.offering(capacity=1)
    api.block_country("KP", reason="Sanctions", valid_from=date(2026, 1, 1))
    return said


@pytest.fixture
def lena(django_user_model):
    return django_user_model.objects.create_user("lena")


@pytest.fixture
def browser(lena):
    client = Client()
    client.force_login(lena)
    return client


def fee_page():
    return reverse("fee_payments:fee", args=["spectrum"])


def code_page():
    return reverse("fee_payments:seat_code", args=["spectrum"])


def text_of(answer):
    inline = re.sub(r"</?bdi[^>]*>", "", answer.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inline))


def test_the_fee_page_says_the_rule_and_offers_nothing_that_is_refused(browser):
    answer = browser.get(fee_page())
    said = answer.content.decode()
    assert RULE in text_of(answer)
    assert code_page() not in said
    assert 'method="post"' not in said.split("<main", 1)[1]
    assert "Sanctions" not in said


def test_a_place_on_the_waiting_list_can_still_be_left(browser, lena):
    make.offering(capacity=0)
    api.join_room(make.learner(lena.pk), "spectrum", at=make.NOON)
    said = browser.get(fee_page()).content.decode()
    assert reverse("fee_payments:leave", args=["spectrum"]) in said
    assert reverse("fee_payments:wait", args=["spectrum"]) not in said


def test_nobody_waits_for_a_seat_that_they_could_not_have(browser, lena):
    # given
    make.offering(capacity=0)

    # when
    answer = browser.post(reverse("fee_payments:wait", args=["spectrum"]), follow=True)

    # then
    assert RULE in text_of(answer)
    assert api.room_place(lena.pk, "spectrum") is None


def test_the_page_of_seat_codes_says_so_before_a_code_is_typed(browser):
    answer = browser.get(code_page())
    assert RULE in text_of(answer)
    assert 'name="code"' not in answer.content.decode()


def test_an_invitation_says_so_before_it_is_accepted_and_can_be_declined(browser, country):
    country["country"] = "CH"
    institution.offering(capacity=10)
    pool = institution.pool()
    institution.invite(pool, "ada@posts.example")
    page = reverse("fee_payments:seat_invitation", args=[institution.links()[-1]])
    assert 'value="accept"' in browser.get(page).content.decode()
    country["country"] = "KP"
    answer = browser.get(page)
    said = answer.content.decode()
    assert RULE in text_of(answer)
    assert 'value="accept"' not in said
    assert 'value="decline"' in said


def test_who_has_no_country_where_one_is_needed_is_led_to_their_profile(browser, country, settings):
    country["country"] = ""
    settings.FEE_PAYMENTS_SELL_TO_UNKNOWN_COUNTRY = False
    answer = browser.get(fee_page())
    assert COUNTRY_FIRST in text_of(answer)
    assert 'href="/account/"' in answer.content.decode()
    assert code_page() not in answer.content.decode()


def test_somebody_in_another_country_is_still_asked_for_their_code(browser, country):
    country["country"] = "CH"
    assert code_page() in browser.get(fee_page()).content.decode()
    assert 'name="code"' in browser.get(code_page()).content.decode()


def test_the_gate_says_what_the_fee_page_says(lena):
    found = gate_client.paywall("spectrum", user_id=lena.pk, at=make.NOON)
    assert (found.state, found.refusal) == (PaywallState.BLOCKED, RULE)
    assert found.title == "Spectrum management"
    assert (found.url, found.seat_code_url, found.apply_url) == ("", "", "")


def test_the_gate_leads_who_has_no_country_to_their_profile(lena, country, settings):
    country["country"] = ""
    settings.FEE_PAYMENTS_SELL_TO_UNKNOWN_COUNTRY = False
    found = gate_client.paywall("spectrum", user_id=lena.pk, at=make.NOON)
    assert (found.state, found.refusal) == (PaywallState.BLOCKED, COUNTRY_FIRST)
    assert found.country_url == "/account/"


@pytest.mark.parametrize(
    ("country_now", "reason", "said"),
    [("KP", "country_blocked", RULE), ("", "country_unknown", COUNTRY_FIRST)],
)
def test_the_api_names_the_same_reason_and_says_the_same(
    lena, browser, country, settings, country_now, reason, said
):
    country["country"] = country_now
    settings.FEE_PAYMENTS_SELL_TO_UNKNOWN_COUNTRY = False
    client = rest.client_of("lena")
    asked = client.get(rest.ROOT + "offerings/spectrum/quote/")
    redeemed = rest.post(
        client, "seat-codes/redeem/", {"offering": "spectrum", "code": make.seat_code()}
    )
    found = asked.json()
    assert asked.status_code == redeemed.status_code == 409
    assert (found["code"], found["fault"], found["detail"]) == ("CountryBlocked", reason, said)
    assert redeemed.json()["fault"] == reason
    assert f'data-reason="{reason}"' in browser.get(fee_page()).content.decode()
    paywall = gate_client.paywall("spectrum", user_id=lena.pk, at=make.NOON)
    assert paywall.reason == reason


def test_a_coordinator_reads_of_the_organisations_country_and_not_of_their_own(lena, country):
    country["country"] = "CH"
    buyer = institution.buyer(lena.pk, country="KP").uuid
    wanted = [WantedLine(offering_code="spectrum", quantity=1)]
    with pytest.raises(CountryBlocked) as refused:
        api.quote_batch(buyer, wanted, by=lena.pk, at=make.NOON)
    assert in_words(refused.value) == (
        "By the rules of this site, “Spectrum management” is neither sold nor given in the country "
        "of this organisation. If you have questions, please ask the people who run this site."
    )
