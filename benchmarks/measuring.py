"""What the benchmarks of the books share: turns, ratios, peers in an environment of their own.

Others may be at work on the machine, so beside the time on the wall stands that of the processor:
of this process, of the peers' and of the server's, with whatever else it does meanwhile.
"""

from __future__ import annotations

import ctypes
import gc
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connections

import two_databases

#: Does something so many times and says how many seconds that took.
Contestant = Callable[[int], float]


class Turn(NamedTuple):
    """Seconds for one: on the wall, and of processors, 0 where those cannot be asked."""

    wall: float
    processor: float


#: Processes beside this one whose time is counted; the server is found with the first turn.
_watched: list[int] = []


def timed(act: Callable[[int], Any]) -> Contestant:
    """How long a call takes, on the wall."""

    def run(number: int) -> float:
        began = time.perf_counter()
        act(number)
        return time.perf_counter() - began

    return run


def repeated(act: Callable[[int], Any]) -> Contestant:
    """How long so many calls take, on the wall."""
    return timed(lambda number: [act(1) for _ in range(number)])


def in_turns(
    contestants: Mapping[str, Contestant], numbers: Mapping[str, int], rounds: int
) -> dict[str, list[Turn]]:
    """Seconds for one, by contestant; they take turns, in another order each round."""
    taken: dict[str, list[Turn]] = {name: [] for name in contestants}
    names = list(contestants)
    watched = [os.getpid(), *_watched, *_server()]
    for turn in range(rounds):
        first = turn % len(names)
        for name in (*names[first:], *names[:first]):
            count = max(numbers[name], 1)
            before = _processor(watched)
            wall = contestants[name](numbers[name])
            taken[name].append(Turn(wall / count, (_processor(watched) - before) / count))
    return taken


def _server() -> list[int]:
    """The process of the server, where it is on this machine."""
    place = Path(two_databases.ask("SELECT @@pid_file"))
    try:
        return [int(place.read_text())]
    except (OSError, ValueError):
        return []


def _processor(processes: Sequence[int]) -> float:
    """Seconds that these processes have had of processors, as Linux counts them."""
    if not sys.platform.startswith("linux"):
        return 0.0
    # The clock of another process: clock_getcpuclockid(3).
    return sum(time.clock_gettime((~one << 3) | 2) for one in processes)


def print_table(title: str, taken: Mapping[str, Sequence[Turn]], *, ours: str) -> None:
    """A line for each contestant: its time over ours, and how long one takes."""
    print(f"\n{title:36}{'time over ours: min':>20}{'median':>9}{'max':>9}{'median, ms':>12}"
          f"{'processor over ours':>21}{'median, ms':>12}")  # fmt: skip
    for name, turns in taken.items():
        ratios = sorted(a.wall / b.wall for a, b in zip(turns, taken[ours], strict=True))
        middle = statistics.median(turn.wall for turn in turns) * 1000
        work = statistics.median(turn.processor for turn in turns) * 1000
        our_work = statistics.median(turn.processor for turn in taken[ours]) * 1000
        print(
            f"{name:36}{ratios[0]:>20.2f}{statistics.median(ratios):>9.2f}{ratios[-1]:>9.2f}"
            f"{middle:>12.3f}{work / our_work if our_work else 0:>21.2f}{work:>12.3f}",
            flush=True,
        )


class Apart(NamedTuple):
    """What an act took in a process of its own: seconds, and MiB at the start and at most."""

    wall: float
    processor: float
    before: float
    peak: float


def apart(act: Callable[[], object]) -> Apart:
    """Do something once in a process of its own, on Linux with glibc.

    The whole process is counted: what the driver of the database keeps in C is half of it, and
    nothing that watches Python's own memory sees that.
    """
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    connections.close_all()
    process = context.Process(target=_watched_act, args=(act, told))
    process.start()
    try:
        return Apart(*told.get())
    finally:
        process.join()


def _watched_act(act: Callable[[], object], told: Any) -> None:
    # What the parent has freed would be used without being seen.
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, began, processor = _memory("VmRSS"), time.perf_counter(), time.process_time()
    act()
    wall, processor = time.perf_counter() - began, time.process_time() - processor
    told.put((wall, processor, before, _memory("VmHWM")))


def _memory(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024


def print_apart(title: str, acts: Mapping[str, Callable[[], object]]) -> None:
    """A line for each: seconds, and the memory of a process that does nothing else."""
    print(f"\n{title:44}{'seconds':>10}{'processor':>10}{'MiB before':>12}{'at most':>10}"
          f"{'more':>10}")  # fmt: skip
    for name, act in acts.items():
        one = apart(act)
        print(f"{name:44}{one.wall:>10.2f}{one.processor:>10.2f}{one.before:>12.1f}"
              f"{one.peak:>10.1f}{one.peak - one.before:>10.1f}", flush=True)  # fmt: skip


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
            _watched.append(process.pid)
            yield _acts(process)
            _watched.remove(process.pid)
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
