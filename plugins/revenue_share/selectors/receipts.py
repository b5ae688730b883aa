"""What one event brought, and what came off it."""

from __future__ import annotations

from fairgate.money import Money

from ..data import EventKind
from ..models import RevenueEvent
from ..rules.reports import BRINGING

_BRINGING = frozenset(kind.value for kind in BRINGING)


def of_event(event: RevenueEvent) -> tuple[Money | None, Money | None, Money | None]:
    """Gross, tax and processor's fee, signed so that they add up to the net receipts.

    What goes back has the signs of its sale turned round, and so has a dispute as a bank takes it;
    the part of the fee that does not come back is no receipt that went back. Beyond what a sale
    brought there is an excess, which no party has on a line. ``None`` three times where nothing was
    brought or taken back.
    """
    if event.kind not in _BRINGING:
        return None, None, None
    sign = 1 if event.kind == EventKind.SALE.value else -1
    gross, tax, fee = (
        Money.from_minor(minor, event.currency)
        for minor in (sign * event.gross_minor, -sign * event.tax_minor, -sign * event.fee_minor)
    )
    return gross, tax, fee
