"""From the bytes of a PNG to those of a mark, and how a PNG is written.

The file is taken apart before anything is decoded: its size is known, its parts are whole, and only
those that hold pixels reach the decoder. Colour profiles, texts and times are never even unpacked.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from PIL import Image

from fairgate_marks.errors import MarkRefused, Reason
from fairgate_marks.mark import Kind, Mark
from fairgate_marks.svg import MAX_PROPORTIONS

MAX_SIDE = 4_000
MAX_PIXELS = 8_000_000  # 32 MB when it is decoded
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FRAME = 12  # bytes of a part beside its content: length, name, check sum
_HEADER = 13
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_ANIMATION = (b"acTL", b"fcTL", b"fdAT")
_COLOURS = 256
_BITS = 8  # per channel; more would be clipped, not rounded, by the decoder


def read(content: bytes) -> Mark:
    """The mark of a PNG file.

    Raises:
        MarkRefused: it is damaged, animated, too large, or has something after its end.
    """
    parts = list(_parts(content))
    width, height = _checked_size(parts)
    kept = b"".join(whole for name, whole in parts if name in _KEPT)
    try:
        with Image.open(io.BytesIO(_SIGNATURE + kept), formats=("PNG",)) as opened:
            opened.load()
            pixels = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError, zlib.error, struct.error) as error:
        raise MarkRefused(Reason.DAMAGED) from error
    return Mark(kind=Kind.PNG, content=written(pixels), width=width, height=height)


def written(pixels: Image.Image) -> bytes:
    """The file of some pixels, without a loss: the same pixels give the same bytes.

    What is transparent has no colour: nothing is hidden there, and it compresses better.
    """
    clean = Image.new("RGBA", pixels.size)
    clean.paste(pixels, mask=pixels.getchannel("A").point(_shown))
    is_opaque = clean.getchannel("A").getextrema()[0] == 255
    return _saved(clean.convert("RGB") if is_opaque else clean)


def small(pixels: Image.Image) -> bytes:
    """A file for slow connections: with a palette of at most 256 colours, if that is smaller.

    Flat logos have no more colours than that, and lose nothing. Those with gradients and pictures
    lose what lies between two colours, if it makes the file less than half as large.
    """
    full = written(pixels)
    with Image.open(io.BytesIO(full)) as opened:
        clean = opened.convert("RGBA")
    colours = clean.getcolors(_COLOURS)
    if colours is None:
        fewer = _saved(clean.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE))
        return fewer if len(fewer) * 2 < len(full) else full
    return min(full, _saved(_with_palette(clean, colours)), key=len)


def _with_palette(pixels: Image.Image, counted: Sequence[tuple[int, Any]]) -> Image.Image:
    """The same pixels, each by its number in the palette."""
    # What is transparent comes first: the list of transparencies ends with the last of them.
    colours = sorted((bytes(colour) for _, colour in counted), key=lambda colour: colour[::-1])
    numbers = {int.from_bytes(colour, sys.byteorder): at for at, colour in enumerate(colours)}
    whole = memoryview(pixels.tobytes()).cast("I")
    made = Image.frombytes("P", pixels.size, bytes(map(numbers.__getitem__, whole)))
    made.putpalette(b"".join(colours), "RGBA")
    return made


def _shown(alpha: int) -> int:
    return 255 if alpha else 0


def _saved(pixels: Image.Image) -> bytes:
    file = io.BytesIO()
    pixels.save(file, "PNG", optimize=True)
    return file.getvalue()


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of the file, by name, each with its frame."""
    at = len(_SIGNATURE)
    name = b""
    while name != b"IEND":
        length = int.from_bytes(content[at : at + 4], "big")
        whole = content[at : at + _FRAME + length]
        if len(whole) < _FRAME + length:
            raise MarkRefused(Reason.ENDS_EARLY)
        name = whole[4:8]
        if zlib.crc32(whole[4:-4]) != int.from_bytes(whole[-4:], "big"):
            raise MarkRefused(Reason.CHECK_SUM, found=_named(name))
        yield name, whole
        at += len(whole)
    if at < len(content):
        raise MarkRefused(Reason.AFTER_THE_END, found=len(content) - at)


def _named(name: bytes) -> str:
    return name.decode("ascii", "replace")


def _checked_size(parts: list[tuple[bytes, bytes]]) -> tuple[int, int]:
    header, *others = parts
    name, whole = header
    if name != b"IHDR" or len(whole) != _FRAME + _HEADER:
        raise MarkRefused(Reason.DAMAGED)
    for other, _ in others:
        _check_part(other)
    width, height = struct.unpack(">II", whole[8:16])
    _check_pixels(width, height)
    if whole[16] > _BITS:
        raise MarkRefused(Reason.DEPTH)
    return width, height


def _check_pixels(width: int, height: int) -> None:
    short, long = sorted((width, height))
    found = f"{width} × {height}"
    if not short:
        raise MarkRefused(Reason.NO_PIXELS, found=found)
    if long > MAX_SIDE:
        raise MarkRefused(Reason.SIDE, found=found, limit=f"{MAX_SIDE:,}")
    if short * long > MAX_PIXELS:
        raise MarkRefused(Reason.PIXELS, found=found, limit=f"{MAX_PIXELS:,}")
    if long / short > MAX_PROPORTIONS:
        raise MarkRefused(Reason.PROPORTIONS, limit=MAX_PROPORTIONS)


def _check_part(name: bytes) -> None:
    if name in _ANIMATION:
        raise MarkRefused(Reason.MOVES)
    # A part whose name begins with a small letter may be left out by whoever does not know it.
    is_needed = name[:1].isupper()
    if (is_needed and name not in _KEPT) or name == b"IHDR":
        raise MarkRefused(Reason.CHUNK, found=_named(name))
