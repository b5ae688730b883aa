"""ClickHouse, embedded (chdb), as a process of its own that answers by its HTTP interface.

The library is half a gigabyte, so it is no requirement of ours and is loaded in none of our
processes: ``make test`` installs it into ``build/others``, or ``CHDB_PYTHON`` names a Python that
has it. Each test has a database of its own there.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

HERE = Path(__file__).parent
VARIABLE = "CHDB_PYTHON"
MISSING = (
    "needs chdb, the embedded ClickHouse, which make test installs from PyPI; or name a Python "
    f"that has it: {VARIABLE}=DIR/bin/python"
)
USER, KEY = "fairgate", "a key & more = ü?"
TIMEOUT_SECONDS = 60


def python() -> Path:
    """The Python that has it, if there is one."""
    installed = HERE.parent / "build/others/chdb/bin/python"
    return Path(os.environ.get(VARIABLE) or installed)


def is_there() -> bool:
    """Whether it can be asked here."""
    return python().is_file()


class Refused(Exception):
    """What the engine says to a statement that it does not take."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database of the server, empty at first."""

    url: str
    name: str

    @property
    def settings(self) -> dict[str, Any]:
        """What an operator writes into REVENUE_SHARE_CLICKHOUSE; here is no https."""
        return {
            "url": self.url,
            "username": USER,
            "password": KEY,
            "database": self.name,
            "plain_http": True,
        }

    def run(self, statements: str) -> None:
        """Have it do one statement after the other, each ended by a semicolon and a line."""
        for statement in statements.split(";\n"):
            if statement.strip():
                self._ask(statement)

    def rows(self, statement: str) -> list[dict[str, Any]]:
        """What it answers, row by row."""
        answer = self._ask(f"{statement}\nFORMAT JSONEachRow")
        return [json.loads(line) for line in answer.split("\n") if line]

    def select(self, columns: str, table: str, rest: str = "") -> list[dict[str, Any]]:
        """Columns of one of its tables or views."""
        return self.rows(f"SELECT {columns} FROM {self.name}.{table} {rest}")  # noqa: S608

    def _ask(self, statement: str) -> str:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                self.url,
                params={"query": statement},
                headers={"X-ClickHouse-User": USER, "X-ClickHouse-Key": KEY.encode()},
                timeout=TIMEOUT_SECONDS,
            )
        if not answer.ok:
            raise Refused(answer.text)
        return answer.text


@contextmanager
def running() -> Iterator[str]:
    """Its address while it runs."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python()), "-I", str(HERE / "clickhouse_served.py"), USER, KEY, folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                port = (process.stdout.readline() if process.stdout else "").strip()
                if not port:
                    raise RuntimeError("chdb did not start.")
                yield f"http://127.0.0.1:{port}/"
            finally:
                process.terminate()


@contextmanager
def database(url: str) -> Iterator[Database]:
    """A new database, dropped at the end."""
    made = Database(url, f"books_{uuid4().hex[:12]}")
    made.run(f"CREATE DATABASE {made.name}")
    try:
        yield made
    finally:
        made.run(f"DROP DATABASE {made.name}")
