"""Defaults. An operator's value always wins."""

from __future__ import annotations

from typing import Any

from fairgate import page_frame

DEFAULTS: dict[str, object] = {
    # Who the host is in the sentence next to each mark; empty takes the platform's name.
    "PARTNERSHIPS_HOST_NAME": "",
    # Bytes that the file of a mark may have, and pictures that one partner may send in 24 hours.
    "PARTNERSHIPS_MARK_MAX_BYTES": 512_000,
    "PARTNERSHIPS_MARKS_PER_DAY": 20,
    # The largest file that is taken as evidence of what was delivered or fulfilled.
    "PARTNERSHIPS_EVIDENCE_MAX_BYTES": 2_097_152,
    # Who at the host is reminded of what ends soon or is late.
    "PARTNERSHIPS_OFFICE_EMAILS": [],
    # Days before the end of an agreement, and of a due diligence, on which somebody is reminded.
    "PARTNERSHIPS_EXPIRY_REMINDER_DAYS": [90, 30, 7],
    "PARTNERSHIPS_DUE_DILIGENCE_REMINDER_DAYS": [60, 14],
}

# The platform writes what people send with a form into its tracking log, but for these addresses.
# For that it reads the form before we see it, and puts a stranger's file on a disk.
UNTRACKED = "^/fairgate/partners/[^/]+/marks/"


def leave_untracked(settings: Any) -> None:
    """Keep forms of our pages out of the tracking log, where the platform has one."""
    patterns = getattr(settings, "TRACKING_IGNORE_URL_PATTERNS", None)
    if patterns is not None and UNTRACKED not in patterns:
        settings.TRACKING_IGNORE_URL_PATTERNS = [*patterns, UNTRACKED]


def plugin_settings(settings: Any) -> None:
    """Give every setting its default if the operator gave none."""
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    leave_untracked(settings)
    page_frame.install(settings)
