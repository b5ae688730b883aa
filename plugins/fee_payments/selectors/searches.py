"""Orders by what an operator knows of them, and the history of one."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from fairgate.money import Money
from fee_payments import models
from fee_payments.data import (
    EventNote,
    OrderSearch,
    OrderState,
    OrderSummary,
    PaymentAttempt,
    RefundAttempt,
    RefundRequestSummary,
)
from fee_payments.exceptions import UnknownOrder, UnknownRequest
from fee_payments.selectors.orders import UNSETTLED, order_summary, orders_with_lines, theirs
from fee_payments.selectors.payments import refund_state
from fee_payments.selectors.refund_requests import refund_request_summary


def search_orders(
    wanted: OrderSearch, *, after: UUID | None = None, limit: int = 25
) -> tuple[OrderSummary, ...]:
    """Orders that fit, the newest first: at most ``limit`` after the one with this uuid.

    Raises:
        UnknownOrder: ``after`` is no order, or none of the reader.
    """
    rows = _fitting(orders_with_lines().order_by("-pk"), wanted)
    if after is not None:
        # Whether or not it still fits: it may have been paid since it was seen.
        seen = models.Order.objects.filter(uuid=after)
        if wanted.reader_id is not None:
            seen = seen.filter(theirs(wanted.reader_id))
        last = seen.values_list("pk", flat=True).first()
        if last is None:
            raise UnknownOrder(_("There is no such order."))
        rows = rows.filter(pk__lt=last)
    return tuple(order_summary(row) for row in rows[:limit])


def _fitting(rows: QuerySet[models.Order], wanted: OrderSearch) -> QuerySet[models.Order]:
    told = {
        "uuid": wanted.uuid,
        "user_id": wanted.user_id,
        "buyer__uuid": wanted.buyer_uuid,
        "placed_at__gte": wanted.placed_from,
        "placed_at__lt": wanted.placed_until,
    }
    rows = rows.filter(**{name: value for name, value in told.items() if value is not None})
    if wanted.reader_id is not None:
        rows = rows.filter(theirs(wanted.reader_id))
    if wanted.state is not None:
        rows = rows.filter(shown_as(wanted.state))
    if wanted.is_held is not None:
        rows = rows.exclude(held_because="") if wanted.is_held else rows.filter(held_because="")
    of_offering = {
        "offering__code": wanted.offering_code,
        "offering__course_key": wanted.course_key,
    }
    of_offering = {name: value for name, value in of_offering.items() if value is not None}
    if not of_offering:
        return rows
    return rows.filter(Exists(models.OrderLine.objects.filter(order=OuterRef("pk"), **of_offering)))


def shown_as(state: OrderState) -> Q:
    """The orders whose learner sees this state, as ``order_summary`` shows it."""
    if state in (OrderState.DISPUTED, OrderState.LOST):
        return Q(disputed=state)
    undisputed = Q(disputed="")
    if state is OrderState.HELD:
        return undisputed & Q(state__in=UNSETTLED) & ~Q(held_because="")
    return undisputed & Q(state=state) & (Q(held_because="") if state in UNSETTLED else Q())


def list_refund_requests(
    *, is_open: bool | None = None, after: UUID | None = None, limit: int = 25
) -> tuple[RefundRequestSummary, ...]:
    """What learners ask back, the newest first: at most ``limit`` after the one with this uuid.

    ``is_open``: only what waits for a person, or only what is decided. Three queries.

    Raises:
        UnknownRequest: ``after`` is none of them.
    """
    rows = models.RefundRequest.objects.order_by("-pk")
    if is_open is not None:
        rows = rows.filter(open_key__isnull=not is_open)
    if after is not None:
        # Whether or not it has been decided since it was seen.
        last = models.RefundRequest.objects.filter(uuid=after).values_list("pk", flat=True).first()
        if last is None:
            raise UnknownRequest(_("There is no such request."))
        rows = rows.filter(pk__lt=last)
    rows = rows.select_related("order").prefetch_related("order__lines")
    return tuple(refund_request_summary(row) for row in rows[:limit])


def list_payment_attempts(order_uuid: UUID) -> tuple[PaymentAttempt, ...]:
    """Every attempt to pay an order, the oldest first. One query."""
    rows = models.Payment.objects.filter(order__uuid=order_uuid).order_by("pk")
    return tuple(_attempt(row) for row in rows)


def _attempt(row: models.Payment) -> PaymentAttempt:
    fee = row.processor_fee_minor
    return PaymentAttempt(
        uuid=row.uuid,
        provider=row.provider,
        reference=row.reference,
        amount=Money.from_minor(row.amount_minor, row.currency),
        processor_fee=None if fee is None else Money.from_minor(fee, row.currency),
        refunded=Money.from_minor(row.refunded_minor, row.currency),
        paid_at=row.paid_at,
    )


def list_refund_attempts(order_uuid: UUID) -> tuple[RefundAttempt, ...]:
    """Every refund of an order, done or not, the oldest first. One query."""
    rows = models.Refund.objects.filter(payment__order__uuid=order_uuid).order_by("pk")
    return tuple(
        RefundAttempt(
            uuid=row.uuid,
            payment_uuid=row.payment.uuid,
            state=refund_state(row),
            amount=Money.from_minor(row.amount_minor, row.currency),
            reason=row.reason,
            requested_by=row.requested_by,
            requested_at=row.requested_at,
            refunded_at=row.refunded_at,
        )
        for row in rows.select_related("payment")
    )


def list_event_notes(order_uuid: UUID) -> tuple[EventNote, ...]:
    """What providers told of an order's payments, in the order it came. Two queries."""
    paid = models.Payment.objects.filter(order__uuid=order_uuid).filter(reference__gt="")
    about = Q()
    for provider, reference in paid.values_list("provider", "reference"):
        about |= Q(provider=provider, reference=reference)
    if not about:
        return ()
    rows = models.ProviderEvent.objects.filter(about).order_by("pk")
    return tuple(_event_note(row) for row in rows)


def _event_note(row: models.ProviderEvent) -> EventNote:
    return EventNote(
        provider=row.provider,
        event_id=row.event_id,
        kind=row.kind,
        reference=row.reference,
        received_at=row.received_at,
        handled_at=row.handled_at,
        outcome=row.outcome,
        sentence=row.sentence,
    )
