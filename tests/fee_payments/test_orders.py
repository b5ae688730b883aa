"""Orders: one open order per learner and fee, seats within the room, prices that were agreed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api
from fee_payments.data import OfferingEntry, OrderState
from fee_payments.exceptions import (
    AlreadyEntitled,
    KeyReused,
    NoPrice,
    NoSeatLeft,
    NothingToPay,
    OrderNotOpen,
    PaymentOnItsWay,
    PaymentsError,
    QuoteChanged,
    SomethingToPay,
    UnknownOrder,
)
from fee_payments.models import Offering, Order, Payment

pytestmark = pytest.mark.django_db(transaction=True)


def taken(code="spectrum"):
    return Offering.objects.get(code=code).seats_taken


def test_an_order_keeps_the_price_and_a_seat():
    make.offering(capacity=3)
    placed = make.order(make.learner())
    assert (placed.state, placed.breakdown.total, taken()) == (OrderState.CREATED, make.PRICE, 1)


def test_pressing_twice_places_one_order():
    make.offering(capacity=3)
    first = make.order(make.learner(), key="a")
    again = make.order(make.learner(), key="a")
    other_tab = make.order(make.learner(), key="b")
    assert first.uuid == again.uuid == other_tab.uuid
    assert taken() == 1


def test_another_currency_takes_the_place_of_the_open_order():
    make.offering(capacity=3, prices=(make.price(), make.price(Money("105.50", "CHF"))))
    dollars = make.order(make.learner(), key="a")
    francs = make.order(make.learner(), key="b", currency="CHF")
    assert api.order(dollars.uuid).state is OrderState.CANCELLED
    assert (francs.breakdown.total, taken()) == (Money("105.50", "CHF"), 1)


def test_an_order_whose_payment_is_on_its_way_gives_way_to_no_other():
    # given
    make.offering(capacity=3, prices=(make.price(), make.price(Money("105.50", "CHF"))))
    dollars = make.order(make.learner(), key="a")
    started = make.payment(dollars)
    make.send(make.happening(started, "pay_later"))

    # then
    with pytest.raises(PaymentOnItsWay, match="is on its way"):
        make.order(make.learner(), key="b", currency="CHF")
    assert make.order(make.learner(), key="c").uuid == dollars.uuid
    make.send(make.happening(started, "arrive"))
    assert api.order(dollars.uuid).state is OrderState.PAID
    assert (Order.objects.count(), taken()) == (1, 1)


def test_when_the_payment_does_not_arrive_another_order_takes_the_place():
    # given
    make.offering(capacity=3, prices=(make.price(), make.price(Money("105.50", "CHF"))))
    started = make.payment(make.order(make.learner(), key="a"))
    make.send(make.happening(started, "pay_later"))

    # when
    make.send(make.happening(started, "bounce"))

    # then
    francs = make.order(make.learner(), key="b", currency="CHF")
    assert (francs.breakdown.total, taken()) == (Money("105.50", "CHF"), 1)


def test_a_price_that_the_browser_changed_is_refused():
    make.offering()
    with pytest.raises(QuoteChanged, match=r"The price is now USD 120.00, not USD 1.00"):
        api.place_order(
            make.learner(), "spectrum", key="a", expected=Money("1.00", "USD"), at=make.NOON
        )
    assert not Order.objects.exists()


def test_a_key_of_another_learner_is_refused():
    make.offering()
    make.order(make.learner(1), key="a")
    with pytest.raises(KeyReused, match="already used for something else"):
        make.order(make.learner(2), key="a")


def test_a_full_room_takes_nobody():
    make.offering(capacity=1)
    make.order(make.learner(1))
    with pytest.raises(NoSeatLeft, match="Every seat of “Spectrum management” is taken"):
        make.order(make.learner(2))
    assert Order.objects.count() == 1


def test_a_seat_held_by_an_order_whose_time_is_over_is_free():
    make.offering(capacity=1)
    first = make.order(make.learner(1))
    second = make.order(make.learner(2), at=make.NOON + timedelta(hours=2))
    assert api.order(first.uuid).state is OrderState.EXPIRED
    assert (second.state, taken()) == (OrderState.CREATED, 1)


def test_an_expired_order_cannot_be_paid():
    make.offering()
    placed = make.order(make.learner())
    with pytest.raises(OrderNotOpen, match="can no longer be paid"):
        make.payment(placed, at=make.NOON + timedelta(hours=1))
    assert not Payment.objects.exists()


def test_a_strangers_order_does_not_exist():
    make.offering()
    placed = make.order(make.learner(1))
    with pytest.raises(UnknownOrder, match="There is no such order"):
        api.order(placed.uuid, user_id=2)


def test_resuming_a_payment_leads_to_the_same_page():
    make.offering()
    placed = make.order(make.learner())
    assert make.payment(placed).reference == make.payment(placed).reference
    assert Payment.objects.count() == 1


def test_who_has_access_has_nothing_to_pay():
    make.offering()
    make.paid_order(make.learner())
    with pytest.raises(AlreadyEntitled, match="You have access already"):
        make.order(make.learner(), key="again")
    assert Order.objects.count() == 1


def test_a_free_fee_asks_no_provider():
    make.offering(prices=(make.price(Money.zero("USD")),))
    with pytest.raises(NothingToPay):
        make.order(make.learner())
    seat = api.take_waived_seat(make.learner(), "spectrum", key="a", at=make.NOON)
    assert seat.state is OrderState.WAIVED
    assert api.has_entitlement(1001, "spectrum", at=make.NOON)


def test_a_seat_that_costs_something_is_not_taken_for_nothing():
    make.offering()
    with pytest.raises(SomethingToPay, match=r"USD 120.00 is left to pay"):
        api.take_waived_seat(make.learner(), "spectrum", key="a", at=make.NOON)
    assert not api.has_entitlement(1001, "spectrum", at=make.NOON)


def test_a_price_is_never_changed_only_ended():
    make.offering()
    cheaper = (make.price(Money("1.00", "USD")),)
    with pytest.raises(PaymentsError, match="has another price from 2026-01-01 already"):
        make.offering(prices=cheaper)
    assert api.offering("spectrum").prices[0].amount == make.PRICE


def test_an_offering_is_described_once():
    make.offering(place="Nairobi", starts_on=date(2026, 12, 7))
    changed = api.set_offering(
        OfferingEntry(code="spectrum", title="Spectrum", prices=(), course_key=make.COURSE)
    )
    assert (changed.title, len(changed.prices)) == ("Spectrum", 1)


@pytest.mark.parametrize("total", ["1.00", "105.50"])
def test_a_key_with_another_price_is_refused(total):
    make.offering(prices=(make.price(), make.price(Money("105.50", "CHF"))))
    make.order(make.learner(), key="a")
    with pytest.raises(KeyReused):
        api.place_order(
            make.learner(), "spectrum", key="a", expected=Money(total, "CHF"), at=make.NOON
        )


def test_the_key_of_an_order_to_pay_takes_no_waived_seat():
    make.offering()
    make.order(make.learner(), key="a")
    with pytest.raises(KeyReused):
        api.take_waived_seat(make.learner(), "spectrum", key="a", at=make.NOON)


def test_of_two_prices_that_hold_the_one_that_began_later_counts():
    make.offering()
    dearer = make.price(Money("150.00", "USD"), valid_from=date(2026, 10, 1))
    make.offering(prices=(dearer,))
    assert api.quote(make.learner(), "spectrum", at=make.NOON).total == Money("150.00", "USD")


def test_a_price_can_be_ended():
    make.offering()
    make.offering(prices=(make.price(valid_until=date(2026, 10, 1)),))
    with pytest.raises(NoPrice):
        api.quote(make.learner(), "spectrum", at=make.NOON)


def test_a_room_does_not_shrink_below_its_seats():
    make.offering(capacity=3)
    make.order(make.learner(1))
    make.order(make.learner(2))
    with pytest.raises(PaymentsError, match="has 2 seats taken, more than 1"):
        make.offering(capacity=1)
    assert Offering.objects.get().capacity == 3
