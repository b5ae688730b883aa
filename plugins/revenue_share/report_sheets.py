"""A report as a workbook (XLSX): amounts are numbers, texts never formulas."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, Any

from django.utils import translation
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from . import wording_reports as wording
from .report_tables import Shown, Table, TableRow, table_of
from .sheets import look_of_amounts

_WIDE, _NARROW = 46, 18


def write_report(shown: Shown, *, language: str, to: IO[bytes]) -> None:
    """Write a report on one sheet, in a language. The same report gives the same bytes."""
    # Here, since a process that makes no workbook does without.
    from xlsxwriter import Workbook

    with translation.override(language):
        book = Workbook(to, {"constant_memory": True})
        table = table_of(shown)
        # No clock is read: the date of the file is nobody's.
        created = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
        book.set_properties({"title": table.title, "created": created})
        _Sheet(book, table).write()
        book.close()


class _Sheet:
    """The one sheet of a workbook, and how its cells look."""

    def __init__(self, book: Any, table: Table) -> None:
        look = look_of_amounts(table.currency)
        self.table = table
        self.sheet = book.add_worksheet(_("Report"))
        self.amounts = {
            False: book.add_format({"num_format": look}),
            True: book.add_format({"num_format": look, "bold": True}),
        }
        self.texts = {False: None, True: book.add_format({"bold": True})}
        self.heading = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})

    def write(self) -> None:
        """What it is about, then its rows."""
        if get_language_bidi():
            self.sheet.right_to_left()
        self.sheet.set_column(0, 0, _WIDE)
        self.sheet.set_column(1, 1 + len(self.table.columns), _NARROW)
        facts = (
            (_("Report"), self.table.title),
            (_("Months (UTC)"), wording.span(self.table.first, self.table.last)),
            (_("Currency"), self.table.currency),
        )
        for row, (label, value) in enumerate(facts):
            self.sheet.write_string(row, 0, label)
            self.sheet.write_string(row, 1, value)
        self._headings(len(facts) + 1)
        for row, one in enumerate(self.table.rows, len(facts) + 2):
            self._row(row, one)

    def _headings(self, row: int) -> None:
        counted = (_("Events"),) if self.table.has_events else ()
        names = (self.table.heading, *counted, *(words for _code, words in self.table.columns))
        for place, name in enumerate(names):
            self.sheet.write_string(row, place, name, self.heading)

    def _row(self, row: int, one: TableRow) -> None:
        self.sheet.write_string(row, 0, one.label, self.texts[one.is_strong])
        begin = 1
        if self.table.has_events:
            self.sheet.write_number(row, 1, one.events or 0, self.texts[one.is_strong])
            begin = 2
        for place, amount in enumerate(one.amounts, begin):
            # Exact in a spreadsheet as in ``sheets``.
            self.sheet.write_number(row, place, amount.amount, self.amounts[one.is_strong])
