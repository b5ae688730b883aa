"""Waivers and payments at the same moment, and what each lock of a payment is for.

``test_races.py`` shows that the races it plays end well. Here the lock of each is taken away, and
the race is played in the order in which it then ends badly.
"""

from __future__ import annotations

import threading
from functools import partial
from uuid import uuid4

import pytest

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate.money import Money
from fee_payments import api
from fee_payments.data import OrderState
from fee_payments.exceptions import AlreadyEntitled, OrderNotOpen, QuoteChanged
from fee_payments.models import (
    Entitlement,
    Offering,
    Order,
    OrderLine,
    Payment,
    PaymentPart,
    ProviderEvent,
    Refund,
)
from fee_payments.services import closing, refund_books, seats, settling
from races import ISOLATIONS, REPEATABLE_READ, errors, race, values
from waiver_policy import api as waivers
from waiver_policy.exceptions import FundEmpty
from waiver_policy.models import WaiverFund
from waiver_policy.services import fund

pytestmark = pytest.mark.mariadb

SEAT_COST = Money("15.00", "USD")
everywhere = pytest.mark.parametrize("isolation", ISOLATIONS)


def waived_course(money):
    """Free for who lives in an LDC, while the fund has money."""
    waiver.lists()
    waiver.policy(waiver.policy_text(waiver.LDC_FREE))
    waiver.credit(money)
    make.offering(waivable=True, full_seat_cost=SEAT_COST, capacity=20)


def of_an_ldc(number):
    return make.learner(number, country="UG")


def waive(number):
    return api.take_waived_seat(of_an_ldc(number), "spectrum", key=f"waive {number}", at=make.NOON)


def pay_in_full(number):
    """The same learner in another tab, who does not want the waiver."""
    who = of_an_ldc(number)
    full = api.quote(who, "spectrum", at=make.NOON, with_waiver=False).total
    placed = api.place_order(
        who, "spectrum", key=f"pay {number}", expected=full, at=make.NOON, with_waiver=False
    )
    make.send(make.event(make.payment(placed)))


def committed():
    return waivers.fund_balance("USD").committed.minor


@everywhere
@pytest.mark.parametrize("atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"])
def test_t8_k20_money_for_three_seats_opens_three_of_eight(isolation, atomic):
    waived_course("45.00")
    taken = race(
        *(partial(waive, number) for number in range(1, 9)), isolation=isolation, atomic=atomic
    )
    assert len(values(taken)) == 3
    assert {type(error) for error in errors(taken)} == {FundEmpty}
    assert (Order.objects.count(), Entitlement.objects.count(), committed()) == (3, 3, 4_500)
    assert Offering.objects.get().seats_taken == 3
    assert waivers.check_funds() == ()


def test_t8_k20_without_the_conditional_update_more_seats_are_opened_than_are_paid_for(
    monkeypatch,
):
    meeting = threading.Barrier(4, timeout=20)

    def read_then_write(currency, minor, *, in_turn):
        pot = WaiverFund.objects.get(currency=currency)
        if pot.available_minor < minor:
            return False
        meeting.wait()
        pot.available_minor -= minor
        pot.reserved_minor += minor
        pot.save(update_fields=["available_minor", "reserved_minor"])
        return True

    monkeypatch.setattr(fund, "take", read_then_write)
    waived_course("45.00")
    taken = race(*(partial(waive, number) for number in range(1, 5)), isolation=REPEATABLE_READ)
    assert len(values(taken)) == 4


@everywhere
def test_k21_nobody_pays_and_is_waived_at_once_unless_a_refund_is_due(isolation):
    people = range(1, 7)
    waived_course("900.00")
    tabs = [partial(tab, number) for number in people for tab in (waive, pay_in_full)]
    found = race(*tabs, isolation=isolation)
    # Who came a moment later reads that it was just ordered, at another price.
    assert {type(error) for error in errors(found)} <= {
        AlreadyEntitled, OrderNotOpen, QuoteChanged,
    }  # fmt: skip
    for number in people:
        assert Entitlement.objects.filter(user_id=number, revoked_at=None).count() == 1
        orders = Order.objects.filter(user_id=number)
        waived = orders.filter(state=OrderState.WAIVED).count()
        for paid in orders.filter(payments__paid_at__isnull=False):
            assert not waived or "a refund is due" in paid.held_because
            assert waived or paid.state == OrderState.PAID
    assert committed() == 1_500 * Order.objects.filter(state=OrderState.WAIVED).count()
    assert Offering.objects.get().seats_taken == len(people)
    assert waivers.check_funds() == ()


