"""Who gets a seat of an institution when many act at once, and what happens without the lock."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from django.db.models import QuerySet

from factories import fee_payments as make
from factories import institution_seats as seats
from factories import invoices as papers
from fairgate_tables import transactions
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
from fee_payments.models import CreditNote, Entitlement, InvoiceStanding, Offering, Order, Seat
from fee_payments.selectors.buyers import details_of
from fee_payments.selectors.institution_seats import state_of
from fee_payments.services import (
    enrolling,
    entitling,
    institution_seats,
    refund_books,
    seat_accepting,
    seat_assigning,
)
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


@pytest.fixture
def paid_by_transfer(settings):
    """Three seats that were paid by bank, an invitation, and the line that takes the money back."""
    settings.FEE_PAYMENTS_PROVIDERS = ["sandbox", "invoice"]
    settings.FEE_PAYMENTS_SUSPEND_ON_REVERSAL = True
    seats.offering(capacity=50)
    row = seats.buyer()
    placed = seats.batch(row)
    buyer = replace(details_of(row), address=("Place 1",))
    found = papers.invoice(placed, buyer=buyer)
    line = papers.pay(found, seats.SEAT * 3)
    back = papers.bank_line(seats.SEAT * 3, is_credit=False, is_reversal=True)
    (pool,) = api.list_pools(seats.COORDINATOR, at=make.NOON)
    seats.invite(pool, "ada@posts.example")
    take_back = partial(api.take_back, back.pk, line_pk=line.pk, by=9, at=papers.LATER)
    return SimpleNamespace(order=placed.uuid, invoice=found, pool=pool, take_back=take_back)


@everywhere
def test_f19_a_reversal_a_refund_and_an_acceptance_at_once_lose_no_effect(
    paid_by_transfer, isolation, monkeypatch
):
    ada = seats.account("ada")
    looked, bank_waits, refund_waits = (threading.Event() for _ in range(3))
    look = seat_accepting.check_open_to
    lock_pools, hold_back = institution_seats.lock_pools, refund_books.hold_back

    def look_and_wait(*args, **options):
        # Ada was let through, and has the pool; bank and refund come to it before she goes on.
        looked.set()
        assert bank_waits.wait(20)
        assert refund_waits.wait(20)
        return look(*args, **options)

    def at_the_pools(order):
        bank_waits.set()
        lock_pools(order)

    def at_the_lines(refund, *, at):
        refund_waits.set()
        hold_back(refund, at=at)

    def bank():
        assert looked.wait(20)
        paid_by_transfer.take_back()

    def refund():
        assert bank_waits.wait(20)
        return api.refund(
            paid_by_transfer.order, seats.SEAT, key="k", reason="fewer", by=9, at=papers.LATER
        )

    # The platform's enrolment follows in transactions of its own, which are run again.
    monkeypatch.setattr(enrolling, "enqueue", lambda *_args, **_options: None)
    lost = []
    monkeypatch.setattr(transactions, "is_lost_race", lambda error: bool(lost.append(error)))
    monkeypatch.setattr(seat_accepting, "check_open_to", look_and_wait)
    monkeypatch.setattr(institution_seats, "lock_pools", at_the_pools)
    monkeypatch.setattr(refund_books, "hold_back", at_the_lines)
    answers = race(partial(accept, seats.links()[0], ada), bank, refund, isolation=isolation)

    assert (errors(answers), lost) == ([], [])
    assert seat_states() == ["accepted", "free", "withdrawn"]
    assert not api.has_entitlement(ada, "spectrum", at=papers.LATER)
    order, standing = Order.objects.get(), InvoiceStanding.objects.get()
    assert (order.state, "took the payment back" in order.held_because) == (
        "partially_refunded", True,
    )  # fmt: skip
    assert (standing.paid_minor, standing.credited_minor, standing.holds_order) == (0, 8000, True)
    assert (CreditNote.objects.count(), Offering.objects.get().seats_taken) == (1, 2)

    papers.pay(paid_by_transfer.invoice, seats.SEAT * 2)  # the rest is paid again
    assert api.has_entitlement(ada, "spectrum", at=papers.LATER)
    assert Order.objects.get().held_because == ""


def seat_states():
    return sorted(state_of(row, at=papers.LATER).value for row in Seat.objects.all())


def give_right(seat_pk, user_id):
    with transaction.atomic():
        seat = Seat.objects.get(pk=seat_pk)
        return entitling.open_given_seat(seat, user_id=user_id, at=make.NOON)


@everywhere
def test_one_seat_never_gives_two_live_rights(pool, isolation):
    seat = Seat.objects.earliest("pk").pk

    answers = race(*(partial(give_right, seat, number) for number in EIGHT), isolation=isolation)

    assert errors(answers) == []
    assert [bool(answer) for answer in values(answers)].count(True) == 1
    assert Entitlement.objects.filter(seat=seat, revoked_at__isnull=True).count() == 1


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

    def count_blindly(offering, count=1, *, session=None):
        Offering.objects.filter(pk=offering.pk).update(seats_taken=offering.seats_taken + count)

    monkeypatch.setattr(rooms, "count_seat", count_blindly)
    race(*(partial(seats.batch, row, 8, key=f"k{number}") for number in (1, 2)))

    assert Offering.objects.get().seats_taken <= 16
    assert Order.objects.count() == 2  # sixteen seats of a room of ten


def test_without_the_key_of_the_seat_two_people_have_a_right_by_it(pool, monkeypatch):
    monkeypatch.setattr(entitling, "_seat_key", lambda basis, offering: uuid4().hex)
    seat = Seat.objects.earliest("pk").pk

    race(*(partial(give_right, seat, number) for number in (1, 2)))

    assert Entitlement.objects.filter(seat=seat, revoked_at__isnull=True).count() == 2


def test_f19_without_the_lock_a_seat_is_open_while_the_bank_has_the_money(
    paid_by_transfer, monkeypatch, unlocked
):
    ada, token = seats.account("ada"), seats.links()[0]
    meanwhile = in_between(monkeypatch, seat_accepting, "check_open_to", paid_by_transfer.take_back)

    answers = race(partial(accept, token, ada), meanwhile)

    assert errors(answers) == []
    assert "took the payment back" in Order.objects.get().held_because
    assert api.has_entitlement(ada, "spectrum", at=papers.LATER)  # nobody has told it to rest
