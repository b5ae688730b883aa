"""A payer's bank takes the money back: who loses what, and who gets it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from factories import revenue_share as facts
from fairgate.money import Money
from revenue_share import api
from revenue_share.data import Account, EventKind, Part
from revenue_share.exceptions import DisputeDiffers, RefundExceedsSale, SaleNotBooked
from revenue_share.models import (
    AllocationLine,
    CarriedRemainder,
    DisputeStanding,
    RevenueEvent,
    SaleStanding,
)
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db

PARTIES = ("FUND", "GSMA", "ATC", "PLATFORM")
CLEARED = datetime(2026, 12, 1, tzinfo=UTC)
PAID_OUT = datetime(2026, 12, 15, tzinfo=UTC)
CHARGEBACK = datetime(2026, 12, 20, tzinfo=UTC)
JANUARY = datetime(2027, 1, 31, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 10, tzinfo=UTC)


def usd(*amounts):
    return tuple(Money(amount, "USD") for amount in amounts)


def balance(account, party=""):
    found = [
        one.amount for one in api.balances("USD") if (one.account, one.party) == (account, party)
    ]
    return sum(found, Money.zero("USD"))


def positions():
    """What each party has of it all, whatever the accounts."""
    sums = dict.fromkeys(PARTIES, 0)
    for party, units in AllocationLine.objects.values_list("party", "units_minor"):
        sums[party] += units
    return tuple(Money.from_minor(sums[party], "USD") for party in PARTIES)


def accounts():
    """Every balance that is not zero."""
    return {(one.account, one.party): one.amount for one in api.balances("USD") if one.amount}


def units(booking, *parts):
    chosen = parts or tuple(booking.parts)
    return tuple(
        Money.from_minor(sum(booking.parts[part].get(party, 0) for part in chosen), "USD")
        for party in PARTIES
    )


@pytest.fixture
def terms():
    facts.put_terms_in_force()


@pytest.fixture
def october(terms):
    """October is booked, refunded, closed and paid out."""
    facts.book_october()
    for month in ("2026-10", "2026-11"):
        api.close_period(month, at=facts.CLOSE_DAY, by="ines")


@pytest.fixture
def sold(terms):
    """One sale of 120.00, on hold; 20.00 of it are tax, 3.78 the processor's fee."""
    api.book_payment(facts.payment("S1", "120.00", "20.00", "3.78"), at=facts.NOON)


def s2(state="opened", fee="15.00", at=CHARGEBACK):
    return facts.dispute(state, ("S2",), "120.00", fee, at, opened_at=CHARGEBACK)


def test_the_chargeback_of_december_takes_what_the_worked_example_says(october):
    # when
    opened = api.book_dispute(s2(), at=CHARGEBACK)
    lost = api.book_dispute(s2("lost", at=CHARGEBACK + timedelta(hours=1)), at=CHARGEBACK)

    # then
    assert units(opened, Part.MIRROR) == usd("-23.24", "-41.84", "-23.25", "-27.89")
    assert units(opened, Part.LOST_FEE) == usd("-0.76", "-1.36", "-0.75", "-0.91")
    assert units(opened, Part.DISPUTE_FEE) == usd("0.00", "0.00", "0.00", "-15.00")
    assert units(opened) == usd("-24.00", "-43.20", "-24.00", "-43.80")
    assert (lost.kind, lost.parts) == (EventKind.DISPUTE_LOST, {})
    assert api.check() == ()


def test_the_chargeback_after_the_payout_is_posted_as_the_design_says(october):
    # given
    before = accounts()

    # when
    api.book_dispute(s2(), at=CHARGEBACK)

    # then
    after = accounts()
    changed = {key: after[key] - before.get(key, Money.zero("USD")) for key in after
               if after[key] != before.get(key)}  # fmt: skip
    assert changed == {
        (Account.RECEIVABLE, "GSMA"): Money("43.20", "USD"),
        (Account.RECEIVABLE, "ATC"): Money("24.00", "USD"),
        (Account.RECEIVABLE, "PLATFORM"): Money("28.80", "USD"),
        (Account.FUND_AVAILABLE, "FUND"): Money("24.00", "USD"),
        (Account.DISPUTE_FEE, "PLATFORM"): Money("15.00", "USD"),
        (Account.GATEWAY_CLEARING, ""): Money("-135.00", "USD"),
    }


