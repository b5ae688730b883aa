"""The worked example of money.md 5.3, number by number, through the whole app."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from factories import revenue_share as facts
from fairgate.money import Money
from revenue_share import api
from revenue_share.data import Part, StatementState
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db

PARTIES = ("FUND", "GSMA", "ATC", "PLATFORM")


def usd(*amounts: str) -> tuple[Money, ...]:
    return tuple(Money(amount, "USD") for amount in amounts)


def shares(booking, part=Part.SHARE):
    units = booking.parts[part]
    return tuple(Money.from_minor(units[party], "USD") for party in PARTIES)


def october(what="subtotal"):
    return tuple(getattr(api.statement(party, "2026-10"), what) for party in PARTIES)


@pytest.mark.parametrize(
    ("sale", "expected"),
    [
        ("S1", ("19.25", "34.64", "19.24", "23.09")),
        ("S2", ("23.24", "41.84", "23.25", "27.89")),
        ("S3", ("11.59", "20.86", "11.59", "13.91")),
        ("S4", ("1.88", "3.39", "1.88", "2.26")),
    ],
)
def test_every_sale_of_october_is_shared_to_the_cent(sale, expected):
    # given
    facts.put_terms_in_force()

    # when
    bookings = {
        name: api.book_payment(facts.payment(name, *rest), at=rest[-1])
        for name, *rest in facts.OCTOBER
    }

    # then
    assert shares(bookings[sale]) == usd(*expected)


def test_the_refund_of_november_takes_back_its_part_and_the_lost_fee():
    # given
    facts.put_terms_in_force()
    facts.book_october()

    # when: booked again, it answers with the first booking
    refund = facts.refund("R1", "S3", "25.00", "0.00", "0.85")
    booking = api.book_refund(refund, at=facts.CLOSE_DAY)

    # then
    assert shares(booking, Part.MIRROR) == usd("-4.83", "-8.69", "-4.83", "-5.80")
    assert shares(booking, Part.LOST_FEE) == usd("-0.17", "-0.31", "-0.17", "-0.20")


def test_the_rest_of_s3_refunded_later_is_the_exact_mirror():
    # given
    facts.put_terms_in_force()
    facts.book_october()

    # when
    rest = facts.refund("R2", "S3", "34.99", "0.00", "1.19")
    booking = api.book_refund(rest, at=facts.REFUND_DAY)

    # then
    assert shares(booking, Part.MIRROR) == usd("-6.76", "-12.17", "-6.76", "-8.11")


def test_the_statements_of_october_are_those_of_the_worked_example():
    # given
    facts.put_terms_in_force()
    facts.book_october()

    # when
    closed = api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # then
    assert october() == usd("50.96", "91.73", "50.96", "61.15")
    assert october("payable") == usd("50.96", "91.73", "50.96", "61.15")
    assert [one.number for one in closed.statements] == [1, 2, 3, 4]
    assert {one.state for one in closed.statements} == {StatementState.CLOSED}
    assert api.check() == ()


def test_the_draft_of_november_already_shows_october():
    # given
    facts.put_terms_in_force()

    # when
    facts.book_october()

    # then
    assert october() == usd("50.96", "91.73", "50.96", "61.15")
    assert {one.state for one in api.list_statements()} == {StatementState.DRAFT}


def test_a_named_bearer_of_the_lost_fee_changes_the_parts_and_not_the_sum():
    # given
    revenue = facts.partnership_factory.REVENUE.replace("pro_rata", "PLATFORM")
    facts.put_terms_in_force(revenue=revenue)

    # when
    facts.book_october()

    # then
    assert october() == usd("51.13", "92.04", "51.13", "60.50")


def test_the_fund_receives_its_part_when_the_hold_ends_and_not_before():
    # given
    facts.put_terms_in_force()
    facts.book_october()

    # when
    early = api.clear_holds(at=datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    in_time = api.clear_holds(at=datetime(2026, 12, 1, tzinfo=UTC))
    again = api.clear_holds(at=datetime(2026, 12, 1, tzinfo=UTC))

    # then
    assert (early.sales, in_time.sales, again.sales) == (0, 4, 0)
    assert (early.fund, in_time.fund, again.fund) == ((), usd("50.96"), ())
    assert waivers.fund_balance("USD").available == Money("50.96", "USD")


def test_s1_is_posted_as_the_design_says():
    # given
    facts.put_terms_in_force()

    # when
    api.book_payment(facts.payment(*facts.OCTOBER[0]), at=facts.NOON)

    # then
    balances = {(one.account.value, one.party): one.amount for one in api.balances("USD")}
    assert balances == {
        ("gateway_clearing", ""): Money("116.22", "USD"),
        ("processor_fee", ""): Money("0.00", "USD"),
        ("deferred_receipts", ""): Money("0.00", "USD"),
        ("tax_payable", ""): Money("-20.00", "USD"),
        ("payable_on_hold", "FUND"): Money("-19.25", "USD"),
        ("payable_on_hold", "GSMA"): Money("-34.64", "USD"),
        ("payable_on_hold", "ATC"): Money("-19.24", "USD"),
        ("payable_on_hold", "PLATFORM"): Money("-23.09", "USD"),
    }


def test_the_refund_is_posted_as_the_design_says():
    # given
    facts.put_terms_in_force()

    # when
    facts.book_october()

    # then
    balances = {(one.account.value, one.party): one.amount for one in api.balances("USD")}
    assert balances["gateway_clearing", ""] == Money("274.80", "USD")
    assert balances["fee_lost", "GSMA"] == Money("0.31", "USD")
    assert balances["payable_on_hold", "GSMA"] == Money("-92.04", "USD")
