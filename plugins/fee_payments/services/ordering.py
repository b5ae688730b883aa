"""Placing orders, taking waived seats, starting payments, and closing what was not paid.

Order of locks: the learner's open order, the waiver fund, the room. All of an order is written in
one transaction, or nothing is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from fee_payments import compat, conf, models, selectors
from fee_payments.data import Learner, OrderState, OrderSummary, Quote
from fee_payments.exceptions import (
    AlreadyEntitled,
    CountryChanged,
    KeyReused,
    NoSeatLeft,
    NothingToPay,
    OrderNotOpen,
    QuoteChanged,
    SomethingToPay,
)
from fee_payments.providers.base import ChargeRequest, get_provider
from fee_payments.services import entitling, seats, waiving
from fee_payments.services.quoting import quote
from waiver_policy.exceptions import FundEmpty, NotEligible

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
    quoted_country: str | None = None,
) -> OrderSummary:
    """Place an order at the price of this moment; it keeps price and seat for a while.

    ``expected`` is the total the learner saw and agreed to, in the currency they chose. The same
    ``key`` gives the same order again; so does an open order of this learner for this offering at
    the same total, whatever the key: nobody pays twice by pressing twice. An open order at another
    price, or for another country, gives way to the new one. ``quoted_country`` is the country
    that the price was shown for (``None``: it was not shown).

    Raises:
        QuoteChanged: the total is not what the learner saw.
        CountryChanged: the price was for another country than that of the learner now.
        KeyReused: the key placed another order.
        AlreadyEntitled, NothingToPay, NoSeatLeft: see there.
        waiver_policy.exceptions.FundEmpty, NotEligible: no waiver now; nothing was ordered.
    """
    known = _known(key, learner, offering_code, total=expected)
    if known is not None:
        return known
    _refuse_other_country(learner, quoted_country)
    offer = quote(
        learner, offering_code, at=at, currency=expected.currency, with_waiver=with_waiver
    )
    _refuse_entitled(offer)
    if offer.total != expected:
        raise QuoteChanged(
            _("The price is now %(now)s, not %(seen)s. Please look at it again.")
            % {"now": offer.total, "seen": expected}
        )
    if not offer.total:
        raise NothingToPay(_("There is nothing to pay: take the seat."))
    return _place(_Wish(learner, offer, key, at), lambda order, line: None)


def take_waived_seat(
    learner: Learner,
    offering_code: str,
    *,
    key: str,
    at: datetime,
    quoted_country: str | None = None,
) -> OrderSummary:
    """Take a seat that the waiver opens in full: no provider, but an order and a receipt.

    ``quoted_country`` as for ``place_order``.

    Raises:
        CountryChanged: as for ``place_order``.
        SomethingToPay: the waiver leaves something to pay.
        KeyReused: the key placed another order.
        AlreadyEntitled, NoSeatLeft: see there.
        waiver_policy.exceptions.FundEmpty, NotEligible: no waiver now; nothing was taken.
    """
    known = _known(key, learner, offering_code, total=None)
    if known is not None:
        return known
    _refuse_other_country(learner, quoted_country)
    offer = quote(learner, offering_code, at=at)
    _refuse_entitled(offer)
    if offer.total:
        raise SomethingToPay(_("%(total)s is left to pay for this seat.") % {"total": offer.total})

    def enter(order: models.Order, line: models.OrderLine) -> None:
        source = models.Entitlement.Source.WAIVER
        if not entitling.open_seat(line, user_id=learner.user_id, source=source, at=at):
            raise AlreadyEntitled(_("You have access already; there is nothing to pay."))
        order.state, order.open_key = OrderState.WAIVED, None
        order.save(update_fields=["state", "open_key"])

    return _place(_Wish(learner, offer, key, at), enter)


def start_payment(
    order_uuid: UUID, *, user_id: int, provider: str, return_url: str, at: datetime
) -> str:
    """Start, or resume, the payment of an open order; returns the address to send the payer to.

    The provider is asked with the order's uuid as the key, so a lost answer is asked for again
    without a second charge. An order for another country than that of the learner's profile now,
    or with a waiver for other countries than theirs, is closed instead: nothing is charged, and
    the price is another one.

    Raises:
        CountryChanged: the order was for another country; it is closed.
        UnknownOrder, OrderNotOpen, ProviderRefused, ProviderUnavailable: see there.
    """
    order = selectors.order(order_uuid, user_id=user_id)
    if order.state not in OPEN or order.expires_at <= at:
        raise OrderNotOpen(_("This order can no longer be paid. Please start again."))
    row = models.Order.objects.get(uuid=order_uuid)
    if sentence := what_has_changed(row, at=at):
        _void(row.pk, sentence, at=at)
    charge = get_provider(provider).start(
        ChargeRequest(
            key=str(order_uuid),
            amount=order.breakdown.total,
            description=order.offering_title,
            return_url=return_url,
        )
    )
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


def what_has_changed(row: models.Order, *, at: datetime) -> str:
    """What a learner is told whose country is another one than that of their order; or nothing.

    A blank country in the profile is no other one.
    """
    now = compat.profile_country(row.user_id)
    if now and now != row.country:
        return _(
            "The country of your profile has changed since you ordered. Nothing was charged; "
            "please look at the price again."
        )
    if not waiving.still_holds(row, selectors.line_of(row), at=at):
        return _(
            "The countries that your waiver was given for are not those that count for you now. "
            "Nothing was charged; please look at the price again."
        )
    return ""


def _void(pk: int, sentence: str, *, at: datetime) -> NoReturn:
    with transaction.atomic():
        row = models.Order.objects.select_for_update().get(pk=pk)
        if row.state in OPEN:
            close(row, OrderState.CANCELLED, sentence, at=at)
    raise CountryChanged(sentence)


def expire_orders(*, at: datetime) -> int:
    """Close orders whose time is over; seats and waiver money go back. Returns how many."""
    overdue = models.Order.objects.filter(state__in=OPEN, expires_at__lte=at)
    count = 0
    for pk in list(overdue.values_list("pk", flat=True)):
        with transaction.atomic():
            row = models.Order.objects.select_for_update().get(pk=pk)
            if row.state in OPEN:
                close(row, OrderState.EXPIRED, _("The time to pay is over."), at=at)
                count += 1
    return count


def close_open_order(user_id: int, offering_code: str, *, sentence: str, at: datetime) -> None:
    """Close what a learner has ordered and not paid, because they need it no longer.

    Called in a transaction, before anything of the room or the fund is locked.
    """
    row = _locked_open_order(_open_key(user_id, offering_code))
    if row is not None:
        close(row, OrderState.CANCELLED, sentence, at=at)


def close(row: models.Order, state: OrderState, sentence: str, *, at: datetime) -> None:
    """Close an open order that is locked by the caller; seat and waiver money go back."""
    line = selectors.line_of(row)
    waiving.release(line, because=state.value, at=at)
    _end(row, state, sentence)


def _end(row: models.Order, state: OrderState, sentence: str) -> None:
    row.state, row.open_key, row.sentence = state, None, sentence
    row.save(update_fields=["state", "open_key", "sentence"])
    seats.give_seat_back(row, selectors.line_of(row).offering)
    log.info("order closed: order=%s state=%s", row.uuid, state)


def _known(
    key: str, learner: Learner, offering_code: str, *, total: Money | None
) -> OrderSummary | None:
    """The order this key placed; ``total`` is ``None`` for a seat that is waived in full.

    Raises:
        KeyReused: it was another learner, offering or price.
    """
    row = models.Order.objects.filter(key=key).prefetch_related("lines__offering").first()
    if row is None:
        return None
    found = selectors.order_summary(row)
    wanted = (learner.user_id, offering_code, total or Money.zero(found.breakdown.total.currency))
    if wanted != (found.user_id, found.offering_code, found.breakdown.total):
        raise KeyReused(_("This request was already used for something else."))
    return found


def _refuse_entitled(offer: Quote) -> None:
    if offer.entitled:
        raise AlreadyEntitled(_("You have access already; there is nothing to pay."))


def _refuse_other_country(learner: Learner, quoted_country: str | None) -> None:
    if quoted_country is not None and quoted_country != learner.country:
        raise CountryChanged(
            _("The country of your profile has changed since this price was shown. Please look at "
              "the price again.")
        )  # fmt: skip


def _open_key(user_id: int, offering_code: str) -> str:
    return f"{user_id}:{offering_code}"


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be ordered: everything a new order is written from."""

    learner: Learner
    offer: Quote
    key: str
    at: datetime

    @property
    def open_key(self) -> str:
        return _open_key(self.learner.user_id, self.offer.offering.code)

    def fits(self, row: models.Order) -> bool:
        """Whether an open order is what is wished for, and can still be paid."""
        line, offer = selectors.line_of(row), self.offer
        same = (line.price_id, selectors.breakdown_of(line).total, row.country) == (
            offer.price_id, offer.total, offer.country,
        )  # fmt: skip
        still_fits = same and row.expires_at > self.at
        return still_fits and waiving.still_holds(row, line, at=self.at)


