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
    checking_batches,
    checking_beside,
    checking_columns,
    checking_events,
    checking_fund,
    checking_ledger,
    checking_payouts,
    checking_positions,
    checking_stages,
    checking_statements,
)
from .checking_positions import POSITION

__all__ = ["POSITION", "STEPS", "check"]

Proof = Callable[[], Iterator[Fault]]

PROOFS: tuple[Proof, ...] = (
    *checking_ledger.PROOFS,
    *checking_beside.PROOFS,
    *checking_positions.PROOFS,
    *checking_fund.PROOFS,
    *checking_statements.PROOFS,
    *checking_payouts.PROOFS,
    *checking_batches.PROOFS,
    *checking_stages.PROOFS,
    *checking_columns.PROOFS,
)


#: Each proof is a step, and the last one goes through the events.
STEPS = len(PROOFS) + 1


def _nobody(_done: int) -> None:
    """Where nobody asks how far it is."""


def check(told: Callable[[int], None] = _nobody) -> tuple[Fault, ...]:
    """One fault per broken invariant, none when all hold; the books are read as of one moment.

    ``told`` is called with how many of ``STEPS`` are done. What it writes, it writes elsewhere than
    in the transaction that reads.
    """
    found: list[Fault] = []
    with one_view():
        for done, proof in enumerate(PROOFS, start=1):
            found += [fault for fault in (next(proof(), None),) if fault]
            told(done)
        return (*found, *checking_events.first_faults())
