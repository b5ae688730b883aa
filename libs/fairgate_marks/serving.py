"""With which headers a mark is served."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fairgate_marks.mark import Kind


def _headers(content_type: str) -> Mapping[str, str]:
    return MappingProxyType(
        {
            "Content-Type": content_type,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
    )


HEADERS: Mapping[Kind, Mapping[str, str]] = MappingProxyType(
    {Kind.SVG: _headers("image/svg+xml; charset=utf-8"), Kind.PNG: _headers("image/png")}
)
"""The headers of every response that holds a mark or a picture, by kind; all of them, always.

What we write is harmless by itself. The headers are the second wall, for the day on which that is
not true: nothing is fetched, nothing runs, the page has no origin, and the bytes are never taken
for another type. ``style-src 'unsafe-inline'`` is not there, because our SVG has no styles: they
are attributes. How long a cache may keep it is for the view to say, which knows until when the
mark is shown.
"""
