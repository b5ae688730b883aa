"""Adds rows with a statement whose text is made once.

Django makes the text of an INSERT anew each time, which takes longer than the INSERT. Where many
people want the same lock, the time that our own process takes is what all of them wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import get_connection

from .sending import Statement

# Rows of one INSERT: at a hundred bytes for each column, far below what a server takes (16 MiB).
_BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table; ``plain`` is the type of values that the driver takes as they are."""

    name: str
    attname: str
    plain: type | None
    convert: Callable[[Any, BaseDatabaseWrapper], Any]

    def value(self, row: models.Model, connection: BaseDatabaseWrapper) -> Any:
        """What the database keeps of a row in this column."""
        value = getattr(row, self.attname)
        if self.plain is not None and (value is None or type(value) is self.plain):
            return value
        return self.convert(value, connection)


def insert(*rows: models.Model) -> None:
    """Insert new rows of one model in one statement; a single row is told its number.

    No signals are sent, and nothing but the fields' own conversion to the database is done: for
    rows that are made by us. Constraints of the database hold as always.
    """
    first, connection = rows[0], get_connection()
    with connection.cursor() as cursor:
        cursor.execute(*_statement_and_values(rows, connection))
        if len(rows) == 1 and first.pk is None:
            first.pk = cursor.lastrowid
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


class Into:
    """Rows for all columns of a model but its number, in the order of these names.

    They are plain tuples: a model object for each of many rows takes longer than the INSERT. Texts
    and whole numbers are given as they are; everything else is converted by its field.
    """

    def __init__(self, model: type[models.Model], *names: str) -> None:
        columns = {column.attname: column for column in _columns(model)}
        if set(columns) != set(names):
            raise TypeError(f"{model.__name__} has other columns: {set(columns) ^ set(names)}")
        self._model = model
        self._names = tuple(columns[name].name for name in names)
        self._converted = [
            (place, columns[name])
            for place, name in enumerate(names)
            if columns[name].plain is None
        ]

    def statements(self, rows: Sequence[Sequence[Any]], *, end: str = "") -> Iterator[Statement]:
        """What inserts the rows: a statement, or for very many some. ``end`` ends its text."""
        connection = get_connection()
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            text = _statement(self._model, self._names, connection.vendor, len(block))
            yield Statement(text + end, self._values(block, connection))

    def numbered(self, rows: Sequence[Sequence[Any]]) -> Iterator[Statement]:
        """The same, with the numbers of the new rows in the ``numbers`` of the answers.

        One statement after the other on MySQL, which tells only that of a single row.
        """
        connection = get_connection()
        if not connection.features.can_return_rows_from_bulk_insert:
            return chain.from_iterable(self.statements([row]) for row in rows)
        number = connection.ops.quote_name(str(self._model._meta.pk.column))
        return self.statements(rows, end=f" RETURNING {number}")

    def adding_up(
        self, rows: Sequence[Sequence[Any]], *, field: str, sums: Sequence[str]
    ) -> Iterator[Statement]:
        """What inserts the rows, or adds to those with the same value of a unique field.

        ``sums`` names the fields that are added to; the others stay as they are. The database adds,
        so that two who add to one row at the same moment both count.
        """
        vendor = get_connection().vendor
        return self.statements(rows, end=_addition(self._model, vendor, field, tuple(sums)))

    def _values(
        self, rows: Sequence[Sequence[Any]], connection: BaseDatabaseWrapper
    ) -> Sequence[Any]:
        values = list(chain.from_iterable(rows))
        for place, column in self._converted:
            own = slice(place, None, len(self._names))
            values[own] = [column.convert(value, connection) for value in values[own]]
        return values


def insert_or_lock(*rows: models.Model, field: str) -> None:
    """Insert rows, or lock those with the same value of a unique field, in one statement.

    ``ON DUPLICATE KEY UPDATE`` takes the exclusive lock at once. INSERT IGNORE, or an INSERT that
    fails, would leave a shared lock, and two who then want the row would wait for each other.
    """
    connection = get_connection()
    statement, values = _statement_and_values(rows, connection)
    column = connection.ops.quote_name(str(rows[0]._meta.get_field(field).column))  # type: ignore[union-attr]
    clash = f" ON CONFLICT ({column}) DO UPDATE SET {column} = {column}"
    if connection.vendor == "mysql":
        clash = f" ON DUPLICATE KEY UPDATE {column} = {column}"
    with connection.cursor() as cursor:
        cursor.execute(statement + clash, values)


@cache
def _addition(model: type[models.Model], vendor: str, field: str, sums: tuple[str, ...]) -> str:
    quote = get_connection().ops.quote_name
    table = quote(model._meta.db_table)
    columns = [quote(str(model._meta.get_field(name).column)) for name in sums]  # type: ignore[union-attr]
    if vendor == "mysql":
        added = ", ".join(f"{column} = {column} + VALUES({column})" for column in columns)
        return f" ON DUPLICATE KEY UPDATE {added}"
    unique = quote(str(model._meta.get_field(field).column))  # type: ignore[union-attr]
    added = ", ".join(f"{column} = {table}.{column} + excluded.{column}" for column in columns)
    return f" ON CONFLICT ({unique}) DO UPDATE SET {added}"


def _statement_and_values(
    rows: Sequence[models.Model], connection: BaseDatabaseWrapper
) -> tuple[str, list[Any]]:
    model = type(rows[0])
    columns = _columns(model)
    values = [column.value(row, connection) for row in rows for column in columns]
    names = tuple(column.name for column in columns)
    return _statement(model, names, connection.vendor, len(rows)), values


@cache
def _columns(model: type[models.Model]) -> Sequence[_Column]:
    """Every column but a number that the database gives."""
    return [
        _Column(str(field.column), field.attname, _plain(field), _conversion(field))
        for field in model._meta.local_concrete_fields
        if not isinstance(field, models.AutoField)
    ]


def _plain(field: Any) -> type | None:
    """``str`` for texts, ``int`` for whole numbers, also of the row that a foreign key names.

    Fields of a class of its own convert as they see fit: only Django's are known.
    """
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    kind = type(field)
    if not kind.__module__.startswith("django.db.models."):
        return None
    if kind in (models.CharField, models.TextField):
        return str
    return int if issubclass(kind, models.IntegerField) else None


def _conversion(field: Any) -> Callable[[Any, BaseDatabaseWrapper], Any]:
    """As the field does it, without its looks at what else a UUID or a moment might be."""
    convert: Callable[[Any, BaseDatabaseWrapper], Any] = field.get_db_prep_save

    def of_uuid(value: Any, connection: BaseDatabaseWrapper) -> Any:
        if type(value) is not UUID or connection.features.has_native_uuid_field:
            return convert(value, connection)
        return value.hex

    def of_moment(value: Any, connection: BaseDatabaseWrapper) -> Any:
        if type(value) is not datetime or value.tzinfo is None:
            return convert(value, connection)
        return connection.ops.adapt_datetimefield_value(value)

    quick = {models.UUIDField: of_uuid, models.DateTimeField: of_moment}
    return quick.get(type(field), convert)


def _statement(model: type[models.Model], names: tuple[str, ...], vendor: str, count: int) -> str:
    begin, places = _begin_and_places(model, names, vendor)
    return begin + ", ".join([places] * count)


@cache
def _begin_and_places(
    model: type[models.Model], names: tuple[str, ...], _vendor: str
) -> tuple[str, str]:
    quote = get_connection().ops.quote_name
    columns = ", ".join(quote(name) for name in names)
    places = ", ".join(["%s"] * len(names))
    # All names come from Django's own models.
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ", f"({places})"  # noqa: S608
