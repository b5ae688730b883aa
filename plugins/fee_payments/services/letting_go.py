"""An operator decides that an order need not wait any more, where nothing else has to be done."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from fairgate_tables.transactions import in_transaction
from fee_payments import models
from fee_payments.data import HoldCause
from fee_payments.exceptions import RefundRefused, UnknownOrder
from fee_payments.services import holding


@in_transaction
def let_refund_go(order_uuid: UUID, *, at: datetime) -> None:
    """Let an order go that waits because a refund of it was not made: it is not to be made.

    What was paid stays paid, and can be refunded later. Another reason to wait holds it on. Again
    has no second effect.

    Raises:
        UnknownOrder: there is no such order.
        RefundRefused: a refund is still under way; what becomes of it decides.
    """
    order = models.Order.objects.select_for_update().filter(uuid=order_uuid).first()
    if order is None:
        raise UnknownOrder(_("There is no such order."))
    under_way = models.Refund.objects.filter(
        payment__order=order, refunded_at__isnull=True, failed_at__isnull=True
    )
    if under_way.exists():
        raise RefundRefused(_("A refund is still under way; what becomes of it decides."))
    holding.release(order, HoldCause.REFUND, at=at)
