"""What the platform's own conftest.py does, for test files that live outside its checkout.

pytest reads only the conftest.py files that stand above a test file.
"""

from __future__ import annotations

import pytest
from openedx.core.lib.safe_lxml import defuse_xml_libs

defuse_xml_libs()


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
