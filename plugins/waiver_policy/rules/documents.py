"""What a file is, by its bytes, and whether it may be kept.

A name or a declared type is what a sender says, so neither is asked. Two kinds of files are taken:

* a picture (JPEG, PNG, WebP) is drawn anew, so that nothing but the picture is kept: no place
  where it was taken (EXIF), no second file behind it, no script;
* a PDF is kept as it is, if it is one from its first byte to its last, opens without a password
  and holds nothing that acts: no script, no program to start, no file inside.

Limits come in as values, and everything that a file could make large is measured first.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from PIL import Image
from pypdf.generic import IndirectObject, NameObject

from waiver_policy.data import DocumentFault, Found
from waiver_policy.exceptions import DocumentRefused
from waiver_policy.rules.bare_pictures import MAX_DRAWN, Bare, bare
from waiver_policy.rules.metered_pdf import (
    MAX_OBJECTS,
    Enough,
    MeteredReader,
    packed_objects,
    plain,
)

PDF = "application/pdf"
JPEG = "image/jpeg"
ALLOWED = (PDF, JPEG)
"""What is kept: every picture becomes a JPEG."""

MAX_PAGES = 60
MAX_PIXELS = 64_000_000
"""Of a JPEG in one scan, which can be read at a half or a quarter of its size."""
MAX_PIXELS_UNSCALED = 25_000_000
"""Of the other pictures: each takes four bytes while it is read, or six in a JPEG of many scans."""
LONGEST_EDGE = 3000
"""Pixels; the small print of an A4 page is read at 250 dots per inch."""
QUALITY = 88
OLDEST = 120
"""Years; a year of birth before that is a slip of the hand."""

_PICTURES = ("JPEG", "PNG", "WEBP")
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What stands a picture upright, by the orientation of EXIF."""
_SIGNS: tuple[tuple[bytes, Found], ...] = (
    (b"PK\x03\x04", Found.ARCHIVE),
    (b"PK\x05\x06", Found.ARCHIVE),
    (b"Rar!", Found.ARCHIVE),
    (b"7z\xbc\xaf", Found.ARCHIVE),
    (b"\x1f\x8b", Found.ARCHIVE),
    (b"\xd0\xcf\x11\xe0", Found.OFFICE),
    (b"{\\rtf", Found.OFFICE),
    (b"MZ", Found.PROGRAM),
    (b"\x7fELF", Found.PROGRAM),
    (b"\xca\xfe\xba\xbe", Found.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Found.PROGRAM),
    (b"#!", Found.PROGRAM),
    (b"GIF8", Found.PICTURE),
    (b"BM", Found.PICTURE),
    (b"II*\x00", Found.PICTURE),
    (b"MM\x00*", Found.PICTURE),
)
_OFFICE_PARTS = (b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.")
_PHONE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis", b"avif")

# Names of a PDF that make it act when it is opened, by what a person is told about them.
_ACTIVE = frozenset({
    "/JS", "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/RichMedia", "/XFA", "/GoToE",
    "/GoToR", "/Rendition", "/Movie",
})  # fmt: skip
_INSIDE = frozenset({"/EmbeddedFile", "/EmbeddedFiles", "/Collection"})
# The same, looked for in the bare bytes: a reader that mends a damaged file may find an object
# that the table of contents does not name. Long names only; short ones stand in pictures by chance.
_LONG_NAMES = re.compile(
    rb"/(?:(?P<active>JavaScript|SubmitForm|ImportData|RichMedia|Launch)|EmbeddedFiles?)"
    rb"(?=[\s/<>\[\](){}%]|$)"
)
_END_OF_ZIP = b"PK\x05\x06"


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept. ``content`` is what is kept, ``content_type`` one of ``ALLOWED``."""

    content: bytes
    content_type: str


def check(content: bytes, *, max_bytes: int) -> Checked:
    """The file as it may be kept.

    Raises:
        DocumentRefused: it may not; ``fault`` says why.
    """
    if not content.strip(b"\x00"):
        raise DocumentRefused(DocumentFault.EMPTY)
    if len(content) > max_bytes:
        raise DocumentRefused(DocumentFault.TOO_LARGE)
    if content.startswith(b"%PDF-"):
        _check_pdf(content)
        return Checked(content, PDF)
    if _looks_like_picture(content):
        return Checked(_drawn_anew(content, max_bytes), JPEG)
    raise _not_taken(content)


def _looks_like_picture(content: bytes) -> bool:
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    return is_webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))


def _not_taken(content: bytes) -> DocumentRefused:
    """What the file is instead, so that a person knows what they have picked."""
    if b"%PDF-" in content[:1024]:
        return DocumentRefused(DocumentFault.NOT_FROM_THE_START)
    if content[4:8] == b"ftyp" and content[8:12] in _PHONE_BRANDS:
        return DocumentRefused(DocumentFault.PHONE_PICTURE)
    return DocumentRefused(DocumentFault.NOT_TAKEN, found=_what(content))


def _what(content: bytes) -> Found:
    for sign, found in _SIGNS:
        if content.startswith(sign):
            is_office = any(part in content[:4000] for part in _OFFICE_PARTS)
            return Found.OFFICE if found is Found.ARCHIVE and is_office else found
    text = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not text.startswith(b"<"):
        return Found.UNKNOWN
    return Found.DRAWING if b"<svg" in text else Found.WEB_PAGE


# --- Pictures -------------------------------------------------------------------------------------


def _drawn_anew(content: bytes, max_bytes: int) -> bytes:
    try:
        return _draw(content, max_bytes)
    except DocumentRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DocumentRefused(DocumentFault.TOO_MANY_PIXELS) from None
    except Exception as error:
        raise DocumentRefused(DocumentFault.DAMAGED) from error


def _draw(content: bytes, max_bytes: int) -> bytes:
    plain_picture = bare(content)
    with Image.open(io.BytesIO(plain_picture.content), formats=_PICTURES) as picture:
        _check_size(picture, plain_picture)
        picture.draft(None, (LONGEST_EDGE, LONGEST_EDGE))
        drawn = _upright(picture, plain_picture.orientation)
        drawn.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
        return _saved(_on_white(drawn), max_bytes)


def _check_size(picture: Image.Image, known: Bare) -> None:
    """How much there is to draw. Nothing is drawn yet."""
    is_jpeg = picture.format == "JPEG"
    pixels = picture.width * picture.height
    if pixels > (MAX_PIXELS if is_jpeg and not known.is_whole else MAX_PIXELS_UNSCALED):
        raise DocumentRefused(DocumentFault.TOO_MANY_PIXELS)
    if pixels * known.scans > MAX_DRAWN:
        raise DocumentRefused(DocumentFault.TOO_MANY_PARTS)
    if not is_jpeg and getattr(picture, "is_animated", False):
        raise DocumentRefused(DocumentFault.ANIMATED)


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _on_white(picture: Image.Image) -> Image.Image:
    """In plain colours or greys; what lets light through lies on white."""
    if picture.mode in ("L", "RGB"):
        return picture
    if picture.mode in ("1", "I;16", "I"):
        return picture.convert("L")
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    white = Image.new("RGB", picture.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white


def _saved(picture: Image.Image, max_bytes: int) -> bytes:
    """As a JPEG without a word about it; a picture full of noise takes more room and less care."""
    for quality in (QUALITY, 70, 50):
        out = io.BytesIO()
        # The picture's own notes (EXIF, comments, colour profile) are not handed on.
        picture.info.clear()
        picture.save(out, "JPEG", quality=quality)
        if out.tell() <= max_bytes:
            return out.getvalue()
    raise DocumentRefused(DocumentFault.TOO_LARGE)


# --- PDF ------------------------------------------------------------------------------------------


def _check_pdf(content: bytes) -> None:
    _check_ends(content)
    try:
        _check_bare(content)
        _check_objects(content)
    except Enough as enough:
        raise DocumentRefused(enough.fault) from None
    except DocumentRefused:
        raise
    except Exception as error:
        raise DocumentRefused(DocumentFault.DAMAGED) from error


def _check_ends(content: bytes) -> None:
    """A PDF and nothing else, from the first byte to the last."""
    head = content[:1024].lower()
    if any(sign in head for sign in (b"<script", b"<html", b"<svg", b"<?php", b"\x7felf")):
        raise DocumentRefused(DocumentFault.TWO_IN_ONE)
    before, mark, after = content.rpartition(b"%%EOF")
    if not mark or b"startxref" not in before[-1024:]:
        raise DocumentRefused(DocumentFault.DAMAGED)
    if after.strip(b"\r\n\t \x00\x1a") or _END_OF_ZIP in content[-70_000:]:
        raise DocumentRefused(DocumentFault.TWO_IN_ONE)


def _check_bare(content: bytes) -> None:
    for piece in (content, *packed_objects(content)):
        if (found := _LONG_NAMES.search(plain(piece))) is not None:
            raise DocumentRefused(
                DocumentFault.ACTIVE if found["active"] else DocumentFault.FILES_INSIDE
            )


def _check_objects(content: bytes) -> None:
    reader = MeteredReader(content)
    if reader.is_encrypted:
        raise DocumentRefused(DocumentFault.ENCRYPTED)
    keys = _keys(reader)
    if len(keys) > MAX_OBJECTS:
        raise DocumentRefused(DocumentFault.TOO_COMPLICATED)
    _check_names(reader.trailer)
    for number, generation in keys:
        _check_names(IndirectObject(number, generation, reader).get_object())
    pages = reader.get_num_pages()
    if not pages:
        raise DocumentRefused(DocumentFault.DAMAGED)
    if pages > MAX_PAGES:
        raise DocumentRefused(DocumentFault.TOO_MANY_PAGES)
    for page in reader.pages:
        page.get_object()


def _keys(reader: MeteredReader) -> list[tuple[int, int]]:
    plain = [(n, generation) for generation, table in reader.xref.items() for n in table]
    return [*plain, *((number, 0) for number in reader.xref_objStm)]


def _check_names(thing: Any) -> None:
    """No name in an object that makes the file act; other objects are looked at by themselves."""
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            for key in one:
                _check_name(str(key))
                waiting.append(one.raw_get(key) if hasattr(one, "raw_get") else one[key])
        elif isinstance(one, list):
            waiting.extend(list.__iter__(one))
        elif isinstance(one, NameObject):
            _check_name(str(one))


def _check_name(name: str) -> None:
    if name in _ACTIVE:
        raise DocumentRefused(DocumentFault.ACTIVE)
    if name in _INSIDE:
        raise DocumentRefused(DocumentFault.FILES_INSIDE)


# --- When a file goes, and whose it is ------------------------------------------------------------


def delete_on(closed_on: date, *, days: int) -> date:
    """The first UTC day without the files of an application that was closed on a day."""
    return closed_on + timedelta(days=days)


def is_minor(year_of_birth: int | None, *, on: date, adult_age: int) -> bool | None:
    """Whether a person may be under age on a day; ``None`` if nobody knows their year of birth.

    Only the year is known. Who comes of age in this year may not have done so yet.
    """
    if year_of_birth is None or not 0 <= on.year - year_of_birth <= OLDEST:
        return None
    return on.year - year_of_birth <= adult_age
