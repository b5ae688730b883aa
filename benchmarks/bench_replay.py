"""What it costs to ask every stored waiver decision again.

    python benchmarks/bench_replay.py [--decisions 100000] [--rounds 3]

On MariaDB or MySQL where one answers (as the tests find it), else on SQLite. In each round, in turn
and on the same rows:

* **floor**: a bare ``SELECT`` of the same rows with their facts, in the same portions, through a
  cursor: neither JSON nor objects. What no replay can do without.
* **read**: the same rows as objects, with their JSON.
* **replay**: ``api.replay_decisions``, that compares each answer with the stored one.

Printed are decisions per second and the time over the floor of the same round, then the peak of
Python's memory in a replay of a tenth and of all (tracemalloc), which should be the same, and the
process's own peak. Every decision has to come out as it is stored.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import sys
import time
import tracemalloc
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parent.parent
# The roots before "tests", whose folders are called like the packages they test.
sys.path[:0] = [str(ROOT / name) for name in ("libs", "plugins", "xblocks", "demo", "tests")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "suite_settings")
warnings.filterwarnings("ignore", message="pkg_resources is deprecated")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django_countries import countries  # noqa: E402

import two_databases  # noqa: E402
from factories import waiver_policy as make  # noqa: E402
from waiver_policy import api  # noqa: E402
from waiver_policy.data import Applicant, ReplayState  # noqa: E402
from waiver_policy.models import DecisionFacts, PolicyVersion, WaiverDecision  # noqa: E402
from waiver_policy.rules import deciding  # noqa: E402
from waiver_policy.rules.deciding import Question, kept_reduction, plain  # noqa: E402
from waiver_policy.selectors import lists, policies, replaying  # noqa: E402

BATCH = 2000


def write(count: int) -> None:
    """Decisions of people of every country, over three years, by the shipped policy."""
    make.programme()
    version = PolicyVersion.objects.get()
    known, policy = lists.get_known_lists(known_at=make.EVE), policies.compiled(version)
    source = random.Random(53)  # noqa: S311 - countries, not secrets
    codes = sorted(countries.countries)
    for start in range(0, count, BATCH):
        rows, facts = [], []
        for user_id in range(start + 1, min(start + BATCH, count) + 1):
            person = Applicant(user_id=user_id, country=source.choice(codes))
            at = make.EVE + timedelta(days=source.randint(-90, 1000), seconds=user_id)
            decision = deciding.decide(
                Question(
                    applicant=person, offering_code=make.COURSE, at=at, known_at=at,
                    countries=frozenset(codes), policy=policy, policy_version=version.version,
                    lists=known.lists, editions=known.editions,
                )
            )  # fmt: skip
            row = WaiverDecision(
                uuid=uuid4(), user_id=user_id, offering_code=make.COURSE,
                outcome=decision.outcome.value,
                reduction={
                    "percent": plain(decision.percent),
                    "steps": kept_reduction(decision.reduction),
                },
                codes=[reason.code for reason in decision.reasons], policy_version=version,
                policy=decision.policy, version=decision.policy_version,
                rule=decision.rule or "", editions=list(decision.editions),
                decided_on=decision.decided_on, at=at, engine_version=decision.engine_version,
            )  # fmt: skip
            rows.append(row)
            facts.append((decision, person.country))
        WaiverDecision.objects.bulk_create(rows)
        kept = WaiverDecision.objects.filter(user_id__gt=start).order_by("user_id")
        DecisionFacts.objects.bulk_create(
            DecisionFacts(
                decision=row, country=country, membership=decision.membership or "",
                reasons=[{"code": r.code, "params": dict(r.params)} for r in decision.reasons],
                inputs=dict(decision.inputs),
            )
            for row, (decision, country) in zip(kept, facts, strict=True)
        )  # fmt: skip


def floor() -> int:
    """The rows, as the driver gives them."""
    count = last = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT * FROM waiver_policy_waiverdecision d LEFT JOIN "
                "waiver_policy_decisionfacts f ON f.decision_id = d.id "
                "WHERE d.id > %s ORDER BY d.id LIMIT %s",
                [last, replaying.PORTION],
            )
            portion = cursor.fetchall()
            if not portion:
                return count
            count, last = count + len(portion), portion[-1][0]


def read() -> int:
    """The rows, as objects."""
    return sum(1 for _ in replaying.in_portions(WaiverDecision.objects.all()))


def replay(limit: int | None = None) -> Counter[ReplayState]:
    """Every decision asked again, or the first ones."""
    states: Counter[ReplayState] = Counter()
    for number, one in enumerate(api.replay_decisions(), 1):
        states[one.state] += 1
        if number == limit:
            break
    return states


def seconds(action: Callable[[], object]) -> float:
    """How long it takes, on the wall."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def peak(limit: int | None) -> float:
    """The peak of Python's memory in a replay, in MiB."""
    tracemalloc.start()
    replay(limit)
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size / 2**20


def lines(count: int, rounds: int) -> Iterator[str]:
    """What came of it."""
    actions = {"floor": floor, "read": read, "replay": replay}
    times = {name: [] for name in actions}  # type: dict[str, list[float]]
    for _ in range(rounds):
        for name, action in actions.items():
            times[name].append(seconds(action))
    for name, measured in times.items():
        over = [mine / least for mine, least in zip(measured, times["floor"], strict=True)]
        rate = count / statistics.median(measured)
        yield (
            f"{name:8} {rate:10,.0f} decisions a second; over the floor: "
            f"{min(over):5.2f} | {statistics.median(over):5.2f} | {max(over):5.2f}"
        )
    yield f"peak of Python's memory: {peak(count // 10):.1f} MiB for {count // 10:,} decisions, "
    yield f"  {peak(None):.1f} MiB for {count:,}"
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield f"peak of the process: {rss:.0f} MiB"


def main() -> None:
    """Write the decisions, ask them again, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with ExitStack() as stack:
        if missing := two_databases.missing():
            print(f"SQLite ({missing})")
            call_command("migrate", verbosity=0)
        else:
            print(two_databases.version())
            settings = stack.enter_context(two_databases.test_database())
            stack.enter_context(two_databases.default_database(settings))
        write(options.decisions)
        states = replay()
        if states != {ReplayState.SAME: options.decisions}:
            raise SystemExit(f"Not every decision came out as it is stored: {dict(states)}")
        for line in lines(options.decisions, options.rounds):
            print(line, flush=True)


if __name__ == "__main__":
    main()
