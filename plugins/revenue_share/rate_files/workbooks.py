"""Workbooks (XLSX, ECMA-376) from outside, as far as a published table needs them.

Cells come with the text that stands in the file, so that no number is ever a float. What a table
of numbers has no use for is refused: macros, links to other workbooks, formulas. Like all XML
from outside it is read by ``xml_reading``; what it unpacks to has one limit for all its parts.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context
from enum import StrEnum

from .rows import Rows
from .xml_reading import Reader
from .zipped import Archive

_MAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main ",
    "http://purl.oclc.org/ooxml/spreadsheetml/main ",
)
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships "
_ID = re.compile(r".*/relationships id")
_WORKBOOK = "xl/workbook.xml"
_MAX_SHEETS = 50
#: More texts than a row of five for every rate that a file may have in one month of fifty years.
_MAX_TEXTS = 500_000
#: What a cell holds at most (Excel): notes beside a table may be long.
_LONGEST_TEXT = 32_767
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,7}", re.ASCII)
_SERIAL = re.compile(r"([0-9]{1,6})(\.0+)?", re.ASCII)
#: A spreadsheet keeps 15 digits of a number and writes up to 17: 0.865 as 0.86499999999999999.
_DIGITS = Context(prec=15, rounding=ROUND_HALF_EVEN)
# Serial 1 is 1 January 1900; from March 1900 on one more, since that year counts as a leap year.
_FROM_1900, _FROM_1904 = date(1899, 12, 30), date(1904, 1, 1)


class _Kind(StrEnum):
    NUMBER = "n"
    SHARED = "s"
    INLINE = "inlineStr"
    TRUTH = "b"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; ``is_number`` tells 1 from “1”."""

    text: str
    is_number: bool = False

    def decimal(self) -> str:
        """A number without exponent, as a spreadsheet shows it; a text as it is."""
        if not self.is_number or not _NUMBER.fullmatch(self.text):
            return self.text
        return f"{_DIGITS.create_decimal(self.text).normalize():f}"


class Workbook:
    """A workbook of which sheets are read row by row.

    Raises:
        DocumentErrors: it is no workbook, or one with macros or links to others.
    """

    def __init__(self, content: bytes, rows: Rows, *, most: int) -> None:
        self._rows = rows
        self._archive = Archive(content, rows.faults, most=most)
        self._check_parts()
        whole = _Whole(rows)
        self._walk(whole, _WORKBOOK)
        self._from = _FROM_1904 if whole.is_from_1904 else _FROM_1900
        self.sheets: Mapping[str, str] = self._places(whole.sheets)
        self._texts: tuple[str, ...] = ()
        if "xl/sharedStrings.xml" in self._archive.names:
            texts = _Texts(rows)
            self._walk(texts, "xl/sharedStrings.xml")
            self._texts = tuple(texts.found)

    def read(self, sheet: str, take: Callable[[int, Mapping[int, Cell]], None]) -> None:
        """Give each row of a sheet to ``take``: its number, and its cells by column from 1."""
        self._walk(
            _Sheet(self._rows, self._texts, take), self.sheets[sheet], named=f"sheet {sheet}"
        )

    def day(self, cell: Cell) -> str:
        """A day as its ISO text if the cell is a number of days; the text of the cell else."""
        serial = _SERIAL.fullmatch(cell.text) if cell.is_number else None
        return str(self._from + timedelta(days=int(serial[1]))) if serial else cell.text

    def _check_parts(self) -> None:
        names = [name.lower() for name in self._archive.names]
        if _WORKBOOK not in names:
            self._refuse("is an archive, and no workbook (XLSX).")
        if any(name.endswith("vbaproject.bin") for name in names):
            self._refuse("is a workbook with macros, which no such file has.")
        if any(name.startswith("xl/externallinks/") for name in names):
            self._refuse("is a workbook with links to other workbooks, which no such file has.")

    def _places(self, sheets: Mapping[str, str]) -> Mapping[str, str]:
        """Which part holds each sheet; sheets of charts, which are elsewhere, are left out."""
        links = _Links(self._rows)
        self._walk(links, "xl/_rels/workbook.xml.rels")
        found = {}
        for name, link in sheets.items():
            place = links.places.get(link, "")
            if place not in self._archive.names:
                self._refuse(f"has a sheet {name[:40]} that is not in it.")
            if place.startswith("xl/worksheets/"):
                found[name] = place
        return found

    def _walk(self, reader: Reader, part: str, *, named: str = "") -> None:
        if part not in self._archive.names:
            self._refuse(f"is a workbook without {part}.")
        text = ""
        try:
            text = self._archive.read(part).decode("utf-8-sig")
        except UnicodeDecodeError:
            self._refuse(f"has {part[:60]}, which is not written in UTF-8.")
        reader.part = (named or part)[:60]
        reader.read(text)

    def _refuse(self, sentence: str) -> None:
        self._rows.faults.add(sentence)
        self._rows.faults.raise_if_any()


