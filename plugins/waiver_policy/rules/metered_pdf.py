"""A PDF, read with a measure: its reader cannot do more than so much work, whatever the file says.

The reader (pypdf) takes a file step by step and unpacks two kinds of streams while it reads: those
that hold objects and those that hold tables of them. So there are two measures, and both count
before the work is done: steps through the file, and bytes that come out of such a stream. Neither
looks for anything in the bytes, so there is nothing that could be hidden from them; and neither
takes a process, a signal or a clock, so that they hold in every kind of web worker.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pypdf import PdfReader
from pypdf.generic import IndirectObject, NullObject, StreamObject

from waiver_policy.data import DocumentFault

MAX_OBJECTS = 20_000
MAX_STEPS = 2_000_000
"""Of the reader through a file: one for each reading, and one more for every 16 bytes of it."""
MAX_INFLATED = 4_000_000
"""Of all streams of objects together: one for each byte, eight more for each word, two more for
each digit of a text in digits. The reader takes about a second for each million."""
MAX_TABLES = 500_000
"""Bytes of all tables that are streams: twenty-five for each object that may be there."""
MAX_OBJECT_STREAMS = 2_000

# The reader says of every slip what it makes of it: a million lines in the log for one file.
logging.getLogger("pypdf").setLevel(logging.ERROR)

_OBJECTS, _TABLE, _FLATE = "/ObjStm", "/XRef", "/FlateDecode"
_BYTES_A_STEP = 16
_A_WORD, _A_DIGIT = 8, 2
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_WORD = re.compile(rb"[^\x00\t\n\f\r ()<>\[\]{}/%]+|[(<\[/]")
_DIGITS = re.compile(rb"<[0-9A-Fa-f]+")
_BEGIN = re.compile(rb"(?<!end)stream *(?:\r\n|\n|\r)")


class Enough(BaseException):
    """A measure is full. No ``except Exception`` of the reader takes it for a fault to mend."""

    def __init__(self, fault: DocumentFault = DocumentFault.TOO_COMPLICATED) -> None:
        super().__init__(fault)
        self.fault = fault


class _Steps:
    """The bytes of a file, read in a limited number of steps.

    It has no ``getbuffer``: whoever wants all bytes has to read them, and they count.
    """

    def __init__(self, content: bytes) -> None:
        self._file = io.BytesIO(content)
        self._left = MAX_STEPS

    def read(self, size: int = -1) -> bytes:
        """A piece of the file."""
        piece = self._file.read(size)
        self._left -= 1 + len(piece) // _BYTES_A_STEP
        if self._left < 0:
            raise Enough
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place."""
        return self._file.tell()


class MeteredReader(PdfReader):
    """Reads strictly: what one reader mends, another reads differently.

    Raises:
        Enough: the file would take more work than any that people send.
    """

    def __init__(self, content: bytes) -> None:
        self._left = {_OBJECTS: MAX_INFLATED, _TABLE: MAX_TABLES}
        file: Any = _Steps(content)
        super().__init__(
            file, strict=True, xref_stream_maximum_entries=MAX_OBJECTS,
            root_object_recovery_limit=0,
        )  # fmt: skip

    def cache_indirect_object(self, generation: int, idnum: int, obj: Any) -> Any:
        """Remember an object. Each comes through here after it is read and before it is used."""
        if isinstance(obj, StreamObject) and "/Type" in obj:
            self._weigh(obj)
        return super().cache_indirect_object(generation, idnum, obj)

    def _weigh(self, stream: StreamObject) -> None:
        kind = stream.raw_get("/Type")
        if isinstance(kind, IndirectObject):
            raise Enough
        if kind not in self._left:
            return  # nobody unpacks it here
        is_packed = _is_packed(stream)
        if kind == _OBJECTS and not _is_nothing(stream, "/DecodeParms"):
            raise Enough  # a picture's way of packing; no program packs objects so
        content: bytes = stream._data
        try:
            held = inflated(content, self._left[kind]) if is_packed else content
        except zlib.error:
            raise Enough(DocumentFault.DAMAGED) from None
        self._left[kind] -= _work(held) if kind == _OBJECTS else len(held)
        if self._left[kind] < 0:
            raise Enough


def _is_packed(stream: StreamObject) -> bool:
    """Whether the stream is packed in the one way that is taken here: once, by Flate."""
    if _is_nothing(stream, "/Filter"):
        return False
    raw = stream.raw_get("/Filter")
    if raw not in (_FLATE, [_FLATE]):
        raise Enough
    return True


def _is_nothing(stream: StreamObject, key: str) -> bool:
    return key not in stream or isinstance(stream.raw_get(key), NullObject)


def _work(objects: bytes) -> int:
    """How much it is to read some objects, in the measure of ``MAX_INFLATED``."""
    words = sum(1 for _ in _WORD.finditer(objects))
    digits = sum(len(match[0]) for match in _DIGITS.finditer(objects))
    return len(objects) + _A_WORD * words + _A_DIGIT * digits


def inflated(content: bytes | memoryview, most: int) -> bytes:
    """What is packed in some bytes.

    Raises:
        Enough: it is more than ``most`` bytes, of which no more than one is unpacked.
        zlib.error: it is not packed by Flate.
    """
    unpacker = zlib.decompressobj()
    piece = unpacker.decompress(content, most + 1)
    if len(piece) > most:
        raise Enough
    return piece


def packed_objects(content: bytes) -> Iterator[bytes]:
    """What stands packed in streams of objects, whether or not a table names them.

    Each stream ends where the next one begins, at the latest, and so does what stands before it:
    no byte is looked at more than twice, however long a description is.

    Raises:
        Enough: there are too many streams, or too much is in them.
    """
    begins = [match.span() for match in _BEGIN.finditer(content)]
    if len(begins) > MAX_OBJECTS or content.count(b"/ObjStm") > MAX_OBJECT_STREAMS:
        raise Enough
    view, left = memoryview(content), MAX_INFLATED
    since = 0
    was_named = False
    for (start, end), (after, _) in pairwise([*begins, (len(content), 0)]):
        is_named = b"/ObjStm" in plain(content[since:start])
        since = end
        # The word may also stand in a text of the description, in front of the stream itself.
        if is_named or was_named:
            try:
                piece = inflated(view[end:after], left)
            except zlib.error:
                was_named = True
                continue  # not packed like this; the reader of objects has its say
            left -= len(piece)
            yield piece
        was_named = is_named


def plain(content: bytes) -> bytes:
    """Some bytes with every ``#41`` as the ``A`` that it stands for."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), content)
