"""Defaults. An operator's value always wins."""

from __future__ import annotations

from typing import Any

from fairgate import page_frame

DEFAULTS: dict[str, object] = {
    # Who the host is in the sentence next to each mark; empty takes the platform's name.
    "PARTNERSHIPS_HOST_NAME": "",
}


def plugin_settings(settings: Any) -> None:
    """Give every setting its default if the operator gave none."""
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    page_frame.install(settings)
