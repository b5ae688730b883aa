"""Empties the database after a test that committed: only the tables that hold something.

Django's flush empties every table and then makes every content type and permission again, on
MariaDB in half a second or more; most of our tests commit, and write to a handful of tables.
"""

from __future__ import annotations

import functools
from typing import Any

from django.db import connections

# Written by the migrations, the same for every test.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def empty_databases(test_case: Any) -> None:
    """Stands for ``TransactionTestCase._fixture_teardown``."""
    for alias in test_case._databases_names(include_mirrors=False):
        _empty(connections[alias])


def _empty(connection: Any) -> None:
    quote = connection.ops.quote_name
    tables = _tables(connection.introspection)
    # The names come from Django's own models.
    asked = (
        f"SELECT '{table}' FROM (SELECT 1) one WHERE EXISTS (SELECT 1 FROM {quote(table)})"  # noqa: S608
        for table in tables
    )
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {quote(table)}")  # noqa: S608


@functools.cache
def _tables(introspection: Any) -> list[str]:
    """Those of our models; a connection is asked once which of them it has."""
    names = introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(names) - KEPT)
