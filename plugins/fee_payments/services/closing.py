"""Closing what was ordered and not paid; and the rows of orders, locked.

Order of locks: payments, and orders, by their primary keys, ascending; their lines; the waiver
fund; the rooms by the primary key of the offering, ascending.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fee_payments import models, signals
from fee_payments.data import OrderState
from fee_payments.exceptions import PaymentOnItsWay
from fee_payments.services import seats, waiving

log = logging.getLogger(__name__)

OPEN = (OrderState.CREATED, OrderState.PENDING)


def open_key(user_id: int, offering_code: str) -> str:
    """The text that may stand in one open line only: one learner, one offering."""
    return f"{user_id}:{offering_code}"


def expire_orders(*, at: datetime) -> int:
    """Close orders whose time is over; seats and waiver money go back. Returns how many."""
    overdue = models.Order.objects.filter(state__in=OPEN, expires_at__lte=at)
    count = 0
    for pk in list(overdue.values_list("pk", flat=True)):
        with transaction.atomic():
            row = models.Order.objects.select_for_update().get(pk=pk)
            if row.state in OPEN:
                close(row, OrderState.EXPIRED, _("The time to pay is over."), at=at)
                count += 1
    return count


def close_open_order(user_id: int, offering_code: str, *, sentence: str, at: datetime) -> None:
    """Close what a learner has ordered and not paid, because they need it no longer.

    With it goes the rest of the same order, which was one price. Called in a transaction, before
    anything of the room or the fund is locked.
    """
    for row in locked_open_orders([open_key(user_id, offering_code)]):
        close(row, OrderState.CANCELLED, sentence, at=at)


def close(row: models.Order, state: OrderState, sentence: str, *, at: datetime) -> None:
    """Close an open order that is locked by the caller; seats and waiver money go back."""
    lines = locked_lines(row)
    for line in lines:
        waiving.release(line, because=state.value, at=at)
    end(row, lines, state, sentence)


def end(
    row: models.Order, lines: Sequence[models.OrderLine], state: OrderState, sentence: str
) -> None:
    """Close a locked order and give its seats back; the caller has released its waivers."""
    row.state, row.sentence = state, sentence
    row.save(update_fields=["state", "sentence"])
    shut(lines)
    for line in lines:
        seats.give_seat_back(line)
    tell_closed(row)
    log.info("order closed: order=%s state=%s", row.uuid, state)


def tell_closed(row: models.Order) -> None:
    """Tell after the commit that an order can be paid no longer, if a page of it may be open."""
    left = models.Payment.objects.filter(order=row, paid_at=None, closed_at=None)
    if left.exists():
        uuid = row.uuid
        transaction.on_commit(
            lambda: signals.ORDER_CLOSED.send_robust(sender=None, order_uuid=uuid)
        )


def shut(lines: Iterable[models.OrderLine]) -> None:
    """Take lines out of what is open: their learner may order the same again."""
    for line in lines:
        line.open_key = None
        line.save(update_fields=["open_key"])


def payment_on_its_way() -> PaymentOnItsWay:
    """What somebody is told who wants to pay, or order, what they have paid by a slow way."""
    return PaymentOnItsWay(
        _("Your payment is on its way. You have access as soon as it has arrived.")
    )


def locked_payments_on_their_way(open_keys: Iterable[str]) -> set[int]:
    """The primary keys of the orders of these lines that wait for a bank; their payments locked.

    Called before the orders are locked: the event of a payment locks in this order, too.
    """
    # Looked for without a lock, as below; what was locked is read as it is now.
    begun = models.Payment.objects.filter(
        order__lines__open_key__in=list(open_keys), paid_at=None, closed_at=None
    )
    pks = sorted(set(begun.order_by().values_list("pk", flat=True)))
    rows = [models.Payment.objects.select_for_update().get(pk=pk) for pk in pks]
    return {row.order_id for row in rows if row.is_on_its_way}


def locked_open_orders(open_keys: Iterable[str]) -> list[models.Order]:
    """The open orders that these lines are of, locked; there are few, and often none."""
    # Looked for without a lock and locked by their primary keys: a locking read that finds nothing
    # locks the gap in the index under REPEATABLE READ, and two of those are a deadlock.
    found = models.OrderLine.objects.filter(open_key__in=list(open_keys)).order_by()
    pks = sorted(set(found.values_list("order_id", flat=True)))
    rows = [models.Order.objects.select_for_update().get(pk=pk) for pk in pks]
    return [row for row in rows if row.state in OPEN]


def locked_lines(order: models.Order) -> tuple[models.OrderLine, ...]:
    """The lines of an order that is locked, as they are now, in the order in which rooms lock.

    What is read of them without a lock can be older than the lock of the order, where this
    transaction has read before.
    """
    # By their primary keys, as above; which lines an order has never changes.
    pks = models.OrderLine.objects.filter(order=order).order_by().values_list("pk", flat=True)
    rows = models.OrderLine.objects.select_for_update().filter(pk__in=list(pks))
    return tuple(rows.prefetch_related("offering").order_by("offering_id", "session_id", "pk"))
