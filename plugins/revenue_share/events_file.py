"""Reads an EVENTS.csv: sales, refunds and disputes to replay. All or nothing, its faults named.

``docs/references/events-csv.md`` describes the columns. The rows are put aside on the disk while
they are read, so that a file may be of any length: they come out in the order they happened, and
complete, when nothing is wrong with any of them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from fairgate.course_runs import is_course_run
from fairgate.documents import Faults, Row, each_row
from fairgate.money import Money, MoneyError, exponent

from .data import DISPUTES, EventKind
from .events_whole import complete
from .shelves import on_disk

COLUMNS = (
    "event",
    "kind",
    "sale",
    "occurred_at",
    "course",
    "currency",
    "gross",
    "tax",
    "processor_fee",
)
#: Of files with disputes or bundles.
MORE_COLUMNS = ("dispute", "dispute_fee", "weight")

#: The years of events. Others are slips of the pen, and the calendar ends at 9999 (months and holds
#: are counted past an event).
YEARS = range(2000, 2101)
MAX_WEIGHT = 10**12

#: A row that says which part of a sale is of which course; nothing that happened.
BUNDLE_LINE = "bundle_line"

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00:00)", re.ASCII
)
_WEIGHT = re.compile(r"[1-9][0-9]{0,12}", re.ASCII)
_KINDS = (EventKind.SALE.value, EventKind.REFUND.value, *DISPUTES)
_DECIDED = (EventKind.DISPUTE_LOST, EventKind.DISPUTE_WON)

_TABLES = """
CREATE TABLE events (line INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT, sale TEXT,
                     at TEXT, course TEXT, currency TEXT, gross INTEGER, tax INTEGER, fee INTEGER,
                     dispute TEXT, dispute_fee INTEGER);
CREATE TABLE bundles (sale TEXT, course TEXT, weight INTEGER, line INTEGER,
                      PRIMARY KEY (sale, course)) WITHOUT ROWID;
