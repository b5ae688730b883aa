"""A bundle opens all that is in it also for who did not buy it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api
from fee_payments.models import Entitlement

pytestmark = pytest.mark.django_db

LATER = make.NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def bundle():
    make.offering("one")
    make.offering("two", course_key="course-v1:ATC+ANTENNAS+2026_T4")
    make.offering(
        "both", kind="bundle", course_key="", opens=("one", "two"),
        prices=(make.price(Money("150.00", "USD")),),
    )  # fmt: skip


def opened(user_id=1001, *, at=LATER):
    return api.entitled_offerings(user_id, at=at)


ANTENNAS = "course-v1:ATC+ANTENNAS+2026_T4"


def weights_of_all(*opens):
    """What a payment for a bundle of these offerings says of its courses."""
    make.offering("all", kind="bundle", course_key="", opens=opens)
    make.paid_order(make.learner(), "all")
    [(_, payment)] = api.list_payments()
    return {one.course_key: one.weight for one in payment.courses}


def test_a_payment_for_a_bundle_says_how_much_of_it_is_for_which_course():
    # given: two offerings are of the first course
    make.offering("lab", prices=(make.price(Money("30.00", "USD")),))
    make.offering("short", course_key=ANTENNAS, prices=(make.price(Money("50.00", "USD")),))

    # then: as they cost apart
    assert weights_of_all("one", "lab", "short") == {make.COURSE: 15_000, ANTENNAS: 5_000}


def test_courses_without_a_price_in_the_currency_of_the_payment_count_the_same():
    make.offering("short", course_key=ANTENNAS, prices=(make.price(Money("50.00", "EUR")),))
    assert weights_of_all("one", "short") == {make.COURSE: 1, ANTENNAS: 1}


def test_what_is_of_one_course_names_no_others():
    make.paid_order(make.learner(), "one")
    [(_, payment)] = api.list_payments()
    assert (payment.course_key, payment.courses) == (make.COURSE, ())


def test_a_seat_code_of_a_bundle_opens_all_of_it_and_taken_back_closes_it():
    issued = api.issue_seat_codes("both", count=1, sponsor="UAF", by=9, key="batch", at=make.NOON)
    api.redeem_seat_code(make.learner(), "both", issued.codes[0], at=make.NOON)
    assert opened() == {"one", "two", "both"}
    code = api.list_seat_codes("both")[0]
    api.revoke_seat_code(code.uuid, by=9, because="mistake", at=LATER)
    assert opened() == set()


def test_access_to_a_bundle_by_hand_is_access_to_all_of_it():
    given = api.give_access(
        1001, "both", ends_at=None, reason="teacher", by=9, key="k", at=make.NOON
    )
    assert opened() == {"one", "two", "both"}
    api.end_access(given.uuid, reason="left", by=9, at=LATER)
    assert opened() == set()
    assert Entitlement.objects.filter(revoked_at=LATER).count() == 3


def test_what_a_paid_bundle_opens_stays_open_when_what_was_bought_before_is_refunded():
    alone = make.paid_order(make.learner(), "one")
    both = make.paid_order(make.learner(), "both")

    api.refund(alone.uuid, key="a", reason="bought the bundle", by=9, at=LATER)
    assert opened() == {"one", "two", "both"}
    api.refund(both.uuid, key="b", reason="changed their mind", by=9, at=LATER)

    assert opened() == set()


def test_what_a_paid_bundle_opens_stays_open_when_a_shorter_right_ends():
    api.give_access(1001, "one", ends_at=LATER, reason="trial", by=9, key="k", at=make.NOON)
    make.paid_order(make.learner(), "both")

    api.end_access_that_is_over(at=LATER)

    assert opened() == {"one", "two", "both"}
