"""Events of a provider: believed when signed, acted on once, held when they do not fit."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api, signals
from fee_payments.data import EventOutcome, OrderState
from fee_payments.exceptions import InvalidEvent, UnknownProvider
from fee_payments.models import Entitlement, Payment, ProviderEvent
from fee_payments.providers import sandbox

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)


@pytest.fixture
def told():
    """What was told about payments, in order."""
    heard = []

    def hear(payment, **_):
        heard.append(payment)

    signals.PAYMENT_RECORDED.connect(hear, weak=False)
    yield heard
    signals.PAYMENT_RECORDED.disconnect(hear)


@pytest.fixture
def started():
    make.offering()
    return make.payment(make.order(make.learner()))


def state(started):
    return api.order(started.order.uuid).state


def test_a_payment_opens_the_course_and_is_told_once(started, told):
    receipt = make.send(make.event(started))
    assert receipt.outcome is EventOutcome.SETTLED
    assert api.has_entitlement(1001, "spectrum", at=make.NOON)
    [payment] = told
    assert (payment.gross, payment.processor_fee, payment.net) == (
        make.PRICE,
        Money("3.78", "USD"),
        Money("116.22", "USD"),
    )


def test_nobody_is_in_before_the_event(started):
    assert not api.has_entitlement(1001, "spectrum", at=make.NOON)


def test_the_same_event_a_day_later_has_no_second_effect(started, told):
    body = make.event(started)
    make.send(body)
    later = make.send(body, at=make.NOON + timedelta(days=1))
    assert later.outcome is EventOutcome.KNOWN
    assert (len(told), Entitlement.objects.count(), ProviderEvent.objects.count()) == (1, 1, 1)


def test_another_event_about_the_same_payment_has_no_second_effect(started, told):
    make.send(make.event(started))
    again = make.send(make.event(started, id="evt_other"))
    assert (again.outcome, len(told)) == (EventOutcome.KNOWN, 1)


@pytest.mark.parametrize(
    ("lie", "sentence"),
    [
        ({"amount": 11_999}, "the event says USD 119.99, the order USD 120.00."),
        ({"amount": 12_001}, "the event says USD 120.01, the order USD 120.00."),
        ({"currency": "EUR"}, "the event says EUR 120.00, the order USD 120.00."),
        ({"amount": None}, "the event says None, the order USD 120.00."),
    ],
)
def test_an_amount_that_does_not_fit_is_held_for_a_person(started, told, lie, sentence):
    receipt = make.send(make.event(started, **lie))
    assert (receipt.outcome, receipt.sentence) == (
        EventOutcome.HELD,
        f"Held for a person: {sentence}",
    )
    assert state(started) is OrderState.HELD
    assert not api.has_entitlement(1001, "spectrum", at=make.NOON)
    assert told == []


def test_a_held_order_is_settled_by_the_event_that_fits(started):
    make.send(make.event(started, amount=1, id="evt_wrong"))
    make.send(make.event(started))
    assert state(started) is OrderState.PAID


def test_a_payment_nobody_started_is_held(started):
    receipt = make.send(make.event(started, reference="somebody-else"))
    assert receipt.sentence == "Held for a person: No payment of ours has this reference."
    assert not Entitlement.objects.exists()


def test_an_event_we_do_not_know_is_kept(started):
    receipt = make.send(make.event(started, type="dispute.opened"))
    assert receipt.outcome is EventOutcome.IGNORED
    assert json.loads(ProviderEvent.objects.get().payload)["type"] == "dispute.opened"


def test_a_declined_card_leaves_the_order_open(started):
    body = sandbox.settle(started.reference, outcome="declined", at=make.NOON)
    assert make.send(body).outcome is EventOutcome.FAILED
    assert (state(started), api.order(started.order.uuid).sentence) == (
        OrderState.PENDING,
        "The card was declined.",
    )


def test_a_second_try_after_a_declined_card_succeeds(started):
    make.send(sandbox.settle(started.reference, outcome="declined", at=make.NOON))
    make.send(make.event(started))
    assert state(started) is OrderState.PAID


def test_paying_after_the_order_expired_takes_a_seat_that_is_left(started):
    api.expire_orders(at=make.NOON + timedelta(hours=2))
    make.send(make.event(started))
    assert state(started) is OrderState.PAID


def test_paying_after_the_last_seat_went_is_held_and_booked(told):
    make.offering(capacity=1)
    late = make.payment(make.order(make.learner(1)))
    make.paid_order(make.learner(2), at=make.NOON + timedelta(hours=2))
    told.clear()
    receipt = make.send(make.event(late))
    assert receipt.outcome is EventOutcome.HELD
    assert not api.has_entitlement(1, "spectrum", at=make.NOON + timedelta(hours=3))
    assert [payment.uuid for payment in told] == [late.uuid]


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("", "The signature header is missing or cannot be read."),
        ("t=1", "The signature header is missing or cannot be read."),
        ("v1=abc", "The signature header is missing or cannot be read."),
        ("t=soon,v1=abc", "The signature header is missing or cannot be read."),
        ("t=1,t=2,v1=abc", "The signature header is missing or cannot be read."),
        ("t=1791201600,v1=00", "The signature does not match."),
        ("t=1791201600,v1=é", "The signature header is missing or cannot be read."),
    ],
)
def test_a_forged_event_is_refused_and_nothing_is_kept(started, header, sentence):
    headers = {sandbox.SIGNATURE_HEADER: header}
    with pytest.raises(InvalidEvent) as caught:
        api.receive_event("sandbox", make.event(started), headers, at=make.NOON)
    assert str(caught.value) == sentence
    assert not ProviderEvent.objects.exists()


def test_one_changed_byte_breaks_the_signature(started):
    body = make.event(started)
    headers = {sandbox.SIGNATURE_HEADER: sandbox.sign(body, at=make.NOON)}
    with pytest.raises(InvalidEvent, match="The signature does not match"):
        api.receive_event("sandbox", body.replace(b"12000", b"12001"), headers, at=make.NOON)
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("age", [timedelta(seconds=301), timedelta(minutes=-10)])
def test_an_old_or_future_signature_is_refused(started, age):
    body = make.event(started)
    headers = {sandbox.SIGNATURE_HEADER: sandbox.sign(body, at=make.NOON - age)}
    with pytest.raises(InvalidEvent, match="older than five minutes, or from the future"):
        api.receive_event("sandbox", body, headers, at=make.NOON)
    assert not ProviderEvent.objects.exists()


def test_a_secret_can_be_rotated(started, settings):
    old, new = "o" * 32, "n" * 32
    settings.FEE_PAYMENTS_SANDBOX_SECRETS = (old,)
    body = make.event(started)
    header = sandbox.sign(body, at=make.NOON)
    settings.FEE_PAYMENTS_SANDBOX_SECRETS = (new, old)
    headers = {sandbox.SIGNATURE_HEADER: header}
    assert api.receive_event("sandbox", body, headers, at=make.NOON).outcome == "settled"
    settings.FEE_PAYMENTS_SANDBOX_SECRETS = (new,)
    with pytest.raises(InvalidEvent, match="The signature does not match"):
        api.receive_event("sandbox", body, headers, at=make.NOON)


@pytest.mark.parametrize("secrets", [(), ("",), ("good", "")])
def test_without_a_secret_no_event_is_trusted(started, settings, secrets):
    body = make.event(started)
    headers = {sandbox.SIGNATURE_HEADER: sandbox.sign(body, at=make.NOON)}
    settings.FEE_PAYMENTS_SANDBOX_SECRETS = secrets
    with pytest.raises(InvalidEvent, match="No signing secret is configured"):
        api.receive_event("sandbox", body, headers, at=make.NOON)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"id": 1}',
        b"\xff",
        b'{"id":1,"type":"x","created":"2026"}',
        b'{"id":1,"type":"x","created":"2026-10-05T12:00:00Z","amount":1.5,"currency":"USD"}',
        b'{"id":1,"type":"x","created":"2026-10-05T12:00:00Z","amount":1,"currency":"ZZZ"}',
    ],
)
def test_a_signed_body_that_cannot_be_read_is_refused(body):
    with pytest.raises(InvalidEvent, match=r"cannot be read|cannot read"):
        make.send(body)
    assert not ProviderEvent.objects.exists()


def test_a_provider_that_is_not_switched_on_is_named():
    with pytest.raises(UnknownProvider, match="No payment provider “stripe” is switched on"):
        api.receive_event("stripe", b"{}", {}, at=make.NOON)


def test_an_event_that_a_dead_worker_left_is_acted_on_later(started, told):
    body = make.event(started)
    event = sandbox.Sandbox().parse(body)
    ProviderEvent.objects.create(
        provider="sandbox",
        event_id=event.event_id,
        kind=event.kind,
        reference=event.reference,
        payload=body.decode(),
        received_at=make.NOON,
    )
    assert api.retry_events(at=make.NOON + SECOND) == 1
    assert state(started) is OrderState.PAID
    assert len(told) == 1
    assert api.retry_events(at=make.NOON + SECOND) == 0


def test_the_facts_can_be_listed_again(started):
    make.send(make.event(started))
    [(cursor, payment)] = api.list_payments()
    assert (payment.gross, payment.course_key) == (make.PRICE, make.COURSE)
    assert api.list_payments(after=cursor) == ()
    assert api.list_payments(since=make.NOON + SECOND) == ()


def test_an_order_that_was_not_paid_is_no_fact(started):
    assert Payment.objects.exists()
    assert api.list_payments() == ()
