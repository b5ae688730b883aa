"""Placing, paying, waiving and expiring orders."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate.money import Money
from fee_payments import conf, models, selectors, signals
from fee_payments.data import Learner, OrderState, OrderSummary, Quote
from fee_payments.exceptions import (
    AlreadyEntitled,
    KeyReused,
    NoSeatLeft,
    NothingToPay,
    OrderNotOpen,
    QuoteChanged,
    SomethingToPay,
)
from fee_payments.providers.base import ChargeRequest, get_provider
from fee_payments.services import entitling, seats
from fee_payments.services.quoting import applicant, quote
from waiver_policy import api as waivers
from waiver_policy.data import GrantSummary
from waiver_policy.exceptions import FundEmpty, NotEligible, WaiverError

log = logging.getLogger(__name__)

OPEN = (OrderState.CREATED, OrderState.PENDING)


def place_order(
    learner: Learner,
    offering_code: str,
    *,
    key: str,
    expected: Money,
    at: datetime,
    with_waiver: bool = True,
) -> OrderSummary:
    """Place an order at the price of this moment; it keeps price and seat for a while.

    ``expected`` is the total the learner saw and agreed to, in the currency they chose. The same
    ``key`` gives the same order again; so does an open order of this learner for this offering at
    the same total, whatever the key: nobody pays twice by pressing twice.

    Raises:
        QuoteChanged: the total is not what the learner saw.
        AlreadyEntitled, NothingToPay, NoSeatLeft, KeyReused: see there.
        waiver_policy.exceptions.FundEmpty: the waiver waits for the fund; nothing was ordered.
    """
    known = _known(key, learner, offering_code)
    if known is not None:
        return known
    offer = _agreed(
        quote(learner, offering_code, at=at, currency=expected.currency, with_waiver=with_waiver),
        expected,
    )
    if not offer.total:
        raise NothingToPay(_("There is nothing to pay: take the seat."))

    def write() -> models.Order:
        grant = _grant_waiver(learner, offer, key=key, at=at)
        order, _line = _write_order(learner, offer, grant, key=key, at=at)
        return order

    return _place(learner, offer, key=key, at=at, write=write)


def take_waived_seat(
    learner: Learner, offering_code: str, *, key: str, at: datetime
) -> OrderSummary:
    """Take a seat that the waiver opens in full: no provider, but an order and a receipt.

    Raises:
        SomethingToPay: the waiver leaves something to pay.
        AlreadyEntitled, NoSeatLeft, KeyReused: see there.
        waiver_policy.exceptions.FundEmpty: the waiver waits for the fund; nothing was taken.
    """
    known = _known(key, learner, offering_code)
    if known is not None:
        return known
    offer = quote(learner, offering_code, at=at)
    _refuse_entitled(offer)
    if offer.total:
        raise SomethingToPay(_("%(total)s is left to pay for this seat.") % {"total": offer.total})

    def write() -> models.Order:
        grant = _grant_waiver(learner, offer, key=key, at=at)
        order, line = _write_order(learner, offer, grant, key=key, at=at)
        if not open_seat(
            line, user_id=learner.user_id, source=models.Entitlement.Source.WAIVER, at=at
        ):
            raise AlreadyEntitled(_("You have access already; there is nothing to pay."))
        order.state, order.open_key = OrderState.WAIVED, None
        order.save(update_fields=["state", "open_key"])
        return order

    return _place(learner, offer, key=key, at=at, write=write)


def start_payment(
    order_uuid: UUID, *, user_id: int, provider: str, return_url: str, at: datetime
) -> str:
    """Start, or resume, the payment of an open order; returns the address to send the payer to.

    The provider is asked with the order's uuid as the key, so a lost answer is asked for again
    without a second charge.

    Raises:
        UnknownOrder, OrderNotOpen, ProviderRefused, ProviderUnavailable: see there.
    """
    order = selectors.order(order_uuid, user_id=user_id)
    if order.state not in OPEN or order.expires_at <= at:
        raise OrderNotOpen(_("This order can no longer be paid. Please start again."))
    charge = get_provider(provider).start(
        ChargeRequest(
            key=str(order_uuid),
            amount=order.breakdown.total,
            description=order.offering_title,
            return_url=return_url,
        )
    )
    row = models.Order.objects.get(uuid=order_uuid)
    models.Payment.objects.get_or_create(
        provider=provider,
        reference=charge.reference,
        defaults={
            "order": row,
            "amount_minor": order.breakdown.total.minor,
            "currency": order.breakdown.total.currency,
        },
    )
    models.Order.objects.filter(pk=row.pk, state=OrderState.CREATED).update(
        state=OrderState.PENDING
    )
    return charge.redirect_url


def expire_orders(*, at: datetime) -> int:
    """Close orders whose time is over; seats and waiver money go back. Returns how many."""
    overdue = models.Order.objects.filter(state__in=OPEN, expires_at__lte=at)
    count = 0
    for pk in overdue.values_list("pk", flat=True):
        with transaction.atomic():
            row = models.Order.objects.select_for_update().get(pk=pk)
            if row.state in OPEN:
                close(row, OrderState.EXPIRED, _("The time to pay is over."), at=at)
                count += 1
    return count


def close(row: models.Order, state: OrderState, sentence: str, *, at: datetime) -> None:
    """Close an open order that is locked by the caller; seat and waiver money go back.

    The fund's row is always taken before the room's (``_place`` does so too): no deadlock.
    """
    line = selectors.line_of(row)
    if line.waiver_grant is not None:
        waivers.release_grant(line.waiver_grant, at=at, reason=str(state))
    seats.give_seat_back(line.offering)
    row.state, row.open_key, row.sentence = state, None, sentence
    row.save(update_fields=["state", "open_key", "sentence"])
    log.info("order closed: order=%s state=%s", row.uuid, state)


def open_seat(
    line: models.OrderLine, *, user_id: int, source: models.Entitlement.Source, at: datetime
) -> bool:
    """Entitle, commit the waiver behind the line if there is one, tell it after the commit.

    Returns whether the learner was entitled by this call.
    """
    right = entitling.entitle(line, user_id=user_id, source=source, at=at)
    if right is None:
        return False
    if line.waiver_grant is not None:
        waivers.commit_grant(line.waiver_grant, at=at)
        seat = selectors.waived_seat(right)
        transaction.on_commit(lambda: signals.SEAT_WAIVED.send_robust(sender=None, seat=seat))
    return True


def _known(key: str, learner: Learner, offering_code: str) -> OrderSummary | None:
    row = models.Order.objects.filter(key=key).prefetch_related("lines__offering").first()
    if row is None:
        return None
    if row.user_id != learner.user_id or selectors.line_of(row).offering.code != offering_code:
        raise KeyReused(_("This request was already used for something else."))
    return selectors.order_summary(row)


def _agreed(offer: Quote, expected: Money) -> Quote:
    _refuse_entitled(offer)
    if offer.total != expected:
        raise QuoteChanged(
            _("The price is now %(now)s, not %(seen)s. Please look at it again.")
            % {"now": offer.total, "seen": expected}
        )
    return offer


def _refuse_entitled(offer: Quote) -> None:
    if offer.entitled:
        raise AlreadyEntitled(_("You have access already; there is nothing to pay."))


def _place(
    learner: Learner, offer: Quote, *, key: str, at: datetime, write: Callable[[], models.Order]
) -> OrderSummary:
    """Write an order unless this learner's open one for the same offering does as well."""
    with transaction.atomic():
        resumed = _settle_open_order(learner, offer, at=at)
    if resumed is not None:
        return selectors.order(resumed.uuid)
    try:
        return selectors.order(_written(write).uuid)
    except IntegrityError:
        # Another request of this learner placed it a moment ago: the unique keys decided.
        return _placed_meanwhile(learner, offer, key=key)
    except NoSeatLeft:
        # Seats held by orders whose time is over are free, once somebody closes them.
        if not expire_orders(at=at):
            raise
        return selectors.order(_written(write).uuid)


