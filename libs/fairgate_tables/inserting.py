"""Adds rows with a statement whose text is made once.

Django makes the text of an INSERT anew each time, which takes longer than the INSERT. Where many
people want the same lock, the time that our own process takes is what all of them wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models


def insert(*rows: models.Model) -> None:
    """Insert new rows of one model in one statement; a single row is told its number.

    No signals are sent, and nothing but the fields' own conversion to the database is done: for
    rows that are made by us. Constraints of the database hold as always.
    """
    first = rows[0]
    fields = _fields(type(first))
    values = [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for row in rows
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_statement(type(first), connection.vendor, len(rows)), values)
        if len(rows) == 1 and first.pk is None:
            first.pk = cursor.lastrowid
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias


def insert_or_lock(*rows: models.Model, field: str) -> None:
    """Insert rows, or lock those with the same value of a unique field, in one statement.

    ``ON DUPLICATE KEY UPDATE`` takes the exclusive lock at once. INSERT IGNORE, or an INSERT that
    fails, would leave a shared lock, and two who then want the row would wait for each other.
    """
    model = type(rows[0])
    values = [
        one.get_db_prep_save(getattr(row, one.attname), connection)
        for row in rows
        for one in _fields(model)
    ]
    column = connection.ops.quote_name(str(model._meta.get_field(field).column))  # type: ignore[union-attr]
    clash = f" ON CONFLICT ({column}) DO UPDATE SET {column} = {column}"
    if connection.vendor == "mysql":
        clash = f" ON DUPLICATE KEY UPDATE {column} = {column}"
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, connection.vendor, len(rows)) + clash, values)


@cache
def _fields(model: type[models.Model]) -> Sequence[Any]:
    """Every column but a number that the database gives."""
    return [
        field for field in model._meta.local_concrete_fields
        if not isinstance(field, models.AutoField)
    ]  # fmt: skip


@cache
def _statement(model: type[models.Model], vendor: str, count: int) -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in _fields(model))
    places = ", ".join(["%s"] * len(_fields(model)))
    rows = ", ".join([f"({places})"] * count)
    # All names come from Django's own models.
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES {rows}"  # noqa: S608
