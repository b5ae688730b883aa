"""Proves what the waiver fund was handed: all that was cleared for it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import Exists, OuterRef, Q, Sum

from fairgate_tables.paging import pages
from partnerships.data import FUND

from ..data import Fault, Part
from ..models import AllocationLine, FundCredit, FundPosition, RevenueEvent
from . import fund


def _positions_equal_what_was_cleared() -> Iterator[Fault]:
    # What came before the end of a hold was cleared with the sale, what came after it at once.
    was_cleared = Q(part=Part.ADJUSTMENT.value)
    was_cleared |= Q(event__standing__cleared_at__isnull=False)
    was_cleared |= Q(event__sale__standing__cleared_at__isnull=False)
    lines = AllocationLine.objects.filter(was_cleared, party=FUND)
    lines = lines.exclude(part__in=(Part.SEAT.value, Part.COLLECTED.value))
    groups = lines.order_by("currency").values_list("currency")
    found = {currency: int(units) for currency, units in groups.annotate(Sum("units_minor"))}
    stated = dict(FundPosition.objects.values_list("currency", "cleared_minor"))
    for currency in sorted({*found, *stated}):
        cleared, units = stated.get(currency, 0), found.get(currency, 0)
        if cleared != units:
            sentence = f"says {cleared} was cleared, its lines {units}."
            yield Fault(invariant="fund equals its lines", row=currency, sentence=sentence)


def _positions_equal_credits() -> Iterator[Fault]:
    groups = FundCredit.objects.order_by("currency").values_list("currency")
    sums = {currency: int(units) for currency, units in groups.annotate(Sum("amount_minor"))}
    for position in FundPosition.objects.order_by("currency"):
        units = sums.pop(position.currency, 0)
        if units != position.credited_minor or not fund.is_handed_over(position):
            sentence = (
                f"says {position.credited_minor} of {position.cleared_minor}, its credits {units}."
            )
            yield Fault(invariant="fund equals its credits", row=str(position), sentence=sentence)
    for currency in filter(sums.get, sums):
        sentence = f"credits of {sums[currency]} are of no position."
        yield Fault(invariant="fund equals its credits", row=currency, sentence=sentence)


def _credits_follow_from_their_events() -> Iterator[Fault]:
    booked = RevenueEvent.objects.filter(pk=OuterRef("event_id"))
    for row in FundCredit.objects.filter(~Exists(booked)).order_by("pk")[:1]:
        sentence = f"there is no event {row.event_id}."
        yield Fault(invariant="credit is of its event", row=f"credit {row.pk}", sentence=sentence)
    for page in pages(FundCredit.objects.select_related("event")):
        moved = fund.moved_by([credit.event.uuid for credit in page])
        for credit in fund.without_cause(page, moved):
            sentence = f"its event moved {moved.get(credit.event.uuid, 0)}."
            yield Fault(invariant="credit is of its event", row=str(credit), sentence=sentence)


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _positions_equal_what_was_cleared,
    _positions_equal_credits,
    _credits_follow_from_their_events,
)