def _written(write: Callable[[], models.Order]) -> models.Order:
    """All of an order, or nothing but the waiver policy's own record of why not."""
    refusal: WaiverError | None = None
    with transaction.atomic():
        try:
            order = write()
        except (FundEmpty, NotEligible) as error:
            refusal = error
    if refusal is not None:
        raise refusal
    return order


def _settle_open_order(learner: Learner, offer: Quote, *, at: datetime) -> models.Order | None:
    """The learner's open order if it fits this quote; one that does not fit is closed."""
    # Looked for without a lock and locked by its primary key: a locking read that finds nothing
    # locks the gap in the index under REPEATABLE READ, and two of those are a deadlock.
    found = models.Order.objects.filter(open_key=_open_key(learner, offer)).first()
    if found is None:
        return None
    row = models.Order.objects.select_for_update().get(pk=found.pk)
    if row.open_key is None:
        return None
    line = selectors.line_of(row)
    same = (line.price_id, line.total_minor, line.currency) == (
        offer.price_id,
        offer.total.minor,
        offer.total.currency,
    )
    if same and row.expires_at > at:
        return row
    close(row, OrderState.CANCELLED, _("A newer order took its place."), at=at)
    return None


def _placed_meanwhile(learner: Learner, offer: Quote, *, key: str) -> OrderSummary:
    row = (
        models.Order.objects.filter(open_key=_open_key(learner, offer)).first()
        or models.Order.objects.filter(key=key).first()
    )
    if row is None:
        raise AlreadyEntitled(_("You have access already; there is nothing to pay."))
    return selectors.order(row.uuid)


def _open_key(learner: Learner, offer: Quote) -> str:
    return f"{learner.user_id}:{offer.offering.code}"


def _write_order(
    learner: Learner, offer: Quote, grant: GrantSummary | None, *, key: str, at: datetime
) -> tuple[models.Order, models.OrderLine]:
    offering = models.Offering.objects.get(code=offer.offering.code)
    seats.take_seat(offering)
    order = models.Order.objects.create(
        key=key,
        open_key=_open_key(learner, offer),
        user_id=learner.user_id,
        country=learner.country,
        payer_class=learner.payer_class,
        placed_at=at,
        expires_at=at + conf.order_hold(),
    )
    cost = grant.seat_cost if grant else None
    line = models.OrderLine.objects.create(
        order=order,
        offering=offering,
        price_id=offer.price_id,
        tax_rate_id=offer.tax_rule.id if offer.tax_rule else None,
        waiver_grant=grant.uuid if grant else None,
        waived_basis_points=grant.percent.basis_points if grant else 0,
        seat_cost_minor=cost.minor if cost else 0,
        seat_cost_currency=cost.currency if cost else "",
        currency=offer.total.currency,
        list_minor=offer.list_price.minor,
        waived_minor=offer.waived.minor,
        net_minor=offer.net.minor,
        tax_minor=offer.tax.minor,
        total_minor=offer.total.minor,
        explanation=list(offer.explanation),
    )
    log.info("order placed: order=%s offering=%s", order.uuid, offering.code)
    return order, line


def _grant_waiver(learner: Learner, offer: Quote, *, key: str, at: datetime) -> GrantSummary | None:
    if not offer.waived:
        return None
    return waivers.grant(
        applicant(learner),
        offering_code=offer.offering.code,
        full_seat_cost=offer.offering.full_seat_cost,
        key=f"order:{key}",
        at=at,
    )