@everywhere
def test_k25_what_one_worker_refunds_is_shut_at_the_next_request_of_another(isolation):
    make.offering()
    enter = partial(api.has_entitlement, 1001, "spectrum", at=make.NOON)

    def of_another():
        return values(race(enter, isolation=isolation, atomic=True))

    assert of_another() == [False]
    order = make.paid_order(make.learner())
    assert of_another() == [True]
    api.refund(order.uuid, key="r", reason="asked", by=9, at=make.NOON)
    assert of_another() == [False]


def without_locks(monkeypatch, *tables):
    for table in tables:
        monkeypatch.setattr(table.objects, "select_for_update", table.objects.all)


def meanwhile(monkeypatch, place, name, others):
    """All of ``others`` happens, once, right before a function of ours goes on."""
    real, done = getattr(place, name), []

    def go_on(*args, **kwargs):
        if not done:
            done.append(True)
            assert errors(race(others)) == []
        return real(*args, **kwargs)

    monkeypatch.setattr(place, name, go_on)


def test_without_the_unique_key_one_learner_in_two_tabs_has_two_orders(monkeypatch):
    make.offering(capacity=8)
    monkeypatch.setattr(closing, "open_key", lambda user_id, code: uuid4().hex)
    orders = race(*(partial(make.order, make.learner(), key=f"tab {n}") for n in (1, 2)))
    assert errors(orders) == []
    assert (Order.objects.count(), Offering.objects.get().seats_taken) == (2, 2)


def test_without_the_lock_an_order_is_paid_whose_seat_was_given_back(monkeypatch):
    make.offering(capacity=8)
    body = make.event(make.payment(make.order(make.learner())))
    overdue = make.NOON.replace(hour=14)
    without_locks(monkeypatch, ProviderEvent, Payment, Order, OrderLine)
    meanwhile(monkeypatch, settling, "record_paid", partial(api.expire_orders, at=overdue))
    assert errors(race(partial(make.send, body))) == []
    assert Order.objects.get().state == "paid"
    assert (Offering.objects.get().seats_taken, Entitlement.objects.count()) == (0, 1)


def test_k18_without_the_lock_what_two_people_have_seen_is_refunded_twice(monkeypatch):
    make.offering()
    order = make.paid_order(make.learner())

    def press(number):
        return api.refund(
            order.uuid, Money("25.00", "USD"), key=f"person {number}", reason="asked", by=number,
            at=make.NOON, seen_left=make.PRICE,
        )  # fmt: skip

    without_locks(monkeypatch, Payment, PaymentPart)
    meanwhile(monkeypatch, refund_books, "write", partial(press, 2))
    assert errors(race(partial(press, 1))) == []
    assert Refund.objects.count() == 2
    assert Payment.objects.get().refunded_minor == 5_000


def test_seats_that_are_read_and_written_back_are_counted_back_once(monkeypatch):
    meeting = threading.Barrier(2, timeout=20)

    def read_then_write(offering, count=1, *, session=None):
        row = Offering.objects.get(pk=offering.pk)
        meeting.wait()
        Offering.objects.filter(pk=row.pk).update(seats_taken=row.seats_taken - count)

    make.offering(capacity=8)
    race(*(partial(make.order, make.learner(number)) for number in (1, 2)))
    monkeypatch.setattr(seats, "uncount_seat", read_then_write)
    race(*(partial(seats.give_seat_back, line) for line in OrderLine.objects.all()))
    assert not OrderLine.objects.filter(holds_seat=True).exists()
    assert Offering.objects.get().seats_taken == 1
