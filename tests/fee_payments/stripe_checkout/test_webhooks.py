"""What comes to the address for webhooks: believed when Stripe signed it, and about our order."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import stripe
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories.stripe_calls import a_session
from fairgate import clock as our_clock
from fairgate.money import Money
from fee_payments import api
from fee_payments.data import OrderState
from fee_payments.exceptions import UnknownEvent
from fee_payments.models import Entitlement, Order, Payment, ProviderEvent
from fee_payments.providers.stripe_checkout import signatures
from stripe_peer import Courier, Endpoint, client_of
from stripe_peer.delivery import Bent

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = "whsec_old_old_old", "whsec_new_new_new"


@pytest.fixture
def site(account, monkeypatch):
    """Our site, by its view, at the time of the peer; gives the courier that brings events."""
    monkeypatch.setattr(our_clock, "now", lambda: account.clock.now)

    def receive(body, headers):
        url = reverse("fee_payments:webhook", args=["stripe"])
        extra = dict(headers)
        kind = extra.pop("Content-Type")
        client = Client(enforce_csrf_checks=True)
        return client.post(url, body, content_type=kind, headers=extra).status_code

    return Courier(account, Endpoint(receive=receive, secret="whsec_peer"))


@pytest.fixture
def completed(started, account, payer):
    """The id of the event that says that the page was paid."""
    payer.pay(started.reference)
    return event_of(account, "checkout.session.completed")


def event_of(account, kind):
    [found] = [one["id"] for one in account.store.oldest("event") if one["type"] == kind]
    return found


def statuses(attempts):
    return [attempt.status for attempt in attempts]


def may_enter():
    return api.has_entitlement(1001, "spectrum", at=make.NOON + timedelta(hours=3))


FORGED = {
    "no header": Bent(header=""),
    "a wrong secret": Bent(secret="whsec_wrong"),
    "an empty secret": Bent(secret=" "),
    "one changed byte": Bent(unsigned={"data.object.amount_total": 12_001}),
    "another kind": Bent(unsigned={"type": "charge.refunded"}),
    "v0 only": Bent(header="t=1791201600,v0=6ffbb59b2300aae63f272406069a9788598b792a"),
    "no time": Bent(header="v1=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"),
    "many v1": Bent(header="t=1791201600," + ",".join(["v1=" + "a" * 64] * 20)),
    "too many v1": Bent(header="t=1791201600," + ",".join(["v1=" + "a" * 64] * 200)),
    "letters that are none": Bent(header="t=１７９１２０１６００,v1=é"),
}


@pytest.mark.parametrize("bent", FORGED.values(), ids=FORGED)
def test_f02_k6_a_forged_event_is_refused_and_nothing_is_written(site, completed, bent):
    assert statuses(site.send([completed], bent)) == [400]
    assert not ProviderEvent.objects.exists()
    assert not may_enter()


@pytest.mark.parametrize("secrets", [[], "", ["", ""], ["whsec_peer", " "]])
def test_k6_without_a_secret_nothing_is_taken(site, completed, options, secrets):
    options["webhook_secrets"] = secrets
    assert statuses(site.send([completed])) == [400]
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize(
    "age", [timedelta(seconds=301), timedelta(hours=1), timedelta(minutes=-10)]
)
def test_f03_k7_an_old_event_is_refused_with_a_clear_line(site, completed, age, caplog):
    assert statuses(site.send([completed], Bent(age=age))) == [400]
    assert "older than five minutes, or from the future" in caplog.text
    assert not may_enter()


def test_k7_a_replay_within_the_time_has_no_second_effect(site, completed):
    assert statuses(site.send([completed] * 3)) == [200] * 3
    assert (ProviderEvent.objects.count(), Entitlement.objects.count()) == (1, 1)


def test_t12_the_same_event_eleven_minutes_and_a_day_later_has_one_effect(site, completed, account):
    for wait in (timedelta(0), timedelta(minutes=11), timedelta(days=1)):
        account.clock.advance(wait)
        assert statuses(site.send([completed])) == [200]
    assert (ProviderEvent.objects.count(), Entitlement.objects.count()) == (1, 1)


def test_k8_a_secret_is_rotated_and_no_event_is_lost(site, completed, account, options):
    site.endpoint.secret = OLD
    options["webhook_secrets"] = [OLD]
    assert statuses(site.send([completed])) == [200]
    site.endpoint.roll(NEW, at=account.clock.now)
    assert statuses(site.send([completed])) == [200]  # signed twice; we know the old one only
    options["webhook_secrets"] = [NEW, OLD]
    assert statuses(site.send([completed])) == [200]
    options["webhook_secrets"] = [NEW]
    assert statuses(site.send([completed])) == [200]
    assert statuses(site.send([completed], Bent(secret=OLD))) == [400]


def test_f08_k12_an_event_that_cannot_be_asked_about_waits_and_is_worked_later(
    site, completed, server, account
):
    server.die()
    assert statuses(site.send([completed])) == [200]
    event = ProviderEvent.objects.get()
    assert (event.outcome, event.handled_at, event.attempts) == ("waiting", None, 1)
    assert event.last_error == "The payment provider does not answer."
    server.start()
    assert api.retry_events(at=make.NOON + timedelta(minutes=1)) == 1
    assert may_enter()


def test_k16_an_event_about_the_other_kind_of_money_is_kept_and_ignored(
    site, completed, options, settings, caplog
):
    settings.FEE_PAYMENTS_TEST_MODE = False
    options["secret_key"] = "sk_live_peer"
    assert statuses(site.send([completed])) == [200]
    event = ProviderEvent.objects.get()
    assert (event.outcome, event.sentence) == ("ignored", "Not for us: it is about test money.")
    assert "not for us" in caplog.text
    assert not may_enter()
    assert not Payment.objects.exclude(paid_at=None).exists()


def test_k16_an_event_of_another_account_is_kept_and_ignored(site, completed, options):
    options["account"] = "acct_ours"
    assert statuses(site.send([completed], Bent(signed={"account": "acct_theirs"}))) == [200]
    assert ProviderEvent.objects.get().outcome == "ignored"
    assert not may_enter()


def test_k16_an_event_of_our_own_account_is_worked(site, completed, options):
    options["account"] = "acct_ours"
    site.send([completed], Bent(signed={"account": "acct_ours"}))
    assert may_enter()


def test_t19_f06_k2_a_cheap_payment_that_names_a_dear_order_is_held(site, account, payer, server):
    make.offering(prices=(make.price(Money("2000.00", "USD")),))
    order = make.order(make.learner())
    payment = make.payment(order, provider="stripe")
    names = {"fairgate_order": str(order.uuid), "fairgate_payment": str(payment.uuid)}
    with client_of(server.url) as shop:
        cheap = shop.v1.checkout.sessions.create(a_session(100, metadata=names))
    payer.pay(cheap.id)
    site.deliver_due()
    events = ProviderEvent.objects.all()
    assert {(event.outcome, event.sentence) for event in events} == {
        ("held", "Held for a person: it names a payment of ours that is another charge.")
    }
    assert api.order(order.uuid).state is OrderState.PENDING
    assert not Entitlement.objects.exists()


@pytest.mark.parametrize(
    ("lie", "sentence"),
    [
        ({"amount_received": 11_999}, "the event says USD 119.99, the order USD 120.00."),
        ({"amount_received": 12_001}, "the event says USD 120.01, the order USD 120.00."),
        ({"currency": "eur"}, "the event says EUR 120.00, the order USD 120.00."),
    ],
)
def test_t19_f06_k2_what_differs_by_a_cent_is_held(site, completed, account, lie, sentence):
    [intent] = account.store.oldest("payment_intent")
    intent.update(lie)
    site.deliver_due()
    order = api.order(Order.objects.get().uuid)
    assert (order.state, may_enter()) == (OrderState.HELD, False)
    assert sentence in order.sentence


def test_k3_the_way_back_proves_nothing(started, client, django_user_model):
    learner = django_user_model.objects.create_user("kim", pk=1001)
    client.force_login(learner)
    page = reverse("fee_payments:order", args=[started.order.uuid])
    for query in ("", "?session_id=" + started.reference, "?session_id=cs_test_random"):
        assert client.get(page + query).status_code == 200
        assert not may_enter()
    client.force_login(django_user_model.objects.create_user("eve", pk=666))
    assert client.get(page).status_code == 404


def test_what_stripe_signs_is_read_by_the_sdk_as_we_read_it(site, completed, account):
    body = json.dumps({"id": "evt_1", "object": "event"})
    header = stripe.WebhookSignature.generate_signature_header(
        body, "whsec_peer", int(make.NOON.timestamp())
    )
    signatures.verify(body.encode(), header, ("whsec_other", "whsec_peer"), at=make.NOON)


def test_k12_f16_when_all_events_are_lost_one_run_brings_everything_together(
    started, account, payer, bank, server
):
    payer.pay(started.reference)
    [charge] = account.store.oldest("charge")
    with client_of(server.url) as dashboard:
        dashboard.v1.refunds.create({"charge": charge["id"], "amount": 2000})
    bank.decide(bank.dispute(charge["id"]), won=True)
    window = {"since": make.NOON - timedelta(days=1), "until": make.NOON + timedelta(days=1)}
    at = make.NOON + timedelta(hours=1)
    [found] = api.reconcile("stripe", at=at, **window)
    assert (found.what, found.todo) == (f"stripe {started.reference}", "run with --fix")
    assert not may_enter()
    [mended] = api.reconcile("stripe", at=at, fix=True, **window)
    assert mended.is_mended
    assert api.order(started.order.uuid).state is OrderState.PARTIALLY_REFUNDED
    assert may_enter()
    assert api.reconcile("stripe", at=at, fix=True, **window) == ()
    assert api.list_wrong_rights(at=at) == ()


def test_a_payment_that_stripe_does_not_know_is_named(started, account, payer, site):
    payer.pay(started.reference)
    site.deliver_due()
    Payment.objects.update(reference="cs_test_vanished")
    window = {"since": make.NOON - timedelta(days=1), "until": make.NOON + timedelta(days=1)}
    found = api.reconcile("stripe", at=make.NOON, **window)
    assert [one.what for one in found if "payment" in one.what] == [f"payment {started.uuid}"]


def test_an_event_can_be_worked_again_until_it_is_emptied(site, completed, account):
    site.send([completed])
    event = ProviderEvent.objects.get()
    Entitlement.objects.all().delete()
    assert api.replay_event(event.pk, at=make.NOON).outcome == "known"
    assert api.scrub_events(at=make.NOON + timedelta(days=91)) == 1
    event.refresh_from_db()
    assert (event.payload, event.event_id) == ("", completed)
    with pytest.raises(UnknownEvent, match="is not kept any more"):
        api.replay_event(event.pk, at=make.NOON)
    assert statuses(site.send([completed])) == [200]
