"""Writes events of the books with their lines, their transactions and the sums of their month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError

from fairgate_tables.inserting import insert, insert_numbered

from ..data import Amounts, Booking, Part, Period, Posting, Units
from ..models import AllocationLine, RevenueEvent, SaleStanding
from ..rules.sharing import Shared
from ..selectors import events as reads
from . import ledger
from .facts import BookedByAnother, Fact
from .rollups import Sums


class Journal:
    """What one fact, or many, write into the books: first collected, then written all at once.

    Each table gets one statement, however much there is for it. The sums of the month come last:
    their rows are those that other bookings want, too.
    """

    def __init__(self, closed: Period | None, at: datetime) -> None:
        """``closed`` is the last closed month, which the caller holds (``hold_lock_date``)."""
        self._closed = closed
        self._at = at
        self._events: list[RevenueEvent] = []
        self._lines: list[AllocationLine] = []
        self._standings: list[SaleStanding] = []
        self._drafts: list[ledger.Draft] = []
        self._sums = Sums()

    def event(
        self,
        fact: Fact,
        amounts: Amounts,
        *,
        gross: int,
        month: Period,
        place: int = 0,
        **columns: Any,
    ) -> RevenueEvent:
        """The event of a fact, or one of them: ``place`` counts those of one fact from 0.

        ``amounts`` are its net, tax and fee as they stand in its columns. It is of a ``month``, and
        is counted in it, or in the first open one.
        """
        values = {
            "course_key": fact.course_key,
            "offering_code": fact.offering_code,
            "country": fact.country,
            "payer_class": fact.payer_class,
            **columns,
        }
        event = RevenueEvent(
            uuid=_event_uuid(fact.uuid, place),
            fact_uuid=fact.uuid,
            kind=fact.kind.value,
            payload_sha256=fact.payload_sha256,
            currency=fact.currency,
            gross_minor=gross,
            tax_minor=amounts.tax,
            fee_minor=amounts.fee,
            net_minor=amounts.net,
            occurred_at=fact.occurred_at,
            booked_at=self._at,
            period=str(month),
            counted_in=str(month.first_open(self._closed)),
            **values,
        )
        self._events.append(event)
        self._sums.add_event(event)
        return event

    def share(self, event: RevenueEvent, shared: Shared) -> None:
        """The lines of all parts of an event."""
        for part, units in shared.units.items():
            self.lines(event, part, units, base=shared.bases[part])

    def lines(self, event: RevenueEvent, part: Part, units: Units, *, base: int) -> None:
        """What one part of an event gives to each party; a line of nothing is not kept."""
        lines = [
            AllocationLine(
                event=event,
                part=part.value,
                party=party,
                currency=event.currency,
                period=event.counted_in,
                base_minor=base,
                units_minor=value,
            )
            for party, value in units.items()
            if value
        ]
        self._lines += lines
        self._sums.add_lines(event, lines)

    def stand(self, standing: SaleStanding) -> None:
        """What is left of a new sale: all of it."""
        self._standings.append(standing)

    def post(self, event: RevenueEvent, kind: str, legs: Sequence[Posting]) -> None:
        """A transaction that an event causes."""
        drawn = ledger.draft(
            legs,
            kind=kind,
            cause_kind=event.kind,
            cause_uuid=event.uuid,
            period=event.counted_in,
            currency=event.currency,
            occurred_at=event.occurred_at,
            at=self._at,
        )
        if drawn:
            self._drafts.append(drawn)

    def write(self) -> None:
        """Write all of it.

        Raises:
            BookedByAnother: one of the facts is booked by now; the transaction is to be undone.
        """
        try:
            insert_numbered(self._events)
        except IntegrityError:
            # The uuid is the only thing that can be there already; any other fault shows up there.
            raise BookedByAnother from None
        for row in (*self._standings, *self._lines):
            _point(row)
        _insert(self._standings)
        _insert(self._lines)
        ledger.write(self._drafts)
        self._sums.write()

    def booking(self) -> Booking:
        """What was written, as one booking."""
        lines = ((line.part, line.party, line.units_minor) for line in self._lines)
        return reads.booking(self._events, lines)


def columns_of_sale(sale: RevenueEvent) -> dict[str, Any]:
    """The columns of an event that takes something of a sale back: its sale's terms and month."""
    taken_over = {name: getattr(sale, name) for name in reads.OF_SALE}
    return {"sale": sale, "month": Period.parse(sale.period), **taken_over}


def _point(row: Any) -> None:
    """Let a row that was made before its event had a number name it."""
    if isinstance(row, SaleStanding):
        row.sale_id = row.sale.pk
    else:
        row.event_id = row.event.pk


def _insert(rows: Iterable[Any]) -> None:
    waiting = list(rows)
    for start in range(0, len(waiting), ledger.BLOCK):
        insert(*waiting[start : start + ledger.BLOCK])


def _event_uuid(fact: UUID, place: int) -> UUID:
    # The first event of a fact has the uuid of the fact, so two workers cannot both write it.
    return uuid5(fact, str(place)) if place else fact
