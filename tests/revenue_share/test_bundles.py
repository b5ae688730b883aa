"""A line of several courses: each part under the terms of its own course, to the last cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import revenue_share as facts
from fairgate.money import Money
from fee_payments.data import SoldCourse
from revenue_share import api
from revenue_share.data import Account, Amounts, Part
from revenue_share.models import RevenueEvent
from revenue_share.rules.refunds import by_weight

ANTENNAS = "course-v1:ATC+ANTENNAS+2026_T4"
FREE = "course-v1:NO+TERMS+1"
CLEARED = datetime(2026, 12, 1, tzinfo=UTC)


def bundle(*courses, gross="120.00", tax="20.00", fee="3.78", name="B1"):
    sold = tuple(SoldCourse(course_key=key, weight=weight) for key, weight in courses)
    payment = facts.payment(name, gross, tax, fee, course="")
    return replace(payment, offering_code="both", courses=sold)


@pytest.fixture
def two_agreements(db):
    """The second course gives half to the fund and the rest to its centre."""
    factory = facts.partnership_factory
    revenue = factory.REVENUE.replace("fund_percent: 20", "fund_percent: 50").replace(
        "{GSMA: 45, ATC: 25, PLATFORM: 30}", "{ATC: 1}"
    )
    other = factory.version_text(agreement="ANTENNAS", courses=[ANTENNAS], revenue=revenue)
    factory.put_in_force(factory.terms_text(factory.version_text(), other))


def sales():
    return list(RevenueEvent.objects.filter(kind="sale").order_by("pk"))


def balance(account, party=""):
    found = [
        one.amount for one in api.balances("USD") if (one.account, one.party) == (account, party)
    ]
    return sum(found, Money.zero("USD"))


def test_a_bundle_is_shared_by_course_each_under_its_own_terms(two_agreements):
    # when
    booking = api.book_payment(bundle((facts.COURSE, 9_000), (ANTENNAS, 3_000)), at=facts.NOON)

    # then: 90.00 and 30.00, with 15.00 and 5.00 of tax, 2.83 and 0.95 of fee
    one, two = sales()
    assert (one.course_key, one.gross_minor, one.tax_minor, one.fee_minor) == (
        facts.COURSE, 9_000, 1_500, 284,
    )  # fmt: skip
    assert (two.course_key, two.gross_minor, two.tax_minor, two.fee_minor) == (
        ANTENNAS, 3_000, 500, 94,
    )  # fmt: skip
    assert (one.agreement, two.agreement) == ("GSMA-SPECTRUM", "ANTENNAS")
    assert sum(booking.parts[Part.SHARE].values()) == 9_622
    assert booking.parts[Part.SHARE]["ATC"] == 1_443 + 1_203
    assert api.check() == ()


def test_a_bundle_told_again_is_booked_once_even_if_it_opens_other_courses_by_now(two_agreements):
    first = api.book_payment(bundle((facts.COURSE, 9_000), (ANTENNAS, 3_000)), at=facts.NOON)
    again = api.book_payment(bundle((facts.COURSE, 1)), at=CLEARED)
    assert again == first
    assert len(sales()) == 2


def test_a_course_of_a_bundle_without_terms_is_unallocated_alone(two_agreements):
    booking = api.book_payment(bundle((facts.COURSE, 1), (FREE, 1)), at=facts.NOON)
    assert not booking.is_unallocated
    assert balance(Account.UNALLOCATED) == Money("-48.11", "USD")
    assert api.check() == ()


def test_refunds_of_a_bundle_in_parts_are_the_mirror_of_all_its_courses(two_agreements):
    # given
    api.book_payment(bundle((facts.COURSE, 9_000), (ANTENNAS, 3_000)), at=facts.NOON)

    # when
    for name, amount, tax, fee in (
        ("R1", "40.00", "6.67", "1.26"),
        ("R2", "80.00", "13.33", "2.52"),
    ):
        api.book_refund(facts.refund(name, "B1", amount, tax, fee), at=facts.REFUND_DAY)

    # then: the fee is lost, and nothing else is left
    sums = {one.party: one.closing.minor for one in api.list_statements()}
    assert sum(sums.values()) == -378
    assert balance(Account.TAX_PAYABLE) == Money("0.00", "USD")
    assert RevenueEvent.objects.filter(kind="refund").count() == 4
    assert api.check() == ()


def test_a_dispute_of_a_bundle_that_is_won_leaves_no_trace_but_its_fee(two_agreements):
    # given
    api.book_payment(bundle((facts.COURSE, 9_000), (ANTENNAS, 3_000)), at=facts.NOON)
    start = {(one.account, one.party): one.amount for one in api.balances()}

    # when
    api.book_dispute(facts.dispute(of=("B1",)), at=facts.REFUND_DAY)
    api.book_dispute(facts.dispute("won", of=("B1",), fee="0.00", at=CLEARED), at=CLEARED)

    # then
    assert {(one.account, one.party): one.amount for one in api.balances() if one.amount} == {
        key: amount for key, amount in start.items() if amount
    }
    assert api.check() == ()


def test_a_bundle_clears_course_by_course(two_agreements):
    api.book_payment(bundle((facts.COURSE, 9_000), (ANTENNAS, 3_000)), at=facts.NOON)
    assert api.clear_holds(at=CLEARED).sales == 2
    assert api.check() == ()


@given(
    net=st.integers(-500, 100_000),
    tax=st.integers(0, 20_000),
    fee=st.integers(500, 5_000),
    weights=st.lists(st.integers(0, 1_000), min_size=1, max_size=6).filter(any),
)
def test_the_parts_of_a_bundle_are_its_line_exactly(net, tax, fee, weights):
    whole = Amounts(net, tax, fee)
    parts = by_weight(whole, weights)
    assert Amounts(*(sum(each) for each in zip(*parts, strict=True))) == whole
    assert all(part.gross >= 0 and part.tax >= 0 and part.fee >= 0 for part in parts)
    assert all(part == (0, 0, 0) for part, weight in zip(parts, weights, strict=True) if not weight)
