"""Statements of one partner and of all, files of 100,000 rows, and a replay of many events.

    python benchmarks/bench_statements.py [--rounds 5] [--entries 20000] [--rows 20000]
                                          [--events 20000] [--peer-python PYTHON]

On MariaDB; the books are filled by statements alone (``filling.py``), the peers' in bulk.
Contestants take turns; printed are their times over ours of the same round.

* **one partner** (P5): ``api.statement`` of a month, and **all partners** (P6): the statements of a
  month that is about to be closed, with their locks. Over a plain ``GROUP BY`` of the lines by
  their index, a loop of objects, the balances of django-hordak and openedx-ledger, which know no
  months, and DuckDB, which keeps the entries in columns and nothing else: the limit. The peers are
  in the Python of ``--peer-python`` (see README.md; without one they are left out).
* **export** (P8): the events behind a statement as CSV, and every fact of the books, with the
  memory of a process that does nothing else, beside that of Django's ``iterator``, which reads all
  of a result from MariaDB at once.
* **files** (P9, P10): ``--rows 100000`` events as workbook, over openpyxl and bare XlsxWriter; as
  CSV with neutralised cells, over the module ``csv``. Rows come from a generator.
* **replay**: ``--events 1000000`` read from a file and shared, and the memory of that with a tenth
  and with all of them.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The roots before "tests", whose folders are called like the packages they test.
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite_settings")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

import filling  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from measuring import (  # noqa: E402
    Contestant,
    Turn,
    in_turns,
    peers,
    print_apart,
    print_table,
    repeated,
    timed,
)

import two_databases  # noqa: E402
from factories import revenue_share as facts  # noqa: E402
from fairgate.money import Money  # noqa: E402
from partnerships import api as partnerships  # noqa: E402
from partnerships.data import RevenueTerms  # noqa: E402
from revenue_share import api, sheets, statements  # noqa: E402
from revenue_share.data import EventKind, EventLine, Names, Part, Period, Statement  # noqa: E402
from revenue_share.events_file import COLUMNS, read_events  # noqa: E402
from revenue_share.models import AllocationLine, LedgerEntry  # noqa: E402
from revenue_share.replay import replaying  # noqa: E402
from revenue_share.selectors.statements import drafts_to_close  # noqa: E402

PARTNER, MONTH = filling.partner_code(0), filling.MONTH
PEERS = ("django-hordak", "openedx-ledger", "duckdb")


def one_statement(_: int) -> None:
    """A partner's statement of a month."""
    api.statement(PARTNER, MONTH)


def all_statements(_: int) -> None:
    """Everybody's statements of a month, as a close finds them."""
    with transaction.atomic():
        if not drafts_to_close(Period.parse(MONTH)):
            raise SystemExit("There is nothing to close.")


def group_by(where: str, *values: str) -> Callable[[int], None]:
    """The same sums by a plain statement."""

    def ask(_: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT party, currency, part, COUNT(*), SUM(base_minor), SUM(units_minor) FROM "  # noqa: S608
                f"revenue_share_allocationline WHERE {where} GROUP BY party, currency, part",
                values,
            )
            cursor.fetchall()

    return ask


def loop(**chosen: str) -> Callable[[int], None]:
    """The same sums from objects."""

    def add(_: int) -> None:
        sums: dict[tuple[str, str], int] = {}
        for line in AllocationLine.objects.filter(**chosen):
            key = (line.party, line.part)
            sums[key] = sums.get(key, 0) + line.units_minor

    return add


def compare_statements(theirs: dict[str, Contestant], rounds: int) -> None:
    """P5 and P6."""
    one = {
        "statement of one partner": repeated(one_statement),
        "GROUP BY": repeated(group_by(
            "party = %s AND currency = 'USD' AND period = %s", PARTNER, MONTH)),
        "loop of objects": repeated(loop(party=PARTNER, currency="USD", period=MONTH)),
    }  # fmt: skip
    everybody = {
        "statements of all": repeated(all_statements),
        "GROUP BY": repeated(group_by("period = %s", MONTH)),
        "loop of objects": repeated(loop(period=MONTH)),
    }
    for contestants, act, ours, often in (
        (one, "one", "statement of one partner", {"statement of one partner": 50, "GROUP BY": 10}),
        (everybody, "all", "statements of all", {"statements of all": 5}),
    ):
        contestants |= {
            name: theirs[f"{name} {act}"] for name in PEERS if f"{name} {act}" in theirs
        }
        numbers = dict.fromkeys(contestants, 1) | often
        print_table(ours, in_turns(contestants, numbers, rounds), ours=ours)


