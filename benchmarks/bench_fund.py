"""Grants per second, against the floor of a bare conditional UPDATE in the same run.

    python benchmarks/bench_fund.py [--rounds 5] [--seconds 3] [--workers 8]

On MariaDB or MySQL, with a process per worker, each with a connection of its own; every worker
wants money of the same fund. The contestants take turns, in another order each round. Printed are
minimum, median and maximum over the rounds, and the ratio to the floors of the same round.

* **floor**: what any code does that takes money in Django: one conditional ``UPDATE`` of the fund's
  row through the model, in a transaction. Nothing else is written.
* **bare floor**: the same statement as text, in autocommit: the least there can be.
* **grant**: ``waiver_policy.api.grant`` as an order calls it, in a transaction of its own: key,
  policy, lists, decision, limits, grant, entry and fund. With the shipped policy (three limits: of
  a person, of a country and course, of a year's money) and with a policy without limits.
* **grant in an outer transaction**: as under ``ATOMIC_REQUESTS``, after something was read.

The driver is mysqlclient, as on Open edX, where it is installed beside us, else PyMySQL; which one
is printed. PyMySQL reads and writes the protocol in Python, so that a statement costs more there.

After each round the books are checked: nothing is overspent, nothing is granted twice.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from multiprocessing.context import ForkContext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# The roots before "tests", whose folders are called like the packages they test.
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite_settings")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

from django.db import OperationalError, connection, connections, transaction  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

import two_databases  # noqa: E402
from factories import waiver_policy as make  # noqa: E402
from fairgate.money import Money  # noqa: E402
from waiver_policy import api, models  # noqa: E402

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEAT = Money("15.00", "USD")
#: LDCs of the shipped list; a country and course has 20 seats in the shipped policy.
COUNTRIES = ("UG", "ET", "RW", "MW", "ML", "NE", "TD", "ZM")

Act = Callable[[int, int], None]


def floor(_worker: int, _number: int) -> None:
    """One conditional UPDATE through the model, in a transaction."""
    with transaction.atomic():
        rows = models.WaiverFund.objects.filter(currency="XTS", available_minor__gte=1500)
        rows.update(
            available_minor=F("available_minor") - 1500, reserved_minor=F("reserved_minor") + 1500
        )


def bare_floor(_worker: int, _number: int) -> None:
    """The same as text, in autocommit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE waiver_policy_waiverfund SET available_minor = available_minor - %s, "
            "reserved_minor = reserved_minor + %s WHERE currency = %s AND available_minor >= %s",
            [1500, 1500, "XTS", 1500],
        )


def grant(worker: int, number: int) -> None:
    """A new person, each time; a new course after 20 seats of a country."""
    user = worker * 1_000_000 + number
    course = f"course-{worker}-{number // 20}-{os.getpid()}"
    api.grant(
        make.applicant(user, COUNTRIES[worker % len(COUNTRIES)]),
        offering_code=course,
        full_seat_cost=SEAT,
        key=f"order:{user}:{course}",
        at=AT,
        course_run=f"course-v1:{course}",
    )


def outer_grant(worker: int, number: int) -> None:
    """As under ATOMIC_REQUESTS: something was read, and whoever began it runs a lost race again."""
    while True:
        try:
            with transaction.atomic():
                models.WaiverFund.objects.filter(currency="USD").first()
                grant(worker, number)
        except OperationalError:
            continue
        return


def work(
    settings: dict[str, Any], act: Act, worker: int, seconds: float, start: Any, told: Any
) -> None:
    """Act until the time is over; tell how often."""
    with two_databases.default_database(settings):
        act_number = 0
        connection.ensure_connection()
        start.wait()
        began = time.perf_counter()
        processor = time.process_time()
        while time.perf_counter() - began < seconds:
            act(worker, act_number)
            act_number += 1
        told.put((act_number / (time.perf_counter() - began), time.process_time() - processor,
                  act_number))  # fmt: skip


def measure(
    context: ForkContext, settings: dict[str, Any], act: Act, workers: int, seconds: float
) -> tuple[float, float]:
    """How many a second by all workers, and microseconds of our own processor time for one."""
    start, told = context.Barrier(workers), context.Queue()
    crew = [
        context.Process(target=work, args=(settings, act, number, seconds, start, told))
        for number in range(workers)
    ]
    connections.close_all()
    for one in crew:
        one.start()
    found = [told.get(timeout=seconds + 120) for _ in crew]
    for one in crew:
        one.join()
    done = sum(count for _, _, count in found)
    return sum(rate for rate, _, _ in found), sum(cpu for _, cpu, _ in found) / done * 1e6


