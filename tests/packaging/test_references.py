"""The lists of docs/references are complete, and name nothing that is not there."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REFERENCES = ROOT / "docs/references"
APPS = ("waiver_policy", "fee_payments", "partnerships", "revenue_share", "fee_gate")
CHECKS = sorted(ROOT.glob("*/*/checks.py"))
CHECK_ID = r"\b(?:" + "|".join(APPS) + r")\.[EW]\d{3}\b"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def settings_of(app: str) -> dict[str, object]:
    """What the page says of an app: each setting and its default."""
    section = read(REFERENCES / "settings.md").partition(f"\n## {app}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| `(.+?)` \|", section, re.MULTILINE)
    return {name: ast.literal_eval(default) for name, default in rows}


@pytest.mark.parametrize("app", APPS)
def test_every_setting_is_listed_with_its_default(app):
    assert settings_of(app) == importlib.import_module(f"{app}.settings.common").DEFAULTS


def test_every_system_check_is_listed_and_none_that_is_not_there():
    given = {found for path in CHECKS for found in re.findall(rf'id="({CHECK_ID})"', read(path))}
    listed = re.findall(rf"^\| `({CHECK_ID})` \|", read(REFERENCES / "checks.md"), re.MULTILINE)

    assert sorted(listed) == sorted(given)


def test_every_system_check_says_what_to_do():
    calls = [
        call
        for path in CHECKS
        for call in ast.walk(ast.parse(read(path)))
        if isinstance(call, ast.Call) and "id" in {keyword.arg for keyword in call.keywords}
    ]

    assert calls
    assert not [
        ast.unparse(call)
        for call in calls
        if "hint" not in {keyword.arg for keyword in call.keywords}
    ]


def test_every_system_check_has_a_test():
    tests = "".join(read(path) for path in (ROOT / "tests").rglob("test_*.py"))
    listed = set(re.findall(CHECK_ID, read(REFERENCES / "checks.md")))

    assert not listed - set(re.findall(CHECK_ID, tests))
