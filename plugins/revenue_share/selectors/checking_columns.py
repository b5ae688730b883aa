"""Proves the columns of events that date them, or that they have from elsewhere, by the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fairgate_tables.paging import pages

from ..data import SEATS, Amounts, EventKind, Fault, Period
from ..models import LedgerTransaction, RevenueEvent
from ..rules.fingerprints import fingerprint
from .events import OF_SALE

_COLUMNS = (
    "pk", "uuid", "fact_uuid", "kind", "currency", "gross_minor", "tax_minor", "fee_minor",
    "net_minor", "excess_minor", "payload_sha256", "occurred_at", "booked_at", "period",
    "counted_in", "sale_id", "sale__period",
)  # fmt: skip

#: What is of the month in which it happened; what comes after a sale is of the sale's.
_OF_ITS_OWN_MONTH = (EventKind.SALE, EventKind.REMITTANCE, *SEATS)
#: Facts that were told as their columns say. A refund may have been told before a dispute took
#: other parts of its sale, and a dispute is told as a whole.
_TOLD = (EventKind.ADJUSTMENT, *_OF_ITS_OWN_MONTH)

#: Month, moment and posting of a transaction.
_Dated = tuple[str, datetime, datetime]


def _columns_hold() -> Iterator[Fault]:
    told = (*_COLUMNS, *OF_SALE, *(f"sale__{name}" for name in OF_SALE))
    for page in pages(RevenueEvent.objects.values_list(*told, named=True)):
        posted, facts = _dates_of(page), _facts_of(page)
        for event in page:
            if why := _first_wrong(event, posted.get(event.uuid, ()), facts):
                row = f"{event.kind} {event.uuid}"
                yield Fault(invariant="event is as it was told", row=row, sentence=why)


def _dates_of(page: Sequence[Any]) -> dict[UUID, list[_Dated]]:
    """The dates of what events have posted when they were booked, not at the end of a hold."""
    rows = LedgerTransaction.objects.filter(cause_uuid__in=[event.uuid for event in page])
    found: dict[UUID, list[_Dated]] = {}
    for uuid, *dates in rows.exclude(kind="hold_cleared").values_list(
        "cause_uuid", "period", "occurred_at", "posted_at"
    ):
        found.setdefault(uuid, []).append((dates[0], dates[1], dates[2]))
    return found


def _facts_of(page: Sequence[Any]) -> Mapping[UUID, tuple[int, Amounts]]:
    """How many events each fact of a page has, and what they sum to; a bundle has several."""
    told = [event.fact_uuid for event in page if event.kind in _TOLD]
    rows = RevenueEvent.objects.filter(fact_uuid__in=told).values_list(
        "fact_uuid", "net_minor", "tax_minor", "fee_minor"
    )
    found: dict[UUID, tuple[int, Amounts]] = {}
    for fact, net, tax, fee in rows:
        count, amounts = found.get(fact, (0, Amounts(0, 0, 0)))
        found[fact] = (count + 1, amounts.plus(Amounts(net, tax, fee)))
    return found


def _first_wrong(
    event: Any, posted: Sequence[_Dated], facts: Mapping[UUID, tuple[int, Amounts]]
) -> str:
    """What of an event is not as it was told; "" where all is."""
    if why := _wrong_of_sale(event) or _wrong_month(event):
        return why
    if any(dates != (event.counted_in, event.occurred_at, event.booked_at) for dates in posted):
        return "it was posted at another moment, or in another month."
    if event.kind in _TOLD and not any(
        event.payload_sha256 == one for one in _fingerprints(event, facts)
    ):
        return "it does not have its hash."
    return ""


def _wrong_of_sale(event: Any) -> str:
    if event.sale_id is None:
        return "nothing goes beyond what has no sale." if event.excess_minor else ""
    differ = (
        name
        for name in ("period", *OF_SALE)
        if getattr(event, name) != getattr(event, f"sale__{name}")
    )
    name = next(differ, "")
    return f"{name} is not that of its sale." if name else ""


def _wrong_month(event: Any) -> str:
    if event.kind in _OF_ITS_OWN_MONTH and event.period != str(Period.of(event.occurred_at)):
        return f"it happened at {event.occurred_at}, which is not in {event.period}."
    if event.counted_in < event.period:
        return f"it counts in {event.counted_in}, before {event.period}."
    return ""


def _fingerprints(event: Any, facts: Mapping[UUID, tuple[int, Amounts]]) -> Iterator[str]:
    """The hashes that the fact of an event may have: a bundle is told without a course."""
    count, amounts = facts[event.fact_uuid]
    gross = amounts.gross if event.kind == EventKind.SALE else event.gross_minor
    courses = ("",) if count > 1 else (event.course_key, "")
    for course in dict.fromkeys(courses):
        yield fingerprint(
            event.kind, event.currency, gross, amounts, event.occurred_at, course_key=course,
            offering_code=event.offering_code,
        )  # fmt: skip


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (_columns_hold,)
