"""Settings, read when they are needed."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _


def host_name() -> str:
    """The name of the host, as it stands in the sentence next to a mark."""
    named = getattr(settings, "PARTNERSHIPS_HOST_NAME", "") or getattr(
        settings, "PLATFORM_NAME", ""
    )
    return str(named) or _("The host of this platform")


def mark_max_bytes() -> int:
    """How many bytes the file of a mark may have."""
    return int(settings.PARTNERSHIPS_MARK_MAX_BYTES)


def marks_per_day() -> int:
    """How many pictures of one partner are taken in 24 hours."""
    return int(settings.PARTNERSHIPS_MARKS_PER_DAY)


def lms_root() -> str:
    """The address of the LMS, for pages of Studio; empty if this site does not say."""
    return str(getattr(settings, "LMS_ROOT_URL", "") or "").rstrip("/")
