"""The Tutor plugin, as far as it can be read without Tutor; the rest is ``make test-tutor``."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import fairgate

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "tutor/tutorfairgate/plugin.py"
PROJECT = tomllib.loads((ROOT / "tutor/pyproject.toml").read_text(encoding="utf-8"))["project"]


def constant(name: str, path: Path = PLUGIN) -> object:
    """What a module assigns to a name, read without importing it: Tutor is not here."""
    (value,) = (
        statement.value
        for statement in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(statement, ast.Assign) and statement.targets[0].id == name
    )
    return ast.literal_eval(value)


def test_it_needs_tutor_and_nothing_of_open_edx():
    assert PROJECT["name"] == "tutor-contrib-fairgate"
    assert PROJECT["dependencies"] == ["tutor>=20,<23"]
    assert PROJECT["license"] == "Apache-2.0"
    assert PROJECT["entry-points"] == {"tutor.plugin.v1": {"fairgate": "tutorfairgate.plugin"}}


def test_it_has_the_version_of_the_suite_that_it_installs():
    version = constant("__version__", ROOT / "tutor/tutorfairgate/__init__.py")

    assert version == fairgate.__version__


def test_every_tutor_release_that_it_names_is_tested():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (releases,) = re.findall(r"^TUTORS := (.+)$", makefile, re.MULTILINE)
    (first, after) = re.findall(r"\d+", PROJECT["dependencies"][0])

    assert releases.split() == [str(number) for number in range(int(first), int(after))]


def test_it_migrates_every_app_that_has_migrations():
    with_migrations = {path.parents[1].name for path in ROOT.glob("*/*/migrations/0001_*.py")}

    assert set(constant("APPS")) == with_migrations - {"demo_site"}


def test_it_runs_every_command_that_is_due_every_few_minutes():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    due = re.findall(r"^\| `([\w -]+)` \|.*every few minutes \|$", readme, re.MULTILINE)

    assert list(constant("PERIODIC")) == due


def test_its_quickstart_lists_what_can_be_configured():
    quickstart = (ROOT / "docs/quickstarts/tutor.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(FAIRGATE_\w+)` \|", quickstart, re.MULTILINE)

    assert listed == re.findall(r'^    "(FAIRGATE_\w+)":', PLUGIN.read_text(encoding="utf-8"), re.M)
