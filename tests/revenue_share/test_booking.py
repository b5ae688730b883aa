"""What is booked once stays booked once, and as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid5

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import revenue_share as facts
from factories import waiver_policy as waiver
from fairgate.money import Money
from fee_payments.data import ReturnedSeat
from revenue_share import api
from revenue_share.data import Account, Part
from revenue_share.exceptions import (
    KeyReused,
    RefundExceedsSale,
    SaleNotBooked,
    UnbalancedPosting,
)
from revenue_share.models import LedgerTransaction, RevenueEvent, SaleStanding
from revenue_share.selectors import events
from revenue_share.services import holds
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db

CLEARED = datetime(2026, 12, 1, tzinfo=UTC)


def balance(account: Account, party: str = "", currency: str = "USD") -> Money:
    found = [
        one.amount for one in api.balances(currency) if (one.account, one.party) == (account, party)
    ]
    return sum(found, Money.zero(currency))


@pytest.fixture
def terms():
    facts.put_terms_in_force()


def test_a_payment_booked_twice_answers_with_the_first_booking(terms):
    first = api.book_payment(facts.payment(), at=facts.NOON)
    again = api.book_payment(facts.payment(), at=facts.CLOSE_DAY)
    assert again == first
    assert RevenueEvent.objects.count() == 1
    assert LedgerTransaction.objects.count() == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"gross": Money("120.01", "USD")},
        {"processor_fee": Money("0.01", "USD")},
        {"paid_at": facts.NOON + timedelta(seconds=1)},
        {"course_key": "course-v1:X+Y+Z"},
    ],
)
def test_f13_the_same_payment_with_another_payload_is_refused(terms, changes):
    # given
    api.book_payment(facts.payment(), at=facts.NOON)

    # when
    with pytest.raises(KeyReused, match="in the books already, with other amounts or dates"):
        api.book_payment(replace(facts.payment(), **changes), at=facts.NOON)

    # then
    assert RevenueEvent.objects.count() == 1
    assert api.check() == ()


def test_f05_a_refund_before_its_payment_waits(terms):
    # given
    refund = facts.refund()

    # when
    with pytest.raises(SaleNotBooked, match="is not in the books yet; its refund has to wait") as e:
        api.book_refund(refund, at=facts.REFUND_DAY)

    # then
    assert e.value.retryable
    assert not RevenueEvent.objects.exists()
    api.book_payment(facts.payment(), at=facts.REFUND_DAY)
    assert api.book_refund(refund, at=facts.REFUND_DAY).parts[Part.MIRROR]["FUND"] == -2400


def test_more_than_the_sale_brought_is_not_refunded(terms):
    # given
    api.book_payment(facts.payment(), at=facts.NOON)
    api.book_refund(facts.refund(amount="100.00"), at=facts.REFUND_DAY)

    # when
    with pytest.raises(RefundExceedsSale, match="would be 12001 minor units, more than its 12000"):
        api.book_refund(facts.refund("R2", amount="20.01"), at=facts.REFUND_DAY)

    # then
    assert RevenueEvent.objects.filter(kind="refund").count() == 1
    assert api.check() == ()


def test_a_refund_in_another_currency_is_refused(terms):
    api.book_payment(facts.payment(), at=facts.NOON)
    with pytest.raises(RefundExceedsSale, match="is in EUR, its sale in USD"):
        api.book_refund(facts.refund(amount="1.00", currency="EUR"), at=facts.REFUND_DAY)
    assert RevenueEvent.objects.count() == 1


def test_t03_a_sale_uses_the_terms_of_its_own_day_and_so_does_its_refund(terms):
    # given: 20 % to the fund in October; from November it is 50 %
    factory = facts.partnership_factory
    revenue = factory.REVENUE.replace("fund_percent: 20", "fund_percent: 50")
    october = factory.version_text(
        version=1, valid_until="2026-10-31", agreement="OTHER", courses=["course-v1:ATC+OTHER+1"]
    )
    november = factory.version_text(
        version=2,
        valid_from="2026-11-01",
        revenue=revenue,
        agreement="OTHER",
        courses=["course-v1:ATC+OTHER+1"],
    )
    factory.put_in_force(factory.terms_text(october, november))
    course = "course-v1:ATC+OTHER+1"
    last_moment = datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)
    midnight = datetime(2026, 11, 1, tzinfo=UTC)

    # when
    old = api.book_payment(facts.payment("A", at=last_moment, course=course), at=facts.CLOSE_DAY)
    new = api.book_payment(facts.payment("B", at=midnight, course=course), at=facts.CLOSE_DAY)
    back = api.book_refund(facts.refund("R", "A", at=midnight), at=facts.CLOSE_DAY)

    # then
    assert old.parts[Part.SHARE]["FUND"] == 2400
    assert new.parts[Part.SHARE]["FUND"] == 6000
    assert back.parts[Part.MIRROR]["FUND"] == -2400
    assert api.check() == ()


def test_t07_a_sale_without_terms_is_unallocated_and_shown():
    # given: no agreement at all
    booking = api.book_payment(facts.payment("A", "120.00", "20.00", "3.78"), at=facts.NOON)

    # then
    assert booking.is_unallocated
    assert booking.parts == {}
    assert balance(Account.UNALLOCATED) == Money("-96.22", "USD")
    assert api.list_statements() == ()
    assert api.check() == ()


def test_a_refund_of_an_unallocated_sale_comes_out_of_unallocated():
    api.book_payment(facts.payment("A", "120.00", "20.00", "3.78"), at=facts.NOON)
    api.book_refund(facts.refund("R", "A", "120.00", "20.00", "3.78"), at=facts.REFUND_DAY)
    assert balance(Account.UNALLOCATED) == Money("3.78", "USD")
    assert balance(Account.TAX_PAYABLE) == Money("0.00", "USD")
    assert api.check() == ()


def test_a_sale_refunded_in_full_leaves_only_the_lost_fee(terms):
    # given
    api.book_payment(facts.payment("A", "120.00", "20.00", "3.78"), at=facts.NOON)

    # when
    api.book_refund(facts.refund("R", "A", "120.00", "20.00", "3.78"), at=facts.REFUND_DAY)

    # then
    drafts = api.list_statements()
    assert sum(one.closing.minor for one in drafts) == -378
    assert balance(Account.GATEWAY_CLEARING) == Money("-3.78", "USD")
    assert api.check() == ()


def test_a_payment_smaller_than_its_fee_is_a_cost_to_all(terms):
    # given: 0.30 with a fee of 0.31
    booking = api.book_payment(facts.payment("A", "0.30", "0.00", "0.31"), at=facts.NOON)

    # then
    assert booking.parts[Part.SHARE] == {"GSMA": -1}
    assert api.check() == ()


def test_a_payment_smaller_than_its_fee_is_refunded_in_parts(terms):
    # given: 0.30 with a fee of 0.40, so the net is below zero
    api.book_payment(facts.payment("A", "0.30", "0.00", "0.40"), at=facts.NOON)

    # when: as fee_payments splits it: the last part settles the net
    api.book_refund(facts.refund("R1", "A", "0.10", "0.00", "0.10"), at=facts.REFUND_DAY)
    api.book_refund(facts.refund("R2", "A", "0.20", "0.00", "0.30"), at=facts.REFUND_DAY)

    # then: the fee is lost
    drafts = api.list_statements()
    assert sum(one.closing.minor for one in drafts) == -40
    assert api.check() == ()


@pytest.mark.parametrize(("currency", "gross"), [("JPY", "15001"), ("KWD", "36.667")])
def test_t20_yen_and_dinars_go_through_charge_refund_and_split(terms, currency, gross):
    # given
    api.book_payment(facts.payment("A", gross, "0", "0", currency=currency), at=facts.NOON)

    # when
    api.book_refund(facts.refund("R", "A", gross, "0", "0", currency=currency), at=facts.CLOSE_DAY)

    # then
    drafts = api.list_statements()
    assert [one.closing for one in drafts] == [Money.zero(currency)] * 4
    assert api.check() == ()


def test_a_refund_after_the_hold_calls_back_what_was_cleared(terms):
    # given
    api.book_payment(facts.payment(), at=facts.NOON)
    api.clear_holds(at=CLEARED)

    # when
    api.book_refund(facts.refund(at=CLEARED), at=CLEARED)

    # then
    assert balance(Account.PAYABLE_CLEARED, "GSMA") == Money("0.00", "USD")
    assert balance(Account.FUND_AVAILABLE, "FUND") == Money("0.00", "USD")
    assert api.check() == ()


def test_a_late_refund_is_called_back_of_the_fund_at_once(terms):
    # given: 24.00 of the first sale is in the fund
    api.book_payment(facts.payment("A"), at=facts.NOON)
    api.clear_holds(at=CLEARED)

    # when
    api.book_refund(facts.refund("R", "A", at=CLEARED), at=CLEARED)

    # then: nobody can be granted it any more
    assert waivers.fund_balance("USD").available == Money("0.00", "USD")
    assert [entry.kind for entry in waivers.list_fund_entries("USD")] == ["revenue", "clawback"]

    # and what clears later comes whole
    later = datetime(2026, 12, 10, tzinfo=UTC)
    api.book_payment(facts.payment("B", "60.00", at=later), at=later)
    api.book_payment(facts.payment("C", "120.00", at=later), at=later)
    cleared = api.clear_holds(at=datetime(2027, 1, 31, tzinfo=UTC))
    assert cleared.fund == (Money("36.00", "USD"),)
    assert waivers.fund_balance("USD").available == Money("36.00", "USD")
    assert (api.check(), waivers.check_funds()) == ((), ())


def test_a_late_refund_of_money_that_is_granted_makes_the_fund_owe_and_keeps_the_grant(terms):
    # given: the fund has 24.00, and 15.00 of it is held for a learner
    waiver.lists()
    waiver.policy()
    api.book_payment(facts.payment("A"), at=facts.NOON)
    api.clear_holds(at=CLEARED)
    waiver.grant(at=CLEARED)

    # when
    api.book_refund(facts.refund("R", "A", at=CLEARED), at=CLEARED)

    # then
    fund = waivers.fund_balance("USD")
    assert (fund.available, fund.reserved, fund.shortfall) == (
        Money("0.00", "USD"), Money("15.00", "USD"), Money("15.00", "USD"),
    )  # fmt: skip


def test_f14_a_call_back_that_was_not_sent_is_sent_once(terms, monkeypatch):
    # given: the worker dies between the refund and the fund
    api.book_payment(facts.payment("A"), at=facts.NOON)
    api.clear_holds(at=CLEARED)
    monkeypatch.setattr(waivers, "claw_back_fund", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        api.book_refund(facts.refund("R", "A", at=CLEARED), at=CLEARED)
    monkeypatch.undo()

    # when
    done = [api.clear_holds(at=CLEARED), api.clear_holds(at=CLEARED)]

    # then
    assert [one.fund for one in done] == [(), ()]
    assert waivers.fund_balance("USD").available == Money("0.00", "USD")
    assert len(waivers.list_fund_entries("USD")) == 2


def test_f14_a_credit_that_was_not_sent_is_sent_once(terms, monkeypatch):
    # given: the worker dies between the clearing and the fund
    api.book_payment(facts.payment(), at=facts.NOON)
    monkeypatch.setattr(waivers, "credit_fund", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        api.clear_holds(at=CLEARED)
    monkeypatch.undo()

    # when
    done = [api.clear_holds(at=CLEARED), api.clear_holds(at=CLEARED)]

    # then
    assert [one.fund for one in done] == [(Money("24.00", "USD"),), ()]
    assert waivers.fund_balance("USD").available == Money("24.00", "USD")


def test_a_sale_that_cannot_be_cleared_holds_up_no_other(terms, monkeypatch):
    # given: of three sales on one page, the second cannot be posted
    for name in ("A", "B", "C"):
        api.book_payment(facts.payment(name), at=facts.NOON)
    real, second = holds.draft, facts.payment("B").uuid

    def draft(legs, *, cause_uuid, **more):
        if cause_uuid == second:
            raise UnbalancedPosting("Debits and credits differ by %(difference)s.", difference=1)
        return real(legs, cause_uuid=cause_uuid, **more)

    monkeypatch.setattr(holds, "draft", draft)

    # when
    with pytest.raises(UnbalancedPosting):
        api.clear_holds(at=CLEARED)

    # then: the others are, and the fund has what is its own
    waiting = SaleStanding.objects.filter(cleared_at__isnull=True)
    assert list(waiting.values_list("sale__uuid", flat=True)) == [second]
    assert waivers.fund_balance("USD").available == Money("48.00", "USD")
    assert api.check() == ()

    # and it is, once it can be
    monkeypatch.undo()
    assert api.clear_holds(at=CLEARED).sales == 1


def test_a_page_of_holds_costs_a_sale_no_statement_of_its_own_but_for_the_fund(terms):
    def asked(count: int) -> int:
        for number in range(count):
            api.book_payment(facts.payment(f"{count}-{number}"), at=facts.NOON)
        sales = events.due_holds(CLEARED)
        with CaptureQueriesContext(connection) as queries:
            assert holds._clear(sales, CLEARED) == count
        return len(queries)

    asked(1)  # the fund has a position from now on
    assert asked(7) == asked(2)


def test_a_waived_seat_moves_its_cost_from_the_fund_to_the_trainer(terms, settings):
    # given
    settings.REVENUE_SHARE_SEAT_PARTIES = {facts.COURSE: "ATC"}

    # when
    booking = api.book_waived_seat(facts.waived_seat(), at=facts.NOON)

    # then
    assert booking.parts == {Part.SEAT: {"FUND": -1500, "ATC": 1500}}
    assert balance(Account.PAYABLE_CLEARED, "ATC") == Money("-15.00", "USD")
    assert balance(Account.FUND_AVAILABLE, "FUND") == Money("15.00", "USD")
    assert api.book_waived_seat(facts.waived_seat(), at=facts.CLOSE_DAY) == booking
    assert api.check() == ()


def returned(name="W1", at=facts.REFUND_DAY):
    seat = facts.waived_seat(name)
    return ReturnedSeat(
        uuid=uuid5(seat.grant_uuid, "returned"), grant_uuid=seat.grant_uuid, returned_at=at
    )


def test_a_seat_that_is_given_back_gives_the_fund_its_cost_back_from_the_same_trainer(
    terms, settings
):
    # given
    settings.REVENUE_SHARE_SEAT_PARTIES = {facts.COURSE: "ATC"}
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    settings.REVENUE_SHARE_SEAT_PARTIES = {}

    # when
    booking = api.book_returned_seat(returned(), at=facts.REFUND_DAY)

    # then
    assert booking.parts == {Part.SEAT: {"FUND": 1500, "ATC": -1500}}
    assert balance(Account.PAYABLE_CLEARED, "ATC") == Money("0.00", "USD")
    assert balance(Account.FUND_AVAILABLE, "FUND") == Money("0.00", "USD")
    assert api.book_returned_seat(returned(), at=facts.CLOSE_DAY) == booking
    assert api.check() == ()


def test_an_unallocated_seat_and_one_that_cost_nothing_are_given_back_too(terms):
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    api.book_waived_seat(facts.waived_seat("W2", cost=None), at=facts.NOON)
    for name in ("W1", "W2"):
        api.book_returned_seat(returned(name), at=facts.REFUND_DAY)
    assert balance(Account.UNALLOCATED) == Money("0.00", "USD")
    assert api.check() == ()


def test_a_seat_that_is_given_back_before_it_is_booked_waits(terms):
    with pytest.raises(SaleNotBooked):
        api.book_returned_seat(returned(), at=facts.REFUND_DAY)
    assert not RevenueEvent.objects.exists()


def test_the_fund_s_statement_says_what_it_earned_and_not_what_it_spent(terms, settings):
    # given
    settings.REVENUE_SHARE_SEAT_PARTIES = {facts.COURSE: "ATC"}
    facts.book_october()

    # when
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    closed = api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # then
    sums = {one.party: one.subtotal for one in closed.statements}
    assert sums["FUND"] == Money("50.96", "USD")
    assert sums["ATC"] == Money("65.96", "USD")
    assert api.check() == ()


def test_a_seat_for_whose_cost_nobody_is_named_is_unallocated(terms):
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    assert balance(Account.UNALLOCATED) == Money("-15.00", "USD")
    assert api.check() == ()


def test_a_seat_that_costs_nothing_is_a_memo_only(terms):
    booking = api.book_waived_seat(facts.waived_seat(cost=None), at=facts.NOON)
    assert booking.parts == {}
    assert RevenueEvent.objects.get().gross_minor == 12000
    assert not LedgerTransaction.objects.exists()
    assert api.check() == ()


def test_the_hold_is_counted_from_the_cut_off_of_the_month(terms):
    api.book_payment(facts.payment(), at=facts.NOON)
    assert SaleStanding.objects.get().ends_at == CLEARED
