"""Sums, standings, carries and the fund's position that somebody rewrote: found, and not paid by.

Whoever has the password of the database may rewrite what is kept beside the lines consistently in
itself. The proofs compare it with what it follows from; what moves money refuses to move it.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import revenue_share as facts
from fairgate.money import Money
from revenue_share import api
from revenue_share.data import Period
from revenue_share.exceptions import CarriesDiffer, FundDiffers, SaleUncleared, SumsDiffer
from revenue_share.models import (
    AllocationLine,
    CarriedRemainder,
    FundCredit,
    FundPosition,
    LedgerTransaction,
    PartyRollup,
    PeriodClose,
    RevenueEvent,
    SaleStanding,
    Statement,
)
from revenue_share.selectors import events, fund
from revenue_share.selectors import statements as reads
from revenue_share.services import closing, holds
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db

PARTIES, RECEIPTS = "revenue_share_partyrollup", "revenue_share_receiptrollup"


@pytest.fixture(autouse=True)
def october():
    facts.put_terms_in_force()
    facts.book_october()


def tamper(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount, "nothing was tampered with"


def broken() -> set[str]:
    return {fault.invariant for fault in api.check()}


def close():
    return api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")


def rebuilt() -> str:
    out = io.StringIO()
    call_command("revenue_share_rebuild", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        (PARTIES, "party = 'OTHER'"),
        (PARTIES, "period = '2026-11'"),
        (PARTIES, "currency = 'KWD'"),
        (PARTIES, "part = 'seat'"),
        (PARTIES, "sale_period = '2026-09'"),
        (PARTIES, "course_key = 'course-v1:A+B+C'"),
        (PARTIES, "offering_code = 'other'"),
        (PARTIES, "agreement = 'OTHER'"),
        (PARTIES, "version = 7"),
        (PARTIES, "minimum_payout_minor = 1"),
        (PARTIES, "hold_ends_at = '2026-10-01 00:00:00'"),
        (RECEIPTS, "period = '2026-11'"),
        (RECEIPTS, "kind = 'adjustment'"),
        (RECEIPTS, "currency = 'KWD'"),
        (RECEIPTS, "course_key = 'course-v1:A+B+C'"),
        (RECEIPTS, "offering_code = 'other'"),
        (RECEIPTS, "agreement = 'OTHER'"),
        (RECEIPTS, "country = 'XX'"),
        (RECEIPTS, "payer_class = 'institution'"),
    ],
)
def test_a_sum_that_says_to_be_of_something_else_is_found_and_made_again(table, change):
    # given
    tamper(f"UPDATE {table} SET {change}")  # noqa: S608 - ours
    assert broken() == {"sums equal their events"}

    # when
    said = rebuilt()

    # then
    assert "; 0 rows differed" not in said
    assert api.check() == ()
    assert "; 0 rows differed" in rebuilt()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE revenue_share_partyrollup SET party = 'ATC' WHERE party = 'GSMA'",
        "UPDATE revenue_share_partyrollup SET currency = 'KWD' WHERE party = 'GSMA'",
        "UPDATE revenue_share_partyrollup SET period = '2026-11' WHERE party = 'GSMA'",
        "UPDATE revenue_share_partyrollup SET part = 'seat' WHERE party = 'FUND'",
        "UPDATE revenue_share_partyrollup SET units_minor = 999999 WHERE party = 'GSMA'",
        "UPDATE revenue_share_partyrollup SET minimum_payout_minor = 1 WHERE party = 'ATC'",
        "DELETE FROM revenue_share_partyrollup WHERE party = 'GSMA'",
    ],
)
def test_a_month_is_not_closed_by_sums_that_its_events_do_not_give(change):
    # given
    wanted = {one.party: one.payable for one in reads.list_drafts(None)}
    tamper(change)

    # when
    with pytest.raises(SumsDiffer, match="run revenue_share_rebuild, and close it again"):
        close()

    # then: nothing is frozen, and once the sums are made again it is what was earned
    assert not PeriodClose.objects.exists()
    assert not Statement.objects.exists()
    rebuilt()
    assert {one.party: one.payable for one in close().statements} == wanted
    assert api.check() == ()


def test_all_sums_of_a_month_gone_do_not_close_it_without_statements():
    PartyRollup.objects.all().delete()
    with pytest.raises(SumsDiffer, match="2026-10 are not those of its events"):
        close()


def test_what_a_close_compares_is_one_statement_however_much_there_is():
    def asked(count: int) -> int:
        for number in range(count):
            api.book_payment(facts.payment(f"{count}-{number}"), at=facts.NOON)
        drafts = reads.drafts_to_close(Period.parse("2026-10"))
        with CaptureQueriesContext(connection) as queries:
            assert reads.differing_from_lines(Period.parse("2026-10"), drafts) == []
        return len(queries)

    assert asked(1) == asked(7) == 1


def test_sums_whose_hold_was_shortened_close_no_month_with_uncleared_sales():
    # given
    tamper("UPDATE revenue_share_partyrollup SET hold_ends_at = '2026-10-01 00:00:00'")

    # when
    with pytest.raises(SaleUncleared, match="2026-10 is not cleared"):
        api.close_period("2026-10", at=facts.REFUND_DAY, by="ines")

    # then
    assert not PeriodClose.objects.exists()


def test_a_month_is_not_closed_with_a_sale_that_has_no_standing():
    # given
    tamper("DELETE FROM revenue_share_salestanding WHERE refunded_minor = 0")

    # when
    with pytest.raises(SaleUncleared, match="revenue_share_check says what is broken"):
        close()

    # then
    assert not PeriodClose.objects.exists()


def test_a_sale_that_is_booked_while_its_month_is_closed_is_cleared_with_it(monkeypatch):
    # given: somebody books when all holds were cleared
    late = [facts.payment("late")]

    def clear_then_book(*, at):
        cleared = holds.clear_holds(at=at)
        while late:
            api.book_payment(late.pop(), at=at)
        return cleared

    monkeypatch.setattr(closing, "clear_holds", clear_then_book)

    # when
    close()

    # then
    assert not SaleStanding.objects.filter(cleared_at__isnull=True).exists()
    assert api.check() == ()


def test_a_sale_that_brought_nothing_to_share_keeps_no_month_open():
    # given: November has one sale, all of which is tax; its hold ends on the last day of the year
    november = datetime(2026, 11, 20, tzinfo=UTC)
    close()
    api.book_payment(facts.payment("N", "10.00", "10.00", at=november), at=november)

    # then
    december = datetime(2026, 12, 3, tzinfo=UTC)
    assert api.close_period("2026-11", at=december, by="ines").period == "2026-11"
    assert api.check() == ()


def forge_credit(event: RevenueEvent, amount_minor: int) -> None:
    FundCredit.objects.create(
        event=event, currency="USD", amount_minor=amount_minor, created_at=facts.CLOSE_DAY
    )


@pytest.mark.parametrize(
    ("change", "invariants"),
    [
        ("cleared_minor = cleared_minor + 1", {"fund equals its lines", "fund equals its credits"}),
        ("credited_minor = credited_minor + 1", {"fund equals its credits"}),
        (
            "cleared_minor = cleared_minor + 1, credited_minor = credited_minor + 1",
            {"fund equals its lines", "fund equals its credits"},
        ),
        ("currency = 'KWD'", {"fund equals its lines", "fund equals its credits"}),
    ],
)
def test_a_position_of_the_fund_that_sales_did_not_give_is_found(change, invariants):
    api.clear_holds(at=facts.CLOSE_DAY)
    tamper(f"UPDATE revenue_share_fundposition SET {change}")  # noqa: S608 - ours
    assert broken() == invariants


def test_a_position_of_the_fund_in_a_currency_of_no_sale_is_found():
    FundPosition.objects.create(currency="KWD", cleared_minor=1)
    assert broken() == {"fund equals its lines", "fund equals its credits"}


@pytest.mark.parametrize(
    ("change", "invariants"),
    [
        ("amount_minor = -amount_minor", {"fund equals its credits", "credit is of its event"}),
        ("amount_minor = amount_minor + 1", {"fund equals its credits", "credit is of its event"}),
        ("amount_minor = amount_minor - 1", {"fund equals its credits"}),
        ("currency = 'KWD'", {"fund equals its credits", "credit is of its event"}),
    ],
)
def test_a_credit_of_the_fund_that_its_event_did_not_give_is_found(change, invariants):
    api.clear_holds(at=facts.CLOSE_DAY)
    tamper(f"UPDATE revenue_share_fundcredit SET {change}")  # noqa: S608 - ours
    assert broken() == invariants


def test_a_credit_of_the_fund_that_is_gone_is_found():
    api.clear_holds(at=facts.CLOSE_DAY)
    tamper("DELETE FROM revenue_share_fundcredit")
    assert broken() == {"fund equals its credits"}


def test_a_position_above_what_was_cleared_hands_the_fund_nothing():
    # given
    FundPosition.objects.create(currency="USD", cleared_minor=1_000_000)
    api.book_payment(facts.payment("E", currency="EUR"), at=facts.NOON)

    # when
    with pytest.raises(FundDiffers, match="handed nothing in USD"):
        api.clear_holds(at=facts.CLOSE_DAY)

    # then: what is right in another currency is handed over
    assert waivers.fund_balance("USD").available == Money.zero("USD")
    assert waivers.fund_balance("EUR").available == Money("24.00", "EUR")
    assert broken() >= {"fund equals its lines", "credit is of its event"}
    with pytest.raises(FundDiffers):
        close()


def test_a_forged_credit_of_a_sale_on_hold_hands_the_fund_nothing():
    # given
    forge_credit(RevenueEvent.objects.filter(kind="sale").first(), 99_999_999)
    assert broken() == {"fund equals its credits", "credit is of its event"}

    # when: a fact that has nothing to do with it asks to send
    refund = facts.refund("R2", "S1", "10.00")
    with pytest.raises(FundDiffers):
        api.book_refund(refund, at=facts.REFUND_DAY)

    # then: the fact is booked
    assert waivers.fund_balance("USD").available == Money.zero("USD")
    assert RevenueEvent.objects.filter(uuid=refund.uuid).exists()


def test_a_position_that_is_said_to_be_handed_over_calls_nothing_back():
    # given: a refund after the hold would call back what only a forger has noted
    api.clear_holds(at=facts.CLOSE_DAY)
    before = waivers.fund_balance("USD").available
    tamper("UPDATE revenue_share_fundposition SET credited_minor = credited_minor + 1000")

    # when
    with pytest.raises(FundDiffers):
        api.book_refund(facts.refund("R2", "S2", "10.00", at=facts.CLOSE_DAY), at=facts.CLOSE_DAY)

    # then
    assert waivers.fund_balance("USD").available == before


def test_the_fund_below_zero_by_the_fee_of_a_dispute_holds_and_is_made_up_for():
    # given: the fund bears more than it earned, so nothing is handed over
    api.clear_holds(at=facts.CLOSE_DAY)
    for name in ("S1", "S2", "S3", "S4"):
        api.book_dispute(
            facts.dispute("opened", (name,), "10.00", "0.00", facts.CLOSE_DAY, name=f"D {name}"),
            at=facts.CLOSE_DAY,
        )
    step = api.propose_adjustment(
        {"FUND": Money("-100.00", "USD"), "GSMA": Money("100.00", "USD")},
        period="2026-11", reason="A grant that was paid elsewhere.", by=1, at=facts.CLOSE_DAY,
    )  # fmt: skip
    api.confirm_adjustment(step, by=2, at=facts.CLOSE_DAY)
    assert FundPosition.objects.get().cleared_minor < 0
    assert api.check() == ()

    # when: the next sale makes up for a part of it
    november = datetime(2026, 11, 20, tzinfo=UTC)
    api.book_payment(facts.payment("N", "900.00", at=november), at=november)
    api.clear_holds(at=datetime(2027, 1, 4, tzinfo=UTC))

    # then
    position = FundPosition.objects.get()
    assert waivers.fund_balance("USD").available.minor == position.cleared_minor > 0
    assert api.check() == ()


def test_credits_that_another_worker_sends_meanwhile_are_not_taken_for_forged():
    # given: a worker has read what is to be sent, and another one sends it
    holds._clear(events.due_holds(facts.CLOSE_DAY), facts.CLOSE_DAY)
    waiting = list(fund.unsent_credits())
    assert holds.send_credits(facts.CLOSE_DAY)

    # then
    assert not fund.unsent_credits()
    assert fund.broken_currencies(waiting) == set()


def test_what_the_fund_is_handed_is_compared_with_as_many_statements_for_many():
    def asked(count: int) -> int:
        for number in range(count):
            api.book_payment(facts.payment(f"{count}-{number}"), at=facts.NOON)
        holds._clear(events.due_holds(facts.CLOSE_DAY), facts.CLOSE_DAY)
        waiting = list(fund.unsent_credits())
        with CaptureQueriesContext(connection) as queries:
            assert fund.broken_currencies(waiting) == set()
        return len(queries)

    assert asked(1) == asked(7) == 2


def test_a_sale_without_its_standing_is_found():
    tamper("DELETE FROM revenue_share_salestanding")
    assert broken() == {"sale has its standing"}


def test_a_dispute_without_its_standing_is_found():
    api.book_dispute(facts.dispute(of=("S2",)), at=facts.REFUND_DAY)
    tamper("DELETE FROM revenue_share_disputestanding")
    assert broken() == {"dispute has its standing"}


@pytest.mark.parametrize("of", ["", "WHERE place = 3"], ids=["all", "the last one"])
def test_carries_that_are_gone_are_found_before_the_next_sale(of):
    tamper(f"DELETE FROM revenue_share_carriedremainder {of}")  # noqa: S608 - ours
    assert broken() == {"carry is by its terms"}


@pytest.mark.parametrize("change", ["'2026-12-31 00:00:00'", "'2026-11-01 00:00:00'", "NULL"])
def test_a_hold_that_ends_at_another_moment_than_was_agreed_is_found(change):
    tamper(f"UPDATE revenue_share_salestanding SET ends_at = {change}")  # noqa: S608 - ours
    assert broken() == {"hold ends as agreed"}


def test_a_clearing_that_is_forgotten_is_found():
    api.clear_holds(at=facts.CLOSE_DAY)
    assert api.check() == ()
    tamper("UPDATE revenue_share_salestanding SET cleared_at = NULL")
    assert broken() == {
        "clearing is posted", "fund equals its lines", "stage follows from the hold",
    }  # fmt: skip


def test_a_clearing_at_another_moment_is_found():
    api.clear_holds(at=facts.CLOSE_DAY)
    tamper("UPDATE revenue_share_salestanding SET cleared_at = '2026-12-24 00:00:00'")
    assert broken() == {"clearing is posted"}


def test_a_clearing_that_nobody_posted_is_found():
    tamper("UPDATE revenue_share_salestanding SET cleared_at = '2026-12-02 09:00:00'")
    assert broken() == {
        "clearing is posted", "fund equals its lines", "stage follows from the hold",
    }  # fmt: skip


def test_a_sale_that_went_back_in_full_is_cleared_without_any_posting():
    # given: no fee of it was lost
    api.book_payment(facts.payment("F", "50.00"), at=facts.NOON)
    api.book_refund(facts.refund("R9", "F", "50.00"), at=facts.REFUND_DAY)

    # when
    api.clear_holds(at=facts.CLOSE_DAY)

    # then
    sale = SaleStanding.objects.get(sale__fact_uuid=facts.named("F"))
    assert sale.cleared_at == facts.CLOSE_DAY
    assert not LedgerTransaction.objects.filter(key=f"hold_cleared:{sale.sale.uuid}").exists()
    assert api.check() == ()


def rewrite_weights() -> None:
    """One part of ATC's weight more and one of GSMA's less, with carries that fit their lines."""
    units = {"ATC": 0, "GSMA": 0, "FUND": 0, "PLATFORM": 0}
    shared = AllocationLine.objects.exclude(part__in=("recouped", "collected"))
    for party, minor in shared.values_list("party", "units_minor"):
        units[party] = units.get(party, 0) + minor
    whole = sum(units.values())
    for row in CarriedRemainder.objects.all():
        row.weight += {"ATC": 1, "GSMA": -1}.get(row.party, 0)
        row.numerator = whole * row.weight - units[row.party] * row.denominator
        row.save()


def test_weights_that_nobody_has_signed_are_found_and_nothing_is_shared_by_them():
    # given
    rewrite_weights()
    assert broken() == {"carry is by its terms"}
    sale = facts.payment("Z", "100.00")

    # when
    for book in (api.book_payment, lambda one, at: api.book_payments([one], at=at)):
        with pytest.raises(CarriesDiffer, match="is not kept by their weights"):
            book(sale, at=facts.NOON)

    # then
    assert not RevenueEvent.objects.filter(uuid=sale.uuid).exists()


def test_weights_that_are_not_over_their_sum_take_nothing_back():
    # given
    tamper("UPDATE revenue_share_carriedremainder SET denominator = denominator * 2")
    assert broken() == {"carry is exact", "carry is by its terms"}

    # when
    refund = facts.refund("R2", "S2", "10.00")
    with pytest.raises(CarriesDiffer):
        api.book_refund(refund, at=facts.REFUND_DAY)

    # then
    assert not RevenueEvent.objects.filter(uuid=refund.uuid).exists()


def test_the_proofs_of_what_is_kept_beside_ask_as_often_for_many():
    def asked(count: int) -> int:
        for number in range(count):
            api.book_payment(facts.payment(f"{count}-{number}"), at=facts.NOON)
        api.clear_holds(at=facts.CLOSE_DAY)
        with CaptureQueriesContext(connection) as queries:
            assert api.check() == ()
        return len(queries)

    assert asked(1) == asked(20)
