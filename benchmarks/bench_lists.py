"""What the question "is this country on that list on this day" costs.

    python benchmarks/bench_lists.py [--rounds 9] [--questions 200000]

The shipped lists, in the database (MariaDB or MySQL where one answers, else SQLite) and in memory.
Contestants take turns in each round and answer the same questions: any country that the site
knows, half of them on some list, the four lists, days of 25 years.

* **once loaded**: ``KnownLists.find``, as a decision asks it. The floor is what no answer can do
  without: two bare dictionary look-ups and two comparisons of dates. The limit is 5 microseconds.
* **from the outside**: ``api.is_member``, which also asks the database which edition is the newest
  and what was confirmed. The floor is a bare ``SELECT`` of one row by its primary key.

Printed are minimum, median and maximum over the rounds, in microseconds of processor time per
question (on the wall from the outside), and the time over that of the floor in the same round.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The roots before "tests", whose folders are called like the packages they test.
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite_settings")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

from django.db import connection, connections  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

import two_databases  # noqa: E402
from waiver_policy import api, conf, models  # noqa: E402
from waiver_policy.data import EditionFacts, ListCode  # noqa: E402
from waiver_policy.rules.known import KnownLists  # noqa: E402
from waiver_policy.selectors import lists  # noqa: E402

KNOWN_FROM = datetime(2026, 8, 1, tzinfo=UTC)
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
DATA = ROOT / "plugins" / "waiver_policy" / "data"
LIMIT = 5.0

Question = tuple[str, str, date]
Bare = Mapping[str, Mapping[str, tuple[date, date]]]


def main() -> None:
    """Parse the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--questions", type=int, default=200_000)
    options = parser.parse_args()
    with database() as name:
        print(f"{name}, Python {sys.version.split()[0]}, {options.rounds} rounds")
        api.load_edition(
            [DATA / "ldc_sids.csv", DATA / "ldc_historical_entities.csv"],
            source=EditionFacts(source="benchmark"),
            by="benchmark",
            known_from=KNOWN_FROM,
        )
        asked = list(questions(options.questions))
        once_loaded(asked, options.rounds)
        from_the_outside(asked[: options.questions // 200], options.rounds)
    connections.close_all()


def questions(count: int) -> Iterator[Question]:
    """Any country, list and day, the same in every run."""
    chance = random.Random(4)  # noqa: S311 - questions are no secrets
    known = lists.get_known_lists(known_at=AT)
    # Half of the questions are about a country that is on some list.
    listed = sorted({country for rows_of in known.lists.values() for country in rows_of})
    countries = [*sorted(conf.known_countries()), *listed, *listed]
    for _ in range(count):
        day = date(2007, 1, 1) + timedelta(days=chance.randrange(9_000))
        yield chance.choice(list(ListCode)), chance.choice(countries), day


def once_loaded(asked: list[Question], rounds: int) -> None:
    """The question as a decision asks it, over the bare look-up."""
    known = lists.get_known_lists(known_at=AT)
    bare = {
        code: {
            country: (rows[0].starts, rows[0].until_date or date.max)
            for country, rows in rows_of.items()
        }
        for code, rows_of in known.lists.items()
    }
    # No shipped list has a country twice, so that the floor answers the same.
    assert [found(known, q) for q in asked[:5_000]] == [floor(bare, q) for q in asked[:5_000]]
    contestants: dict[str, Callable[[], None]] = {
        "floor: two look-ups, two comparisons": lambda: run_floor(bare, asked),
        "KnownLists.find": lambda: run_find(known, asked),
    }
    table("once loaded", contestants, len(asked), rounds, time.process_time, limit=LIMIT)


def found(known: KnownLists, question: Question) -> bool:
    """Our answer."""
    code, country, day = question
    return known.find(code, country, on=day) is not None


def floor(bare: Bare, question: Question) -> bool:
    """The bare answer."""
    code, country, day = question
    times = bare[code].get(country)
    return times is not None and times[0] <= day < times[1]


def run_find(known: KnownLists, asked: list[Question]) -> None:
    """Ours, called as it is called elsewhere."""
    find = known.find
    for code, country, day in asked:
        find(code, country, on=day)


def run_floor(bare: Bare, asked: list[Question]) -> None:
    """Without a call, without a row."""
    for code, country, day in asked:
        times = bare[code].get(country)
        times is not None and times[0] <= day < times[1]


def from_the_outside(asked: list[Question], rounds: int) -> None:
    """The question by the app's door, over a bare row."""
    pk = models.ListEdition.objects.values_list("pk", flat=True)[0]

    def bare() -> None:
        with connection.cursor() as cursor:
            for _ in asked:
                cursor.execute("SELECT id FROM waiver_policy_listedition WHERE id = %s", [pk])
                cursor.fetchone()

    def ours() -> None:
        for code, country, day in asked:
            api.is_member(code, country, on=day, known_at=AT)

    with CaptureQueriesContext(connection) as queries:
        api.is_member(*asked[0][:2], on=asked[0][2], known_at=AT)
    print(f"\napi.is_member: {len(queries)} query")
    contestants = {"floor: a row by its key": bare, "api.is_member": ours}
    table("from the outside", contestants, len(asked), rounds, time.perf_counter)


def table(
    title: str,
    contestants: Mapping[str, Callable[[], None]],
    questions: int,
    rounds: int,
    clock: Callable[[], float],
    *,
    limit: float | None = None,
) -> None:
    """Run all in turn, and print a line each."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, run in contestants.items():
            began = clock()
            run()
            times[name].append((clock() - began) / questions * 1e6)
    first = next(iter(times))
    print(
        f"\n{title}, {questions} questions: microseconds each, min | median | max; over the floor"
    )
    for name, taken in times.items():
        over = statistics.median(a / b for a, b in zip(taken, times[first], strict=True))
        told = " | ".join(f"{f(taken):.3f}" for f in (min, statistics.median, max))
        kept = "" if limit is None else f"; limit {limit:g} us: {verdict(taken, limit)}"
        print(f"  {name:40} {told}; {over:.2f}{kept}")


def verdict(taken: list[float], limit: float) -> str:
    """Whether the median keeps the limit, and by how much."""
    median = statistics.median(taken)
    return f"{'kept' if median < limit else 'NOT KEPT'}, {limit / median:.1f} times within"


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


if __name__ == "__main__":
    main()
