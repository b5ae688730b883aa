"""Reads ``DATABASE_URL``: SQLite in the demo's own folder, or MySQL and MariaDB by a URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Of the protocol of MySQL. Django asks for the first, unless OPTIONS name flags.
_FOUND_ROWS, _MULTI_STATEMENTS = 1 << 1, 1 << 16


def database_from(url: str, *, folder: Path) -> dict[str, Any]:
    """The ``DATABASES["default"]`` entry for a URL.

    Empty means SQLite in ``folder``. Else ``mysql://user:password@host:3306/name`` or, through a
    local socket, ``mysql://user@/name?unix_socket=/run/mysqld/mysqld.sock``.

    Raises:
        ImproperlyConfigured: another scheme, no database name, or no driver for it.
    """
    if not url:
        return {
            "ENGINE": "demo_site.sqlite",
            "NAME": str(folder / "demo.sqlite3"),
            "ATOMIC_REQUESTS": True,
            "OPTIONS": {"timeout": 20},
        }
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in {"mysql", "mariadb"} or not name:
        raise ImproperlyConfigured(
            "DATABASE_URL is not usable; write it like mysql://user:password@host:3306/name."
        )
    is_pymysql = _allow_pymysql()
    options: dict[str, Any] = {"charset": "utf8mb4"}
    if is_pymysql:
        # As mysqlclient does by itself: several statements in one text (fairgate_tables.sending).
        options["client_flag"] = _FOUND_ROWS | _MULTI_STATEMENTS
    socket = parse_qs(parts.query).get("unix_socket")
    if socket:
        options["unix_socket"] = socket[0]
        if is_pymysql:
            # It would read the certificates of the machine for each connection, which takes longer
            # than the connection, to encrypt what never leaves this machine.
            options["ssl_disabled"] = True
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "ATOMIC_REQUESTS": True,
        "OPTIONS": options,
        # The collation Open edX tells operators to use: compares codes without surprises.
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_unicode_ci"},
    }


def _allow_pymysql() -> bool:
    """Use PyMySQL where mysqlclient, which needs a compiler, is not installed; whether it is."""
    try:
        import MySQLdb  # the driver Django asks for
    except ImportError:
        pymysql = _pymysql()
        pymysql.version_info = (2, 2, 4, "final", 0)  # the interface version Django looks at
        pymysql.install_as_MySQLdb()
        return True
    return bool(MySQLdb.__name__ == "pymysql")


def _pymysql() -> Any:
    try:
        import pymysql
    except ImportError:
        raise ImproperlyConfigured(
            "DATABASE_URL names MySQL or MariaDB, and Python has no driver for it here. "
            "PyMySQL comes with: make install"
        ) from None
    return pymysql
