"""What the database decides when many want the last seat of a session, or wait for one."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.db.models import F

from factories import fee_payments as make
from fairgate_tables.transactions import in_transaction
from fee_payments import api, models
from fee_payments.exceptions import NoSeatLeft
from fee_payments.services import seats, taxes
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

EIGHT = range(1, 9)
LATER = make.NOON + timedelta(hours=1)


def rows():
    return models.Offering.objects.get(), models.Session.objects.get()


def counts(row):
    return row.seats_taken, row.waiting


@in_transaction
def claim(user_id):
    offering, session = rows()
    seats.claim_seat(offering, user_id=user_id, at=LATER, session=session)


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True], ids=["own transaction", "ATOMIC_REQUESTS"])
def test_f11_the_last_seat_of_a_session_asked_for_by_eight_goes_to_one(isolation, atomic):
    make.workshop(capacity=20)
    make.session(capacity=1)
    claims = race(*(partial(claim, n) for n in EIGHT), isolation=isolation, atomic=atomic)
    assert len(values(claims)) == 1
    assert {type(error) for error in errors(claims)} == {NoSeatLeft}
    assert [counts(row) for row in rows()] == [(1, 0), (1, 0)]


def test_f11_without_the_conditional_update_the_session_is_oversold(monkeypatch):
    def read_then_write(session):
        row = models.Session.objects.get(pk=session.pk)
        if row.seats_taken >= row.capacity:
            raise NoSeatLeft
        met.wait(10)
        models.Session.objects.filter(pk=row.pk).update(capacity=F("capacity"), seats_taken=1)

    @transaction.atomic
    def of_the_session(_number):
        seats._count_in(models.Session.objects.get())

    met = threading.Barrier(2)
    monkeypatch.setattr(seats, "_count_in", read_then_write)
    make.workshop(capacity=20)
    make.session(capacity=1)
    claims = race(*(partial(of_the_session, number) for number in (1, 2)))
    assert len(values(claims)) == 2


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_f11_a_seat_that_is_free_is_offered_to_one_of_eight_workers_and_taken_once(isolation):
    make.workshop(capacity=1)
    make.session()
    claim(99)
    for number in EIGHT:
        api.join_room(make.learner(number), "spectrum", at=make.NOON + timedelta(minutes=number))
    seats.uncount_seat(rows()[0], session=rows()[1])
    offers = race(*[partial(api.offer_seats, at=LATER)] * 8, isolation=isolation)
    assert (errors(offers), sum(values(offers))) == ([], 1)
    claims = race(*[partial(claim, 1)] * 4, *(partial(claim, n) for n in (2, 3, 4)),
                  isolation=isolation)  # fmt: skip
    assert len(values(claims)) == 1
    assert [counts(row) for row in rows()] == [(1, 7), (1, 0)]


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_who_presses_eight_times_waits_once(isolation):
    make.workshop(capacity=0)
    join = partial(api.join_room, make.learner(1), "spectrum", at=make.NOON)
    places = race(*[join] * 8, isolation=isolation)
    assert errors(places) == []
    assert {place.place for place in values(places)} == {1}
    assert models.Offering.objects.get().waiting == 1


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_leaving_while_a_seat_is_offered_counts_every_seat_once(isolation):
    make.workshop(capacity=1)
    make.session()
    claim(99)
    for number in (1, 2):
        api.join_room(make.learner(number), "spectrum", at=make.NOON + timedelta(minutes=number))
    seats.uncount_seat(rows()[0], session=rows()[1])
    outcomes = race(
        partial(api.offer_seats, at=LATER),
        partial(api.leave_room, 1, "spectrum", at=LATER),
        partial(api.offer_seats, at=LATER),
        partial(api.leave_room, 1, "spectrum", at=LATER),
        isolation=isolation,
    )
    assert {type(error).__name__ for error in errors(outcomes)} <= {"NotWaiting"}
    api.offer_seats(at=LATER)
    live = models.RoomWaiting.objects.filter(live_key__isnull=False)
    held = live.filter(offered_until__isnull=False).count()
    assert counts(rows()[0]) == (held, live.count() - held)


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_two_rates_that_are_added_at_once_never_hold_on_one_day(isolation):
    ways = [partial(make.tax, "FR", percent) for percent in ("20", "10", "5.5", "2.1")]
    outcomes = race(*ways, isolation=isolation)
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {taxes.TaxOverlap}


@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_the_next_quote_has_what_another_connection_has_changed(isolation):
    make.offering()
    for number in range(3):
        race(partial(make.offering, title=f"Title {number}"), isolation=isolation)
        found = api.quote(make.learner(), "spectrum", at=make.NOON)
        assert found.offering.title == f"Title {number}"
