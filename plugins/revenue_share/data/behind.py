"""What stands behind a number that is no sum of a report: rows of the books, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fairgate.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BookRow:
    """One row that a number adds up: ``place`` is where a page that goes on after it begins.

    ``kind`` is that of the transaction or the part of the line, a code; ``cause`` the uuid of the
    event, or of the close, payout or adjustment, that it was booked for.
    """

    place: str
    kind: str
    cause: str
    at: datetime
    amount: Money
