"""A statement as a workbook (XLSX): amounts are numbers, texts never formulas, in flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import IO, Any

from django.utils import translation
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from fairgate.money import Money, exponent

from . import statements, wording
from .data import EventLine, Names, Part, Statement, StatementLine
from .rules.line_shares import NO_SHARES, Shares

# A sheet has 1,048,576 rows (ECMA-376, as Excel reads it), one of them the heading.
ROWS_OF_A_SHEET = 1_048_575
_WIDE, _NARROW = 44, 16


def write_workbook(
    statement: Statement,
    events: Iterable[EventLine],
    *,
    names: Names,
    language: str,
    to: IO[bytes],
    shares: Shares = NO_SHARES,
) -> None:
    """Write the statement and the events behind it, each on a sheet of its own.

    ``events`` are written as they come and not kept. The same statement gives the same bytes.
    """
    # Here, since it is needed by nobody else and a process that makes no workbook does without.
    from xlsxwriter import Workbook

    with translation.override(language):
        book = Workbook(to, {"constant_memory": True, "remove_timezone": True})
        closed_at = statement.closed_at or datetime(1980, 1, 1, tzinfo=UTC)
        book.set_properties({"title": _title(statement), "created": closed_at})
        _Pages(book, statement, names, shares).write(events)
        book.close()


def look_of_amounts(currency: str) -> str:
    """The format of cells with amounts of a currency."""
    decimals = exponent(currency)
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _title(statement: Statement) -> str:
    return _("Statement for %(month)s") % {"month": wording.month(statement.period)}


class _Pages:
    """The sheets of one workbook, and how their cells look."""

    def __init__(self, book: Any, statement: Statement, names: Names, shares: Shares) -> None:
        self.book = book
        self.statement = statement
        self.names = names
        self.shares = shares
        shown = look_of_amounts(statement.currency)
        self.amount = book.add_format({"num_format": shown})
        self.strong = book.add_format({"num_format": shown, "bold": True})
        self.heading = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        self.share = book.add_format({"num_format": "0.00##%"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})

    def write(self, events: Iterable[EventLine]) -> None:
        """Both sheets, one after the other: what is written is not kept."""
        self._statement()
        self._events(events)

    def _sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self.book.add_worksheet(name)
        if get_language_bidi():
            sheet.right_to_left()
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        return sheet

    def _statement(self) -> None:
        one = self.statement
        sheet = self._sheet(_("Statement"), (_WIDE, _WIDE, *[_NARROW] * 8))
        facts = (
            (_("Statement"), statements.label(one) or _("draft")),
            (_("Host"), self.names.host),
            (_("Party"), self._party()),
            (_("Month (UTC)"), wording.month(one.period)),
            (_("Currency"), one.currency),
            ("SHA-256", one.sha256),
        )
        row = 0
        for label, value in facts:
            sheet.write_string(row, 0, label)
            sheet.write_string(row, 1, value)
            row += 1
        for label, money, look in self._sums():
            sheet.write_string(row, 0, label)
            self._amount(sheet, row, 1, money, look)
            row += 1
        row = self._headings(
            sheet,
            row + 1,
            (_("What"), _("Course"), _("Offering"), _("Agreement"), _("Version"),
             _("Month of the sales"), _("Events"), _("Shared amount"), _("Share"),
             _("Your part")),
        )  # fmt: skip
        for line in one.lines:
            self._line(sheet, row, line)
            row += 1

    def _party(self) -> str:
        others = self.names.others(self.statement.party)
        return f"{self.names.party} ({', '.join(others)})" if others else self.names.party

    def _sums(self) -> list[tuple[str, Money, Any]]:
        one = self.statement
        return [
            (_("Carried from the last statement"), one.opening, self.amount),
            *(
                (str(wording.part(part)), one.part_total(part), self.amount)
                for part in Part
                if any(line.part is part for line in one.lines)
            ),
            (_("This month"), one.subtotal, self.strong),
            (_("To be paid out"), one.payable, self.strong),
            (_("Carried to the next statement"), one.closing, self.amount),
        ]

    def _line(self, sheet: Any, row: int, line: StatementLine) -> None:
        texts = (str(wording.part(line.part)), line.course_key, line.offering_code, line.agreement)
        for place, text in enumerate(texts):
            sheet.write_string(row, place, text)
        sheet.write_number(row, 4, line.version)
        sheet.write_string(row, 5, line.period)
        sheet.write_number(row, 6, line.events)
        self._amount(sheet, row, 7, line.base, self.amount)
        self._part_of_base(sheet, row, 8, self.shares.of(line))
        self._amount(sheet, row, 9, line.amount, self.amount)

    def _events(self, events: Iterable[EventLine]) -> None:
        heads = (_("Moment (UTC)"), _("What"), _("Event"), _("Sale"), _("Course"), _("Offering"),
                 _("Month of the sales"), _("Gross"), _("Tax"), _("Processor’s fee"),
                 _("Shared amount"), _("Share"), _("Your part"))  # fmt: skip
        widths = (20, 30, 38, 38, _WIDE, 24, *[_NARROW] * 7)
        sheet, row, number = None, 0, 0
        names = {part: str(wording.part(part)) for part in Part}
        for event in events:
            if sheet is None or row > ROWS_OF_A_SHEET:
                number += 1
                name = _("Events") if number == 1 else f"{_('Events')} {number}"
                sheet = self._sheet(name, widths)
                row = self._headings(sheet, 0, heads)
            sheet.write_datetime(row, 0, event.occurred_at.astimezone(UTC), self.moment)
            texts = (names[event.part], event.event, event.sale, event.course_key,
                     event.offering_code, event.period)  # fmt: skip
            for place, text in enumerate(texts, start=1):
                sheet.write_string(row, place, text)
            amounts = (event.gross, event.tax, event.fee, event.base)
            for place, amount in enumerate(amounts, start=7):
                if amount is not None:
                    self._amount(sheet, row, place, amount, self.amount)
            self._part_of_base(sheet, row, 11, self.shares.of(event))
            self._amount(sheet, row, 12, event.amount, self.amount)
            row += 1

    def _headings(self, sheet: Any, row: int, heads: Sequence[str]) -> int:
        for place, head in enumerate(heads):
            sheet.write_string(row, place, head, self.heading)
        return row + 1

    def _part_of_base(self, sheet: Any, row: int, place: int, share: Fraction | None) -> None:
        # To be looked at; what was shared is in the amounts, and was shared exactly.
        if share is not None:
            sheet.write_number(row, place, float(share), self.share)

    def _amount(self, sheet: Any, row: int, place: int, money: Money, look: Any) -> None:
        # A spreadsheet counts in binary floating point: exact for the 15 digits of the largest
        # amount that is kept (``fairgate.money.MAX_MINOR``).
        sheet.write_number(row, place, money.amount, look)
