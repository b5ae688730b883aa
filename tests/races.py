"""Lets several calls happen at the same moment, each on a database connection of its own.

Only for tests marked ``mariadb``: SQLite has one writer and no row locks, so nothing would race.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections

from fairgate_tables.transactions import in_transaction

READ_COMMITTED = "read committed"  # what Django asks of MySQL unless told otherwise
REPEATABLE_READ = "repeatable read"  # MySQL's own default
ISOLATIONS = (READ_COMMITTED, REPEATABLE_READ)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one call of a race ended: with a value or with an error."""

    value: Any = None
    error: BaseException | None = None


def race(
    *calls: Callable[[], Any],
    isolation: str = READ_COMMITTED,
    atomic: bool = False,
    seconds: float = 60.0,
) -> list[Outcome]:
    """Start all calls together and give their outcomes in the same order.

    Args:
        calls: what to do; each runs in its own thread with its own connection.
        isolation: the transaction isolation of these connections.
        atomic: wrap each call in a transaction, as ``ATOMIC_REQUESTS`` wraps a view; a deadlock
            is run again, as by whoever has begun one.
        seconds: a race that takes longer is an error: something waits for ever.
    """
    if connection.vendor != "mysql":
        raise RuntimeError("A race needs MariaDB: mark the test with pytest.mark.mariadb.")
    outcomes = [Outcome()] * len(calls)
    start = threading.Barrier(len(calls), timeout=seconds)

    def run(place: int, call: Callable[[], Any]) -> None:
        outcomes[place] = _outcome(call, start, atomic=atomic)

    threads = [
        threading.Thread(target=run, args=(place, call), daemon=True)
        for place, call in enumerate(calls)
    ]
    with _isolation(isolation):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds)
    if any(thread.is_alive() for thread in threads):
        raise TimeoutError(f"The race was not over after {seconds:g} seconds.")
    return outcomes


def values(outcomes: list[Outcome]) -> list[Any]:
    """The values of the calls that ended well."""
    return [outcome.value for outcome in outcomes if outcome.error is None]


def errors(outcomes: list[Outcome]) -> list[BaseException]:
    """The errors of the calls that did not."""
    return [outcome.error for outcome in outcomes if outcome.error is not None]


def _outcome(call: Callable[[], Any], start: threading.Barrier, *, atomic: bool) -> Outcome:
    try:
        connection.ensure_connection()
        start.wait()
        if not atomic:
            return Outcome(value=call())
        # Whoever has begun a transaction runs it again when it lost a race for a lock.
        return Outcome(value=in_transaction(call)())
    except Exception as error:  # noqa: BLE001  the race reports whatever happened
        return Outcome(error=error)
    finally:
        connection.close()


@contextmanager
def _isolation(level: str) -> Iterator[None]:
    """Let connections that are opened from now on use this isolation level."""
    kept = connections.settings["default"]
    changed = copy.deepcopy(kept)
    changed["OPTIONS"]["isolation_level"] = level
    connections.settings["default"] = changed
    try:
        yield
    finally:
        connections.settings["default"] = kept
