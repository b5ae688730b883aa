"""Two who want the same rows take them in one order: nobody is a deadlock's victim.

A deadlock is run again by who began the transaction, so nothing shows it but the server's error:
these tests listen for that. Where the order is taken away, it comes.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest

from factories import fee_payments as make
from fairgate_tables import transactions
from fairgate_tables.transactions import in_transaction
from fee_payments import api, handlers, models, signals
from fee_payments.services import enrolling, seats, waiting_rooms
from races import ISOLATIONS, errors, race

pytestmark = pytest.mark.mariadb

everywhere = pytest.mark.parametrize("isolation", ISOLATIONS)

DEADLOCK = 1213
LATER = make.NOON + timedelta(hours=1)
# How long who has the first row waits for the other to come between; with one order nobody can.
BESIDE = 1.0


@pytest.fixture
def lost(monkeypatch):
    """The numbers of the races for locks that were lost and run again."""
    found = []
    known = transactions.is_lost_race

    def listen(error):
        found.append(error.args[0])
        return known(error)

    monkeypatch.setattr(transactions, "is_lost_race", listen)
    return found


# --- A room: offering, session, place on the list


def room():
    return models.Offering.objects.get(), models.Session.objects.get()


@pytest.fixture
def full_session():
    make.workshop(capacity=20)
    make.session(capacity=1)
    claim(99)


@in_transaction
def claim(user_id):
    offering, session = room()
    seats.claim_seat(offering, user_id=user_id, at=LATER, session=session)


@pytest.fixture
def joined_and_counted(monkeypatch, full_session):
    """Somebody joins the list of a session, while an order counts the last seat of it given back.

    Each stops once, after its first row, until the other has its own.
    """
    seats.uncount_seat(*room()[:1], session=room()[1])
    models.Session.objects.update(waiting=1)  # so that people join although a seat is free
    has_session, has_offering = threading.Event(), threading.Event()
    count_waiting, count_in = waiting_rooms._count_waiting, seats._count_in

    def count_and_stop(*args, **names):
        count_waiting(*args, **names)
        has_session.set()
        has_offering.wait(BESIDE)

    def stop_and_count(*args, **names):
        has_offering.set()
        return count_in(*args, **names)

    monkeypatch.setattr(waiting_rooms, "_count_waiting", count_and_stop)
    monkeypatch.setattr(seats, "_count_in", stop_and_count)
    monkeypatch.setattr(seats, "is_free", lambda count=1: seats.has_room(count))

    def order():
        assert has_session.wait(20)
        claim(2)

    return partial(waiting_rooms._join, 1, *room(), at=make.NOON), order


@everywhere
def test_who_joins_a_list_and_who_takes_a_seat_of_it_wait_in_one_order(
    joined_and_counted, lost, isolation
):
    done = race(*joined_and_counted, isolation=isolation)

    assert (errors(done), lost) == ([], [])
    offering, session = room()
    assert (offering.seats_taken, session.seats_taken, session.waiting) == (1, 1, 2)


def test_with_the_session_first_they_are_a_deadlock(joined_and_counted, lost, monkeypatch):
    monkeypatch.setattr(waiting_rooms, "lock_room", lambda *args: None)

    done = race(*joined_and_counted)

    assert errors(done) == []  # run again
    assert DEADLOCK in lost


@pytest.fixture
def claimed_and_left(monkeypatch, full_session):
    """Somebody takes the seat that is held for them, and leaves the list in another tab."""
    api.join_room(make.learner(1), "spectrum", session="monday", at=make.NOON)
    seats.uncount_seat(room()[0], session=room()[1])
    assert api.offer_seats(at=make.NOON) == 1
    has_place, has_room = threading.Event(), threading.Event()
    held_for, lock_room = seats._held_for, waiting_rooms.lock_room

    def take_and_stop(*args, **names):
        found = held_for(*args, **names)
        has_place.set()
        has_room.wait(BESIDE)
        return found

    def lock_and_go_on(*args):
        lock_room(*args)
        has_room.set()

    monkeypatch.setattr(seats, "_held_for", take_and_stop)
    monkeypatch.setattr(waiting_rooms, "lock_room", lock_and_go_on)

    @in_transaction
    def take():
        offering, session = room()
        seats.claim_seat(offering, user_id=1, at=make.NOON, session=session)
        models.Offering.objects.filter(pk=offering.pk).update(place="Nairobi")  # as a line's row

    def leave():
        assert has_place.wait(20)
        row = models.RoomWaiting.objects.get(user_id=1)
        waiting_rooms._lapse(row, at=LATER)

    return take, leave


@everywhere
def test_who_takes_a_held_seat_and_who_ends_its_place_wait_in_one_order(
    claimed_and_left, lost, isolation
):
    done = race(*claimed_and_left, isolation=isolation)

    assert (errors(done), lost) == ([], [])
    offering, session = room()
    assert (offering.seats_taken, session.seats_taken) == (1, 1)
    assert models.RoomWaiting.objects.get().taken_at == make.NOON


def test_with_the_place_first_they_are_a_deadlock(claimed_and_left, lost, monkeypatch):
    monkeypatch.setattr(seats, "lock_room", lambda *args: None)

    done = race(*claimed_and_left)

    assert errors(done) == []
    assert DEADLOCK in lost


# --- The outbox of enrolments: the row of a task, then the entry of its key


@pytest.fixture
def worked_and_changed(monkeypatch):
    """A worker has a task, and a right of the same learner and course changes meanwhile."""
    signals.ENTITLEMENT_CHANGED.disconnect(handlers.follow_right)
    make.offering()
    make.paid_order(make.learner())
    has_task, has_key = threading.Event(), threading.Event()
    act = enrolling._act

    def stop_and_act(*args):
        has_task.set()
        has_key.wait(BESIDE)
        act(*args)

    monkeypatch.setattr(enrolling, "_act", stop_and_act)

    @in_transaction
    def change():
        assert has_task.wait(20)
        enrolling.enqueue(1001, make.COURSE, at=make.NOON)

    yield partial(api.follow_enrolment, 1001, make.COURSE, at=make.NOON), change
    signals.ENTITLEMENT_CHANGED.connect(handlers.follow_right)


@everywhere
def test_a_worker_and_a_change_want_a_task_in_one_order(worked_and_changed, lost, isolation):
    done = race(*worked_and_changed, isolation=isolation)

    assert (errors(done), lost) == ([], [])
    assert [outcome.value for outcome in done] == [True, None]
    assert models.EnrolmentTask.objects.exclude(open_key=None).count() == 1


def test_with_the_entry_of_the_key_first_they_are_a_deadlock(worked_and_changed, lost, monkeypatch):
    monkeypatch.setattr(enrolling, "_lock_open", lambda key: False)

    done = race(*worked_and_changed)

    assert errors(done) == []
    assert DEADLOCK in lost
