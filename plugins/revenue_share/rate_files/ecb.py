"""Euro foreign exchange reference rates: units of a currency for one euro.

The files of www.ecb.europa.eu/stats/eurofxref: ``eurofxref-daily.xml``, ``-hist-90d.xml`` and
``-hist.xml`` (``Cube`` elements of a day with one of each currency inside), ``eurofxref.zip`` and
``eurofxref-hist.zip`` (a CSV with a row for each day and a column for each currency), or the CSV
alone. ``N/A`` and an empty cell say that there was no rate.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date

from .rows import Rows
from .xml_reading import Reader

_ENVELOPE = "http://www.gesmes.org/xml/2002-08-01 Envelope"
_CUBE = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref Cube"
_OF_DAY = [_ENVELOPE, _CUBE, _CUBE]
_NOTHING = ("", "N/A")


class _Envelope(Reader):
    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self._day: date | None = None

    def starts(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self.path) == 1 and name != _ENVELOPE:
            said = f"begins with {name[-60:]}, not with the ECB’s gesmes:Envelope."
            self.rows.faults.add(said, line=self.line)
            self.rows.faults.raise_if_any()
        if self.path == _OF_DAY:
            self._day = self.rows.day(attributes.get("time", ""), line=self.line)
        elif self.path == [*_OF_DAY, _CUBE]:
            code, rate = attributes.get("currency", ""), attributes.get("rate", "")
            if rate not in _NOTHING:
                self.rows.take(code, self._day, rate, line=self.line)


def read_xml(text: str, rows: Rows) -> None:
    """The rates of the XML.

    Raises:
        DocumentErrors: it is another document, or not whole.
    """
    _Envelope(rows).read(text)


def read_table(text: str, rows: Rows) -> None:
    """The rates of the CSV.

    Raises:
        DocumentErrors: it does not begin with ``Date`` and codes of currencies, or is no CSV.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    codes: list[str] | None = None
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if codes is None:
                codes = _header(row, rows)
            elif row:
                _read_row(row, codes, rows, reader.line_num)
    except csv.Error as error:
        rows.faults.add(f"is no CSV: {error}.", line=reader.line_num)
        rows.faults.raise_if_any()


def _header(row: list[str], rows: Rows) -> list[str]:
    """The codes. Every line of the ECB ends with a comma, so the last one may be blank."""
    if row[:1] != ["Date"] or len(set(row)) != len(row):
        rows.faults.add("does not begin with Date and a column for each currency.", line=1)
        rows.faults.raise_if_any()
    return row[1:]


def _read_row(row: list[str], codes: list[str], rows: Rows, line: int) -> None:
    if len(row) != len(codes) + 1:
        rows.fault(f"has {len(row)} cells, the header {len(codes) + 1}.", line=line)
        return
    day = rows.day(row[0], line=line)
    for code, rate in zip(codes, row[1:], strict=True):
        if rate not in _NOTHING:
            rows.take(code, day, rate, line=line)
