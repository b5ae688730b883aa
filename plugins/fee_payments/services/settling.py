"""What becomes of an order when its payment comes, is on its way, or does not come.

The caller has locked the payment and then its order. Order of locks after these: the lines; then
line by line, in the order of the rooms: waiver fund, room.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fairgate.money import Money
from fee_payments import conf, models, selectors
from fee_payments.data import EventOutcome, EventReceipt, HoldCause, OrderState
from fee_payments.exceptions import FeeRefused, NoSeatLeft, QuoteChanged, SessionNotOpen
from fee_payments.providers.facts import Declined, Paid
from fee_payments.services import (
    entitling,
    holding,
    institution_seats,
    seats,
    standings,
    waiving,
)
from fee_payments.services.closing import OPEN, close, locked_lines, shut, tell_closed
from fee_payments.services.ordering import what_has_changed
from fee_payments.services.payment_parts import count_paid, write_parts
from fee_payments.services.reopening import grant_again
from waiver_policy.exceptions import GrantClosed, WaiverError

log = logging.getLogger(__name__)

# A provider's clock may differ from ours; what is dated earlier was not paid for the order.
CLOCK_SLACK = timedelta(days=1)
# A fixed fee can be more than a tiny payment; a fee beyond this is not one.
FEE_SLACK_MINOR = 100
ALREADY_IN = "this learner had access already; a refund is due."

KNOWN = EventReceipt(outcome=EventOutcome.KNOWN, sentence="This was known.")


def held(sentence: str) -> EventReceipt:
    """What becomes of an event that has let its order wait for a person."""
    return EventReceipt(outcome=EventOutcome.HELD, sentence=f"Held for a person: {sentence}")


def record_declined(
    payment: models.Payment, order: models.Order, fact: Declined, *, at: datetime
) -> EventReceipt:
    """A try has failed; the order stays open, and the learner reads why."""
    if payment.paid_at is not None or payment.closed_at is not None:
        return KNOWN
    if fact.is_final:
        payment.closed_at, payment.pending_at = at, None
        payment.save(update_fields=["closed_at", "pending_at"])
    if order.state in OPEN and order.sentence != fact.sentence:
        order.sentence = fact.sentence
        order.save(update_fields=["sentence"])
    elif not fact.is_final:
        return KNOWN
    return EventReceipt(outcome=EventOutcome.FAILED, sentence=fact.sentence or "Not paid.")


def record_pending(payment: models.Payment, order: models.Order, *, at: datetime) -> EventReceipt:
    """The payer has done their part: the order is kept longer, and not paid a second time."""
    if payment.paid_at or payment.closed_at or payment.pending_at:
        return KNOWN
    payment.pending_at = at
    payment.save(update_fields=["pending_at"])
    if order.state in OPEN:
        order.expires_at = max(order.expires_at, at + conf.pending_hold())
        order.sentence = ""
        order.save(update_fields=["expires_at", "sentence"])
    return EventReceipt(outcome=EventOutcome.SETTLED, sentence="The payment is on its way.")


def record_expired(payment: models.Payment, *, at: datetime) -> EventReceipt:
    """The provider's page has closed unpaid: the next attempt opens another."""
    if payment.paid_at or payment.closed_at:
        return KNOWN
    payment.closed_at = at
    payment.save(update_fields=["closed_at"])
    return EventReceipt(outcome=EventOutcome.SETTLED, sentence="The page has closed unpaid.")


def record_paid(
    payment: models.Payment, order: models.Order, fact: Paid, *, at: datetime
) -> EventReceipt:
    """The money has arrived: count it and open what was ordered; what does not fit is held."""
    due = Money.from_minor(payment.amount_minor, payment.currency)
    fault = _fault(fact, due, order, at)
    if fault and holding.was_closed(payment, fault):
        return KNOWN
    if fault:
        return _hold(order, fault, at=at, payment=payment)
    payment.paid_at, payment.pending_at = min(fact.occurred_at, at), None
    payment.processor_fee_minor = None if fact.fee is None else fact.fee.minor
    payment.charge_reference = fact.charge_reference[:128]
    payment.save(update_fields=["paid_at", "pending_at", "processor_fee_minor", "charge_reference"])
    lines = locked_lines(order)
    count_paid(payment, lines)
    if fact.fee is not None:
        write_parts(payment, lines, at=at)
    receipt = _let_in(payment, order, lines, at)
    if payment.provider != standings.PROVIDER:
        standings.settle_otherwise(order.pk, at=at)
    return receipt


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


