"""Talks to a server of ClickHouse by its HTTP interface, the only module that does.

That interface is what Aspects uses, too: a statement in the address, rows in the body. Who we are
goes in headers, which no log of addresses keeps. A redirect is not followed, for it would take
them elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

import requests

from .data import Warehouse
from .exceptions import WarehouseUnavailable

_CODE = "X-ClickHouse-Exception-Code"


class ClickHouse:
    """One connection to a server, to be closed: ``with ClickHouse(warehouse) as server``."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._session = requests.Session()
        # No password of another file is sent along, and what is set here decides.
        self._session.trust_env = False
        self._session.headers.update(
            {
                "X-ClickHouse-User": warehouse.username.encode(),
                "X-ClickHouse-Key": warehouse.password.encode(),
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def insert(self, table: str, lines: Iterable[str]) -> None:
        """Have the server keep rows of ``JSONEachRow``; it has them when this returns.

        Raises:
            WarehouseUnavailable: it did not say that it has them. Some of them may be there.
        """
        statement = f"INSERT INTO {self._warehouse.database}.{table} FORMAT JSONEachRow"
        options = {
            # A table that lacks a column would drop what is in it.
            "input_format_skip_unknown_fields": "0",
            # A page may be of any number of months.
            "max_partitions_per_insert_block": "0",
            # Only what is kept is acknowledged.
            "async_insert": "0",
        }
        self._ask(statement, "".join(lines).encode(), options)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a small table, the newest of each.

        Raises:
            WarehouseUnavailable: the server does not answer, or has no such table.
        """
        statement = f"SELECT * FROM {self._warehouse.database}.{table} FINAL FORMAT JSONEachRow"  # noqa: S608
        answer = self._ask(statement, b"", {})
        return [json.loads(line) for line in answer.splitlines()]

    def _ask(self, statement: str, body: bytes, options: dict[str, str]) -> str:
        try:
            answer = self._session.post(
                self._warehouse.url,
                params={"query": statement, **options},
                data=body,
                timeout=self._warehouse.timeout_seconds,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # Its text may have the address with everything in it: the kind of fault is enough.
            raise WarehouseUnavailable(
                "ClickHouse did not answer: %(fault)s.", fault=type(error).__name__
            ) from None
        # A fault that comes after the first byte of the answer is told in a header alone.
        if answer.status_code != requests.codes.ok or _CODE in answer.headers:
            code = answer.headers.get(_CODE, "none")
            raise WarehouseUnavailable(
                "ClickHouse refused: HTTP %(status)s, its code is %(code)s.",
                status=answer.status_code,
                code=code,
            )
        return answer.text
