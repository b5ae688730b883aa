"""A payer's bank asks for the money: opened, lost, won back, in whatever order it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api, signals
from fee_payments.data import DisputeState, EventOutcome, OrderState
from fee_payments.exceptions import PaymentDisputed, RefundRefused
from fee_payments.models import Dispute, Entitlement, Offering, Payment

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
FEE = Money("15.00", "USD")


def later(hours):
    return make.NOON + HOUR * hours


@pytest.fixture
def told():
    """What was told about disputes, in order."""
    heard = []
    hooks = {
        signals.DISPUTE_OPENED: lambda dispute, **_: heard.append(("opened", dispute)),
        signals.DISPUTE_LOST: lambda dispute, **_: heard.append(("lost", dispute)),
        signals.DISPUTE_WON: lambda dispute, **_: heard.append(("won", dispute)),
    }
    for signal, hook in hooks.items():
        signal.connect(hook, weak=False)
    yield heard
    for signal, hook in hooks.items():
        signal.disconnect(hook)


@pytest.fixture
def paid():
    make.offering(capacity=5)
    return Payment.objects.get(order__uuid=make.paid_order(make.learner()).uuid)


def happens(payment, button, hours):
    return make.send(make.happening(payment, button, at=later(hours)), at=later(hours))


def state(payment):
    return api.order(payment.order.uuid).state


def may_enter(hours):
    return api.has_entitlement(1001, "spectrum", at=later(hours))


def seats():
    return Offering.objects.get().seats_taken


def test_an_open_dispute_shows_on_the_order_and_access_goes_on(paid, told):
    assert happens(paid, "dispute", 1).outcome is EventOutcome.SETTLED
    assert (state(paid), may_enter(2), seats()) == (OrderState.DISPUTED, True, 1)
    [(what, dispute)] = told
    assert (what, dispute.amount, dispute.fee) == ("opened", make.PRICE, FEE)
    assert dispute.evidence_due_by == later(1) + timedelta(days=7)


def test_a_refund_waits_while_the_bank_looks(paid):
    happens(paid, "dispute", 1)
    refund = {"key": "r", "reason": "asked", "by": 9}
    with pytest.raises(PaymentDisputed, match="wait for what it decides") as caught:
        api.refund(paid.order.uuid, make.PRICE, at=later(2), **refund)
    assert caught.value.retryable
    happens(paid, "win", 3)
    api.refund(paid.order.uuid, make.PRICE, at=later(4), **refund)
    assert state(paid) is OrderState.REFUNDED


def test_a_dispute_that_is_lost_takes_access_and_seat_like_a_full_refund(paid, told):
    happens(paid, "dispute", 1)
    happens(paid, "lose", 2)
    assert (state(paid), may_enter(3), seats()) == (OrderState.LOST, False, 0)
    assert [what for what, _ in told] == ["opened", "lost"]
    right = Entitlement.objects.get()
    assert right.revoked_because == "dispute_lost"
    assert "took your payment back" in api.ended_note(1001, "spectrum", at=later(3))


def test_nothing_is_left_to_refund_after_a_dispute_that_was_lost(paid):
    happens(paid, "dispute", 1)
    happens(paid, "lose", 2)
    with pytest.raises(RefundRefused, match=r"0\.00 is left"):
        api.refund(paid.order.uuid, make.PRICE, key="r", reason="x", by=9, at=later(3))


def test_t28_lost_and_won_back_returns_to_the_start_less_the_fee(paid, told):
    happens(paid, "dispute", 1)
    happens(paid, "lose", 2)
    happens(paid, "win", 3)
    assert (state(paid), may_enter(4), seats()) == (OrderState.PAID, True, 1)
    assert [what for what, _ in told] == ["opened", "lost", "won"]
    won = told[-1][1]
    balance = make.PRICE - make.PRICE + won.amount - won.fee
    assert balance == make.PRICE - FEE
    assert [right.revoked_because for right in Entitlement.objects.order_by("id")] == [
        "dispute_lost",
        "",
    ]


@pytest.mark.parametrize("end", ["lose", "win"])
def test_access_rests_while_the_bank_looks_where_an_operator_says_so(paid, settings, end):
    settings.FEE_PAYMENTS_ON_DISPUTE = "suspend"
    happens(paid, "dispute", 1)
    assert (state(paid), may_enter(2), seats()) == (OrderState.DISPUTED, False, 1)
    assert "your access rests" in api.ended_note(1001, "spectrum", at=later(2))
    happens(paid, end, 3)
    assert (may_enter(4), seats()) == ((True, 1) if end == "win" else (False, 0))


def test_f05_won_is_told_before_opened_and_before_the_payment(told):
    make.offering()
    payment = make.payment(make.order(make.learner()))
    events = [
        make.event(payment, at=later(0)),
        make.happening(payment, "dispute", at=later(1)),
        make.happening(payment, "win", at=later(2)),
    ]
    for body in reversed(events):
        make.send(body, at=later(3))
    assert (state(payment), may_enter(4)) == (OrderState.PAID, True)
    assert [(what, dispute.state) for what, dispute in told] == [("opened", "won"), ("won", "won")]


def test_a_part_that_was_refunded_and_a_rest_that_is_lost_end_access(paid):
    api.refund(paid.order.uuid, Money("20.00", "USD"), key="r", reason="x", by=9, at=later(1))
    happens(paid, "dispute", 2)
    happens(paid, "lose", 3)
    assert Dispute.objects.get().amount_minor == 10_000
    assert (state(paid), may_enter(4)) == (OrderState.LOST, False)


def test_disputes_can_be_listed_again(paid):
    happens(paid, "dispute", 1)
    [(cursor, dispute)] = api.list_disputes()
    assert (dispute.state, dispute.order_uuid) == (DisputeState.OPENED, paid.order.uuid)
    assert api.list_disputes(after=cursor) == ()
    happens(paid, "win", 2)
    [(_, dispute)] = api.list_disputes(since=later(2))
    assert (dispute.state, dispute.closed_at) == (DisputeState.WON, later(2))
    assert api.list_disputes(since=later(3)) == ()


def test_a_dispute_names_the_parts_that_its_payment_was_told_by(paid):
    happens(paid, "dispute", 1)
    [(_, payment)] = api.list_payments()
    [(_, dispute)] = api.list_disputes()
    assert (dispute.parts, dispute.told_at) == ((payment.uuid,), later(1))


def test_a_dispute_of_a_test_is_not_told_beside_real_money(paid, settings):
    # given
    happens(paid, "dispute", 1)

    # when: the site goes live
    settings.FEE_PAYMENTS_TEST_MODE = False

    # then
    assert api.list_disputes() == ()
