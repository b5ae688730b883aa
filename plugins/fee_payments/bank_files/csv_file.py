"""Reads the CSV of a bank by a mapping, all of it or nothing.

A cell is text and nothing else: ``=1+1`` in a name is a name. Rows have as many cells as the
header (or the first row); one empty cell more, from a delimiter at the end, is read over. A row
that is short, a quote without an end, and a wrong balance are refused: the file is cut off or
damaged. Sums and notes are read over by ``skip_where_empty``; they may be short, if the file ends
with a line end (a row that was cut off does not). Entries of several accounts or currencies in one
file are statements of their own.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fairgate.money import Money, MoneyError, exponent

from ..exceptions import BankFileError
from . import limits
from .balances import running_balance
from .csv_amounts import plain_digits, read_amount
from .csv_dates import read_day
from .csv_mapping import Column, CsvMapping
from .entry_keys import with_keys
from .texts import decode
from .values import BankEntry, BankStatement, FileKind, plain_account


@dataclass(frozen=True, slots=True)
class _Row:
    """One row, whose cells are asked for by the mapping's columns."""

    line: int
    cells: list[str]
    places: dict[Column, int]

    @property
    def place(self) -> str:
        return f"line {self.line}"

    def cell(self, column: Column | None) -> str:
        return "" if column is None else self.cells[self.places[column]].strip()

    def text(self, column: Column | None) -> str:
        if column is None:
            return ""
        return limits.text_of(self.cell(column), place=self.place, field=str(column))


@dataclass(slots=True)
class _Source:
    """The lines of a text after those that are skipped; none without an end, no row either."""

    text: str
    skip: int
    number: int = 0
    lines_of_row: int = 0

    def __iter__(self) -> Iterator[str]:
        for line in io.StringIO(self.text, newline=""):
            self.number += 1
            if self.number > self.skip:
                self.lines_of_row += 1
                limits.check_line(len(line), self.lines_of_row, place=f"line {self.number}")
                yield line


@dataclass(slots=True)
class _Account:
    """The rows of one account and currency, in the order of the file."""

    entries: list[tuple[BankEntry, str]] = field(default_factory=list)
    balances: list[Money] = field(default_factory=list)


def read_csv(content: bytes, mapping: CsvMapping) -> tuple[BankStatement, ...]:
    """The statements of a CSV file: one for each account and currency in it.

    Raises:
        BankFileError: the file does not fit the mapping, or is not whole.
    """
    accounts: dict[tuple[str, str], _Account] = {}
    rows = _rows(decode(content, mapping.encoding), mapping)
    for count, row in enumerate(rows, start=1):
        limits.check_count(count)
        account, currency = _whose(row, mapping)
        kept = accounts.setdefault((account, currency), _Account())
        kept.entries.append(_entry(row, mapping, currency))
        if mapping.balance is not None:
            kept.balances.append(_amount(row, mapping.balance, mapping, currency))
    if not accounts:
        raise BankFileError("The file has no entry in it.")
    return tuple(
        _statement(account, currency, kept) for (account, currency), kept in accounts.items()
    )


def _rows(text: str, mapping: CsvMapping) -> Iterator[_Row]:
    lines = _lines(text, mapping)
    number, first = next(lines, (0, []))
    if not first:
        return
    places = _places(first, mapping, number)
    is_whole = text.endswith(("\n", "\r"))
    if not mapping.has_header:
        lines = itertools.chain([(number, first)], lines)
    for number, cells in lines:
        row = _fitting(_Row(number, cells, places), len(first), mapping, is_whole=is_whole)
        if row:
            yield row