def test_the_statement_of_january_carries_the_clawback_forward(october):
    # given: 30.00 of new sales for the partner, and the chargeback
    api.book_dispute(s2("lost"), at=CHARGEBACK)
    new = api.book_payment(facts.payment("S5", "83.33", at=CHARGEBACK), at=CHARGEBACK)
    assert units(new)[1] == Money("30.00", "USD")

    # when
    api.close_period("2026-12", at=JANUARY, by="ines")

    # then
    january = api.statement("GSMA", "2026-12")
    assert january.subtotal == Money("-13.20", "USD")
    assert (january.payable, january.closing) == usd("0.00", "-13.20")
    assert january.state == "carried"
    assert balance(Account.PAYABLE_CLEARED, "GSMA") == Money("-91.73", "USD")
    assert balance(Account.RECEIVABLE, "GSMA") == Money("13.20", "USD")
    assert api.check() == ()


def test_a_close_sets_off_what_a_party_has_to_give_back_against_what_it_is_owed(october):
    # given: the platform has to give back 28.80 and the fee of 15.00; 48.00 are new
    api.book_dispute(s2("lost"), at=CHARGEBACK)
    api.book_payment(facts.payment("S5", "200.00", at=CHARGEBACK), at=CHARGEBACK)

    # when
    api.close_period("2026-12", at=JANUARY, by="ines")

    # then: the 61.15 of October are still to be paid out, and 4.20 are carried
    assert balance(Account.RECEIVABLE, "PLATFORM") == Money("0.00", "USD")
    assert balance(Account.DISPUTE_FEE, "PLATFORM") == Money("0.00", "USD")
    assert balance(Account.PAYABLE_CLEARED, "PLATFORM") == Money("-65.35", "USD")
    assert api.check() == ()


def test_the_fund_has_less_at_once_and_again_what_is_won(october):
    assert waivers.fund_balance("USD").available == Money("50.96", "USD")
    api.book_dispute(s2(), at=CHARGEBACK)
    assert waivers.fund_balance("USD").available == Money("26.96", "USD")
    api.book_dispute(s2("won", at=FEBRUARY), at=FEBRUARY)
    assert waivers.fund_balance("USD").available == Money("50.96", "USD")
    assert (api.check(), waivers.check_funds()) == ((), ())


def test_t28_opened_lost_and_won_back_returns_to_the_start_less_the_fee(october):
    # given
    before, carries = accounts(), list(CarriedRemainder.objects.values_list("numerator"))
    start = positions()

    # when
    api.book_dispute(s2(), at=CHARGEBACK)
    api.book_dispute(s2("lost", at=JANUARY), at=JANUARY)
    won = api.book_dispute(s2("won", at=FEBRUARY), at=FEBRUARY)

    # then: the mirror comes back to the cent, and the provider keeps its fee
    assert units(won, Part.MIRROR) == usd("23.24", "41.84", "23.25", "27.89")
    assert units(won, Part.LOST_FEE) == usd("0.76", "1.36", "0.75", "0.91")
    assert Part.DISPUTE_FEE not in won.parts
    assert positions() == (*start[:3], start[3] - Money("15.00", "USD"))
    fee = Money("15.00", "USD")
    assert accounts() == {
        **before,
        (Account.GATEWAY_CLEARING, ""): before[Account.GATEWAY_CLEARING, ""] - fee,
        (Account.DISPUTE_FEE, "PLATFORM"): fee,
    }
    assert list(CarriedRemainder.objects.values_list("numerator")) == carries
    assert api.check() == ()


