"""What is booked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from fairgate.money import Money
from fairgate_tables.asking import ask

from ..data import SEATS, Account, Balance, Booking, EventKind, Part
from ..models import (
    AllocationLine,
    DisputeStanding,
    LedgerEntry,
    RevenueEvent,
    SaleStanding,
)

#: What an event about a sale takes over from it.
OF_SALE = (
    "course_key", "offering_code", "terms_version", "agreement", "version", "fee_bearer",
    "dispute_fee_bearer", "processor_fee_bearer", "merchant", "minimum_payout_minor",
    "country", "payer_class", "hold_ends_at",
)  # fmt: skip


def events_of(fact_uuid: UUID) -> list[RevenueEvent]:
    """The events that a fact is booked as; none while it is not."""
    return list(RevenueEvent.objects.filter(fact_uuid=fact_uuid).order_by("pk"))


def is_booked(fact_uuid: UUID) -> bool:
    """Whether a fact is booked: what every worker asks first, mostly to hear that it is not."""
    return bool(ask(RevenueEvent, "id", fact_uuid=fact_uuid))


def fingerprints(fact_uuids: Iterable[UUID]) -> dict[UUID, str]:
    """The fingerprints of those of these facts that are booked; one query."""
    rows = RevenueEvent.objects.filter(fact_uuid__in=list(fact_uuids))
    return dict(rows.values_list("fact_uuid", "payload_sha256"))


def find_event(fact_uuid: UUID) -> RevenueEvent | None:
    """The first event of a fact, if it is booked."""
    return next(iter(events_of(fact_uuid)), None)


def sales_of(payments: Iterable[UUID]) -> list[RevenueEvent]:
    """The sales that these parts of a payment are booked as, by their id."""
    kind = EventKind.SALE.value
    return list(RevenueEvent.objects.filter(fact_uuid__in=list(payments), kind=kind).order_by("pk"))


def after_sales(sales: Sequence[int]) -> QuerySet[RevenueEvent]:
    """What came after these sales, and after those between them, by the id.

    By a range: of a list of more than 200 ids, MariaDB takes it that each has as many rows as there
    are events of no sale, and reads all events for it.
    """
    first, last = min(sales, default=0), max(sales, default=0)
    return RevenueEvent.objects.filter(sale_id__gte=first, sale_id__lte=last).order_by("pk")


def known_facts(uuids: Iterable[UUID]) -> set[UUID]:
    """Which of these keys are booked; one query."""
    rows = RevenueEvent.objects.filter(fact_uuid__in=list(uuids))
    return set(rows.values_list("fact_uuid", flat=True))


def known_disputes(uuids: Iterable[UUID]) -> dict[UUID, DisputeStanding]:
    """What is booked of these disputes; one query."""
    return {row.uuid: row for row in DisputeStanding.objects.filter(uuid__in=list(uuids))}


def booking_of(found: Sequence[RevenueEvent]) -> Booking:
    """What booking these events of a fact did, read from their lines."""
    lines = AllocationLine.objects.filter(event__in=found).order_by("pk")
    return booking(found, [(line.part, line.party, line.units_minor) for line in lines])


def newest_booking_of(fact_uuid: UUID) -> tuple[list[RevenueEvent], Booking]:
    """The booking that another worker has just made, also if this transaction began before it.

    A locking read sees what is committed, a plain one what was committed at the first read.
    """
    rows = RevenueEvent.objects.select_for_update().filter(fact_uuid=fact_uuid)
    found = list(rows.order_by("pk"))
    lines = AllocationLine.objects.select_for_update().filter(event__in=found).order_by("pk")
    written = [(line.part, line.party, line.units_minor) for line in lines]
    return found, booking(found, written)


def booking(found: Sequence[RevenueEvent], lines: Iterable[tuple[str, str, int]]) -> Booking:
    """The events of a fact and their lines (part, party, units) as the caller sees them."""
    parts: dict[Part, dict[str, int]] = {}
    for part, party, units in lines:
        by_party = parts.setdefault(Part(part), {})
        by_party[party] = by_party.get(party, 0) + units
    first = found[0]
    return Booking(
        event=first.fact_uuid,
        kind=EventKind(first.kind),
        currency=first.currency,
        period=first.period,
        is_unallocated=first.kind not in (*SEATS, EventKind.ADJUSTMENT, EventKind.REMITTANCE)
        and all(event.terms_version is None for event in found),
        parts=parts,
    )


def due_holds(at: datetime) -> list[int]:
    """The ids of the sales whose hold has ended and is not cleared, oldest first."""
    holds = SaleStanding.objects.filter(cleared_at__isnull=True, ends_at__lte=at)
    return list(holds.order_by("ends_at", "pk").values_list("sale_id", flat=True))


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


def due_back(party: str, currency: str, *, by: str) -> dict[Account, int]:
    """What a party has to give back by a month that is closed: debits less credits."""
    accounts = (Account.RECEIVABLE.value, Account.DISPUTE_FEE.value)
    entries = LedgerEntry.objects.filter(
        account__in=accounts,
        period__lte=by,
        party=party,
        currency=currency,
    )
    groups = entries.order_by("account").values_list("account")
    sums = groups.annotate(units=Sum(F("debit_minor") - F("credit_minor")))
    return {Account(account): int(units) for account, units in sums}
