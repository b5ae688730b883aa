"""Writes transactions, whose entries were proved to balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fairgate_tables.inserting import insert, insert_numbered

from ..data import Posting
from ..exceptions import UnbalancedPosting
from ..models import LedgerEntry, LedgerTransaction, prove_balanced

# Rows of one INSERT, far below what a packet of the server may hold.
BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction that balances, before it is written."""

    transaction: LedgerTransaction
    postings: Sequence[Posting]


def draft(
    postings: Sequence[Posting],
    *,
    kind: str,
    cause_kind: str,
    cause_uuid: UUID,
    period: str,
    currency: str,
    occurred_at: datetime,
    at: datetime,
    of: str = "",
) -> Draft | None:
    """Draw up one transaction; ``None`` when there is nothing to move.

    ``period`` is the month it is posted in, which the caller holds open (``hold_lock_date``).
    ``of`` tells several of one kind apart that have one cause.

    Raises:
        UnbalancedPosting: debits and credits differ.
    """
    difference = sum(posting.units for posting in postings)
    if difference:
        raise UnbalancedPosting(
            "%(kind)s of %(key)s: out of balance by %(difference)s.",
            kind=kind,
            key=cause_uuid,
            difference=difference,
        )
    debit = sum(posting.units for posting in postings if posting.units > 0)
    if not debit:
        return None
    transaction = LedgerTransaction(
        key=f"{kind}:{cause_uuid}{of and f':{of}'}",
        kind=kind,
        cause_kind=cause_kind,
        cause_uuid=cause_uuid,
        period=period,
        currency=currency,
        debit_minor=debit,
        credit_minor=debit,
        occurred_at=occurred_at,
        posted_at=at,
    )
    return Draft(transaction, postings)


def write(drafts: Sequence[Draft]) -> None:
    """Write transactions, each once per kind and cause, with all their entries.

    Raises:
        UnbalancedPosting: a transaction's entries do not have the sums it states.
    """
    if not drafts:
        return
    insert_numbered([one.transaction for one in drafts])
    entries = [entry for one in drafts for entry in _entries(one)]
    prove_balanced(entries)
    for start in range(0, len(entries), BLOCK):
        insert(*entries[start : start + BLOCK])


def post(
    postings: Sequence[Posting],
    *,
    kind: str,
    cause_kind: str,
    cause_uuid: UUID,
    period: str,
    currency: str,
    occurred_at: datetime,
    at: datetime,
    of: str = "",
) -> LedgerTransaction | None:
    """Draw up one transaction and write it at once.

    Raises:
        UnbalancedPosting: debits and credits differ; nothing is written.
    """
    drawn = draft(
        postings, kind=kind, cause_kind=cause_kind, cause_uuid=cause_uuid, period=period,
        currency=currency, occurred_at=occurred_at, at=at, of=of,
    )  # fmt: skip
    if drawn is None:
        return None
    write([drawn])
    return drawn.transaction


def _entries(one: Draft) -> list[LedgerEntry]:
    return [
        LedgerEntry(
            transaction=one.transaction,
            account=posting.account.value,
            party=posting.party,
            period=one.transaction.period,
            currency=one.transaction.currency,
            debit_minor=max(posting.units, 0),
            credit_minor=max(-posting.units, 0),
        )
        for posting in one.postings
    ]
