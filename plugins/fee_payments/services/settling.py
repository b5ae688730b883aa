"""Events of providers: stored first, then acted on, each once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from fairgate.money import Money
from fee_payments import models, selectors, signals
from fee_payments.data import EventOutcome, EventReceipt, OrderState
from fee_payments.exceptions import NoSeatLeft
from fee_payments.providers.base import Event, get_provider
from fee_payments.services import seats
from fee_payments.services.ordering import OPEN, open_seat
from waiver_policy import api as waivers
from waiver_policy.data import Applicant
from waiver_policy.exceptions import WaiverError

log = logging.getLogger(__name__)


def receive_event(
    provider: str, body: bytes, headers: Mapping[str, str], *, at: datetime
) -> EventReceipt:
    """Take a provider's event: verify, store, act.

    The same event again, at once or a day later, has no second effect. An event that does not fit
    its order (amount, currency, unknown reference) is held for a person: nothing is lost, nobody
    gets in. Call it outside a transaction: the event is committed before it is acted on.

    Raises:
        UnknownProvider: no such provider.
        InvalidEvent: signature, age or shape are wrong; nothing was stored.
    """
    event = get_provider(provider).read_event(body, headers, at=at)
    try:
        with transaction.atomic():
            row = models.ProviderEvent.objects.create(
                provider=provider,
                event_id=event.event_id,
                kind=event.kind,
                reference=event.reference,
                payload=body.decode(),
                received_at=at,
            )
    except IntegrityError:
        row = models.ProviderEvent.objects.get(provider=provider, event_id=event.event_id)
    return _act_once(row.pk, event, at=at)


def retry_events(*, at: datetime) -> int:
    """Act on stored events that nobody acted on, because a worker died. Returns how many.

    The events were verified when they came; their rows are read back as they were stored.
    """
    waiting = models.ProviderEvent.objects.filter(handled_at__isnull=True).order_by("id")
    done = 0
    for row in waiting:
        event = get_provider(row.provider).parse(row.payload.encode())
        _act_once(row.pk, event, at=at)
        done += 1
    return done


def _act_once(pk: int, event: Event, *, at: datetime) -> EventReceipt:
    with transaction.atomic():
        # The lock is the first read of this transaction: two workers with the same event queue
        # here, and the second one sees what the first one wrote.
        row = models.ProviderEvent.objects.select_for_update().get(pk=pk)
        if row.handled_at is not None:
            return EventReceipt(outcome=EventOutcome.KNOWN, sentence="This event was known.")
        receipt = _act(row.provider, event, at=at)
        row.handled_at, row.outcome, row.sentence = at, receipt.outcome, receipt.sentence
        row.save(update_fields=["handled_at", "outcome", "sentence"])
    log.info("provider event: provider=%s event=%s outcome=%s", row.provider, pk, receipt.outcome)
    return receipt


def _act(provider: str, event: Event, *, at: datetime) -> EventReceipt:
    acts = {"payment.succeeded": _succeeded, "payment.failed": _failed}
    act = acts.get(event.kind)
    if act is None:
        return EventReceipt(outcome=EventOutcome.IGNORED, sentence=f"Kept: “{event.kind}”.")
    payment = (
        models.Payment.objects.select_for_update()
        .filter(provider=provider, reference=event.reference)
        .first()
    )
    if payment is None:
        return _held("No payment of ours has this reference.")
    order = models.Order.objects.select_for_update().get(pk=payment.order_id)
    return act(payment, order, event, at)


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
    if event.amount != due:
        return _hold(order, f"the event says {event.amount}, the order {due}.")
    payment.paid_at = min(event.occurred_at, at)
    payment.processor_fee_minor = _fee(event, due).minor
    payment.save(update_fields=["paid_at", "processor_fee_minor"])
    _tell_payment(payment)
    return _let_in(payment, order, at)


def _fee(event: Event, due: Money) -> Money:
    fee = event.processor_fee
    return Money.zero(due.currency) if fee is None or fee.currency != due.currency else fee


def _hold(order: models.Order, sentence: str) -> EventReceipt:
    """Stop at this order until a person has looked; a settled order keeps its state."""
    if order.state in (*OPEN, OrderState.EXPIRED, OrderState.CANCELLED):
        order.state = OrderState.HELD
    order.sentence = f"Held for a person: {sentence}"
    order.save(update_fields=["state", "sentence"])
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
    if order.state in (OrderState.EXPIRED, OrderState.CANCELLED) and not _reopen(order, line):
        return _hold(order, "paid after the order was closed, and no seat is left.")
    source = models.Entitlement.Source.ORDER
    if not open_seat(line, user_id=order.user_id, source=source, at=payment.paid_at or at):
        return _hold(order, "this learner had access already; a refund may be due.")
    order.state, order.open_key, order.sentence = OrderState.PAID, None, ""
    order.save(update_fields=["state", "open_key", "sentence"])
    return EventReceipt(outcome=EventOutcome.SETTLED, sentence="Paid.")


def _reopen(order: models.Order, line: models.OrderLine) -> bool:
    """Take seat and waiver again for an order that was paid after it had been closed."""
    try:
        with transaction.atomic():
            if line.waiver_grant is not None:
                _grant_again(order, line)
            seats.take_seat(line.offering)
    except (NoSeatLeft, WaiverError):
        return False
    return True


def _grant_again(order: models.Order, line: models.OrderLine) -> None:
    cost = line.offering.full_seat_cost_minor
    grant = waivers.grant(
        Applicant(user_id=order.user_id, country=order.country, payer_class=order.payer_class),
        offering_code=line.offering.code,
        full_seat_cost=Money.from_minor(cost, line.offering.full_seat_cost_currency)
        if cost
        else None,
        key=f"late:{order.key}",
        at=order.placed_at,
    )
    line.waiver_grant = grant.uuid
    line.save(update_fields=["waiver_grant"])
