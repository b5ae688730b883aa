"""Proves that what is kept beside events is there: rows that are gone break no sum of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import Exists, OuterRef

from ..data import EventKind, Fault
from ..models import DisputeStanding, RevenueEvent, SaleStanding


def _sales_have_their_standing() -> Iterator[Fault]:
    sales = RevenueEvent.objects.filter(kind=EventKind.SALE.value)
    kept = SaleStanding.objects.filter(sale=OuterRef("pk"))
    for sale in sales.filter(~Exists(kept)).order_by("pk")[:1]:
        sentence = "it has none, so nothing of it is cleared or goes back."
        yield Fault(invariant="sale has its standing", row=str(sale), sentence=sentence)


def _disputes_have_their_standing() -> Iterator[Fault]:
    events = RevenueEvent.objects.filter(dispute_uuid__isnull=False)
    kept = DisputeStanding.objects.filter(uuid=OuterRef("dispute_uuid"))
    for event in events.filter(~Exists(kept)).order_by("pk")[:1]:
        sentence = f"there is none of the dispute {event.dispute_uuid}."
        yield Fault(invariant="dispute has its standing", row=str(event), sentence=sentence)


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _sales_have_their_standing,
    _disputes_have_their_standing,
)
