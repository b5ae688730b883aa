"""Closes pages of providers that are left open when their order can be paid no longer.

The payment is its own outbox: an attempt that is neither paid nor closed, of an order that is not
open, is to be closed. That is done after the commit that closed the order, and what fails is found
and tried again until the page would have closed by itself. Who pays in the last moment has paid:
what the provider says of the page is written as if an event had told it, and a person decides, if
the order cannot be opened any more.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError
from django.db.models import QuerySet

from fairgate.errors import FairgateError
from fairgate_tables.transactions import in_transaction
from fee_payments import models
from fee_payments.providers.base import ClosesPages
from fee_payments.providers.facts import Fact
from fee_payments.providers.registry import list_providers
from fee_payments.services import applying
from fee_payments.services.closing import OPEN

log = logging.getLogger(__name__)

# How many pages one run of the command closes, so that a run ends.
AT_ONCE = 500


def close_left_pages(*, order_uuid: UUID | None = None, at: datetime) -> int:
    """Close the pages at providers whose orders can be paid no longer, or of one such order.

    One that cannot be closed now keeps none from it. Call it outside a transaction. Returns how
    many are closed, or were found paid.
    """
    closing = {one.name: one for one in list_providers() if isinstance(one, ClosesPages)}
    rows = _left(at).filter(provider__in=closing)
    if order_uuid is not None:
        rows = rows.filter(order__uuid=order_uuid)
    count = 0
    for row in list(rows.order_by("id")[:AT_ONCE]):
        try:
            count += _close(row, closing[row.provider], at=at)
        except (FairgateError, DatabaseError):
            log.exception("page not closed: payment=%s", row.uuid)
    return count


def _left(at: datetime) -> QuerySet[models.Payment]:
    """Attempts whose page is open and whose order is not; later the page closes by itself."""
    left: QuerySet[models.Payment] = models.Payment.objects.filter(
        paid_at=None, closed_at=None, pending_at=None, open_until__gt=at
    )
    return left.exclude(redirect_url="").exclude(order__state__in=OPEN)


def _close(row: models.Payment, provider: ClosesPages, *, at: datetime) -> bool:
    facts = provider.close_page(row.reference)
    if not facts:
        return False
    receipt = _write(row, facts, at=at)
    log.info("page closed: payment=%s outcome=%s", row.uuid, receipt)
    return True


@in_transaction
def _write(row: models.Payment, facts: tuple[Fact, ...], *, at: datetime) -> str:
    return applying.apply_facts(row.provider, facts, row.pk, at=at).outcome.value