Finish = Callable[[models.Order, models.OrderLine], None]


def _place(wish: _Wish, finish: Finish) -> OrderSummary:
    """Write an order unless this learner's open one for the same offering does as well."""
    try:
        return selectors.order(_write(wish, finish).uuid)
    except IntegrityError:
        # Another request of this learner placed an order a moment ago: the unique keys decided.
        return _placed_meanwhile(wish)
    except (NoSeatLeft, FundEmpty):
        # What orders hold whose time is over is free, once somebody closes them.
        if not expire_orders(at=wish.at):
            raise
        return selectors.order(_write(wish, finish).uuid)


def _write(wish: _Wish, finish: Finish) -> models.Order:
    written = _write_or_refuse(wish, finish)
    if isinstance(written, models.Order):
        return written
    raise written


@in_transaction
def _write_or_refuse(wish: _Wish, finish: Finish) -> models.Order | FundEmpty | NotEligible:
    """The order, or why there is no waiver for it: the record of that is kept, an error's is not.

    A lost race for a lock (fund, room) is run again here, where the transaction begins.
    """
    stale = _locked_open_order(wish.open_key)
    if stale is not None and wish.fits(stale):
        return stale
    if stale is not None and selectors.line_of(stale).waiver_grant is not None:
        # If the new order cannot be written, the one the learner has stays as it is, with its
        # waiver: so there is nothing to wait for, and no record to keep.
        return _write_all(wish, finish, stale)
    try:
        return _write_all(wish, finish, stale)
    except (FundEmpty, NotEligible) as refusal:
        # Nothing but the waiver policy's own record, and a place on its waiting list, was written.
        return refusal


