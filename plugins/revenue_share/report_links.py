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

from partnerships.data import FUND as OF_FUND
from partnerships.data import PLATFORM

from . import wording
from . import wording_reports as words
from .data import Dimension, Drill, Measure, Report, StepKind
from .report_tables import Table, TableRow

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


def drill_of_step(asked: Asked, row: TableRow) -> Drill | None:
    """Behind a step of a waterfall."""
    if row.kind in (StepKind.GROSS, StepKind.BACK, StepKind.TAX, StepKind.FEE):
        return _drill(asked, Dimension.MONTH, None, Measure(row.kind))
    if row.kind == StepKind.NET:
        # By party, since fees of disputes have come off by now.
        return _drill(asked, Dimension.PARTY, None, None)
    if row.kind == StepKind.DISPUTE_FEE:
        return _drill(asked, Dimension.PARTY, None, Measure.DISPUTE_FEES)
    return _drill(asked, Dimension.PARTY, row.key, None)


def drill_of_fund(asked: Asked, row: TableRow) -> Drill | None:
    """What the books say; the fund's own entries are in its own lists."""
    measures = {"earned": None, "seats": Measure.SEATS}
    if row.kind not in measures:
        return None
    return _drill(asked, Dimension.PARTY, OF_FUND, measures[row.kind])


def drill_of_cost(asked: Asked, row: TableRow) -> Drill | None:
    """Behind a line about costs; a sum of two lines has none of its own."""
    found = {
        "gross": (Dimension.MONTH, None, Measure.GROSS),
        "back": (Dimension.MONTH, None, Measure.BACK),
        "fees": (Dimension.MONTH, None, Measure.FEE),
        "dispute_fees": (Dimension.PARTY, None, Measure.DISPUTE_FEES),
        "recouped": (Dimension.PARTY, row.key, Measure.RECOUPED),
        "platform_costs": (Dimension.PARTY, PLATFORM, Measure.COSTS),
        "platform_left": (Dimension.PARTY, PLATFORM, None),
    }.get(row.kind)
    return _drill(asked, *found) if found else None


def drill_url(asked: Asked, drill: Drill | None) -> str:
    """Where a number leads; "" if nowhere."""
    return events_url(asked, drill) if drill else ""


def events_url(asked: Asked, drill: Drill, *, to: str = "report_events", **more: str) -> str:
    """The address of the events of a drill, or of their file."""
    query = dict(asked.query)
    if drill.key is not None:
        query["key"] = drill.key
    if drill.measure is not None:
        query["measure"] = drill.measure.value
    address = reverse(f"revenue_share:{to}", args=[drill.dimension.value])
    return f"{address}?{urlencode(query | more)}"


def page_table(
    asked: Asked, table: Table, drill_of: Callable[[TableRow, int], Drill | None]
) -> dict[str, Any]:
    """A table for the page: a number that is not nothing leads to what is behind it.

    ``drill_of`` is asked by row and place of the number; -1 is how many events there are.
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
                "events_url": drill_url(asked, drill_of(row, -1)) if row.events else "",
                "cells": [
                    {
                        "amount": wording.figures(amount),
                        "column": column,
                        "url": drill_url(asked, drill_of(row, place)) if amount else "",
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
