"""The datasets are what Superset imports, and ClickHouse answers what they ask, to whom it may.

Superset has some two hundred requirements, so it is none of ours. What its importer takes is
written down here: it refuses a key that it does not know and a value of another type (schemas of
datasets, the same in 4.1.1 and 6.0.0). ``aspects/README.md`` says how it was tried.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import yaml

import dbt_models
from factories import revenue_share as facts
from revenue_share import api

FOLDER = dbt_models.PROJECT.parent / "superset/datasets"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
CLICKHOUSE_OF_ASPECTS = "21174b6c-4d40-4958-8161-d6c3cf5e77b6"
NIGHT = datetime(2026, 12, 3, 2, tzinfo=UTC)

TEXT, WORDS = str, (str, type(None))
DATASET: dict[str, Any] = {
    "_file_name": TEXT,  # Aspects takes it away before the import
    "always_filter_main_dttm": bool, "cache_timeout": (int, type(None)), "columns": list,
    "database_uuid": TEXT, "default_endpoint": WORDS, "description": WORDS, "extra": dict,
    "fetch_values_predicate": WORDS, "filter_select_enabled": bool, "main_dttm_col": TEXT,
    "metrics": list, "normalize_columns": bool, "offset": int, "params": (dict, type(None)),
    "schema": TEXT, "sql": TEXT, "table_name": TEXT, "template_params": dict, "uuid": TEXT,
    "version": TEXT,
}  # fmt: skip
COLUMN: dict[str, Any] = {
    "column_name": TEXT, "description": WORDS, "expression": WORDS, "extra": dict,
    "filterable": bool, "groupby": bool, "is_active": bool, "is_dttm": bool,
    "python_date_format": WORDS, "type": TEXT, "verbose_name": TEXT,
}  # fmt: skip
METRIC: dict[str, Any] = {
    "d3format": WORDS, "description": WORDS, "expression": TEXT, "extra": dict,
    "metric_name": TEXT, "metric_type": WORDS, "verbose_name": TEXT, "warning_text": WORDS,
}  # fmt: skip

# What Aspects' macro answers: for superusers and global staff, for a course team, for others.
EVERYBODYS, NOBODYS = "1 = 1", "1 = 0"
A_TEAMS = f"{{field}} in ('{facts.COURSE}')"
MACRO = re.compile(
    r'{% raw %}\{\{ can_view_courses\(current_username\(\), "([^"]+)"\) \}\}{% endraw %}'
)


def dataset(name: str, database: str = "reporting") -> dict[str, Any]:
    """A file as Tutor's patch gives it to Superset, but for the macro, which is Superset's."""
    text = dbt_models.read(FOLDER / f"{name}.yaml")
    found: dict[str, Any] = yaml.safe_load(
        text.replace("{{ DBT_PROFILE_TARGET_DATABASE }}", database)
    )
    return found


def asked(name: str, database: str, answer: str) -> str:
    """The dataset's own SQL, with what the macro answers."""
    statement, count = MACRO.subn(
        lambda found: answer.format(field=found[1]), dataset(name, database)["sql"]
    )
    assert count == 1
    return statement


def assert_is(found: dict[str, Any], kinds: dict[str, Any]) -> None:
    assert set(found) == set(kinds)
    assert [key for key, value in found.items() if not isinstance(value, kinds[key])] == []


def told() -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in dbt_models.documents("schema.yml")["models"]}


def test_every_report_has_a_dataset():
    reports = {name for name in told() if name.startswith("fact_")}
    assert set(NAMES) == reports
    assert len({UUID(dataset(name)["uuid"]) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_dataset_has_what_superset_imports_and_nothing_else(name):
    # given
    found = dataset(name)

    # then
    assert_is(found, DATASET)
    for column in found["columns"]:
        assert_is(column, COLUMN)
    for metric in found["metrics"]:
        assert_is(metric, METRIC)
    assert (found["table_name"], found["_file_name"]) == (name, f"{name}.yaml")
    assert (found["database_uuid"], found["version"]) == (CLICKHOUSE_OF_ASPECTS, "1.0.0")
    assert found["schema"] == "reporting"


@pytest.mark.parametrize("name", NAMES)
def test_its_columns_are_those_of_the_model(name):
    # given
    found = dataset(name)
    model = {column["name"]: column["data_type"].upper() for column in told()[name]["columns"]}

    # then
    assert {column["column_name"]: column["type"] for column in found["columns"]} == model
    assert [column["column_name"] for column in found["columns"] if column["is_dttm"]] == [
        found["main_dttm_col"]
    ]
    assert len({metric["metric_name"] for metric in found["metrics"]}) == len(found["metrics"])


@pytest.fixture
def server(warehouse, settings, db):
    """A database with the views, and October."""
    settings.REVENUE_SHARE_CLICKHOUSE = warehouse.settings
    warehouse.run(api.fact_tables(warehouse.name))
    dbt_models.make_views(warehouse)
    facts.put_terms_in_force()
    facts.book_october()
    api.send_facts(at=NIGHT)
    return warehouse


@pytest.mark.chdb
@pytest.mark.parametrize("name", NAMES)
def test_clickhouse_answers_every_metric_with_the_sum_that_it_names(server, name):
    # given
    metrics = dataset(name)["metrics"]
    summed = {
        metric["metric_name"].removeprefix("sum_"): metric["expression"] for metric in metrics
    }
    rows = server.select(", ".join(f"toString({column}) AS {column}" for column in summed), name)

    # when: as Superset puts the SQL of a dataset into that of a chart
    columns = ", ".join(
        f"toString({expression}) AS {column}" for column, expression in summed.items()
    )
    table = asked(name, server.name, EVERYBODYS)
    (answer,) = server.rows(f"SELECT {columns} FROM ({table}) AS virtual_table")  # noqa: S608

    # then
    assert rows
    assert {column: Decimal(value) for column, value in answer.items()} == {
        column: sum(Decimal(row[column]) for row in rows) for column in summed
    }


@pytest.mark.chdb
@pytest.mark.parametrize("answer", [A_TEAMS, NOBODYS])
def test_who_may_not_see_every_course_gets_no_row_and_a_team_none_of_its_own(server, answer):
    for name in NAMES:
        assert server.rows(asked(name, server.name, answer)) == []
        assert server.rows(asked(name, server.name, EVERYBODYS)) != []
