"""Reads an EVENTS.csv: sales and refunds to replay. All or nothing, every fault named.

``README.md`` of this package describes the columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fairgate.course_runs import is_course_run
from fairgate.documents import Faults, Row, parse_csv
from fairgate.money import Money, MoneyError, exponent

from .data import EventKind
from .rules.refunds import refund_parts

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

#: The years of events. Others are slips of the pen, and the calendar ends at 9999 (months and holds
#: are counted past an event).
YEARS = range(2000, 2101)

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|\+00:00)", re.ASCII
)
_KINDS = (EventKind.SALE.value, EventKind.REFUND.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEvent:
    """One row, complete: for a refund ``tax`` and ``fee`` are the parts of it that are so."""

    line: int
    event: str
    kind: EventKind
    sale: str
    occurred_at: datetime
    course: str
    gross: Money
    tax: Money
    fee: Money

    @property
    def net(self) -> Money:
        """What is shared, or taken back from the shares (positive)."""
        return self.gross - self.tax - self.fee


@dataclass(slots=True)
class _Left:
    """What is left of a sale while its refunds are read."""

    net: int
    tax: int
    fee: int


def read_events(text: str, *, file: str) -> tuple[FileEvent, ...]:
    """The events of a file in the order they happened; rows of one moment as they stand there.

    Raises:
        DocumentErrors: every fault, with file, line and field.
    """
    with Faults(file) as faults:
        rows = parse_csv(text, file=file, columns=COLUMNS)
        read = [_read(row, faults) for row in rows]
        events = sorted((one for one in read if one), key=lambda one: (one.occurred_at, one.line))
        _check_names(rows, faults)
        faults.raise_if_any()
        return _complete(events, {row.line: row for row in rows}, faults)


def _read(row: Row, faults: Faults) -> FileEvent | None:
    kind, occurred_at = _kind(row, faults), _moment(row, faults)
    gross = _amount(row, "gross", faults)
    is_refund = kind is EventKind.REFUND
    tax = _part(row, "tax", faults, may_be_blank=is_refund)
    fee = _part(row, "processor_fee", faults, may_be_blank=is_refund)
    if not row["event"]:
        faults.add("every event needs a name.", line=row.line, field="event")
    _check_course(row, faults)
    if gross is not None and gross.minor <= 0:
        faults.add("an amount is more than nothing.", line=row.line, field="gross")
    if kind is None or occurred_at is None or gross is None or tax is None or fee is None:
        return None
    if tax > gross:
        faults.add("is more than the gross amount.", line=row.line, field="tax")
    return FileEvent(
        line=row.line,
        event=row["event"],
        kind=kind,
        sale=row["sale"],
        occurred_at=occurred_at,
        course=row["course"],
        gross=gross,
        tax=tax,
        fee=fee,
    )


def _kind(row: Row, faults: Faults) -> EventKind | None:
    if row["kind"] not in _KINDS:
        faults.add(f"“{row['kind']}” is not sale or refund.", line=row.line, field="kind")
        return None
    kind = EventKind(row["kind"])
    if kind is EventKind.SALE and row["sale"] not in ("", row["event"]):
        faults.add("is for refunds; leave it blank.", line=row.line, field="sale")
    return kind


def _check_course(row: Row, faults: Faults) -> None:
    course = row["course"]
    if not course:
        faults.add("every event needs a course.", line=row.line, field="course")
    elif not is_course_run(course):
        faults.add(f"“{course}” is not the key of a course run.", line=row.line, field="course")


def _moment(row: Row, faults: Faults) -> datetime | None:
    text = row["occurred_at"]
    said = f"“{text}” is not a moment in UTC; write it like 2026-10-31T23:59:59Z."
    try:
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
            if moment.year in YEARS:
                return moment
            said = f"{moment.year} is not a year from {YEARS[0]} to {YEARS[-1]}."
    except ValueError:
        pass  # 2026-02-30 looks right and is not
    faults.add(said, line=row.line, field="occurred_at")
    return None


def _amount(row: Row, field: str, faults: Faults) -> Money | None:
    try:
        exponent(row["currency"])
    except MoneyError as error:
        if field == "gross":  # once per row
            faults.add(str(error), line=row.line, field="currency")
        return None
    try:
        return Money(row[field], row["currency"])
    except MoneyError as error:
        faults.add(str(error), line=row.line, field=field)
        return None


def _part(row: Row, field: str, faults: Faults, *, may_be_blank: bool) -> Money | None:
    if may_be_blank and not row[field]:
        try:
            return Money.zero(row["currency"])
        except MoneyError:
            return None
    amount = _amount(row, field, faults)
    if amount is not None and amount.minor < 0:
        faults.add("an amount is not negative.", line=row.line, field=field)
    return amount


def _check_names(rows: tuple[Row, ...], faults: Faults) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        name = row["event"]
        if name and name in seen:
            faults.add(f"“{name}” is on line {seen[name]} too.", line=row.line, field="event")
        seen.setdefault(name, row.line)


def _complete(
    events: list[FileEvent], rows: Mapping[int, Row], faults: Faults
) -> tuple[FileEvent, ...]:
    sales: dict[str, FileEvent] = {}
    left: dict[str, _Left] = {}
    complete: list[FileEvent] = []
    for one in events:
        if one.kind is EventKind.SALE:
            sales[one.event] = one
            left[one.event] = _Left(one.net.minor, one.tax.minor, one.fee.minor)
            complete.append(one)
        elif _fits(one, sales, left, faults):
            complete.append(_with_parts(one, rows[one.line], left[one.sale], faults))
    return tuple(complete)


def _fits(
    refund: FileEvent, sales: Mapping[str, FileEvent], left: Mapping[str, _Left], faults: Faults
) -> bool:
    sale = sales.get(refund.sale)
    if sale is None:
        said = f"no sale “{refund.sale}” comes before this refund."
        faults.add(said, line=refund.line, field="sale")
        return False
    rest = left[refund.sale]
    remaining = rest.net + rest.tax + rest.fee
    if refund.gross.currency != sale.gross.currency:
        said = f"the sale is in {sale.gross.currency}."
        faults.add(said, line=refund.line, field="currency")
    elif refund.course != sale.course:
        faults.add(f"the sale is of {sale.course}.", line=refund.line, field="course")
    elif refund.gross.minor > remaining:
        said = f"only {Money.from_minor(remaining, sale.gross.currency)} of the sale is left."
        faults.add(said, line=refund.line, field="gross")
    else:
        return True
    return False


def _with_parts(refund: FileEvent, row: Row, rest: _Left, faults: Faults) -> FileEvent:
    net, tax, fee = refund_parts(refund.gross.minor, net=rest.net, tax=rest.tax, fee=rest.fee)
    rest.net, rest.tax, rest.fee = rest.net - net, rest.tax - tax, rest.fee - fee
    currency = refund.gross.currency
    for field, part in (("tax", tax), ("processor_fee", fee)):
        derived = Money.from_minor(part, currency)
        if row[field] and Money(row[field], currency) != derived:
            said = (
                f"of a refund follows from its sale: leave it blank, or write {derived.amount:f}."
            )
            faults.add(said, line=refund.line, field=field)
    return FileEvent(
        line=refund.line,
        event=refund.event,
        kind=refund.kind,
        sale=refund.sale,
        occurred_at=refund.occurred_at,
        course=refund.course,
        gross=refund.gross,
        tax=Money.from_minor(tax, currency),
        fee=Money.from_minor(fee, currency),
    )
