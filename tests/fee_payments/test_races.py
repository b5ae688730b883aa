"""What the database decides when many ask at once, and what happens when it is not asked."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api
from fee_payments.exceptions import NoSeatLeft, RefundRefused
from fee_payments.models import (
    Entitlement,
    Offering,
    Order,
    OrderLine,
    Payment,
    PaymentPart,
    ProviderEvent,
    Refund,
    SandboxSession,
)
from fee_payments.services import refund_books, seats
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

EIGHT = range(1, 9)
LATER = make.NOON + timedelta(days=1)


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"])
def test_f11_the_last_seat_bought_by_eight_people_goes_to_one(isolation, atomic):
    make.offering(capacity=1)
    orders = race(
        *(partial(make.order, make.learner(number)) for number in EIGHT),
        isolation=isolation,
        atomic=atomic,
    )
    assert len(values(orders)) == 1
    assert {type(error) for error in errors(orders)} == {NoSeatLeft}
    assert (Order.objects.count(), Offering.objects.get().seats_taken) == (1, 1)


def test_f11_without_the_conditional_update_the_room_is_oversold(monkeypatch):
    def read_then_write(offering, _seats=1, *, session=None):
        row = Offering.objects.get(pk=offering.pk)
        if row.seats_taken >= row.capacity:
            raise NoSeatLeft
        meeting.wait(10)
        Offering.objects.filter(pk=row.pk).update(capacity=F("capacity"), seats_taken=1)

    monkeypatch.setattr(seats, "count_seat", read_then_write)
    meeting = threading.Barrier(2)
    make.offering(capacity=1)
    orders = race(*(partial(make.order, make.learner(number)) for number in (1, 2)))
    assert len(values(orders)) == 2


def checkout(number):
    """From the button to the access: order, payment page, card, webhook."""
    placed = make.order(make.learner(number))
    make.send(make.event(make.payment(placed)))
    return placed.uuid


def test_of_200_checkouts_of_20_last_seats_20_are_sold_and_nobody_pays_without_a_seat():
    make.offering(capacity=20)

    def two(number):
        # A hundred at the same moment, and a hundred right behind them.
        return [_outcome(checkout, learner) for learner in (number, number + 100)]

    outcomes = race(*(partial(two, number) for number in range(1, 101)))
    assert errors(outcomes) == []
    sold = [one for pair in values(outcomes) for one in pair if one is not NoSeatLeft]
    assert len(sold) == 20
    assert set(sold) == set(Order.objects.filter(state="paid").values_list("uuid", flat=True))
    assert Offering.objects.get().seats_taken == 20
    assert Payment.objects.filter(paid_at__isnull=False).count() == 20
    assert SandboxSession.objects.filter(outcome="paid").count() == 20
    assert Entitlement.objects.filter(revoked_at=None).count() == 20


def _outcome(act, number):
    try:
        return act(number)
    except NoSeatLeft:
        return NoSeatLeft


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_one_learner_in_eight_tabs_has_one_order(isolation):
    make.offering(capacity=8)
    who = make.learner()
    orders = race(
        *(partial(make.order, who, key=f"tab {number}") for number in EIGHT), isolation=isolation
    )
    assert errors(orders) == []
    assert len({order.uuid for order in values(orders)}) == 1
    assert (Order.objects.count(), Offering.objects.get().seats_taken) == (1, 1)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_f04_the_same_event_from_eight_workers_has_one_effect(isolation):
    make.offering(capacity=8)
    body = make.event(make.payment(make.order(make.learner())))
    receipts = race(*[partial(make.send, body)] * 8, isolation=isolation)
    assert errors(receipts) == []
    outcomes = sorted(receipt.outcome for receipt in values(receipts))
    assert outcomes == ["known"] * 7 + ["settled"]
    assert (Entitlement.objects.count(), ProviderEvent.objects.count()) == (1, 1)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_eight_events_about_one_payment_have_one_effect(isolation):
    make.offering(capacity=8)
    started = make.payment(make.order(make.learner()))
    bodies = [make.event(started, id=f"evt_{number}") for number in EIGHT]
    receipts = race(*(partial(make.send, body) for body in bodies), isolation=isolation)
    assert errors(receipts) == []
    assert sorted(r.outcome for r in values(receipts)) == ["known"] * 7 + ["settled"]
    assert Entitlement.objects.count() == 1


def two_fees(capacity):
    """A course and an examination of 10.00, each with as many seats."""
    make.offering(capacity=capacity)
    make.offering("exam", capacity=capacity, prices=(make.price(Money("10.00", "USD")),))


def refund(order, number, amount="60.00"):
    return api.refund(
        order.uuid, Money(amount, "USD"), key=f"refund {number}", reason="asked", by=9, at=LATER
    )


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_t9_f10_two_refunds_that_exceed_the_payment_leave_one(isolation):
    make.offering(prices=(make.price(Money("100.00", "USD")),))
    order = make.paid_order(make.learner())
    refunds = race(*(partial(refund, order, number) for number in (1, 2)), isolation=isolation)
    assert len(values(refunds)) == 1
    assert [type(error) for error in errors(refunds)] == [RefundRefused]
    assert Payment.objects.get().refunded_minor == 6000


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_f10_parts_refunded_at_once_add_up_and_the_last_one_ends_access(isolation):
    make.offering(prices=(make.price(Money("59.99", "USD")),))
    order = make.paid_order(make.learner())
    amounts = ["7.00", "7.99", "5.00", "10.00", "3.33", "6.67", "12.00", "8.00"]
    refunds = race(
        *(partial(refund, order, n, a) for n, a in enumerate(amounts)), isolation=isolation
    )
    assert errors(refunds) == []
    parts = values(refunds)
    assert sum(part.net.minor for part in parts) == 5795
    assert sum(part.fee_not_returned.minor for part in parts) == 204
    assert Order.objects.get().state == "refunded"
    assert not api.has_entitlement(order.user_id, "spectrum", at=LATER)
    assert Offering.objects.get().seats_taken == 0


def test_t9_without_lock_and_conditions_both_refunds_are_written(monkeypatch):
    meeting = threading.Barrier(2)
    share_out = refund_books.share_out

    def together(payment, wanted):
        found = share_out(payment, wanted)
        meeting.wait(10)
        return found

    make.offering(prices=(make.price(Money("100.00", "USD")),))
    order = make.paid_order(make.learner())
    monkeypatch.setattr(refund_books, "share_out", together)
    monkeypatch.setattr(refund_books, "hold_back", lambda refund, *, at: None)
    for table in (Payment, PaymentPart):
        monkeypatch.setattr(table.objects, "select_for_update", table.objects.all)
    race(*(partial(refund, order, number, f"60.0{number}") for number in (1, 2)))
    assert sum(Refund.objects.values_list("amount_minor", flat=True)) == 12_003


def test_t9_without_the_lock_the_database_still_refuses_the_second(monkeypatch):
    meeting = threading.Barrier(2)
    share_out, met = refund_books.share_out, threading.local()

    def together(payment, wanted):
        found = share_out(payment, wanted)
        if not hasattr(met, "once"):
            met.once = True
            meeting.wait(10)
        return found

    make.offering(prices=(make.price(Money("100.00", "USD")),))
    order = make.paid_order(make.learner())
    monkeypatch.setattr(refund_books, "share_out", together)
    for table in (Payment, PaymentPart):
        monkeypatch.setattr(table.objects, "select_for_update", table.objects.all)
    (lost,) = errors(race(*(partial(refund, order, number) for number in (1, 2))))
    # By the condition of the UPDATE; or, as both hold what the other one waits for, by a deadlock,
    # after which it is run again and sees what is left.
    assert isinstance(lost, RefundRefused)
    assert Payment.objects.get().refunded_minor == 6000


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_k17_random_parts_of_two_lines_at_once_never_exceed_what_was_paid(isolation):
    two_fees(capacity=8)
    order = make.paid_order_of(make.learner(), "spectrum", "exam")
    course, exam = (line.uuid for line in order.lines)
    chance = random.Random(17)  # noqa: S311 - amounts, not secrets
    amounts = [(chance.randrange(1, 3001), chance.randrange(1, 251)) for _ in range(10)]

    def part(number):
        both = {course: usd_minor(amounts[number][0]), exam: usd_minor(amounts[number][1])}
        return api.refund(
            order.uuid, parts=both, key=f"part {number}", reason="asked", by=9, at=LATER
        )

    def worker(number):
        done = []
        for mine in range(number, 10, 8):
            with suppress(RefundRefused):
                done.append(part(mine))
        return done

    refunds = [one for some in values(race(*(partial(worker, n) for n in range(8)),
               isolation=isolation)) for one in some]  # fmt: skip
    paid, left = Payment.objects.get(), api.order(order.uuid).lines
    back = sum(one.amount.minor for one in refunds)
    assert 0 < back <= paid.amount_minor
    assert back == paid.refunded_minor == sum(line.refunded.minor for line in left)
    assert all(line.refunded <= line.paid for line in left)
    # The rest, and then every part of every line sums to what was paid, to the minor unit.
    api.refund(order.uuid, key="rest", reason="asked", by=9, at=LATER)
    facts = [fact for _cursor, fact in api.list_refunds()]
    for _cursor, sale in api.list_payments():
        mine = [fact for fact in facts if fact.payment_uuid == sale.uuid]
        assert sum(fact.net.minor for fact in mine) == sale.net.minor
        assert sum(fact.fee_not_returned.minor for fact in mine) == sale.processor_fee.minor
    assert not Entitlement.objects.filter(revoked_at=None).exists()
    assert set(Offering.objects.values_list("seats_taken", flat=True)) == {0}


def usd_minor(minor):
    return Money.from_minor(minor, "USD")


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_k18_two_people_who_press_refund_at_once_refund_once(isolation):
    make.offering(prices=(make.price(Money("100.00", "USD")),))
    order = make.paid_order(make.learner())

    def press(number):
        return api.refund(
            order.uuid, Money("25.00", "USD"), key=f"person {number % 2}", reason="asked",
            by=number % 2, at=LATER, seen_left=Money("100.00", "USD"),
        )  # fmt: skip

    presses = race(*(partial(press, number) for number in range(4)), isolation=isolation)
    assert Refund.objects.count() == 1
    assert {receipt.uuid for receipt in values(presses)} == {Refund.objects.get().uuid}
    assert {type(error) for error in errors(presses)} == {RefundRefused}
    assert Payment.objects.get().refunded_minor == 2500


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_an_order_expires_or_is_paid_but_never_both(isolation):
    make.offering(capacity=8)
    body = make.event(make.payment(make.order(make.learner())))
    overdue = make.NOON + timedelta(hours=2)
    outcomes = race(
        partial(make.send, body), partial(api.expire_orders, at=overdue), isolation=isolation
    )
    assert errors(outcomes) == []
    assert Order.objects.get().state == "paid"
    assert (Offering.objects.get().seats_taken, Entitlement.objects.count()) == (1, 1)


def test_seats_are_counted_back_exactly():
    make.offering(capacity=8)
    race(*(partial(make.order, make.learner(number)) for number in EIGHT))
    assert Offering.objects.get().seats_taken == 8
    race(*(partial(seats.give_seat_back, line) for line in OrderLine.objects.all()[:5]))
    assert Offering.objects.get().seats_taken == 3


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_f11_the_last_seats_of_two_rooms_go_to_one_of_eight_in_whatever_order_they_ask(isolation):
    two_fees(capacity=1)
    wishes = [("spectrum", "exam"), ("exam", "spectrum")] * 4
    orders = race(
        *(partial(make.order_of, make.learner(n), *codes) for n, codes in enumerate(wishes, 1)),
        isolation=isolation,
    )
    assert len(values(orders)) == 1
    assert {type(error) for error in errors(orders)} == {NoSeatLeft}
    assert set(Offering.objects.values_list("seats_taken", flat=True)) == {1}
    assert OrderLine.objects.count() == 2


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_one_learner_in_eight_tabs_has_one_order_of_two_lines(isolation):
    two_fees(capacity=8)
    tabs = [("spectrum", "exam"), ("exam", "spectrum")] * 4
    orders = race(
        *(partial(make.order_of, make.learner(), *codes, key=f"tab {n}")
          for n, codes in enumerate(tabs)),
        isolation=isolation,
    )  # fmt: skip
    assert errors(orders) == []
    assert len({order.uuid for order in values(orders)}) == 1
    assert set(Offering.objects.values_list("seats_taken", flat=True)) == {1}


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_an_order_of_two_lines_expires_or_is_paid_but_never_both(isolation):
    two_fees(capacity=8)
    body = make.event(make.payment(make.order_of(make.learner(), "spectrum", "exam")))
    overdue = make.NOON + timedelta(hours=2)
    outcomes = race(
        partial(make.send, body), partial(api.expire_orders, at=overdue), isolation=isolation
    )
    assert errors(outcomes) == []
    assert Order.objects.get().state == "paid"
    assert set(Offering.objects.values_list("seats_taken", flat=True)) == {1}
    assert Entitlement.objects.count() == 2
