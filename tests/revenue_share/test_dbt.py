"""dbt itself takes our package, and its tests hold: where somebody has named a dbt.

``DBT=/path/to/dbt`` with dbt-clickhouse, as Aspects has it. It has some sixty requirements, so it
is none of ours; ``test_clickhouse.py`` runs the same models without it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import yaml

import clickhouse_process
import dbt_models
from factories import revenue_share as facts
from revenue_share import api

DBT = os.environ.get("DBT", "")
pytestmark = [
    pytest.mark.chdb,
    pytest.mark.skipif(not DBT, reason="needs dbt with dbt-clickhouse: DBT=/path/to/dbt"),
]


def test_dbt_makes_the_models_and_its_tests_hold(warehouse, settings, tmp_path, db):
    # given
    settings.REVENUE_SHARE_CLICKHOUSE = warehouse.settings
    warehouse.run(api.fact_tables(warehouse.name))
    facts.put_terms_in_force()
    facts.book_october()
    api.send_facts(at=datetime(2026, 12, 3, tzinfo=UTC))
    shutil.copytree(dbt_models.PROJECT, tmp_path / "project")
    place = urlsplit(warehouse.url)
    profile = {
        "type": "clickhouse",
        "driver": "http",
        "host": place.hostname,
        "port": place.port,
        "user": clickhouse_process.USER,
        "password": clickhouse_process.KEY,
        "schema": warehouse.name,
        "compression": "",
        "check_exchange": False,
    }
    profiles = {"aspects": {"target": "prod", "outputs": {"prod": profile}}}
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")

    # when
    done = subprocess.run(
        [DBT, "build", "--no-use-colors", "--profiles-dir", str(tmp_path)],
        cwd=tmp_path / "project",
        env={
            "HOME": str(tmp_path),
            "PATH": os.defpath,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "ASPECTS_EVENT_SINK_DATABASE": warehouse.name,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    # then
    assert done.returncode == 0, done.stdout
    assert "ERROR=0" in done.stdout
    (total,) = warehouse.select("sum(events) AS n", "fact_revenue_receipts")
    assert total == {"n": 5}