NO_LIMITS = make.LDC_FREE


def prepare(*, limits: bool) -> None:
    """Lists, a policy, and more money than can be granted."""
    if not models.ListEdition.objects.exists():
        make.lists()
    text = None if limits else make.policy_text(NO_LIMITS)
    make.policy(text, at=datetime.now(UTC))
    if limits:
        text = make.SHIPPED_POLICY.read_text(encoding="utf-8")
        make.policy(text.replace('"50000.00"', '"9000000000.00"'), at=datetime.now(UTC))
    for currency in ("USD", "XTS"):
        models.WaiverFund.objects.get_or_create(currency=currency)


CONTESTANTS: dict[str, tuple[Act, bool | None]] = {
    "floor": (floor, None),
    "bare floor": (bare_floor, None),
    "grant, shipped policy": (grant, True),
    "grant, no limits": (grant, False),
    "grant in an outer transaction": (outer_grant, True),
}


def check() -> None:
    """Nothing is overspent or granted twice; else there is nothing to compare."""
    faults = [fault for fault in api.check_funds() if fault.subject != "XTS"]
    if faults:
        raise SystemExit(f"The books do not add up: {faults}")


def empty() -> None:
    """As a round begins: no grants, so that a round is not slower than the one before."""
    for model in (models.QuotaUse, models.QuotaSubject, models.FundEntry, models.WaiverGrant,
                  models.PriceLock, models.DecisionFacts, models.WaiverDecision):  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608
    models.WaiverFund.objects.update(available_minor=0, reserved_minor=0)
    api.credit_fund(Money("90000000000.00", "USD"), key="opening", reason="x", at=AT)
    models.WaiverFund.objects.filter(currency="XTS").update(available_minor=9 * 10**12)


def statements(act: Act) -> int:
    """How many statements one of it sends, the second time."""
    act(90, 0)
    with CaptureQueriesContext(connection) as sent:
        act(90, 1)
    return len(sent)


def driver() -> str:
    """The package by which Django talks to the server, and its version."""
    from MySQLdb import __file__ as origin  # PyMySQL calls itself so, too

    name = "PyMySQL" if "pymysql" in str(origin) else "mysqlclient"
    return f"{name} {metadata.version(name)}"


def show(name: str, rates: list[float], over: list[list[float]], extra: str) -> None:
    """One line: a second's worth, and the ratios to the floors."""
    numbers = "".join(f"{f(rates):>9.0f}" for f in (min, statistics.median, max))
    ratios = ""
    for base in over:
        found = [a / b for a, b in zip(rates, base, strict=True)]
        ratios += "   " + " ".join(f"{f(found):.2f}" for f in (min, statistics.median, max))
    print(f"{name:32}{numbers}{ratios}   {extra}")


def main() -> None:
    """Parse the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--workers", type=int, default=8)
    options = parser.parse_args()
    if missing := two_databases.missing():
        raise SystemExit(f"This needs MariaDB: {missing}")
    context = multiprocessing.get_context("fork")
    rates: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    cost: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    sent: dict[str, int] = {}
    with two_databases.test_database() as settings, two_databases.default_database(settings):
        print(f"{two_databases.version()}, {driver()}, Python {sys.version.split()[0]}, Django "
              f"{django.get_version()}, {options.workers} workers, {options.rounds} rounds of "
              f"{options.seconds:g} s")  # fmt: skip
        for number in range(options.rounds):
            names = list(CONTESTANTS)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                act, limits = CONTESTANTS[name]
                prepare(limits=bool(limits))
                empty()
                sent.setdefault(name, statements(act))
                empty()
                rate, processor = measure(context, settings, act, options.workers, options.seconds)
                rates[name].append(rate)
                cost[name].append(processor)
                check()
    connections.close_all()
    print(f"{'':32}{'a second: min':>13}{'median':>8}{'max':>7}   over floor      over bare floor")
    for name in CONTESTANTS:
        extra = f"{sent[name]} statements, {statistics.median(cost[name]):.0f} µs of our processor"
        show(name, rates[name], [rates["floor"], rates["bare floor"]], extra)


if __name__ == "__main__":
    main()
