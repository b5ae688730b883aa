"""Adds rows with a statement whose text is made once.

Django makes the text of an INSERT anew each time, which takes longer than the INSERT. Where many
people want the same lock, the time that our own process takes is what all of them wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.transaction import get_connection


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a table; ``plain`` is the type of values that the driver takes as they are."""

    name: str
    attname: str
    plain: type | None
    field: Any

    def value(self, row: models.Model, connection: BaseDatabaseWrapper) -> Any:
        """What the database keeps of a row in this column."""
        value = getattr(row, self.attname)
        if self.plain is not None and (value is None or type(value) is self.plain):
            return value
        return self.field.get_db_prep_save(value, connection)


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


def insert_numbered(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, each of which is told its number.

    In one statement where the server tells the numbers (MariaDB 10.5, SQLite 3.35); on MySQL, which
    does not, one after the other.
    """
    connection = get_connection()
    if len(rows) == 1 or not connection.features.can_return_rows_from_bulk_insert:
        for row in rows:
            insert(row)
        return
    statement, values = _statement_and_values(rows, connection)
    number = connection.ops.quote_name(str(rows[0]._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} RETURNING {number}", values)
        for row, (told,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = told
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


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


def add_up(*rows: models.Model, field: str, sums: Sequence[str]) -> None:
    """Insert rows, or add to those with the same value of a unique field, in one statement.

    ``sums`` names the fields that are added to; the others stay as they are. The database adds, so
    that two who add to one row at the same moment both count.
    """
    connection = get_connection()
    statement, values = _statement_and_values(rows, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            statement + _addition(type(rows[0]), connection.vendor, field, tuple(sums)), values
        )


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
    return _statement(model, connection.vendor, len(rows)), values


@cache
def _columns(model: type[models.Model]) -> Sequence[_Column]:
    """Every column but a number that the database gives."""
    return [
        _Column(str(field.column), field.attname, _plain(field), field)
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


def _statement(model: type[models.Model], vendor: str, count: int) -> str:
    begin, places = _begin_and_places(model, vendor)
    return begin + ", ".join([places] * count)


@cache
def _begin_and_places(model: type[models.Model], _vendor: str) -> tuple[str, str]:
    quote = get_connection().ops.quote_name
    columns = ", ".join(quote(column.name) for column in _columns(model))
    places = ", ".join(["%s"] * len(_columns(model)))
    # All names come from Django's own models.
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ", f"({places})"  # noqa: S608
