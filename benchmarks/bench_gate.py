"""What the gate costs without a platform: its table at publish, a page, and what is remembered.

    python benchmarks/bench_gate.py [--rounds 9] [--blocks 5000]

On MariaDB or MySQL where one answers (as the tests find it), else on SQLite. Peers and ours run in
turn, in one process, on the same rows. Printed are minimum, median and maximum over the rounds of
the time on the wall, and the median of the processor time in our own process; *over* is a time on
the wall divided by that of the line it is compared with, in the same round. The course is handed
over as a tree: what the platform needs to read it is measured in benchmarks/platform.

* **publish**: ``services.recompute`` of a course of ``--blocks`` gated blocks: into an empty table,
  when nothing changed, when the gate moved by a unit, when its fee is another. The floor is what
  no table of rows can do without: as many rows by a bare ``executemany``, in one transaction.
  Limit: one second.
* **page**: what one learner may see of a unit of 20 blocks, in a course of 1,000 with 200 gated
  ones, and in one without a gate. The naive peer asks two questions per block, as it is mostly
  written; the batched one asks two per unit, and remembers nothing.
* **memory**: the table of ``--blocks`` gated blocks in the cache and in the process.
"""

from __future__ import annotations

import argparse
import functools
import os
import pickle
import statistics
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
# The roots before "tests", whose folders are called like the packages they test.
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite_settings")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

from django.core.cache import cache  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

import two_databases  # noqa: E402
from fairgate import stand_in  # noqa: E402
from fee_gate import compat, remembered, selectors, services  # noqa: E402
from fee_gate.checking import CourseCheck  # noqa: E402
from fee_gate.models import GatedBlock, GatedCourse  # noqa: E402
from fee_gate.rules import Node  # noqa: E402
from fee_payments import models as payments  # noqa: E402
from fee_payments.api import has_entitlement  # noqa: E402

AT = datetime(2026, 11, 25, tzinfo=UTC)
FEE = "spectrum-online"
PAYER = 1001
BIG, GATED, FREE = (f"course-v1:ATC+{name}+2026_T4" for name in ("BIG", "GATED", "FREE"))
UNIT_SIZE = 5

Action = Callable[[], object]


def key(course: str, block_type: str, number: int) -> str:
    """A usage key as Studio makes them: 32 characters that say nothing."""
    name = f"{number * 0x9E3779B97F4A7C15 % (1 << 128):032x}"
    return f"{course.replace('course-v1', 'block-v1')}+type@{block_type}+block@{name}"


