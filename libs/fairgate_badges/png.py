"""PNG: the credential is a text chunk ``openbadgecredential``, right after the head of the file.

Some readers stop where the picture’s own data begin, so it stands before them. Everything else of
the file stays byte for byte.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from fairgate_badges.errors import PictureRefused

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"
_HEAD, _END, _TEXT = b"IHDR", b"IEND", b"iTXt"
# Not compressed; no language, no translated keyword: the specification wants it so.
_BEFORE_TEXT = _KEYWORD + b"\0\0\0\0\0"


@dataclass(frozen=True, slots=True)
class _Chunk:
    kind: bytes
    data: bytes

    @property
    def has_credential(self) -> bool:
        return self.kind == _TEXT and self.data.startswith(_KEYWORD + b"\0")

    def written(self) -> bytes:
        body = self.kind + self.data
        return struct.pack(">I", len(self.data)) + body + struct.pack(">I", zlib.crc32(body))


def baked(picture: bytes, token: str) -> bytes:
    """The picture with this credential, in place of any that it had."""
    head, *rest = (chunk for chunk in _chunks(picture) if not chunk.has_credential)
    credential = _Chunk(_TEXT, _BEFORE_TEXT + token.encode("ascii"))
    return SIGNATURE + b"".join(chunk.written() for chunk in (head, credential, *rest))


def credentials(picture: bytes) -> list[str]:
    """The credentials of the picture: one, if it was made well."""
    return [_text(chunk) for chunk in _chunks(picture) if chunk.has_credential]


def _text(chunk: _Chunk) -> str:
    if not chunk.data.startswith(_BEFORE_TEXT):
        raise PictureRefused("The credential in this PNG is compressed, or has a language.")
    return chunk.data[len(_BEFORE_TEXT) :].decode("utf-8", "replace")


def _chunks(picture: bytes) -> list[_Chunk]:
    chunks = list(_read(picture))
    if not chunks or chunks[0].kind != _HEAD or chunks[-1].kind != _END:
        raise PictureRefused("This PNG is damaged: it has no beginning or no end.")
    return chunks


def _read(picture: bytes) -> Iterator[_Chunk]:
    place = len(SIGNATURE)
    while place < len(picture):
        if place + 12 > len(picture):
            raise PictureRefused("This PNG is cut off.")
        (size,) = struct.unpack_from(">I", picture, place)
        end = place + 12 + size
        if end > len(picture):
            raise PictureRefused("This PNG is cut off.")
        chunk = _Chunk(picture[place + 4 : place + 8], picture[place + 8 : end - 4])
        if chunk.written() != picture[place:end]:
            raise PictureRefused("This PNG is damaged: a checksum is wrong.")
        yield chunk
        if chunk.kind == _END and end < len(picture):
            raise PictureRefused("This PNG goes on after its end.")
        place = end
