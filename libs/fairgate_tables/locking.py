"""Locks that Django has no word for."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.transaction import get_connection

# MySQL has had FOR SHARE as well since version 8; MariaDB has not.
_SHARED = {"mysql": " LOCK IN SHARE MODE", "postgresql": " FOR SHARE"}


def lock_shared(rows: models.QuerySet[Any]) -> list[tuple[Any, ...]]:
    """The rows of a query with plain columns, which nobody changes until this transaction ends.

    Many may hold the lock together; who wants to change a row waits for all of them. The values
    are those that are committed now, also in a transaction that began before. SQLite, where one
    transaction writes at a time, needs no such lock.
    """
    connection = get_connection()
    statement, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement + _SHARED.get(connection.vendor, ""), values)
        return list(cursor.fetchall())
