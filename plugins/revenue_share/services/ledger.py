"""Writes transactions, whose entries are proved to balance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from fairgate_tables.inserting import Into
from fairgate_tables.sending import Statement, send

from ..data import Posting
from ..exceptions import UnbalancedPosting
from ..models import LedgerEntry, LedgerTransaction, prove_sums

_TRANSACTIONS = Into(
    LedgerTransaction, "uuid", "key", "kind", "cause_kind", "cause_uuid", "period", "currency",
    "debit_minor", "credit_minor", "occurred_at", "posted_at",
)  # fmt: skip
_ENTRIES = Into(
    LedgerEntry, "transaction_id", "account", "party", "period", "currency", "debit_minor",
    "credit_minor",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A transaction that balances, before it is written: ``moved`` is the sum of either side."""

    key: str
    kind: str
    cause_kind: str
    cause_uuid: UUID
    period: str
    currency: str
    moved: int
    occurred_at: datetime
    posted_at: datetime
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
    return Draft(
        key=f"{kind}:{cause_uuid}{of and f':{of}'}",
        kind=kind,
        cause_kind=cause_kind,
        cause_uuid=cause_uuid,
        period=period,
        currency=currency,
        moved=debit,
        occurred_at=occurred_at,
        posted_at=at,
        postings=postings,
    )


def transactions_of(drafts: Sequence[Draft]) -> Iterator[Statement]:
    """What inserts the transactions, each once per kind and cause, and tells their numbers."""
    return _TRANSACTIONS.numbered(
        [
            (uuid4(), one.key, one.kind, one.cause_kind, one.cause_uuid, one.period, one.currency,
             one.moved, one.moved, one.occurred_at, one.posted_at)
            for one in drafts
        ]
    )  # fmt: skip


def entries_of(drafts: Sequence[Draft], numbers: Sequence[int]) -> Iterator[Statement]:
    """What inserts all entries of transactions that have these numbers.

    Raises:
        UnbalancedPosting: a transaction's entries do not have the sums it states.
    """
    rows: list[tuple[int, str, str, str, str, int, int]] = []
    for one, number in zip(drafts, numbers, strict=True):
        own = [
            (number, posting.account.value, posting.party, one.period, one.currency,
             max(posting.units, 0), max(-posting.units, 0))
            for posting in one.postings
        ]  # fmt: skip
        prove_sums(one.key, (one.moved, one.moved), [row[-2:] for row in own])
        rows += own
    return _ENTRIES.statements(rows)


def write(drafts: Sequence[Draft]) -> None:
    """Write transactions with all their entries.

    Raises:
        UnbalancedPosting: as ``entries_of``.
    """
    numbers = [number for one in send(transactions_of(drafts)) for number in one.numbers]
    send(entries_of(drafts, numbers))


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
) -> None:
    """Draw up one transaction and write it at once.

    Raises:
        UnbalancedPosting: debits and credits differ; nothing is written.
    """
    drawn = draft(
        postings, kind=kind, cause_kind=cause_kind, cause_uuid=cause_uuid, period=period,
        currency=currency, occurred_at=occurred_at, at=at, of=of,
    )  # fmt: skip
    if drawn:
        write([drawn])
