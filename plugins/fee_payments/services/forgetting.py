"""Forgets what orders say about a person who has left, and keeps what was paid."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from fee_payments import models
from fee_payments.services import author_requests, waiting_rooms
from fee_payments.services.buying import forget_contact
from fee_payments.services.seat_housekeeping import forget_seats_of


def forget_learner(user_id: int, at: datetime) -> int:
    """Empty what their orders say, what they wrote to ask for money, and where the unpaid are from.

    They act for no buyer any more; what was issued to them is kept, as tax law asks.

    An order that was paid keeps the country its tax was decided by, for as long as invoices are
    kept. They wait for no room any more, act for no organisation, invitations to seats end, and
    tries of codes are not counted any more. What they asked for as authors of courses is taken
    back. As whom they paid is forgotten: each order says it.
    That a sale was refused because of a country is kept: who sells has to be able to show it.
    Returns how many orders there are.
    """
    waiting_rooms.leave_every_room(user_id, at=at)
    forget_seats_of(user_id, at=at)
    models.RoomWaiting.objects.filter(user_id=user_id).delete()
    models.PayerMembership.objects.filter(user_id=user_id).delete()
    models.SeatCodeTries.objects.filter(pk=user_id).delete()
    forget_contact(user_id)
    author_requests.forget_author(user_id, at=at)
    orders = models.Order.objects.filter(user_id=user_id)
    mine = list(orders.values_list("pk", flat=True))
    models.OrderLine.objects.filter(order__in=mine).update(explanation=[])
    asked = models.RefundRequest.objects.filter(Q(order__in=mine) | Q(asked_by=user_id))
    refunds = list(asked.filter(refund__isnull=False).values_list("refund__uuid", flat=True))
    models.Refund.objects.filter(uuid__in=refunds).update(reason="")
    models.TransferBack.objects.filter(key__in=map(str, refunds)).update(reason="")
    asked.update(reason="")
    paid = models.Payment.objects.filter(order__in=mine, paid_at__isnull=False)
    taxed = set(paid.values_list("order_id", flat=True))
    # What an organisation has ordered is not about its coordinator.
    unpaid = orders.filter(pk__in=set(mine) - taxed, buyer__isnull=True)
    unpaid.update(country="", buyer_tax_country="", buyer_tax_id="")
    return len(mine)
