"""Where the numbers of reports lead, and what a page of them is asked for.

A number of the books leads to the events that add up to it: a ``Drill``, written as an address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from fairgate.money import Money
from partnerships.data import FUND as OF_FUND
from partnerships.data import PLATFORM

from . import wording
from . import wording_reports as words
from .data import Dimension, Drill, Measure, Report, StepKind
from .report_tables import Table, TableRow, column_of_movement

#: Reports that have no dimension, by their names in addresses.
WATERFALL, FUND, COSTS = "waterfall", "fund", "costs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page is asked for, and what could be asked for instead."""

    first: str
    last: str
    currency: str
    months: tuple[str, ...]
    currencies: tuple[str, ...]

    @property
    def query(self) -> dict[str, str]:
        """The same for another address."""
        return {"first": self.first, "last": self.last, "currency": self.currency}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summand:
    """One of the numbers that another one is the sum of, and where it leads."""

    label: str
    amount: Money
    url: str


def _drill(asked: Asked, dimension: Dimension, key: str | None, measure: Measure | None) -> Drill:
    return Drill(
        dimension=dimension,
        first=asked.first,
        last=asked.last,
        currency=asked.currency,
        key=key,
        measure=measure,
    )


def drill_of_report(shown: Report, row: TableRow, place: int) -> Drill:
    """Behind a number of a report; the last column is the amount of its row."""
    return Drill(
        dimension=shown.dimension,
        first=shown.first,
        last=shown.last,
        currency=shown.currency,
        key=None if row.kind == "total" else row.key,
        measure=shown.measures[place] if 0 <= place < len(shown.measures) else None,
    )


def drill_of_step(asked: Asked, row: TableRow) -> Drill:
    """Behind a step of a waterfall."""
    if row.kind in (StepKind.GROSS, StepKind.BACK, StepKind.TAX, StepKind.FEE):
        return _drill(asked, Dimension.MONTH, None, Measure(row.kind))
    if row.kind == StepKind.NET:
        # By party, since fees of disputes have come off by now.
        return _drill(asked, Dimension.PARTY, None, None)
    if row.kind == StepKind.DISPUTE_FEE:
        return _drill(asked, Dimension.PARTY, None, Measure.DISPUTE_FEES)
    return _drill(asked, Dimension.PARTY, row.key, None)


def url_of_fund(asked: Asked, row: TableRow) -> str:
    """Behind what the books say of the fund: events. Behind what it says itself: its movements."""
    of_books = {"earned": None, "seats": Measure.SEATS}
    if row.kind in of_books:
        return events_url(asked, _drill(asked, Dimension.PARTY, OF_FUND, of_books[row.kind]))
    if row.kind in _COLUMNS_NOW:
        return fund_now_url(asked.currency, _COLUMNS_NOW[row.kind])
    query = {**asked.query, "column": column_of_movement(row.kind), "kind": row.kind}
    return f"{reverse('revenue_share:fund_entries')}?{urlencode(query)}"


#: Rows of the fund that are about a column of it as it is now.
_COLUMNS_NOW = {
    "available": "available", "held": "reserved", "spent": "committed", "owed": "shortfall",
}  # fmt: skip


def fund_now_url(currency: str, column: str) -> str:
    """Every movement that a column of the fund is the sum of."""
    query = urlencode({"currency": currency, "column": column})
    return f"{reverse('revenue_share:fund_entries')}?{query}"


def entries_url(account: str, party: str, currency: str) -> str:
    """The entries behind a balance."""
    query = urlencode({"account": account, "party": party, "currency": currency})
    return f"{reverse('revenue_share:entries')}?{query}"


def statement_url(party: str, period: str, currency: str) -> str:
    """The page of a statement."""
    address = reverse("revenue_share:statement", args=[party, period])
    return f"{address}?{urlencode({'currency': currency})}"


def url_of_cost(asked: Asked, row: TableRow) -> str:
    """Behind a line about costs: other lines, or events."""
    drill = drill_of_cost(asked, row)
    return events_url(asked, drill) if drill else sum_url(asked, COSTS, row)


