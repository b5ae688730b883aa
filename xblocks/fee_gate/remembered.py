"""What is gated, remembered between requests: to know it costs a request no query.

``GatedCourse.version`` is a new word whenever the answer may have changed. Django's cache knows the
newest one of each course; a table is used only if it was read at that version, so a publish in
Studio is seen by the next request of every LMS process. Where LMS and Studio do not share a cache,
or a process died between its commit and its word to the cache, an old table lives for
``SECONDS`` at most (decision 0011).

The rows stay the truth: without a cache, and while a transaction of this thread has written rows
that nobody else can see yet, they are read.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.core.cache import cache
from django.db import transaction

from fee_gate.data import UNCOUNTED, Cover, GateTable

log = logging.getLogger(__name__)

SECONDS = 300
_COURSES = 64  # kept in this process; a table of 5,000 blocks takes about 1.4 MB
_FORMAT = 2  # of what is in the cache: change it with ``_packed``

_UNGATED = 4096  # of the others: a few hundred bytes each
Kept = OrderedDict[str, tuple[float, GateTable]]

_kept: Kept = OrderedDict()
_ungated: Kept = OrderedDict()
_lock = threading.Lock()
_written = threading.local()


def recall(course: str, read: Callable[[str], GateTable]) -> GateTable:
    """The table of a course: as remembered if that is the newest, else as ``read`` says."""
    if _is_being_written(course):
        return read(course)
    version = _ask(cache.get, _key("version", course))
    if version == UNCOUNTED:
        return _distrusted(read(course))
    table = _known(course, version) if version else None
    if table is None:
        table = read(course)
        if table.is_readable and table.are_fees_known:
            _store(course, table)
            _ask(cache.add, _key("version", course), table.version, SECONDS)
    return table


def _distrusted(table: GateTable) -> GateTable:
    """Where the mark could not be stored, the rows do not know how old they are."""
    return table if table.version == UNCOUNTED else replace(table, is_readable=False)


def announce(course: str, table: GateTable) -> None:
    """Have every process use this table from now on, though its rows are not committed.

    Without a cache nobody hears of it, and the rows are read as they are.
    """
    _store(course, table)
    _ask(cache.set, _key("version", course), table.version, SECONDS)


def distrust(course: str) -> None:
    """Have nobody believe what is remembered or stored of a course until it has a new version."""
    _ask(cache.set, _key("version", course), UNCOUNTED, SECONDS)


def renew(courses: Sequence[str], version: str, *, is_counted: bool) -> None:
    """The courses have a new version, written in this transaction: the cache hears of its commit.

    ``is_counted``: because they were counted. Else those that are distrusted stay so.
    """
    written: set[str] = _written.__dict__.setdefault("courses", set())
    written.update(courses)

    def tell() -> None:
        written.difference_update(courses)
        words = dict.fromkeys((_key("version", course) for course in courses), version)
        for key, known in () if is_counted else (_ask(cache.get_many, words) or {}).items():
            if known == UNCOUNTED:
                del words[key]
        _ask(cache.set_many, words, SECONDS)

    transaction.on_commit(tell)


def _is_being_written(course: str) -> bool:
    """Whether this thread has rows of the course that are not committed."""
    courses: set[str] = _written.__dict__.get("courses", set())
    if courses and not transaction.get_connection().in_atomic_block:
        courses.clear()  # what was written was rolled back
    return course in courses


def _known(course: str, version: str) -> GateTable | None:
    until, table = _kept.get(course) or _ungated.get(course) or (0.0, None)
    if table is not None and table.version == version and time.monotonic() < until:
        return table
    packed = _ask(cache.get, _key(version, course))
    table = _ask(_unpacked, course, version, packed) if packed else None
    if table is not None:
        _keep(course, table)
    return table


def _store(course: str, table: GateTable) -> None:
    _ask(cache.set, _key(table.version, course), _packed(table), SECONDS)
    _keep(course, table)


def _keep(course: str, table: GateTable) -> None:
    # Apart, so that courses without gates, or keys of none, push no gated course out.
    kept, other, most = (_kept, _ungated, _COURSES) if table.covers else (_ungated, _kept, _UNGATED)
    with _lock:
        other.pop(course, None)
        kept[course] = (time.monotonic() + SECONDS, table)
        kept.move_to_end(course)
        while len(kept) > most:
            kept.popitem(last=False)


def _ask(call: Callable[..., Any], *args: object) -> Any:
    """What the cache says; ``None`` if it makes no sense. Each backend has errors of its own."""
    try:
        return call(*args)
    except Exception:
        log.warning("fee gate: the cache does not answer, tables are read", exc_info=True)
        return None


def _key(what: str, course: str) -> str:
    """A key that every cache takes: short, no blanks. Courses in any case are one course."""
    digest = hashlib.sha256(course.casefold().encode()).hexdigest()
    return f"fee_gate.{_FORMAT}.{what}.{digest}"


def _packed(table: GateTable) -> tuple[Any, ...]:
    """The table in plain values: what is in the cache outlives a release of this package.

    Hundreds of blocks stand behind the same gates; those are written once, and blocks name their
    place. (Memcached takes a megabyte.)
    """
    places: dict[tuple[Cover, ...], int] = {}
    rows = [
        {usage: places.setdefault(gates, len(places)) for usage, gates in which.items()}
        for which in (table.covers, table.inside)
    ]
    gates = [[(cover.gate, cover.fee) for cover in one] for one in places]
    return (gates, *rows, sorted(table.offered), table.is_enforced)


def _unpacked(course: str, version: str, packed: tuple[Any, ...]) -> GateTable:
    gates, covers, inside, offered, is_enforced = packed
    known = [tuple(Cover(gate=gate, fee=fee) for gate, fee in one) for one in gates]
    return GateTable(
        course_key=course,
        covers={usage: known[place] for usage, place in covers.items()},
        inside={usage: known[place] for usage, place in inside.items()},
        offered=frozenset(offered),
        is_enforced=is_enforced,
        version=version,
    )
