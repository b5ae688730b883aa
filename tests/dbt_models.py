"""The dbt package of ``aspects/``, rendered and run as views of one database.

dbt itself takes seconds (``dbt_process.py``), and histories by the dozen have to be looked at. Our
models use two of its words, ``source``, ``ref`` and nothing else, so that a reader of templates is
not needed either: any other expression is an error here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from clickhouse_process import Database

PROJECT = Path(__file__).parents[1] / "aspects/dbt"
_EXPRESSION = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}", re.DOTALL)
_REF = re.compile(r'\s*ref\("(\w+)"\)\s*')
_SOURCE = re.compile(r'\s*source\("(\w+)", "(\w+)"\)\s*')


@cache
def models() -> dict[str, str]:
    """Each model's text by its name, those first that others are made from."""
    texts = {path.stem: read(path) for path in PROJECT.glob("models/**/*.sql")}
    needs = {
        name: {found[1] for found in map(_REF.fullmatch, _EXPRESSION.findall(text)) if found}
        for name, text in texts.items()
    }
    return {name: texts[name] for name in TopologicalSorter(needs).static_order()}


def documents(name: str) -> dict[str, Any]:
    """A YAML file of the models."""
    found: dict[str, Any] = yaml.safe_load(read(PROJECT / "models/revenue_share" / name))
    return found


def make_views(database: Database) -> None:
    """Make every model a view of the database that has the facts."""
    for name, text in models().items():
        database.run(f"CREATE VIEW {database.name}.{name} AS\n{rendered(text, database)}")


def failing_tests(database: Database) -> list[str]:
    """The tests of the package that find a row, as dbt would run them."""
    return [name for name, statement in _tests(database) if database.rows(statement)]


def rendered(text: str, database: Database) -> str:
    """A model as a statement: sources and models are all in the one database."""

    def name(found: re.Match[str]) -> str:
        expression = found[1] or ""
        if ref := _REF.fullmatch(expression):
            return f"{database.name}.{ref[1]}"
        if source := _SOURCE.fullmatch(expression):
            return f"{database.name}.{source[2]}"
        raise ValueError(f"{found[0]} is rendered by dbt alone.")

    return _EXPRESSION.sub(name, text)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _tests(database: Database) -> Iterator[tuple[str, str]]:
    for path in sorted(PROJECT.glob("tests/*.sql")):
        yield path.stem, rendered(read(path), database)
    for model in documents("schema.yml")["models"]:
        for column in model["columns"]:
            for test in column.get("data_tests", ()):
                place = f"{database.name}.{model['name']}"
                yield f"{model['name']}.{column['name']}", _statement(test, place, column["name"])


def _statement(test: Any, place: str, column: str) -> str:
    every = f"SELECT {column} FROM {place}"  # noqa: S608
    if test == "unique":
        return f"{every} GROUP BY {column} HAVING count() > 1"
    if test == "not_null":
        return f"{every} WHERE {column} IS NULL"
    values = ", ".join(f"'{value}'" for value in test["accepted_values"]["values"])
    return f"{every} WHERE {column} NOT IN ({values})"
