"""Events of providers: stored first, then acted on, each once.

Order of locks: event, payment, order, waiver fund, room.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction

from fairgate.errors import FairgateError
from fairgate.money import Money
from fee_payments import models, selectors, signals
from fee_payments.data import EventOutcome, EventReceipt, OrderState
from fee_payments.exceptions import NoSeatLeft, QuoteChanged
from fee_payments.providers.base import Event, get_provider
from fee_payments.services import entitling, seats
from fee_payments.services.ordering import OPEN, close, what_has_changed
from fee_payments.services.reopening import grant_again
from waiver_policy.exceptions import GrantClosed, WaiverError

log = logging.getLogger(__name__)

# A provider's clock may differ from ours; what is dated earlier was not paid for the order.
CLOCK_SLACK = timedelta(days=1)
# A fixed fee can be more than a tiny payment; a fee beyond this is not one.
FEE_SLACK_MINOR = 100
# An event about a payment we do not know may have come before our own row; it is tried again.
UNKNOWN_IS_RETRIED_FOR = timedelta(days=3)


def receive_event(
    provider: str, body: bytes, headers: Mapping[str, str], *, at: datetime
) -> EventReceipt:
    """Take a provider's event: verify, store, act.

    The same event again, at once or a day later, has no second effect. An event that does not fit
    its order (amount, currency, fee, date, unknown reference) is held for a person: nothing is
    lost, nobody gets in. Call it outside a transaction: the event is committed before it is acted
    on.

    Raises:
        UnknownProvider: no such provider.
        InvalidEvent: signature, age or shape are wrong; nothing was stored.
    """
    event = get_provider(provider).read_event(body, headers, at=at)
    digest = hashlib.sha256(f"{provider}\n{event.event_id}".encode()).hexdigest()
    try:
        with transaction.atomic(durable=True):
            row = models.ProviderEvent.objects.create(
                digest=digest,
                provider=provider,
                event_id=event.event_id,
                kind=event.kind,
                reference=event.reference,
                payload=body.decode(),
                received_at=at,
            )
    except IntegrityError:
        row = models.ProviderEvent.objects.get(digest=digest)
    return _act_once(row.pk, event, at=at)


def retry_events(*, at: datetime) -> int:
    """Act on stored events that were not acted on, because a worker died or our row was not there.

    Returns how many were settled. One that fails again is logged, and the others go on. The events
    were verified when they came; their rows are read back as they were stored.
    """
    waiting = models.ProviderEvent.objects.filter(
        handled_at__isnull=True, received_at__gte=at - UNKNOWN_IS_RETRIED_FOR
    )
    settled = 0
    for row in waiting.order_by("id"):
        try:
            event = get_provider(row.provider).parse(row.payload.encode())
            receipt = _act_once(row.pk, event, at=at)
        except (FairgateError, DatabaseError):
            log.exception("provider event: not acted on: event=%s", row.pk)
        else:
            settled += receipt.outcome is EventOutcome.SETTLED
    return settled


def _act_once(pk: int, event: Event, *, at: datetime) -> EventReceipt:
    with transaction.atomic(durable=True):
        # The lock is the first read of this transaction: two workers with the same event queue
        # here, and the second one sees what the first one wrote.
        row = models.ProviderEvent.objects.select_for_update().get(pk=pk)
        if row.handled_at is not None:
            return EventReceipt(outcome=EventOutcome.KNOWN, sentence="This event was known.")
        receipt, is_final = _act(row.provider, event, at=at)
        row.handled_at = at if is_final else None
        row.outcome, row.sentence = receipt.outcome, receipt.sentence[:255]
        row.save(update_fields=["handled_at", "outcome", "sentence"])
    log.info("provider event: provider=%s event=%s outcome=%s", row.provider, pk, receipt.outcome)
    return receipt


def _act(provider: str, event: Event, *, at: datetime) -> tuple[EventReceipt, bool]:
    acts = {"payment.succeeded": _succeeded, "payment.failed": _failed}
    act = acts.get(event.kind)
    if act is None:
        kept = f"Kept: “{event.kind}”."
        return EventReceipt(outcome=EventOutcome.IGNORED, sentence=kept), True
    # Found without a lock, locked by its primary key: a locking read that finds nothing locks the
    # gap in the index where the row may be about to go.
    found = models.Payment.objects.filter(provider=provider, reference=event.reference).first()
    if found is None:
        return _held("No payment of ours has this reference."), False
    payment = models.Payment.objects.select_for_update().get(pk=found.pk)
    order = models.Order.objects.select_for_update().get(pk=payment.order_id)
    return act(payment, order, event, at), True


def _held(sentence: str) -> EventReceipt:
    return EventReceipt(outcome=EventOutcome.HELD, sentence=f"Held for a person: {sentence}")


def _failed(
    payment: models.Payment, order: models.Order, event: Event, at: datetime
) -> EventReceipt:
    if payment.paid_at is None and order.state in OPEN:
        order.sentence = event.sentence
        order.save(update_fields=["sentence"])
    return EventReceipt(outcome=EventOutcome.FAILED, sentence=event.sentence or "Not paid.")


def _succeeded(
    payment: models.Payment, order: models.Order, event: Event, at: datetime
) -> EventReceipt:
    if payment.paid_at is not None:
        return EventReceipt(outcome=EventOutcome.KNOWN, sentence="This payment was known.")
    due = Money.from_minor(payment.amount_minor, payment.currency)
    fault = _fault(event, due, order, at)
    if fault:
        return _hold(order, fault)
    payment.paid_at = min(event.occurred_at, at)
    payment.processor_fee_minor = event.processor_fee.minor if event.processor_fee else 0
    payment.save(update_fields=["paid_at", "processor_fee_minor"])
    _tell_payment(payment)
    return _let_in(payment, order, at)


def _fault(event: Event, due: Money, order: models.Order, at: datetime) -> str:
    """What does not fit between an event and the order it pays, or nothing."""
    if event.amount != due:
        return f"the event says {event.amount}, the order {due}."
    fee = event.processor_fee
    if fee is not None and not 0 <= fee.minor <= due.minor + FEE_SLACK_MINOR:
        return f"the event says a fee of {fee} on {due}."
    if not order.placed_at - CLOCK_SLACK <= event.occurred_at <= at + CLOCK_SLACK:
        return f"the event is dated {event.occurred_at.date().isoformat()}."
    return ""


def _hold(order: models.Order, sentence: str) -> EventReceipt:
    """Mark the order for a person; its state, and with it seat and waiver, go on as they would."""
    order.held_because = f"Held for a person: {sentence}"[:255]
    order.save(update_fields=["held_because"])
    log.warning("order held: order=%s", order.uuid)
    return _held(sentence)


def _tell_payment(payment: models.Payment) -> None:
    summary = selectors.payment_summary(payment)
    transaction.on_commit(
        lambda: signals.PAYMENT_RECORDED.send_robust(sender=None, payment=summary)
    )


def _let_in(payment: models.Payment, order: models.Order, at: datetime) -> EventReceipt:
    """Open the seat. The money has arrived and is booked, whatever comes of the seat."""
    line = selectors.line_of(order)
    if order.state in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED):
        return _hold(order, "this order was paid twice; a refund is due.")
    paid_at = payment.paid_at or at
    opened = _open_seat(order, line, at=paid_at) if order.state in OPEN else None
    if opened is None:
        if obstacle := _reopen(order, line, at=at):
            return _hold(order, obstacle)
        opened = _open_seat(order, line, at=paid_at)
    if not opened:
        close(order, OrderState.CANCELLED, "", at=at)
        return _hold(order, "this learner had access already; a refund is due.")
    order.state, order.open_key = OrderState.PAID, None
    order.sentence = order.held_because = ""
    order.save(update_fields=["state", "open_key", "sentence", "held_because"])
    return EventReceipt(outcome=EventOutcome.SETTLED, sentence="Paid.")


def _open_seat(order: models.Order, line: models.OrderLine, *, at: datetime) -> bool | None:
    """Whether the learner was entitled by this; ``None`` if the waiver of the order has expired."""
    source = models.Entitlement.Source.ORDER
    try:
        with transaction.atomic():
            return entitling.open_seat(line, user_id=order.user_id, source=source, at=at)
    except GrantClosed:
        return None


def _reopen(order: models.Order, line: models.OrderLine, *, at: datetime) -> str:
    """Take waiver and seat again for an order that was paid after it had been closed.

    Or after its waiver had expired: the order is open, its time is over, and nobody has closed it.

    A waiver that was given for another country than the learner's now is not given again, nor is
    one of another part of the price: the fund pays the part that the learner did not.
    Returns what stands in the way, or nothing; then nothing was taken.
    """
    if line.waiver_grant is not None and what_has_changed(order, at=at):
        return "paid after the order was closed, and the learner's country is another one now."
    try:
        with transaction.atomic():
            grant_again(order, line)
            seats.take_seat(order, line.offering)
    except NoSeatLeft:
        return "paid after the order was closed, and no seat is left."
    except QuoteChanged:
        return "paid after the order was closed, and another part of the price is waived by now."
    except WaiverError as error:
        return f"paid after the order was closed, and its waiver is gone: {error}"
    return ""
