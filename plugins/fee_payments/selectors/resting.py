"""Orders whose access rests while their money is looked at."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from fee_payments import conf, models


def order_rests(order: models.Order) -> bool:
    """Whether access by an order rests, and nobody new is let in by it. At most one query."""
    return order.pk in resting_orders([order.pk])


def resting_orders(order_pks: Collection[int]) -> frozenset[int]:
    """Which of these orders access rests of: disputed, or taken back by a bank. At most one query.

    ``FEE_PAYMENTS_ON_DISPUTE`` and ``FEE_PAYMENTS_SUSPEND_ON_REVERSAL`` say whether it does.
    """
    kept = Q()
    if conf.suspends_on_dispute():
        kept |= Q(disputed="disputed")
    if conf.suspends_on_reversal():
        kept |= Q(live_invoice__reversed_at__isnull=False)
    if not kept or not order_pks:
        return frozenset()
    rows = models.Order.objects.filter(kept, pk__in=order_pks)
    return frozenset(rows.values_list("pk", flat=True))