def compare_export(folder: Path) -> None:
    """P8: the longest statement there is, that of the host; and every fact of the books."""
    statement = api.statement("PLATFORM", MONTH)
    events, entries = sum(line.events for line in statement.lines), LedgerEntry.objects.count()

    def iterate() -> int:
        rows = AllocationLine.objects.filter(party="PLATFORM", currency="USD", period=MONTH)
        return sum(1 for _ in rows.select_related("event").order_by("pk").iterator())

    def lines_of_csv() -> None:
        deque(api.events_csv(statement), maxlen=0)

    print_apart(f"{events:,} events", {"events_csv": lines_of_csv, "iterator() of Django": iterate})
    print_apart(
        f"{entries:,} entries, their lines and events",
        {
            "revenue_share_export": lambda: api.export_facts(folder / "facts", at=facts.CLOSE_DAY),
            "iterator() of Django, entries alone": lambda: deque(
                LedgerEntry.objects.order_by("pk").iterator(), maxlen=0
            ),
        },
    )


def event_lines(count: int) -> Iterator[EventLine]:
    """So many events of one month."""
    base, amount = Money("96.22", "USD"), Money("34.64", "USD")
    for number in range(count):
        yield EventLine(
            event=f"{number:08d}-0000-4000-8000-00000000fa1e", kind=EventKind.SALE,
            part=Part.SHARE, sale=f"{number:08d}-0000-4000-8000-00000000fa1e",
            occurred_at=facts.NOON, period="2026-10", course_key=facts.COURSE,
            offering_code="spectrum-online", agreement="GSMA-2026", version=1, base=base,
            amount=amount,
        )  # fmt: skip


def empty_statement() -> Statement:
    """A statement whose own sheet is short."""
    return statements.draft(
        (), party="GSMA", period="2026-10", opening=Money.zero("USD"), minimum_payout=None
    )


def as_workbook(count: int) -> None:
    """Ours."""
    sheets.write_workbook(
        empty_statement(), event_lines(count), names=Names(party="GSMA", host="ITU"),
        language="en", to=io.BytesIO(),
    )  # fmt: skip


