"""What the benchmarks of the books share: turns, ratios, peers in an environment of their own."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import two_databases

#: Does something so many times and says how many seconds that took.
Contestant = Callable[[int], float]


def timed(act: Callable[[int], Any]) -> Contestant:
    """How long a call takes, on the wall."""

    def run(number: int) -> float:
        began = time.perf_counter()
        act(number)
        return time.perf_counter() - began

    return run


def in_turns(
    contestants: Mapping[str, Contestant], numbers: Mapping[str, int], rounds: int
) -> dict[str, list[float]]:
    """Seconds for one, by contestant; they take turns, in another order each round."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for turn in range(rounds):
        first = turn % len(names)
        for name in (*names[first:], *names[:first]):
            taken[name].append(contestants[name](numbers[name]) / max(numbers[name], 1))
    return taken


def print_table(title: str, taken: Mapping[str, list[float]], *, ours: str) -> None:
    """A line for each contestant: its time over ours, and how long one takes."""
    print(f"\n{title:36}{'time over ours: min':>20}{'median':>9}{'max':>9}{'median, ms':>12}")
    for name, seconds in taken.items():
        ratios = sorted(theirs / our for theirs, our in zip(seconds, taken[ours], strict=True))
        middle = statistics.median(seconds) * 1000
        print(
            f"{name:36}{ratios[0]:>20.2f}{statistics.median(ratios):>9.2f}{ratios[-1]:>9.2f}"
            f"{middle:>12.3f}",
            flush=True,
        )


@contextmanager
def peers(python: str | None, *more: str) -> Iterator[dict[str, Contestant]]:
    """What ``peers_of_books.py`` can do; nothing where no Python was named, or it does not run.

    The peers have a database of their own on the same server. ``more`` is the file that DuckDB
    reads.
    """
    if not python:
        print("django-hordak and openedx-ledger are left out: name a Python that has them with "
              "--peer-python")  # fmt: skip
        yield {}
        return
    settings = two_databases.mariadb_settings()
    name = f"{settings['TEST']['NAME']}_peers"
    wanted = {key: settings[key] for key in ("ENGINE", "USER", "PASSWORD", "HOST", "PORT")}
    socket = settings["OPTIONS"].get("unix_socket")
    wanted |= {"NAME": name, "OPTIONS": {"unix_socket": socket} if socket else {}}
    two_databases.ask(f"CREATE DATABASE {name}")
    script = Path(__file__).with_name("peers_of_books.py")
    try:
        with subprocess.Popen(  # noqa: S603 - the interpreter the caller names
            [python, "-W", "ignore", str(script), json.dumps(wanted), *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            yield _acts(process)
            assert process.stdin
            process.stdin.close()
    finally:
        two_databases.ask(f"DROP DATABASE {name}")


def _acts(process: subprocess.Popen[str]) -> dict[str, Contestant]:
    assert process.stdin
    assert process.stdout
    asked, answers = process.stdin, process.stdout
    if (told := answers.readline().split())[:1] != ["ready"]:
        print("The peers did not start, so they are left out.")
        return {}

    def act(name: str) -> Contestant:
        def run(number: int) -> float:
            asked.write(f"{name} {number}\n")
            asked.flush()
            return float(answers.readline())

        return run

    names = " ".join(told[1:]).split(",")
    return {name.replace("_", " "): act(name.replace("_", " ")) for name in names}
