"""The books in the formats of other programs: tables of ClickHouse, and a ledger of beancount.

Plain Python: values in, lines of text out. ``tables`` says which facts there are, ``json_lines``
and ``clickhouse_sql`` how ClickHouse takes them, ``beancount`` writes double entry.
"""

from __future__ import annotations

from .beancount import ledger
from .clickhouse_sql import create_tables, is_name
from .json_lines import json_line
from .manifest import manifest, read_manifest
from .tables import BOOKMARKS, SCHEMA, STAMPS, TABLES, FactTable

__all__ = [
    "BOOKMARKS",
    "SCHEMA",
    "STAMPS",
    "TABLES",
    "FactTable",
    "create_tables",
    "is_name",
    "json_line",
    "ledger",
    "manifest",
    "read_manifest",
]
