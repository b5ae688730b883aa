"""Organisations order seats for their people: prices, rooms, pools, refunds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.translation import override

from factories import fee_payments as make
from factories import institution_seats as seats
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import api
from fee_payments.data import LineState, NextStep, OrderState
from fee_payments.exceptions import (
    BuyerNotVerified,
    InvalidOrder,
    KeyReused,
    NoSeatLeft,
    NotOnSale,
    ProviderRefused,
    QuoteChanged,
    RefundRefused,
    UnknownBuyer,
)
from fee_payments.models import Entitlement, Offering, Order, OrderLine, Seat, SeatPool
from fee_payments.providers.sandbox import Sandbox
from fee_payments.rules import seats_to_refund
from fee_payments.selectors.buyers import details_of
from fee_payments.services import crediting, institution_seats, invoicing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

WEEK = timedelta(days=7)


def counts(pool):
    return api.pool(pool.uuid, by=seats.COORDINATOR, at=make.NOON).counts


def taken():
    return Offering.objects.get().seats_taken


@pytest.fixture
def ministry():
    seats.offering(capacity=10)
    return seats.buyer()


# --- Prices and orders


def test_an_organisation_pays_the_price_of_its_class_for_each_seat(ministry):
    api.set_tax("CH", Percent("8.10"), inclusive=False, valid_from=make.NOON.date())

    offer = api.quote_batch(
        ministry.uuid, seats.wanted(spectrum=3), by=seats.COORDINATOR, at=make.NOON
    )

    assert offer.lines[0].unit_price == seats.SEAT
    assert (offer.breakdown.net, offer.breakdown.tax) == (
        Money("240.00", "USD"),
        Money("19.44", "USD"),
    )
    assert offer.total == Money("259.44", "USD")


def test_several_trainings_are_ordered_at_once(ministry):
    seats.offering("workshop", title="The workshop")
    wanted = seats.wanted(spectrum=2, workshop=5)
    offer = api.quote_batch(ministry.uuid, wanted, by=seats.COORDINATOR, at=make.NOON)

    placed = api.place_batch_order(
        ministry.uuid, wanted, by=seats.COORDINATOR, key="k", expected=offer.total, at=make.NOON
    )

    assert [(line.offering_code, line.quantity) for line in placed.lines] == [
        ("spectrum", 2),
        ("workshop", 5),
    ]
    assert placed.total == seats.SEAT * 7
    assert (placed.buyer_name, placed.country) == (seats.MINISTRY, "CH")


def test_who_does_not_coordinate_an_organisation_orders_nothing_for_it(ministry):
    with pytest.raises(UnknownBuyer, match="no such organisation"):
        seats.batch(ministry, by=777)
    assert not Order.objects.exists()


def test_an_organisation_that_nobody_has_verified_orders_nothing():
    seats.offering()
    row = seats.buyer(verified_by=None, verified_at=None)

    with pytest.raises(BuyerNotVerified, match="not verified yet"):
        seats.batch(row)
    assert not Order.objects.exists()


@pytest.mark.parametrize("wanted", [{}, {"spectrum": 0}, {"spectrum": -1}, {"spectrum": 5001}])
def test_an_order_of_nothing_or_of_too_much_is_refused(ministry, wanted):
    with pytest.raises(InvalidOrder):
        api.quote_batch(ministry.uuid, seats.wanted(**wanted), by=seats.COORDINATOR, at=make.NOON)


def test_what_is_not_on_sale_is_not_ordered(ministry):
    seats.offering(on_sale_until=make.NOON.date())

    with pytest.raises(NotOnSale):
        seats.batch(ministry)


def test_another_price_than_the_coordinator_saw_is_refused(ministry):
    with pytest.raises(QuoteChanged, match="The price is now"):
        api.place_batch_order(
            ministry.uuid, seats.wanted(spectrum=3), by=seats.COORDINATOR, key="k",
            expected=Money("1.00", "USD"), at=make.NOON,
        )  # fmt: skip
    assert taken() == 0


def test_f12_the_same_key_is_the_same_order_also_when_the_room_is_full(ministry):
    first = seats.batch(ministry, 10)

    assert seats.batch(ministry, 10).uuid == first.uuid
    assert taken() == 10


def test_a_key_with_another_number_of_seats_is_refused(ministry):
    seats.batch(ministry, 2, key="k")

    with pytest.raises(KeyReused):
        seats.batch(ministry, 3, key="k")


def test_f11_all_seats_of_an_order_are_counted_or_none(ministry):
    seats.batch(ministry, 8, key="a")

    with pytest.raises(NoSeatLeft, match="has not 3 seats left"):
        seats.batch(ministry, 3, key="b")
    assert (Order.objects.count(), taken()) == (1, 8)


def test_seats_of_an_order_whose_time_is_over_are_free_again(ministry):
    seats.batch(ministry, 8, key="a")

    assert seats.batch(ministry, 10, key="b", at=make.NOON + WEEK)
    assert taken() == 10


# --- Pools


def test_a_paid_batch_order_opens_seats_and_entitles_nobody(ministry):
    pool = seats.pool(ministry)

    assert (pool.counts.bought, pool.counts.free, pool.counts.to_give) == (3, 3, 3)
    assert (pool.sponsor, pool.ends_at) == (seats.MINISTRY, make.NOON + timedelta(days=365))
    assert not Entitlement.objects.exists()
    assert not api.has_entitlement(seats.COORDINATOR, "spectrum", at=make.NOON)
    assert (taken(), OrderLine.objects.get().holds_seat) == (3, False)


def test_the_order_says_that_its_seats_can_be_given(ministry):
    pool = seats.pool(ministry)

    found = api.order(pool.order_uuid, user_id=seats.COORDINATOR)
    assert (found.state, found.first.state) == (OrderState.PAID, LineState.SEATS)
    assert found.next_step(make.NOON) is NextStep.GIVE_SEATS


def test_an_order_is_of_everybody_who_acts_for_the_organisation_and_nobody_else(ministry):
    placed = seats.batch(ministry)
    second = ministry.contacts.create(user_id=502, role="finance")

    assert [one.uuid for one in api.list_orders(502)] == [placed.uuid]
    second.delete()
    assert api.list_orders(502) == ()


def test_the_country_of_the_coordinator_does_not_matter(ministry, monkeypatch):
    monkeypatch.setattr("fee_payments.compat.profile_country", lambda user_id: "FR")

    assert seats.pool(ministry).counts.bought == 3


def test_opening_again_has_no_second_effect(ministry):
    pool = seats.pool(ministry)
    line = OrderLine.objects.get()

    assert institution_seats.open_pool(line.order, line, at=make.NOON) == ""
    assert (SeatPool.objects.count(), counts(pool).free, taken()) == (1, 3, 3)


def test_an_order_that_is_paid_late_takes_its_seats_again(ministry):
    started = make.payment(seats.batch(ministry, 8))
    api.expire_orders(at=make.NOON + WEEK)
    assert taken() == 0

    make.send(make.event(started))

    assert (SeatPool.objects.get().quantity, taken()) == (8, 8)


def test_an_order_that_is_paid_late_and_finds_no_room_is_held(ministry):
    placed = seats.batch(ministry, 8)
    started = make.payment(placed)
    api.expire_orders(at=make.NOON + WEEK)
    Offering.objects.update(capacity=7)

    make.send(make.event(started))

    assert "not as many seats left" in api.order(placed.uuid).sentence
    assert (SeatPool.objects.count(), taken()) == (0, 0)


def test_a_pool_that_was_never_paid_is_closed_with_every_right_that_rests_on_it(ministry):
    pool = seats.pool(ministry)
    person = seats.account("ada")
    seats.invite(pool, "ada@posts.example", "bob@posts.example")
    api.accept_seat(seats.links()[0], make.learner(person), shares=False, at=make.NOON)

    for _ in range(2):
        with transaction.atomic():
            institution_seats.close_pool(OrderLine.objects.get(), because="not paid", at=make.NOON)

    assert not api.has_entitlement(person, "spectrum", at=make.NOON)
    assert (counts(pool).free, counts(pool).accepted, taken()) == (0, 0, 0)
    assert not Seat.objects.exclude(sealed="").exists()


# --- Refunds


@pytest.mark.parametrize(
    ("refunded", "seats_back"),
    [(0, 0), (3332, 0), (3333, 1), (6665, 1), (6666, 2), (9999, 2), (10_000, 3), (12_000, 3)],
)
def test_a_seat_is_refunded_when_its_whole_price_is(refunded, seats_back):
    back = seats_to_refund(total=10_000, paid=10_000, refunded=refunded, quantity=3)
    assert back == seats_back


def test_what_was_paid_twice_is_given_back_without_a_seat():
    assert seats_to_refund(total=300, paid=600, refunded=300, quantity=3) == 0
    assert seats_to_refund(total=300, paid=600, refunded=400, quantity=3) == 1


def test_a_partial_refund_takes_free_seats_back_the_newest_first(ministry):
    pool = seats.pool(ministry)
    seats.invite(pool, "ada@posts.example")

    api.refund(pool.order_uuid, seats.SEAT, key="one", reason="fewer", by=9, at=make.NOON)

    assert (counts(pool).free, counts(pool).assigned, counts(pool).withdrawn) == (1, 1, 1)
    assert Seat.objects.get(withdrawn_at__isnull=False).number == 3
    assert taken() == 2


def test_an_invitation_is_taken_back_only_when_no_free_seat_is_left(ministry):
    pool = seats.pool(ministry, 2)
    seats.invite(pool, "ada@posts.example")

    api.refund(pool.order_uuid, seats.SEAT * 2, key="all", reason="none", by=9, at=make.NOON)

    assert (counts(pool).assigned, counts(pool).withdrawn, taken()) == (0, 2, 0)
    assert api.order(pool.order_uuid).state is OrderState.REFUNDED


def test_a_refund_never_takes_a_seat_that_a_learner_has_accepted(ministry):
    pool = seats.pool(ministry, 2)
    person = seats.account("ada")
    seats.invite(pool, "ada@posts.example")
    api.accept_seat(seats.links()[0], make.learner(person), shares=False, at=make.NOON)

    with override("en"), pytest.raises(RefundRefused, match="1 seat of “Spectrum management”"):
        api.refund(pool.order_uuid, seats.SEAT * 2, key="all", reason="none", by=9, at=make.NOON)

    assert (counts(pool).accepted, counts(pool).free, taken()) == (1, 1, 2)
    assert OrderLine.objects.get().refunded_minor == 0


def test_an_accepted_seat_can_be_refunded_once_its_coordinator_has_taken_it_back(
    ministry, monkeypatch
):
    monkeypatch.setattr("fee_payments.compat.course_progress", lambda people, key: {})
    pool = seats.pool(ministry, 1)
    person = seats.account("ada")
    seats.invite(pool, "ada@posts.example")
    given = api.accept_seat(seats.links()[0], make.learner(person), shares=False, at=make.NOON)
    api.revoke_seat(given.seat_uuid, by=seats.COORDINATOR, because="left", at=make.NOON)

    api.refund(pool.order_uuid, seats.SEAT, key="all", reason="none", by=9, at=make.NOON)

    assert (counts(pool).withdrawn, taken()) == (1, 0)


def test_seats_of_a_refund_that_the_provider_refuses_are_free_again(ministry, monkeypatch):
    pool = seats.pool(ministry)

    def refuse(self, reference, amount, *, key):
        assert counts(pool).held == 1
        raise ProviderRefused("no")

    monkeypatch.setattr(Sandbox, "refund", refuse)
    with pytest.raises(ProviderRefused):
        api.refund(pool.order_uuid, seats.SEAT, key="one", reason="fewer", by=9, at=make.NOON)

    assert (counts(pool).free, counts(pool).held, counts(pool).withdrawn) == (3, 0, 0)
    assert taken() == 3


def test_goodwill_of_less_than_a_seat_takes_no_seat(ministry):
    pool = seats.pool(ministry)

    api.refund(pool.order_uuid, Money("79.99", "USD"), key="a", reason="sorry", by=9, at=make.NOON)
    assert counts(pool).free == 3
    api.refund(pool.order_uuid, Money("0.01", "USD"), key="b", reason="sorry", by=9, at=make.NOON)

    assert (counts(pool).free, counts(pool).withdrawn) == (2, 1)


# --- Invoices on credit, disputes, bundles


def issue(placed, row, **changes):
    details = replace(details_of(row), address=("Place 1",), **changes)
    return invoicing.issue_invoice(placed.uuid, details, by=seats.COORDINATOR, at=make.NOON)


def test_an_organisation_with_credit_gives_its_seats_when_the_invoice_is_issued():
    seats.offering(capacity=10)
    row = seats.buyer(access_on="invoice")
    issue(seats.batch(row), row)

    (pool,) = api.list_pools(seats.COORDINATOR, at=make.NOON)
    assert (pool.counts.free, taken()) == (3, 3)


def test_seats_do_not_open_on_the_credit_of_another_organisation(ministry):
    trusted = seats.buyer(access_on="invoice", legal_name="Another ministry")
    issue(seats.batch(ministry), trusted)

    assert api.list_pools(seats.COORDINATOR, at=make.NOON) == ()


def test_an_invoice_on_credit_that_is_cancelled_ends_its_seats():
    seats.offering(capacity=10)
    row = seats.buyer(access_on="invoice")
    found = issue(seats.batch(row), row)
    person = seats.account("ada")
    (pool,) = api.list_pools(seats.COORDINATOR, at=make.NOON)
    seats.invite(pool, "ada@posts.example")
    api.accept_seat(seats.links()[0], make.learner(person), shares=False, at=make.NOON)

    crediting.issue_credit_note(found.uuid, reason="never paid", by=9, at=make.NOON)

    assert not api.has_entitlement(person, "spectrum", at=make.NOON)
    assert taken() == 0


def test_a_seat_of_a_bundle_opens_all_of_it(ministry):
    seats.offering("workshop", course_key="course-v1:ATC+ANTENNAS+2026_T4")
    seats.offering("both", kind="bundle", course_key="", opens=("spectrum", "workshop"))
    pool = seats.pool(ministry, code="both")
    person = seats.account("ada")
    seats.invite(pool, "ada@posts.example")

    given = api.accept_seat(seats.links()[0], make.learner(person), shares=False, at=make.NOON)
    opened = api.entitled_offerings(person, at=make.NOON)
    api.revoke_seat(given.seat_uuid, by=seats.COORDINATOR, because="left", at=make.NOON)

    assert opened == {"spectrum", "workshop", "both"}
    assert api.entitled_offerings(person, at=make.NOON) == frozenset()
