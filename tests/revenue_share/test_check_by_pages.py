"""``check`` reads the books by the page, as they are at one moment."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories import revenue_share as facts
from fairgate_tables import paging
from fairgate_tables.paging import pages
from races import race, values
from revenue_share import api
from revenue_share.data import Account
from revenue_share.models import LedgerEntry, RevenueEvent, SaleStanding
from revenue_share.selectors import checking, checking_events
from revenue_share.selectors.checking_ledger import entries_on
from revenue_share.selectors.events import after_sales


@pytest.fixture
def books(db):
    facts.put_terms_in_force()
    facts.book_october()


def sell(first: int, count: int) -> None:
    for number in range(first, first + count):
        api.book_payment(facts.payment(f"N{number}", "33.33"), at=facts.NOON)


def asked() -> int:
    with CaptureQueriesContext(connection) as queries:
        assert api.check() == ()
    return len(queries)


def test_pages_hold_every_row_once_in_the_order_of_their_keys(books):
    # given: as many rows as fill the last page, and one more
    for size in (1, 2, 5, 6, 1000):
        found = [row.pk for page in pages(RevenueEvent.objects.all(), size=size) for row in page]
        assert found == list(RevenueEvent.objects.order_by("pk").values_list("pk", flat=True))


def test_a_page_costs_the_same_however_much_is_on_it(books):
    few = asked()
    sell(0, 20)
    assert asked() == few


def test_each_page_more_costs_the_same(books, monkeypatch):
    # given: pages of events and of standings, two rows each
    monkeypatch.setattr(paging, "PAGE", 2)
    sell(0, 3)
    counts = []

    # when
    for turn in range(3):
        counts.append(asked())
        sell(10 + turn * 4, 4)

    # then
    assert counts[2] - counts[1] == counts[1] - counts[0] > 0


def test_a_fault_on_a_later_page_is_found_and_the_first_one_is_named(books, monkeypatch):
    # given
    monkeypatch.setattr(paging, "PAGE", 2)
    sell(0, 6)
    *_, fifth, _, seventh = RevenueEvent.objects.filter(kind="sale").order_by("pk")[:7]
    with connection.cursor() as cursor:
        for sale in (seventh, fifth):
            cursor.execute(
                "UPDATE revenue_share_allocationline SET units_minor = units_minor + 1 "
                "WHERE event_id = %s AND party = 'GSMA'", [sale.pk],
            )  # fmt: skip

    # when
    rows = {fault.invariant: fault.row for fault in api.check()}

    # then
    assert rows["lines sum to the event"] == str(fifth)
    assert rows["entries follow from their event"] == str(fifth)
    assert rows["standing equals lines"] == str(fifth)


def rows_read(act):
    """How many rows of tables and indexes the server goes through one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("FLUSH STATUS")
        act()
        cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%next'")
        return sum(int(value) for _, value in cursor.fetchall())


@pytest.mark.mariadb
def test_what_came_after_a_page_of_sales_is_found_without_reading_all_events(
    transactional_db, books
):
    # given: so many sales that MariaDB estimates a list of them
    sell(0, 300)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE TABLE revenue_share_revenueevent")
    sales = list(RevenueEvent.objects.filter(kind="sale").values_list("pk", flat=True))

    # when
    found = []
    read = rows_read(lambda: found.extend(after_sales(sales)))

    # then
    assert [event.kind for event in found] == ["refund"]
    assert read < 10


@pytest.mark.mariadb
def test_a_list_of_so_many_sales_would_be_looked_for_in_all_events(transactional_db, books):
    # given: the twin of the test before
    sell(0, 300)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE TABLE revenue_share_revenueevent")
    sales = list(RevenueEvent.objects.filter(kind="sale").values_list("pk", flat=True))
    assert rows_read(lambda: list(RevenueEvent.objects.filter(sale_id__in=sales))) >= 300


@pytest.mark.mariadb
def test_entries_of_a_rare_account_are_found_without_reading_all(transactional_db, books):
    # given
    sell(0, 300)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE TABLE revenue_share_ledgerentry")

    # when
    read = rows_read(lambda: list(entries_on(Account.BANK)))

    # then
    assert read < 10
    assert list(entries_on(Account.GATEWAY_CLEARING).order_by("pk")) == list(
        LedgerEntry.objects.filter(account="gateway_clearing").order_by("pk")
    )


def test_what_nobody_proposed_is_found(books):
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE revenue_share_revenueevent SET kind = 'adjustment' WHERE kind = 'waived_seat'"
        )
    event = RevenueEvent.objects.get(kind="adjustment")
    assert f"adjustment by two people: {event}: nobody has proposed it." in map(str, api.check())


def check_while_somebody_refunds(monkeypatch):
    """Check the books; when the standings were read, and before their events are, they move."""
    facts.put_terms_in_force()
    facts.book_october()
    refund = facts.refund("R9", "S2", "20.00")
    booked = []

    def pages_then_refund(rows, **more):
        for page in pages(rows, **more):
            if rows.model is SaleStanding:
                booked.extend(race(partial(api.book_refund, refund, at=facts.REFUND_DAY)))
            yield page

    monkeypatch.setattr(checking_events, "pages", pages_then_refund)
    found = api.check()
    assert len(values(booked)) == 1
    return found


@pytest.mark.mariadb
def test_books_that_move_while_they_are_checked_are_seen_as_of_one_moment(
    transactional_db, monkeypatch
):
    assert check_while_somebody_refunds(monkeypatch) == ()


@pytest.mark.mariadb
def test_without_one_view_a_check_blames_who_books_meanwhile(transactional_db, monkeypatch):
    # given: the twin of the test before, each statement of which sees another moment
    monkeypatch.setattr(checking, "one_view", nullcontext)
    faults = check_while_somebody_refunds(monkeypatch)
    assert [fault.invariant for fault in faults] == ["standing equals lines"]
