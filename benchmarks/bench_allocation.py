"""Sharing N sales in memory: carried remainder against peers, side by side.

    python benchmarks/bench_allocation.py [--sales 20000] [--rounds 7] [--peer-python PYTHON]

Contestants, interleaved in each round, on the same sales and weights (money.md 5.3):

* ``carried``     ours, ``revenue_share.rules.carried.allocate``: exact over all sales
* ``hordak``      ``hordak.utilities.money.ratio_split`` of django-hordak, in the Python of
                  ``--peer-python`` (an environment of its own: ``pip install django-hordak``)
* ``decimal``     largest remainder per line with ``decimal.Decimal``
* ``limit``       largest remainder per line with integers, ``fairgate.money.split_units``: what
                  remains when fairness over many sales is given up

Printed are the peer’s processor time over ours (above 1: ours is faster) as minimum, median and
maximum over the rounds, and for each how far the parties end from their exact share, in cents.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

WEIGHTS = (("FUND", 5), ("PARTNER", 9), ("ATC", 5), ("PLATFORM", 6))
CENT = Decimal("0.01")

Contestant = Callable[[list[int]], tuple[float, list[int]]]

# Runs in the peer's environment, so it must not import anything of ours.
PEER = """
import sys, time
from decimal import Decimal
from django.conf import settings
settings.configure(INSTALLED_APPS=[])
from hordak.utilities.money import ratio_split
RATIOS, PRECISION = [Decimal(w) for w in (5, 9, 5, 6)], Decimal("0.01")
sales = [Decimal(line) / 100 for line in sys.stdin.readline().split()]
for _ in sys.stdin:
    totals = [Decimal(0)] * 4
    start = time.process_time()
    for amount in sales:
        totals = [a + b for a, b in zip(totals, ratio_split(amount, RATIOS, PRECISION))]
    seconds = time.process_time() - start
    print(seconds, *(int(t * 100) for t in totals), flush=True)
"""


def make_sales(count: int) -> list[int]:
    """Net receipts in cents; the seed is fixed."""
    source = random.Random(53)  # noqa: S311 - prices, not secrets
    return [
        source.choice((9622, 11622, 5795, 941, source.randint(1, 60_000))) for _ in range(count)
    ]


def run_carried(sales: list[int]) -> tuple[float, list[int]]:
    """Ours."""
    from revenue_share.rules import carried

    carries: dict[str, int] = carried.no_carries(WEIGHTS)
    totals = [0] * len(WEIGHTS)
    start = time.process_time()
    for amount in sales:
        allocation = carried.allocate(amount, WEIGHTS, carries)
        carries = dict(allocation.carries)
        totals = [a + b for a, b in zip(totals, allocation.units.values(), strict=True)]
    return time.process_time() - start, totals


def run_limit(sales: list[int]) -> tuple[float, list[int]]:
    """Largest remainder per line, integers."""
    from fairgate.money import split_units

    weights = [weight for _, weight in WEIGHTS]
    totals = [0] * len(WEIGHTS)
    start = time.process_time()
    for amount in sales:
        totals = [a + b for a, b in zip(totals, split_units(amount, weights), strict=True)]
    return time.process_time() - start, totals


def run_decimal(sales: list[int]) -> tuple[float, list[int]]:
    """Largest remainder per line, ``decimal``, as it is mostly written."""
    amounts = [Decimal(amount) / 100 for amount in sales]
    weights = [Decimal(weight) for _, weight in WEIGHTS]
    whole = sum(weights)
    totals = [Decimal(0)] * len(WEIGHTS)
    start = time.process_time()
    for amount in amounts:
        exact = [amount * weight / whole for weight in weights]
        parts = [value.quantize(CENT, rounding=ROUND_FLOOR) for value in exact]
        missing = int((amount - sum(parts)) / CENT)
        order = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
        for place in order[:missing]:
            parts[place] += CENT
        totals = [a + b for a, b in zip(totals, parts, strict=True)]
    return time.process_time() - start, [int(total * 100) for total in totals]


@contextmanager
def peer(python: str, sales: list[int]) -> Iterator[Contestant]:
    """hordak, waiting in a process of its own between the rounds."""
    command = [python, "-c", PEER]
    with subprocess.Popen(  # noqa: S603 - the interpreter the caller names
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        asked, answers = process.stdin, process.stdout
        asked.write(" ".join(map(str, sales)) + "\n")

        def run(_: list[int]) -> tuple[float, list[int]]:
            asked.write("go\n")
            asked.flush()
            seconds, *totals = answers.readline().split()
            return float(seconds), [int(total) for total in totals]

        yield run
        asked.close()


def errors(totals: list[int], sales: list[int]) -> str:
    """How far each party is from its exact share, in cents."""
    whole = sum(weight for _, weight in WEIGHTS)
    exact = [Fraction(sum(sales) * weight, whole) for _, weight in WEIGHTS]
    off = (float(total - share) for total, share in zip(totals, exact, strict=True))
    return " ".join(f"{value:+.2f}" for value in off)


def compare(contestants: dict[str, Contestant], sales: list[int], rounds: int) -> None:
    """Run all contestants in turn, ``rounds`` times, and print the ratios."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    totals: dict[str, list[int]] = {}
    for contestant in contestants.values():
        contestant(sales)  # warm
    for _ in range(rounds):
        for name, contestant in contestants.items():
            took, totals[name] = contestant(sales)
            seconds[name].append(took)
    print(f"{len(sales)} sales, {rounds} rounds, Python {sys.version.split()[0]}")
    print(f"{'':10}{'CPU over ours: min':>20}{'median':>9}{'max':>9}   cents off per party")
    for name, took in seconds.items():
        pairs = zip(took, seconds["carried"], strict=True)
        ratios = sorted(theirs / ours for theirs, ours in pairs)
        low, middle, high = ratios[0], statistics.median(ratios), ratios[-1]
        off = errors(totals[name], sales)
        print(f"{name:10}{low:>20.2f}{middle:>9.2f}{high:>9.2f}   {off}")
    rate = len(sales) / statistics.median(seconds["carried"])
    print(f"ours: {rate:,.0f} sales a second (median)")


def main() -> None:
    """Parse the command line and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sales", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peer-python", help="a Python that has django-hordak")
    options = parser.parse_args()
    sales = make_sales(options.sales)
    contestants: dict[str, Contestant] = {
        "carried": run_carried,
        "decimal": run_decimal,
        "limit": run_limit,
    }
    if not options.peer_python:
        print("hordak is left out: name a Python that has it with --peer-python")
        compare(contestants, sales, options.rounds)
        return
    with peer(options.peer_python, sales) as hordak:
        compare({**contestants, "hordak": hordak}, sales, options.rounds)


if __name__ == "__main__":
    main()
