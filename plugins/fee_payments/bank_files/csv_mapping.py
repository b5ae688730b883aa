"""How the CSV of one bank is read: a value that is saved as JSON and used again.

A bank's CSV has no standard, so nothing is guessed: a person says once which column is what, and
how days and amounts are written. ``docs/references/bank-files.md`` has the table and an example.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Union, get_args, get_origin, get_type_hints

from fairgate.money import UnknownCurrency, exponent

from ..exceptions import InvalidCsvMapping
from .csv_dates import day_pattern
from .texts import ENCODINGS

#: A column by its name in the header, or by its number from 1.
Column = str | int

MAX_JSON = 20_000
_MAX_TEXT = 200
_DECIMAL_MARKS = (".", ",", "٫")
_THOUSANDS_MARKS = ("", ".", ",", "'", "’", " ", "٬")
_SPLIT_AMOUNTS = "credit_amount and debit_amount"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvMapping:
    """Which column is what, and how it is written. Made valid or not at all.

    Exactly one of three ways says the amount: ``amount`` alone, with its sign; ``amount`` and
    ``indicator``, a column with one of ``credit_words`` or ``debit_words``; or ``credit_amount``
    and ``debit_amount``, of which each row fills one. Account and currency are either a column or
    fixed for the whole file.

    ``skip_lines`` stand before the header (or the first row, where there is none).
    ``skip_where_empty`` names a column; rows where its cell is empty are no entries (sums, notes).
    ``balance`` is the account's balance after each row; it is checked from row to row.
    ``days`` are patterns of ``YYYY YY MM DD M D hh mm ss`` and marks, such as ``DD.MM.YYYY``.

    Raises:
        InvalidCsvMapping: it cannot be used; the sentence names the field.
    """

    booked_on: Column
    days: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    quote: str = '"'
    skip_lines: int = 0
    has_header: bool = True
    skip_where_empty: Column | None = None
    decimal_mark: str = "."
    thousands_mark: str = ""
    amount: Column | None = None
    indicator: Column | None = None
    credit_words: tuple[str, ...] = ()
    debit_words: tuple[str, ...] = ()
    credit_amount: Column | None = None
    debit_amount: Column | None = None
    debit_is_negative: bool = False
    balance: Column | None = None
    currency: str = ""
    currency_column: Column | None = None
    account: str = ""
    account_column: Column | None = None
    value_on: Column | None = None
    remittance: tuple[Column, ...] = ()
    structured_reference: Column | None = None
    reference: Column | None = None
    bank_reference: Column | None = None
    payer_name: Column | None = None
    payer_account: Column | None = None

    def __post_init__(self) -> None:
        _check_types(self)
        for check in _CHECKS:
            check(self)

    @classmethod
    def from_json(cls, text: str) -> CsvMapping:
        """The mapping that ``to_json`` has written, or a person.

        Raises:
            InvalidCsvMapping: no JSON object, an unknown or missing field, a wrong value.
        """
        if len(text) > MAX_JSON:
            raise InvalidCsvMapping(f"A mapping has at most {MAX_JSON:,} characters.")
        try:
            raw = json.loads(text, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            raise InvalidCsvMapping("A mapping is written in JSON, and this is none.") from None
        if not isinstance(raw, dict):
            raise InvalidCsvMapping("A mapping is a JSON object: {…}.")
        known = {one.name for one in fields(cls)}
        for name in raw:
            if name not in known:
                raise InvalidCsvMapping("is no field of a mapping.", field=name[:_MAX_TEXT])
        for name in ("booked_on", "days"):
            if name not in raw:
                raise InvalidCsvMapping("is needed.", field=name)
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()
        }
        return cls(**given)

    def to_json(self) -> str:
        """What differs from the defaults, in the order of the fields."""
        said = {
            one.name: getattr(self, one.name)
            for one in fields(self)
            if getattr(self, one.name) != one.default
        }
        return json.dumps(said, ensure_ascii=False, indent=2)

    def columns(self) -> tuple[tuple[str, Column], ...]:
        """Every column that is used, with the name of the field that uses it."""
        single = (
            (name, getattr(self, name))
            for name in _COLUMN_FIELDS
            if getattr(self, name) is not None
        )
        return (*single, *(("remittance", column) for column in self.remittance))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A key is there twice.")
    return found


_TYPES = get_type_hints(CsvMapping)
_COLUMN_FIELDS = tuple(
    name for name, kind in _TYPES.items() if int in get_args(kind) and name != "skip_lines"
)


def _check_types(mapping: CsvMapping) -> None:
    for name, kind in _TYPES.items():
        value = getattr(mapping, name)
        if not _is_of(value, kind):
            raise InvalidCsvMapping(f"is {_said(kind)}.", field=name)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and len(text) > _MAX_TEXT:
                raise InvalidCsvMapping(f"has at most {_MAX_TEXT} characters.", field=name)


def _is_of(value: object, kind: Any) -> bool:
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return isinstance(value, tuple) and all(_is_of(one, inner) for one in value)
    if get_origin(kind) in (Union, types.UnionType):
        return any(_is_of(value, one) for one in get_args(kind))
    return type(value) is kind


def _said(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "a list"
    names = {bool: "true or false", int: "a whole number", str: "text"}
    return names.get(kind, "the name of a column, or its number from 1")


def _check_layout(mapping: CsvMapping) -> None:
    for name in ("delimiter", "quote"):
        sign = getattr(mapping, name)
        if len(sign) > 1 or sign in ("\r", "\n", "\0") or sign.isalnum():
            raise InvalidCsvMapping("is one sign, no letter or digit.", field=name)
    if not mapping.delimiter:
        raise InvalidCsvMapping("is one sign, such as , or ;", field="delimiter")
    if mapping.delimiter == mapping.quote:
        raise InvalidCsvMapping("is the delimiter already.", field="quote")
    if mapping.encoding not in ENCODINGS:
        raise InvalidCsvMapping(f"is one of {', '.join(ENCODINGS)}.", field="encoding")
    if not 0 <= mapping.skip_lines <= 100:
        raise InvalidCsvMapping("is from 0 to 100.", field="skip_lines")


def _check_columns(mapping: CsvMapping) -> None:
    for name, column in mapping.columns():
        if isinstance(column, int):
            if not 1 <= column <= 500:
                raise InvalidCsvMapping("is a column from 1 to 500.", field=name)
        elif not mapping.has_header:
            said = "is a number: without a header a column has no name."
            raise InvalidCsvMapping(said, field=name)
        elif not column.strip():
            raise InvalidCsvMapping("names no column.", field=name)


def _check_amounts(mapping: CsvMapping) -> None:
    is_single = mapping.amount is not None
    halves = [mapping.credit_amount is not None, mapping.debit_amount is not None]
    if is_single == all(halves) or (is_single and any(halves)):
        said = f"is needed, or {_SPLIT_AMOUNTS}, and not both."
        raise InvalidCsvMapping(said, field="amount")
    if mapping.indicator is not None and not is_single:
        raise InvalidCsvMapping("goes with amount only.", field="indicator")
    if mapping.debit_is_negative and is_single:
        raise InvalidCsvMapping(f"goes with {_SPLIT_AMOUNTS} only.", field="debit_is_negative")


def _check_words(mapping: CsvMapping) -> None:
    credit = {word.strip().casefold() for word in mapping.credit_words}
    debit = {word.strip().casefold() for word in mapping.debit_words}
    has_words = bool(credit), bool(debit)
    if has_words != (mapping.indicator is not None,) * 2:
        said = "and debit_words go with indicator, which needs both."
        raise InvalidCsvMapping(said, field="credit_words")
    if "" in credit | debit:
        raise InvalidCsvMapping("has an empty word.", field="credit_words or debit_words")
    if credit & debit:
        said = f"has “{min(credit & debit)}”, which is in credit_words too."
        raise InvalidCsvMapping(said, field="debit_words")


def _check_marks(mapping: CsvMapping) -> None:
    if mapping.decimal_mark not in _DECIMAL_MARKS:
        said = f"is one of {' '.join(_DECIMAL_MARKS)}"
        raise InvalidCsvMapping(said, field="decimal_mark")
    if mapping.thousands_mark not in _THOUSANDS_MARKS:
        said = f"is nothing, a blank, or one of {' '.join(_THOUSANDS_MARKS).strip()}"
        raise InvalidCsvMapping(said, field="thousands_mark")
    if mapping.thousands_mark == mapping.decimal_mark:
        raise InvalidCsvMapping("is the decimal mark already.", field="thousands_mark")


def _check_days(mapping: CsvMapping) -> None:
    if not 1 <= len(mapping.days) <= 5:
        raise InvalidCsvMapping("are one to five patterns.", field="days")
    for pattern in mapping.days:
        day_pattern(pattern)


def _check_fixed(mapping: CsvMapping) -> None:
    for name in ("currency", "account"):
        fixed, column = getattr(mapping, name), getattr(mapping, f"{name}_column")
        if bool(fixed.strip()) == (column is not None):
            raise InvalidCsvMapping(f"is needed, or {name}_column, and not both.", field=name)
    if mapping.currency:
        try:
            exponent(mapping.currency)
        except UnknownCurrency as error:
            raise InvalidCsvMapping(str(error), field="currency") from None


_CHECKS: tuple[Callable[[CsvMapping], None], ...] = (
    _check_layout,
    _check_columns,
    _check_amounts,
    _check_words,
    _check_marks,
    _check_days,
    _check_fixed,
)