def test_the_fee_returns_if_the_provider_s_own_record_says_so(october):
    # given
    before = accounts()
    api.book_dispute(s2("lost"), at=CHARGEBACK)

    # when
    won = api.book_dispute(s2("won", "0.00", at=FEBRUARY), at=FEBRUARY)

    # then
    assert units(won, Part.DISPUTE_FEE) == usd("0.00", "0.00", "0.00", "15.00")
    assert accounts() == before
    assert api.check() == ()


def test_a_dispute_that_is_lost_again_after_it_was_won_takes_the_same_again(october):
    # given
    api.book_dispute(s2("lost"), at=CHARGEBACK)
    lost = accounts()
    api.book_dispute(s2("won", at=FEBRUARY), at=FEBRUARY)

    # when
    again = api.book_dispute(s2("lost", at=FEBRUARY + timedelta(days=9)), at=FEBRUARY)

    # then
    assert units(again, Part.MIRROR) == usd("-23.24", "-41.84", "-23.25", "-27.89")
    assert accounts() == lost
    assert api.check() == ()


def test_a_dispute_before_the_hold_ends_keeps_its_money_from_being_cleared(sold):
    # given
    api.book_dispute(facts.dispute(), at=facts.REFUND_DAY)

    # when
    cleared = api.clear_holds(at=CLEARED)

    # then: the share is gone, and the costs are the parties' own
    assert (cleared.sales, cleared.fund) == (1, ())
    assert positions() == usd("-0.76", "-1.36", "-0.75", "-15.91")
    assert balance(Account.PAYABLE_ON_HOLD, "GSMA") == Money("0.00", "USD")
    assert balance(Account.PAYABLE_CLEARED, "GSMA") == Money("1.36", "USD")
    assert balance(Account.PAYABLE_CLEARED, "PLATFORM") == Money("15.91", "USD")
    assert balance(Account.TAX_PAYABLE) == Money("0.00", "USD")
    assert api.check() == ()


def test_what_is_won_after_the_hold_was_cleared_without_it_is_cleared(sold):
    # given
    api.book_dispute(facts.dispute(), at=facts.REFUND_DAY)
    api.clear_holds(at=CLEARED)

    # when
    api.book_dispute(facts.dispute("won", fee="0.00", at=CLEARED), at=CLEARED)

    # then
    assert balance(Account.PAYABLE_CLEARED, "GSMA") == Money("-34.64", "USD")
    assert balance(Account.FUND_AVAILABLE, "FUND") == Money("-19.25", "USD")
    assert waivers.fund_balance("USD").available == Money("19.25", "USD")
    assert api.check() == ()


def test_a_dispute_told_again_or_late_changes_nothing(sold):
    # given
    told = [
        facts.dispute(),
        facts.dispute("lost", at=facts.REFUND_DAY + timedelta(days=1)),
        facts.dispute("won", at=facts.REFUND_DAY + timedelta(days=2)),
    ]
    for one in told:
        api.book_dispute(one, at=CLEARED)
    before = accounts()

    # when
    for one in (*told, *reversed(told)):
        api.book_dispute(one, at=CLEARED)

    # then
    assert RevenueEvent.objects.exclude(dispute_uuid=None).count() == 3
    assert accounts() == before
    assert api.check() == ()


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_facts_of_a_dispute_in_any_order_end_as_the_newest_says(sold, order):
    # given
    start = positions()
    told = [
        facts.dispute(),
        facts.dispute("lost", at=facts.REFUND_DAY + timedelta(days=1), opened_at=facts.REFUND_DAY),
        facts.dispute("won", at=facts.REFUND_DAY + timedelta(days=2), opened_at=facts.REFUND_DAY),
    ]

    # when
    for place in order:
        api.book_dispute(told[place], at=CLEARED)

    # then
    assert positions() == (*start[:3], start[3] - Money("15.00", "USD"))
    assert DisputeStanding.objects.get().state == "won"
    opened = RevenueEvent.objects.filter(kind=EventKind.DISPUTE_OPENED).get()
    assert opened.occurred_at == facts.REFUND_DAY
    assert api.check() == ()


