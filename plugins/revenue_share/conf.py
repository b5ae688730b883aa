"""Settings, read when they are needed."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from fairgate_papers import PageSize, set_up


def seat_party(course_key: str) -> str:
    """Who receives what the fund pays for a waived seat of a course; "" when nobody is named."""
    parties: dict[str, str] = settings.REVENUE_SHARE_SEAT_PARTIES
    return parties.get(course_key, "")


def font_folders() -> tuple[Path, ...]:
    """Folders with fonts for scripts that those of ``fairgate_papers`` do not have."""
    return set_up.font_folders(settings)


def paper_size() -> PageSize:
    """The paper that statements are printed on."""
    return set_up.paper_size(settings)
