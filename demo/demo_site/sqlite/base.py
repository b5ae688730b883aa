"""The database backend of the demo when it runs on SQLite."""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Begins with ``BEGIN IMMEDIATE``.

    A transaction that first reads and then writes cannot wait for the lock in SQLite: it fails at
    once with "database is locked" when another one wrote in between. Taking the lock at the start
    makes the second request wait. Django 5.1 has an option for this (``transaction_mode``), 4.2
    has not.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        self.cursor().execute("BEGIN IMMEDIATE")
