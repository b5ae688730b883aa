"""What is in a PDF file, as somebody reads it who has only the file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageOps
from pypdf import PdfReader

INVISIBLE = re.compile("[\u200b\u2066-\u2069]")


def ink(picture: bytes, *, until: float = 1.0) -> tuple[float, float]:
    """Where the leftmost and the rightmost ink of a picture stand, 0 to 1 of its width.

    ``until`` is how much of its height is looked at, from above.
    """
    whole = Image.open(io.BytesIO(picture)).convert("L")
    image = whole.crop((0, 0, whole.width, int(whole.height * until)))
    left, _top, right, _bottom = ImageOps.invert(image).getbbox() or (0, 0, 0, 0)
    return left / image.width, right / image.width


def reader(file: bytes) -> PdfReader:
    """The file, read strictly."""
    return PdfReader(io.BytesIO(file), strict=True)


def pages(file: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in reader(file).pages]


def bare(text: str) -> str:
    """A text without spaces and marks of direction: where lines break says nothing."""
    return re.sub(r"\s", "", INVISIBLE.sub("", text))


def text(file: bytes) -> str:
    """The text of all pages, bare."""
    return bare("".join(pages(file)))


def words(value: str) -> list[str]:
    """The words of a text: words of Arabic are read in an order of their own."""
    return INVISIBLE.sub("", value).split()


def replaced(file: bytes) -> bytes:
    """The texts that stand for glyphs of the first page when they are copied (PDF 1.7, 14.9.4)."""
    drawn = reader(file).pages[0].get_contents().get_data()
    return b" ".join(re.findall(rb"/ActualText<([0-9A-F]*)>", drawn))


def roles(file: bytes) -> list[str]:
    """The roles of the tagged structure, in the order of reading."""
    return [str(element["/S"]) for element in elements(file)]


def elements(file: bytes) -> Iterator[Any]:
    """The elements of the tagged structure, in the order of reading."""
    yield from _below(reader(file).trailer["/Root"]["/StructTreeRoot"])


def _below(node: Any) -> Iterator[Any]:
    kids = node.get("/K", ())
    kids = kids.get_object() if hasattr(kids, "get_object") else kids
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(found, dict):
            if "/S" in found:
                yield found
            yield from _below(found)
