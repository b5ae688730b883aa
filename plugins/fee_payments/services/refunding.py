"""Refunds: held back in our books first, asked of the provider next, told at the end.

Each step is a transaction of its own whose first statement locks the payment's row by its primary
key. A provider can answer that a refund is under way (a bank needs days): then it is not done until
``record_refund`` says so, or ``fail_refund`` that it is not. What a refund does to the rows stands
in ``refund_books``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate.errors import FairgateError
from fairgate.money import Money, total
from fairgate_tables.transactions import in_transaction, run_again
from fee_payments import models, selectors
from fee_payments.data import HoldCause, RefundAnswer, RefundReceipt, RefundState
from fee_payments.exceptions import KeyReused, ProviderRefused, RefundRefused, UnknownOrder
from fee_payments.providers.registry import get_provider
from fee_payments.selectors.payments import payments_with_money
from fee_payments.services import disputing, holding, refund_books
from fee_payments.services.refund_books import Wanted

log = logging.getLogger(__name__)


def refund(
    order_uuid: UUID,
    amount: Money | None = None,
    *,
    parts: Mapping[UUID, Money] | None = None,
    key: str,
    reason: str,
    by: int,
    at: datetime,
    seen_left: Money | None = None,
) -> RefundReceipt:
    """Give money back: all that is left of an order, some lines, or a part of a line.

    ``parts`` says how much of which line, by the line's uuid; ``amount`` is short for that where
    the order has one line. Neither: all that is left. Of an order that was paid twice by mistake
    it is the newest payment that has something left, one payment at a time. A line of which
    nothing paid is left loses its access, its seat and its waiver; the others lose nothing.

    Three steps, so that a crash between any two can be repeated with the same key: the amounts are
    held back (the database refuses more than was paid, however many ask at once), the provider is
    asked with our refund's uuid as its key, the refund is marked and told. ``finish_refunds``
    repeats what nobody repeated. Call it outside a transaction. A provider that needs days leaves
    the refund ``pending``: nothing is told, and nobody loses access, before it is done.

    ``seen_left`` is what was left of the order when the person who asks looked at it: if somebody
    else has refunded since, the second refund is refused (K18).

    Raises:
        UnknownOrder: there is no such order.
        RefundRefused: nothing was paid; an amount is not positive, or more than is left; no
            reason; the order is not as it was seen; or the same is being refunded under another
            key.
        FeeNotKnown: the provider has not told its fee; later again.
        KeyReused: the key came before with another amount or order.
        ProviderRefused: the provider says no; the amount is free again.
        ProviderUnavailable: no answer; ask again with the same key.
    """
    wanted = _wanted(order_uuid, amount, parts)
    row = _known(key, order_uuid, wanted)
    if row is None:
        _refuse_without_reason(reason)
        new = models.Refund(
            key=key, reason=reason, requested_by=by, requested_at=at, is_rest=wanted is None
        )
        row = _reserve(new, order_uuid, wanted, seen_left=seen_left)
    return selectors.refund_receipt(_carry_out(row, at=at))


def finish_refunds(*, at: datetime, order_uuid: UUID | None = None) -> int:
    """Ask again for refunds that a provider has not answered. Returns how many are done now.

    Of one order, or of all. One that is under way is not asked for again: providers forget keys
    after a while.
    """
    unfinished = models.Refund.objects.filter(
        refunded_at__isnull=True, failed_at__isnull=True, asked_at__isnull=True
    )
    if order_uuid is not None:
        unfinished = unfinished.filter(payment__order__uuid=order_uuid)
    done = 0
    for row in unfinished.select_related("payment"):
        try:
            done += selectors.refund_state(_carry_out(row, at=at)) is RefundState.DONE
        except ProviderRefused as refused:
            # Nobody waits for this answer: the order tells whoever looks at it (F9).
            _hold_order(row, str(refused), at=at)
        except (FairgateError, DatabaseError):
            log.exception("refund not finished: refund=%s", row.uuid)
    return done


def record_refund(
    payment: models.Payment,
    amount: Money,
    *,
    reference: str,
    at: datetime,
    ours: UUID | None = None,
) -> models.Refund:
    """Take down that a provider has made a refund: one of ours that was under way, or one by hand.

    For whoever reads a provider's events, in their transaction or outside one. ``reference`` is the
    provider's name of the refund, not empty; ``ours`` the uuid of our ``Refund``, which a provider
    hands back if it was given it. The same again has no second effect and gives the same row.

    A refund that somebody made at the provider is shared among the lines in proportion to what is
    left of each (``refund_books.in_proportion``), by nobody of ours, once per payment and
    reference.

    Locks the payment first, then refund, order and lines.

    Raises:
        RefundRefused: it is more than is left of the payment, another amount than ours was for, or
            ``ours`` is none of this payment. Nothing was written: hold it for a person.
        FeeNotKnown: the parts of the payment are not known yet; tell it again after
            ``record_fee``.
    """
    with transaction.atomic():
        locked = models.Payment.objects.select_for_update().get(pk=payment.pk)
        found = _of_provider(locked, reference, ours)
        row = _made_at_provider(locked, amount, reference, at=at) if found is None else found
        if (row.amount_minor, row.currency) != (amount.minor, amount.currency):
            raise RefundRefused(
                _("The provider says that %(amount)s was refunded; our refund is of %(ours)s.")
                % {"amount": amount, "ours": Money.from_minor(row.amount_minor, row.currency)}
            )
        if row.refunded_at is None:
            refund_books.complete(row, at=at, reference=reference)
        return row


def fail_refund(refund_uuid: UUID, *, sentence: str, at: datetime) -> None:
    """Take down that a provider could not make a refund which was under way (T14, F9).

    The amounts are free again, and the order is held so that a person reads the ``sentence``. The
    same again has no second effect. A refund that was done stays done in the books, whatever comes
    after it: the order is held, and a person decides.

    Raises:
        RefundRefused: there is no such refund.
    """
    found = models.Refund.objects.filter(uuid=refund_uuid).first()
    if found is None:
        raise RefundRefused(_("There is no such refund."))
    with transaction.atomic():
        models.Payment.objects.select_for_update().get(pk=found.payment_id)
        row = models.Refund.objects.select_for_update().get(pk=found.pk)
        if row.failed_at is not None:
            return
        if row.refunded_at is None:
            _mark_failed(row, sentence, at=at)
        _hold_order(row, sentence, at=at)


def _wanted(order_uuid: UUID, amount: Money | None, parts: Mapping[UUID, Money] | None) -> Wanted:
    if amount is None:
        return parts
    if amount.minor <= 0:
        raise RefundRefused(_("A refund is more than zero."))
    lines = models.OrderLine.objects.filter(order__uuid=order_uuid)
    uuids = list(lines.values_list("uuid", flat=True))
    if not uuids:
        raise UnknownOrder(_("There is no such order."))
    if len(uuids) > 1:
        raise RefundRefused(_("This order has several lines: please say how much of which."))
    return {uuids[0]: amount}


def _refuse_without_reason(reason: str) -> None:
    if not reason.strip():
        raise RefundRefused(_("Please say why; the reason is kept with the refund."))


def _known(key: str, order_uuid: UUID, wanted: Wanted) -> models.Refund | None:
    row = models.Refund.objects.filter(key=key).select_related("payment__order").first()
    if row is None:
        return None
    same = row.is_rest if wanted is None else _amounts_of(row) == wanted
    if not same or row.payment.order.uuid != order_uuid:
        raise KeyReused(_("This key was used before for another refund."))
    found: models.Refund = row
    return found


def _amounts_of(row: models.Refund) -> dict[UUID, Money]:
    parts = row.parts.select_related("payment_part__line")
    return {part.line.uuid: Money.from_minor(part.amount_minor, row.currency) for part in parts}


@run_again
def _reserve(
    new: models.Refund, order_uuid: UUID, wanted: Wanted, *, seen_left: Money | None
) -> models.Refund:
    payment_pk = _payment_to_refund(order_uuid)
    try:
        with transaction.atomic(durable=True):
            payment = models.Payment.objects.select_for_update().get(pk=payment_pk)
            _refuse_if_changed(payment, seen_left)
            shares = refund_books.share_out(payment, wanted)
            disputing.refuse_refund(
                payment, total([amount for _part, amount in shares], payment.currency)
            )
            _refuse_repeated(payment, {part.line.uuid: amount for part, amount in shares})
            # Run again, the number of a row that was undone is not this one's.
            new.pk, new.payment, new.currency = None, payment, payment.currency
            return refund_books.write(new, shares)
    except IntegrityError:
        known = _known(new.key, order_uuid, wanted)
        if known is None:
            raise
        return known


def _payment_to_refund(order_uuid: UUID) -> int:
    """The paid payment of an order that has something left; the newest, if it was paid twice.

    If none has, the newest: it says why.
    """
    left = payments_with_money(order_uuid).order_by("-id").values_list("pk", flat=True).first()
    if left is not None:
        return int(left)
    paid = models.Payment.objects.filter(order__uuid=order_uuid, paid_at__isnull=False)
    newest = paid.order_by("-id").values_list("pk", flat=True).first()
    if newest is not None:
        return int(newest)
    if not models.Order.objects.filter(uuid=order_uuid).exists():
        raise UnknownOrder(_("There is no such order."))
    raise RefundRefused(_("Nothing was paid for this order, so nothing can be refunded."))


def _refuse_if_changed(payment: models.Payment, seen_left: Money | None) -> None:
    if seen_left is None:
        return
    left = selectors.order(payment.order.uuid).left
    if left != seen_left:
        raise RefundRefused(
            _("Somebody has refunded a part of this order since you looked at it: %(left)s is "
              "left. Please look again.") % {"left": left}
        )  # fmt: skip


def _refuse_repeated(payment: models.Payment, amounts: Mapping[UUID, Money]) -> None:
    """Refuse what is being refunded under another key already: two people press one button."""
    under_way = models.Refund.objects.filter(
        payment=payment, refunded_at__isnull=True, failed_at__isnull=True
    )
    for row in under_way:
        if _amounts_of(row) == amounts:
            raise RefundRefused(
                _("A refund of %(amount)s was started and is not confirmed yet; it is asked for "
                  "again.") % {"amount": total(list(amounts.values()), payment.currency)}
            )  # fmt: skip


def _carry_out(row: models.Refund, *, at: datetime) -> models.Refund:
    state = selectors.refund_state(row)
    if state is RefundState.FAILED:
        raise ProviderRefused(_("The payment provider refused this refund."))
    if state is not RefundState.REQUESTED:
        return row
    answer = _ask_provider(row, at=at)
    if answer.is_done:
        return _complete(row, answer.reference, at=at)
    # Its end may have been told before this answer: then there is nothing left to note.
    models.Refund.objects.filter(pk=row.pk, refunded_at=None, failed_at=None).update(
        asked_at=at, reference=answer.reference or None
    )
    row.refresh_from_db()
    log.info("refund under way: refund=%s", row.uuid)
    return row


def _ask_provider(row: models.Refund, *, at: datetime) -> RefundAnswer:
    amount = Money.from_minor(row.amount_minor, row.currency)
    provider = get_provider(row.payment.provider)
    try:
        return provider.refund(row.payment.reference, amount, key=str(row.uuid))
    except ProviderRefused as refused:
        _give_up(row, str(refused), at=at)
        raise


def _give_up(row: models.Refund, sentence: str, *, at: datetime) -> None:
    with transaction.atomic(durable=True):
        models.Payment.objects.select_for_update().get(pk=row.payment_id)
        locked = models.Refund.objects.select_for_update().get(pk=row.pk)
        if selectors.refund_state(locked) in (RefundState.REQUESTED, RefundState.PENDING):
            _mark_failed(locked, sentence, at=at)
    log.warning("refund refused by provider: refund=%s", row.uuid)


def _mark_failed(row: models.Refund, sentence: str, *, at: datetime) -> None:
    row.failed_at, row.failed_because = at, sentence[:255]
    row.save(update_fields=["failed_at", "failed_because"])
    refund_books.let_go(row, at=at)


@run_again
def _complete(row: models.Refund, reference: str, *, at: datetime) -> models.Refund:
    with transaction.atomic(durable=True):
        models.Payment.objects.select_for_update().get(pk=row.payment_id)
        done: models.Refund = models.Refund.objects.select_for_update().get(pk=row.pk)
        if done.refunded_at is None:
            refund_books.complete(done, at=at, reference=reference)
    return done


@in_transaction
def _hold_order(row: models.Refund, sentence: str, *, at: datetime) -> None:
    """Tell whoever looks at the order that a refund of it was not made."""
    amount = Money.from_minor(row.amount_minor, row.currency)
    order = models.Order.objects.select_for_update().get(pk=row.payment.order_id)
    said = f"a refund of {amount} was not made: {sentence}"
    holding.hold(order, HoldCause.REFUND, said, at=at)
    log.warning("refund not made: refund=%s", row.uuid)


def _of_provider(
    payment: models.Payment, reference: str, ours: UUID | None
) -> models.Refund | None:
    """The refund that a provider speaks of, locked; ``None`` if we have not heard of it."""
    rows = models.Refund.objects.filter(payment=payment)
    found = (
        rows.filter(reference=reference).first() if ours is None else rows.filter(uuid=ours).first()
    )
    if found is not None:
        return models.Refund.objects.select_for_update().get(pk=found.pk)
    if ours is not None:
        raise RefundRefused(_("There is no such refund of this payment."))
    return None


def _made_at_provider(
    payment: models.Payment, amount: Money, reference: str, *, at: datetime
) -> models.Refund:
    wanted = refund_books.in_proportion(payment, amount)
    new = models.Refund(
        key=f"provider:{uuid5(payment.uuid, reference)}",
        payment=payment,
        currency=payment.currency,
        reason=_("Made at the provider"),
        reference=reference,
        requested_at=at,
    )
    try:
        with transaction.atomic():
            return refund_books.write(new, refund_books.share_out(payment, wanted))
    except IntegrityError:
        # Written by another event while this one waited for the payment, whose lock it had not
        # when it looked: a locking read sees it.
        return models.Refund.objects.select_for_update().get(payment=payment, reference=reference)
