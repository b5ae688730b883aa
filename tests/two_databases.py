"""Runs a test on SQLite and again on MariaDB, in one run with one closing line.

A test that uses the database is collected twice, as ``[sqlite]`` and ``[mariadb]``; one marked
``mariadb`` only as ``[mariadb]``, one marked ``browser`` only as ``[sqlite]``. Where no server
answers, every ``[mariadb]`` is reported as skipped, with the reason.

The server is the one of ``DATABASE_URL`` (mysql://user:password@host:port/name), else the one
behind the usual local socket, entered as the user who runs the tests, without a password. The tests
make a database of their own there and drop it at the end; they need the right to do so.

The driver is PyMySQL: it is pure Python. mysqlclient, which Open edX runs on, has no wheels for
Linux and macOS and would ask a newcomer for a compiler and the client library.
"""

from __future__ import annotations

import functools
import getpass
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from demo_site.databases import database_from

SOCKETS = (
    "/run/mysqld/mysqld.sock",  # Debian, Ubuntu
    "/var/run/mysqld/mysqld.sock",
    "/tmp/mysql.sock",  # noqa: S108  where Homebrew's servers put it
    "/var/lib/mysql/mysql.sock",  # Fedora
)


def server_url() -> str:
    """Where MariaDB or MySQL is expected; empty if there is nothing to try."""
    if url := os.environ.get("DATABASE_URL", ""):
        return url
    socket = next((name for name in SOCKETS if Path(name).is_socket()), "")
    return f"mysql://{getpass.getuser()}@/fairgate?unix_socket={socket}" if socket else ""


def server_host() -> str:
    """The host of ``DATABASE_URL``, or empty."""
    return urlsplit(os.environ.get("DATABASE_URL", "")).hostname or ""


@functools.cache
def missing() -> str:
    """Why the tests cannot run on MariaDB, as a sentence; empty if they can."""
    if not server_url():
        return "needs MariaDB or MySQL: none at the local socket, and DATABASE_URL is not set."
    try:
        ask(f"CREATE DATABASE {_test_name()}")
        ask(f"DROP DATABASE {_test_name()}")
    except (DatabaseError, ImproperlyConfigured) as error:
        return f"needs MariaDB or MySQL, which did not let us in: {error}"
    return ""


def version() -> str:
    """What the server calls itself."""
    return f"MariaDB or MySQL {ask('SELECT VERSION()')}"


def mariadb_settings() -> dict[str, Any]:
    """The database settings of the server, complete as Django completes them."""
    wanted = database_from(server_url(), folder=Path())
    # The process id keeps two runs at the same time apart.
    wanted["TEST"] = {**wanted.get("TEST", {}), "NAME": _test_name()}
    return dict(ConnectionHandler({"default": wanted}).settings["default"])


@contextmanager
def test_database(*, migrates: bool = False) -> Iterator[dict[str, Any]]:  # noqa: PT028 - no test
    """A database on the server, dropped at the end; gives its settings.

    Its tables are made from the models as they are, which takes seconds where the migrations, one
    ``ALTER TABLE`` after the other, take most of a minute. That both make the same tables is a test
    of its own (``packaging/test_migrated_tables.py``), which ``migrates``.
    """
    settings = mariadb_settings()
    settings["TEST"]["MIGRATE"] = migrates
    if migrates:
        settings["TEST"]["NAME"] += "_migrated"
    with default_database(settings) as connection:
        before = settings["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield settings
    finally:
        with default_database(settings) as connection:
            connection.creation.destroy_test_db(before, verbosity=0)


@contextmanager
def default_database(settings: dict[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """Let ``settings`` be Django's default database, in this thread and those started meanwhile."""
    kept, kept_settings = connections["default"], connections.settings["default"]
    connections.settings["default"] = settings
    connections["default"] = connections.create_connection("default")
    ContentType.objects.clear_cache()  # each database has numbers of its own
    try:
        yield connections["default"]
    finally:
        connections["default"].close()
        connections.settings["default"], connections["default"] = kept_settings, kept
        ContentType.objects.clear_cache()


def _test_name() -> str:
    return f"test_fairgate_{os.getpid()}"


def ask(statement: str) -> str:
    """The first cell of an answer, on a connection that belongs to nobody else."""
    wrapper = ConnectionHandler({"default": mariadb_settings()})["default"]
    params = wrapper.get_connection_params()
    params.pop("database", None)  # it need not exist
    with wrapper.wrap_database_errors, closing(wrapper.get_new_connection(params)) as connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return str((cursor.fetchone() or ("",))[0])
