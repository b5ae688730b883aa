"""Whole files that are kept as text beside the tests, so that any difference is read line by line.

Nothing renews them by itself. After a change that is meant, ``RENEW_GOLDEN=1`` in the environment
of the test writes what is made now, and the test is skipped with the name of the file: what is
different is then read in ``git diff`` before it is committed.
"""

from __future__ import annotations

import io
import os
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from reading_pdfs import INVISIBLE, pages


def check(made: str, kept: Path) -> None:
    """The whole of what is made is what is kept, to the last character and line end."""
    if os.environ.get("RENEW_GOLDEN"):
        kept.write_bytes(made.encode())
        pytest.skip(f"written anew, read what is different: {kept.name}")
    lines = [text.splitlines(keepends=True) for text in (kept.read_bytes().decode(), made)]
    different = "".join(unified_diff(*lines, f"kept: {kept.name}", "made now"))
    assert not different, different


def text_of_pdf(file: bytes) -> str:
    """What a reader finds on each page, line by line; how pages are named is ours."""
    return "".join(
        f"--- page {number}\n{INVISIBLE.sub('', text).rstrip()}\n"
        for number, text in enumerate(pages(file), start=1)
    )


def text_of_workbook(file: bytes) -> str:
    """Each sheet, and each cell that holds anything: its place, its value and how it is shown."""
    book = load_workbook(io.BytesIO(file))
    return "".join(
        f"--- sheet {sheet.title}\n" + "".join(_of_row(row) for row in sheet.rows) for sheet in book
    )


def _of_row(row: tuple[Any, ...]) -> str:
    filled = [cell for cell in row if cell.value is not None]
    return "".join(f"{cell.coordinate}\t{cell.value!r}\t{cell.number_format}\n" for cell in filled)
