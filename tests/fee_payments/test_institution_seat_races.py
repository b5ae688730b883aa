"""Who gets a seat of an institution when many act at once, and what happens without the lock."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db import OperationalError
from django.db.models import QuerySet

from factories import fee_payments as make
from factories import institution_seats as seats
from fee_payments import api, compat
from fee_payments.data import Invitee
from fee_payments.exceptions import (
    AlreadyEntitled,
    InvitationGone,
    NoSeatLeft,
    RefundRefused,
    SeatNotFree,
    SeatRefused,
)
from fee_payments.models import Entitlement, Offering, Order, Seat
from fee_payments.services import seat_accepting, seat_assigning
from fee_payments.services import seats as rooms
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

EIGHT = range(1, 9)
everywhere = pytest.mark.parametrize("isolation", ISOLATIONS)


@pytest.fixture(autouse=True)
def platform(monkeypatch):
    monkeypatch.setattr(compat, "course_progress", lambda people, key: {})
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")


@pytest.fixture
def pool():
    seats.offering(capacity=50)
    return seats.pool()


def accept(token, user_id):
    return api.accept_seat(token, make.learner(user_id), shares=False, at=make.NOON)


def release(uuid):
    return api.release_seat(uuid, by=seats.COORDINATOR, at=make.NOON)


def invite(pool, *addresses):
    people = [Invitee(email=one) for one in addresses]
    return api.assign_seats(pool.uuid, people, by=seats.COORDINATOR, at=make.NOON)


def pool_adds_up():
    """Rights and accepted seats are the same, and no more than were bought."""
    accepted = Seat.objects.filter(accepted_at__isnull=False, revoked_at__isnull=True)
    live = Entitlement.objects.filter(revoked_at__isnull=True, seat__isnull=False)
    same = set(accepted.values_list("pk", flat=True)) == set(live.values_list("seat", flat=True))
    return same and Seat.objects.filter(live_key__isnull=False).count() == 3


@everywhere
def test_f27_one_link_followed_by_eight_people_at_once_opens_one_seat(pool, isolation):
    seats.invite(pool, "ada@posts.example", anyone=True)
    token = seats.links()[0]

    answers = race(*(partial(accept, token, number) for number in EIGHT), isolation=isolation)

    assert len(values(answers)) == 1
    assert [type(error) for error in errors(answers)] == [InvitationGone] * 7
    assert (Entitlement.objects.count(), pool_adds_up()) == (1, True)


@everywhere
def test_f12_one_person_in_eight_tabs_gets_the_same_answer(pool, isolation):
    seats.invite(pool, "ada@posts.example")
    ada = seats.account("ada")

    answers = race(*[partial(accept, seats.links()[0], ada)] * 8, isolation=isolation)

    assert errors(answers) == []
    assert len({answer.seat_uuid for answer in values(answers)}) == 1


@everywhere
def test_a_seat_is_accepted_or_released_and_a_right_never_outlives_it(pool, isolation):
    seats.invite(pool, "ada@posts.example")
    ada, token = seats.account("ada"), seats.links()[0]
    (seat,) = Seat.objects.filter(assigned_at__isnull=False).values_list("uuid", flat=True)

    answers = race(partial(accept, token, ada), partial(release, seat), isolation=isolation)

    assert {type(error) for error in errors(answers)} <= {InvitationGone, SeatRefused}
    assert len(values(answers)) == 1
    assert pool_adds_up()


@everywhere
def test_f11_no_more_people_are_invited_than_there_are_seats(pool, isolation):
    answers = race(
        *(partial(invite, pool, f"p{number}@posts.example") for number in EIGHT),
        isolation=isolation,
    )

    assert len(values(answers)) == 3
    assert {type(error) for error in errors(answers)} == {SeatNotFree}
    assert Seat.objects.filter(assigned_at__isnull=False).count() == 3


@everywhere
def test_a_seat_is_refunded_or_accepted_and_never_both(isolation):
    seats.offering(capacity=50)
    pool = seats.pool(seats=1)
    seats.invite(pool, "ada@posts.example")
    ada, token = seats.account("ada"), seats.links()[0]
    back = partial(api.refund, pool.order_uuid, seats.SEAT, key="k", reason="r", by=9, at=make.NOON)

    answers = race(partial(accept, token, ada), back, isolation=isolation)

    assert len(values(answers)) == 1
    assert {type(error) for error in errors(answers)} <= {InvitationGone, RefundRefused}
    left = Offering.objects.get().seats_taken
    assert api.has_entitlement(ada, "spectrum", at=make.NOON) == (left == 1)


@everywhere
def test_f11_eight_organisations_want_the_last_fifty_seats_and_fifty_are_sold(isolation):
    seats.offering(capacity=50)
    buyers = [seats.buyer() for _ in EIGHT]

    answers = race(*(partial(seats.batch, one, 10) for one in buyers), isolation=isolation)

    assert len(values(answers)) == 5
    assert {type(error) for error in errors(answers)} == {NoSeatLeft}
    assert (Offering.objects.get().seats_taken, Order.objects.count()) == (50, 5)


@everywhere
def test_f13_a_button_pressed_eight_times_places_one_order(isolation):
    seats.offering(capacity=50)
    row = seats.buyer()

    answers = race(*[partial(seats.batch, row, 10)] * 8, isolation=isolation)

    assert errors(answers) == []
    assert len({answer.uuid for answer in values(answers)}) == 1
    assert (Offering.objects.get().seats_taken, Order.objects.count()) == (10, 1)


# --- The same, with the protection taken away


@pytest.fixture
def unlocked(monkeypatch):
    """Reading a row for writing locks nothing."""
    monkeypatch.setattr(QuerySet, "select_for_update", QuerySet.all)


def in_between(monkeypatch, module, name, act):
    """Let ``act`` happen after a function of a module has looked, and before it writes."""
    looked, done = threading.Event(), threading.Event()
    look = getattr(module, name)

    def look_and_wait(*args, **options):
        found = look(*args, **options)
        if not looked.is_set():  # who acts meanwhile waits for nobody
            looked.set()
            done.wait(10)
        return found

    def meanwhile():
        looked.wait(10)
        try:
            return act()
        finally:
            done.set()

    monkeypatch.setattr(module, name, look_and_wait)
    return meanwhile


def test_f27_without_the_lock_only_the_unique_index_keeps_a_seat_to_one_person(
    pool, monkeypatch, unlocked
):
    seats.invite(pool, "ada@posts.example", anyone=True)
    token, meeting = seats.links()[0], threading.Barrier(2)
    refuse = seat_accepting._refuse

    def look_together(*args, **options):
        refuse(*args, **options)
        meeting.wait(10)

    monkeypatch.setattr(seat_accepting, "_refuse", look_together)
    answers = race(partial(accept, token, 1), partial(accept, token, 2))

    # Both were let through; the loser hears something that is not true, or of a deadlock.
    (loser,) = errors(answers)
    assert isinstance(loser, AlreadyEntitled | OperationalError)
    assert Entitlement.objects.count() == 1


def test_without_the_lock_a_right_outlives_a_seat_that_was_released(pool, monkeypatch, unlocked):
    seats.invite(pool, "ada@posts.example")
    ada, token = seats.account("ada"), seats.links()[0]
    (seat,) = Seat.objects.filter(assigned_at__isnull=False).values_list("uuid", flat=True)

    meanwhile = in_between(monkeypatch, seat_accepting, "_refuse", partial(release, seat))
    answers = race(partial(accept, token, ada), meanwhile)

    assert errors(answers) == []  # taken back, said the one; accepted, said the other


def test_f11_without_the_lock_two_people_are_told_of_one_seat(pool, monkeypatch, unlocked):
    seats.invite(pool, "b@posts.example", "c@posts.example")
    meanwhile = in_between(
        monkeypatch, seat_assigning, "_take", partial(invite, pool, "eve@posts.example")
    )

    answers = race(partial(invite, pool, "ada@posts.example"), meanwhile)

    assert [answer.invited for answer in values(answers)] == [1, 1]
    assert Seat.objects.filter(assigned_at__isnull=False).count() == 3


def test_f11_without_the_condition_more_seats_are_sold_than_there_are(monkeypatch):
    seats.offering(capacity=10)
    row = seats.buyer()
    Offering.objects.update(capacity=None)

    def count_blindly(offering, count=1):
        Offering.objects.filter(pk=offering.pk).update(seats_taken=offering.seats_taken + count)

    monkeypatch.setattr(rooms, "count_seat", count_blindly)
    race(*(partial(seats.batch, row, 8, key=f"k{number}") for number in (1, 2)))

    assert Offering.objects.get().seats_taken <= 16
    assert Order.objects.count() == 2  # sixteen seats of a room of ten
