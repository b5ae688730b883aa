"""Closes a hold that no money ends: two people say that a payment which did not fit went back.

Such a payment is in nobody's books, so neither is its refund, which somebody made at the provider.
Order of locks: payment, order, lines, the closing.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from fairgate_tables.transactions import in_transaction
from fee_payments import compat, models
from fee_payments.data import HoldCause
from fee_payments.exceptions import HoldStays, UnknownDocument
from fee_payments.services import holding, in_order
from fee_payments.services.closing import OPEN, locked_lines
from fee_payments.services.confirming import check_reason, confirm, refuse, waiting

log = logging.getLogger(__name__)


def ask_hold_closing(hold_pk: int, *, reason: str, by: int, at: datetime) -> int:
    """Ask that a hold is closed, because the money went back elsewhere; the id of the request.

    ``by`` is the user id of who asks; the permission is ``fee_payments.ask_hold_closing``.

    Raises:
        UnknownDocument: there is no such hold.
        HoldStays: no reason; it has ended, is none of a payment that does not fit, or waits for a
            second person already.
    """
    check_reason(reason, refusal=HoldStays)
    hold = models.OrderHold.objects.filter(pk=hold_pk).first()
    if hold is None:
        raise UnknownDocument(f"There is no hold {hold_pk}.")
    if hold.cause != HoldCause.PAYMENT:
        raise HoldStays(_("Only a payment that does not fit is closed like this."))
    if hold.released_at is not None:
        raise HoldStays(_("This order waits for it no longer."))
    try:
        with transaction.atomic():
            step = models.HoldClosing.objects.create(
                hold=hold, live_key=hold.pk, reason=reason.strip()[:255], asked_by=by, asked_at=at
            )
    except IntegrityError:
        raise HoldStays(_("A closing of this hold waits for a second person.")) from None
    log.info("hold closing asked for: closing=%s by=%s", step.pk, by)
    return int(step.pk)


@in_transaction
def confirm_hold_closing(pk: int, *, by: int, at: datetime) -> None:
    """Close it: the order waits for it no longer, and the learner may pay anew if it is open.

    The same payment told once more, by an event or by who compares the books, holds nothing again.
    ``by`` is another person than who asked; the permission is
    ``fee_payments.confirm_hold_closing``.

    Raises:
        UnknownDocument, SecondPersonNeeded: see there.
        HoldStays: it is decided, has ended by itself, or money in our books is due back.
    """
    hold = _hold_of(pk)
    payment, order = _locked(hold)
    step = waiting(models.HoldClosing, pk, by=by, refusal=HoldStays)
    if not in_order.is_in_order(order, locked_lines(order)):
        raise HoldStays(
            _("Money of this order is in the books and is due back. Refund it: the hold ends then.")
        )
    if not holding.close(order, hold, by=by, at=at):
        raise HoldStays(_("This order waits for it no longer; refuse the closing."))
    if payment is not None and payment.paid_at is None and payment.closed_at is None:
        payment.closed_at, payment.pending_at = at, None
        payment.save(update_fields=["closed_at", "pending_at"])
    if order.state in OPEN and not order.held_because:
        # The learner had read that they need not pay again.
        order.sentence = _pay_again(order.user_id)
        order.save(update_fields=["sentence"])
    confirm(step, by=by, at=at)
    models.HoldClosing.objects.filter(pk=pk).update(live_key=None)


@in_transaction
def refuse_hold_closing(pk: int, *, by: int, because: str, at: datetime) -> None:
    """Let the order wait further; who has asked may refuse it as well.

    Raises:
        UnknownDocument: there is no such closing.
        HoldStays: no reason, or it is decided.
    """
    check_reason(because, refusal=HoldStays)
    refuse(waiting(models.HoldClosing, pk, refusal=HoldStays), by=by, because=because, at=at)
    models.HoldClosing.objects.filter(pk=pk).update(live_key=None)


def _pay_again(user_id: int) -> str:
    """What the learner reads, in their language: it is an operator who closes the hold."""
    with translation.override(compat.preferred_language(user_id) or settings.LANGUAGE_CODE):
        return _("What was paid did not fit this order and went back. Please pay it again.")


def _hold_of(pk: int) -> models.OrderHold:
    """The hold that a closing is of, which never changes."""
    step = models.HoldClosing.objects.select_related("hold").filter(pk=pk).first()
    if step is None:
        raise UnknownDocument(f"There is no closing {pk}.")
    hold: models.OrderHold = step.hold
    return hold


def _locked(hold: models.OrderHold) -> tuple[models.Payment | None, models.Order]:
    """The payment of a hold, if it names one, and its order, locked in the order of all."""
    payment = None
    if hold.payment_id is not None:
        payment = models.Payment.objects.select_for_update().get(pk=hold.payment_id)
    return payment, models.Order.objects.select_for_update().get(pk=hold.order_id)
