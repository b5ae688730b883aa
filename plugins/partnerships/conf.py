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
