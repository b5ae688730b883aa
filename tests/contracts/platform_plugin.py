"""What the platform's own conftest.py does, for test files that live outside its checkout.

pytest reads only the conftest.py files that stand above a test file. And it writes the page for
operators when the whole leak matrix has run, in one process or in several.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from openedx.core.lib.safe_lxml import defuse_xml_libs

defuse_xml_libs()

# The suite is installed for its entry points. An editable installation of another checkout would
# also lend modules that the code beside these tests does not have.
sys.meta_path[:] = [
    finder
    for finder in sys.meta_path
    if "openedx_fairgate" not in getattr(finder, "__module__", "")
]


@pytest.fixture(autouse=True)
def _django_clear_site_cache() -> None:
    """Keep the site cache, as the platform does: its fixture of this name does nothing."""


@pytest.fixture(autouse=True)
def _pages_without_webpack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw pages without the bundles of a front-end build."""
    tags = "webpack_loader.templatetags.webpack_loader.render_bundle"
    monkeypatch.setattr(tags, lambda *_args, **_kwargs: "")
    monkeypatch.setattr("webpack_loader.utils.get_as_tags", lambda *_args, **_kwargs: [])
    monkeypatch.setattr("webpack_loader.utils.get_files", lambda *_args, **_kwargs: [])


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the page for operators cannot know by itself."""
    group = parser.getgroup("enforcement")
    group.addoption("--enforcement-page", help="where to write the page for operators")
    group.addoption("--platform-release", help="what the page calls the platform: Teak")
    group.addoption("--run-on", help="the day the page gives: 2026-11-25")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse half of what the page needs before anything runs."""
    wanted = ("--enforcement-page", "--platform-release", "--run-on")
    given = [name for name in wanted if config.getoption(name)]
    if given and len(given) < len(wanted):
        raise pytest.UsageError(f"The page for operators needs all of {', '.join(wanted)}.")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take in what another process of this run found."""
    del error
    found = getattr(node, "workeroutput", {}).get("leak matrix")
    if found:
        _run().add(found)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the page, if all of the matrix ran and nothing failed."""
    config = session.config
    if "platform_lms_matrix" in sys.modules and hasattr(config, "workeroutput"):
        config.workeroutput["leak matrix"] = _run().as_plain()
        return
    place = config.getoption("--enforcement-page")
    if not place or session.testsfailed or not _run().is_whole:
        return
    from enforcement_page import page

    release, day = config.getoption("--platform-release"), config.getoption("--run-on")
    Path(place).write_text(page(_run(), release=release, day=day), encoding="utf-8")


def _run() -> Any:
    from enforcement_page import RUN

    return RUN
