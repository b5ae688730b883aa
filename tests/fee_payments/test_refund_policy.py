"""The refund ladder: how much goes back at which moment, and how an operator writes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments.checks import check_refund_policy
from fee_payments.exceptions import InvalidRefundPolicy
from fee_payments.rules import goes_back, read_refund_policy

PAID = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
START = datetime(2026, 11, 2, tzinfo=UTC)
FORTNIGHT = PAID + timedelta(days=14)
LADDER = read_refund_policy(
    [{"percent": 100, "days_after_payment": 14}, {"percent": 50, "days_before_start": 0}]
)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("at", "percent", "until"),
    [
        (PAID, 100, FORTNIGHT),
        (FORTNIGHT - MOMENT, 100, FORTNIGHT),
        (FORTNIGHT, 50, START),
        (START - MOMENT, 50, START),
        (START, 0, None),
    ],
)
def test_the_step_that_gives_most_counts_while_it_holds(at, percent, until):
    found = LADDER.holds(at=at, paid_at=PAID, starts_at=START)
    assert found == (Percent(percent), until)


def test_a_step_that_is_counted_from_a_start_that_nobody_named_does_not_count():
    assert LADDER.holds(at=FORTNIGHT, paid_at=PAID, starts_at=None) == (Percent(0), None)


def test_days_before_the_start_end_earlier():
    policy = read_refund_policy([{"percent": "12.5", "days_before_start": 7}])
    week = START - timedelta(days=7)
    assert policy.holds(at=PAID, paid_at=PAID, starts_at=START) == (Percent("12.5"), week)
    assert policy.holds(at=week, paid_at=PAID, starts_at=START) == (Percent(0), None)


@given(
    steps=some.lists(
        some.fixed_dictionaries({
            "percent": some.integers(0, 100), "days_after_payment": some.integers(0, 30),
        })
    ),
    days=some.lists(some.integers(0, 40), min_size=2, max_size=2).map(sorted),
)  # fmt: skip
def test_a_ladder_that_is_counted_from_the_payment_never_rises(steps, days):
    policy = read_refund_policy(steps)
    earlier, later = (
        policy.holds(at=PAID + timedelta(days=day), paid_at=PAID, starts_at=None)[0] for day in days
    )
    assert later <= earlier


@pytest.mark.parametrize(
    ("paid", "refunded", "back"),
    [("120.00", "0.00", "60.00"), ("120.00", "10.00", "50.00"), ("120.00", "90.00", "0.00"),
     ("0.01", "0.00", "0.01")],
)  # fmt: skip
def test_what_went_back_already_is_taken_off(paid, refunded, back):
    found = goes_back(Percent(50), paid=Money(paid, "USD"), refunded=Money(refunded, "USD"))
    assert found == Money(back, "USD")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("14 days", "is a list of steps"),
        (None, "is a list of steps"),
        ([100], "Step 1 has to name percent"),
        ([{"percent": 100}], "Step 1 has to name percent"),
        ([{"percent": 100, "days_after_payment": 1, "days_before_start": 1}], "and nothing else"),
        ([{"percent": 100, "days_after_payment": 1, "note": ""}], "and nothing else"),
        ([{"percent": 100, "days_after_payment": -1}], "is not a whole number from 0 to 3650"),
        ([{"percent": 100, "days_after_payment": 1.5}], "days_after_payment of step 1"),
        ([{"percent": 100, "days_after_payment": True}], "days_after_payment of step 1"),
        ([{"percent": 50, "days_before_start": 0}, {"percent": 101, "days_before_start": 0}],
         "The percent of step 2 cannot be read"),
        ([{"percent": 0.5, "days_before_start": 0}], "The percent of step 1 cannot be read"),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_read_says_where(written, said, settings):
    with pytest.raises(InvalidRefundPolicy, match=said):
        read_refund_policy(written)
    settings.FEE_PAYMENTS_REFUND_POLICY = written
    assert [message.id for message in check_refund_policy(None)] == ["fee_payments.E008"]


def test_no_refunds_at_all_is_a_policy(settings):
    settings.FEE_PAYMENTS_REFUND_POLICY = []
    assert check_refund_policy(None) == []
