"""Facts leave the books whole, in order, once, and for nobody else to read."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import threading
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.models import Max

import dbt_models
from factories import revenue_share as facts
from races import READ_COMMITTED, errors, race
from revenue_share import api, conf
from revenue_share.checks import check_warehouse
from revenue_share.clickhouse import ClickHouse
from revenue_share.data import Account, EventKind, Part, Warehouse
from revenue_share.exceptions import ExportRefused, WarehouseUnavailable
from revenue_share.export_files import BOOKMARKS, STAMPS, TABLES, create_tables, json_line
from revenue_share.export_files.beancount import account_name
from revenue_share.models import AllocationLine, LedgerEntry, RevenueEvent
from revenue_share.selectors import exports
from revenue_share.services import exporting

ASPECTS = Path(__file__).parents[2] / "aspects"
AT = datetime(2026, 12, 3, 2, tzinfo=UTC)
SERVER = {
    "url": "https://clickhouse.example.org:8443/",
    "username": "ch_lms",
    "password": "a secret",
    "database": "event_sink",
}


@pytest.fixture
def october(db):
    facts.put_terms_in_force()
    facts.book_october()


def rows_of(folder: Path, table: str):
    text = (folder / f"{table}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def export(*arguments, **options):
    out = io.StringIO()
    call_command("revenue_share_export", *arguments, stdout=out, **options)
    return out.getvalue()


# Files


def test_a_folder_has_every_fact_once_in_order_and_says_so(october, tmp_path, monkeypatch):
    # given
    monkeypatch.setattr(exports, "PAGE", 3)

    # when
    done = api.export_facts(tmp_path / "facts", at=AT)

    # then
    manifest = json.loads((tmp_path / "facts/manifest.json").read_text(encoding="utf-8"))
    assert manifest["schema"] == "fairgate-facts/1"
    for table, model in zip(TABLES, (RevenueEvent, AllocationLine, LedgerEntry), strict=True):
        said, found = manifest["tables"][table.name], rows_of(tmp_path / "facts", table.name)
        content = (tmp_path / "facts" / said["file"]).read_bytes()
        assert [row["id"] for row in found] == list(
            model.objects.order_by("pk").values_list("pk", flat=True)
        )
        assert all(set(row) == {column.name for column in table.columns} for row in found)
        assert said["sha256"] == hashlib.sha256(content).hexdigest()
        assert said["rows"] == done.rows[table.name] == len(found)
        assert said["last"] == done.last[table.name] == found[-1]["id"]


def test_a_sale_is_written_as_the_books_have_it(october, tmp_path):
    # when
    api.export_facts(tmp_path / "facts", at=AT)

    # then
    row = next(
        row
        for row in rows_of(tmp_path / "facts", "revenue_share_events")
        if row["uuid"] == str(facts.named("S1"))
    )
    assert row["gross_minor"] == 12_000
    assert (row["tax_minor"], row["fee_minor"], row["net_minor"]) == (2_000, 378, 9_622)
    assert (row["currency"], row["exponent"]) == ("USD", 2)
    assert (row["period"], row["sale_period"]) == ("2026-10", "2026-10")
    assert row["occurred_at"] == "2026-10-06 08:00:00.000000"
    assert row["time_last_dumped"] == "2026-12-03 02:00:00.000000"
    assert row["sale_uuid"] is None


def test_the_month_of_the_statement_and_the_month_of_the_sale_are_told_apart(october, tmp_path):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    api.book_refund(facts.refund("R2", "S2", "10.00", at=AT), at=AT)
    api.export_facts(tmp_path / "facts", at=AT)
    for table in ("revenue_share_events", "revenue_share_lines"):
        newest = rows_of(tmp_path / "facts", table)[-1]
        assert (newest["period"], newest["sale_period"]) == ("2026-11", "2026-10")


def test_the_next_folder_has_what_is_new(october, tmp_path):
    # given
    api.export_facts(tmp_path / "first", at=AT)
    api.book_payment(facts.payment("S9"), at=AT)

    # when
    done = api.export_facts(tmp_path / "next", since=tmp_path / "first/manifest.json", at=AT)

    # then
    assert done.rows["revenue_share_events"] == 1
    (row,) = rows_of(tmp_path / "next", "revenue_share_events")
    assert row["uuid"] == str(facts.named("S9"))
    assert {one["event_uuid"] for one in rows_of(tmp_path / "next", "revenue_share_lines")} == {
        row["uuid"]
    }


def test_nothing_new_is_a_folder_of_empty_files(october, tmp_path):
    api.export_facts(tmp_path / "first", at=AT)
    done = api.export_facts(tmp_path / "next", since=tmp_path / "first/manifest.json", at=AT)
    assert set(done.rows.values()) == {0}
    assert done.last == json_last(tmp_path / "first") == json_last(tmp_path / "next")


def json_last(folder):
    content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {name: one["last"] for name, one in content["tables"].items()}


def test_only_who_exports_can_read_the_folder(october, tmp_path):
    api.export_facts(tmp_path / "facts", at=AT)
    assert stat.S_IMODE((tmp_path / "facts").stat().st_mode) == 0o700


def test_a_folder_that_is_there_is_not_written_over(october, tmp_path):
    (tmp_path / "facts").mkdir()
    with pytest.raises(ExportRefused, match="is there already"):
        api.export_facts(tmp_path / "facts", at=AT)
    assert os.listdir(tmp_path / "facts") == []


def test_a_folder_that_cannot_be_made_is_refused(october, tmp_path):
    with pytest.raises(ExportRefused, match="No such file or directory"):
        api.export_facts(tmp_path / "nowhere/facts", at=AT)


def test_an_export_that_breaks_off_leaves_nothing_behind(october, tmp_path, monkeypatch):
    # given
    def fail(*_, **__):
        raise OperationalError("gone")

    monkeypatch.setattr(exporting.export_files, "manifest", fail)

    # when
    with pytest.raises(OperationalError):
        api.export_facts(tmp_path / "facts", at=AT)

    # then
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"schema": "fairgate-facts/1", "tables": {}}',
        '{"schema": "fairgate-facts/1", "tables": {"revenue_share_events": {"last": "1"}, '
        '"revenue_share_lines": {"last": 1}, "revenue_share_entries": {"last": 1}}}',
    ],
)
def test_what_is_no_manifest_is_refused(october, tmp_path, text):
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ExportRefused, match="no manifest"):
        api.export_facts(tmp_path / "facts", since=tmp_path / "manifest.json", at=AT)


def test_a_manifest_of_other_columns_is_refused(october, tmp_path):
    api.export_facts(tmp_path / "first", at=AT)
    place = tmp_path / "first/manifest.json"
    place.write_text(place.read_text(encoding="utf-8").replace("facts/1", "facts/0"))
    with pytest.raises(ExportRefused, match="other columns"):
        api.export_facts(tmp_path / "facts", since=place, at=AT)


def test_a_manifest_of_other_books_is_refused(october, tmp_path):
    api.export_facts(tmp_path / "first", at=AT)
    place = tmp_path / "first/manifest.json"
    content = json.loads(place.read_text(encoding="utf-8"))
    content["tables"]["revenue_share_lines"]["last"] += 1
    place.write_text(json.dumps(content))
    with pytest.raises(ExportRefused, match="More was exported than the books have"):
        api.export_facts(tmp_path / "facts", since=place, at=AT)


def test_a_manifest_that_is_not_there_is_refused(october, tmp_path):
    with pytest.raises(ExportRefused, match="cannot be read"):
        api.export_facts(tmp_path / "facts", since=tmp_path / "none.json", at=AT)


def test_no_page_is_larger_for_a_longer_history_and_each_is_two_questions(
    october, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(exports, "PAGE", 10)
    entries, table = LedgerEntry.objects.count(), TABLES[2]
    with django_assert_num_queries(2 * (entries // 10 + 1) + 1):
        pages = list(exports.pages(table, after=0, last=10**9, at=AT))
    assert [len(page) for page in pages] == [10] * (entries // 10) + [entries % 10]


def test_a_value_that_is_no_fact_is_no_line():
    with pytest.raises(TypeError, match="holds no object"):
        json_line({"amount": object()})


def test_a_moment_is_written_in_utc_and_text_stays_on_its_line():
    noon = datetime(2026, 10, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    line = json_line({"at": noon, "uuid": UUID(int=1), "text": 'ü "\n\t\\', "id": 2**63 - 1})
    assert line == (
        '{"at":"2026-10-01 10:00:00.000000","uuid":"00000000-0000-0000-0000-000000000001",'
        '"text":"ü \\"\\n\\t\\\\","id":9223372036854775807}\n'
    )


# Nobody is passed over


def export_at_once():
    # Who would have to wait for a lock is told so at once.
    with connection.cursor() as cursor:
        cursor.execute("SET innodb_lock_wait_timeout = 0")
    return exporting._marks()


def marks_while_a_sale_is_booked(monkeypatch):
    """A sale has its number and is not committed; another is, with a higher one; somebody exports.

    What became of who exports, and the numbers of the two sales.
    """
    outcomes, statements = [], api.rollups.Sums.statements

    def let_others_go_first(sums):
        monkeypatch.setattr(api.rollups.Sums, "statements", statements)
        assert errors(race(book_elsewhere)) == []
        outcomes.extend(race(export_at_once, isolation=READ_COMMITTED))
        return statements(sums)

    monkeypatch.setattr(api.rollups.Sums, "statements", let_others_go_first)
    api.book_payment(facts.payment("early"), at=facts.NOON)
    numbers = dict(RevenueEvent.objects.values_list("uuid", "pk"))
    return outcomes[0], numbers[facts.named("early")], numbers[facts.named("late")]


def book_elsewhere():
    # Of a course without terms: the two have no carried remainder in common to wait for.
    sale = facts.payment("late", course="course-v1:ATC+RADIO+2026")
    api.book_payment(sale, at=facts.NOON)


@pytest.mark.mariadb
def test_who_exports_waits_for_who_is_booking(october, transactional_db, monkeypatch):
    outcome, early, late = marks_while_a_sale_is_booked(monkeypatch)
    assert early < late
    assert isinstance(outcome.error, OperationalError)
    assert exporting._marks()["revenue_share_events"] == late


@pytest.mark.mariadb
def test_without_waiting_a_sale_would_be_passed_over(october, transactional_db, monkeypatch):
    # given: the twin of the test before, with a plain reading in place of the lock
    def plain():
        found = RevenueEvent.objects.aggregate(last=Max("pk"))["last"] or 0
        return {"revenue_share_events": found, "seen": RevenueEvent.objects.count()}

    monkeypatch.setattr(exporting, "_marks", plain)

    # when
    outcome, early, late = marks_while_a_sale_is_booked(monkeypatch)

    # then: it would go on after the later sale, and has seen that one beside October's five
    assert early < late
    assert outcome.value == {"revenue_share_events": late, "seen": 6}


# The server


@pytest.fixture
def answers():
    """A server that answers as it is told, and keeps what it was asked."""
    asked, given = [], {"status": 200, "headers": {}, "body": b""}

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            asked.append((self.path, dict(self.headers), body))
            self.send_response(given["status"])
            for name, value in given["headers"].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(given["body"])

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", asked, given
        server.shutdown()
        thread.join()


def server_at(url, **changes):
    return Warehouse(**{
        "url": url, "username": "ch_lms", "password": "a secret", "database": "event_sink",
        "timeout_seconds": 5, **changes,
    })  # fmt: skip


def test_who_we_are_is_in_headers_and_nowhere_else(answers):
    # when
    url, asked, _ = answers
    with ClickHouse(server_at(url)) as server:
        server.insert("revenue_share_events", ["{}\n", "{}\n"])

    # then
    ((path, headers, body),) = asked
    assert (headers["X-ClickHouse-User"], headers["X-ClickHouse-Key"]) == ("ch_lms", "a secret")
    assert "secret" not in path
    assert "Authorization" not in headers
    assert body == b"{}\n{}\n"


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (500, {"X-ClickHouse-Exception-Code": "241"}, "HTTP 500, its code is 241."),
        (403, {}, "HTTP 403, its code is none."),
        # A fault after the first byte of the answer
        (200, {"X-ClickHouse-Exception-Code": "159"}, "HTTP 200, its code is 159."),
        (302, {"Location": "http://127.0.0.1:9/"}, "HTTP 302, its code is none."),
    ],
)
def test_what_the_server_does_not_acknowledge_is_not_sent(answers, status, headers, said):
    url, asked, given = answers
    given.update(status=status, headers=headers, body=b"a fact of the books")
    with ClickHouse(server_at(url)) as server, pytest.raises(WarehouseUnavailable) as refused:
        server.insert("revenue_share_events", ["{}\n"])
    assert str(refused.value) == f"ClickHouse refused: {said}"
    assert len(asked) == 1


def test_a_server_that_does_not_answer_is_told_without_address_and_key():
    server = ClickHouse(server_at("http://127.0.0.1:9/"))
    with server, pytest.raises(WarehouseUnavailable) as refused:
        server.rows("revenue_share_bookmarks")
    assert str(refused.value) == "ClickHouse did not answer: ConnectionError."
    assert refused.value.__cause__ is None
    assert refused.value.retryable


def test_a_key_that_no_header_may_have_is_not_told():
    server = ClickHouse(server_at("http://127.0.0.1:9/", password="two\nlines"))
    with server, pytest.raises(WarehouseUnavailable, match="InvalidHeader") as refused:
        server.rows("revenue_share_bookmarks")
    assert "lines" not in str(refused.value)


def test_a_server_does_not_show_its_key():
    assert "a secret" not in repr(server_at("https://clickhouse.example.org/"))


# What an operator says


def test_no_server_is_named_at_first(settings):
    assert conf.warehouse() is None
    assert check_warehouse(None) == []


def test_a_server_is_read_with_the_names_that_aspects_has(settings):
    settings.REVENUE_SHARE_CLICKHOUSE = {**SERVER, "timeout_secs": 5, "xapi_database": "xapi"}
    assert conf.warehouse() == Warehouse(
        url=SERVER["url"], username="ch_lms", password="a secret", database="event_sink",
        timeout_seconds=5,
    )  # fmt: skip
    assert check_warehouse(None) == []


def test_plain_http_is_for_who_says_so(settings):
    settings.REVENUE_SHARE_CLICKHOUSE = {**SERVER, "url": "http://clickhouse:8123"}
    with pytest.raises(ImproperlyConfigured, match="without https"):
        conf.warehouse()
    settings.REVENUE_SHARE_CLICKHOUSE["plain_http"] = True
    assert conf.warehouse() is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "ftp://clickhouse/"}, "none of http or https"),
        ({"url": "https:///"}, "none of http or https"),
        ({"url": "https://a:secret@clickhouse/"}, "a name, a password or a question"),
        ({"url": "https://clickhouse/?password=secret"}, "a name, a password or a question"),
        ({"url": "https://[secret/"}, "it has a url"),
        ({"url": None}, "it has a url|none of http"),
        ({"database": "event_sink; DROP"}, "no statement may have"),
        ({"timeout_secs": 0}, "no number above zero"),
        ({"timeout_secs": "5"}, "no number above zero"),
        ({"timeout_secs": True}, "no number above zero"),
        ({"timeout_secs": float("nan")}, "no number above zero"),
        ({"timeout_secs": float("inf")}, "no number above zero, and at most 3600"),
        ({"timeout_secs": 10**400}, "no number above zero, and at most 3600"),
    ],
)
def test_a_server_that_cannot_be_asked_is_told_at_start_up(settings, change, said):
    settings.REVENUE_SHARE_CLICKHOUSE = {**SERVER, **change}
    with pytest.raises(ImproperlyConfigured, match=said) as refused:
        conf.warehouse()
    assert "secret" not in str(refused.value)
    (fault,) = check_warehouse(None)
    assert fault.id == "revenue_share.E004"


@pytest.mark.parametrize("value", [{"url": "https://clickhouse/"}, "https://clickhouse/", 7])
def test_a_server_with_something_missing_is_told(settings, value):
    settings.REVENUE_SHARE_CLICKHOUSE = value
    with pytest.raises(ImproperlyConfigured, match="a url, a username, a password and a database"):
        conf.warehouse()


# The command


def test_the_command_writes_a_folder(october, tmp_path):
    said = export(str(tmp_path / "facts"))
    last = json_last(tmp_path / "facts")
    assert said.splitlines()[0] == (
        f"revenue_share_events: 5 rows, up to {last['revenue_share_events']}"
    )


def test_the_command_writes_a_ledger_that_nobody_else_reads(october, tmp_path):
    place = tmp_path / "books.beancount"
    export(str(place), format="beancount")
    assert place.read_text(encoding="utf-8") == "".join(api.beancount_ledger())
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="is there already"):
        export(str(place), format="beancount")
    assert os.listdir(tmp_path) == [place.name]


@pytest.mark.parametrize(
    ("arguments", "options", "code"),
    [
        ((), {}, 2),
        (("facts",), {"send": True}, 2),
        ((), {"tables": "event-sink"}, 2),
        ((), {"send": True}, 2),
        ((), {"send": True, "since": "manifest.json"}, 2),
        (("facts",), {"again": True}, 2),
        (("facts",), {"cluster": "openedx"}, 2),
        (("ledger",), {"format": "beancount", "since": "manifest.json"}, 2),
        ((), {"format": "beancount", "send": True}, 2),
        (("nowhere/ledger",), {"format": "beancount"}, 2),
    ],
)
def test_the_command_refuses_what_it_cannot_do(db, arguments, options, code):
    with pytest.raises(CommandError) as refused:
        export(*arguments, **options)
    assert refused.value.returncode == code


def test_the_command_says_that_a_server_did_not_answer(october, settings):
    settings.REVENUE_SHARE_CLICKHOUSE = {**SERVER, "url": "http://127.0.0.1:9", "plain_http": True}
    with pytest.raises(CommandError, match="did not answer") as refused:
        export(send=True)
    assert refused.value.returncode == 1


# What Aspects is given


def test_the_tables_in_the_repository_are_those_of_the_command():
    text = (ASPECTS / "clickhouse/tables.sql").read_text(encoding="utf-8")
    assert export(tables="event_sink") == text


def test_tables_of_a_cluster_are_replicated():
    text = create_tables("event_sink", cluster="openedx")
    assert text.count(" ON CLUSTER 'openedx'") == len(TABLES) + 1
    assert text.count("ENGINE = ReplicatedReplacingMergeTree(time_last_dumped)") == len(TABLES) + 1


def test_no_column_is_about_a_learner():
    names = {column.name for table in (*TABLES, BOOKMARKS) for column in table.columns}
    assert not [
        name
        for name in names
        if any(word in name for word in ("user", "learner", "email", "order"))
    ]


def test_a_table_is_ordered_by_columns_that_it_has_and_ends_with_the_id():
    for table in TABLES:
        assert set(table.order) <= set(table.names)
        assert table.order[-1] == "id"
        assert table.columns[-2:] == STAMPS


def test_the_sources_of_dbt_are_the_tables():
    (source,) = dbt_models.documents("sources.yml")["sources"]
    assert [table["name"] for table in source["tables"]] == [table.name for table in TABLES]
    for told, table in zip(source["tables"], TABLES, strict=True):
        assert [(one["name"], one["data_type"]) for one in told["columns"]] == [
            (column.name, column.type) for column in table.columns
        ]


def test_every_model_is_described_and_its_values_are_those_of_the_books():
    told = {one["name"]: one for one in dbt_models.documents("schema.yml")["models"]}
    values = {
        (model, column["name"]): set(test["accepted_values"]["values"])
        for model, one in told.items()
        for column in one["columns"]
        for test in column.get("data_tests", ())
        if isinstance(test, dict)
    }
    assert set(told) == set(dbt_models.models())
    assert values["revenue_events", "kind"] == {kind.value for kind in EventKind}
    assert values["revenue_lines", "part"] == {part.value for part in Part}
    assert values["revenue_entries", "account"] == {account.value for account in Account}


# Names of a ledger


def test_no_two_accounts_have_one_name_and_each_is_one_for_beancount():
    # given
    codes = ["", "GSMA", "A_B", "A-B", "X-415F42", "X-", "a", "Ü", "A" * 32, "FUND", "1-2"]

    # when
    names = [account_name(account, code) for account in Account for code in codes]

    # then
    assert len(set(names)) == len(names)
    assert all(part[0].isupper() or part[0].isdigit() for name in names for part in name.split(":"))
    assert account_name(Account.RECEIVABLE, "A_B") == "Assets:Receivable:X-415F42"
