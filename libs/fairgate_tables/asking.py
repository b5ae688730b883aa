"""Reads rows, or changes them, with a statement whose text is made once.

As ``inserting``: Django makes the text of each query anew, which takes longer than a row by its key
takes the database. For the few statements that many people wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import models
from django.db.transaction import get_connection

from .sending import Statement

# MySQL has had FOR SHARE as well since version 8; MariaDB has not.
SHARED = {"mysql": " LOCK IN SHARE MODE", "postgresql": " FOR SHARE"}
_ALONE = {"mysql": " FOR UPDATE", "postgresql": " FOR UPDATE"}


def ask(model: type[models.Model], *columns: str, **where: Any) -> list[tuple[Any, ...]]:
    """These columns, of types that the driver gives as they are, of the rows with these values."""
    return _ask(model, columns, "", {}, where)


def ask_and_lock(
    model: type[models.Model], *columns: str, order: str, **where: Any
) -> list[tuple[Any, ...]]:
    """The same in an order, and nobody else changes the rows until this transaction ends.

    SQLite, where one transaction writes at a time, needs no such lock.
    """
    return _ask(model, columns, order, _ALONE, where)


def ask_and_share(model: type[models.Model], *columns: str) -> list[tuple[Any, ...]]:
    """These columns of all rows, which nobody changes until this transaction ends.

    Many may hold the lock together; who wants to change a row waits for all of them. The values
    are those that are committed now, also in a transaction that began before.
    """
    return _ask(model, columns, "", SHARED, {})


def setting_each(model: type[models.Model], rows: Sequence[Any], field: str) -> Statement:
    """What sets one whole number of each of these rows, objects with a ``pk``, to what it is."""
    connection = get_connection()
    values = [value for row in rows for value in (row.pk, getattr(row, field))]
    text = _setting(model, connection.vendor, field, len(rows))
    return Statement(text, [*values, *(row.pk for row in rows)])


def _ask(
    model: type[models.Model],
    columns: tuple[str, ...],
    order: str,
    locks: dict[str, str],
    where: dict[str, Any],
) -> list[tuple[Any, ...]]:
    connection = get_connection()
    text = _selecting(model, connection.vendor, columns, tuple(where), order)
    values = [
        model._meta.get_field(name).get_db_prep_value(value, connection)  # type: ignore[union-attr]
        for name, value in where.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(text + locks.get(connection.vendor, ""), values)
        return list(cursor.fetchall())


@cache
def _selecting(
    model: type[models.Model], _vendor: str, columns: tuple[str, ...], where: tuple[str, ...],
    order: str,
) -> str:  # fmt: skip
    table = get_connection().ops.quote_name(model._meta.db_table)
    names = ", ".join(_column(model, name) for name in columns)
    asked = " AND ".join(f"{_column(model, name)} = %s" for name in where)
    # All names come from Django's own models.
    text = f"SELECT {names} FROM {table}"  # noqa: S608
    text += f" WHERE {asked}" if asked else ""
    return text + (f" ORDER BY {_column(model, order)}" if order else "")


@cache
def _setting(model: type[models.Model], _vendor: str, field: str, count: int) -> str:
    table, key = get_connection().ops.quote_name(model._meta.db_table), _column(model, "pk")
    column, cases = _column(model, field), " WHEN %s THEN %s" * count
    places = ", ".join(["%s"] * count)
    return f"UPDATE {table} SET {column} = CASE {key}{cases} END WHERE {key} IN ({places})"  # noqa: S608


def _column(model: type[models.Model], name: str) -> str:
    field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    return str(get_connection().ops.quote_name(field.column))