def _fault(fact: Paid, due: Money, order: models.Order, at: datetime) -> str:
    """What does not fit between an event and the order it pays, or nothing."""
    if fact.amount != due:
        return f"the event says {fact.amount}, the order {due}."
    fee = fact.fee
    if fee is not None and not _can_be_fee(fee, due):
        return f"the event says a fee of {fee} on {due}."
    if not order.placed_at - CLOCK_SLACK <= fact.occurred_at <= at + CLOCK_SLACK:
        return f"the event is dated {fact.occurred_at.date().isoformat()}."
    return ""


def _hold(
    order: models.Order, sentence: str, *, at: datetime, payment: models.Payment | None = None
) -> EventReceipt:
    """A payment does not fit, or not all that it paid could be opened: a person has to look."""
    holding.hold(order, HoldCause.PAYMENT, sentence, at=at, payment=payment)
    return held(sentence)


def _let_in(
    payment: models.Payment, order: models.Order, lines: Sequence[models.OrderLine], at: datetime
) -> EventReceipt:
    """Open the seats. The money has arrived and is counted, whatever comes of the seats.

    What can be opened is; a line that cannot keeps nobody out of the others. Its money is due
    back, so the order is held for a person, and the sentence names the line.
    """
    if order.state in (OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.REFUNDED):
        return _hold(order, "this order was paid twice; a refund is due.", at=at)
    found = [(line, _open_line(order, line, payment.paid_at or at, at)) for line in lines]
    obstacles = [(line, obstacle) for line, obstacle in found if obstacle]
    if len(obstacles) == len(lines):
        if all(obstacle == ALREADY_IN for _line, obstacle in obstacles):
            close(order, OrderState.CANCELLED, "", at=at)
        return _hold(order, _obstacles_in_words(obstacles, len(lines)), at=at)
    for line, _obstacle in obstacles:
        waiving.release(line, because="not opened", at=at)
        seats.give_seat_back(line)
    order.state = OrderState.PAID
    order.sentence = ""
    order.save(update_fields=["state", "sentence"])
    holding.release(order, HoldCause.PAYMENT, at=at)
    shut(lines)
    tell_closed(order)
    if obstacles:
        return _hold(order, _obstacles_in_words(obstacles, len(lines)), at=at)
    return EventReceipt(outcome=EventOutcome.SETTLED, sentence="Paid.")


def _obstacles_in_words(obstacles: Sequence[tuple[models.OrderLine, str]], lines: int) -> str:
    """What stood in the way; of one of several lines, with the line's title."""
    if lines == 1:
        return obstacles[0][1]
    return " ".join(f"“{line.offering.title}”: {obstacle}" for line, obstacle in obstacles)


def _open_line(order: models.Order, line: models.OrderLine, paid_at: datetime, at: datetime) -> str:
    """Open the seat of a line. Returns what stands in the way, or nothing."""
    if order.buyer_id is not None:
        # An organisation has bought seats: nobody is let in, its people are as they accept them.
        return institution_seats.open_pool(order, line, at=paid_at)
    opened = _open_seat(order, line, at=paid_at) if order.state in OPEN else None
    if opened is None:
        if obstacle := _reopen(order, line, at=at):
            return obstacle
        opened = _open_seat(order, line, at=paid_at)
    return "" if opened else ALREADY_IN


def _open_seat(order: models.Order, line: models.OrderLine, *, at: datetime) -> bool | None:
    """Whether the learner was entitled by this; ``None`` if the waiver of the line has expired."""
    if line.entitlements.filter(revoked_at__isnull=True).exists():
        return True  # opened with the invoice, on credit
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
    except SessionNotOpen:
        return "paid after the order was closed, and its session can no longer be chosen."
    except QuoteChanged:
        return "paid after the order was closed, and another part of the price is waived by now."
    except WaiverError as error:
        return f"paid after the order was closed, and its waiver is gone: {error}"
    return ""