def test_more_time_for_evidence_is_nothing_to_book(sold):
    api.book_dispute(facts.dispute(), at=facts.REFUND_DAY)
    later = facts.REFUND_DAY + timedelta(days=3)
    api.book_dispute(facts.dispute(at=later, opened_at=facts.REFUND_DAY), at=later)
    assert RevenueEvent.objects.exclude(dispute_uuid=None).count() == 1
    assert DisputeStanding.objects.get().told_at == later


def test_a_fee_that_is_told_later_is_booked_then(sold):
    api.book_dispute(facts.dispute(fee="0.00"), at=facts.REFUND_DAY)
    later = facts.REFUND_DAY + timedelta(days=3)
    booked = api.book_dispute(facts.dispute(at=later, opened_at=facts.REFUND_DAY), at=later)
    assert booked.parts == {Part.DISPUTE_FEE: {"PLATFORM": -1500}}
    assert api.check() == ()


def test_a_dispute_of_a_sale_that_was_refunded_in_part_takes_the_rest(sold):
    # given
    api.book_refund(facts.refund("R1", amount="20.00", tax="3.33", fee="0.63"), at=facts.REFUND_DAY)

    # when
    api.book_dispute(facts.dispute("lost", amount="100.00"), at=facts.REFUND_DAY)

    # then: both together are the mirror of the sale
    assert units(api.book_dispute(facts.dispute("lost", amount="100.00"), at=CLEARED)) == usd(
        "0.00", "0.00", "0.00", "0.00"
    )
    row = SaleStanding.objects.get()
    assert (row.net_gone_minor, row.tax_gone_minor, row.fee_gone_minor) == (9622, 2000, 378)
    assert set(row.kept["share"].values()) == {0}
    assert api.check() == ()


def test_what_a_bank_takes_beyond_the_rest_of_a_sale_waits_for_a_decision(sold):
    # given: the payer has 20.00 already, and the bank takes it all
    api.book_refund(facts.refund("R1", amount="20.00", tax="3.33", fee="0.63"), at=facts.REFUND_DAY)

    # when
    api.book_dispute(facts.dispute("lost"), at=facts.REFUND_DAY)

    # then
    assert balance(Account.UNALLOCATED) == Money("20.00", "USD")
    assert api.check() == ()


@pytest.mark.parametrize("is_first", [True, False], ids=["refund first", "dispute first"])
def test_a_refund_while_a_dispute_is_open_ends_the_same_whatever_came_first(sold, is_first):
    # given: somebody refunds at the provider's own page while the bank has the money
    def refund():
        back = facts.refund("R1", "S1", "120.00", "20.00", "3.78")
        api.book_refund(back, at=facts.REFUND_DAY)

    def disputed():
        api.book_dispute(facts.dispute(fee="0.00"), at=facts.REFUND_DAY)

    for happens in (refund, disputed) if is_first else (disputed, refund):
        happens()
    assert balance(Account.UNALLOCATED) == Money("120.00", "USD")
    assert balance(Account.GATEWAY_CLEARING) == Money("-123.78", "USD")

    # when: the bank gives it back
    won = facts.dispute("won", fee="0.00", at=facts.REFUND_DAY + timedelta(days=1))
    api.book_dispute(won, at=CLEARED)

    # then: one of the two has it for good, and nothing waits
    assert balance(Account.UNALLOCATED) == Money("0.00", "USD")
    assert sum(one.minor for one in positions()) == -378
    assert balance(Account.TAX_PAYABLE) == Money("0.00", "USD")
    assert api.check() == ()


