"""Pictures of a mark, for places that show no SVG, and for connections that are slow."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from PIL import Image

import fairgate_papers
from fairgate_marks import png
from fairgate_marks.errors import MarkRefused, Reason
from fairgate_marks.mark import Kind, Mark, Picture

MAX_PIXELS = 1_000_000
SCALES = (1, 2)


def pictures(
    mark: Mark, *, heights: Sequence[int], scales: Sequence[int] = SCALES
) -> tuple[Picture, ...]:
    """PNG files of a mark for each height, in pixels of CSS, and each scale of the screen.

    They are made for slow connections (``png.small``). A mark that is itself a PNG is never
    enlarged: where it has fewer pixels than asked for, it is as large as it is. The same mark
    gives the same bytes, with the same versions of ``typst`` and Pillow; what was issued is kept.

    Raises:
        ValueError: a picture would have more than a million pixels, or none.
        TypesetterMissing: the package ``typst`` cannot be loaded (of ``fairgate_papers``).
        MarkRefused: it cannot be drawn, or not in 20 seconds. Make the pictures before the mark is
            kept, so that only those are kept that can be shown everywhere.
    """
    return tuple(_picture(mark, height, scale) for height in heights for scale in scales)


def _picture(mark: Mark, height: int, scale: int) -> Picture:
    tall = height * scale
    if mark.kind is Kind.PNG:
        tall = min(tall, int(mark.height))
    size = max(1, round(tall * mark.aspect)), tall
    if not 0 < math.prod(size) <= MAX_PIXELS:
        raise ValueError(f"A picture of {size[0]} × {size[1]} pixels is not drawn.")
    with Image.open(io.BytesIO(_drawn(mark, size))) as drawn:
        pixels = drawn.convert("RGBA")
    return Picture(
        height=height,
        scale=scale,
        pixels=size,
        content=png.small(_resized(pixels, size)),
    )


def _drawn(mark: Mark, size: tuple[int, int]) -> bytes:
    if mark.kind is Kind.PNG:
        return mark.content
    try:
        return fairgate_papers.draw(mark.content, width=size[0], height=size[1])
    except fairgate_papers.TypesetterFailed as error:
        raise MarkRefused(Reason.CANNOT_BE_DRAWN) from error


def _resized(pixels: Image.Image, size: tuple[int, int]) -> Image.Image:
    """With colours weighed by how visible they are: no dark rim where transparency begins."""
    if pixels.size == size:
        return pixels
    weighed = pixels.convert("RGBa").resize(size, Image.Resampling.LANCZOS)
    return weighed.convert("RGBA")
