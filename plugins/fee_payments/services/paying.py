"""The way to a provider: what can pay an order, and an attempt to pay it there."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from fee_payments import models, selectors
from fee_payments.data import OrderState, OrderSummary, ProviderChoice
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import OrderNotOpen, ProviderRefused
from fee_payments.providers.base import ChargeItem, ChargeRequest, Provider
from fee_payments.providers.registry import get_provider, list_providers
from fee_payments.services.closing import OPEN, payment_on_its_way
from fee_payments.services.ordering import close_if_changed

log = logging.getLogger(__name__)

# A lost answer is asked for again with the same key while the provider would still open the page
# with the same end; later a new attempt begins. Nobody has seen the page of the old one.
ASKED_AGAIN_WITHIN = timedelta(minutes=25)
# What providers take as the name of a payment.
DESCRIPTION_LETTERS = 255


def choices_for(order: OrderSummary) -> tuple[ProviderChoice, ...]:
    """The providers that can take the total of an order, as the learner chooses among them."""
    return tuple(
        ProviderChoice(name=provider.name, label=provider.label)
        for provider in list_providers()
        if not provider.refusal_of(order.total)
    )


def start_payment(
    order_uuid: UUID, *, user_id: int, provider: str, return_url: str, at: datetime
) -> str:
    """Start, or resume, the payment of an open order; returns the address to send the payer to.

    The attempt is written down before the provider is asked, with its uuid as the key: a lost
    answer is asked for again without a second charge, and two tabs come to the same page. An order
    for another country than that of the learner's profile now, or with a waiver for other countries
    than theirs, is closed instead: nothing is charged, and the price is another one. Call it
    outside a transaction.

    Raises:
        CountryChanged: the order was for another country; it is closed.
        CountryBlocked: its country was blocked since; it is closed.
        UnknownOrder, NotYourPart, OrderNotOpen, PaymentOnItsWay, UnknownProvider: see there.
        ProviderRefused, ProviderUnavailable: see there.
    """
    order = selectors.order(order_uuid, user_id=user_id, act=OrganisationAct.PAY)
    if order.state not in OPEN or order.expires_at <= at:
        raise OrderNotOpen(_("This order can no longer be paid. Please start again."))
    row = models.Order.objects.get(uuid=order_uuid)
    close_if_changed(row, at=at)
    source = get_provider(provider)
    if sentence := source.refusal_of(order.total):
        raise ProviderRefused(sentence)
    attempt = _attempt(row.pk, source, order.total, at=at)
    if not attempt.redirect_url:
        _ask(attempt, source, order, return_url=return_url, at=at)
    return attempt.redirect_url


@in_transaction
def _attempt(order_pk: int, source: Provider, amount: Money, *, at: datetime) -> models.Payment:
    """The attempt that is under way at this provider, or a new one; the order's row decides."""
    order = models.Order.objects.select_for_update().get(pk=order_pk)
    if order.state not in OPEN:
        raise OrderNotOpen(_("This order can no longer be paid. Please start again."))
    mine = models.Payment.objects.filter(order=order, paid_at__isnull=True, closed_at__isnull=True)
    if mine.filter(pending_at__isnull=False).exists():
        raise payment_on_its_way()
    for payment in mine.filter(provider=source.name).order_by("-id"):
        if _can_be_resumed(payment, amount, at):
            return payment
    return models.Payment.begin(order, source.name, amount, is_live=source.is_live, at=at)


def _can_be_resumed(payment: models.Payment, amount: Money, at: datetime) -> bool:
    if (payment.amount_minor, payment.currency) != (amount.minor, amount.currency):
        return False
    if payment.redirect_url:
        return payment.open_until is None or payment.open_until > at
    return payment.started_at is not None and payment.started_at + ASKED_AGAIN_WITHIN > at


def _ask(
    attempt: models.Payment, source: Provider, order: OrderSummary, *, return_url: str, at: datetime
) -> None:
    request = ChargeRequest(
        key=str(attempt.uuid),
        order=order.uuid,
        payment=attempt.uuid,
        amount=order.total,
        description=_description(order),
        items=tuple(
            ChargeItem(title=line.title, amount=line.breakdown.total) for line in order.lines
        ),
        return_url=return_url,
        started_at=attempt.started_at or at,
        open_until=order.expires_at,
        language=get_language() or "",
    )
    try:
        charge = source.start(request)
    except ProviderRefused:
        models.Payment.objects.filter(pk=attempt.pk).update(closed_at=at)
        raise
    attempt.reference, attempt.redirect_url = charge.reference, charge.redirect_url
    attempt.open_until = charge.open_until
    attempt.save(update_fields=["reference", "redirect_url", "open_until"])
    models.Order.objects.filter(pk=attempt.order_id, state=OrderState.CREATED).update(
        state=OrderState.PENDING
    )
    log.info("payment started: payment=%s provider=%s", attempt.uuid, source.name)


def _description(order: OrderSummary) -> str:
    """What a payer reads at the provider: titles, as many as fit."""
    names = (
        line.title if line.quantity == 1 else f"{line.quantity} × {line.title}"
        for line in order.lines
    )
    return ", ".join(names)[:DESCRIPTION_LETTERS]
