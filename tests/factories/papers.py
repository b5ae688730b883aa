"""Files that people send with an application: good ones, and every way to lie, made on the spot."""

from __future__ import annotations

import io
import zipfile
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
