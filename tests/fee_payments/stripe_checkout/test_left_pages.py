"""A page of Stripe whose order can be paid no longer is closed there, and no payment is lost."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.core.management import call_command
from django.db import transaction

from factories import fee_payments as make
from fairgate import clock as our_clock
from fee_payments import api
from fee_payments.data import OrderState
from fee_payments.models import Entitlement, Offering, Order, Payment
from races import ISOLATIONS, errors, race
from stripe_peer import Fault
from stripe_peer.payer import PayerCannot

pytestmark = pytest.mark.django_db(transaction=True)

LATER = make.NOON + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def now(monkeypatch):
    """What a worker does after the commit asks the clock."""
    monkeypatch.setattr(our_clock, "_source", lambda: LATER)


def page_of(account, payment):
    return account.store.get("checkout.session", payment.reference)["status"]


def give_access(at=LATER):
    """The learner needs the order no longer: it is closed."""
    api.give_access(1001, "spectrum", ends_at=None, reason="A guest.", by=9, key="k", at=at)


def close_left(at=LATER):
    return api.close_left_pages(at=at)


def closed_at(payment):
    return Payment.objects.get(pk=payment.pk).closed_at


def test_the_page_of_an_order_that_is_closed_is_closed_after_the_commit(started, account, payer):
    give_access()

    assert page_of(account, started) == "expired"
    assert closed_at(started) == LATER
    with pytest.raises(PayerCannot, match="The page is expired"):
        payer.pay(started.reference)


def test_the_page_of_an_order_that_is_replaced_is_closed(account):
    make.offering()
    learner = make.learner()
    first = make.payment(make.order(learner), provider="stripe")
    make.offering("exam")
    make.order_of(learner, "spectrum", "exam", at=LATER)

    assert Order.objects.get(pk=first.order_id).state == OrderState.CANCELLED
    assert page_of(account, first) == "expired"


def test_the_page_of_an_order_whose_time_is_over_is_closed(started, account):
    Order.objects.update(expires_at=LATER)

    api.expire_orders(at=LATER)

    assert page_of(account, started) == "expired"


def test_the_second_page_of_an_order_that_is_paid_is_closed(started, account, payer, courier):
    Payment.objects.update(open_until=make.NOON)  # so that another page is opened
    api.start_payment(
        started.order.uuid, user_id=1001, provider="stripe", return_url=make.RETURN_URL,
        at=make.NOON,
    )  # fmt: skip
    Payment.objects.update(open_until=make.NOON + timedelta(hours=1))
    second = Payment.objects.exclude(pk=started.pk).get()
    payer.pay(second.reference)

    courier.deliver_due()

    assert page_of(account, started) == "expired"
    assert (page_of(account, second), closed_at(second)) == ("complete", None)


def test_the_page_of_an_open_order_stays_open(started, account):
    assert close_left() == 0
    assert page_of(account, started) == "open"


def test_an_order_that_is_closed_in_a_transaction_which_is_undone_keeps_its_page(started, account):
    with transaction.atomic():
        give_access()
        transaction.set_rollback(True)

    assert page_of(account, started) == "open"


@pytest.mark.parametrize(
    "fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.DOWN, Fault.RATE_LIMITED, Fault.NOT_JSON]
)
def test_f08_a_call_that_fails_keeps_nobody_from_anything_and_is_tried_again(
    started, account, server, fault
):
    server.faults.plan(fault, path=f"/v1/checkout/sessions/{started.reference}/expire")

    give_access()

    assert (closed_at(started), Entitlement.objects.count()) == (None, 1)
    assert close_left() == 1
    assert (page_of(account, started), closed_at(started)) == ("expired", LATER)
    assert close_left() == 0


def test_a_page_that_was_paid_meanwhile_is_counted_as_paid_and_held(started, account, payer):
    payer.pay(started.reference)  # and the event is on its way

    give_access()

    payment = Payment.objects.get(pk=started.pk)
    assert (page_of(account, started), payment.paid_at is not None) == ("complete", True)
    found = api.order(started.order.uuid)
    assert (found.state, found.left) == (OrderState.HELD, make.PRICE)
    assert "a refund is due" in found.sentence


def test_a_page_that_was_paid_as_its_order_expired_opens_the_course(started, payer, courier):
    payer.pay(started.reference)
    Order.objects.update(expires_at=LATER)

    api.expire_orders(at=LATER)

    assert api.order(started.order.uuid).state is OrderState.PAID
    assert api.has_entitlement(1001, "spectrum", at=LATER)
    courier.deliver_due()
    assert Order.objects.get().held_because == ""
    assert Offering.objects.get().seats_taken == 1


def test_a_page_that_is_paid_between_the_question_and_the_closing_is_counted(
    started, account, payer, server
):
    """Stripe refuses to close what is complete: how it stands is asked once more."""
    held = server.faults.hold(path=f"/v1/checkout/sessions/{started.reference}/expire")

    def pay_meanwhile():
        assert held.begun.wait(20)
        payer.pay(started.reference)
        held.release()

    pays = Thread(target=pay_meanwhile, daemon=True)
    pays.start()

    give_access()
    pays.join(20)

    assert Payment.objects.get(pk=started.pk).paid_at is not None
    assert "a refund is due" in api.order(started.order.uuid).sentence


def test_money_that_is_on_its_way_is_left_to_come(started, account, payer):
    payer.pay(started.reference, "pm_usBankAccount_success")

    give_access()

    payment = Payment.objects.get(pk=started.pk)
    assert (payment.pending_at, payment.closed_at) == (LATER, None)
    assert close_left() == 0


def test_what_stripe_closes_by_itself_is_not_asked_for(started, account, server):
    server.faults.plan(Fault.DOWN, path="/v1/checkout/sessions")
    server.faults.plan(Fault.DOWN, path="/v1/checkout/sessions", method="GET")
    give_access()

    assert close_left(at=started.open_until) == 0
    assert closed_at(started) is None


def test_a_page_that_was_closed_and_told_by_an_event_is_known(started, courier):
    give_access()
    courier.deliver_due()

    assert closed_at(started) == LATER
    assert not Payment.objects.filter(paid_at__isnull=False).exists()


def test_the_command_that_settles_closes_what_was_left(started, account, server, capsys):
    server.faults.plan(Fault.DOWN, path="/v1/checkout/sessions", method="GET")
    give_access()
    assert page_of(account, started) == "open"

    call_command("fee_payments_settle")

    assert page_of(account, started) == "expired"
    assert "1 page closed" in capsys.readouterr().out


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_two_who_close_a_page_and_one_who_hears_of_its_payment_end_as_one(
    started, payer, courier, server, isolation
):
    server.faults.plan(Fault.DOWN, path="/v1/checkout/sessions", method="GET")
    give_access()
    payer.pay(started.reference)

    done = race(close_left, close_left, courier.deliver_due, isolation=isolation)

    assert errors(done) == []
    order = Order.objects.get(pk=started.order_id)
    assert order.lines.get().paid_minor == make.PRICE.minor
    assert order.holds.filter(released_at=None).count() == 1


def test_a_provider_that_cannot_close_a_page_is_not_asked(settings):
    settings.FEE_PAYMENTS_PROVIDERS = ["sandbox"]
    make.offering()
    make.payment(make.order(make.learner()))

    give_access()

    assert close_left() == 0
    assert Payment.objects.get().closed_at is None