def _locked_open_order(open_key: str) -> models.Order | None:
    # Looked for without a lock and locked by its primary key: a locking read that finds nothing
    # locks the gap in the index under REPEATABLE READ, and two of those are a deadlock.
    found = models.Order.objects.filter(open_key=open_key).first()
    if found is None:
        return None
    row = models.Order.objects.select_for_update().get(pk=found.pk)
    return row if row.open_key is not None else None


def _write_all(wish: _Wish, finish: Finish, stale: models.Order | None) -> models.Order:
    # Before anything else is written: a refusal leaves nothing behind but its own record.
    if stale is not None:
        waiving.release(selectors.line_of(stale), because="replaced", at=wish.at)
    waived = waiving.take(wish.learner, wish.offer, key=wish.key, at=wish.at)
    if stale is not None:
        _end(stale, OrderState.CANCELLED, _("A newer order took its place."))
    # The seat before the rows that point at the offering: their foreign key locks its row too,
    # and two orders that both have that lock cannot both count a seat.
    offering = models.Offering.objects.get(code=wish.offer.offering.code)
    seats.count_seat(offering)
    order = _write_order(wish)
    line = _write_line(order, offering, wish, waived)
    finish(order, line)
    log.info("order placed: order=%s offering=%s", order.uuid, line.offering_id)
    return order


def _write_order(wish: _Wish) -> models.Order:
    return models.Order.objects.create(
        key=wish.key,
        open_key=wish.open_key,
        user_id=wish.learner.user_id,
        country=wish.learner.country,
        payer_class=wish.learner.payer_class,
        holds_seat=True,
        placed_at=wish.at,
        expires_at=wish.at + conf.order_hold(),
    )


def _write_line(
    order: models.Order, offering: models.Offering, wish: _Wish, waived: waiving.Waived | None
) -> models.OrderLine:
    offer = wish.offer
    line = models.OrderLine(
        order=order,
        offering=offering,
        price_id=offer.price_id,
        tax_rate_id=offer.tax_rule.id if offer.tax_rule else None,
        currency=offer.total.currency,
        list_minor=offer.list_price.minor,
        waived_minor=offer.waived.minor,
        net_minor=offer.net.minor,
        tax_minor=offer.tax.minor,
        total_minor=offer.total.minor,
        explanation=list(offer.explanation),
    )
    waiving.write(line, waived)
    line.save()
    return line


def _placed_meanwhile(wish: _Wish) -> OrderSummary:
    row = (
        models.Order.objects.filter(open_key=wish.open_key).first()
        or models.Order.objects.filter(key=wish.key, user_id=wish.learner.user_id).first()
    )
    if row is None:
        raise KeyReused(_("This request was already used for something else."))
    if selectors.breakdown_of(selectors.line_of(row)).total != wish.offer.total:
        raise QuoteChanged(_("You have just ordered this at another price. Please look again."))
    return selectors.order(row.uuid)
