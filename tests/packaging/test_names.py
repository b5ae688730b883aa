"""One file has one module name (docs/decisions/0002-import-names.md)."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = {
    "fairgate": "libs",
    "fairgate_badges": "libs",
    "fairgate_forms": "libs",
    "fairgate_marks": "libs",
    "fairgate_papers": "libs",
    "fairgate_rest": "libs",
    "fairgate_tables": "libs",
    "fee_gate": "xblocks",
    "fee_payments": "plugins",
    "partner_badge": "xblocks",
    "partnerships": "plugins",
    "revenue_share": "plugins",
    "waiver_policy": "plugins",
}
SECOND_NAMES = ("libs.", "plugins.", "xblocks.")


def modules_named_in(path: Path) -> set[str]:
    """What a file imports, by absolute name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return plain | {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }


@pytest.mark.parametrize("package", PLACES)
def test_a_package_is_imported_from_its_place(package):
    module = importlib.import_module(package)

    assert Path(module.__file__) == ROOT / PLACES[package] / package / "__init__.py"


def test_every_package_has_one_name():
    assert not [name for name in sys.modules if name.startswith(SECOND_NAMES)]


def test_nothing_imports_by_a_second_name():
    files = [
        path
        for folder in ("libs", "plugins", "xblocks", "demo", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
    ]

    assert not {
        str(path.relative_to(ROOT)): names
        for path in files
        if (names := {n for n in modules_named_in(path) if n.startswith(SECOND_NAMES)})
    }


def test_the_roots_are_no_packages_themselves():
    assert not [root for root in set(PLACES.values()) if (ROOT / root / "__init__.py").exists()]


def test_no_module_is_called_after_nothing():
    vague = {"utils.py", "helpers.py", "common.py", "misc.py"}

    # settings/common.py is a name that Open edX gives.
    assert not [
        str(path.relative_to(ROOT))
        for root in set(PLACES.values())
        for path in (ROOT / root).rglob("*.py")
        if path.name in vague and path.parent.name != "settings"
    ]
