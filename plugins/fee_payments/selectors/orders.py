"""Orders as their learners see them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from fairgate.money import Money
from fee_payments import models
from fee_payments.data import (
    Breakdown,
    OrderState,
    OrderSummary,
    PayerClass,
)
from fee_payments.exceptions import UnknownOrder

if TYPE_CHECKING:
    pass


def order(uuid: UUID, *, user_id: int | None = None) -> OrderSummary:
    """One order; with ``user_id`` only if it is that learner's.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
    """
    rows = _orders().filter(uuid=uuid)
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    row = rows.first()
    if row is None:
        raise UnknownOrder("There is no such order.")
    return order_summary(row)


def list_orders(user_id: int) -> tuple[OrderSummary, ...]:
    """A learner's orders, newest first."""
    return tuple(order_summary(row) for row in _orders().filter(user_id=user_id))


def _orders() -> QuerySet[models.Order]:
    return models.Order.objects.prefetch_related("lines__offering", "payments")


def line_of(row: models.Order) -> models.OrderLine:
    """The line of an order; an order of this release has exactly one."""
    return row.lines.all()[0]


def breakdown_of(line: models.OrderLine) -> Breakdown:
    """The amounts a line was sold for."""
    return Breakdown(
        list_price=Money.from_minor(line.list_minor, line.currency),
        waived=Money.from_minor(line.waived_minor, line.currency),
        net=Money.from_minor(line.net_minor, line.currency),
        tax=Money.from_minor(line.tax_minor, line.currency),
        total=Money.from_minor(line.total_minor, line.currency),
    )


def _state(row: models.Order) -> OrderState:
    """The state a learner sees: a hold hides every state in which nothing is settled."""
    state = OrderState(row.state)
    unsettled = (OrderState.CREATED, OrderState.PENDING, OrderState.EXPIRED, OrderState.CANCELLED)
    return OrderState.HELD if row.held_because and state in unsettled else state


def order_summary(row: models.Order) -> OrderSummary:
    """A row of ``Order`` with its line and payments, as a value."""
    line = line_of(row)
    paid = next((payment for payment in row.payments.all() if payment.paid_at), None)
    return OrderSummary(
        uuid=row.uuid,
        user_id=row.user_id,
        state=_state(row),
        offering_code=line.offering.code,
        offering_title=line.offering.title,
        course_key=line.offering.course_key,
        breakdown=breakdown_of(line),
        refunded=Money.from_minor(paid.refunded_minor if paid else 0, line.currency),
        country=row.country,
        payer_class=PayerClass(row.payer_class),
        explanation=tuple(line.explanation),
        placed_at=row.placed_at,
        paid_at=paid.paid_at if paid else None,
        expires_at=row.expires_at,
        provider=paid.provider if paid else "",
        reference=paid.reference if paid else "",
        sentence=row.held_because or row.sentence,
    )
