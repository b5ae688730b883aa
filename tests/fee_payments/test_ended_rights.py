"""What a learner reads who had a right and has it no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from factories import fee_payments as make
from fee_payments import api
from fee_payments.models import Entitlement, SeatCode

pytestmark = pytest.mark.django_db(transaction=True)

LATER = make.NOON + timedelta(days=30)


@pytest.fixture(autouse=True)
def sale():
    make.offering()


def note(user_id=1001, code="spectrum", *, at=LATER):
    return api.ended_note(user_id, code, at=at)


def redeem(*, at=make.NOON, key=""):
    text = make.seat_code(key=key)
    api.redeem_seat_code(make.learner(), "spectrum", text, at=at)


def withdraw(*, at):
    code = SeatCode.objects.get(revoked_at__isnull=True)
    api.revoke_seat_code(code.uuid, by=9, because="left", at=at)


def test_who_never_had_a_right_reads_nothing():
    assert note() == ""


def test_who_has_a_right_reads_nothing():
    redeem()
    assert note() == ""


def test_a_seat_that_was_withdrawn_says_when():
    redeem()
    withdraw(at=make.NOON + timedelta(days=2))
    assert note() == "Your seat was withdrawn on 7 October 2026."


def test_a_refund_says_that_access_ended_with_it():
    paid = make.paid_order(make.learner())
    api.refund(paid.uuid, make.PRICE, key="k", reason="asked", by=9, at=make.NOON)
    assert note() == "Your fee was refunded on 5 October 2026; with it your access ended."


def test_a_right_that_ended_by_itself_says_when():
    redeem()
    Entitlement.objects.update(ends_at=make.NOON + timedelta(days=1))
    assert note() == "Your access ended on 6 October 2026."
    assert note(at=make.NOON) == ""


def test_a_right_that_ended_before_it_was_taken_back_says_that_it_ended():
    redeem()
    Entitlement.objects.update(ends_at=make.NOON + timedelta(days=1))
    withdraw(at=make.NOON + timedelta(days=2))
    assert note() == "Your access ended on 6 October 2026."


def test_the_last_loss_counts():
    paid = make.paid_order(make.learner())
    api.refund(paid.uuid, make.PRICE, key="k", reason="asked", by=9, at=make.NOON)
    redeem(at=make.NOON + timedelta(days=1))
    assert note() == ""
    withdraw(at=make.NOON + timedelta(days=3))
    assert note() == "Your seat was withdrawn on 8 October 2026."


def test_the_day_is_the_one_in_utc():
    redeem()
    withdraw(at=make.NOON.replace(hour=23, minute=59))
    with translation.override("en"):
        assert "5 October 2026" in note()


def test_what_somebody_else_lost_is_not_told():
    redeem()
    withdraw(at=make.NOON)
    assert note(1002) == ""


def test_the_note_takes_one_query(django_assert_num_queries):
    redeem()
    withdraw(at=make.NOON)
    with django_assert_num_queries(1):
        note()