CREATE TABLE spoiled (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvent:
    """One row, complete: for a refund ``tax`` and ``fee`` are the parts of it that are so.

    ``courses`` of a bundle are its courses and their weights. A dispute has the name of its first
    row in ``dispute``, what the bank has or gave back in ``gross``, and in ``dispute_fee`` all
    that the provider keeps by then. ``is_followed``: a later row is about this sale.
    """

    line: int
    event: str
    kind: EventKind
    sale: str
    occurred_at: datetime
    course: str
    gross: Money
    tax: Money
    fee: Money
    courses: tuple[tuple[str, int], ...] = ()
    dispute: str = ""
    dispute_fee: int = 0
    is_followed: bool = False

    @property
    def net(self) -> Money:
        """What is shared, or taken back from the shares (positive)."""
        return self.gross - self.tax - self.fee


@contextmanager
def read_events(lines: Iterable[str], *, file: str) -> Iterator[Iterator[FileEvent]]:
    """The events of a file in the order they happened; rows of one moment as they stand there.

    What does not fit together is told at once with what is wrong with single cells, but for rows
    about a sale of which one row is faulty; of a file with rows that are no rows, it is not looked
    at.

    Raises:
        DocumentErrors: these faults, with file, line and field; of very many, the first.
    """
    with on_disk() as database:
        database.executescript(_TABLES)
        with Faults(file) as faults:
            rows = each_row(lines, file=file, columns=COLUMNS, optional=MORE_COLUMNS, faults=faults)
            in_cells = sum(_faults_of(row, database, faults) for row in rows)
            if len(faults) > in_cells:
                # A row that is none may be the very sale that others are about.
                faults.raise_if_any()
            complete(database, faults)
        yield (_event(row, database) for row in database.execute(_IN_ORDER))


_IN_ORDER = """
SELECT line, name, kind, sale, at, course, currency, gross, tax, fee, dispute, dispute_fee,
       EXISTS (SELECT 1 FROM followed WHERE followed.sale = events.name)
FROM events ORDER BY at, line
"""


def _event(row: tuple, database: sqlite3.Connection) -> FileEvent:  # type: ignore[type-arg]
    (line, name, kind, sale, at, course, currency, gross, tax, fee, dispute, dispute_fee,
     is_followed) = row  # fmt: skip
    courses: tuple[tuple[str, int], ...] = ()
    if kind == EventKind.SALE and not course:
        found = database.execute(
            "SELECT course, weight FROM bundles WHERE sale = ? ORDER BY line", (name,)
        )
        courses = tuple(found)
    return FileEvent(
        line=line,
        event=name,
        kind=EventKind(kind),
        sale=sale,
        occurred_at=datetime.fromisoformat(at),
        course=course,
        gross=Money.from_minor(gross, currency),
        tax=Money.from_minor(tax, currency),
        fee=Money.from_minor(fee, currency),
        courses=courses,
        dispute=dispute,
        dispute_fee=dispute_fee or 0,
        is_followed=bool(is_followed),
    )


def _cell(row: Row, column: str) -> str:
    return row.cells.get(column, "")


def _faults_of(row: Row, database: sqlite3.Connection, faults: Faults) -> int:
    """Keep a row; how many faults its cells have."""
    before = len(faults)
    _keep(row, database, faults)
    found = len(faults) - before
    if found:
        names = {row["event"], row["sale"], _cell(row, "dispute")} - {""}
        database.executemany("INSERT OR IGNORE INTO spoiled VALUES (?)", [(one,) for one in names])
    return found


def _keep(row: Row, database: sqlite3.Connection, faults: Faults) -> None:
    if row["kind"] == BUNDLE_LINE:
        _keep_bundle_line(row, database, faults)
        return
    kind, occurred_at = _kind(row, faults), _moment(row, faults)
    amounts = _amounts(row, kind, faults)
    if not row["event"]:
        faults.add("every event needs a name.", line=row.line, field="event")
    _check_course(row, kind, faults)
    _check_blanks(row, kind, faults)
    values = (row.line, row["event"], kind, row["sale"], occurred_at, row["course"],
              row["currency"], *amounts[:3], _cell(row, "dispute"), amounts[3])  # fmt: skip
    try:
        database.execute(f"INSERT INTO events VALUES ({', '.join('?' * 12)})", values)  # noqa: S608
    except sqlite3.IntegrityError:
        known = database.execute("SELECT line FROM events WHERE name = ?", (row["event"],))
        if row["event"]:
            said = f"“{row['event']}” is on line {known.fetchone()[0]} too."
            faults.add(said, line=row.line, field="event")


def _keep_bundle_line(row: Row, database: sqlite3.Connection, faults: Faults) -> None:
    for field in ("event", "occurred_at", "currency", "gross", "tax", "processor_fee", "dispute",
                  "dispute_fee"):  # fmt: skip
        if _cell(row, field):
            faults.add("is for events; leave it blank.", line=row.line, field=field)
    weight = _cell(row, "weight")
    if not _WEIGHT.fullmatch(weight) or int(weight) > MAX_WEIGHT:
        said = f"“{weight}” is not a whole number from 1 to {MAX_WEIGHT}."
        faults.add(said, line=row.line, field="weight")
        return
    if not row["sale"]:
        faults.add("a line of a bundle names its sale.", line=row.line, field="sale")
    _check_course_run(row, faults)
    values = (row["sale"], row["course"], int(weight), row.line)
    try:
        database.execute("INSERT INTO bundles VALUES (?, ?, ?, ?)", values)
    except sqlite3.IntegrityError:
        said = f"“{row['course']}” is in the bundle “{row['sale']}” already."
        faults.add(said, line=row.line, field="course")


def _kind(row: Row, faults: Faults) -> EventKind | None:
    if row["kind"] not in _KINDS:
        said = f"“{row['kind']}” is not {', '.join(_KINDS)} or {BUNDLE_LINE}."
        faults.add(said, line=row.line, field="kind")
        return None
    kind = EventKind(row["kind"])
    if kind is EventKind.SALE and row["sale"] not in ("", row["event"]):
        said = "is for what comes after a sale; leave it blank."
        faults.add(said, line=row.line, field="sale")
    return kind


def _check_blanks(row: Row, kind: EventKind | None, faults: Faults) -> None:
    """What is of other kinds of rows is not taken for something else."""
    if _cell(row, "weight"):
        faults.add("is for lines of a bundle; leave it blank.", line=row.line, field="weight")
    if kind in DISPUTES:
        for field in ("tax", "processor_fee"):
            if row[field]:
                said = "of a dispute follows from its sale; leave it blank."
                faults.add(said, line=row.line, field=field)
    elif _cell(row, "dispute_fee"):
        faults.add("is for disputes; leave it blank.", line=row.line, field="dispute_fee")
    _check_dispute(row, kind, faults)


def _check_dispute(row: Row, kind: EventKind | None, faults: Faults) -> None:
    is_named = bool(_cell(row, "dispute"))
    if is_named == (kind in _DECIDED):
        return
    said = "what is decided names its dispute, the event that opened it."
    if is_named:
        said = "is for disputes that are decided; leave it blank."
    faults.add(said, line=row.line, field="dispute")


def _check_course(row: Row, kind: EventKind | None, faults: Faults) -> None:
    # Blank is a bundle, and what comes after it; whether there is one is seen when all is read.
    if row["course"] or (kind is EventKind.SALE and "weight" not in row.cells):
        _check_course_run(row, faults)


def _check_course_run(row: Row, faults: Faults) -> None:
    course = row["course"]
    if not course:
        faults.add("every event needs a course.", line=row.line, field="course")
    elif not is_course_run(course):
        faults.add(f"“{course}” is not the key of a course run.", line=row.line, field="course")


def _moment(row: Row, faults: Faults) -> str | None:
    text = row["occurred_at"]
    said = f"“{text}” is not a moment in UTC; write it like 2026-10-31T23:59:59Z."
    try:
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
            if moment.year in YEARS:
                return moment.isoformat(timespec="microseconds")  # sorts as it reads
            said = f"{moment.year} is not a year from {YEARS[0]} to {YEARS[-1]}."
    except ValueError:
        pass  # 2026-02-30 looks right and is not
    faults.add(said, line=row.line, field="occurred_at")
    return None


def _amounts(
    row: Row, kind: EventKind | None, faults: Faults
) -> tuple[int | None, int | None, int | None, int | None]:
    """Gross, tax, processor's fee and a dispute's fee; ``None`` for a blank that may be one."""
    try:
        exponent(row["currency"])
    except MoneyError as error:
        faults.add(str(error), line=row.line, field="currency")
        return None, None, None, None
    is_sale = kind is None or kind is EventKind.SALE
    gross = _amount(row, "gross", faults, may_be_blank=kind in _DECIDED)
    tax = _amount(row, "tax", faults, may_be_blank=not is_sale)
    fee = _amount(row, "processor_fee", faults, may_be_blank=not is_sale)
    kept = _amount(row, "dispute_fee", faults, may_be_blank=True)
    if gross is not None and gross <= 0:
        faults.add("an amount is more than nothing.", line=row.line, field="gross")
    for field, minor in (("tax", tax), ("processor_fee", fee), ("dispute_fee", kept)):
        if minor is not None and minor < 0:
            faults.add("an amount is not negative.", line=row.line, field=field)
    if tax is not None and gross is not None and tax > gross:
        faults.add("is more than the gross amount.", line=row.line, field="tax")
    return gross, tax, fee, kept


def _amount(row: Row, field: str, faults: Faults, *, may_be_blank: bool) -> int | None:
    if may_be_blank and not _cell(row, field):
        return None
    try:
        return Money(row[field], row["currency"]).minor
    except MoneyError as error:
        faults.add(str(error), line=row.line, field=field)
        return None
