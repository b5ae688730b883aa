"""The same report from the books and from ClickHouse, to the last minor unit."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import hypothesis
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import clickhouse_process
import dbt_models
from factories import histories
from factories import revenue_share as facts
from fairgate.money import Money
from machines import lives
from revenue_share import api
from revenue_share.exceptions import ExportRefused, WarehouseUnavailable
from revenue_share.export_files import TABLES
from revenue_share.models import PartyRollup, ReceiptRollup, RevenueEvent
from revenue_share.selectors import exports

pytestmark = [pytest.mark.chdb, pytest.mark.django_db]

NIGHT = datetime(2026, 12, 3, 2, tzinfo=UTC)
PARTIES = (
    "period", "party", "currency", "part", "sale_period", "course_key", "offering_code",
    "agreement", "version", "events", "base_minor", "units_minor",
)  # fmt: skip
RECEIPTS = (
    "period", "kind", "currency", "course_key", "offering_code", "agreement", "country",
    "payer_class", "events", "gross_minor", "tax_minor", "fee_minor", "net_minor",
    "dispute_fee_minor",
)  # fmt: skip


@contextmanager
def undone():
    """Nothing of what happens inside stays in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def server(warehouse, settings):
    """A database with the tables and the models, where facts are sent to."""
    settings.REVENUE_SHARE_CLICKHOUSE = warehouse.settings
    make_all(warehouse)
    return warehouse


@pytest.fixture
def october():
    facts.put_terms_in_force()
    facts.book_october()


def make_all(warehouse):
    warehouse.run(api.fact_tables(warehouse.name))
    dbt_models.make_views(warehouse)


def told(database, model, names):
    rows = database.select(", ".join(names), model)
    return Counter(tuple(row[name] for name in names) for row in rows)


def assert_same_reports(database):
    """Every report of the books is the one of ClickHouse."""
    kept = Counter(PartyRollup.objects.values_list(*PARTIES))
    assert told(database, "fact_revenue_parties", PARTIES) == kept
    kept = Counter(ReceiptRollup.objects.values_list(*RECEIPTS))
    assert told(database, "fact_revenue_receipts", RECEIPTS) == kept
    assert balances_there(database) == {
        (one.account.value, one.party, one.amount.currency): one.amount.minor
        for one in api.balances()
    }
    assert statements_there(database) == statements_here()
    assert dbt_models.failing_tests(database) == []


def balances_there(database):
    rows = database.select(
        "account, party, currency, sum(balance_minor) AS minor, toString(sum(balance)) AS amount",
        "fact_revenue_accounts",
        "GROUP BY account, party, currency",
    )
    for row in rows:
        assert Money(row["amount"], row["currency"]).minor == row["minor"]
    return {(row["account"], row["party"], row["currency"]): row["minor"] for row in rows}


def statements_there(database):
    rows = database.select(
        "party, period, currency, toString(amount) AS amount, units_minor",
        "fact_revenue_statements",
    )
    for row in rows:
        assert Money(row["amount"], row["currency"]).minor == row["units_minor"]
    return {(row["party"], row["period"], row["currency"]): Decimal(row["amount"]) for row in rows}


def statements_here():
    """But those without a line, which no fact is of: they carry an amount on."""
    found = [
        api.statement(one.party, one.period, currency=one.currency) for one in api.list_statements()
    ]
    return {
        (one.party, one.period, one.currency): one.subtotal.amount for one in found if one.lines
    }


def sent_rows(database):
    return sum(database.select("count() AS n", table.name)[0]["n"] for table in TABLES)


def test_october_is_the_same_in_clickhouse(server, october):
    # when
    done = api.send_facts(at=NIGHT)

    # then
    assert done.rows["revenue_share_events"] == 5
    assert statements_there(server) == {
        ("FUND", "2026-10", "USD"): Decimal("50.96"),
        ("GSMA", "2026-10", "USD"): Decimal("91.73"),
        ("ATC", "2026-10", "USD"): Decimal("50.96"),
        ("PLATFORM", "2026-10", "USD"): Decimal("61.15"),
    }
    assert server.select("DISTINCT month", "fact_revenue_parties") == [{"month": "2026-10-01"}]
    assert_same_reports(server)