def test_a_refund_after_a_part_was_lost_takes_what_is_left(sold):
    # given: 50.00 are lost, and fee_payments splits the other 70.00 as if nothing was
    api.book_dispute(facts.dispute("lost", amount="50.00", fee="0.00"), at=facts.REFUND_DAY)

    # when
    refund = facts.refund("R1", amount="70.00", tax="11.67", fee="2.20")
    api.book_refund(refund, at=facts.REFUND_DAY)

    # then
    row = SaleStanding.objects.get()
    assert (row.net_gone_minor, row.tax_gone_minor, row.fee_gone_minor) == (9622, 2000, 378)
    assert balance(Account.UNALLOCATED) == Money("0.00", "USD")
    assert api.check() == ()


def test_two_disputes_of_one_sale_that_are_both_won_leave_no_trace(sold):
    # given
    start = accounts()
    first = facts.dispute(fee="0.00")
    second = facts.dispute(fee="0.00", name="D2")
    for one in (first, second):
        api.book_dispute(one, at=facts.REFUND_DAY)
    assert balance(Account.UNALLOCATED) == Money("120.00", "USD")

    # when
    for name in ("D1", "D2"):
        api.book_dispute(facts.dispute("won", fee="0.00", at=CLEARED, name=name), at=CLEARED)

    # then
    assert accounts() == start
    assert api.check() == ()


def test_a_dispute_of_an_order_of_three_lines_takes_of_each_what_it_brought(terms):
    # given
    parts = (("L1", "60.00"), ("L2", "30.00"), ("L3", "10.00"))
    for name, gross in parts:
        api.book_payment(facts.payment(name, gross), at=facts.NOON)
    names = tuple(name for name, _ in parts)

    # when
    booked = api.book_dispute(facts.dispute(of=names, amount="100.00"), at=facts.REFUND_DAY)

    # then
    assert units(booked, Part.MIRROR) == usd("-20.00", "-36.00", "-20.00", "-24.00")
    events = RevenueEvent.objects.filter(fact_uuid=booked.event).order_by("pk")
    assert list(events.values_list("gross_minor", flat=True)) == [6000, 3000, 1000]
    assert list(events.values_list("dispute_fee_minor", flat=True)) == [900, 450, 150]
    assert api.check() == ()


def test_a_dispute_of_an_unallocated_sale_comes_out_of_unallocated():
    # given: no agreement at all
    api.book_payment(facts.payment("S1", "120.00", "20.00", "3.78"), at=facts.NOON)

    # when
    booked = api.book_dispute(facts.dispute("lost"), at=facts.REFUND_DAY)

    # then: nobody is named for the fees
    assert booked.is_unallocated
    assert balance(Account.UNALLOCATED) == Money("18.78", "USD")
    assert api.list_statements() == ()
    assert api.check() == ()


def test_a_dispute_before_its_payment_waits(terms):
    # given
    with pytest.raises(SaleNotBooked) as told:
        api.book_dispute(facts.dispute(), at=facts.REFUND_DAY)
    assert told.value.retryable
    assert not DisputeStanding.objects.exists()

    # and one line of its payment is not enough
    api.book_payment(facts.payment("L1", "60.00"), at=facts.NOON)
    with pytest.raises(SaleNotBooked):
        api.book_dispute(facts.dispute(of=("L1", "L2")), at=facts.REFUND_DAY)
    assert RevenueEvent.objects.count() == 1


def test_a_dispute_in_another_currency_is_refused(sold):
    with pytest.raises(DisputeDiffers, match="its payment are in EUR, USD"):
        api.book_dispute(facts.dispute(currency="EUR"), at=facts.REFUND_DAY)
    mixed = replace(facts.dispute(), fee=Money("15.00", "EUR"))
    with pytest.raises(DisputeDiffers):
        api.book_dispute(mixed, at=facts.REFUND_DAY)
    assert RevenueEvent.objects.count() == 1


def test_without_a_dispute_a_refund_of_other_parts_than_are_left_is_refused(sold):
    with pytest.raises(RefundExceedsSale, match="has parts that its sale has not left"):
        api.book_refund(facts.refund(amount="30.00", tax="25.00"), at=facts.REFUND_DAY)
    assert RevenueEvent.objects.count() == 1
    assert api.check() == ()
