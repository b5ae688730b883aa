"""Terms of every kind: the gross, who bears which cost, recoupments, a merchant of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from factories import revenue_share as facts
from fairgate.money import Money
from partnerships import api as partnerships
from revenue_share import api
from revenue_share.data import Account, Part
from revenue_share.events_file import read_events
from revenue_share.models import AllocationLine, RecoupmentStanding
from revenue_share.replay import replaying

pytestmark = pytest.mark.django_db

PARTIES = ("FUND", "GSMA", "ATC", "PLATFORM")
REVENUE = facts.partnership_factory.REVENUE
ON_GROSS = REVENUE.replace("basis: net_receipts", "basis: gross")
CLEARED = datetime(2026, 12, 1, tzinfo=UTC)


def usd(*amounts):
    return tuple(Money(amount, "USD") for amount in amounts)


def of(booking, part):
    units = booking.parts.get(part, {})
    return tuple(Money.from_minor(units.get(party, 0), "USD") for party in PARTIES)


def positions():
    sums = dict.fromkeys(PARTIES, 0)
    for party, units in AllocationLine.objects.values_list("party", "units_minor"):
        sums[party] += units
    return tuple(Money.from_minor(sums[party], "USD") for party in PARTIES)


def balance(account, party=""):
    found = [
        one.amount for one in api.balances("USD") if (one.account, one.party) == (account, party)
    ]
    return sum(found, Money.zero("USD"))


def agree(revenue):
    facts.put_terms_in_force(revenue=revenue)


def on_gross(processor_fee, lost="pro_rata"):
    costs = f"{{processor_fee: {processor_fee}, lost_processor_fee: {lost}, dispute_fee: PLATFORM}}"
    return ON_GROSS.replace("{lost_processor_fee: pro_rata, dispute_fee: PLATFORM}", costs)


def recouping(*rows):
    entries = "".join(
        f'      - {{party: {party}, amount: "{amount}", currency: USD}}\n' for party, amount in rows
    )
    return f"{REVENUE}    recoupments:\n{entries}"


def sell(name="S1", gross="120.00", tax="20.00", fee="3.78", at=facts.NOON):
    return api.book_payment(facts.payment(name, gross, tax, fee, at), at=at)


def refund(name="R1", of="S1", amount="120.00", tax="20.00", fee="3.78"):
    return api.book_refund(facts.refund(name, of, amount, tax, fee), at=facts.REFUND_DAY)


def test_on_the_gross_a_party_that_bears_the_processor_s_fee_bears_all_of_it():
    # given
    agree(on_gross("ATC"))

    # when
    booking = sell()

    # then: 100.00 is shared, and the fee is the training centre's
    assert of(booking, Part.SHARE) == usd("20.00", "36.00", "20.00", "24.00")
    assert of(booking, Part.PROCESSOR_FEE) == usd("0.00", "0.00", "-3.78", "0.00")
    assert balance(Account.PAYABLE_ON_HOLD, "ATC") == Money("-16.22", "USD")
    assert balance(Account.GATEWAY_CLEARING) == Money("116.22", "USD")
    assert api.check() == ()


def test_on_the_gross_a_fee_that_all_bear_comes_off_each_share():
    agree(on_gross("pro_rata"))
    booking = sell()
    assert of(booking, Part.SHARE) == usd("20.00", "36.00", "20.00", "24.00")
    assert of(booking, Part.PROCESSOR_FEE) == usd("-0.76", "-1.36", "-0.75", "-0.91")
    assert api.check() == ()


def test_a_refund_gives_the_fee_back_to_who_bore_it_and_takes_it_of_who_bears_what_is_lost():
    # given: the training centre bears fees, the platform those that are lost
    agree(on_gross("ATC", lost="PLATFORM"))
    sell()

    # when: in two parts
    first = refund("R1", "S1", "60.00", "10.00", "1.89")
    rest = refund("R2", "S1", "60.00", "10.00", "1.89")

    # then
    assert of(first, Part.MIRROR) == usd("-10.00", "-18.00", "-10.00", "-12.00")
    assert of(first, Part.PROCESSOR_FEE) == usd("0.00", "0.00", "1.89", "0.00")
    assert of(rest, Part.LOST_FEE) == usd("0.00", "0.00", "0.00", "-1.89")
    assert positions() == usd("0.00", "0.00", "0.00", "-3.78")
    assert api.check() == ()


@pytest.mark.parametrize("bearer", ["ATC", "pro_rata"])
def test_a_dispute_on_the_gross_that_is_won_leaves_no_trace_but_the_fee(bearer):
    # given
    agree(on_gross(bearer))
    sell()
    start = positions()

    # when
    api.book_dispute(facts.dispute(), at=facts.REFUND_DAY)
    api.book_dispute(facts.dispute("won", at=CLEARED), at=CLEARED)

    # then
    assert positions() == (*start[:3], start[3] - Money("15.00", "USD"))
    assert api.check() == ()


def test_a_party_recoups_first_and_the_rest_is_shared():
    # given: the training centre paid 100.00 for the studio
    agree(recouping(("ATC", "100.00")))

    # when: 60.00, 60.00 and 60.00
    sold = [sell(f"S{place}", "60.00", "0.00", "0.00") for place in range(3)]

    # then
    assert [of(one, Part.RECOUPED)[2] for one in sold] == list(usd("60.00", "40.00", "0.00"))
    assert of(sold[1], Part.SHARE) == usd("4.00", "7.20", "4.00", "4.80")
    assert of(sold[2], Part.SHARE) == usd("12.00", "21.60", "12.00", "14.40")
    assert RecoupmentStanding.objects.get().recouped_minor == 10_000
    assert api.check() == ()


def test_several_recoup_in_the_order_of_the_terms():
    agree(recouping(("PLATFORM", "50.00"), ("ATC", "30.00")))
    booking = sell("S1", "100.00", "0.00", "0.00")
    assert booking.parts[Part.RECOUPED] == {"PLATFORM": 5_000, "ATC": 3_000}
    assert of(booking, Part.SHARE) == usd("4.00", "7.20", "4.00", "4.80")
    assert api.check() == ()


def test_a_refund_gives_a_part_of_what_was_recouped_back_to_be_recouped_again():
    # given: 40.00 of the second sale are recouped, 20.00 are shared
    agree(recouping(("ATC", "100.00")))
    for place in (1, 2):
        sell(f"S{place}", "60.00", "0.00", "0.00")

    # when: half of it goes back, then the rest
    half = refund("R1", "S2", "30.00", "0.00", "0.00")
    assert of(half, Part.RECOUPED)[2] == Money("-20.00", "USD")
    assert of(half, Part.MIRROR) == usd("-2.00", "-3.60", "-2.00", "-2.40")
    refund("R2", "S2", "30.00", "0.00", "0.00")

    # then: as if only the first sale had been
    assert RecoupmentStanding.objects.get().recouped_minor == 6_000
    assert positions() == usd("0.00", "0.00", "60.00", "0.00")
    again = sell("S3", "60.00", "0.00", "0.00")
    assert of(again, Part.RECOUPED)[2] == Money("40.00", "USD")
    assert api.check() == ()


def test_a_dispute_that_is_won_gives_again_what_was_recouped():
    agree(recouping(("ATC", "100.00")))
    sell("S1", "120.00", "0.00", "0.00")
    start = positions()
    api.book_dispute(facts.dispute(fee="0.00"), at=facts.REFUND_DAY)
    assert RecoupmentStanding.objects.get().recouped_minor == 0
    api.book_dispute(facts.dispute("won", fee="0.00", at=CLEARED), at=CLEARED)
    assert RecoupmentStanding.objects.get().recouped_minor == 10_000
    assert positions() == start
    assert api.check() == ()


def test_a_recoupment_in_one_currency_does_not_come_off_another():
    agree(recouping(("ATC", "100.00")))
    payment = facts.payment("S1", "60.00", currency="EUR")
    assert Part.RECOUPED not in api.book_payment(payment, at=facts.NOON).parts
    assert not RecoupmentStanding.objects.exists()


def test_what_was_recouped_under_an_earlier_version_counts_in_the_next():
    # given: both versions state the same 100.00
    factory = facts.partnership_factory
    october = factory.version_text(valid_until="2026-10-31", revenue=recouping(("ATC", "100.00")))
    november = factory.version_text(
        version=2, valid_from="2026-11-01", revenue=recouping(("ATC", "100.00"))
    )
    factory.put_in_force(factory.terms_text(october, november))

    # when
    sell("S1", "60.00", "0.00", "0.00")
    later = sell("S2", "60.00", "0.00", "0.00", at=facts.REFUND_DAY)

    # then
    assert of(later, Part.RECOUPED)[2] == Money("40.00", "USD")
    assert api.check() == ()


def test_a_merchant_of_its_own_owes_what_it_received_and_keeps_its_share():
    # given: the training centre collects; tax and fee are its own affair
    agree(f"{REVENUE}    merchant_of_record: ATC\n")

    # when
    booking = sell()

    # then
    assert of(booking, Part.SHARE) == usd("19.25", "34.64", "19.24", "23.09")
    assert of(booking, Part.COLLECTED) == usd("0.00", "0.00", "-96.22", "0.00")
    assert balance(Account.RECEIVABLE, "ATC") == Money("96.22", "USD")
    assert balance(Account.GATEWAY_CLEARING) == Money("0.00", "USD")
    assert balance(Account.TAX_PAYABLE) == Money("0.00", "USD")
    assert api.check() == ()


def test_the_statement_of_a_merchant_carries_what_it_owes_and_its_share_is_set_off():
    # given
    agree(f"{REVENUE}    merchant_of_record: ATC\n")
    sell()

    # when
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # then
    statement = api.statement("ATC", "2026-10")
    assert (statement.payable, statement.closing) == usd("0.00", "-76.98")
    assert balance(Account.RECEIVABLE, "ATC") == Money("76.98", "USD")
    assert balance(Account.PAYABLE_CLEARED, "ATC") == Money("0.00", "USD")
    assert api.check() == ()


def test_what_a_merchant_gives_back_it_owes_no_more():
    # given
    agree(f"{REVENUE}    merchant_of_record: ATC\n")
    sell()

    # when: half is refunded, the rest is charged back, and the bank keeps it
    back = refund("R1", "S1", "60.00", "10.00", "1.89")
    api.book_dispute(facts.dispute("lost", amount="60.00"), at=facts.REFUND_DAY)

    # then: only the fees are left; the merchant paid them, and others bear their part
    assert of(back, Part.COLLECTED)[2] == Money("50.00", "USD")
    assert balance(Account.RECEIVABLE, "ATC") == Money("-18.78", "USD")
    assert sum(one.minor for one in positions()) == 0
    assert balance(Account.GATEWAY_CLEARING) == Money("0.00", "USD")
    assert api.check() == ()


@pytest.mark.parametrize(
    "damage",
    ["recouped_minor = recouped_minor + 1", "party = 'GSMA'"],
)
def test_a_recoupment_that_its_lines_do_not_give_is_found(damage):
    from django.db import connection

    agree(recouping(("ATC", "100.00")))
    sell()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE revenue_share_recoupmentstanding SET {damage}")  # noqa: S608 - ours
    assert "recoupment equals lines" in {fault.invariant for fault in api.check()}


def test_a_replay_under_such_terms_says_what_the_books_say():
    # given: on the gross, with an advance, and a merchant of its own
    revenue = on_gross("ATC", lost="PLATFORM") + (
        '    recoupments: [{party: GSMA, amount: "150.00", currency: USD}]\n'
        "    merchant_of_record: ATC\n"
    )
    factory = facts.partnership_factory
    text = factory.terms_text(factory.version_text(revenue=revenue))
    factory.put_in_force(text)
    rows = "".join(
        f"{name},sale,,{at:%Y-%m-%dT%H:%M:%S}Z,{facts.COURSE},USD,{gross},{tax},{fee}\n"
        for name, gross, tax, fee, at in facts.OCTOBER
    )
    back = f"R1,refund,S3,2026-11-05T10:00:00Z,{facts.COURSE},USD,25.00,,\n"
    columns = "event,kind,sale,occurred_at,course,currency,gross,tax,processor_fee\n"
    lines = (columns + rows + back).splitlines(keepends=True)
    terms = partnerships.read_terms(text, file="TERMS.yaml")

    # when
    facts.book_october()
    with read_events(lines, file="EVENTS.csv") as events, replaying(terms) as replay:
        assert list(replay.lines(events))

        # then
        sums = {one.party: one.subtotal for one in replay.statements()}
    booked = [one for one in api.list_statements() if one.period == "2026-10"]
    assert {one.party: one.payable + one.closing for one in booked} == sums
    assert api.check() == ()
