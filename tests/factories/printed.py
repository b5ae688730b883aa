"""The smallest paper that can be printed."""

from __future__ import annotations

from datetime import date
from typing import Any

from fairgate_papers import Block, Cell, Column, Paper, Table, Total

ISSUED = date(2026, 11, 26)


def paper(**given: Any) -> Paper:
    """A letter of one line."""
    fields: dict[str, Any] = {
        "title": "Letter",
        "number": "L-7",
        "language": "en",
        "issuer": Block(name="Example Centre"),
        "issued_on": ISSUED,
    }
    return Paper(**{**fields, **given})


def table(count: int = 2, **given: Any) -> Table:
    """Things and what they cost."""
    fields: dict[str, Any] = {
        "columns": (Column(heading="Thing"), Column(heading="Cost", has_figures=True)),
        "rows": tuple((Cell(text=f"Thing {n}"), Cell(text=f"{n}.00")) for n in range(1, count + 1)),
        "totals": (Total(label="All", value="EUR 3.00", is_strong=True),),
    }
    return Table(**{**fields, **given})
