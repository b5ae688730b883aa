"""The sandbox’s page: every way a payment can go, and an event be sent."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fee_payments import api, checks
from fee_payments.data import OrderState
from fee_payments.models import Order, ProviderEvent
from fee_payments.providers import sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def started(monkeypatch):
    """A payment whose events come to our own view, without a network."""
    site = Client(enforce_csrf_checks=True)
    seconds = itertools.count()
    monkeypatch.setattr(clock, "now", lambda: make.NOON + timedelta(seconds=next(seconds)))

    def deliver(url, body, *, at, signature=None):
        header = sandbox.sign(body, at=at) if signature is None else signature
        path = url.removeprefix("http://testserver")
        headers = {sandbox.SIGNATURE_HEADER: header}
        return site.post(path, body, content_type="application/json", headers=headers).status_code

    monkeypatch.setattr(sandbox, "deliver", deliver)
    make.offering()
    return make.payment(make.order(make.learner()))


def press(payment, action, sending=""):
    url = reverse("fee_payments:sandbox", args=[payment.reference])
    return Client().post(url, {"action": action, "sending": sending})


def buttons(payment):
    page = Client().get(reverse("fee_payments:sandbox", args=[payment.reference]))
    return re.findall(r'name="action" value="(\w+)"', page.content.decode())


def state(payment):
    return api.order(payment.order.uuid).state


def may_enter():
    return api.has_entitlement(1001, "spectrum", at=make.NOON + timedelta(hours=2))


def test_a_first_visitor_sees_two_buttons_and_the_rest_behind_a_fold(started):
    page = Client().get(reverse("fee_payments:sandbox", args=[started.reference])).content.decode()
    before, _, behind = page.partition("More ways a payment can go")
    assert re.findall(r'name="action" value="(\w+)"', before) == ["pay", "decline"]
    assert re.findall(r'name="action" value="(\w+)"', behind) == ["ask", "pay_later"]


@pytest.mark.parametrize(
    ("ways", "end", "enters"),
    [
        (["pay"], OrderState.PAID, True),
        (["decline"], OrderState.PENDING, False),
        (["decline", "pay"], OrderState.PAID, True),
        (["ask", "pass"], OrderState.PAID, True),
        (["ask", "fail"], OrderState.PENDING, False),
        (["ask"], OrderState.PENDING, False),
        (["pay_later"], OrderState.PENDING, False),
        (["pay_later", "arrive"], OrderState.PAID, True),
        (["pay_later", "bounce"], OrderState.PENDING, False),
        (["pay", "refund"], OrderState.PARTIALLY_REFUNDED, True),
        (["pay", "dispute"], OrderState.DISPUTED, True),
        (["pay", "dispute", "lose"], OrderState.LOST, False),
        (["pay", "dispute", "win"], OrderState.PAID, True),
        (["pay", "dispute", "lose", "win"], OrderState.PAID, True),
        (["pay", "pay"], OrderState.PAID, True),
    ],
)
def test_every_way_ends_as_it_should(started, ways, end, enters):
    for way in ways:
        assert press(started, way).status_code == 302
    assert (state(started), may_enter()) == (end, enters)


@pytest.mark.parametrize("sending", ["twice", "late"])
def test_an_event_that_comes_twice_or_late_settles_once(started, sending):
    press(started, "pay", sending)
    if sending == "late":
        assert not may_enter()
        assert "send_kept" in buttons(started)
        press(started, "send_kept")
    assert (may_enter(), ProviderEvent.objects.count()) == (True, 1)
    assert "send_kept" not in buttons(started)


def test_f05_kept_events_are_sent_out_of_order(started):
    for way in ("pay", "refund", "dispute", "win"):
        press(started, way, "late")
    assert press(started, "send_kept").status_code == 302
    kinds = list(ProviderEvent.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["dispute.won", "dispute.opened", "refund.done", "payment.succeeded"]
    assert (state(started), may_enter()) == (OrderState.PARTIALLY_REFUNDED, True)


def test_t19_a_wrong_amount_is_held_and_the_right_event_settles(started):
    press(started, "pay", "wrong_amount")
    assert (state(started), may_enter()) == (OrderState.HELD, False)
    press(started, "pay")
    assert (state(started), may_enter()) == (OrderState.PAID, True)


def test_f02_an_unsigned_event_is_refused_and_the_page_says_so(started):
    answer = press(started, "pay", "unsigned")
    assert "did not take the event (400)" in answer.content.decode()
    assert not ProviderEvent.objects.exists()


def test_f16_k12_lost_events_are_found_and_mended_by_the_command(started, capsys, monkeypatch):
    press(started, "pay", "late")
    later = make.NOON + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(SystemExit):
        call_command("fee_payments_reconcile", since="2026-10-01")
    assert f"sandbox {started.reference}: Paid. → run with --fix" in capsys.readouterr().out
    assert not may_enter()
    call_command("fee_payments_reconcile", since="2026-10-01", fix=True)
    assert "1 difference, 0 left" in capsys.readouterr().out
    assert may_enter()
    call_command("fee_payments_reconcile", since="2026-10-01", fix=True)
    assert "0 differences, 0 left" in capsys.readouterr().out


def test_the_page_is_gone_where_payments_are_real(started, settings):
    settings.FEE_PAYMENTS_TEST_MODE = False
    url = reverse("fee_payments:sandbox", args=[started.reference])
    assert Client().get(url).status_code == 404
    assert Client().post(url, {"action": "pay"}).status_code == 404
    order = api.order(Order.objects.get().uuid)
    assert api.list_providers(order) == ()


def test_rights_from_tests_are_taken_back_where_payments_become_real(started, settings):
    press(started, "pay")
    assert Order.objects.get().is_test
    settings.FEE_PAYMENTS_TEST_MODE = False
    [found] = api.list_wrong_rights(at=make.NOON)
    assert found.sentence == "It was paid in test mode, and payments are real here."
    api.list_wrong_rights(at=make.NOON, fix=True)
    assert not may_enter()


def test_what_was_a_test_is_no_money_where_payments_are_real(settings):
    make.offering()
    paid = make.paid_order(make.learner())
    api.refund(paid.uuid, key="k", reason="ill", by=9, at=make.NOON)
    assert (len(api.list_payments()), len(api.list_refunds())) == (1, 1)
    settings.FEE_PAYMENTS_TEST_MODE = False
    assert (api.list_payments(), api.list_refunds()) == ((), ())


LIVE = {"stripe": {"secret_key": "rk_live_x", "webhook_secrets": ["whsec_" + "x" * 16]}}


@pytest.mark.parametrize(
    ("providers", "test_mode", "ids"),
    [
        (["sandbox"], True, []),
        (["sandbox"], False, ["fee_payments.E004"]),
        (LIVE, False, []),
        (LIVE, True, ["fee_payments.E004"]),
        ({**LIVE, "sandbox": {}}, False, ["fee_payments.E004"]),
        ({"stripe": {"secret_key": "rk_live_x"}}, False, ["fee_payments.E005"]),
        ({"stripe": {"secret_key": "pk_live_x"}}, False, ["fee_payments.E003"]),
        ({"stripe": {"key": "sk_live_x"}}, False, ["fee_payments.E003"]),
        ({"paypal": {}}, False, ["fee_payments.E003"]),
        ({"bank": "no.such.module.Bank"}, False, ["fee_payments.E003"]),
        ({}, False, ["fee_payments.W001"]),
    ],
)
def test_what_is_wrong_with_a_provider_is_said_at_start_up(settings, providers, test_mode, ids):
    settings.FEE_PAYMENTS_PROVIDERS = providers
    settings.FEE_PAYMENTS_TEST_MODE = test_mode
    found = checks.check_providers(None)
    assert [message.id for message in found] == ids
    assert "live_x" not in str(found)
