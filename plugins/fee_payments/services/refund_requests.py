"""Money asked back: the policy says what is offered, a learner asks, another person decides.

A request is decided once, by an UPDATE whose condition is that nobody has. What is granted is what
was offered when the learner asked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, time
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fairgate.money import Money, total
from fee_payments import models, rules, selectors
from fee_payments.data import (
    OrderState,
    OrderSummary,
    RefundOffer,
    RefundReceipt,
    RefundRequestSummary,
    RequestOutcome,
)
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import (
    FeeNotKnown,
    RefundRefused,
    RequestDecided,
    SecondPersonNeeded,
    UnknownRequest,
)
from fee_payments.selectors.orders import UNSETTLED
from fee_payments.selectors.payments import payments_with_money
from fee_payments.services.refund_books import left_of
from fee_payments.services.refunding import refund
from fee_payments.services.sale_terms import sold_refund_policy

log = logging.getLogger(__name__)

MOST_LETTERS = 1000


def refund_offer(order_uuid: UUID, user_id: int, at: datetime) -> RefundOffer:
    """What this learner can have back of their order now.

    Of an order that was paid twice it is the second payment, in full and at any time, and nothing
    else before that has gone back: a refund is of one payment. A line that could not be opened is
    due back in full as well. Of the rest the refund policy says how much.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
        NotYourPart: it is of an organisation for which they may not ask.
    """
    order = selectors.order(order_uuid, user_id=user_id, act=OrganisationAct.ASK_BACK)
    if sentence := _why_not(order):
        return RefundOffer(amounts={}, currency=order.currency, sentence=sentence, until=None)
    rows = models.OrderLine.objects.filter(order__uuid=order_uuid)
    amounts: dict[UUID, Money] = {}
    ends: list[datetime] = []
    again = _paid_again(order_uuid)
    if again:
        return RefundOffer(
            amounts=again,
            currency=order.currency,
            sentence=_("This order was paid twice. You can have %(amount)s back.")
            % {"amount": total(list(again.values()), order.currency)},
            until=None,
        )
    if order.paid_at is not None:
        left = order.left
        for line in rows.select_related("offering", "order"):
            amount, until = _offered(line, paid_at=order.paid_at, at=at)
            # A bank that has a part for good took it of the payment, not of a line.
            amount = min(amount, left)
            left -= amount
            if amount:
                amounts[line.uuid] = amount
                ends += [until] if until is not None else []
    until = min(ends, default=None)
    return RefundOffer(
        amounts=amounts,
        currency=order.currency,
        sentence=_sentence(total(list(amounts.values()), order.currency), until),
        until=until,
    )


def _why_not(order: OrderSummary) -> str:
    """Why nothing is offered while a bank looks at the payment, or once it took the money back."""
    if order.state == OrderState.DISPUTED:
        return _("Your bank is looking at this payment. Nothing is given back until it decides.")
    if order.state == OrderState.LOST:
        return _("Your bank has the money back already.")
    return ""


def _paid_again(order_uuid: UUID) -> dict[UUID, Money]:
    """What is left, by line, of the payment that came when the order had been paid already.

    The newest, which is the one that ``refund`` takes; empty if the order was not paid twice, or
    what came twice has gone back.
    """
    left = list(payments_with_money(order_uuid).order_by("-id")[:2])
    if len(left) < 2:
        return {}
    second, currency = left[0], left[0].currency
    parts = list(second.parts.select_related("line"))
    if parts:
        found = {part.line.uuid: left_of(part, currency) for part in parts}
    else:  # its fee is not known yet, so nothing of it was refunded either
        lines = selectors.lines_of(second.order)
        totals = [selectors.breakdown_of(line).total for line in lines]
        shares = rules.paid_shares(Money.from_minor(second.amount_minor, currency), totals)
        found = {line.uuid: share for line, share in zip(lines, shares, strict=True)}
    return {line: amount for line, amount in found.items() if amount}


def _offered(
    line: models.OrderLine, *, paid_at: datetime, at: datetime
) -> tuple[Money, datetime | None]:
    # What came twice has gone back by now: the policy is about what the line costs.
    twice = max(line.paid_minor - line.total_minor, 0)
    paid = Money.from_minor(line.paid_minor - twice, line.currency)
    refunded = Money.from_minor(max(line.refunded_minor - twice, 0), line.currency)
    if not _was_opened(line):
        return paid - refunded, None
    starts_on = line.offering.starts_on
    starts_at = None if starts_on is None else datetime.combine(starts_on, time.min, UTC)
    percent, until = sold_refund_policy(line).holds(at=at, paid_at=paid_at, starts_at=starts_at)
    return rules.goes_back(percent, paid=paid, refunded=refunded), until


def _was_opened(line: models.OrderLine) -> bool:
    """Whether what was paid has opened something: a right, or the seats of an organisation."""
    if line.order.buyer_id is None:
        return bool(line.entitlements.exists())
    # A pool that was opened on credit, and closed before the money came, has opened nothing.
    return line.order.state not in UNSETTLED and models.SeatPool.objects.filter(line=line).exists()


def _sentence(amount: Money, until: datetime | None) -> str:
    if not amount:
        return _("Nothing of this order can be given back now.")
    if until is None:
        return _("You can have %(amount)s back.") % {"amount": amount}
    day = date_format(until.astimezone(UTC), "DATE_FORMAT")
    moment = _("%(date)s, %(time)s") % {"date": day, "time": f"{until.astimezone(UTC):%H:%M}"}
    return _("You can have %(amount)s back if you ask before %(until)s UTC.") % {
        "amount": amount,
        "until": moment,
    }


def ask_for_refund(
    order_uuid: UUID,
    *,
    user_id: int,
    lines: Iterable[UUID] | None = None,
    reason: str,
    at: datetime,
) -> RefundRequestSummary:
    """Ask for what the policy offers of some lines, or of all; a person decides.

    Asked again while it waits, it is the same request.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
        NotYourPart: it is of an organisation for which they may not ask.
        RefundRefused: nothing is offered for these lines, or no reason is given.
    """
    offer = refund_offer(order_uuid, user_id, at)
    chosen = set(offer.amounts if lines is None else lines)
    amounts = {str(line): amount.minor for line, amount in offer.amounts.items() if line in chosen}
    if not amounts:
        raise RefundRefused(
            offer.sentence if not offer.amounts else _("Please choose what you want back.")
        )
    if not reason.strip():
        raise RefundRefused(_("Please say why you ask for it."))
    order = models.Order.objects.get(uuid=order_uuid)
    try:
        with transaction.atomic():
            row = models.RefundRequest.objects.create(
                order=order,
                open_key=str(order_uuid),
                amounts=amounts,
                reason=reason.strip()[:MOST_LETTERS],
                asked_by=user_id,
                asked_at=at,
            )
    except IntegrityError:
        row = models.RefundRequest.objects.get(open_key=str(order_uuid))
    log.info("refund asked for: request=%s order=%s", row.uuid, order_uuid)
    return selectors.refund_request_summary(row)


def grant_refund_request(request_uuid: UUID, *, by: int, at: datetime) -> RefundReceipt:
    """Give back what was asked for. Call it outside a transaction, as ``refund``.

    Granted again, after a crash or a silent provider, it goes on with the same refund.

    Raises:
        UnknownRequest, SecondPersonNeeded: see there.
        RequestDecided: somebody has refused it.
        RefundRefused, FeeNotKnown: it cannot be refunded now; the request waits as before.
        ProviderRefused, ProviderUnavailable: as for ``refund``; the request is granted.
    """
    row = _decide(request_uuid, RequestOutcome.GRANTED, by=by, note="", at=at)
    parts = {
        UUID(line): Money.from_minor(minor, _currency_of(row))
        for line, minor in row.amounts.items()
    }
    key = f"request:{row.uuid}"
    # The learner's own words stay with the request: a refund's reason is printed on credit notes.
    reason = _("Asked for by who has paid.")
    try:
        receipt = refund(row.order.uuid, parts=parts, key=key, reason=reason, by=by, at=at)
    except (RefundRefused, FeeNotKnown):
        _reopen(row)
        raise
    finally:
        # Also where the provider refused, or did not answer: the refund is there, and says so.
        made = models.Refund.objects.filter(key=key).first()
        if made is not None:
            models.RefundRequest.objects.filter(pk=row.pk).update(refund=made)
    return receipt


def refuse_refund_request(
    request_uuid: UUID, *, by: int, note: str, at: datetime
) -> RefundRequestSummary:
    """Refuse a request; the learner reads the ``note``.

    Raises:
        UnknownRequest, SecondPersonNeeded: see there.
        RefundRefused: there is no note.
        RequestDecided: somebody has granted it.
    """
    if not note.strip():
        raise RefundRefused(_("Please say why it is refused; the learner reads it."))
    row = _decide(request_uuid, RequestOutcome.REFUSED, by=by, note=note.strip()[:255], at=at)
    return selectors.refund_request_summary(row)


def _decide(
    request_uuid: UUID, outcome: RequestOutcome, *, by: int, note: str, at: datetime
) -> models.RefundRequest:
    rows = models.RefundRequest.objects.filter(uuid=request_uuid)
    found = rows.select_related("order").first()
    if found is None:
        raise UnknownRequest(_("There is no such request."))
    if by == found.asked_by:
        raise SecondPersonNeeded(_("Who asks for a refund does not decide about it."))
    with transaction.atomic(durable=True):
        rows.filter(outcome="").update(
            outcome=outcome, open_key=None, decided_by=by, decided_at=at, note=note
        )
    row = rows.select_related("order").get()
    if row.outcome != outcome:
        raise RequestDecided(_("Somebody has decided about this request already."))
    return row


def _reopen(row: models.RefundRequest) -> None:
    """Let a request wait again: nothing was refunded."""
    models.RefundRequest.objects.filter(pk=row.pk).update(
        outcome="", open_key=str(row.order.uuid), decided_by=None, decided_at=None, note=""
    )


def _currency_of(row: models.RefundRequest) -> str:
    return selectors.lines_of(row.order)[0].currency