class _Part(Reader):
    """Sees elements of spreadsheets by their own names."""

    most_text = _LONGEST_TEXT

    def refuse(self, sentence: str) -> None:
        """End here."""
        self._refuse(sentence, 0)


class _Whole(_Part):
    """The names of the sheets, and where days are counted from."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.sheets: dict[str, str] = {}
        self.is_from_1904 = False

    def starts(self, name: str, attributes: Mapping[str, str]) -> None:
        if _own(name) == "workbookPr":
            self.is_from_1904 = attributes.get("date1904", "") in ("1", "true")
        if _own(name) == "sheet":
            link = [value for key, value in attributes.items() if _ID.fullmatch(key)]
            called = attributes.get("name", "")
            if len(link) != 1 or not called or called in self.sheets:
                self.refuse("has sheets that have no names of their own.")
            self.sheets[called] = link[0]
        if len(self.sheets) > _MAX_SHEETS:
            self.refuse(f"has more than {_MAX_SHEETS} sheets.")


class _Links(_Part):
    """What the parts of a workbook are called inside the archive."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.places: dict[str, str] = {}

    def starts(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{_RELATIONSHIPS}Relationship" and "TargetMode" not in attributes:
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            self.places[attributes.get("Id", "")] = target.lstrip("/")


class _Texts(_Part):
    """The texts that cells share."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.found: list[str] = []

    def starts(self, name: str, attributes: Mapping[str, str]) -> None:
        if _own(name) == "si":
            self.found.append("")
        if len(self.found) > _MAX_TEXTS:
            self.refuse(f"has more than {_MAX_TEXTS:,} texts.")

    def ends(self, name: str, text: str) -> None:
        # How a text is pronounced (rPh) is no part of it.
        if _own(name) == "t" and self.found and _own(self.path[-2]) in ("si", "r"):
            self.found[-1] += text


class _Sheet(_Part):
    """The rows of a sheet, one at a time."""

    def __init__(
        self,
        rows: Rows,
        texts: tuple[str, ...],
        take: Callable[[int, Mapping[int, Cell]], None],
    ) -> None:
        super().__init__(rows)
        self._texts, self._take = texts, take
        self._row, self._column = 0, 0
        self._cells: dict[int, Cell] = {}
        self._kind, self._said = "", ""

    def starts(self, name: str, attributes: Mapping[str, str]) -> None:
        own = _own(name)
        if own == "row":
            self._begin_row(attributes.get("r", ""))
        elif own == "c":
            self._begin_cell(attributes)
        elif own == "f":
            self._refuse_here("is a formula, which no such file has.")

    def ends(self, name: str, text: str) -> None:
        own = _own(name)
        if own == "v" or (own == "t" and _own(self.path[-2]) in ("is", "r")):
            self._said += text
        elif own == "c":
            self._end_cell()
        elif own == "row" and self._cells:
            self._take(self._row, self._cells)

    def _begin_row(self, number: str) -> None:
        before = self._row
        self._row = int(number) if _WHOLE.fullmatch(number) else before + 1
        if self._row <= before:
            self.refuse(f"row {self._row} comes after row {before}.")
        self._cells, self._column = {}, 0

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        self._kind, self._said = attributes.get("t", _Kind.NUMBER), ""
        place = _PLACE.fullmatch(attributes.get("r", ""))
        before, self._column = self._column, _column(place[1]) if place else self._column + 1
        if self._column <= before or (place and int(place[2]) != self._row):
            self._refuse_here("does not come where it belongs.")

    def _end_cell(self) -> None:
        text = self._said
        if self._kind == _Kind.SHARED and text:
            text = self._shared(text)
        elif self._kind == _Kind.TRUTH:
            text = {"1": "TRUE", "0": "FALSE"}.get(text, text)
        if text.strip():
            self._cells[self._column] = Cell(text.strip(), self._kind == _Kind.NUMBER)

    def _shared(self, number: str) -> str:
        if not _WHOLE.fullmatch(number) or int(number) >= len(self._texts):
            self._refuse_here(f"is a text number {number[:20]}, which is not there.")
        return self._texts[int(number)]

    def _refuse_here(self, sentence: str) -> None:
        place = f"{_letters(self._column)}{self._row}"
        self.refuse(f"cell {place} {sentence}")


def _own(name: str) -> str:
    """The name of an element of spreadsheets; nothing for others."""
    for space in _MAIN:
        if name.startswith(space):
            return name[len(space) :]
    return ""


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(column: int) -> str:
    text = ""
    while column:
        column, place = divmod(column - 1, 26)
        text = chr(ord("A") + place) + text
    return text
