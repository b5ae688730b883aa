"""One answer at every door: block, course page, reasons, API, fee, checkout and receipt."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory
from django.urls import reverse

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate import clock
from fairgate.money import Money
from fee_gate import client as block
from fee_gate import compat as gate_compat
from fee_payments import api, compat
from fee_payments.models import Order
from waiver_policy import compat as waiver_compat

pytestmark = pytest.mark.django_db(transaction=True)

CODE = "spectrum-online"
HALF = Money("60.00", "USD")


@pytest.fixture(autouse=True)
def half_of_the_fee(monkeypatch):
    """Half of a fee is waived for who lives in an LDC, and requests come from Australia."""
    waiver.programme()
    waiver.policy(waiver.policy_text(waiver.LDC_FREE.replace("100", "50")), at=make.NOON)
    make.offering(CODE, waivable=True)
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "UG")
    monkeypatch.setattr(waiver_compat, "profile_country", lambda user_id: "UG")
    monkeypatch.setattr(waiver_compat, "ip_country", lambda request: "AU")


@pytest.fixture
def amina():
    return get_user_model().objects.create_user("amina")


@pytest.fixture
def site(amina):
    client = Client()
    client.force_login(amina)
    return client


def at_gate(user_id, monkeypatch, *, by):
    """The paywall of this person in a request that ``by`` makes."""
    request = RequestFactory().get("/")
    request.user = by
    monkeypatch.setattr(gate_compat, "current_request", lambda: request)
    return block.paywall(CODE, user_id=user_id, at=make.NOON)


def on_course_page(site):
    page = site.get(reverse("course", args=["spectrum-management"]))
    return page.context["fees"][0].quote


def on_fee_page(site):
    return site.get(reverse("fee_payments:fee", args=[CODE])).context["quote"]


def ordered(site):
    """The order that the button of the fee's page places."""
    quote = on_fee_page(site)
    form = {
        "key": "k", "country": quote.country, "currency": quote.total.currency,
        "total_minor": quote.total.minor,
    }  # fmt: skip
    site.post(reverse("fee_payments:place", args=[CODE]), form)
    return Order.objects.get()


@pytest.mark.parametrize(
    ("is_on", "total", "outcome"),
    [(False, HALF, "granted"), (True, make.PRICE, "review")],
    ids=["nobody looks", "an address elsewhere"],
)
class TestWhereARequestComesFrom:
    @pytest.fixture(autouse=True)
    def looks(self, settings, is_on):
        settings.WAIVER_POLICY_IP_COUNTRY = is_on

    def test_makes_the_same_price_at_every_door(self, site, amina, monkeypatch, total, outcome):
        prices = {
            "block": at_gate(amina.pk, monkeypatch, by=amina).total,
            "course page": on_course_page(site).total,
            "fee page": on_fee_page(site).total,
            "checkout": api.order(ordered(site).uuid).breakdown.total,
            "receipt": site.get(reverse("fee_payments:order", args=[Order.objects.get().uuid]))
            .context["order"]
            .breakdown.total,
        }
        assert prices == dict.fromkeys(prices, total)

    def test_makes_the_same_decision_at_every_door(self, site, amina, monkeypatch, total, outcome):
        why = site.get(reverse("waiver_policy:why", args=[CODE])).context["decision"]
        rest = site.get("/fairgate/waivers/api/v1/decision/", {"offering": CODE}).json()
        decisions = {
            "course page": on_course_page(site).waiver.outcome,
            "fee page": on_fee_page(site).waiver.outcome,
            "reasons": why.outcome,
            "API": rest["outcome"],
        }
        assert decisions == dict.fromkeys(decisions, outcome)
        told = at_gate(amina.pk, monkeypatch, by=amina).explanation
        assert set(rest["sentences"]) <= set(told)

    def test_says_nothing_about_somebody_whose_page_another_person_reads(
        self, amina, monkeypatch, total, outcome
    ):
        staff = get_user_model().objects.create_user("staff")
        played = SimpleNamespace(pk=amina.pk, real_user=staff)
        assert at_gate(amina.pk, monkeypatch, by=staff).total == HALF
        assert at_gate(amina.pk, monkeypatch, by=played).total == HALF


def test_who_is_in_no_request_is_seen_nowhere(amina, settings, monkeypatch):
    settings.WAIVER_POLICY_IP_COUNTRY = True
    monkeypatch.setattr(gate_compat, "current_request", lambda: None)
    assert block.paywall(CODE, user_id=amina.pk, at=make.NOON).total == HALF
    assert api.learner_for(amina.pk).seen_country == ""
