"""What is exported of the books, and how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

#: Table of facts -> the highest id that is exported, or that there is.
Marks = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How many facts were written or sent, by table, and up to which id."""

    rows: Mapping[str, int]
    last: Marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A server of ClickHouse: the address of its HTTP interface, and who we are there."""

    url: str
    username: str
    password: str = field(repr=False)
    database: str
    timeout_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLeg:
    """One leg of a transaction for a ledger in text; ``units`` > 0 is a debit, < 0 a credit."""

    account: str
    party: str
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalTransaction:
    """A transaction of the books as a ledger in text tells it.

    ``period`` is the month it is posted in, ``cause`` the uuid of the event behind it.
    """

    key: str
    kind: str
    cause_kind: str
    cause: str
    period: str
    currency: str
    occurred_at: datetime
    legs: tuple[JournalLeg, ...]