def as_openpyxl(count: int) -> None:
    """Openpyxl as it writes with least memory: every text that begins with "=" is a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Events")
    for one in event_lines(count):
        sheet.append(
            [one.occurred_at.replace(tzinfo=None), one.part.value, one.event, one.sale,
             one.course_key, one.offering_code, one.period, float(one.base.amount),
             float(one.amount.amount)]
        )  # fmt: skip
    book.save(io.BytesIO())


def as_bare_xlsxwriter(count: int) -> None:
    """XlsxWriter by itself, one column after the other."""
    from xlsxwriter import Workbook

    book = Workbook(io.BytesIO(), {"constant_memory": True})
    sheet, moment = book.add_worksheet("Events"), book.add_format({"num_format": "yyyy-mm-dd"})
    for row, one in enumerate(event_lines(count)):
        sheet.write_datetime(row, 0, one.occurred_at.replace(tzinfo=None), moment)
        texts = (one.part.value, one.event, one.sale, one.course_key, one.offering_code, one.period)
        for place, text in enumerate(texts, start=1):
            sheet.write_string(row, place, text)
        sheet.write_number(row, 7, float(one.base.amount))
        sheet.write_number(row, 8, float(one.amount.amount))
    book.close()


def as_csv(count: int) -> None:
    """Ours, neutralised."""
    for _ in statements.events_csv(event_lines(count)):
        pass


def as_bare_csv(count: int) -> None:
    """The module by itself: a name that begins with "=" is a formula for who opens the file."""
    out = io.StringIO()
    writer = csv.writer(out)
    for one in event_lines(count):
        writer.writerow(
            (one.event, one.kind.value, one.part.value, one.sale, one.occurred_at.isoformat(),
             one.period, one.course_key, one.offering_code, one.agreement, one.version,
             one.base.amount, one.amount.amount)
        )  # fmt: skip


def compare_files(rows: int, rounds: int) -> None:
    """P9 and P10."""
    books = {"workbook": timed(as_workbook), "openpyxl": timed(as_openpyxl),
             "bare XlsxWriter": timed(as_bare_xlsxwriter)}  # fmt: skip
    tables = {"events as CSV": timed(as_csv), "module csv": timed(as_bare_csv)}
    for contestants, ours in ((books, "workbook"), (tables, "events as CSV")):
        found = in_turns(contestants, dict.fromkeys(contestants, rows), rounds)
        in_all = {
            name: [Turn(one.wall * rows, one.processor * rows) for one in turns]
            for name, turns in found.items()
        }
        print_table(f"{rows:,} rows", in_all, ours=ours)
    print_apart(
        f"{rows:,} rows",
        {"workbook": lambda: as_workbook(rows), "openpyxl": lambda: as_openpyxl(rows)},
    )


def write_events(count: int, path: Path) -> None:
    """Sales and a refund of each twentieth, over three months."""
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for number in range(count):
            moment = facts.NOON + timedelta(seconds=number * 5 % 7_000_000)
            at = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
            writer.writerow(
                (f"S{number}", "sale", "", at, facts.COURSE, "USD", "59.99", "1.00", "2.04")
            )
            if number % 20 == 0:
                later = "2027-02-01T00:00:00Z"
                writer.writerow((f"R{number}", "refund", f"S{number}", later, facts.COURSE, "USD",
                                 "10.00", "", ""))  # fmt: skip


def read_to_the_end(path: Path) -> None:
    """Read a file of events, and keep none."""
    with path.open(newline="") as told, read_events(told, file="events.csv") as events:
        deque(events, maxlen=0)


def share_to_the_end(path: Path, terms: Sequence[RevenueTerms]) -> None:
    """Share every event of a file, as ``revenue_share_replay`` does, and keep no line."""
    with (
        path.open(newline="") as told,
        read_events(told, file="events.csv") as events,
        replaying(terms) as replay,
    ):
        deque(replay.lines(events), maxlen=0)
        deque(replay.statements(), maxlen=0)


def compare_replay(events: int, folder: Path) -> None:
    """Reading, and sharing, with a tenth and with all."""
    text = facts.partnership_factory.terms_text(facts.partnership_factory.version_text())
    terms = partnerships.read_terms(text, file="terms.yaml")
    acts: dict[str, Callable[[], object]] = {}
    for count in (events // 10, events):
        path = folder / f"{count}.csv"
        write_events(count, path)
        acts[f"read, {count:,} sales"] = partial(read_to_the_end, path)
        acts[f"shared, {count:,} sales"] = partial(share_to_the_end, path, terms)
    print_apart("replay", acts)


def main() -> None:
    """Parse the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--peer-python", help="a Python that has the peers")
    options = parser.parse_args()
    if missing := two_databases.missing():
        raise SystemExit(f"This needs MariaDB: {missing}")
    with (
        two_databases.test_database() as settings,
        two_databases.default_database(settings),
        tempfile.TemporaryDirectory() as folder,
    ):
        print(f"{two_databases.version()}, Python {sys.version.split()[0]}, Django "
              f"{django.get_version()}, {options.rounds} rounds")  # fmt: skip
        facts.put_terms_in_force()
        filling.fill(options.entries)
        path = Path(folder) / "entries.csv"
        if options.peer_python:
            filling.write_entries(path)
        with peers(options.peer_python, str(path)) as theirs:
            for name in PEERS:
                if f"{name} fill" in theirs:
                    theirs[f"{name} fill"](options.entries // 6)
            compare_statements(theirs, options.rounds)
        compare_export(Path(folder))
    compare_files(options.rows, options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        compare_replay(options.events, Path(folder))


if __name__ == "__main__":
    main()
