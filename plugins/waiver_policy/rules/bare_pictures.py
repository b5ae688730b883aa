"""A picture without its notes: only what is needed to draw it comes to the decoder.

A decoder reads notes before anybody can ask it not to: a few kilobytes of EXIF may name the same
bytes thousands of times, a text of a PNG unpacks by itself, and each scan of a JPEG is drawn over
the whole picture. So the parts of a file are counted here, in one pass, and those that nobody needs
are left out. Of the notes one thing is kept: which way up the picture is.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from waiver_policy.data import DocumentFault
from waiver_policy.exceptions import DocumentRefused

MAX_PARTS = 10_000
"""Segments of a JPEG, chunks of a PNG or WebP: one for each 500 bytes of the largest file."""
MAX_SCANS = 100
"""Of a JPEG. A camera makes one, a progressive picture ten, the most careful packer twenty."""
MAX_DRAWN = 500_000_000
"""Pixels of a JPEG times its scans: seconds of the decoder, whatever the size of the file."""

UPRIGHT = 1

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")
_WEBP_KEPT = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")
_VP8X_NOTES = 0b0010_1100  # "there is a colour profile, an EXIF, an XMP"

_SOI, _EOI, _SOS, _EXIF = 0xD8, 0xD9, 0xDA, 0xE1
# A frame, its tables, and what says how its colours are meant (JFIF, Adobe).
_JPEG_KEPT = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDD, 0xE0, 0xEE})
_WHOLE_FRAMES = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
# Those that a decoder acts upon wherever they stand. All others, and the marks of restarts within
# a scan, have no length, and stay where they are.
_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd8-\xdf\xe0-\xef\xfe])")

_ORIENTATION, _SHORT = 0x0112, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bare:
    """A picture without notes.

    ``orientation`` is as EXIF has it, 1 to 8. ``scans``: how often the decoder goes over the
    picture. ``is_whole``: whether it keeps all of it, in full size, until the last scan.
    """

    content: bytes
    orientation: int = UPRIGHT
    scans: int = 1
    is_whole: bool = False


def bare(content: bytes) -> Bare:
    """The picture alone, of a JPEG, a PNG or a WebP.

    Raises:
        DocumentRefused: its parts are too many, or not where they say.
    """
    if content.startswith(_PNG):
        return _bare_png(content)
    if content.startswith(b"RIFF"):
        return _bare_webp(content)
    return _bare_jpeg(content)


# --- JPEG -----------------------------------------------------------------------------------------


def _bare_jpeg(content: bytes) -> Bare:
    kept = [content[:2]]
    scans, orientation, is_progressive = 0, None, False
    for kind, start, end, after in _segments(content):
        if kind == _SOS:
            scans += 1
            end = after
        if scans > MAX_SCANS:
            raise DocumentRefused(DocumentFault.TOO_MANY_PARTS)
        if kind == _EXIF and orientation is None:
            orientation = _orientation(content[start + 4 : end])
        if kind in _JPEG_KEPT or kind == _EOI:
            kept.append(content[start:end])
        is_progressive |= kind in _WHOLE_FRAMES
    return Bare(
        content=b"".join(kept),
        orientation=orientation or UPRIGHT,
        scans=scans,
        is_whole=is_progressive or scans > 1,
    )


def _segments(content: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Kind, start and end of each segment up to the end of the picture, and where the next starts.

    What lies behind the picture, a second one or a film, is no part of it.
    """
    parts = 0
    found = _MARKER.search(content, 2)
    while found is not None:
        kind, end = found[1][0], found.end()
        if kind != _EOI:
            end += _length(content, end)
        parts += 1
        if parts > MAX_PARTS:
            raise DocumentRefused(DocumentFault.TOO_MANY_PARTS)
        following = None if kind == _EOI else _MARKER.search(content, end)
        after = len(content) if following is None else following.start()
        yield kind, found.start(), end, after
        found = following


def _length(content: bytes, at: int) -> int:
    length = int.from_bytes(content[at : at + 2], "big")
    if length < 2 or at + length > len(content):
        raise DocumentRefused(DocumentFault.DAMAGED)
    return length


# --- PNG ------------------------------------------------------------------------------------------


def _bare_png(content: bytes) -> Bare:
    kept: list[tuple[bytes, bytes]] = []
    packed, orientation = [], UPRIGHT
    for kind, data in _png_chunks(content):
        if kind == b"acTL":
            raise DocumentRefused(DocumentFault.ANIMATED)
        if kind == b"IDAT":
            packed.append(data)
        elif kind in _PNG_KEPT and not packed:
            kept.append((kind, data))
        elif kind == b"eXIf":
            orientation = _orientation(data) or UPRIGHT
    kept += [(b"IDAT", b"".join(packed)), (b"IEND", b"")]
    return Bare(
        content=_PNG + b"".join(_png_chunk(kind, data) for kind, data in kept),
        orientation=orientation,
    )


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    for _ in range(MAX_PARTS):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        data, check = content[at + 8 : at + 8 + size], content[at + 8 + size : at + 12 + size]
        if kind == b"IEND":
            return
        if len(check) < 4:
            raise DocumentRefused(DocumentFault.DAMAGED)
        if kind in _PNG_KEPT and int.from_bytes(check, "big") != zlib.crc32(data, zlib.crc32(kind)):
            raise DocumentRefused(DocumentFault.DAMAGED)
        yield kind, data
        at += 12 + size
    raise DocumentRefused(DocumentFault.TOO_MANY_PARTS)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return len(data).to_bytes(4, "big") + kind + data + check.to_bytes(4, "big")


# --- WebP -----------------------------------------------------------------------------------------


def _bare_webp(content: bytes) -> Bare:
    kept, orientation = [], UPRIGHT
    for kind, data in _webp_chunks(content):
        if kind == b"EXIF":
            orientation = _orientation(data) or UPRIGHT
        elif kind == b"VP8X":
            kept.append((kind, bytes([data[0] & ~_VP8X_NOTES]) + data[1:] if data else data))
        elif kind in _WEBP_KEPT:
            kept.append((kind, data))
    inside = b"WEBP" + b"".join(
        kind + len(data).to_bytes(4, "little") + data + b"\x00" * (len(data) % 2)
        for kind, data in kept
    )
    whole = b"RIFF" + len(inside).to_bytes(4, "little") + inside
    return Bare(content=whole, orientation=orientation)


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = 8 + int.from_bytes(content[4:8], "little")
    at = 12
    for _ in range(MAX_PARTS):
        if at + 8 > end:
            return
        kind, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        data = content[at + 8 : at + 8 + size]
        if len(data) < size or at + 8 + size > end:
            raise DocumentRefused(DocumentFault.DAMAGED)
        yield kind, data
        at += 8 + size + size % 2
    raise DocumentRefused(DocumentFault.TOO_MANY_PARTS)


# --- Which way up ---------------------------------------------------------------------------------


def _orientation(exif: bytes) -> int | None:
    """Which way up a picture is, 1 to 8; ``None`` where its notes do not say."""
    tiff = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (at,) = struct.unpack_from(f"{order}L", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for number in range(count):
            entry = struct.unpack_from(f"{order}HHLH", tiff, at + 2 + 12 * number)
            if entry[:3] == (_ORIENTATION, _SHORT, 1):
                return entry[3] if 1 <= entry[3] <= 8 else None
    except struct.error:
        return None  # notes that end too soon say nothing
    return None
