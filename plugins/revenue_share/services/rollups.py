"""Keeps the sums of each month in the transaction of every event, and makes them again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from fairgate_tables.inserting import add_up
from fairgate_tables.transactions import in_transaction

from .. import lock_objects
from ..data import Rebuilt
from ..models import AllocationLine, PartyRollup, ReceiptRollup, RevenueEvent
from ..selectors import rollups

log = logging.getLogger(__name__)

# Rows of one INSERT, far below what a packet of the server may hold.
_BLOCK = 500


def add_event(event: RevenueEvent) -> None:
    """Add an event to the receipts of its month."""
    row = rollups.receipts(
        (event.counted_in, event.kind, event.currency, event.course_key, event.offering_code,
         event.agreement, event.country, event.payer_class),
        events=1,
        gross_minor=event.gross_minor,
        tax_minor=event.tax_minor,
        fee_minor=event.fee_minor,
        net_minor=event.net_minor,
    )  # fmt: skip
    add_up(row, field="key", sums=rollups.RECEIPT_SUMS)


def add_lines(event: RevenueEvent, lines: Iterable[AllocationLine]) -> None:
    """Add lines of an event to the sums of their parties."""
    rows = [
        rollups.party(
            (line.period, line.party, line.currency, line.part, event.period, event.course_key,
             event.offering_code, event.agreement, event.version),
            minimum_payout_minor=event.minimum_payout_minor,
            hold_ends_at=event.hold_ends_at,
            events=1,
            base_minor=line.base_minor,
            units_minor=line.units_minor,
        )
        for line in lines
    ]  # fmt: skip
    add_up(*rows, field="key", sums=rollups.PARTY_SUMS)


@in_transaction
def rebuild() -> Rebuilt:
    """Drop all sums and make them again from the events; nobody books or closes meanwhile."""
    lock_objects.take_lock_date()
    before = {*rollups.kept_parties(), *rollups.kept_receipts()}
    PartyRollup.objects.all().delete()
    ReceiptRollup.objects.all().delete()
    parties = _write(PartyRollup, rollups.sums_of_parties())
    receipts = _write(ReceiptRollup, rollups.sums_of_receipts())
    after = {*rollups.kept_parties(), *rollups.kept_receipts()}
    differing = len(before ^ after)
    log.info("sums rebuilt: rows=%s differing=%s", parties + receipts, differing)
    return Rebuilt(parties=parties, receipts=receipts, differing=differing)


def _write(model: Any, rows: Iterator[Any]) -> int:
    written = 0
    while block := list(islice(rows, _BLOCK)):
        model.objects.bulk_create(block)
        written += len(block)
    return written
