"""Finds out which format a file has, and reads it."""

from __future__ import annotations

import codecs
import re

from ..exceptions import BankFileError
from . import camt_elements, limits
from .camt import read_camt
from .csv_file import read_csv
from .csv_mapping import CsvMapping
from .mt940 import read_mt940
from .values import BankStatement, FileKind

# How far the first field of an MT940 is looked for: headers of SWIFT and of banks come before it.
_HEAD = 4096
_MT940 = re.compile(rb"(^|[\r\n]|\{4:)\s*:20:")
_XML = (b"<", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<")
# What people upload instead, by its first bytes.
_OTHERS = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet; unpack it, or export it as CSV",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet; export it as CSV",
    b"%PDF": "a PDF; ask the bank for camt.053, MT940 or CSV",
    b"\x1f\x8b": "a compressed file; unpack it",
}


def read_statement_file(
    content: bytes, *, kind: FileKind | None = None, mapping: CsvMapping | None = None
) -> tuple[BankStatement, ...]:
    """The statements of a bank's file, in its order; the whole file or nothing of it.

    Without a ``kind`` it is found out: XML is camt, by its namespace; ``:20:`` at the beginning of
    a line is MT940; anything else is the CSV of the ``mapping``. The file is never trusted: it may
    come from anybody, and be made to do harm.

    Raises:
        BankFileError: the file is of no known kind, not whole, or something in it is not what it
            should be. The sentence names line or entry, the field, and what is wrong.
    """
    limits.check_size(content)
    for begins, what in _OTHERS.items():
        if content.startswith(begins):
            raise BankFileError(f"This is {what}.")
    kind = kind or _kind_of(content, mapping)
    if kind is FileKind.CSV:
        if mapping is None:
            raise BankFileError("A CSV is read by a mapping of its columns; choose one.")
        return read_csv(content, mapping)
    if kind is FileKind.MT940:
        return read_mt940(content)
    found = camt_elements.kind_of(content)
    if found is not kind:
        raise BankFileError(f"The file is {found}, and was to be read as {kind}.")
    return read_camt(content, kind=kind)


def _kind_of(content: bytes, mapping: CsvMapping | None) -> FileKind:
    head = content[:_HEAD].removeprefix(codecs.BOM_UTF8).lstrip()
    if _MT940.search(head):
        return FileKind.MT940
    if head.startswith(_XML) and (mapping is None or head.startswith(b"<")):
        return camt_elements.kind_of(content)
    if mapping is None:
        raise BankFileError(
            "The file is neither camt.053, camt.054 nor MT940. "
            "If it is a CSV, choose the mapping of its columns."
        )
    return FileKind.CSV
