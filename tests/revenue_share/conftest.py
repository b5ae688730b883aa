"""A server of ClickHouse for the tests that ask one, and a database of its own for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import clickhouse_process
from clickhouse_process import Database


@pytest.fixture(scope="session")
def clickhouse() -> Iterator[str]:
    """The address of one server for all tests of this process, which are marked ``chdb``."""
    with clickhouse_process.running() as url:
        yield url


@pytest.fixture
def warehouse(clickhouse: str) -> Iterator[Database]:
    """An empty database."""
    with clickhouse_process.database(clickhouse) as database:
        yield database
