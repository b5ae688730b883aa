"""Reports as tables: the same rows for the page, for CSV and for a workbook.

A table has one currency. Its cells are amounts; its words are in the reader's language, its codes
the same in every language, for files that machines read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import singledispatch

from django.utils.translation import gettext as _

from fairgate.csv_cells import csv_row, write_csv
from fairgate.money import Money

from . import wording_reports as wording
from .data import (
    OF_PARTIES,
    OF_RECEIPTS,
    CostRecovery,
    Dimension,
    Drill,
    FundFlow,
    Measure,
    Report,
    ReportEvent,
    Waterfall,
)

#: What can be made a table.
Shown = Report | Waterfall | FundFlow | CostRecovery

_HEAD = ("report", "first", "last", "currency", "row", "key")
_INSIDE = ("reserved", "released", "expired")
_SPENT = ("committed", "returned")
_EVENT_HEAD = (
    "event", "kind", "sale", "occurred_at", "sale_period", "counted_in", "course", "offering",
    "agreement", "version", "party", "currency",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row: ``kind`` and ``key`` are its codes, ``label`` its words.

    ``events`` is ``None`` in a table that does not count them.
    """

    kind: str
    key: str
    label: str
    amounts: tuple[Money, ...]
    events: int | None = None
    is_strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A report to be read: ``columns`` are the code and the words of each amount."""

    name: str
    title: str
    first: str
    last: str
    currency: str
    heading: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[TableRow, ...]

    @property
    def has_events(self) -> bool:
        """Whether its rows say how many events are behind them."""
        return any(row.events is not None for row in self.rows)


@singledispatch
def table_of(shown: Shown) -> Table:
    """A report as a table, in the language of the moment."""
    raise TypeError(f"{type(shown).__name__} is no report.")


@table_of.register
def _of_report(report: Report) -> Table:
    counts = bool(report.total.events)
    rows = [
        TableRow(
            kind="row",
            key=row.key,
            label=wording.key(report.dimension, row.key),
            amounts=(*row.values, row.amount),
            events=row.events if counts else None,
        )
        for row in report.rows
    ]
    total = TableRow(
        kind="total",
        key="",
        label=_("Total"),
        amounts=(*report.total.values, report.total.amount),
        events=report.total.events if counts else None,
        is_strong=True,
    )
    measures = tuple((one.value, str(wording.measure(one))) for one in report.measures)
    return Table(
        name=report.dimension.value,
        title=str(wording.dimension(report.dimension)),
        first=report.first,
        last=report.last,
        currency=report.currency,
        heading=str(wording.heading(report.dimension)),
        columns=(*measures, ("amount", wording.amount_heading(report))),
        rows=(*rows, total),
    )


@table_of.register
def _of_waterfall(fall: Waterfall) -> Table:
    return Table(
        name="waterfall",
        title=_("Where the receipts went"),
        first=fall.first,
        last=fall.last,
        currency=fall.currency,
        heading=_("Step"),
        columns=(("amount", _("Amount")), ("level", _("What is left"))),
        rows=tuple(
            TableRow(
                kind=step.kind.value,
                key=step.party,
                label=wording.step(step.kind, step.party),
                amounts=(step.shown, step.level),
                is_strong=step.is_level,
            )
            for step in fall.steps
        ),
    )


@table_of.register
def _of_fund(flow: FundFlow) -> Table:
    return Table(
        name="fund",
        title=_("The waiver fund"),
        first=flow.first,
        last=flow.last,
        currency=flow.currency,
        heading=_("What"),
        columns=(("amount", _("Amount")),),
        rows=(*_earned(flow), *_moved(flow), *_now(flow)),
    )


@table_of.register
def _of_costs(costs: CostRecovery) -> Table:
    rows: list[tuple[str, str, str, Money, bool]] = [
        ("gross", "", _("Paid by payers (gross)"), costs.gross, False),
        ("back", "", _("Went back: refunds and disputes"), costs.back, False),
        ("receipts", "", _("Received, less what went back"), costs.receipts, True),
        ("fees", "", _("Kept by payment processors"), -costs.fees, False),
        ("dispute_fees", "", _("Charged for disputes"), -costs.dispute_fees, False),
        ("costs", "", _("Processors and banks together"), -costs.costs, True),
        *(
            ("recouped", party,
             _("Recouped before the shares: %(party)s") % {"party": wording.party(party)},
             amount, False)
            for party, amount in costs.recouped
        ),
        ("platform", "", _("The platform’s share"), costs.platform, False),
        ("platform_costs", "", _("Fees that the platform bears"), -costs.platform_costs, False),
        ("platform_left", "", _("Left of the platform’s share"), costs.platform_left, True),
    ]  # fmt: skip
    return Table(
        name="costs",
        title=_("Cost recovery"),
        first=costs.first,
        last=costs.last,
        currency=costs.currency,
        heading=_("What"),
        columns=(("amount", _("Amount")),),
        rows=tuple(
            TableRow(kind=kind, key=key, label=label, amounts=(amount,), is_strong=is_strong)
            for kind, key, label, amount, is_strong in rows
        ),
    )


def _earned(flow: FundFlow) -> Iterator[TableRow]:
    yield _line("earned", _("Its part of the receipts, by the books"), flow.earned)
    yield _line("seats", _("Paid for waived seats, by the books"), -flow.seats)


def _moved(flow: FundFlow) -> Iterator[TableRow]:
    for one in flow.movements:
        # What comes from outside may make up for what the fund owes; what moves inside changes
        # what is held, or what is spent.
        column = column_of_movement(one.kind)
        received = one.available - one.shortfall
        amount = received if column == "received" else getattr(one, column)
        yield _line(one.kind, str(wording.movement(one.kind)), amount)


def column_of_movement(kind: str) -> str:
    """Which column of the fund a kind of movement is told by (``waiver_policy.fund_changes``)."""
    if kind in _INSIDE:
        return "reserved"
    return "committed" if kind in _SPENT else "received"


def _now(flow: FundFlow) -> Iterator[TableRow]:
    balance = flow.balance
    for kind, label, amount in (
        ("available", _("Free now"), balance.available),
        ("held", _("Held for grants now"), balance.reserved),
        ("spent", _("Spent on seats until now"), balance.committed),
        ("owed", _("Owed by the fund now"), balance.shortfall),
    ):
        yield _line(kind, label, amount, is_strong=kind == "available")


def _line(kind: str, label: str, amount: Money, *, is_strong: bool = False) -> TableRow:
    return TableRow(kind=kind, key="", label=label, amounts=(amount,), is_strong=is_strong)


def columns_of(dimension: Dimension) -> tuple[Measure, ...]:
    """What the columns of a report by something hold, and the values of its events."""
    return OF_PARTIES if dimension is Dimension.PARTY else OF_RECEIPTS


def to_csv(shown: Shown) -> str:
    """A report as CSV: codes instead of words, amounts as plain numbers."""
    table = table_of(shown)
    counted = ("events",) if table.has_events else ()
    head = (table.name, table.first, table.last, table.currency)
    rows: list[Sequence[str | int | Money]] = [
        (*head, row.kind, row.key, *((row.events or 0,) if counted else ()), *row.amounts)
        for row in table.rows
    ]
    return write_csv((*_HEAD, *counted, *(code for code, _words in table.columns)), rows)


def events_csv(
    drill: Drill, events: Iterable[ReportEvent], columns: Sequence[str]
) -> Iterator[str]:
    """The events behind a number, row by row, so that no file is too long."""
    yield write_csv((*_EVENT_HEAD, *columns, "amount"), ())
    for one in events:
        yield csv_row(
            (one.event, one.kind.value, one.sale, one.occurred_at.isoformat(), one.period,
             one.counted_in, one.course_key, one.offering_code, one.agreement, one.version,
             one.party, drill.currency, *one.values, one.amount)
        )  # fmt: skip
