"""United Nations operational rates of exchange: units of a currency for one US dollar.

Three of the files of treasury.un.org/operationalrates are read. The XML (``xsql2XML.php``): a
``UN_OPERATIONAL_RATES_DATASET`` with a row for each country, so that currencies come several
times, with blanks around some values. The workbook (``UNORE.xlsx``): a sheet with a column for
each field of the XML under its name, the day as a text or as a day of the spreadsheet. The table
(``xsql2CSV.php``, which arrives as ``.xls``): a head, a blank line, rows of country, name, code,
day and rate with tabulators between, a blank line, and notes.
"""

from __future__ import annotations

from collections.abc import Mapping

from .rows import Rows
from .workbooks import Cell, Workbook
from .xml_reading import Reader

_ROOT = "UN_OPERATIONAL_RATES_DATASET"
_ROW = "UN_OPERATIONAL_RATES"
_FIELDS = ("f_curr_code", "eff_date", "rate")
_CELLS = 5
#: Titles and notes may stand above the names of the columns, so many rows at most.
_ROWS_ABOVE = 20


class _Dataset(Reader):
    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._row: dict[str, str] = {}
        self._line = 0

    def starts(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self.path) == 1 and name != _ROOT:
            self.rows.faults.add(f"begins with {name[-60:]}, not with {_ROOT}.", line=self.line)
            self.rows.faults.raise_if_any()
        if self.path == [_ROOT, _ROW]:
            self._row, self._line = {}, self.line

    def ends(self, name: str, text: str) -> None:
        if self.path == [_ROOT, _ROW, name] and name in _FIELDS:
            if name in self._row:
                self.rows.fault("stands there twice.", line=self.line, field=name)
            self._row[name] = text
        elif self.path == [_ROOT, _ROW]:
            self._end_row()

    def _end_row(self) -> None:
        missing = [field for field in _FIELDS if field not in self._row]
        for field in missing:
            self.rows.fault("is missing.", line=self._line, field=field)
        if not missing:
            day = self.rows.day(self._row["eff_date"], line=self._line)
            self.rows.take(self._row["f_curr_code"], day, self._row["rate"], line=self._line)


def read_xml(text: str, rows: Rows) -> None:
    """The rows of the XML.

    Raises:
        DocumentErrors: it is another document, or not whole.
    """
    _Dataset(rows).read(text)


class _Sheet:
    """The rows of a sheet, once the names of the columns have been found in it."""

    def __init__(self, book: Workbook, rows: Rows) -> None:
        self._book, self._rows = book, rows
        self.columns: dict[str, int] = {}

    def take(self, number: int, cells: Mapping[int, Cell]) -> None:
        """One row: above the names a title, below them the rate of a country or a note."""
        if self.columns:
            self._take_rate(number, cells)
        elif number <= _ROWS_ABOVE:
            names = [cell.text.lower() for cell in cells.values()]
            if all(names.count(field) == 1 for field in _FIELDS):
                places = dict(zip(names, cells, strict=True))
                self.columns = {field: places[field] for field in _FIELDS}

    def _take_rate(self, number: int, cells: Mapping[int, Cell]) -> None:
        found = {field: cells[place] for field, place in self.columns.items() if place in cells}
        if not found:
            return
        if len(found) < len(_FIELDS):
            for field in (field for field in _FIELDS if field not in found):
                self._rows.fault("is missing.", line=number, field=field)
            return
        code, day, rate = (found[field] for field in _FIELDS)
        effective_on = self._rows.day(self._book.day(day), line=number)
        self._rows.take(code.text, effective_on, rate.decimal(), line=number)


def read_workbook(content: bytes, rows: Rows, *, most: int) -> None:
    """The rows of the one sheet that has the columns of the XML; other sheets may hold notes.

    Raises:
        DocumentErrors: no sheet has the columns, or several have; it is no workbook, or one with
            more in it than a table; it unpacks to more than ``most`` bytes.
    """
    book = Workbook(content, rows, most=most)
    with_rates = []
    for name in book.sheets:
        sheet = _Sheet(book, rows)
        book.read(name, sheet.take)
        if sheet.columns:
            with_rates.append(name[:40])
    if not with_rates:
        rows.faults.add(f"has no sheet with the columns {', '.join(_FIELDS)} in its first rows.")
    elif len(with_rates) > 1:
        rows.faults.add(f"has rates on several sheets: {', '.join(with_rates)}.")
    rows.faults.raise_if_any()


def read_table(text: str, rows: Rows) -> None:
    """The rows between the first blank line and the next."""
    lines = enumerate(text.splitlines(), start=1)
    for _number, line in lines:
        if not line.strip():
            break
    for number, line in lines:
        if not line.strip():
            break
        cells = line.strip().split("\t")
        if len(cells) != _CELLS:
            said = f"has {len(cells)} cells; country, name, code, day and rate are {_CELLS}."
            rows.fault(said, line=number)
            continue
        rows.take(cells[2], rows.day(cells[3], line=number), cells[4], line=number)
