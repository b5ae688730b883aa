"""Writes events of the books with their lines, their transactions and the sums of their month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError

from fairgate_tables.inserting import Into
from fairgate_tables.sending import Statement, send

from ..data import Amounts, Booking, Part, Period, Posting, Units
from ..models import AllocationLine, RevenueEvent, SaleStanding
from ..rules.sharing import Shared
from ..selectors import events as reads
from . import ledger
from .facts import BookedByAnother, Fact
from .rollups import Sums

_COLUMNS = (
    "uuid", "fact_uuid", "kind", "sale_id", "payload_sha256", "course_key", "offering_code",
    "currency", "gross_minor", "tax_minor", "fee_minor", "net_minor", "dispute_uuid",
    "dispute_fee_minor", "excess_minor", "occurred_at", "booked_at", "period", "counted_in",
    "country", "payer_class", "terms_version", "agreement", "version", "fee_bearer",
    "processor_fee_bearer", "merchant", "recouped_minor", "dispute_fee_bearer",
    "minimum_payout_minor", "hold_ends_at",
)  # fmt: skip
_row_of = attrgetter(*_COLUMNS)
_EVENTS = Into(RevenueEvent, *_COLUMNS)
_STANDINGS = Into(
    SaleStanding, "sale_id", "kept", "ends_at", "refunded_minor", "disputed_minor",
    "net_gone_minor", "tax_gone_minor", "fee_gone_minor", "disputed", "cleared_at",
)  # fmt: skip
#: Of a new sale nothing went back, nothing is disputed, and nobody has cleared it.
_ALL_IS_LEFT: tuple[Any, ...] = (0, 0, 0, 0, 0, {}, None)
_LINES = Into(
    AllocationLine, "event_id", "part", "party", "base_minor", "units_minor", "currency", "period"
)


class Journal:
    """What one fact, or many, write into the books: first collected, then written all at once.

    Each table gets one statement, however much there is for it; they are sent in two packets, since
    lines and entries name the numbers of events and transactions. The sums of the month come last:
    their rows are those that other bookings want, too.
    """

    def __init__(self, closed: Period | None, at: datetime) -> None:
        """``closed`` is the last closed month, which the caller holds (``hold_lock_date``)."""
        self._closed = closed
        self._at = at
        self._events: list[RevenueEvent] = []
        self._lines: list[tuple[RevenueEvent, str, str, int, int]] = []
        self._standings: list[tuple[RevenueEvent, dict[str, Any]]] = []
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
        for party, value in units.items():
            if value:
                self._lines.append((event, part.value, party, base, value))
                self._sums.add_line(event, part.value, party, base, value)

    def stand(self, event: RevenueEvent, kept: dict[str, Any]) -> None:
        """What is left of a new sale: all of it. ``kept`` is what each party has of it, by part."""
        self._standings.append((event, kept))

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

    def write(self, more: Iterable[Statement] = ()) -> None:
        """Write all of it, and last what ``more`` changes in rows that the caller has locked.

        Raises:
            BookedByAnother: one of the facts is booked by now; the transaction is to be undone.
        """
        events = _EVENTS.numbered([_row_of(event) for event in self._events])
        try:
            told = send([*events, *ledger.transactions_of(self._drafts)])
        except IntegrityError:
            # The uuid is the only thing that can be there already; any other fault shows up there.
            raise BookedByAnother from None
        numbers = [number for answer in told for number in answer.numbers]
        for event, number in zip(self._events, numbers, strict=False):
            event.pk = number
        send(
            [
                *_STANDINGS.statements(
                    [(event.pk, kept, event.hold_ends_at, *_ALL_IS_LEFT)
                     for event, kept in self._standings]
                ),
                *_LINES.statements(
                    [(event.pk, *line, event.currency, event.counted_in)
                     for event, *line in self._lines]
                ),
                *ledger.entries_of(self._drafts, numbers[len(self._events):]),
                *self._sums.statements(),
                *more,
            ]
        )  # fmt: skip

    def booking(self) -> Booking:
        """What was written, as one booking."""
        lines = ((part, party, units) for _, part, party, _, units in self._lines)
        return reads.booking(self._events, lines)


def columns_of_sale(sale: RevenueEvent) -> dict[str, Any]:
    """The columns of an event that takes something of a sale back: its sale's terms and month."""
    taken_over = {name: getattr(sale, name) for name in reads.OF_SALE}
    return {"sale": sale, "month": Period.parse(sale.period), **taken_over}


def _event_uuid(fact: UUID, place: int) -> UUID:
    # The first event of a fact has the uuid of the fact, so two workers cannot both write it.
    return uuid5(fact, str(place)) if place else fact
