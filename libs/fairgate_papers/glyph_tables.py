"""Which characters a font file has a glyph for.

A font says so in its ``cmap`` table (ISO/IEC 14496-22, Open Font Format, 5.2.1). Only the two
formats that Unicode fonts use are read: 4 for the Basic Multilingual Plane, 12 for all planes. A
file that is cut short or is no font has no glyphs: extra folders are the operator's, and a broken
file in one must not stop an invoice.
"""

from __future__ import annotations

import struct
from pathlib import Path

_COLLECTION = b"ttcf"
_UNICODE = frozenset({(0, 3), (0, 4), (0, 6), (3, 1), (3, 10)})  # platform, encoding
_LAST = 0x10FFFF


def characters(path: Path, index: int = 0) -> frozenset[int]:
    """The code points of a font; ``index`` is its place in a collection (``.ttc``)."""
    try:
        return frozenset(_read(path.read_bytes(), index))
    except (OSError, struct.error, IndexError):
        return frozenset()


def _read(font: bytes, index: int) -> set[int]:
    start = struct.unpack_from(">I", font, 12 + 4 * index)[0] if font[:4] == _COLLECTION else 0
    (count,) = struct.unpack_from(">H", font, start + 4)
    for place in range(start + 12, start + 12 + 16 * count, 16):
        tag, _sum, offset, _length = struct.unpack_from(">4sIII", font, place)
        if tag == b"cmap":
            return _character_map(font, offset)
    return set()


def _character_map(font: bytes, table: int) -> set[int]:
    found: set[int] = set()
    (count,) = struct.unpack_from(">H", font, table + 2)
    for place in range(table + 4, table + 4 + 8 * count, 8):
        platform, encoding, offset = struct.unpack_from(">HHI", font, place)
        if (platform, encoding) in _UNICODE:
            found |= _subtable(font, table + offset)
    return found


def _subtable(font: bytes, start: int) -> set[int]:
    (kind,) = struct.unpack_from(">H", font, start)
    if kind == 4:
        return _segments(font, start)
    if kind == 12:
        return _groups(font, start)
    return set()


def _segments(font: bytes, start: int) -> set[int]:
    """Format 4: four parallel arrays, one entry per run of characters."""
    (twice,) = struct.unpack_from(">H", font, start + 6)
    ends = start + 14
    starts, deltas, ranges = ends + 2 + twice, ends + 2 + 2 * twice, ends + 2 + 3 * twice
    found: set[int] = set()
    for step in range(0, twice, 2):
        first, last, delta, offset = (
            struct.unpack_from(">H", font, array + step)[0]
            for array in (starts, ends, deltas, ranges)
        )
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(
                    ">H", font, ranges + step + offset + 2 * (code - first)
                )
            if (offset == 0 or glyph) and (glyph + delta) & 0xFFFF:
                found.add(code)
    return found


def _groups(font: bytes, start: int) -> set[int]:
    """Format 12: groups of first character, last character and first glyph."""
    (count,) = struct.unpack_from(">I", font, start + 12)
    found: set[int] = set()
    for place in range(start + 16, start + 16 + 12 * count, 12):
        first, last, glyph = struct.unpack_from(">III", font, place)
        found.update(range(first if glyph else first + 1, min(last, _LAST) + 1))
    return found
