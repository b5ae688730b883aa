"""What is too much to be held while a file is read, put aside on the disk. Plain Python.

SQLite writes what does not fit its cache into a file that has no name and is gone with the
connection, so a file of a million events takes no more memory than one of a thousand.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

# Kilobytes that are kept in memory.
_CACHE = 16 * 1024


@contextmanager
def on_disk() -> Iterator[sqlite3.Connection]:
    """A database of nobody else; gone when the block ends."""
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA temp_store = FILE")
        database.execute(f"PRAGMA cache_size = -{_CACHE}")
        yield database


class Shelf:
    """Values by name, as JSON: what is taken out is a copy, and is put back when it has changed."""

    def __init__(self, database: sqlite3.Connection, name: str) -> None:
        self._database, self._name = database, name
        database.execute(f"CREATE TABLE {name} (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")

    def put(self, name: str, value: Any) -> None:
        """Keep a value, in place of the one that was there."""
        self._database.execute(
            f"INSERT OR REPLACE INTO {self._name} VALUES (?, ?)",  # noqa: S608 -- a word of ours
            (name, json.dumps(value, separators=(",", ":"))),
        )

    def get(self, name: str) -> Any:
        """The value of a name; ``None`` if there is none."""
        row = self._database.execute(
            f"SELECT value FROM {self._name} WHERE name = ?",  # noqa: S608 -- a word of ours
            (name,),
        ).fetchone()
        return json.loads(row[0]) if row else None