def drill_of_cost(asked: Asked, row: TableRow) -> Drill | None:
    """The events behind a line about costs; a sum of two lines has none of its own."""
    found = {
        "gross": (Dimension.MONTH, None, Measure.GROSS),
        "back": (Dimension.MONTH, None, Measure.BACK),
        "fees": (Dimension.MONTH, None, Measure.FEE),
        "dispute_fees": (Dimension.PARTY, None, Measure.DISPUTE_FEES),
        "recouped": (Dimension.PARTY, row.key, Measure.RECOUPED),
        "platform": (Dimension.PARTY, PLATFORM, Measure.EARNED),
        "platform_costs": (Dimension.PARTY, PLATFORM, Measure.COSTS),
        "platform_left": (Dimension.PARTY, PLATFORM, None),
    }.get(row.kind)
    return _drill(asked, *found) if found else None


def sum_of_step(table: Table, row: TableRow, asked: Asked) -> list[Summand]:
    """Behind what is left after a step: the steps so far, or who gets what is left.

    Down to what is shared, the steps before it add up to it; from there on what is taken later.
    """
    place = table.rows.index(row)
    shared = next(n for n, one in enumerate(table.rows) if one.kind == StepKind.NET)
    if place < shared:
        return [_step(asked, one) for one in table.rows[: place + 1]]
    later = table.rows[place + 1 :]
    return [_step(asked, one) for one in later or (row,)]


_SUMS_OF_COSTS = {"receipts": ("gross", "back"), "costs": ("fees", "dispute_fees")}


def sum_of_cost(table: Table, row: TableRow, asked: Asked) -> list[Summand]:
    """Behind a line about costs that is the sum of others; of one that has events, none."""
    parts = _SUMS_OF_COSTS.get(row.kind, ())
    return [
        Summand(label=one.label, amount=one.amounts[0], url=url_of_cost(asked, one))
        for one in table.rows
        if one.kind in parts
    ]


def _step(asked: Asked, row: TableRow) -> Summand:
    url = events_url(asked, drill_of_step(asked, row))
    return Summand(label=row.label, amount=row.amounts[0], url=url)


def sum_url(asked: Asked, name: str, row: TableRow) -> str:
    """Where a number leads that is the sum of others of its report."""
    query = {**asked.query, "row": row.kind, "key": row.key}
    return f"{reverse('revenue_share:report_sum', args=[name])}?{urlencode(query)}"


def events_url(asked: Asked, drill: Drill, *, to: str = "report_events", **more: str) -> str:
    """The address of the events of a drill, or of their file."""
    query = dict(asked.query)
    if drill.key is not None:
        query["key"] = drill.key
    if drill.measure is not None:
        query["measure"] = drill.measure.value
    address = reverse(f"revenue_share:{to}", args=[drill.dimension.value])
    return f"{address}?{urlencode(query | more)}"


def page_table(table: Table, url_of: Callable[[TableRow, int], str]) -> dict[str, Any]:
    """A table for the page: a number leads to what is behind it, nothing as well as any other.

    ``url_of`` is asked by row and place of the number; -1 is how many events there are.
    """
    return {
        "heading": table.heading,
        "columns": [said for _code, said in table.columns],
        "has_events": table.has_events,
        "rows": [
            {
                "label": row.label,
                "is_strong": row.is_strong,
                "events": row.events,
                "events_url": url_of(row, -1) if row.events else "",
                "cells": [
                    {
                        "amount": wording.figures(amount),
                        "column": column,
                        "url": url_of(row, place),
                    }
                    for place, (amount, (_code, column)) in enumerate(
                        zip(row.amounts, table.columns, strict=True)
                    )
                ],
            }
            for row in table.rows
        ],
    }


def list_reports(asked: Asked | None = None) -> list[tuple[str, str, str]]:
    """Every report: its name, what it is called, and where it is, about the same months."""
    query = f"?{urlencode(asked.query)}" if asked else ""
    found = [
        (one.value, str(words.dimension(one)), reverse("revenue_share:report", args=[one.value]))
        for one in Dimension
    ]
    found += [
        (WATERFALL, _("Where the receipts went"), reverse("revenue_share:waterfall")),
        (FUND, _("The waiver fund"), reverse("revenue_share:fund")),
        (COSTS, _("Cost recovery"), reverse("revenue_share:costs")),
    ]
    return [(name, title, f"{address}{query}") for name, title, address in found]
