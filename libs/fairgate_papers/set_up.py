"""What a site has said about its papers, for every app that prints; the settings are handed in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fairgate_papers.paper import PageSize


def font_folders(settings: Any) -> tuple[Path, ...]:
    """``FAIRGATE_FONT_FOLDERS``: folders with fonts for scripts that ours do not have."""
    given: str | Iterable[str] = getattr(settings, "FAIRGATE_FONT_FOLDERS", ())
    return tuple(Path(folder) for folder in ((given,) if isinstance(given, str) else given))


def paper_size(settings: Any) -> PageSize:
    """``FAIRGATE_PAPER_SIZE``: the paper that documents are printed on."""
    return PageSize(getattr(settings, "FAIRGATE_PAPER_SIZE", PageSize.A4))
