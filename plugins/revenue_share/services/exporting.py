"""Writes the facts of the books to files, or sends them to ClickHouse: what is new, in pages.

Facts get their numbers when they are written and are seen when they are committed, so a higher one
may be there before a lower one. How far to go is therefore decided while nobody books: whoever was
booking is done, and who comes later gets higher numbers. Without that, a fact would be passed over
for ever.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from fairgate_tables.transactions import in_transaction

from .. import conf, export_files, lock_objects
from ..clickhouse import ClickHouse
from ..data import Exported, Marks
from ..exceptions import ExportRefused
from ..export_files import BOOKMARKS, SCHEMA, TABLES, FactTable
from ..selectors import exports

log = logging.getLogger(__name__)

_MANIFEST = "manifest.json"


def write_files(folder: Path, *, since: Path | None, at: datetime) -> Exported:
    """Write a file for each table and a manifest to a new folder: all of it, or nothing."""
    first = _read(since) if since else {}
    last = _marks()
    _refuse_other_books(first, last)
    parts = _beside(folder)
    try:
        files = {
            table.name: _write(parts, table, after=first.get(table.name, 0), last=last, at=at)
            for table in TABLES
        }
        text = export_files.manifest(files, at=at)
        (parts / _MANIFEST).write_text(text, encoding="utf-8")
        parts.rename(folder)
    except OSError as error:
        raise ExportRefused(
            "%(place)s cannot be written: %(fault)s.", place=folder, fault=error.strerror
        ) from None
    finally:
        shutil.rmtree(parts, ignore_errors=True)
    return Exported(rows={name: one["rows"] for name, one in files.items()}, last=last)


def send(*, again: bool, at: datetime) -> Exported:
    """Send what the server has not acknowledged yet, or everything ``again``.

    What was sent and not acknowledged is sent once more: the server keeps it once.
    """
    warehouse = conf.warehouse()
    if warehouse is None:
        raise ExportRefused("No server is named: set REVENUE_SHARE_CLICKHOUSE.")
    sent: dict[str, int] = {}
    with ClickHouse(warehouse) as server:
        first = {} if again else _bookmarks(server)
        last = _marks()
        _refuse_other_books(first, last)
        for table in TABLES:
            sent[table.name] = _send(
                server, table, after=first.get(table.name, 0), last=last[table.name], at=at
            )
    log.info("facts sent: rows=%s", sum(sent.values()))
    return Exported(rows=sent, last=last)


def ledger() -> Iterator[str]:
    """The books as a ledger of beancount, line by line."""
    last = _last_transaction()
    return export_files.ledger(exports.transactions(last), exports.balances_of(last))


@in_transaction
def _marks() -> dict[str, int]:
    lock_objects.take_lock_date()
    return exports.last_ids()


@in_transaction
def _last_transaction() -> int:
    lock_objects.take_lock_date()
    return exports.last_transaction()


def _refuse_other_books(first: Marks, last: Marks) -> None:
    # Numbers that are there already would stand for other facts from now on.
    if any(number > last[name] for name, number in first.items()):
        raise ExportRefused(
            "More was exported than the books have, so it was of other books, or they were put "
            "back to an earlier day. Empty the tables of ClickHouse, and export everything."
        )


def _read(place: Path) -> Marks:
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ExportRefused("%(place)s cannot be read.", place=place) from None
    return export_files.read_manifest(text)


def _beside(folder: Path) -> Path:
    """A new folder that only we can read; it is given its name when everything is in it."""
    if folder.exists():
        raise ExportRefused("%(place)s is there already; nothing is written over.", place=folder)
    try:
        return Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise ExportRefused(
            "%(place)s cannot be written: %(fault)s.", place=folder, fault=error.strerror
        ) from None


def _write(
    folder: Path, table: FactTable, *, after: int, last: Marks, at: datetime
) -> dict[str, Any]:
    name, rows, digest = f"{table.name}.jsonl", 0, hashlib.sha256()
    with (folder / name).open("wb") as out:
        for page in exports.pages(table, after=after, last=last[table.name], at=at):
            for row in page:
                line = export_files.json_line(row).encode()
                digest.update(line)
                out.write(line)
            rows += len(page)
        out.flush()
        os.fsync(out.fileno())
    return {
        "file": name,
        "rows": rows,
        "after": after,
        "last": last[table.name],
        "sha256": digest.hexdigest(),
    }


def _bookmarks(server: ClickHouse) -> Marks:
    """How far the server was sent each table; from the beginning where it has other columns."""
    rows = server.rows(BOOKMARKS.name)
    known = {table.name for table in TABLES}
    return {
        row["table_name"]: int(row["last_id"])
        for row in rows
        if row["table_name"] in known and int(row["schema_version"]) == SCHEMA
    }


def _send(server: ClickHouse, table: FactTable, *, after: int, last: int, at: datetime) -> int:
    sent = 0
    for page in exports.pages(table, after=after, last=last, at=at):
        server.insert(table.name, (export_files.json_line(row) for row in page))
        server.insert(BOOKMARKS.name, [_bookmark(table, page[-1]["id"], at)])
        sent += len(page)
    return sent


def _bookmark(table: FactTable, last: int, at: datetime) -> str:
    return export_files.json_line(
        {
            "table_name": table.name,
            "last_id": last,
            "schema_version": SCHEMA,
            "time_last_dumped": at,
        }
    )
