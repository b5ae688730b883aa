"""Events of a provider: believed when signed, acted on once, held when they do not fit."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api, signals
from fee_payments.data import EventOutcome, OrderState
from fee_payments.exceptions import InvalidEvent, UnknownProvider
from fee_payments.models import Entitlement, Offering, Payment, ProviderEvent
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


def test_a_payment_nobody_started_is_tried_again_and_held_in_the_end(started):
    receipt = make.send(make.event(started, reference="somebody-else"))
    unknown = "No payment of ours has this reference."
    assert (receipt.outcome, receipt.sentence) == (EventOutcome.WAITING, unknown)
    assert api.retry_events(at=make.NOON + timedelta(days=3)) == 0
    event = ProviderEvent.objects.get()
    assert (event.outcome, event.sentence) == ("held", f"Held for a person: {unknown}")
    assert event.handled_at is not None
    assert not Entitlement.objects.exists()


def test_an_event_we_do_not_know_is_kept(started):
    receipt = make.send(make.event(started, type="mandate.updated"))
    assert receipt.outcome is EventOutcome.IGNORED
    assert json.loads(ProviderEvent.objects.get().payload)["type"] == "mandate.updated"


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


def test_a_held_order_expires_and_its_seat_is_free():
    make.offering(capacity=1)
    held = make.payment(make.order(make.learner(1)))
    make.send(make.event(held, amount=1))
    make.paid_order(make.learner(2), at=make.NOON + timedelta(hours=2))
    assert state(held) is OrderState.HELD
    assert Offering.objects.get().seats_taken == 1


def test_a_held_order_that_expired_does_not_oversell_the_room():
    make.offering(capacity=1)
    late = make.payment(make.order(make.learner(1)))
    later = make.NOON + timedelta(hours=2)
    api.expire_orders(at=later)
    make.send(make.event(late, amount=1, id="evt_wrong"), at=make.NOON)
    make.paid_order(make.learner(2), at=later)
    assert make.send(make.event(late)).outcome is EventOutcome.HELD
    assert (Entitlement.objects.count(), Offering.objects.get().seats_taken) == (1, 1)


def test_two_orders_of_one_learner_that_are_both_paid_take_one_seat():
    make.offering(capacity=5)
    first = make.payment(make.order(make.learner()))
    api.expire_orders(at=make.NOON + timedelta(hours=2))
    second = make.paid_order(make.learner(), at=make.NOON + timedelta(hours=2))
    receipt = make.send(make.event(first))
    assert receipt.sentence == (
        "Held for a person: this learner had access already; a refund is due."
    )
    assert Offering.objects.get().seats_taken == 1
    refund = {"reason": "twice", "by": 9, "at": make.NOON + timedelta(hours=3)}
    api.refund(first.order.uuid, make.PRICE, key="a", **refund)
    assert api.has_entitlement(1001, "spectrum", at=make.NOON + timedelta(hours=3))
    api.refund(second.uuid, make.PRICE, key="b", **refund)
    assert Offering.objects.get().seats_taken == 0


def test_one_bad_event_does_not_stop_the_others(started, settings):
    stored = {"provider": "sandbox", "kind": "payment.succeeded", "received_at": make.NOON}
    ProviderEvent.objects.create(digest="a", event_id="broken", payload="{", **stored)
    ProviderEvent.objects.create(
        digest="b", event_id="gone", payload="{}", **{**stored, "provider": "gone"}
    )
    good = make.event(started).decode()
    reference = started.reference
    ProviderEvent.objects.create(
        digest="c", event_id="evt", reference=reference, payload=good, **stored
    )
    assert api.retry_events(at=make.NOON + SECOND) == 1
    assert state(started) is OrderState.PAID


def test_an_event_that_comes_before_our_own_row_is_acted_on_later(started):
    body = make.event(started)
    Payment.objects.update(reference="not-yet", uuid=uuid4())
    assert make.send(body).outcome is EventOutcome.WAITING
    Payment.objects.update(reference=started.reference, uuid=started.uuid)
    assert api.retry_events(at=make.NOON + SECOND) == 0
    assert api.retry_events(at=make.NOON + timedelta(minutes=1)) == 1
    assert state(started) is OrderState.PAID


@pytest.mark.parametrize(
    ("lie", "sentence"),
    [
        ({"processor_fee": -5}, "a fee of USD -0.05 on USD 120.00"),
        ({"processor_fee": 10**9}, "a fee of USD 10,000,000.00 on USD 120.00"),
        ({"created": "2001-01-01T00:00:00Z"}, "the event is dated 2001-01-01"),
        ({"created": "2026-10-07T00:00:00Z"}, "the event is dated 2026-10-07"),
    ],
)
def test_a_fee_or_a_date_that_cannot_be_is_held(started, told, lie, sentence):
    receipt = make.send(make.event(started, **lie))
    assert receipt.outcome is EventOutcome.HELD
    assert sentence in receipt.sentence
    assert told == []


def test_ids_that_differ_in_case_are_two_events(told):
    make.offering()
    one = make.payment(make.order(make.learner(1)))
    other = make.payment(make.order(make.learner(2)))
    make.send(make.event(one, id="evt_Ab"))
    make.send(make.event(other, id="evt_aB"))
    assert len(told) == 2


@pytest.mark.parametrize(
    ("price", "fee"), [(Money("2000", "JPY"), "88"), (Money("40.000", "KWD"), "1.190")]
)
def test_currencies_without_cents_are_paid_and_refunded_exactly(told, price, fee):
    make.offering(prices=(make.price(price),))
    order = make.paid_order(make.learner())
    assert told[0].processor_fee == Money(fee, price.currency)
    third = Money.from_minor(price.minor // 3, price.currency)
    parts = [
        api.refund(order.uuid, amount, key=str(n), reason="asked", by=9, at=make.NOON + SECOND)
        for n, amount in enumerate([third, price - third])
    ]
    assert sum(part.net.minor + part.fee_not_returned.minor for part in parts) == price.minor
    assert sum(part.fee_not_returned.minor for part in parts) == Money(fee, price.currency).minor


def test_paying_after_the_last_seat_went_is_held_and_booked(told):
    make.offering(capacity=1)
    late = make.payment(make.order(make.learner(1)))
    make.paid_order(make.learner(2), at=make.NOON + timedelta(hours=2))
    told.clear()
    receipt = make.send(make.event(late))
    assert receipt.outcome is EventOutcome.HELD
    assert not api.has_entitlement(1, "spectrum", at=make.NOON + timedelta(hours=3))
    assert [payment.uuid for payment in told] == [late.parts.get().uuid]


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
        b"[" * 30_000,
        '{"id":"1","type":"x"}'.encode("utf-16"),
        b'{"id":"1","type":"x","created":"2026"}',
        *(
            (b'{"id":"%b","type":"x","created":"%b","amount":%b,"currency":"%b"}' % changed)
            for changed in [
                (b"", b"2026-10-05T12:00:00Z", b"1", b"USD"),
                (b"\\ud800", b"2026-10-05T12:00:00Z", b"1", b"USD"),
                (b"1", b"0001-01-01T00:00:00+14:00", b"1", b"USD"),
                (b"1", b"2026-10-05T12:00:00", b"1", b"USD"),
                (b"1", b"2026-10-05T12:00:00Z", b"1.5", b"USD"),
                (b"1", b"2026-10-05T12:00:00Z", b"1", b"ZZZ"),
            ]
        ),
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
    headers = {sandbox.SIGNATURE_HEADER: sandbox.sign(body, at=make.NOON)}
    api.take_event("sandbox", body, headers, at=make.NOON)
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
