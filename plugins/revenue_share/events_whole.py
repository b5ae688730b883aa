"""Completes the rows of an EVENTS.csv from each other, and finds what does not fit together.

A refund's parts follow from its sale, a decision's amounts from its dispute, a bundle's courses
from its lines. The rows are in a database on the disk (``events_file``); amounts are minor units.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, NamedTuple

from fairgate.documents import Faults
from fairgate.money import Money

from .data import DISPUTES, Amounts, EventKind
from .rules.refunds import refund_parts
from .shelves import Shelf


class _Row(NamedTuple):
    """A row as it was read."""

    line: int
    name: str
    kind: str
    sale: str
    at: str
    course: str
    currency: str
    gross: int | None
    tax: int | None
    fee: int | None
    dispute: str
    dispute_fee: int | None


@dataclass(slots=True, frozen=True)
class _Whole:
    """The rows; what is left of each sale and how each dispute stands while they are read."""

    database: sqlite3.Connection
    left: Shelf
    disputes: Shelf
    faults: Faults

    def find(self, name: str, kind: EventKind) -> _Row | None:
        """The row of a name, if it is of this kind."""
        found = self.database.execute(
            "SELECT * FROM events WHERE name = ? AND kind = ?", (name, kind.value)
        )
        row = found.fetchone()
        return _Row(*row) if row else None

    def set(self, row: _Row, **values: Any) -> None:
        """Write what a row did not say itself."""
        columns = ", ".join(f"{name} = ?" for name in values)
        self.database.execute(
            f"UPDATE events SET {columns} WHERE line = ?",  # noqa: S608 -- names of ours
            (*values.values(), row.line),
        )

    def fault(self, row: _Row, field: str, said: str) -> None:
        """Note what is wrong with a row."""
        self.faults.add(said, line=row.line, field=field)


def complete(database: sqlite3.Connection, faults: Faults) -> None:
    """Complete every row that is about another one; afterwards ``followed`` has these sales.

    ``spoiled`` names what a faulty row is, or is about: of that nobody knows what would fit.
    """
    database.execute(
        "INSERT OR IGNORE INTO spoiled SELECT name FROM events WHERE kind = ?"
        " AND sale IN (SELECT name FROM spoiled)",
        (EventKind.DISPUTE_OPENED.value,),
    )
    whole = _Whole(database, Shelf(database, "lefts"), Shelf(database, "disputes"), faults)
    _check_bundles(whole)
    # Few rows are about others; they are read at once so that nothing is read while it changes.
    database.execute(
        "CREATE TABLE later AS SELECT line FROM events WHERE kind != ?"
        " AND NOT EXISTS (SELECT 1 FROM spoiled"
        " WHERE spoiled.name IN (events.name, events.sale, events.dispute))"
        " ORDER BY at, line",
        (EventKind.SALE.value,),
    )
    for (line,) in database.execute("SELECT line FROM later ORDER BY rowid"):
        row = _Row(*database.execute("SELECT * FROM events WHERE line = ?", (line,)).fetchone())
        _complete(row, whole)
    database.execute(
        "CREATE TABLE followed AS SELECT DISTINCT sale FROM events WHERE kind != ?",
        (EventKind.SALE.value,),
    )
    database.execute("CREATE UNIQUE INDEX followed_sale ON followed (sale)")


def _check_bundles(whole: _Whole) -> None:
    lonely = whole.database.execute(
        "SELECT line FROM events WHERE kind = ? AND course = ''"
        " AND NOT EXISTS (SELECT 1 FROM bundles WHERE bundles.sale = events.name)"
        " AND name NOT IN (SELECT name FROM spoiled)",
        (EventKind.SALE.value,),
    )
    for (line,) in lonely:
        said = "a sale needs a course, or lines of a bundle (bundle_line) that name it."
        whole.faults.add(said, line=line, field="course")
    stray = whole.database.execute(
        "SELECT bundles.line, bundles.sale, events.course FROM bundles"
        " LEFT JOIN events ON events.name = bundles.sale AND events.kind = ?"
        " WHERE (events.name IS NULL OR events.course != '')"
        " AND bundles.sale NOT IN (SELECT name FROM spoiled)",
        (EventKind.SALE.value,),
    )
    for line, sale, course in stray:
        said = f"the sale “{sale}” is of {course}." if course else f"there is no sale “{sale}”."
        whole.faults.add(said, line=line, field="sale")


def _complete(row: _Row, whole: _Whole) -> None:
    if row.kind == EventKind.REFUND:
        _complete_refund(row, whole)
    elif row.kind == EventKind.DISPUTE_OPENED:
        _complete_opened(row, whole)
    else:
        _complete_decided(row, whole)


def _sale_of(row: _Row, name: str, whole: _Whole) -> _Row | None:
    """The sale that comes before a row and fits it."""
    what = "dispute" if row.kind in DISPUTES else "refund"
    sale = whole.find(name, EventKind.SALE)
    if sale is None or (sale.at, sale.line) > (row.at, row.line):
        whole.fault(row, "sale", f"no sale “{name}” comes before this {what}.")
    elif row.currency != sale.currency:
        whole.fault(row, "currency", f"the sale is in {sale.currency}.")
    elif row.course != sale.course:
        of = sale.course or "a bundle; leave it blank"
        whole.fault(row, "course", f"the sale is of {of}.")
    else:
        return sale
    return None


def _complete_refund(row: _Row, whole: _Whole) -> None:
    sale = _sale_of(row, row.sale, whole)
    if sale is None:
        return
    left = _left_of(sale, whole)
    gross = _minor(row.gross)
    if gross > left.gross:
        rest = Money.from_minor(left.gross, sale.currency)
        whole.fault(row, "gross", f"only {rest} of the sale is left.")
        return
    parts = Amounts(*refund_parts(gross, net=left.net, tax=left.tax, fee=left.fee))
    for field, told, part in (
        ("tax", row.tax, parts.tax),
        ("processor_fee", row.fee, parts.fee),
    ):
        if told is not None and told != part:
            derived = Money.from_minor(part, sale.currency).amount
            said = f"of a refund follows from its sale: leave it blank, or write {derived:f}."
            whole.fault(row, field, said)
    whole.left.put(sale.name, left.less(parts))
    whole.set(row, tax=parts.tax, fee=parts.fee)


def _left_of(sale: _Row, whole: _Whole) -> Amounts:
    """What refunds have left of a sale; what a bank has is no part of this, as when it is told."""
    kept = whole.left.get(sale.name)
    if kept is not None:
        return Amounts(*kept)
    tax, fee = _minor(sale.tax), _minor(sale.fee)
    return Amounts(_minor(sale.gross) - tax - fee, tax, fee)


def _complete_opened(row: _Row, whole: _Whole) -> None:
    sale = _sale_of(row, row.sale, whole)
    if sale is None:
        return
    if _minor(row.gross) > _minor(sale.gross):
        brought = Money.from_minor(_minor(sale.gross), sale.currency)
        whole.fault(row, "gross", f"the sale brought only {brought}.")
    whole.set(row, tax=0, fee=0, dispute=row.name, dispute_fee=row.dispute_fee or 0)
    whole.disputes.put(row.name, [row.kind, row.dispute_fee or 0])


def _complete_decided(row: _Row, whole: _Whole) -> None:
    opened = whole.find(row.dispute, EventKind.DISPUTE_OPENED)
    known = whole.disputes.get(row.dispute)
    if opened is None or known is None:
        said = f"no dispute “{row.dispute}” was opened before this."
        whole.fault(row, "dispute", said)
        return
    if row.sale not in ("", opened.sale):
        whole.fault(row, "sale", f"the dispute is about {opened.sale}.")
    if _sale_of(row, opened.sale, whole) is None:
        return
    state, fee = known
    if state == row.kind:
        whole.fault(row, "kind", f"“{row.dispute}” is decided like this already.")
    if row.gross not in (None, opened.gross):
        amount = Money.from_minor(_minor(opened.gross), opened.currency).amount
        said = f"of a decision is that of its dispute: leave it blank, or write {amount:f}."
        whole.fault(row, "gross", said)
    fee = fee if row.dispute_fee is None else row.dispute_fee
    whole.disputes.put(row.dispute, [row.kind, fee])
    whole.set(row, sale=opened.sale, gross=opened.gross, tax=0, fee=0, dispute_fee=fee)


def _minor(value: int | None) -> int:
    return value or 0
