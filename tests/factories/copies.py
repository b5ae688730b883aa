"""Rows of a table as one statement that writes them again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import BinaryField, Field, Model


def filled(models: Iterable[type[Model]]) -> list[type[Model]]:
    """Those whose tables hold something."""
    by_name = {model._meta.db_table: model for model in models}
    # The names are those of our models.
    asked = (
        f"SELECT '{name}' FROM (SELECT 1) one "  # noqa: S608
        f"WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})"
        for name in by_name
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [by_name[name] for (name,) in cursor.fetchall()]


def statement(model: type[Model]) -> str:
    """Writes every row of a table that holds some, as the database itself writes its values."""
    table = connection.ops.quote_name(model._meta.db_table)
    fields = model._meta.concrete_fields
    asked = ", ".join(map(_quoted, fields))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked} FROM {table}")  # noqa: S608  the names are our models'
        values = ", ".join(f"({', '.join(map(_text, row))})" for row in cursor.fetchall())
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    return f"INSERT INTO {table} ({columns}) VALUES {values}"  # noqa: S608


def _quoted(field: Field[Any, Any]) -> str:
    name = connection.ops.quote_name(field.column)
    if isinstance(field, BinaryField) and connection.vendor == "mysql":
        # QUOTE takes bytes for text there.
        return f"IF({name} IS NULL, 'NULL', CONCAT('X''', HEX({name}), ''''))"
    return f"QUOTE({name})"


def _text(quoted: Any) -> str:
    return quoted.decode() if isinstance(quoted, bytes) else str(quoted)
