"""Refunds: never more than was paid, in parts that add up, once per key."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import transaction

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api, signals
from fee_payments.data import OrderState, RefundAnswer
from fee_payments.exceptions import (
    KeyReused,
    ProviderRefused,
    ProviderUnavailable,
    RefundRefused,
    UnknownOrder,
)
from fee_payments.models import Offering, Payment, Refund, SandboxSession
from fee_payments.providers.sandbox import Sandbox
from fee_payments.services import payment_parts, refunding

pytestmark = pytest.mark.django_db(transaction=True)

S3 = Money("59.99", "USD")
LATER = make.NOON + timedelta(days=31)


def usd(text):
    return Money(text, "USD")


@pytest.fixture
def told():
    heard = []

    def hear(refund, **_):
        heard.append(refund)

    signals.PAYMENT_REFUNDED.connect(hear, weak=False)
    yield heard
    signals.PAYMENT_REFUNDED.disconnect(hear)


@pytest.fixture
def sale():
    """Sale S3 of the worked example of money.md: 59.99, of which the provider keeps 2.04."""
    make.offering(prices=(make.price(S3),), capacity=5)
    return make.paid_order(make.learner())


def no_answer(self, reference, amount, *, key):
    raise ProviderUnavailable("no answer")


def refund(sale, amount, key="a"):
    return api.refund(sale.uuid, usd(amount), key=key, reason="asked", by=9, at=LATER)


def test_the_refund_of_the_worked_example(sale, told):
    part = refund(sale, "25.00")
    assert (part.net, part.tax, part.fee_not_returned) == (usd("24.15"), usd("0"), usd("0.85"))
    assert told == list(part.parts)


def test_a_part_leaves_the_learner_in(sale):
    refund(sale, "25.00")
    assert api.order(sale.uuid).state is OrderState.PARTIALLY_REFUNDED
    assert api.has_entitlement(1001, "spectrum", at=LATER)


def test_the_last_part_takes_what_is_left_and_ends_access(sale):
    refund(sale, "25.00")
    rest = refund(sale, "34.99", key="b")
    assert (rest.net, rest.fee_not_returned) == (usd("33.80"), usd("1.19"))
    assert api.order(sale.uuid).state is OrderState.REFUNDED
    assert not api.has_entitlement(1001, "spectrum", at=LATER)
    assert Offering.objects.get().seats_taken == 0


def test_after_a_full_refund_the_learner_can_come_back(sale):
    refund(sale, "59.99")
    again = make.paid_order(make.learner(), at=LATER)
    assert again.state is OrderState.PAID
    assert api.has_entitlement(1001, "spectrum", at=LATER)


def test_a_refund_of_one_fee_keeps_access_to_another(sale):
    make.offering("exam", prices=(make.price(usd("10.00")),))
    make.paid_order(make.learner(), "exam")
    refund(sale, "59.99")
    assert api.entitled_offerings(1001, at=LATER) == {"exam"}


@pytest.mark.parametrize("amount", ["60.00", "0.00", "-1.00"])
def test_an_amount_that_was_not_paid_is_refused(sale, told, amount):
    with pytest.raises(RefundRefused, match=r"more than zero|USD 59.99 is left of this payment"):
        refund(sale, amount)
    assert not Refund.objects.exists()
    assert told == []


def test_another_currency_is_refused(sale):
    with pytest.raises(RefundRefused, match=r"EUR 1.00 cannot be refunded"):
        api.refund(sale.uuid, Money("1.00", "EUR"), key="a", reason="x", by=9, at=LATER)


def test_the_same_key_refunds_once(sale, told):
    assert refund(sale, "25.00") == refund(sale, "25.00")
    assert len(told) == 1
    assert Payment.objects.get().refunded_minor == 2500


def test_a_key_with_another_amount_is_refused(sale):
    refund(sale, "25.00")
    with pytest.raises(KeyReused, match="used before for another refund"):
        refund(sale, "24.00")
    assert Payment.objects.get().refunded_minor == 2500


def test_an_order_that_was_not_paid_has_nothing_to_refund():
    make.offering()
    placed = make.order(make.learner())
    with pytest.raises(RefundRefused, match="Nothing was paid for this order"):
        refund(placed, "1.00")


def test_an_order_that_is_not_there_has_nothing_to_refund():
    with pytest.raises(UnknownOrder):
        api.refund(uuid4(), usd("1.00"), key="a", reason="x", by=9, at=LATER)


def test_what_the_provider_refuses_is_not_refunded(sale, told):
    SandboxSession.objects.update(outcome="disputed")
    with pytest.raises(ProviderRefused, match="holds no such payment"):
        refund(sale, "25.00")
    assert Payment.objects.get().refunded_minor == 0
    assert (api.order(sale.uuid).state, told) == (OrderState.PAID, [])


def test_a_time_out_is_asked_again_with_the_same_key(sale, told, monkeypatch):
    def drop_the_answer(self, reference, amount, *, key):
        answer(self, reference, amount, key=key)
        raise ProviderUnavailable("no answer")

    answer = Sandbox.refund
    monkeypatch.setattr(Sandbox, "refund", drop_the_answer)
    with pytest.raises(ProviderUnavailable):
        refund(sale, "25.00")
    assert told == []
    monkeypatch.setattr(Sandbox, "refund", answer)
    refund(sale, "25.00")
    assert list(SandboxSession.objects.get().refunded.values()) == [2500]
    assert len(told) == 1


def test_a_refund_that_nobody_repeated_is_finished_by_the_command(sale, told, monkeypatch):
    answer = Sandbox.refund
    monkeypatch.setattr(Sandbox, "refund", no_answer)
    with pytest.raises(ProviderUnavailable):
        refund(sale, "59.99")
    monkeypatch.setattr(Sandbox, "refund", answer)
    call_command("fee_payments_settle", stdout=(out := StringIO()))
    assert out.getvalue() == (
        "0 payments settled, 1 refund finished, 0 orders expired, 0 pages closed, 0 rights ended, "
        "0 enrolments followed, 0 seats offered, 0 people told of a seat\n"
    )
    assert not api.has_entitlement(1001, "spectrum", at=LATER)
    assert len(told) == 1


def test_the_same_amount_is_not_refunded_twice_while_the_first_is_open(sale, monkeypatch):
    monkeypatch.setattr(Sandbox, "refund", no_answer)
    with pytest.raises(ProviderUnavailable):
        refund(sale, "25.00", key="a")
    with pytest.raises(RefundRefused, match="was started and is not confirmed yet"):
        refund(sale, "25.00", key="b")
    assert Refund.objects.count() == 1


def test_after_a_refusal_the_same_key_stays_refused(sale):
    SandboxSession.objects.update(outcome="disputed")
    for _ in range(2):
        with pytest.raises(ProviderRefused):
            refund(sale, "25.00")
    assert Payment.objects.get().refunded_minor == 0


def test_a_refund_that_one_worker_heard_refused_and_another_granted_is_done(sale, monkeypatch):
    def granted_here_refused_there(self, reference, amount, *, key):
        refunding._give_up(Refund.objects.get(), "no", at=LATER)
        return RefundAnswer(reference="re_1", is_done=True)

    monkeypatch.setattr(Sandbox, "refund", granted_here_refused_there)
    refund(sale, "25.00")
    row = Refund.objects.get()
    assert (row.failed_at, row.refunded_at, Payment.objects.get().refunded_minor) == (
        None, LATER, 2500,
    )  # fmt: skip


def test_a_refund_inside_a_transaction_is_refused_before_money_moves(sale):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        refund(sale, "25.00")
    assert SandboxSession.objects.get().refunded == {}


def test_an_order_that_was_paid_twice_is_refunded_payment_by_payment(sale, told):
    paid = Payment.objects.get()
    second = Payment.objects.create(
        order=paid.order, provider="sandbox", reference="second", currency="USD",
        amount_minor=paid.amount_minor, processor_fee_minor=204, paid_at=LATER,
    )  # fmt: skip
    payment_parts.count_paid(second, paid.order.lines.all())
    payment_parts.write_parts(second, paid.order.lines.all(), at=LATER)
    SandboxSession.objects.create(
        key="second", token="second", currency="USD", amount_minor=5999, outcome="paid",
        description="", return_url="",
    )  # fmt: skip
    refund(sale, "59.99", key="a")
    assert api.has_entitlement(1001, "spectrum", at=LATER)
    refund(sale, "59.99", key="b")
    assert not api.has_entitlement(1001, "spectrum", at=LATER)