def _lines(text: str, mapping: CsvMapping) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with the number of their last line."""
    source = _Source(text, mapping.skip_lines)
    reader: Any = csv.reader(
        iter(source),
        delimiter=mapping.delimiter,
        quotechar=mapping.quote or None,
        quoting=csv.QUOTE_MINIMAL if mapping.quote else csv.QUOTE_NONE,
        strict=True,
    )
    try:
        for cells in reader:
            source.lines_of_row = 0
            if any(cell.strip() for cell in cells):
                yield source.number, cells
    except csv.Error:
        said = "The quotes do not fit together, or a cell is huge; the file is cut off or damaged."
        raise BankFileError(said, place=f"line {source.number}") from None


def _places(cells: list[str], mapping: CsvMapping, line: int) -> dict[Column, int]:
    names = [cell.strip() for cell in cells] if mapping.has_header else []
    places: dict[Column, int] = {}
    for name, column in mapping.columns():
        why = ""
        if isinstance(column, int):
            places[column] = column - 1
            if column > len(cells):
                why = f"column {column} is not there; there are {len(cells)}."
        elif names.count(column.strip()) == 1:
            places[column] = names.index(column.strip())
        elif column.strip() in names:
            why = f"the header has “{column}” more than once; use the number of the column."
        else:
            why = f"the header has no “{column}”."
        if why:
            raise BankFileError(why, place=f"line {line}", field=name)
    return places


def _fitting(row: _Row, width: int, mapping: CsvMapping, *, is_whole: bool) -> _Row | None:
    """The row if it has the right number of cells, ``None`` if it is one to read over."""
    cells = row.cells
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    padded = _Row(row.line, cells + [""] * (width - len(cells)), row.places)
    column = mapping.skip_where_empty
    is_note = column is not None and not padded.cell(column)
    if len(cells) == width or (is_note and is_whole and len(cells) < width):
        return None if is_note else padded
    said = f"has {len(cells)} cells instead of {width}; the file is cut off or damaged."
    raise BankFileError(said, place=row.place)


def _whose(row: _Row, mapping: CsvMapping) -> tuple[str, str]:
    account = plain_account(row.text(mapping.account_column) or mapping.account)
    currency = row.cell(mapping.currency_column) or mapping.currency
    if not account:
        said = "names no account."
        raise BankFileError(said, place=row.place, field="account_column")
    try:
        exponent(currency)
    except MoneyError as error:
        raise BankFileError(str(error), place=row.place, field="currency_column") from None
    return account, currency


def _entry(row: _Row, mapping: CsvMapping, currency: str) -> tuple[BankEntry, str]:
    booked_on = _day(row, mapping.booked_on, mapping)
    signed = _signed(row, mapping, currency)
    lasting = row.text(mapping.bank_reference)
    texts = (row.text(column) for column in mapping.remittance)
    entry = BankEntry(
        booked_on=booked_on,
        value_on=_day(row, mapping.value_on, mapping) if row.cell(mapping.value_on) else None,
        amount=-signed if signed.minor < 0 else signed,
        is_credit=signed.minor >= 0,
        reference=row.text(mapping.reference),
        bank_reference=lasting,
        remittance=" ".join(text for text in texts if text),
        structured_reference=row.text(mapping.structured_reference),
        payer_name=row.text(mapping.payer_name),
        payer_account=plain_account(row.text(mapping.payer_account)),
        position=row.place,
    )
    return entry, lasting


def _day(row: _Row, column: Column | None, mapping: CsvMapping) -> date:
    text = row.cell(column)
    day = read_day(plain_digits(text), mapping.days)
    if day is None:
        said = f"“{text[:40]}” is not one day, written like {' or '.join(mapping.days)}."
        raise BankFileError(said, place=row.place, field=str(column))
    return day


def _signed(row: _Row, mapping: CsvMapping, currency: str) -> Money:
    if mapping.credit_amount is not None:
        return _of_two_columns(row, mapping, currency)
    amount = _amount(row, mapping.amount, mapping, currency)
    if mapping.indicator is None:
        return amount
    if amount.minor < 0:
        said = f"{amount} has a sign, and {mapping.indicator} says the direction."
        raise BankFileError(said, place=row.place, field=str(mapping.amount))
    word = row.cell(mapping.indicator)
    if word.casefold() in _words(mapping.credit_words):
        return amount
    if word.casefold() in _words(mapping.debit_words):
        return -amount
    said = f"“{word[:40]}” is neither in credit_words nor in debit_words."
    raise BankFileError(said, place=row.place, field=str(mapping.indicator))


def _words(words: tuple[str, ...]) -> set[str]:
    return {word.strip().casefold() for word in words}


def _of_two_columns(row: _Row, mapping: CsvMapping, currency: str) -> Money:
    zero = Money.zero(currency)
    credit, debit = (
        _amount(row, column, mapping, currency) if row.cell(column) else zero
        for column in (mapping.credit_amount, mapping.debit_amount)
    )
    if mapping.debit_is_negative:
        debit = -debit
    place, names = row.place, f"{mapping.credit_amount}, {mapping.debit_amount}"
    if not row.cell(mapping.credit_amount) and not row.cell(mapping.debit_amount):
        raise BankFileError("both are empty.", place=place, field=names)
    if credit and debit:
        raise BankFileError("both are filled.", place=place, field=names)
    if credit < zero or debit < zero:
        raise BankFileError(
            "has a sign that the mapping does not expect.", place=place, field=names
        )
    return credit - debit


def _amount(row: _Row, column: Column | None, mapping: CsvMapping, currency: str) -> Money:
    try:
        return read_amount(
            row.cell(column),
            currency,
            decimal_mark=mapping.decimal_mark,
            thousands_mark=mapping.thousands_mark,
        )
    except MoneyError as error:
        raise BankFileError(str(error), place=row.place, field=str(column)) from None


def _statement(account: str, currency: str, kept: _Account) -> BankStatement:
    entries = with_keys(account, kept.entries)
    days = [entry.booked_on for entry in entries if entry.booked_on]
    opening, closing = running_balance(entries, kept.balances)
    return BankStatement(
        kind=FileKind.CSV,
        account=account,
        currency=currency,
        statement_id="",
        from_on=min(days),
        to_on=max(days),
        opening_balance=opening,
        closing_balance=closing,
        entries=entries,
    )
