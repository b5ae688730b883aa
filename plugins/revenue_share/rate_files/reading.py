"""Finds out which of its formats a source's file has, and reads it."""

from __future__ import annotations

import codecs
from datetime import date

from fairgate.documents import Faults

from ..data import BASES, RateFile, RateSource
from . import ecb, unore, zipped
from .rows import Rows

#: The largest file that is read. All reference rates since 1999 in XML have about ten.
MAX_BYTES = 32 * 1024 * 1024
_ZIP = b"PK\x03\x04"
_OTHERS = {
    b"\xd0\xcf\x11\xe0": "an old or locked spreadsheet; take the XML or the XLSX instead.",
    b"%PDF": "a PDF; take the XML instead.",
    b"<!DOCTYPE html": "a page of the web; take the XML instead.",
    b"<html": "a page of the web; take the XML instead.",
}


def read_rates(
    content: bytes, *, source: RateSource, file: str, today: date = date.max
) -> RateFile:
    """The rates of a file that ``source`` has published.

    A rate that takes effect more than 31 days after ``today`` is a fault.

    Raises:
        DocumentErrors: it is no such file, it is not whole, or a row is bad: with its line.
    """
    with Faults(file) as faults:
        rows = Rows(base=BASES[source], faults=faults, today=today)
        _check_size(len(content), faults)
        if not content.startswith(_ZIP):
            _read_text(content, source, rows)
        elif source is RateSource.UNORE:
            unore.read_workbook(content, rows, most=MAX_BYTES)
        else:
            _read_text(zipped.only_table(content, faults, most=MAX_BYTES), source, rows)
        if not faults and not rows.found:
            faults.add("there is no rate in it.")
    return rows.file()


def _read_text(content: bytes, source: RateSource, rows: Rows) -> None:
    text = _text(content, rows.faults)
    read = {
        RateSource.UNORE: (unore.read_xml, unore.read_table),
        RateSource.ECB: (ecb.read_xml, ecb.read_table),
    }[source]
    read[0 if text.lstrip().startswith("<") else 1](text, rows)


def _text(content: bytes, faults: Faults) -> str:
    for begins, what in _OTHERS.items():
        if content.lstrip()[: len(begins)].lower() == begins.lower():
            faults.add(f"is {what}")
    faults.raise_if_any()
    text = ""
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        faults.add("is not written in UTF-8.", line=line)
    if "\0" in text:
        faults.add("has a NUL in it.", line=text.count("\n", 0, text.index("\0")) + 1)
    faults.raise_if_any()
    return text


def _check_size(size: int, faults: Faults) -> None:
    if not size:
        faults.add("is empty.")
    if size > MAX_BYTES:
        faults.add(f"has more than {MAX_BYTES // 1024**2} MiB.")
    faults.raise_if_any()
