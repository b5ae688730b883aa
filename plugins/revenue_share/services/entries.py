"""Writes an event of the books with its lines and its transactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from ..data import Amounts, Part, Period, Posting, Units
from ..models import AllocationLine, RevenueEvent
from ..rules.sharing import Shared
from . import rollups
from .facts import BookedByAnother, Fact
from .ledger import post

#: What an event about a sale takes over from it.
_OF_SALE = (
    "course_key", "offering_code", "terms_version", "agreement", "version", "fee_bearer",
    "dispute_fee_bearer", "processor_fee_bearer", "merchant", "minimum_payout_minor",
    "country", "payer_class", "hold_ends_at",
)  # fmt: skip


def write_event(
    fact: Fact,
    amounts: Amounts,
    *,
    gross: int,
    month: Period,
    closed: Period | None,
    at: datetime,
    place: int = 0,
    **columns: Any,
) -> RevenueEvent:
    """Write the event of a fact, or one of them: ``place`` counts those of one fact from 0.

    ``amounts`` are its net, tax and fee as they stand in its columns. It is of a ``month``, and is
    counted in it, or in the first one after ``closed``, the last closed month, which the caller
    holds (``hold_lock_date``).

    Raises:
        BookedByAnother: the fact is booked by now.
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
        booked_at=at,
        period=str(month),
        counted_in=str(month.first_open(closed)),
        **values,
    )
    try:
        with transaction.atomic():
            event.save()
    except IntegrityError:
        # The uuid is the only thing that can be there already; any other fault shows up there.
        raise BookedByAnother from None
    rollups.add_event(event)
    return event


def columns_of_sale(sale: RevenueEvent) -> dict[str, Any]:
    """The columns of an event that takes something of a sale back: its sale's terms and month."""
    taken_over = {name: getattr(sale, name) for name in _OF_SALE}
    return {"sale": sale, "month": Period.parse(sale.period), **taken_over}


def write_shared(event: RevenueEvent, shared: Shared) -> None:
    """Write the lines of all parts of an event."""
    for part, units in shared.units.items():
        write_lines(event, part, units, base=shared.bases[part])


def write_lines(event: RevenueEvent, part: Part, units: Units, *, base: int) -> None:
    """Write what one part of an event gives to each party; a line of nothing is not kept."""
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
    if lines:
        AllocationLine.objects.bulk_create(lines)
        rollups.add_lines(event, lines)


def post_event(event: RevenueEvent, kind: str, legs: Sequence[Posting], *, at: datetime) -> None:
    """Write a transaction that an event causes."""
    post(
        legs,
        kind=kind,
        cause_kind=event.kind,
        cause_uuid=event.uuid,
        period=event.counted_in,
        currency=event.currency,
        occurred_at=event.occurred_at,
        at=at,
    )


def _event_uuid(fact: UUID, place: int) -> UUID:
    # The first event of a fact has the uuid of the fact, so two workers cannot both write it.
    return uuid5(fact, str(place)) if place else fact
