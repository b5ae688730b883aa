"""The books in partitions by month, by exactly the statements of the how-to."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from factories import revenue_share as facts
from races import errors, race
from revenue_share import api
from revenue_share.models import AllocationLine, LedgerEntry

pytestmark = pytest.mark.mariadb

HOW_TO = Path(__file__).parents[2] / "docs/how-tos/partition-the-books.md"


def statements(heading):
    """The statements under a heading of the how-to."""
    text = HOW_TO.read_text(encoding="utf-8")
    [section] = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    blocks = "".join(re.findall(r"```sql\n(.*?)```", section, re.DOTALL))
    return [one for one in blocks.split(";\n") if one.strip()]


def run(heading):
    with connection.cursor() as cursor:
        for statement in statements(heading):
            cursor.execute(statement)


def tables():
    found = []
    with connection.cursor() as cursor:
        for model in (LedgerEntry, AllocationLine):
            cursor.execute(f"SHOW CREATE TABLE {model._meta.db_table}")
            found.append(re.sub(r" AUTO_INCREMENT=\d+", "", cursor.fetchone()[1]))
    return found


def partitions_read(statement, values=()):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN PARTITIONS {statement}", values)
        place = [column[0] for column in cursor.description].index("partitions")
        return [row[place] for row in cursor.fetchall()]


@pytest.fixture
def partitioned(transactional_db):
    """Books with October in them, that were partitioned; undone as the how-to says."""
    facts.put_terms_in_force()
    facts.book_october()
    before = tables()
    run("Partition")
    yield
    run("Undo")
    assert tables() == before


def test_books_in_partitions_are_posted_cleared_closed_and_checked(partitioned):
    # given
    assert api.check() == ()

    # when
    api.book_payment(facts.payment("N1", "33.33"), at=facts.NOON)
    api.book_payments([facts.payment(f"M{one}", "7.77") for one in range(5)], at=facts.NOON)
    api.book_refund(facts.refund("R9", "S2", "20.00"), at=facts.REFUND_DAY)
    api.book_dispute(facts.dispute(of=("S1",)), at=facts.REFUND_DAY)
    closed = api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # then
    assert len(closed.statements) == 4
    assert api.check() == ()
    assert set(LedgerEntry.objects.values_list("period", flat=True)) == {"2026-10", "2026-12"}


def test_a_month_is_read_from_its_partition_alone(partitioned):
    # when
    [asked] = statements("See that it works")
    sums = LedgerEntry.objects.filter(period="2026-10").order_by().values("account", "party")
    lines = AllocationLine.objects.filter(party="GSMA", currency="USD", period="2026-10")

    # then
    assert partitions_read(asked.removeprefix("EXPLAIN PARTITIONS ")) == ["p2026_10"]
    for rows in (sums.annotate(debit=Sum("debit_minor")), lines):
        assert partitions_read(*rows.query.sql_with_params()) == ["p2026_10"]


def test_a_month_more_takes_what_has_come_for_it(partitioned):
    # given
    api.clear_holds(at=facts.CLOSE_DAY)

    # when
    run("A month more")

    # then
    december = LedgerEntry.objects.filter(period="2026-12")
    assert december.exists()
    assert partitions_read(*december.query.sql_with_params()) == ["p2026_12"]
    assert api.check() == ()


def test_what_the_foreign_keys_held_is_proved(partitioned):
    # given
    with connection.cursor() as cursor:
        # No line and no entry holds them; a sale's refund and standing still do.
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        cursor.execute("DELETE FROM revenue_share_ledgertransaction WHERE kind = 'refund'")
        cursor.execute("DELETE FROM revenue_share_revenueevent")
        cursor.execute("SET FOREIGN_KEY_CHECKS = 1")

    # when
    found = {fault.invariant for fault in api.check()}

    # then
    assert {"entry is of its transaction", "line is of its event"} <= found
    with connection.cursor() as cursor:
        # So that the foreign keys can come back.
        cursor.execute("DELETE FROM revenue_share_ledgerentry")
        cursor.execute("DELETE FROM revenue_share_allocationline")


def test_many_book_at_once_into_partitions(partitioned):
    # when
    calls = [
        partial(api.book_payment, facts.payment(f"N{one}", "33.33"), at=facts.NOON)
        for one in range(8)
    ]
    outcomes = race(*calls)

    # then
    assert errors(outcomes) == []
    assert api.check() == ()
