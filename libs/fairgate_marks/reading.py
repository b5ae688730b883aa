"""From any bytes to a mark."""

from __future__ import annotations

from fairgate_marks import formats, png, svg
from fairgate_marks.errors import MarkRefused, Reason
from fairgate_marks.mark import Kind, Mark

_READERS = {Kind.SVG: svg.read, Kind.PNG: png.read}


def read(content: bytes, *, at_most: int) -> Mark:
    """The mark of an uploaded file, written anew.

    Reading what was written gives the same mark again.

    Args:
        content: the file as it was uploaded. Its name and media type are not asked for.
        at_most: how many bytes it may have.

    Raises:
        MarkRefused: it is not shown to anybody; the sentence says what is wrong and where.
    """
    if len(content) > at_most:
        raise MarkRefused(Reason.TOO_LARGE, limit=f"{at_most:,}")
    return _READERS[formats.kind_of(content)](content)
