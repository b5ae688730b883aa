"""Orders that wait for a person: what holds each, and why.

A row for each reason; a cause releases its own and no other. ``Order.held_because`` says the live
ones, so that lists ask one table, and nobody else writes it. The caller has locked the order: that
row is the lock of its holds.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.data import HoldCause

log = logging.getLogger(__name__)

MAX_TEXT = 255


def hold(
    order: models.Order,
    cause: HoldCause,
    sentence: str,
    *,
    at: datetime,
    payment: models.Payment | None = None,
) -> None:
    """Let an order wait for a person; the same reason again has no second effect.

    State, seat and waiver of the order go on as they would. ``payment`` is the attempt whose money
    does not fit.
    """
    sentence, of = sentence[:MAX_TEXT], payment.pk if payment else None
    live = _live(order)
    if (cause, sentence, of) in {(row.cause, row.sentence, row.payment_id) for row in live}:
        return
    new = models.OrderHold.objects.create(
        order=order, payment=payment, cause=cause, sentence=sentence, held_at=at
    )
    _say(order, [*live, new])
    log.warning("order held: order=%s cause=%s", order.uuid, cause)


def release(
    order: models.Order,
    *causes: HoldCause,
    at: datetime,
    but: Collection[str] = (),
    by: int | None = None,
) -> None:
    """Let an order go, as far as these causes held it; what ``but`` says holds it still.

    So does money that did not fit and is in no books: nothing in ours says that it went back, so
    it ends with a payment that is recorded after all, or by ``close``. ``by`` is the operator who
    did what ends it, ``None`` where it ended by itself.
    """
    live, kept = _live(order), {sentence[:MAX_TEXT] for sentence in but}
    over = [row for row in live if row.cause in causes and row.sentence not in kept]
    over = [row for row in over if not _is_in_no_books(row)]
    if not over:
        return
    rows = models.OrderHold.objects.filter(pk__in=[row.pk for row in over])
    rows.update(released_at=at, released_by=by)
    _say(order, [row for row in live if row not in over])
    log.info("order released: order=%s causes=%s by=%s", order.uuid, ",".join(causes), by)


def close(order: models.Order, hold: models.OrderHold, *, by: int, at: datetime) -> bool:
    """Let an order go of one hold; whether it held the order until now."""
    live = _live(order)
    if hold not in live:
        return False
    models.OrderHold.objects.filter(pk=hold.pk).update(released_at=at, released_by=by)
    _say(order, [row for row in live if row != hold])
    log.info("hold closed: order=%s hold=%s by=%s", order.uuid, hold.pk, by)
    return True


def was_closed(payment: models.Payment, sentence: str) -> bool:
    """Whether two people have closed what did not fit of a payment, so that it holds no more."""
    closed = models.OrderHold.objects.filter(
        payment=payment, sentence=sentence[:MAX_TEXT], closings__confirmed_at__isnull=False
    )
    return bool(closed.exists())


def is_held_by(order: models.Order, cause: HoldCause) -> bool:
    """Whether an order, which is locked, waits for a person because of this."""
    return any(row.cause == cause for row in _live(order))


def _is_in_no_books(row: models.OrderHold) -> bool:
    """Whether it is of a payment whose money was never recorded.

    A recording that is not committed yet waits for the order, and lets it go itself.
    """
    return row.payment is not None and row.payment.paid_at is None


def _live(order: models.Order) -> list[models.OrderHold]:
    """What holds an order now; of one that is not held nothing is asked, and no gap is locked."""
    if not order.held_because:
        return []
    # A locking read: the transaction can be older than the lock of the order.
    rows = models.OrderHold.objects.select_for_update().filter(order=order, released_at=None)
    return list(rows.order_by("pk"))


def _say(order: models.Order, live: list[models.OrderHold]) -> None:
    why = " ".join(dict.fromkeys(row.sentence for row in live))
    order.held_because = _("Held for a person: %(why)s") % {"why": why} if live else ""
    order.save(update_fields=["held_because"])
