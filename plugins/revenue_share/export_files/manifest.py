"""``manifest.json`` of an exported folder: what is in its files, and where the next one begins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..data import Marks
from ..exceptions import ExportRefused
from .tables import SCHEMA, TABLES

FORMAT = f"fairgate-facts/{SCHEMA}"


def manifest(files: Mapping[str, Mapping[str, Any]], *, at: datetime) -> str:
    """The text of a manifest; ``files`` says of each table its file, rows, ids and SHA-256."""
    content = {"schema": FORMAT, "exported_at": at.astimezone(UTC).isoformat(), "tables": files}
    return json.dumps(content, indent=2, sort_keys=True) + "\n"


def read_manifest(text: str) -> Marks:
    """Up to which id each table was exported.

    Raises:
        ExportRefused: it is no manifest of ours, or one of another schema.
    """
    try:
        content = json.loads(text)
        schema, last = content["schema"], {
            table.name: content["tables"][table.name]["last"] for table in TABLES
        }  # fmt: skip
    except (ValueError, TypeError, KeyError):
        raise ExportRefused("This is no manifest of an export.") from None
    if schema != FORMAT:
        raise ExportRefused("That export has other columns: begin again without it.")
    if not all(type(number) is int and number >= 0 for number in last.values()):
        raise ExportRefused("This is no manifest of an export.")
    return last
