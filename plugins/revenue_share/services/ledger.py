"""Writes transactions, whose entries were proved to balance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ..data import Posting
from ..exceptions import UnbalancedPosting
from ..models import LedgerEntry, LedgerTransaction


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
    """Write one transaction, once per kind and cause; ``None`` when there is nothing to move.

    ``period`` is the month it is posted in, which the caller holds open (``hold_lock_date``).
    ``of`` tells several of one kind apart that have one cause.

    Raises:
        UnbalancedPosting: debits and credits differ; nothing is written.
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
    written = LedgerTransaction(
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
    written.save()
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction=written,
            account=posting.account.value,
            party=posting.party,
            period=period,
            currency=currency,
            debit_minor=max(posting.units, 0),
            credit_minor=max(-posting.units, 0),
        )
        for posting in postings
    )
    return written
