"""Rows as ClickHouse's ``JSONEachRow`` has them: an object for each row, on a line of its own.

The names stand in each row, so that a table whose columns are in another order takes it all the
same, and one that lacks a column refuses it. Whole numbers stay whole: no reader makes floating
point of an ``Int64``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID


def json_line(row: Mapping[str, object]) -> str:
    """One row, with the end of its line.

    Raises:
        TypeError: a value is none of those that facts consist of.
    """
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_text) + "\n"


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"A fact holds no {type(value).__name__}.")
