"""Keeps the sums of each month in the transaction of every event, and makes them again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
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


class Sums:
    """What events and lines add to the sums of their months; written in the order of the keys.

    In one order, so that two who add to the same rows wait for each other and not in a circle.
    """

    def __init__(self) -> None:
        self._receipts: dict[tuple[Any, ...], ReceiptRollup] = {}
        self._parties: dict[tuple[Any, ...], PartyRollup] = {}

    def add_event(self, event: RevenueEvent) -> None:
        """Add an event to the receipts of its month."""
        told = (event.counted_in, event.kind, event.currency, event.course_key,
                event.offering_code, event.agreement, event.country, event.payer_class)  # fmt: skip
        row = self._receipts.get(told)
        if row is None:
            nothing = dict.fromkeys(rollups.RECEIPT_SUMS, 0)
            row = self._receipts[told] = rollups.receipts(told, **nothing)
        row.events += 1
        row.gross_minor += event.gross_minor
        row.tax_minor += event.tax_minor
        row.fee_minor += event.fee_minor
        row.net_minor += event.net_minor
        row.dispute_fee_minor += event.dispute_fee_minor

    def add_lines(self, event: RevenueEvent, lines: Iterable[AllocationLine]) -> None:
        """Add lines of an event to the sums of their parties."""
        for line in lines:
            told = (line.period, line.party, line.currency, line.part, event.period,
                    event.course_key, event.offering_code, event.agreement,
                    event.version)  # fmt: skip
            row = self._parties.get(told)
            if row is None:
                row = self._parties[told] = rollups.party(
                    told,
                    minimum_payout_minor=event.minimum_payout_minor,
                    hold_ends_at=event.hold_ends_at,
                    **dict.fromkeys(rollups.PARTY_SUMS, 0),
                )
            row.events += 1
            row.base_minor += line.base_minor
            row.units_minor += line.units_minor

    def write(self) -> None:
        """Add them in the database; rows that are not there yet are made."""
        _add_up(self._parties.values(), rollups.PARTY_SUMS)
        _add_up(self._receipts.values(), rollups.RECEIPT_SUMS)


def _add_up(rows: Iterable[Any], sums: Sequence[str]) -> None:
    in_order = sorted(rows, key=lambda row: str(row.key))
    for start in range(0, len(in_order), _BLOCK):
        add_up(*in_order[start : start + _BLOCK], field="key", sums=sums)


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
