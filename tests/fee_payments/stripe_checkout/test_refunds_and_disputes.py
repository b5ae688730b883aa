"""Money goes back at Stripe, or a bank asks for it: our books follow what Stripe says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api, signals
from fee_payments.data import OrderState, RefundState
from fee_payments.exceptions import PaymentDisputed, ProviderRefused, ProviderUnavailable
from fee_payments.models import Dispute, Entitlement, Order, Payment, Refund
from fee_payments.services import refunding
from stripe_peer import Fault, client_of

pytestmark = pytest.mark.django_db(transaction=True)

REFUNDS = "/v1/refunds"


@pytest.fixture
def paid(started, account, payer, courier):
    payer.pay(started.reference)
    courier.deliver_due()
    started.refresh_from_db()
    return started


def paid_with(method, account, payer, courier):
    make.offering()
    payment = make.payment(make.order(make.learner()), provider="stripe")
    payer.pay(payment.reference, method)
    courier.deliver_due()
    return payment


def refund(payment, amount="120.00", key="r", at=make.NOON + timedelta(hours=1)):
    return api.refund(
        payment.order.uuid, Money(amount, "USD"), key=key, reason="asked", by=9, at=at
    )


def charge_of(account):
    [charge] = account.store.oldest("charge")
    return charge


def refunds(account):
    return list(account.store.oldest("refund"))


def state(payment):
    return api.order(payment.order.uuid).state


def may_enter():
    return api.has_entitlement(1001, "spectrum", at=make.NOON + timedelta(days=1))


def test_a_part_and_the_rest_are_refunded_with_our_name_on_them(paid, account, courier):
    refund(paid, "50.00", key="a")
    assert (state(paid), may_enter()) == (OrderState.PARTIALLY_REFUNDED, True)
    refund(paid, "70.00", key="b")
    courier.deliver_due()
    assert (state(paid), may_enter()) == (OrderState.REFUNDED, False)
    assert [(one["amount"], one["reason"]) for one in refunds(account)] == [
        (5000, "requested_by_customer"),
        (7000, "requested_by_customer"),
    ]
    assert Refund.objects.count() == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault.LOST_BEFORE,
        Fault.LOST_AFTER,
        Fault.HALF_ANSWERED,
        Fault.RATE_LIMITED,
        Fault.DOWN,
        Fault.NOT_JSON,
    ],
)
def test_f08_k13_k18_a_refund_without_an_answer_is_finished_once(paid, account, server, fault):
    server.faults.plan(fault, path=REFUNDS)
    with pytest.raises(ProviderUnavailable):
        refund(paid)
    assert state(paid) is OrderState.PAID
    assert api.finish_refunds(at=make.NOON + timedelta(hours=2)) == 1
    assert (state(paid), len(refunds(account))) == (OrderState.REFUNDED, 1)


def test_f08_a_500_that_stripe_keeps_is_asked_for_again_when_the_key_is_forgotten(
    paid, account, server
):
    server.faults.plan(Fault.FAILED, path=REFUNDS)
    with pytest.raises(ProviderUnavailable):
        refund(paid)
    assert api.finish_refunds(at=make.NOON + timedelta(hours=2)) == 0
    account.clock.advance(timedelta(hours=25))
    assert api.finish_refunds(at=account.clock.now) == 1
    assert len(refunds(account)) == 1


def test_a_refund_is_not_asked_for_twice_though_stripe_has_forgotten_the_key(paid, account, server):
    server.faults.plan(Fault.LOST_AFTER, path=REFUNDS)
    with pytest.raises(ProviderUnavailable):
        refund(paid, "50.00")
    account.clock.advance(timedelta(days=3))
    assert api.finish_refunds(at=account.clock.now) == 1
    assert [one["amount"] for one in refunds(account)] == [5000]


def test_a_worker_that_died_after_the_answer_is_made_good_by_the_event(
    paid, account, courier, monkeypatch
):
    def dies(row, reference, *, at):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(refunding, "_complete", dies)
        with pytest.raises(KeyboardInterrupt):
            refund(paid)
    courier.deliver_due()
    assert (state(paid), may_enter()) == (OrderState.REFUNDED, False)


def test_t14_f09_a_refund_that_fails_at_the_bank_is_not_done(account, payer, bank, courier):
    paid = paid_with("pm_card_pendingRefund", account, payer, courier)
    assert refund(paid).state is RefundState.PENDING
    assert (state(paid), may_enter()) == (OrderState.PAID, True)
    bank.fail_refund(refunds(account)[0]["id"])
    courier.deliver_due()
    row = Refund.objects.get()
    assert (row.refunded_at, row.failed_because) == (None, "expired_or_canceled_card")
    assert (state(paid), may_enter()) == (OrderState.PAID, True)
    assert "was not made" in Order.objects.get().held_because
    assert Payment.objects.get().refunded_minor == 0


def test_a_pending_refund_is_done_when_the_bank_says_so(account, payer, bank, courier):
    paid = paid_with("pm_card_pendingRefund", account, payer, courier)
    refund(paid)
    courier.deliver_due()
    assert Refund.objects.get().refunded_at is None
    bank.complete_refund(refunds(account)[0]["id"])
    courier.deliver_due()
    assert (state(paid), may_enter()) == (OrderState.REFUNDED, False)


def test_f09_a_refund_that_fails_days_after_it_was_done_is_told_once(account, payer, bank, courier):
    paid = paid_with("pm_card_refundFail", account, payer, courier)
    refund(paid)
    courier.deliver_due()
    assert state(paid) is OrderState.REFUNDED
    bank.carry_out_refunds()
    courier.deliver_due()
    assert "was not made" in Order.objects.get().held_because
    Order.objects.update(held_because="")
    since, now = make.NOON - timedelta(days=1), make.NOON + timedelta(days=1)
    assert api.reconcile("stripe", since=since, until=now, at=now, fix=True) == ()


def test_a_refund_in_the_dashboard_is_taken_down(paid, account, courier, server):
    with client_of(server.url) as dashboard:
        dashboard.v1.refunds.create({"charge": charge_of(account)["id"], "amount": 2000})
    courier.deliver_due()
    assert state(paid) is OrderState.PARTIALLY_REFUNDED
    row = Refund.objects.get()
    assert (row.amount_minor, row.requested_by, row.reference) == (
        2000,
        None,
        refunds(account)[0]["id"],
    )


def test_f05_t13_events_in_the_opposite_order_end_the_same(
    started, account, payer, courier, server
):
    payer.pay(started.reference)
    with client_of(server.url) as dashboard:
        dashboard.v1.refunds.create({"charge": charge_of(account)["id"], "amount": 2000})
    events = [one["id"] for one in account.store.oldest("event")]
    courier.send(reversed(events))
    assert state(started) is OrderState.PARTIALLY_REFUNDED
    assert (Entitlement.objects.count(), Refund.objects.count()) == (1, 1)


def test_the_fee_that_is_known_later_is_told_to_the_books_later(account, payer, bank, courier):
    heard = []

    def hear(payment, **_):
        heard.append(payment)

    signals.PAYMENT_RECORDED.connect(hear)
    account.fees_come_later = True
    paid = paid_with("pm_card_visa", account, payer, courier)
    assert (may_enter(), heard) == (True, [])
    bank.book_fees(charge_of(account)["id"])
    courier.deliver_due()
    assert [payment.processor_fee for payment in heard] == [Money("3.78", "USD")]
    paid.refresh_from_db()
    assert paid.processor_fee_minor == 378


def test_t28_a_dispute_that_is_won_returns_the_balance_less_the_fee(paid, account, bank, courier):
    before = sum(one["net"] for one in account.store.oldest("balance_transaction"))
    dispute = bank.dispute(charge_of(account)["id"])
    courier.deliver_due()
    assert state(paid) is OrderState.DISPUTED
    with pytest.raises(PaymentDisputed):
        refund(paid)
    bank.decide(dispute, won=True)
    courier.deliver_due()
    row = Dispute.objects.get()
    after = sum(one["net"] for one in account.store.oldest("balance_transaction"))
    assert (state(paid), may_enter(), row.state) == (OrderState.PAID, True, "won")
    assert before - after == row.fee_minor == 1500


def test_t28_a_fee_that_comes_back_with_the_money_is_none(paid, account, bank, courier):
    dispute = bank.dispute(charge_of(account)["id"])
    bank.decide(dispute, won=True, fee_returned=True)
    courier.deliver_due()
    assert Dispute.objects.get().fee_minor == 0


def test_k19_a_dispute_that_is_lost_ends_access(paid, account, bank, courier):
    dispute = bank.dispute(charge_of(account)["id"])
    bank.decide(dispute, won=False)
    events = [one["id"] for one in account.store.oldest("event")]
    courier.send(reversed(events))
    assert (state(paid), may_enter()) == (OrderState.LOST, False)
    [(_, told)] = api.list_disputes()
    assert (told.state, told.amount, told.fee) == ("lost", make.PRICE, Money("15.00", "USD"))


def test_an_inquiry_is_written_down_and_changes_nothing(paid, account, bank, courier):
    dispute = bank.dispute(charge_of(account)["id"], inquiry=True)
    courier.deliver_due()
    assert (state(paid), Dispute.objects.get().state) == (OrderState.PAID, "inquiry")
    assert api.list_disputes() == ()
    bank.decide(dispute, won=True)
    courier.deliver_due()
    assert Dispute.objects.get().state == "closed"


def test_a_charge_that_stripe_will_not_refund_is_refused_in_words(paid, account, bank):
    bank.dispute(charge_of(account)["id"])
    with pytest.raises(ProviderRefused, match="charged back"):
        refund(paid)
    assert Payment.objects.get().refunded_minor == 0
