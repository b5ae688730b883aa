"""Keeps the sums of each month in the transaction of every event, and makes them again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from fairgate_tables.inserting import Into
from fairgate_tables.sending import Statement
from fairgate_tables.transactions import in_transaction

from .. import lock_objects
from ..data import Rebuilt
from ..models import PartyRollup, ReceiptRollup, RevenueEvent
from ..selectors import rollups

log = logging.getLogger(__name__)

# Rows of one INSERT, far below what a packet of the server may hold.
_BLOCK = 500


_PARTIES = Into(
    PartyRollup, "key", "period", "party", "currency", "part", "sale_period", "course_key",
    "offering_code", "agreement", "version", "minimum_payout_minor", "hold_ends_at",
    *rollups.PARTY_SUMS,
)  # fmt: skip
_RECEIPTS = Into(
    ReceiptRollup, "key", "period", "kind", "currency", "course_key", "offering_code", "agreement",
    "country", "payer_class", *rollups.RECEIPT_SUMS,
)  # fmt: skip


class Sums:
    """What events and lines add to the sums of their months; added in the order of the keys.

    In one order, so that two who add to the same rows wait for each other and not in a circle.
    """

    def __init__(self) -> None:
        self._receipts: dict[tuple[Any, ...], list[int]] = {}
        self._parties: dict[tuple[Any, ...], list[int]] = {}
        self._held: dict[tuple[Any, ...], tuple[int | None, datetime | None]] = {}

    def add_event(self, event: RevenueEvent) -> None:
        """Add an event to the receipts of its month."""
        told = (event.counted_in, event.kind, event.currency, event.course_key,
                event.offering_code, event.agreement, event.country, event.payer_class)  # fmt: skip
        more = (1, event.gross_minor, event.tax_minor, event.fee_minor, event.net_minor,
                event.dispute_fee_minor)  # fmt: skip
        _add(self._receipts, told, more)

    def add_line(self, event: RevenueEvent, part: str, party: str, base: int, units: int) -> None:
        """Add a line of an event to the sums of its party."""
        told = (event.counted_in, party, event.currency, part, event.period, event.course_key,
                event.offering_code, event.agreement, event.version)  # fmt: skip
        self._held.setdefault(told, (event.minimum_payout_minor, event.hold_ends_at))
        _add(self._parties, told, (1, base, units))

    def statements(self) -> Iterator[Statement]:
        """What adds them in the database; rows that are not there yet are made."""
        parties = [
            (rollups.key_of(told), *told, *self._held[told], *sums)
            for told, sums in self._parties.items()
        ]
        receipts = [(rollups.key_of(told), *told, *sums) for told, sums in self._receipts.items()]
        yield from _PARTIES.adding_up(sorted(parties), field="key", sums=rollups.PARTY_SUMS)
        yield from _RECEIPTS.adding_up(sorted(receipts), field="key", sums=rollups.RECEIPT_SUMS)


def _add(sums: dict[tuple[Any, ...], list[int]], told: tuple[Any, ...], more: Any) -> None:
    known = sums.get(told)
    sums[told] = [old + new for old, new in zip(known, more, strict=True)] if known else list(more)


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
