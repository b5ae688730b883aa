"""A learner and an organisation want the last seats of a session: what the database decides."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from factories import fee_payments as make
from factories import institution_seats as institutions
from fee_payments import api, compat
from fee_payments.exceptions import NoSeatLeft
from fee_payments.models import Offering, Order, Session
from fee_payments.services import seats
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

everywhere = pytest.mark.parametrize("isolation", ISOLATIONS)


@pytest.fixture(autouse=True)
def home(monkeypatch):
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")


@pytest.fixture
def ministry():
    """A room of twenty, and three seats of it on Monday."""
    institutions.offering(capacity=20, delivery="in_person", place="Nairobi")
    make.session("monday", capacity=3)
    return institutions.buyer()


def learner_orders(user_id=1001):
    who = make.learner(user_id)
    return api.place_order(
        who, "spectrum", key=f"own {user_id}", expected=make.PRICE, at=make.NOON,
        sessions={"spectrum": "monday"},
    )  # fmt: skip


def taken():
    return Offering.objects.get().seats_taken, Session.objects.get().seats_taken


def in_turn(monkeypatch, first):
    """Let one order have the room before the other comes to it, and both be under way at once."""
    has_room, comes = threading.Event(), threading.Event()
    count = seats.count_seat

    def count_in_turn(offering, wanted=1, **options):
        if threading.current_thread().name == first:
            count(offering, wanted, **options)
            has_room.set()
            assert comes.wait(20)  # the other is about to ask, while this one has not committed
            return
        assert has_room.wait(20)
        comes.set()
        count(offering, wanted, **options)

    monkeypatch.setattr(seats, "count_seat", count_in_turn)


def named(name, act):
    """The same, in a thread of that name."""

    def run():
        threading.current_thread().name = name
        return act()

    return run


@everywhere
@pytest.mark.parametrize("first", ["learner", "ministry"])
def test_f11_who_has_the_room_first_has_the_last_seats_of_the_session(
    ministry, monkeypatch, isolation, first
):
    in_turn(monkeypatch, first)

    answers = race(
        named("learner", learner_orders),
        named("ministry", partial(institutions.batch, ministry, 3, session="monday")),
        isolation=isolation,
    )

    (refused,) = errors(answers)
    assert isinstance(refused, NoSeatLeft)
    (placed,) = values(answers)
    assert placed.buyer_name == (institutions.MINISTRY if first == "ministry" else "")
    count = sum(line.quantity for line in placed.lines)
    assert (Order.objects.count(), taken()) == (1, (count, count))


@everywhere
def test_f11_learners_and_organisations_never_have_more_than_the_session(ministry, isolation):
    others = [institutions.buyer(502 + number) for number in range(3)]

    answers = race(
        *(partial(learner_orders, 1001 + number) for number in range(4)),
        *(
            partial(institutions.batch, row, 2, by=502 + number, session="monday")
            for number, row in enumerate(others)
        ),
        isolation=isolation,
    )

    assert {type(error) for error in errors(answers)} == {NoSeatLeft}
    sold = sum(line.quantity for placed in values(answers) for line in placed.lines)
    assert taken() == (sold, sold)
    assert sold <= 3


@everywhere
def test_two_orders_of_two_sessions_in_turned_order_wait_and_never_in_a_circle(ministry, isolation):
    make.session("tuesday", capacity=3)
    ways = ({"monday": 2, "tuesday": 2}, {"tuesday": 2, "monday": 2})

    answers = race(
        *(
            partial(
                institutions.batch_of, ministry, institutions.at_sessions(**way), key=f"k{number}"
            )
            for number, way in enumerate(ways * 2)
        ),
        isolation=isolation,
    )

    assert [type(error) for error in errors(answers)] == [NoSeatLeft] * 3
    rows = Session.objects.values_list("seats_taken", flat=True)
    assert (Offering.objects.get().seats_taken, list(rows)) == (4, [2, 2])


def test_f11_without_the_condition_the_session_is_oversold(ministry, monkeypatch):
    met = threading.Barrier(2)

    def read_then_write(offering, wanted=1, *, session=None):
        row = Session.objects.get(pk=session.pk)
        if row.seats_taken + wanted > row.capacity:
            raise NoSeatLeft
        met.wait(20)
        sold.append(wanted)

    sold = []
    monkeypatch.setattr(seats, "count_seat", read_then_write)
    answers = race(learner_orders, partial(institutions.batch, ministry, 3, session="monday"))

    assert errors(answers) == []
    assert (Order.objects.count(), sorted(sold)) == (2, [1, 3])  # four people, three places
