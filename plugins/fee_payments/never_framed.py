"""Pages that move money stand in no frame, whatever the site lets be framed.

Some instances allow framing for a portal of theirs (``X_FRAME_OPTIONS``). Nothing of ours needs a
frame: what a gate shows inside the course's frame links to the whole window.
"""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern
from django.views.decorators.clickjacking import xframe_options_deny


def never_framed(patterns: list[Any]) -> list[Any]:
    """The same addresses, changed: what their views answer is framed by nobody.

    Those that are included from elsewhere stay as they are.
    """
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = xframe_options_deny(pattern.callback)
    return patterns
