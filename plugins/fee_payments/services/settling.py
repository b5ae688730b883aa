"""Events of providers: stored first, then acted on, each once.

Order of locks: event, payment, order, its lines; then line by line, in the order of the rooms:
waiver fund, room.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate.errors import FairgateError
from fairgate.money import Money
from fee_payments import models, selectors
from fee_payments.data import EventOutcome, EventReceipt, OrderState
from fee_payments.exceptions import FeeRefused, NoSeatLeft, QuoteChanged
from fee_payments.providers.base import Event, get_provider
from fee_payments.services import entitling, seats, waiving
from fee_payments.services.closing import OPEN, close, locked_lines, shut
from fee_payments.services.ordering import what_has_changed
from fee_payments.services.payment_parts import count_paid, write_parts
from fee_payments.services.reopening import grant_again
from waiver_policy.exceptions import GrantClosed, WaiverError

log = logging.getLogger(__name__)

# A provider's clock may differ from ours; what is dated earlier was not paid for the order.
CLOCK_SLACK = timedelta(days=1)
# A fixed fee can be more than a tiny payment; a fee beyond this is not one.
FEE_SLACK_MINOR = 100
# An event about a payment we do not know may have come before our own row; it is tried again.
UNKNOWN_IS_RETRIED_FOR = timedelta(days=3)
ALREADY_IN = "this learner had access already; a refund is due."


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
    fee = event.processor_fee
    payment.paid_at = min(event.occurred_at, at)
    payment.processor_fee_minor = None if fee is None else fee.minor
    payment.save(update_fields=["paid_at", "processor_fee_minor"])
    lines = locked_lines(order)
    count_paid(payment, lines)
    if fee is not None:
        write_parts(payment, lines, at=at)
    return _let_in(payment, order, lines, at)


def record_fee(payment_pk: int, fee: Money, *, at: datetime) -> None:
    """Take down what the processor keeps of a payment, and tell the books of its parts.

    For a provider that tells its fee later than the payment, which is in nobody's books until
    then: what is shared is known with the fee. The same fee again has no second effect.

    Raises:
        FeeRefused: nothing was paid; the fee is in another currency, negative or beyond reason;
            or another fee is known.
    """
    with transaction.atomic():
        payment = models.Payment.objects.select_for_update().get(pk=payment_pk)
        if payment.processor_fee_minor is not None:
            known = Money.from_minor(payment.processor_fee_minor, payment.currency)
            if known != fee:
                raise FeeRefused(
                    _("The fee of this payment is %(known)s, and not %(other)s.")
                    % {"known": known, "other": fee}
                )
            return
        due = Money.from_minor(payment.amount_minor, payment.currency)
        if payment.paid_at is None or not _can_be_fee(fee, due):
            raise FeeRefused(
                _("%(fee)s cannot be the fee of this payment of %(due)s.")
                % {"fee": fee, "due": due}
            )
        payment.processor_fee_minor = fee.minor
        payment.save(update_fields=["processor_fee_minor"])
        write_parts(payment, selectors.lines_of(payment.order), at=at)


def _can_be_fee(fee: Money, due: Money) -> bool:
    return fee.currency == due.currency and 0 <= fee.minor <= due.minor + FEE_SLACK_MINOR


def _fault(event: Event, due: Money, order: models.Order, at: datetime) -> str:
    """What does not fit between an event and the order it pays, or nothing."""
    if event.amount != due:
        return f"the event says {event.amount}, the order {due}."
    fee = event.processor_fee
    if fee is not None and not _can_be_fee(fee, due):
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


def _let_in(
    payment: models.Payment, order: models.Order, lines: Sequence[models.OrderLine], at: datetime
) -> EventReceipt:
    """Open the seats. The money has arrived and is counted, whatever comes of the seats.

    What can be opened is; a line that cannot keeps nobody out of the others. Its money is due
    back, so the order is held for a person, and the sentence names the line.
    """
    if order.state in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED):
        return _hold(order, "this order was paid twice; a refund is due.")
    found = [(line, _open_line(order, line, payment.paid_at or at, at)) for line in lines]
    obstacles = [(line, obstacle) for line, obstacle in found if obstacle]
    if len(obstacles) == len(lines):
        if all(obstacle == ALREADY_IN for _line, obstacle in obstacles):
            close(order, OrderState.CANCELLED, "", at=at)
        return _hold(order, _obstacles_in_words(obstacles, len(lines)))
    for line, _obstacle in obstacles:
        waiving.release(line, because="not opened", at=at)
        seats.give_seat_back(line)
    order.state = OrderState.PAID
    order.sentence = order.held_because = ""
    order.save(update_fields=["state", "sentence", "held_because"])
    shut(lines)
    if obstacles:
        return _hold(order, _obstacles_in_words(obstacles, len(lines)))
    return EventReceipt(outcome=EventOutcome.SETTLED, sentence="Paid.")


def _obstacles_in_words(obstacles: Sequence[tuple[models.OrderLine, str]], lines: int) -> str:
    """What stood in the way; of one of several lines, with the line's title."""
    if lines == 1:
        return obstacles[0][1]
    return " ".join(f"“{line.offering.title}”: {obstacle}" for line, obstacle in obstacles)


def _open_line(order: models.Order, line: models.OrderLine, paid_at: datetime, at: datetime) -> str:
    """Open the seat of a line. Returns what stands in the way, or nothing."""
    opened = _open_seat(order, line, at=paid_at) if order.state in OPEN else None
    if opened is None:
        if obstacle := _reopen(order, line, at=at):
            return obstacle
        opened = _open_seat(order, line, at=paid_at)
    return "" if opened else ALREADY_IN


def _open_seat(order: models.Order, line: models.OrderLine, *, at: datetime) -> bool | None:
    """Whether the learner was entitled by this; ``None`` if the waiver of the line has expired."""
    source = models.Entitlement.Source.ORDER
    try:
        with transaction.atomic():
            return entitling.open_seat(line, user_id=order.user_id, source=source, at=at)
    except GrantClosed:
        return None


def _reopen(order: models.Order, line: models.OrderLine, *, at: datetime) -> str:
    """Take waiver and seat again for a line that was paid after its order had been closed.

    Or after its waiver had expired: the order is open, its time is over, and nobody has closed it.

    A waiver that was given for another country than the learner's now is not given again, nor is
    one of another part of the price: the fund pays the part that the learner did not.
    Returns what stands in the way, or nothing; then nothing was taken.
    """
    if line.waiver_grant is not None and what_has_changed(order, [line], at=at):
        return "paid after the order was closed, and the learner's country is another one now."
    try:
        with transaction.atomic():
            grant_again(order, line)
            seats.take_seat(line)
    except NoSeatLeft:
        return "paid after the order was closed, and no seat is left."
    except QuoteChanged:
        return "paid after the order was closed, and another part of the price is waived by now."
    except WaiverError as error:
        return f"paid after the order was closed, and its waiver is gone: {error}"
    return ""
