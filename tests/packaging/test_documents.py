"""What README and CONTRIBUTING name is there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("*/README.md"),
        *ROOT.glob("*/*/README.md"),
    ],
    key=lambda path: path.as_posix(),
)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_target_that_is_named_is_in_the_makefile(document):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    named = {
        word
        for line in re.findall(r"(?:^|`)make ([a-z -]+)", text, re.MULTILINE)
        for word in line.split()
    }

    assert not named - targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_a_link_leads_to_a_file(document):
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8"))

    assert not [
        link for link in links if "://" not in link and not (document.parent / link).exists()
    ]


@pytest.mark.parametrize("decision", sorted(ROOT.glob("docs/decisions/*.md")), ids=name_of)
def test_a_decision_is_one_page_that_fits_a_screen(decision):
    lines = decision.read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 60
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("page", ["quickstarts/native.md", "how-tos/upgrade.md"])
def test_the_constraints_of_an_installation_do_not_hold_us_back(page):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    (constraints,) = re.findall(r"pip freeze \| (.+) > /tmp/platform.txt", text)
    frozen = "Django==4.2.30\nopenedx-fairgate==0.1.0\nopenedx-filters==2.0.1\n"

    kept = subprocess.run(
        ["sh", "-c", constraints], input=frozen, capture_output=True, text=True, check=True
    ).stdout

    assert kept.splitlines() == ["Django==4.2.30", "openedx-filters==2.0.1"]


def test_the_map_of_the_readme_names_what_is_there():
    paths = re.findall(r"^\| `([a-z_/]+)`", README, re.MULTILINE)
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for root in ("libs", "plugins", "xblocks")
        for path in (ROOT / root).glob("*/__init__.py")
    }

    assert packages <= set(paths)
    assert not [path for path in paths if "/" in path and not (ROOT / path).exists()]


def test_the_readme_lists_every_command_of_ours():
    listed = set(re.findall(r"^\| `((?:[a-z]+_)+[a-z]+)`", README, re.MULTILINE))
    apps = {"fee_gate", "fee_payments", "partnerships", "revenue_share", "waiver_policy"}

    assert listed == {name for name, app in get_commands().items() if app in apps}


@pytest.mark.parametrize("decision", sorted((ROOT / "docs/decisions").glob("*.md")), ids=name_of)
def test_a_decision_is_one_page_of_four_parts(decision):
    text = decision.read_text(encoding="utf-8")

    assert text.startswith(f"# {decision.name[:4]} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Consequences",
        "Rejected",
    ]
    assert len(text.splitlines()) <= 60
