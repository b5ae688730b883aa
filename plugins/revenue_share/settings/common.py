"""Defaults of the app's settings; an operator's value always wins."""

from __future__ import annotations

from typing import Any

from fairgate import page_frame

#: Who receives what the fund pays for a waived seat, by course key: ``{"course-v1:…": "ATC"}``.
#: A course that is not named here puts the cost on ``unallocated``.
DEFAULTS: dict[str, Any] = {"REVENUE_SHARE_SEAT_PARTIES": {}}


def plugin_settings(settings: Any) -> None:
    """Add what is missing to a settings module."""
    page_frame.install(settings)
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
