"""The statements that make the tables of facts in ClickHouse.

``ReplacingMergeTree`` keeps the newest of the rows that are the same in all columns of the order,
so that a page that is sent twice counts once. That happens when parts are merged, at some time;
who reads says ``FINAL``, as the models of ``aspects/`` do, and has it at once.
"""

from __future__ import annotations

import re

from .tables import BOOKMARKS, SCHEMA, TABLES, FactTable

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)


def is_name(text: str) -> bool:
    """Whether this may stand in a statement as the name of a database or cluster."""
    return bool(_NAME.fullmatch(text))


def create_tables(database: str, *, cluster: str = "") -> str:
    """Statements that make what is missing of the tables, each ended by a semicolon.

    Raises:
        ValueError: the database or the cluster has a name that no statement may have.
    """
    if not is_name(database) or (cluster and not is_name(cluster)):
        raise ValueError("A name has letters, digits and “_”, and begins with no digit.")
    tables = (*TABLES, BOOKMARKS)
    return "\n".join(_create(table, database, cluster) for table in tables)


def _create(table: FactTable, database: str, cluster: str) -> str:
    on_cluster = f" ON CLUSTER '{cluster}'" if cluster else ""
    engine = "ReplicatedReplacingMergeTree" if cluster else "ReplacingMergeTree"
    columns = ",\n".join(
        f"    {column.name} {column.type} COMMENT '{column.says}'" for column in table.columns
    )
    by_month = "PARTITION BY period\n" if table in TABLES else ""
    return (
        f"CREATE TABLE IF NOT EXISTS {database}.{table.name}{on_cluster}\n"
        f"(\n{columns}\n)\n"
        f"ENGINE = {engine}(time_last_dumped)\n"
        f"{by_month}"
        f"ORDER BY ({', '.join(table.order)})\n"
        f"COMMENT 'Fairgate, schema {SCHEMA}: {table.says}';\n"
    )
