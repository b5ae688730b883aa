"""United Nations operational rates of exchange: units of a currency for one US dollar.

Two of the files of treasury.un.org/operationalrates are read. The XML (``xsql2XML.php``): a
``UN_OPERATIONAL_RATES_DATASET`` with a row for each country, so that currencies come several
times, with blanks around some values. The table (``xsql2CSV.php``, which arrives as ``.xls``): a
head, a blank line, rows of country, name, code, day and rate with tabulators between, a blank
line, and notes.
"""

from __future__ import annotations

from collections.abc import Mapping

from .rows import Rows
from .xml_reading import Reader

_ROOT = "UN_OPERATIONAL_RATES_DATASET"
_ROW = "UN_OPERATIONAL_RATES"
_FIELDS = ("f_curr_code", "eff_date", "rate")
_CELLS = 5


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
