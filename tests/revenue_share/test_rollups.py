"""Sums per month are kept with every event, and give what the events give."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import partial

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.models import Sum

from factories import revenue_share as facts
from fairgate.money import Money
from races import ISOLATIONS, READ_COMMITTED, errors, race, values
from revenue_share import api, lock_objects
from revenue_share.data import Part, Period
from revenue_share.models import LedgerEntry, LockDate, PartyRollup, ReceiptRollup, RevenueEvent
from revenue_share.selectors import rollups

DECEMBER = datetime(2026, 12, 10, tzinfo=UTC)


@pytest.fixture
def october(db):
    facts.put_terms_in_force()
    facts.book_october()


def rebuilt() -> str:
    out = io.StringIO()
    call_command("revenue_share_rebuild", stdout=out)
    return out.getvalue()


def test_a_statement_of_a_month_is_a_few_sums_however_many_sales_there_were(october):
    # when
    statement = api.statement("GSMA", "2026-10")

    # then
    assert [(line.part, line.events, line.amount) for line in statement.lines] == [
        (Part.SHARE, 4, Money("100.73", "USD")),
        (Part.MIRROR, 1, Money("-8.69", "USD")),
        (Part.LOST_FEE, 1, Money("-0.31", "USD")),
    ]
    assert statement.lines[0].base == Money("279.80", "USD")


def test_reading_statements_asks_as_often_for_one_sale_as_for_many(
    october, django_assert_num_queries
):
    with django_assert_num_queries(3) as few:
        api.statement("GSMA", "2026-10")
    for number in range(5):
        api.book_payment(facts.payment(f"N{number}"), at=facts.NOON)
    with django_assert_num_queries(len(few)):
        api.statement("GSMA", "2026-10")


def test_the_sums_of_a_statement_are_those_of_the_events_behind_it(october):
    statement = api.statement("GSMA", "2026-10")
    for line in statement.lines:
        events = [event for _, event in api.events_page(statement, line)]
        assert len(events) == line.events
        assert sum(event.amount.minor for event in events) == line.amount.minor
        assert sum(event.base.minor for event in events) == line.base.minor


def test_receipts_are_summed_by_country_and_class_of_the_payer(october):
    rows = ReceiptRollup.objects.order_by("kind").values_list(
        "kind", "country", "payer_class", "events", "gross_minor", "tax_minor", "net_minor"
    )
    assert list(rows) == [
        ("refund", "KE", "individual", 1, 2500, 0, -2415),
        ("sale", "KE", "individual", 4, 30999, 2000, 27980),
    ]


def test_receipts_have_the_fees_of_their_disputes_also_where_no_party_bears_them(october):
    # given
    api.book_payment(facts.payment("X", course="course-v1:NO+TERMS+1"), at=facts.NOON)
    api.book_dispute(facts.dispute("opened", ("S1",), "60.00", "15.00"), at=facts.REFUND_DAY)
    unborne = facts.dispute("opened", ("X",), "60.00", "7.00", name="D2")
    api.book_dispute(unborne, at=facts.REFUND_DAY)

    # then
    kept = ReceiptRollup.objects.exclude(dispute_fee_minor=0)
    assert set(kept.values_list("kind", "agreement", "dispute_fee_minor")) == {
        ("dispute_opened", "GSMA-SPECTRUM", 1500), ("dispute_opened", "", 700),
    }  # fmt: skip
    assert "0 rows differed" in rebuilt()


def test_a_damaged_fee_is_found_and_made_again(october):
    # given
    api.book_dispute(facts.dispute(of=("S1",)), at=facts.REFUND_DAY)
    ReceiptRollup.objects.update(dispute_fee_minor=1)
    assert {fault.invariant for fault in api.check()} == {"sums equal their events"}

    # when
    rebuilt()

    # then
    assert api.check() == ()


def test_rebuilding_sums_that_are_right_changes_nothing(october):
    # given
    before = rollups.kept_parties(), rollups.kept_receipts()

    # when
    said = rebuilt()

    # then
    assert (rollups.kept_parties(), rollups.kept_receipts()) == before
    assert said == "Made again: 12 sums of parties, 2 sums of receipts; 0 rows differed.\n"


def test_rebuilding_repairs_what_was_damaged_or_lost(october):
    # given
    before = rollups.kept_parties(), rollups.kept_receipts()
    PartyRollup.objects.filter(party="GSMA").update(units_minor=1)
    ReceiptRollup.objects.all().delete()
    assert {fault.invariant for fault in api.check()} == {"sums equal their events"}

    # when
    rebuilt()

    # then
    assert (rollups.kept_parties(), rollups.kept_receipts()) == before
    assert api.check() == ()


def test_what_is_booked_after_a_close_is_in_the_next_month_everywhere(october):
    # given
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # when
    api.book_refund(facts.refund("R2", "S2", "10.00", at=DECEMBER), at=DECEMBER)

    # then
    refund = RevenueEvent.objects.get(uuid=facts.named("R2"))
    assert (refund.period, refund.counted_in) == ("2026-10", "2026-11")
    assert set(refund.lines.values_list("period", flat=True)) == {"2026-11"}
    posted = LedgerEntry.objects.filter(transaction__cause_uuid=refund.uuid)
    assert set(posted.values_list("period", flat=True)) == {"2026-11"}
    assert LockDate.objects.get().period == "2026-10"
    assert api.check() == ()


def test_a_hold_that_ends_is_posted_in_the_month_of_its_end(october):
    api.clear_holds(at=facts.CLOSE_DAY)
    cleared = LedgerEntry.objects.filter(transaction__kind="hold_cleared")
    assert set(cleared.values_list("period", flat=True)) == {"2026-12"}


@pytest.mark.parametrize(
    ("month", "closed", "expected"),
    [("2026-10", None, "2026-10"), ("2026-10", "2026-09", "2026-10"),
     ("2026-10", "2026-10", "2026-11"), ("2026-10", "2026-12", "2027-01")],
)  # fmt: skip
def test_an_event_is_counted_in_its_month_or_the_first_open_one(month, closed, expected):
    last = Period.parse(closed) if closed else None
    assert str(Period.parse(month).first_open(last)) == expected


def close_at_once():
    # Who would have to wait for a lock is told so at once.
    with connection.cursor() as cursor:
        cursor.execute("SET innodb_lock_wait_timeout = 0")
    return api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")


def book_while_another_closes(monkeypatch, hold, isolation=READ_COMMITTED):
    """Book a sale; once its month is decided, and before anything is written, somebody closes."""
    closes = []

    def hold_and_let_close():
        decided = hold()
        # Whoever closes clears holds, and asks as well.
        monkeypatch.setattr(lock_objects, "hold_lock_date", hold)
        closes.extend(race(close_at_once, isolation=isolation))
        return decided

    monkeypatch.setattr(lock_objects, "hold_lock_date", hold_and_let_close)
    api.book_payment(facts.payment("late"), at=facts.NOON)
    monkeypatch.undo()
    return closes


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_a_month_is_not_closed_while_somebody_books_in_it(transactional_db, monkeypatch, isolation):
    # given
    facts.put_terms_in_force()
    facts.book_october()

    # when
    closes = book_while_another_closes(monkeypatch, lock_objects.hold_lock_date, isolation)
    closed = api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # then
    assert [type(error) for error in errors(closes)] == [OperationalError]
    assert sum(one.lines[0].events for one in closed.statements) == 5 * 4
    assert api.check() == ()


@pytest.mark.mariadb
def test_without_the_lock_date_a_line_falls_between_two_statements(transactional_db, monkeypatch):
    # given: the twin of the test before, with a plain read in place of the lock
    def read():
        text = LockDate.objects.values_list("period", flat=True).first()
        return Period.parse(text) if text else None

    facts.put_terms_in_force()
    facts.book_october()

    # when
    closes = book_while_another_closes(monkeypatch, read)

    # then
    assert len(values(closes)) == 1
    assert "statement equals its lines" in {fault.invariant for fault in api.check()}


@pytest.mark.mariadb
@pytest.mark.parametrize("isolation", ISOLATIONS)
def test_sums_hold_when_many_book_refund_and_close_at_once(transactional_db, isolation):
    # given
    facts.put_terms_in_force()
    facts.book_october()

    # when
    calls = [
        *(partial(api.book_payment, facts.payment(f"L{n}"), at=facts.NOON) for n in range(4)),
        *(
            partial(api.book_refund, facts.refund(f"P{n}", "S1", "10.00"), at=facts.REFUND_DAY)
            for n in range(3)
        ),
        partial(api.close_period, "2026-10", at=facts.CLOSE_DAY, by="ines"),
    ]
    outcomes = race(*calls, isolation=isolation)

    # then
    assert errors(outcomes) == []
    assert PartyRollup.objects.aggregate(sum=Sum("events"))["sum"] > 0
    assert api.check() == ()
    assert "0 rows differed" in rebuilt()
