"""Proves the invariants of the books (money.md 5.4) and names the first row that breaks each.

What the database can compare, it compares in one statement: sums of transactions, positions, sums
of months, the chain of statements. What follows from a rule of ours is made again here, by the page
(``checking_events``), so that neither memory nor the queries of a page grow with the books.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fairgate_tables.transactions import one_view

from ..data import Fault
from . import (
    checking_events,
    checking_ledger,
    checking_payouts,
    checking_positions,
    checking_statements,
)
from .checking_positions import POSITION

__all__ = ["POSITION", "check"]

Proof = Callable[[], Iterator[Fault]]

PROOFS: tuple[Proof, ...] = (
    *checking_ledger.PROOFS,
    *checking_positions.PROOFS,
    *checking_statements.PROOFS,
    *checking_payouts.PROOFS,
)


def check() -> tuple[Fault, ...]:
    """One fault per broken invariant, none when all hold; the books are read as of one moment."""
    with one_view():
        found = [fault for proof in PROOFS if (fault := next(proof(), None))]
        return (*found, *checking_events.first_faults())
