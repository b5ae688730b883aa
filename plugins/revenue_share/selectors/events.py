"""What is booked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from fairgate.money import Money

from ..data import SEATS, Account, Balance, Booking, EventKind, Part
from ..models import (
    AllocationLine,
    FundCredit,
    LedgerEntry,
    RevenueEvent,
    SaleStanding,
)


def find_event(uuid: UUID) -> RevenueEvent | None:
    """The booked event with this key."""
    event: RevenueEvent | None = RevenueEvent.objects.filter(uuid=uuid).first()
    return event


def known_events(uuids: Iterable[UUID]) -> set[UUID]:
    """Which of these keys are booked; one query."""
    return set(RevenueEvent.objects.filter(uuid__in=list(uuids)).values_list("uuid", flat=True))


def booking_of(event: RevenueEvent) -> Booking:
    """What booking this event did, read from its lines."""
    lines = AllocationLine.objects.filter(event=event).order_by("pk")
    return booking(event, [(line.part, line.party, line.units_minor) for line in lines])


def newest_booking_of(uuid: UUID) -> tuple[RevenueEvent, Booking]:
    """The booking that another worker has just made, also if this transaction began before it.

    A locking read sees what is committed, a plain one what was committed at the first read.
    """
    event: RevenueEvent = RevenueEvent.objects.select_for_update().get(uuid=uuid)
    rows = AllocationLine.objects.select_for_update().filter(event=event).order_by("pk")
    return event, booking(event, [(line.part, line.party, line.units_minor) for line in rows])


def booking(event: RevenueEvent, lines: Iterable[tuple[str, str, int]]) -> Booking:
    """An event and its lines (part, party, units) as the caller sees it."""
    parts: dict[Part, dict[str, int]] = {}
    for part, party, units in lines:
        parts.setdefault(Part(part), {})[party] = units
    return Booking(
        event=event.uuid,
        kind=EventKind(event.kind),
        currency=event.currency,
        period=event.period,
        is_unallocated=event.terms_version is None and event.kind not in SEATS,
        parts=parts,
    )


def due_holds(at: datetime) -> list[int]:
    """The ids of the sales whose hold has ended and is not cleared, oldest first."""
    holds = SaleStanding.objects.filter(cleared_at__isnull=True, ends_at__lte=at)
    return list(holds.order_by("ends_at", "pk").values_list("sale_id", flat=True))


def unsent_credits() -> list[FundCredit]:
    """Credits that the fund has not received yet, oldest first."""
    return list(
        FundCredit.objects.filter(sent_at__isnull=True).select_related("event").order_by("pk")
    )


def list_balances(currency: str | None = None) -> tuple[Balance, ...]:
    """Debits less credits, by currency, account and party."""
    entries = (
        LedgerEntry.objects.filter(currency=currency) if currency else LedgerEntry.objects.all()
    )
    groups = entries.order_by("currency", "account", "party").values_list(
        "currency", "account", "party"
    )
    return tuple(
        Balance(
            account=Account(account),
            party=party,
            amount=Money.from_minor(int(debit - credit), code),
        )
        for code, account, party, debit, credit in groups.annotate(
            debit=Sum("debit_minor"), credit=Sum("credit_minor")
        )
    )
