"""Posting sales, one and many, by one client and by eight; and the proof of all books.

    python benchmarks/bench_books.py [--rounds 5] [--sales 40] [--entries 20000] [--workers 8]
                                     [--seconds 1] [--peer-python PYTHON]

On MariaDB. Contestants take turns, in another order each round; printed are their times over ours
of the same round. ``--entries 5000000`` fills the books with so many first, by statements alone
(``filling.py``).

* **posting** (P1): ``api.book_payment`` whole (key, terms, lock date, carries, event, lines, sale's
  standing, two transactions, sums of the month) over ``bulk_create`` of the same rows in one
  transaction, which looks at nothing, keeps no sums and locks nothing; over a sale of
  django-hordak (a transaction of six legs) and one of openedx-ledger (six transactions), in the
  Python of ``--peer-python`` (see README.md; without one they are left out).
* **many** (P3): ``api.book_payments`` of 500 over ``bulk_create`` of the rows of 500.
* **workers** (P2): eight processes over one, each with a course of its own, and all with one
  course; the server counts deadlocks.
* **history** (P4): a posting with ``--entries`` in the books over one with hardly any, ours and the
  peers'.
* **proof** (P7): every transaction balances, over a loop of objects, plain ``GROUP BY``,
  django-hordak and DuckDB; and ``revenue_share_check`` and ``revenue_share_rebuild`` whole, with
  the memory of a process that does nothing else.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
# The roots before "tests", whose folders are called like the packages they test.
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite_settings")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

import filling  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402
from measuring import (  # noqa: E402
    Contestant,
    in_turns,
    peers,
    print_apart,
    print_table,
    repeated,
    timed,
)

import two_databases  # noqa: E402
from factories import revenue_share as facts  # noqa: E402
from fee_payments.data import PaymentSummary  # noqa: E402
from revenue_share import api  # noqa: E402
from revenue_share.models import (  # noqa: E402
    AllocationLine,
    LedgerEntry,
    LedgerTransaction,
    RevenueEvent,
    SaleStanding,
)
from revenue_share.selectors import checking_ledger  # noqa: E402

MANY = 500
WORKERS_MOST = 16
_numbers = itertools.count()


def course_of(worker: int) -> str:
    """A course of its own for each worker."""
    return f"course-v1:ATC+W{worker:02d}+2026"


def put_terms_in_force() -> None:
    """An agreement for the course of the benchmark, and one for that of each worker."""
    factory = facts.partnership_factory
    versions = [
        factory.version_text(agreement=f"W{worker:02d}", courses=[course_of(worker)])
        for worker in range(WORKERS_MOST)
    ]
    factory.put_in_force(factory.terms_text(factory.version_text(), *versions))


def payment(course: str = facts.COURSE) -> PaymentSummary:
    """A new payment of 59.99 with tax and fee."""
    number = next(_numbers)
    told = facts.payment(f"B{number}", "59.99", "1.00", "2.04", course=course)
    at = facts.NOON + timedelta(seconds=number % 100_000)
    return replace(told, uuid=uuid4(), paid_at=at)


def post(count: int) -> None:
    """So many sales, one after the other."""
    for _ in range(count):
        api.book_payment(payment(), at=facts.NOON)


def post_many(count: int) -> None:
    """So many sales, 500 in a transaction."""
    for _ in range(0, count, MANY):
        api.book_payments([payment() for _ in range(MANY)], at=facts.NOON)


class Rows:
    """The rows of one booked sale, to be written again by Django's ``bulk_create`` alone."""

    def __init__(self) -> None:
        told = payment()
        api.book_payment(told, at=facts.NOON)
        self.event = RevenueEvent.objects.get(uuid=told.uuid)
        self.lines = list(AllocationLine.objects.filter(event=self.event))
        self.standing = SaleStanding.objects.get(sale=self.event)
        self.posted = [
            (row, list(row.entries.all()))
            for row in LedgerTransaction.objects.filter(cause_uuid=self.event.uuid)
        ]

    def write(self, count: int) -> None:
        """The rows of so many sales in one transaction."""
        with transaction.atomic():
            made = [_again(self.event, uuid=uuid4(), fact_uuid=uuid4()) for _ in range(count)]
            RevenueEvent.objects.bulk_create(made)
            SaleStanding.objects.bulk_create(_again(self.standing, sale=one) for one in made)
            AllocationLine.objects.bulk_create(
                _again(line, event=one) for one in made for line in self.lines
            )
            posted = [
                (_again(row, uuid=uuid4(), key=f"{row.kind}:{one.uuid}", cause_uuid=one.uuid), legs)
                for one in made
                for row, legs in self.posted
            ]
            LedgerTransaction.objects.bulk_create(row for row, _ in posted)
            LedgerEntry.objects.bulk_create(
                _again(leg, transaction=row) for row, legs in posted for leg in legs
            )

    def write_each(self, count: int) -> None:
        """The rows of so many sales, a transaction for each."""
        for _ in range(count):
            self.write(1)

    def write_many(self, count: int) -> None:
        """The rows of so many sales, 500 in a transaction."""
        for _ in range(0, count, MANY):
            self.write(MANY)

    def forget(self) -> None:
        """Take away what was written so: there are no sums of it, and no carries."""
        keep = {self.event.payload_sha256: self.event.pk}
        with connection.cursor() as cursor:
            for digest, pk in keep.items():
                chosen = "SELECT id FROM (SELECT id FROM revenue_share_revenueevent WHERE " \
                    "payload_sha256 = %s AND id <> %s) AS chosen"  # fmt: skip
                for table, column in (("salestanding", "sale_id"), ("allocationline", "event_id")):
                    cursor.execute(
                        f"DELETE FROM revenue_share_{table} WHERE {column} IN ({chosen})",  # noqa: S608
                        [digest, pk],
                    )
                cursor.execute(
                    "DELETE n FROM revenue_share_ledgerentry n JOIN revenue_share_ledgertransaction"
                    " t ON n.transaction_id = t.id JOIN revenue_share_revenueevent e ON "
                    "t.cause_uuid = e.uuid WHERE e.payload_sha256 = %s AND e.id <> %s", [digest, pk]
                )  # fmt: skip
                cursor.execute(
                    "DELETE t FROM revenue_share_ledgertransaction t JOIN "
                    "revenue_share_revenueevent e ON t.cause_uuid = e.uuid WHERE "
                    "e.payload_sha256 = %s AND e.id <> %s", [digest, pk]
                )  # fmt: skip
                cursor.execute(
                    "DELETE FROM revenue_share_revenueevent WHERE payload_sha256 = %s AND id <> %s",
                    [digest, pk],
                )


