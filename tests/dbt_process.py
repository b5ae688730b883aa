"""dbt with its adapter for ClickHouse, as a process of its own.

It has some sixty requirements, so it is none of ours and imported nowhere: it runs where ``make
test`` has installed it, or from the variable ``DBT`` (the path of its executable).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import yaml

import clickhouse_process
import dbt_models
from clickhouse_process import Database

VARIABLE = "DBT"
INSTALLED = Path(__file__).parents[1] / "build/others/dbt/bin/dbt"
MISSING = (
    "needs dbt with dbt-clickhouse, which make test installs from PyPI; or name its executable: "
    f"{VARIABLE}=DIR/bin/dbt"
)
TIMEOUT_SECONDS = 300


def command() -> list[str]:
    """How dbt is started here; empty if it is not there."""
    named = Path(os.environ.get(VARIABLE) or INSTALLED)
    return [str(named)] if named.is_file() else []


def build(database: Database, folder: Path) -> str:
    """Have it make and test the models in a copy of the project, and return what it says.

    Raises:
        RuntimeError: it ends with an error; the message is what it says.
    """
    project = folder / "project"
    shutil.copytree(dbt_models.PROJECT, project)
    profiles = {"aspects": {"target": "prod", "outputs": {"prod": _profile(database)}}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")
    done = subprocess.run(
        [*command(), "build", "--no-use-colors", "--profiles-dir", str(folder)],
        cwd=project,
        env={
            "HOME": str(folder),
            "PATH": os.defpath,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "ASPECTS_EVENT_SINK_DATABASE": database.name,
        },
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _profile(database: Database) -> dict[str, object]:
    place = urlsplit(database.url)
    return {
        "type": "clickhouse",
        "driver": "http",
        "host": place.hostname,
        "port": place.port,
        "user": clickhouse_process.USER,
        "password": clickhouse_process.KEY,
        "schema": database.name,
        "compression": "",
        "check_exchange": False,
    }
