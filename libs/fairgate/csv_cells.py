"""CSV that a spreadsheet opens as text and numbers, never as formulas.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line break may run in the reader's
spreadsheet (OWASP, "CSV Injection"). Names and titles come from people, so they are neutralised
with a leading apostrophe; amounts are written by us and stay numbers.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

from fairgate.money import Money

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def neutral(text: str) -> str:
    """The text, made inert for a spreadsheet; blanks and full-width signs are seen through."""
    bare = unicodedata.normalize("NFKC", text).lstrip(" ")
    return f"'{text}" if bare.startswith(_DANGEROUS) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str | int | Decimal | Money]]) -> str:
    """A CSV document (RFC 4180): text neutralised, ``Money`` as its plain amount."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([neutral(name) for name in header])
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return out.getvalue()


def csv_row(row: Sequence[str | int | Decimal | Money]) -> str:
    """One more row of a document that is too long to be written at once."""
    out = io.StringIO(newline="")
    csv.writer(out).writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: str | int | Decimal | Money) -> str | int | Decimal:
    if isinstance(value, Money):
        return f"{value.amount:f}"
    return neutral(value) if isinstance(value, str) else value
