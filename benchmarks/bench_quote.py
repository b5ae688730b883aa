"""What a price costs: one quote, warm and cold, beside one bare SELECT of a row by its index.

    python benchmarks/bench_quote.py [--rounds 9] [--quotes 300]

On MariaDB or MySQL where one answers (as the tests find it), else on SQLite. Contestants take turns
in each round, in one process, on the same rows: an offering with ten prices in two currencies, two
sessions, a merchant with terms, and 300 tax rates.

* ``select``  the peer: ``SELECT`` of the offering's row by its unique code, through a bare cursor
* ``warm``    ours: a quote, when the process has read the catalogue before
* ``cold``    ours: a quote, when it has not, or the catalogue has just changed
* ``naive``   the same facts, each asked of the database by itself through Django, as it is mostly
              written, and the same rules

Printed are queries, microseconds on the wall and of the processor, and the time on the wall over
that of ``select`` in the same round, as minimum, median and maximum. The limits are 1 ms warm, and
3 queries cold.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The roots before "tests", whose folders are called like the packages they test.
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite_settings")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

import two_databases  # noqa: E402
from fairgate.money import Money  # noqa: E402
from fairgate.percent import Percent  # noqa: E402
from fee_payments import api, models, rules  # noqa: E402
from fee_payments.data import (  # noqa: E402
    Learner,
    MerchantEntry,
    OfferingEntry,
    PayerClass,
    PriceEntry,
    SessionEntry,
    TaxEntry,
)
from fee_payments.selectors import standing  # noqa: E402

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = AT.date()
CODE = "spectrum-workshop"
WHO = Learner(user_id=1001, country="CH")
TOTAL = Money("108.10", "USD")

Action = Callable[[], object]


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


def catalogue() -> None:
    """What is sold."""
    api.set_merchant(
        MerchantEntry(
            code="academy", legal_name="Academy", address="Geneva", country="CH", is_default=True
        )
    )
    api.publish_terms("academy", "1", valid_from=AT, text="Terms")
    prices = tuple(
        PriceEntry(payer_class=payer, amount=Money(amount, currency), valid_from=date(2026, 1, 1))
        for payer in list(PayerClass)[:5]
        for amount, currency in (("100.00", "USD"), ("90.00", "CHF"))
    )
    entry = OfferingEntry(
        code=CODE, title="Workshop", course_key="course-v1:ATC+SPECTRUM101+2026_T4",
        delivery="in_person", capacity=20, prices=prices, waivable=False,
    )  # fmt: skip
    api.set_offering(entry)
    for number in range(2):
        starts = datetime(2027, 2, 15 + number, 6, tzinfo=UTC)
        api.set_session(
            CODE,
            SessionEntry(
                code=f"day-{number}", place="Nairobi", starts_at=starts,
                ends_at=starts.replace(hour=14), timezone="Africa/Nairobi",
            ),
        )  # fmt: skip
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    countries = [one + other for one in letters for other in letters][:299]
    for country in {*countries, "CH"}:
        api.add_tax(
            TaxEntry(
                country=country, percent=Percent("8.1"), inclusive=False,
                valid_from=date(2024, 1, 1), name="VAT",
            )
        )  # fmt: skip


def select() -> object:
    """One row by its unique index: less is asked by nobody who wants a fresh answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM fee_payments_offering WHERE code = %s", [CODE])
        return cursor.fetchone()


def warm() -> object:
    """A quote from what is kept."""
    return api.quote(WHO, CODE, at=AT).total


def cold() -> object:
    """A quote of a process that has just started."""
    standing._offerings.clear()
    standing._rates.clear()
    return api.quote(WHO, CODE, at=AT).total


def naive() -> object:
    """Every fact in a query of its own."""
    row = models.Offering.objects.select_related("merchant").get(code=CODE)
    prices = [one for one in row.prices.all() if one.valid_from <= DAY]
    price = next(p for p in prices if (p.payer_class, p.currency) == ("individual", "USD"))
    tax = models.TaxRate.objects.filter(country=WHO.country, valid_from__lte=DAY).latest(
        "valid_from"
    )
    models.Entitlement.objects.filter(user_id=WHO.user_id, offering=row).exists()
    models.BlockedCountry.objects.filter(country=WHO.country).exists()
    list(row.sessions.all())
    list(row.merchant.terms.all()) if row.merchant else None
    return rules.break_down(
        Money.from_minor(price.amount_minor, price.currency),
        waived=Money.zero(price.currency),
        tax=Percent.from_basis_points(tax.basis_points),
        inclusive=tax.inclusive,
    ).total


def queries_of(action: Action) -> int:
    """How many statements one call sends."""
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def measure(action: Action, times: int) -> tuple[float, float]:
    """Seconds on the wall and of the processor, for one call."""
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(times):
        action()
    return (time.perf_counter() - wall) / times, (time.process_time() - processor) / times


def main() -> None:
    """Run every round and print the ratios."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--quotes", type=int, default=300)
    options = arguments.parse_args()
    contestants: dict[str, Action] = {"select": select, "warm": warm, "cold": cold, "naive": naive}
    with database() as name:
        catalogue()
        assert warm() == cold() == naive() == TOTAL
        counted = {contestant: queries_of(action) for contestant, action in contestants.items()}
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contestants}
        for _ in range(options.rounds):
            for contestant, action in contestants.items():
                taken[contestant].append(measure(action, options.quotes))
        print(f"{name}, {options.rounds} rounds of {options.quotes}")
        print(f"  {'':8} {'queries':>8} {'wall':>9} {'processor':>10}   wall over select")
        for contestant, each in taken.items():
            ratios = [one[0] / peer[0] for one, peer in zip(each, taken["select"], strict=True)]
            wall, processor = (statistics.median(one[n] for one in each) * 1e6 for n in (0, 1))
            print(
                f"  {contestant:8} {counted[contestant]:8} {wall:6.0f} µs {processor:7.0f} µs   "
                f"{min(ratios):.2f} | {statistics.median(ratios):.2f} | {max(ratios):.2f}"
            )


if __name__ == "__main__":
    main()
