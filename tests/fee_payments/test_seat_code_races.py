"""Who gets the seat when many type a code at once, and what happens without the database’s word."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from django.db.models import QuerySet

from factories import fee_payments as make
from fairgate.typed_codes import grouped, new
from fee_payments import api
from fee_payments.exceptions import (
    AlreadyEntitled,
    AlreadyIssued,
    NoSeatLeft,
    SeatCodeRevoked,
    SeatCodeTaken,
    SeatCodeUnknown,
    TooManyTries,
)
from fee_payments.models import Entitlement, Offering, SeatCode, SeatCodeBatch, SeatCodeTries
from fee_payments.services import seat_codes
from races import ISOLATIONS, errors, race, values

pytestmark = pytest.mark.mariadb

EIGHT = range(1, 9)
everywhere = pytest.mark.parametrize("isolation", ISOLATIONS)


def redeem(text, user_id):
    return api.redeem_seat_code(make.learner(user_id), "spectrum", text, at=make.NOON)


def revoke():
    return api.revoke_seat_code(SeatCode.objects.get().uuid, by=9, because="lost", at=make.NOON)


def taken():
    return Offering.objects.get().seats_taken


@everywhere
def test_f27_one_code_typed_by_eight_people_at_once_opens_one_seat(isolation):
    make.offering(capacity=8)
    text = make.seat_code()

    answers = race(*(partial(redeem, text, number) for number in EIGHT), isolation=isolation)

    assert len(values(answers)) == 1
    assert [type(error) for error in errors(answers)] == [SeatCodeTaken] * 7
    right = Entitlement.objects.get()
    assert right.user_id == values(answers)[0].user_id == SeatCode.objects.get().redeemed_by
    assert taken() == 1


@everywhere
def test_f12_one_person_in_eight_tabs_gets_the_same_answer_eight_times(isolation, settings):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 8
    make.offering(capacity=1)
    text = make.seat_code()

    answers = race(*[partial(redeem, text, 1)] * 8, isolation=isolation)

    assert errors(answers) == []
    assert len({answer.code_uuid for answer in values(answers)}) == 1
    assert (Entitlement.objects.count(), taken()) == (1, 1)


@everywhere
def test_f11_the_last_seat_goes_to_one_of_eight_codes_and_the_others_stay_free(isolation):
    make.offering(capacity=1)
    codes = make.seat_codes(count=8).codes

    answers = race(*map(partial, [redeem] * 8, codes, EIGHT), isolation=isolation)

    assert len(values(answers)) == 1
    assert {type(error) for error in errors(answers)} == {NoSeatLeft}
    assert SeatCode.objects.filter(redeemed_by__isnull=True).count() == 7
    assert (Entitlement.objects.count(), taken()) == (1, 1)


@everywhere
def test_one_person_with_eight_codes_uses_one(isolation, settings):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 8
    make.offering(capacity=8)
    codes = make.seat_codes(count=8).codes

    answers = race(*(partial(redeem, text, 1) for text in codes), isolation=isolation)

    assert len(values(answers)) == 1
    assert {type(error) for error in errors(answers)} == {AlreadyEntitled}
    assert SeatCode.objects.filter(redeemed_by=1).count() == 1
    assert taken() == 1


@everywhere
def test_a_code_is_redeemed_or_taken_back_and_a_right_never_outlives_it(isolation):
    make.offering(capacity=8)
    text = make.seat_code()

    answers = race(partial(redeem, text, 1), revoke, isolation=isolation)

    assert {type(error) for error in errors(answers)} <= {SeatCodeRevoked}
    assert SeatCode.objects.get().revoked_at == make.NOON
    assert not api.has_entitlement(1, "spectrum", at=make.NOON)
    assert taken() == 0


@everywhere
def test_a_seat_is_bought_or_given_and_counted_once_for_one_person(isolation):
    make.offering(capacity=8)
    text = make.seat_code()

    race(partial(redeem, text, 1), partial(make.order, make.learner(1)), isolation=isolation)

    assert api.has_entitlement(1, "spectrum", at=make.NOON)
    api.expire_orders(at=make.NOON.replace(day=6))
    assert taken() == 1


@everywhere
def test_f27_eight_guesses_at_once_are_eight_tries(isolation, settings):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 5
    make.offering()

    answers = race(*(partial(redeem, grouped(new()), 1) for _ in EIGHT), isolation=isolation)

    told = [type(error) for error in errors(answers)]
    assert (told.count(SeatCodeUnknown), told.count(TooManyTries)) == (5, 3)


@everywhere
def test_f13_a_button_pressed_eight_times_issues_once(isolation):
    make.offering()

    answers = race(*[partial(make.seat_codes, count=3, key="one")] * 8, isolation=isolation)

    assert len(values(answers)) == 1
    assert {type(error) for error in errors(answers)} == {AlreadyIssued}
    assert (SeatCodeBatch.objects.count(), SeatCode.objects.count()) == (1, 3)


# --- The same, with the protection taken away


@pytest.fixture
def unlocked(monkeypatch):
    """Reading a row for writing locks nothing."""
    monkeypatch.setattr(QuerySet, "select_for_update", QuerySet.all)


def test_f27_without_the_lock_a_code_that_was_taken_back_still_opens(monkeypatch, unlocked):
    make.offering(capacity=8)
    text = make.seat_code()
    looked, revoked = threading.Event(), threading.Event()
    refuse = seat_codes._refuse

    def look_and_wait(row, **moment):
        refuse(row, **moment)
        looked.set()
        revoked.wait(10)

    def revoke_in_between():
        looked.wait(10)
        revoke()
        revoked.set()

    monkeypatch.setattr(seat_codes, "_refuse", look_and_wait)
    race(partial(redeem, text, 1), revoke_in_between)

    assert SeatCode.objects.get().revoked_at is not None
    assert api.has_entitlement(1, "spectrum", at=make.NOON)


def test_f27_without_the_lock_only_the_unique_index_keeps_a_code_to_one_person(
    monkeypatch, unlocked
):
    make.offering(capacity=8)
    text = make.seat_code()
    meeting = threading.Barrier(2)
    refuse = seat_codes._refuse

    def look_together(row, **moment):
        refuse(row, **moment)
        meeting.wait(10)

    monkeypatch.setattr(seat_codes, "_refuse", look_together)
    answers = race(partial(redeem, text, 1), partial(redeem, text, 2))

    # Both were let through; the loser hears something that is not true.
    assert [type(error) for error in errors(answers)] == [AlreadyEntitled]
    assert Entitlement.objects.count() == 1


def test_f27_without_the_lock_guesses_at_once_are_not_counted(monkeypatch, unlocked, settings):
    settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR = 1
    make.offering()
    SeatCodeTries.objects.create(pk=1, since=make.NOON)
    meeting = threading.Barrier(2)

    def tries():
        meeting.wait(10)
        return 1

    monkeypatch.setattr("fee_payments.conf.seat_code_tries", tries)
    answers = race(*(partial(redeem, grouped(new()), 1) for _ in range(2)))

    assert [type(error) for error in errors(answers)] == [SeatCodeUnknown] * 2