def _again(row: Any, **changes: Any) -> Any:
    """The same row once more, as a new one."""
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    values = {name: getattr(row, name) for name in names}
    for name, value in changes.items():
        values.pop(f"{name}_id", None)
        values[name] = value
    return type(row)(**values)


def compare_posting(theirs: dict[str, Contestant], sales: int, rounds: int) -> None:
    """P1 and P3."""
    rows = Rows()
    one = {"book_payment": timed(post), "bulk_create": timed(rows.write_each)}
    one |= {name: theirs[f"{name} post"] for name in PEERS if f"{name} post" in theirs}
    numbers = dict.fromkeys(one, sales) | {"openedx-ledger": max(1, sales // 4)}
    print_table("a sale", in_turns(one, numbers, rounds), ours="book_payment")
    many = {"book_payments, 500": timed(post_many), "bulk_create, 500": timed(rows.write_many)}
    found = in_turns(many, dict.fromkeys(many, MANY), rounds)
    print_table("a sale among 500", found, ours="book_payments, 500")
    rows.forget()


PEERS = ("django-hordak", "openedx-ledger")
PROVERS = ("django-hordak", "duckdb")


def work(settings: dict[str, Any], course: str, seconds: float, start: Any, told: Any) -> None:
    """Book until the time is over; tell how often."""
    with two_databases.default_database(settings):
        api.book_payment(payment(course), at=facts.NOON)
        start.wait()
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            api.book_payment(payment(course), at=facts.NOON)
            done += 1
        told.put(done / (time.perf_counter() - began))


def rate(settings: dict[str, Any], courses: Sequence[str], seconds: float) -> float:
    """Sales a second by as many processes as there are courses."""
    context = multiprocessing.get_context("fork")
    start, told = context.Barrier(len(courses)), context.Queue()
    crew = [
        context.Process(target=work, args=(settings, course, seconds, start, told))
        for course in courses
    ]
    connections.close_all()
    for one in crew:
        one.start()
    found = [told.get(timeout=seconds + 120) for _ in crew]
    for one in crew:
        one.join()
    return sum(found)


def deadlocks() -> int:
    """How many the server has seen since it was started."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'")
        row = cursor.fetchone()
    return int(row[1]) if row else 0


def compare_workers(settings: dict[str, Any], workers: int, seconds: float, rounds: int) -> None:
    """P2."""
    own = [course_of(worker % WORKERS_MOST) for worker in range(workers)]
    crews = {
        "one": [facts.COURSE],
        f"{workers}, a course each": own,
        f"{workers}, one course": [facts.COURSE] * workers,
    }
    rates: dict[str, list[float]] = {name: [] for name in crews}
    before = deadlocks()
    for _ in range(rounds):
        for name, courses in crews.items():
            rates[name].append(rate(settings, courses, seconds))
    print(f"\n{'clients':36}{'sales a second: min':>20}{'median':>9}{'max':>9}{'over one':>12}")
    for name, found in rates.items():
        over = statistics.median(a / b for a, b in zip(found, rates["one"], strict=True))
        print(f"{name:36}{min(found):>20.0f}{statistics.median(found):>9.0f}{max(found):>9.0f}"
              f"{over:>12.2f}", flush=True)  # fmt: skip
    print(f"deadlocks: {deadlocks() - before}")


def compare_history(theirs: dict[str, Contestant], sales: int, entries: int, rounds: int) -> None:
    """P4. It leaves the books filled, and those of the peers."""
    acts = {"book_payment": timed(post)}
    acts |= {name: theirs[f"{name} post"] for name in PEERS if f"{name} post" in theirs}
    numbers = dict.fromkeys(acts, sales) | {"openedx-ledger": max(1, sales // 8)}
    few = in_turns(acts, numbers, rounds)
    began = time.perf_counter()
    filled = filling.fill(entries)
    print(f"\nfilled in {filled:,} sales, {entries:,} entries: {time.perf_counter() - began:.0f} s")
    for name in acts:
        if f"{name} fill" in theirs:
            taken = theirs[f"{name} fill"](entries // 6)
            print(f"{name}, as many entries: {taken:.0f} s", flush=True)
    many = in_turns(acts, numbers, rounds)
    for name in acts:
        found = {"hardly any": few[name], f"{entries:,} entries": many[name]}
        print_table(f"history: {name}", found, ours="hardly any")


def loop_of_objects(_: int) -> None:
    """Every entry as an object, summed by transaction; what is mostly written."""
    sums: dict[int, int] = {}
    for entry in LedgerEntry.objects.all():
        change = entry.debit_minor - entry.credit_minor
        sums[entry.transaction_id] = sums.get(entry.transaction_id, 0) + change
    if any(sums.values()):
        raise SystemExit("A transaction does not balance.")


def plain_group_by(_: int) -> None:
    """The least that a database can be asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transaction_id FROM revenue_share_ledgerentry GROUP BY transaction_id "
            "HAVING SUM(debit_minor) <> SUM(credit_minor) LIMIT 1"
        )
        if cursor.fetchall():
            raise SystemExit("A transaction does not balance.")


def plain_sum(_: int) -> None:
    """Every entry read once: below that is nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(debit_minor), SUM(credit_minor) FROM revenue_share_ledgerentry")
        cursor.fetchall()


def prove(_: int) -> None:
    """That every transaction balances, as ``revenue_share_check`` does."""
    if next(checking_ledger.PROOFS[0](), None):
        raise SystemExit("A transaction does not balance.")


def compare_proof(theirs: dict[str, Contestant], rounds: int) -> None:
    """P7."""
    acts: dict[str, Contestant] = {"every transaction balances": repeated(prove)}
    acts |= {
        "plain GROUP BY": repeated(plain_group_by),
        "plain SUM": repeated(plain_sum),
        "loop of objects": repeated(loop_of_objects),
    }
    acts |= {name: theirs[f"{name} verify"] for name in PROVERS if f"{name} verify" in theirs}
    found = in_turns(acts, dict.fromkeys(acts, 1), rounds)
    print_table("proof", found, ours="every transaction balances")


def hold() -> None:
    """``revenue_share_check``."""
    if faults := api.check():
        raise SystemExit(f"The books do not hold: {faults}")


def prove_whole() -> None:
    """P7, whole: every invariant, and sums made again."""
    count = LedgerEntry.objects.count()
    acts = {"revenue_share_check": hold, "revenue_share_rebuild": api.rebuild}
    print_apart(f"{count:,} entries", acts)


def main() -> None:
    """Parse the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sales", type=int, default=40)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--peer-python", help="a Python that has django-hordak and openedx-ledger")
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
        put_terms_in_force()
        post(5)
        file = Path(folder) / "entries.csv"
        with peers(options.peer_python, str(file)) as theirs:
            compare_posting(theirs, options.sales, options.rounds)
            compare_workers(settings, options.workers, options.seconds, options.rounds)
            compare_history(theirs, options.sales, options.entries, options.rounds)
            if theirs:
                filling.write_entries(file)
                theirs["duckdb fill"](0)
            compare_proof(theirs, options.rounds)
        prove_whole()


if __name__ == "__main__":
    main()
