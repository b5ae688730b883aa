"""The sums per month: as they are kept, and as the lines and events give them.

Sums are kept by what their rows are of, to the letter. MariaDB groups without regard to case, so
it is asked to group by a hash of the course's key as well (``spelling``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Model, Sum
from django.db.models.functions import MD5

from ..models import AllocationLine, PartyRollup, ReceiptRollup, RevenueEvent

PARTY_SUMS = ("events", "base_minor", "units_minor")
RECEIPT_SUMS = (
    "events", "gross_minor", "tax_minor", "fee_minor", "net_minor", "dispute_fee_minor",
)  # fmt: skip


def kept_parties() -> set[tuple[Any, ...]]:
    """All that the kept sums of parties say."""
    return set(PartyRollup.objects.values_list(*_told_by(PartyRollup)))


def kept_receipts() -> set[tuple[Any, ...]]:
    """All that the kept sums of receipts say."""
    return set(ReceiptRollup.objects.values_list(*_told_by(ReceiptRollup)))


def _told_by(model: type[Model]) -> list[str]:
    """All that a row says: statements and reports read what it is of, and not its key."""
    return [field.attname for field in model._meta.concrete_fields if not field.primary_key]


def differing() -> Iterator[str]:
    """The kept sums that are not what lines and events give, and those that are missing."""
    for model, found in ((PartyRollup, sums_of_parties()), (ReceiptRollup, sums_of_receipts())):
        values = _told_by(model)
        rows = {row.key: row for row in model._default_manager.all()}
        for made in found:
            row = rows.pop(made.key, None)
            if row is None or any(getattr(row, name) != getattr(made, name) for name in values):
                yield str(row or made)
        yield from map(str, rows.values())


def sums_of_parties() -> Iterator[PartyRollup]:
    """The sums that the lines give, not stored yet."""
    told = ("period", "party", "currency", "part", "event__period", "event__course_key",
            "event__offering_code", "event__agreement", "event__version")  # fmt: skip
    rows = AllocationLine.objects.annotate(spelling=MD5("event__course_key"))
    groups = rows.order_by(*told, "spelling").values_list(*told, "spelling")
    for row in groups.annotate(
        minimum=Max("event__minimum_payout_minor"),
        hold=Max("event__hold_ends_at"),
        count=Count("pk"),
        base=Sum("base_minor"),
        units=Sum("units_minor"),
    ):
        *parts, _spelling, minimum, hold, count, base, units = row
        yield party(
            tuple(parts),
            minimum_payout_minor=minimum,
            hold_ends_at=hold,
            events=count,
            base_minor=base,
            units_minor=units,
        )


def sums_of_receipts() -> Iterator[ReceiptRollup]:
    """The sums that the events give, not stored yet."""
    told = ("counted_in", "kind", "currency", "course_key", "offering_code", "agreement",
            "country", "payer_class")  # fmt: skip
    rows = RevenueEvent.objects.annotate(spelling=MD5("course_key"))
    groups = rows.order_by(*told, "spelling").values_list(*told, "spelling")
    for row in groups.annotate(
        count=Count("pk"),
        gross=Sum("gross_minor"),
        tax=Sum("tax_minor"),
        fee=Sum("fee_minor"),
        net=Sum("net_minor"),
        dispute_fee=Sum("dispute_fee_minor"),
    ):
        *parts, _spelling, count, gross, tax, fee, net, dispute_fee = row
        yield receipts(
            tuple(parts),
            events=count,
            gross_minor=gross,
            tax_minor=tax,
            fee_minor=fee,
            net_minor=net,
            dispute_fee_minor=dispute_fee,
        )


def party(told: tuple[Any, ...], **more: Any) -> PartyRollup:
    """A row of a party; ``told`` is what tells it from any other, in the order of the fields."""
    period, code, currency, part, sale_period, course, offering, agreement, version = told
    return PartyRollup(
        key=key_of(told),
        period=period,
        party=code,
        currency=currency,
        part=part,
        sale_period=sale_period,
        course_key=course,
        offering_code=offering,
        agreement=agreement,
        version=version,
        **more,
    )


def receipts(told: tuple[Any, ...], **more: Any) -> ReceiptRollup:
    """A row of receipts; ``told`` is what tells it from any other, in the order of the fields."""
    period, kind, currency, course, offering, agreement, country, payer_class = told
    return ReceiptRollup(
        key=key_of(told),
        period=period,
        kind=kind,
        currency=currency,
        course_key=course,
        offering_code=offering,
        agreement=agreement,
        country=country,
        payer_class=payer_class,
        **more,
    )


@lru_cache(maxsize=4096)
def key_of(told: tuple[Any, ...]) -> str:
    """The key of a row that is told from any other by these values."""
    # A unique index over all these columns would be longer than MariaDB takes.
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
