"""Marks: logos that strangers upload, made safe to show to everybody.

``read`` takes the bytes of an SVG or PNG file and gives a ``Mark``, whose content we have written
ourselves, or refuses it with a sentence that says what is wrong and where. ``pictures`` draws it
as PNG files. ``HEADERS`` are what it is served with (decision 0043).
"""

from fairgate_marks.drawing import pictures
from fairgate_marks.errors import MarkRefused, MarksError, Reason
from fairgate_marks.mark import Kind, Mark, Picture
from fairgate_marks.reading import read
from fairgate_marks.serving import HEADERS

__all__ = [
    "HEADERS",
    "Kind",
    "Mark",
    "MarkRefused",
    "MarksError",
    "Picture",
    "Reason",
    "pictures",
    "read",
]