def outline(
    course: str, gated: int, *, free_units: int = 0, gate_at: int = 0, fee: str = FEE
) -> Node:
    """A course with one gate that closes ``gated`` blocks: units, and five blocks in each.

    ``free_units`` stand before the gate's unit. ``gate_at`` moves the gate down by units.
    """
    units = []
    for number in range(free_units + -(-gated // (UNIT_SIZE + 1))):
        blocks = [
            Node(usage_key=key(course, "html", number * 100 + place), block_type="html")
            for place in range(UNIT_SIZE)
        ]
        units.append((key(course, "vertical", number), blocks))
    gate = Node(
        usage_key=key(course, "fee_gate", 0), block_type="fee_gate", fee=fee, scope="course"
    )
    place = free_units + gate_at
    verticals = [Node(usage_key=usage, block_type="vertical", children=(*c,)) for usage, c in units]
    before = Node(usage_key=key(course, "vertical", -1), block_type="vertical", children=(gate,))
    if gated:
        verticals.insert(place, before)
    children = tuple(
        Node(
            usage_key=key(course, "sequential", start),
            block_type="sequential",
            children=tuple(verticals[start : start + 10]),
        )
        for start in range(0, len(verticals), 10)
    )
    return Node(usage_key=key(course, "course", 0), block_type="course", children=children)


class Times:
    """Seconds per contestant and round; prints them with the ratio to one of them."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._seconds: dict[str, list[float]] = {}
        self._processor: dict[str, list[float]] = {}
        self._queries: dict[str, int] = {}

    def measure(self, name: str, action: Action) -> None:
        wall, processor = time.perf_counter(), time.process_time()
        action()
        self._seconds.setdefault(name, []).append(time.perf_counter() - wall)
        self._processor.setdefault(name, []).append(time.process_time() - processor)

    def count(self, name: str, action: Action) -> None:
        with CaptureQueriesContext(connection) as sent:
            action()
        self._queries[name] = len(sent)

    def median(self, name: str) -> float:
        return statistics.median(self._seconds[name])

    def show(self, *, over: str) -> None:
        print(f"\n{self._title}")
        head = "".join(f"{word:>10}" for word in ("ms: min", "median", "max", "processor"))
        print(f"{'':34}{'queries':>8}{head}   over “{over}”")
        for name, took in self._seconds.items():
            ratios = [a / b for a, b in zip(took, self._seconds[over], strict=True)]
            spread = " ".join(f"{f(ratios):.2f}" for f in (min, statistics.median, max))
            times = "".join(f"{f(took) * 1000:>10.3f}" for f in (min, statistics.median, max))
            ours = f"{statistics.median(self._processor[name]) * 1000:>10.3f}"
            print(f"{name:34}{self._queries.get(name, ''):>8}{times}{ours}   {spread}")


# --- publish --------------------------------------------------------------------------------------


def publish(blocks: int, rounds: int, outlines: dict[str, Node]) -> None:
    """The table of a whole course, against a floor of bare rows."""
    first, moved = outline(BIG, blocks), outline(BIG, blocks, gate_at=1)
    dearer = outline(BIG, blocks, gate_at=1, fee="another")
    outlines[BIG] = first
    services.recompute(BIG)
    floor = _rows_as_sql(BIG)
    times = Times(f"publish: {blocks:,} gated blocks, {len(floor[1]):,} rows")
    for _ in range(rounds):
        _empty()
        times.measure("floor: bare executemany", lambda: _write(*floor))
        _empty()
        outlines[BIG] = first
        times.measure("first publish", lambda: services.recompute(BIG))
        times.measure("published again, nothing changed", lambda: services.recompute(BIG))
        outlines[BIG] = moved
        times.measure("published again, the gate moved", lambda: services.recompute(BIG))
        outlines[BIG] = dearer
        times.measure("published again, another fee", lambda: services.recompute(BIG))
    outlines[BIG] = first
    services.recompute(BIG)
    times.show(over="floor: bare executemany")
    slowest = max(times.median(name) for name in times._seconds if "publish" in name)
    print(f"slowest of ours, median: {slowest:.3f} s; the limit is one second")


def _rows_as_sql(course: str) -> tuple[str, list[tuple[Any, ...]]]:
    columns = [field.column for field in GatedBlock._meta.fields if not field.primary_key]
    rows = list(GatedBlock.objects.filter(course_key=course).values_list(*columns))
    names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
    table = GatedBlock._meta.db_table
    return f"INSERT INTO {table} ({names}) VALUES ({places})", rows  # noqa: S608 - our own names


def _write(statement: str, rows: list[tuple[Any, ...]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def _empty() -> None:
    GatedBlock.objects.filter(course_key=BIG).delete()
    GatedCourse.objects.filter(course_key=BIG).delete()
    remembered._kept.clear()


# --- page -----------------------------------------------------------------------------------------


def page(rounds: int, outlines: dict[str, Node]) -> None:
    """One learner, one unit of 20 blocks, one request."""
    outlines[GATED] = outline(GATED, 200, free_units=160)
    services.recompute(GATED)
    table = selectors.gate_table(GATED)
    gated = [usage for usage in table.covers if "@html" in usage][:20]
    free = [key(FREE, "html", number) for number in range(20)]
    for course, unit in ((GATED, gated), (FREE, free)):
        title = "a unit of 20 gated blocks" if course == GATED else "a unit of an ungated course"
        times = Times(f"page: {title}, the learner has paid")
        contestants = _contestants(course, unit)
        for name, action in contestants.items():
            with one_request():
                assert action() == len(unit), name
            _prepare(name)
            with one_request():
                times.count(name, action)
        for _ in range(rounds * 3):
            for name, action in contestants.items():
                _prepare(name)
                with one_request():
                    times.measure(name, action)
        times.show(over="ours, warm")


def _contestants(course: str, unit: list[str]) -> dict[str, Action]:
    def naive() -> int:
        """As it is mostly written: what gates this block, and has this learner paid?"""
        return sum(
            all(
                has_entitlement(PAYER, row.fee, at=AT)
                for row in GatedBlock.objects.filter(usage_key=usage, is_holder=False)
            )
            for usage in unit
        )

    def batched() -> int:
        rows = GatedBlock.objects.filter(usage_key__in=unit, is_holder=False)
        fees = {row.usage_key: row.fee for row in rows}
        paid = _paid() if fees else frozenset()
        return sum(usage not in fees or fees[usage] in paid for usage in unit)

    def ours() -> int:
        check = CourseCheck(course, user_id=PAYER, at=AT)
        return sum(check(usage) == "open" for usage in unit)

    return {
        "naive: per block": naive,
        "batched: per unit": batched,
        "ours, nothing remembered": ours,
        "ours, remembered by another": ours,
        "ours, warm": ours,
    }


def _paid() -> frozenset[str]:
    from fee_payments.api import entitled_offerings

    return entitled_offerings(PAYER, at=AT)


def _prepare(name: str) -> None:
    """Bring about what a contestant's name says. ``another``: the cache has it, we have not."""
    if name == "ours, nothing remembered":
        cache.clear()
    if name in {"ours, nothing remembered", "ours, remembered by another"}:
        remembered._kept.clear()


@contextmanager
def one_request() -> Iterator[None]:
    """A request's memory, as the platform keeps one."""
    kept: dict[str, Any] = {}
    with mock.patch.object(compat, "request_memory", return_value=kept):
        yield


# --- memory ---------------------------------------------------------------------------------------


def memory(blocks: int, rounds: int) -> None:
    """The remembered table of a big course."""
    read = Times(f"memory: the table of {blocks:,} gated blocks")
    usage = key(BIG, "html", 3)
    table = selectors.gate_table(BIG)
    for _ in range(rounds):
        remembered._kept.clear()
        cache.clear()
        read.measure("read from the rows and stored", lambda: selectors.gate_table(BIG))
        remembered._kept.clear()
        read.measure("taken from the cache", lambda: selectors.gate_table(BIG))
        table = selectors.gate_table(BIG)
        read.measure("known to the process", lambda: selectors.gate_table(BIG))
        read.measure("the first block looked up", functools.partial(table.fees_of, usage))
        read.measure("the next block", functools.partial(table.fees_of, usage))
    read.show(over="known to the process")
    packed = pickle.dumps(remembered._packed(table), pickle.HIGHEST_PROTOCOL)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    again = remembered._unpacked(BIG, table.version, pickle.loads(packed))  # noqa: S301 - our own
    again.fees_of(usage)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    print(f"in the cache {len(packed) / 1024:,.0f} KiB, in a process {taken / 1024:,.0f} KiB")


# --- the run --------------------------------------------------------------------------------------


@contextmanager
def database() -> Iterator[str]:
    """A migrated database: MariaDB where one answers, else SQLite. Gives its name."""
    if missing := two_databases.missing():
        print(f"SQLite, because MariaDB is not there: {missing}")
        connection.creation.create_test_db(verbosity=0, serialize=False)
        yield "SQLite"
        return
    with two_databases.test_database() as settings, two_databases.default_database(settings):
        yield two_databases.version()


def people() -> None:
    """The fee, offered for both courses' sake, and a learner who has settled it."""
    offering = payments.Offering.objects.create(code=FEE, title=FEE, course_key=GATED)
    price = payments.Price.objects.create(
        offering=offering, amount_minor=12_000, currency="USD", valid_from=AT.date()
    )
    order = payments.Order.objects.create(key="1", user_id=PAYER, placed_at=AT, expires_at=AT)
    line = payments.OrderLine.objects.create(
        order=order,
        offering=offering,
        price=price,
        currency="USD",
        list_minor=12_000,
        net_minor=12_000,
        total_minor=12_000,
    )
    payments.Entitlement.objects.create(
        user_id=PAYER, offering=offering, source="order", line=line, starts_at=AT
    )


def main() -> None:
    """Parse the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--blocks", type=int, default=5_000)
    options = parser.parse_args()
    outlines: dict[str, Node] = {}
    stand_in.use(
        SimpleNamespace(
            course_outline=outlines.__getitem__,
            course_may_have_gate=lambda _course: False,
            is_enforced=lambda _course: True,
            is_course_staff=lambda _user, _course: False,
            is_beta_tester=lambda _user, _course: False,
            course_language=lambda _course: "en",
        )
    )
    with database() as name:
        print(f"{name}, Python {sys.version.split()[0]}, {options.rounds} rounds")
        people()
        publish(options.blocks, options.rounds, outlines)
        page(options.rounds, outlines)
        memory(options.blocks, options.rounds)
    connections.close_all()


if __name__ == "__main__":
    main()
