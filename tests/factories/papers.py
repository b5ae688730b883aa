"""Files that people send with an application: good ones, and every way to lie, made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    DictionaryObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)


def pdf(
    *, pages: int = 1, root: dict[str, Any] | None = None, password: str | None = None
) -> bytes:
    """A PDF of blank pages; ``root`` are more entries of its catalogue."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    for name, value in (root or {}).items():
        writer.root_object[NameObject(name)] = value
    if password is not None:
        writer.encrypt(password)
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def action(kind: str, **details: str) -> DictionaryObject:
    """What a PDF does when it is opened."""
    entries = {NameObject("/S"): NameObject(f"/{kind}")}
    entries |= {NameObject(f"/{name}"): TextStringObject(text) for name, text in details.items()}
    return DictionaryObject(entries)


def scripted_pdf() -> bytes:
    """A PDF that runs a script when it is opened."""
    return pdf(root={"/OpenAction": action("JavaScript", JS="app.alert(1)")})


def pdf_with_file(content: bytes = b"MZ") -> bytes:
    """A PDF with another file inside."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment("letter.exe", content)
    return _written(writer)


def compressed_scripted_pdf(*, is_named: bool = True) -> bytes:
    """A PDF whose script stands in a compressed stream of objects, named by its table or not."""
    inner = b"7 0 << /S /JavaScript /JS (app.alert(1)) >>"
    stream = StreamObject()
    stream.set_data(inner)
    packed = stream.flate_encode()
    packed[NameObject("/Type")] = NameObject("/ObjStm")
    packed[NameObject("/N")] = NumberObject(1)
    packed[NameObject("/First")] = NumberObject(4)
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    if is_named:
        writer._add_object(packed)
        return _written(writer)
    # Before the table and in none: a reader that mends a damaged file would come across it.
    out = io.BytesIO()
    packed.write_to_stream(out)
    hidden = b"99 0 obj\n" + out.getvalue() + b"\nendobj\n"
    objects, mark, rest = _written(writer).partition(b"\nxref\n")
    table, _, _ = rest.partition(b"startxref")
    start = len(objects) + 1 + len(hidden)
    end = f"startxref\n{start}\n%%EOF\n".encode()
    return objects + b"\n" + hidden + mark.lstrip() + table + end


def picture(
    form: str = "JPEG", size: tuple[int, int] = (80, 60), mode: str = "RGB", **more: Any
) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, form, **more)
    return out.getvalue()


def picture_with_place() -> bytes:
    """A photograph that says where it was taken, and by whom."""
    notes = Image.Exif()
    notes[0x010F] = "Phone of Mere"
    notes[0x0112] = 6  # lies on its side
    gps = notes.get_ifd(0x8825)
    gps[1], gps[2] = "S", (18.0, 8.0, 30.0)
    return picture("JPEG", (80, 60), exif=notes, comment=b"Suva")


def archive(name: str = "evil.js", content: bytes = b"alert(1)") -> bytes:
    """A ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as opened:
        opened.writestr(name, content)
    return out.getvalue()


HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PHP = b"<?php system($_GET[0]); ?>"
EXE = b"MZ\x90\x00" + b"\x00" * 60
ELF = b"\x7fELF\x02\x01\x01"
SHELL = b"#!/bin/sh\nrm -rf /\n"
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


def packed_pdf(*streams: tuple[bytes, bytes], table: bytes = b"/Filter/FlateDecode") -> bytes:
    """A PDF 1.5 whose objects from 1004 on stand in streams: entries of each, and what it holds.

    ``table`` are entries of the stream that is its table of contents.
    """
    out, places = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), {}

    def write(number: int, body: bytes) -> None:
        places[number] = len(out)
        out.extend(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    write(1, b"<</Type/Catalog/Pages 2 0 R>>")
    write(2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>")
    write(3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    inside = {}
    for number, (entries, data) in enumerate(streams, 4):
        write(number, _stream(entries, data))
        inside[1000 + number] = number
    start = places[len(streams) + 4] = len(out)
    size = max([*places, *inside]) + 1
    rows = b"".join(_row(places.get(n), inside.get(n)) for n in range(size))
    entries = b"/Type/XRef/Size %d/W[1 4 2]/Root 1 0 R" % size + table
    data = zlib.compress(rows) if b"Flate" in table else rows
    write(len(streams) + 4, _stream(entries, data))
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def _stream(entries: bytes, data: bytes) -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data)


def _row(place: int | None, container: int | None) -> bytes:
    if place is not None:
        return b"\x01" + place.to_bytes(4, "big") + b"\x00\x00"
    if container is not None:
        return b"\x02" + container.to_bytes(4, "big") + b"\x00\x00"
    return bytes(7)


def object_stream(
    body: bytes = b"<<>>",
    *,
    number: int = 1004,
    how: bytes = b"/Filter/FlateDecode",
    layers: int = 1,
    before: bytes = b"",
) -> tuple[bytes, bytes]:
    """A stream that holds one object, packed so many times, for ``packed_pdf``."""
    head = b"%d 0 " % number
    data = head + body
    for _ in range(layers):
        data = zlib.compress(data, 9)
    return b"/Type/ObjStm" + before + b"/N 1/First %d" % len(head) + how, data


def many_scans(again: int, size: tuple[int, int] = (80, 60), **more: Any) -> bytes:
    """A progressive JPEG whose last scan comes some more times."""
    whole = picture("JPEG", size, progressive=True, **more)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    return whole[:-2] + last * again + whole[-2:]


def greedy_exif(entries: int, size: int = 50_000) -> bytes:
    """Notes of a picture of which each entry is the same bytes."""
    notes = b"MM\x00*" + struct.pack(">LH", 8, entries)
    for number in range(entries):
        notes += struct.pack(">HHLL", 0x9000 + number, 7, size, 8)
    return b"Exif\x00\x00" + (notes + bytes(4)).ljust(size + 8, b"\x00")


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png_with(*chunks: bytes, **more: Any) -> bytes:
    """A PNG with some more chunks before the picture."""
    whole = picture("PNG", **more)
    return whole[:33] + b"".join(chunks) + whole[33:]


ORIENTED = b"Exif\x00\x00MM\x00*" + struct.pack(">LHHHLHHL", 8, 1, 0x0112, 3, 1, 6, 0, 0)