def test_a_closed_month_is_the_same_in_clickhouse(server, october):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    api.book_refund(facts.refund("R2", "S2", "10.00", at=NIGHT), at=NIGHT)
    api.send_facts(at=NIGHT)
    assert_same_reports(server)


def test_a_statement_that_only_carries_a_debt_on_has_no_row_in_clickhouse(server, october):
    # given: after October was paid, a sale of it is taken back
    spring = datetime(2027, 4, 1, tzinfo=UTC)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    api.book_refund(facts.refund("R2", "S2", "10.00", at=NIGHT), at=NIGHT)
    for month in ("2026-11", "2026-12"):
        api.close_period(month, at=spring, by="ines")

    # when
    api.send_facts(at=spring)

    # then
    december = api.statement("GSMA", "2026-12", currency="USD")
    assert (december.lines, december.opening.minor < 0) == ((), True)
    assert {period for _, period, _ in statements_there(server)} == {"2026-10", "2026-11"}
    assert_same_reports(server)


def test_whatever_happens_and_whenever_it_is_exported_the_reports_are_the_same(
    clickhouse, monkeypatch
):
    monkeypatch.setattr(exports, "PAGE", 7)

    @hypothesis.settings(max_examples=lives(12), suppress_health_check=list(HealthCheck))
    @given(steps=histories.steps, data=st.data())
    def lived(steps, data):
        with clickhouse_process.database(clickhouse) as database, undone():
            # given
            monkeypatch.setattr("django.conf.settings.REVENUE_SHARE_CLICKHOUSE", database.settings)
            make_all(database)

            # when
            life = histories.Life()
            for word, number in steps:
                life.live(word, number)
                if data.draw(st.integers(0, 5)) == 0:
                    api.send_facts(again=data.draw(st.booleans()), at=life.now)
            api.send_facts(at=life.now)

            # then
            assert_same_reports(database)

    lived()


def test_what_is_sent_again_counts_once(server, october):
    # given
    first = api.send_facts(at=NIGHT)

    # when
    later = api.send_facts(at=NIGHT)
    again = api.send_facts(again=True, at=NIGHT + timedelta(hours=1))

    # then
    assert set(later.rows.values()) == {0}
    assert again.rows == first.rows
    assert sent_rows(server) > sum(first.rows.values())
    assert_same_reports(server)


def test_of_a_row_that_was_changed_the_newer_one_counts_in_whatever_order_they_come(
    server, october
):
    # given: somebody with the database's password, or a migration, has filled in a country
    api.send_facts(at=NIGHT + timedelta(days=1))
    sale = RevenueEvent.objects.get(uuid=facts.named("S4"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE revenue_share_revenueevent SET country = 'TV' WHERE id = %s", [sale.pk]
        )

    # when
    api.send_facts(again=True, at=NIGHT + timedelta(days=2))
    question = ("country", "revenue_events", f"WHERE id = {sale.pk}")
    newer = server.select(*question)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE revenue_share_revenueevent SET country = 'XX' WHERE id = %s", [sale.pk]
        )
    api.send_facts(again=True, at=NIGHT)

    # then
    assert newer == server.select(*question) == [{"country": "TV"}]
    (total,) = server.select("sum(events) AS n", "fact_revenue_receipts")
    assert total == {"n": 5}


