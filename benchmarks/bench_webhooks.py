"""Webhooks taken per second, and the time to an entitlement, against a bare insert.

    python benchmarks/bench_webhooks.py [--rounds 5] [--events 200]

On MariaDB or MySQL, in one process with one connection. The contestants take turns, in another
order each round; each works the same number of signed events of the sandbox, all of them new.
Printed are events per second (minimum, median and maximum over the rounds) and the ratio to the
bare insert of the same round.

* **bare insert**: one row with the same columns as text, in autocommit: the least there can be.
* **take**: ``fee_payments.api.take_event``: signature, age, head, row.
* **webhook**: the same through Django's handler, middlewares and the view, with the work left to a
  worker, as on a platform.
* **to the entitlement**: take and work: an order of one line is paid, its seat is opened, its parts
  are written and told.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The roots before "tests", whose folders are called like the packages they test.
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite_settings")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

from django.conf import settings as django_settings  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

import two_databases  # noqa: E402
from factories import fee_payments as make  # noqa: E402
from fairgate import clock  # noqa: E402
from fee_payments import api, models, tasks  # noqa: E402
from fee_payments.providers import sandbox  # noqa: E402

Event = tuple[bytes, dict[str, str]]

_INSERT = (
    "INSERT INTO fee_payments_providerevent (digest, provider, event_id, kind, account, is_live, "
    "reference, payload, received_at, attempts, last_error, outcome, sentence) VALUES "
    "(SHA2(%s, 256), 'sandbox', %s, 'payment.succeeded', '', 0, '', %s, %s, 0, '', '', '')"
)


def bare_insert(event: Event) -> None:
    """The row as text."""
    body, _ = event
    name = json.loads(body)["id"]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [name, name, body.decode(), "2026-10-05 12:00:00"])


def take(event: Event) -> None:
    """Verify and store."""
    body, headers = event
    api.take_event("sandbox", body, headers, at=make.NOON)


def webhook(event: Event) -> None:
    """The same by the view."""
    body, headers = event
    url = reverse("fee_payments:webhook", args=["sandbox"])
    answer = Client().post(url, body, content_type="application/json", headers=headers)
    assert answer.status_code == 200


def to_entitlement(event: Event) -> None:
    """Take it and work it."""
    body, headers = event
    receipt = api.receive_event("sandbox", body, headers, at=make.NOON)
    assert receipt.outcome == "settled"


CONTESTANTS: dict[str, Callable[[Event], None]] = {
    "bare insert": bare_insert,
    "take": take,
    "webhook": webhook,
    "to the entitlement": to_entitlement,
}


def new_events(count: int) -> list[Event]:
    """Signed events of as many payments that were started and not paid, in an empty database."""
    empty()
    make.offering()
    found = []
    for number in range(count):
        body = make.event(make.payment(make.order(make.learner(number + 1))))
        header = {sandbox.SIGNATURE_HEADER: sandbox.sign(body, at=make.NOON)}
        found.append((body, header))
    return found


def empty() -> None:
    """Leave nothing of the contestant before."""
    with connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        for table in connection.introspection.table_names():
            if table.startswith(("fee_payments_", "waiver_policy_", "revenue_share_")):
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608
        cursor.execute("SET FOREIGN_KEY_CHECKS = 1")


def measure(act: Callable[[Event], None], count: int) -> tuple[float, int]:
    """Events a second, and the statements of one."""
    first, *others = new_events(count + 1)
    with CaptureQueriesContext(connection) as queries:
        act(first)
    begun = time.perf_counter()
    for event in others:
        act(event)
    rate = count / (time.perf_counter() - begun)
    assert models.ProviderEvent.objects.count() == count + 1
    return rate, len(queries)


def show(name: str, rates: list[float], floor: list[float], statements: int) -> None:
    """One line of the table."""
    ratios = [rate / base for rate, base in zip(rates, floor, strict=True)]
    middle = statistics.median(rates)
    speed = f"{min(rates):>9.0f}{middle:>9.0f}{max(rates):>9.0f}   {1000 / middle:>6.2f} ms"
    # The test client ends a request as a server does, and what was counted is gone with it.
    told = f"   {statements} statements" if statements else ""
    print(f"{name:20}{speed}   {statistics.median(ratios):.2f} of the insert{told}")


def main() -> None:
    """Parse the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=200)
    options = parser.parse_args()
    if missing := two_databases.missing():
        raise SystemExit(f"This needs MariaDB: {missing}")
    django_settings.ALLOWED_HOSTS = ["testserver"]
    clock.now = lambda: make.NOON
    tasks.work_event = lambda pk: None  # a worker does it
    rates: dict[str, list[float]] = {name: [] for name in CONTESTANTS}
    sent: dict[str, int] = {}
    with two_databases.test_database() as settings, two_databases.default_database(settings):
        versions = f"Python {sys.version.split()[0]}, Django {django.get_version()}"
        print(f"{two_databases.version()}, {versions}")
        print(f"{options.rounds} rounds of {options.events} events")
        for number in range(options.rounds):
            names = list(CONTESTANTS)
            for name in names[number % len(names) :] + names[: number % len(names)]:
                rate, sent[name] = measure(CONTESTANTS[name], options.events)
                rates[name].append(rate)
    connections.close_all()
    print(f"{'events a second':20}{'min':>9}{'median':>9}{'max':>9}")
    for name in CONTESTANTS:
        show(name, rates[name], rates["bare insert"], sent[name])


if __name__ == "__main__":
    main()