def test_a_server_that_fails_in_the_middle_is_sent_the_rest(server, october, monkeypatch):
    # given
    monkeypatch.setattr(exports, "PAGE", 2)
    insert, calls = api.exporting.ClickHouse.insert, []

    def insert_or_fail(self, table, lines):
        calls.append(table)
        insert(self, table, lines)
        if len(calls) == 3:  # the second page is there, and its bookmark is not
            raise WarehouseUnavailable("The line was cut.")

    monkeypatch.setattr(api.exporting.ClickHouse, "insert", insert_or_fail)
    with pytest.raises(WarehouseUnavailable, match="cut"):
        api.send_facts(at=NIGHT)

    # when
    done = api.send_facts(at=NIGHT)

    # then: the page without a bookmark was sent twice
    assert done.rows["revenue_share_events"] == 3
    assert_same_reports(server)


def test_a_server_with_other_columns_is_sent_everything_again(server, october):
    # given
    first = api.send_facts(at=NIGHT)
    server.run(
        f"ALTER TABLE {server.name}.revenue_share_bookmarks UPDATE schema_version = 0 WHERE true "
        "SETTINGS mutations_sync = 1"
    )

    # when
    again = api.send_facts(at=NIGHT)

    # then
    assert again.rows == first.rows


def test_books_that_were_put_back_are_not_sent_over_newer_ones(server, october):
    api.send_facts(at=NIGHT)
    server.run(
        f"INSERT INTO {server.name}.revenue_share_bookmarks VALUES "  # noqa: S608
        "('revenue_share_lines', 1000000, 1, '2026-12-24 00:00:00')"
    )
    with pytest.raises(ExportRefused, match="More was exported than the books have"):
        api.send_facts(at=NIGHT)


def test_without_tables_nothing_is_sent(warehouse, october, settings):
    settings.REVENUE_SHARE_CLICKHOUSE = warehouse.settings
    with pytest.raises(WarehouseUnavailable, match="HTTP 404, its code is 60"):
        api.send_facts(at=NIGHT)


def test_tables_that_lack_a_column_take_nothing(server, october):
    server.run(f"ALTER TABLE {server.name}.revenue_share_events DROP COLUMN excess_minor")
    with pytest.raises(WarehouseUnavailable, match="its code is 117"):
        api.send_facts(at=NIGHT)
    assert sent_rows(server) == 0


def test_who_has_another_key_is_refused_and_the_key_is_not_told(server, october, settings):
    settings.REVENUE_SHARE_CLICKHOUSE = {**server.settings, "password": "another key"}
    with pytest.raises(WarehouseUnavailable, match="its code is 516") as refused:
        api.send_facts(at=NIGHT)
    assert "another key" not in str(refused.value)


def test_making_the_tables_twice_changes_nothing(server, october):
    api.send_facts(at=NIGHT)
    server.run(api.fact_tables(server.name))
    assert_same_reports(server)


def test_the_largest_amounts_keep_their_last_digit(server):
    # given
    facts.put_terms_in_force()
    largest = histories.written("USD", 10**15)[0]
    api.book_payment(facts.payment("S1", largest), at=facts.NOON)

    # when
    api.send_facts(at=NIGHT)

    # then
    assert_same_reports(server)
    (row,) = server.select("toString(gross) AS gross", "fact_revenue_receipts")
    assert Money(row["gross"], "USD") == Money(largest, "USD")


def test_moments_keep_their_microsecond(server):
    at = datetime(2026, 10, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    facts.put_terms_in_force()
    api.book_payment(facts.payment("S1", at=at), at=at)
    api.send_facts(at=NIGHT)
    (row,) = server.select("toString(occurred_at) AS at", "revenue_events")
    assert row == {"at": "2026-10-31 23:59:59.999999"}


def test_an_exported_folder_is_what_the_server_takes(warehouse, october, tmp_path):
    # given
    make_all(warehouse)
    api.export_facts(tmp_path / "facts", at=NIGHT)

    # when
    for table in TABLES:
        text = (tmp_path / "facts" / f"{table.name}.jsonl").read_text(encoding="utf-8")
        warehouse.run(f"INSERT INTO {warehouse.name}.{table.name} FORMAT JSONEachRow\n{text}")

    # then
    assert_same_reports(warehouse)
