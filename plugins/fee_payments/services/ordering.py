"""Ordering one or several offerings, and taking waived seats.

How an order is written, and in which order what is locked, stands in ``placing``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import Money
from fee_payments import compat, models, selectors
from fee_payments.data import Learner, OrderState, OrderSummary, Quote
from fee_payments.exceptions import (
    AlreadyEntitled,
    CountryBlocked,
    CountryChanged,
    InvalidOrder,
    KeyReused,
    NothingToPay,
    QuoteChanged,
    SomethingToPay,
    UnknownSession,
)
from fee_payments.selectors import standing
from fee_payments.services import closing, entitling, screening, waiving
from fee_payments.services.placing import Wish, naming, place
from fee_payments.services.quoting import check_one_merchant, quote
from fee_payments.services.sale_terms import check_accepted

#: A programme has a few dozen courses; more lines than this in one order are a mistake.
MOST_LINES = 50


def place_order(
    learner: Learner,
    offering_codes: str | Sequence[str],
    *,
    key: str,
    expected: Money,
    at: datetime,
    with_waiver: bool = True,
    quoted_country: str | None = None,
    sessions: Mapping[str, str] | None = None,
    accepts_terms: str = "",
) -> OrderSummary:
    """Place an order at the prices of this moment; it keeps prices and seats for a while.

    Of one offering, named by its code, or of several: then all of them, or none. A waiver for one
    leaves the others at their own prices (T15), and one that costs nothing goes through with the
    payment of the others.

    ``expected`` is the total of all that the learner saw and agreed to, in the currency they
    chose. The same ``key`` gives the same order again; so does an open order of this learner for
    the same offerings at the same prices, whatever the key: nobody pays twice by pressing twice.
    An open order for the same at other prices, for another country, or for other offerings of which
    one is among these, gives way to the new one, unless its payment is on its way.

    ``quoted_country`` is the country that the prices were shown for (``None``: they were not).
    ``sessions`` are the codes of the sessions that were chosen, by that of the offering.
    ``accepts_terms`` is the SHA-256 of the terms that the learner has accepted: it has to be that
    of the version in force (``quote.terms``).

    Every error that is about one line has that line's code as its attribute ``offering_code``.

    Raises:
        InvalidOrder: nothing is ordered, the same twice, or too much at a time.
        QuoteChanged: the total is not what the learner saw.
        TermsNotAccepted, TermsChanged: the terms in force were not accepted.
        CountryChanged: the prices were for another country than that of the learner now.
        KeyReused: the key placed another order.
        PaymentOnItsWay: the open order that would give way was paid by a way that needs days.
        AlreadyEntitled, NothingToPay, NoSeatLeft, NotOnSale, NoPrice, UnknownOffering: see there.
        waiver_policy.exceptions.FundEmpty, NotEligible: no waiver now; nothing was ordered.
    """
    codes = _codes(offering_codes)
    known = _known(key, learner, codes, total=expected)
    if known is not None:
        return known
    _refuse_other_country(learner, quoted_country)
    offers = _quote_all(
        learner, codes, at=at, currency=expected.currency, with_waiver=with_waiver,
        sessions=sessions or {},
    )  # fmt: skip
    wish = Wish(learner, offers, key, at)
    if wish.total != expected:
        raise QuoteChanged(
            _("The price is now %(now)s, not %(seen)s. Please look at it again.")
            % {"now": wish.total, "seen": expected}
        )
    if not wish.total:
        raise NothingToPay(_("There is nothing to pay: take the seat."))
    check_accepted(offers[0].terms, accepts_terms)
    return place(wish, lambda order, lines: None)


def take_waived_seat(
    learner: Learner,
    offering_codes: str | Sequence[str],
    *,
    key: str,
    at: datetime,
    quoted_country: str | None = None,
    sessions: Mapping[str, str] | None = None,
    accepts_terms: str = "",
) -> OrderSummary:
    """Take a seat, or several, that waivers open in full: no provider, but an order and a receipt.

    ``offering_codes``, ``quoted_country``, ``sessions`` and ``accepts_terms`` as for
    ``place_order``.

    Raises:
        InvalidOrder, CountryChanged, TermsNotAccepted, TermsChanged: as for ``place_order``.
        SomethingToPay: the waivers leave something to pay.
        KeyReused, PaymentOnItsWay: as for ``place_order``.
        AlreadyEntitled, NoSeatLeft: see there.
        waiver_policy.exceptions.FundEmpty, NotEligible: no waiver now; nothing was taken.
    """
    codes = _codes(offering_codes)
    known = _known(key, learner, codes, total=None)
    if known is not None:
        return known
    _refuse_other_country(learner, quoted_country)
    offers = _quote_all(learner, codes, at=at, sessions=sessions or {})
    wish = Wish(learner, offers, key, at)
    if wish.total:
        raise SomethingToPay(_("%(total)s is left to pay for this seat.") % {"total": wish.total})
    check_accepted(offers[0].terms, accepts_terms)

    def enter(order: models.Order, lines: Sequence[models.OrderLine]) -> None:
        source = models.Entitlement.Source.WAIVER
        for line in lines:
            if not entitling.open_seat(line, user_id=learner.user_id, source=source, at=at):
                raise AlreadyEntitled(_("You have access already; there is nothing to pay."))
        order.state = OrderState.WAIVED
        order.save(update_fields=["state"])
        closing.shut(lines)

    return place(wish, enter)


def close_if_changed(row: models.Order, *, at: datetime) -> None:
    """Close an open order of a learner who would get another price now, or none, before it is paid.

    Asked before a payment begins, and before an invoice waits for one. Call it outside a
    transaction: what is closed stays closed.

    Raises:
        CountryChanged: it was for another country, or with a waiver for others; it is closed.
        CountryBlocked: its country was blocked since; it is closed.
        PaymentOnItsWay: its payment has begun at a bank, so nothing is asked any more.
    """
    if any(payment.is_on_its_way for payment in row.payments.all()):
        raise closing.payment_on_its_way()
    lines = selectors.lines_of(row)
    if sentence := what_has_changed(row, lines, at=at):
        _close_open(row, sentence, at=at)
        raise CountryChanged(sentence)
    try:
        _screen(row, lines, at=at)
    except CountryBlocked:
        sentence = _("It is not sold in this country any more. Nothing was charged.")
        _close_open(row, sentence, at=at)
        raise


def _close_open(row: models.Order, sentence: str, *, at: datetime) -> None:
    with transaction.atomic():
        locked = models.Order.objects.select_for_update().get(pk=row.pk)
        if locked.state in closing.OPEN:
            closing.close(locked, OrderState.CANCELLED, sentence, at=at)


def _screen(row: models.Order, lines: Sequence[models.OrderLine], *, at: datetime) -> None:
    """Whether what was ordered is sold in its country still.

    Raises:
        CountryBlocked: it is not, and this is written down.
    """
    who = Learner(
        user_id=row.user_id, country=row.country, is_organisation=row.buyer_id is not None
    )
    for line in lines:
        found = standing.look(
            line.offering.code, user_id=who.user_id, country=who.country, at=at, on=utc_day(at)
        )
        screening.check(who, found.offering, blocked_by=found.blocked_by, at=at)


def what_has_changed(row: models.Order, lines: Sequence[models.OrderLine], *, at: datetime) -> str:
    """What a learner is told whose country is another one than that of their order; or nothing.

    ``lines`` are those whose waivers are asked about. A blank country in the profile is no other
    one.
    """
    if row.buyer_id is not None:
        return ""  # the country is the organisation's, and there is no waiver
    now = compat.profile_country(row.user_id)
    if now and now != row.country:
        return _(
            "The country of your profile has changed since you ordered. Nothing was charged; "
            "please look at the price again."
        )
    if not all(waiving.still_holds(row, line, at=at) for line in lines):
        return _(
            "The countries that your waiver was given for are not those that count for you now. "
            "Nothing was charged; please look at the price again."
        )
    return ""


def _codes(offering_codes: str | Sequence[str]) -> tuple[str, ...]:
    codes = (offering_codes,) if isinstance(offering_codes, str) else tuple(offering_codes)
    if not codes:
        raise InvalidOrder(_("Nothing was chosen."))
    if len(codes) > MOST_LINES:
        raise InvalidOrder(
            _("An order has at most %(most)s lines; please order the rest after it.")
            % {"most": MOST_LINES}
        )
    for code in codes:
        if codes.count(code) > 1:
            with naming(code):
                raise InvalidOrder(_("“%(code)s” was chosen twice.") % {"code": code})
    return codes


def _quote_all(
    learner: Learner,
    codes: Sequence[str],
    *,
    at: datetime,
    sessions: Mapping[str, str],
    currency: str | None = None,
    with_waiver: bool = True,
) -> tuple[Quote, ...]:
    """A quote for each, all in one currency: that of the first, if none is asked for.

    Raises:
        AlreadyEntitled: the learner has one of them already.
        UnknownOffering, NotOnSale, NoPrice: there is nothing to quote for one of them.
        UnknownSession, SessionNotOpen: a session has to be chosen, or cannot be.
        LinesDoNotFit: several merchants collect for them.
    """
    offers: list[Quote] = []
    for code in codes:
        with naming(code):
            offer = quote(
                learner, code, at=at, currency=currency, with_waiver=with_waiver,
                session=sessions.get(code, ""),
            )  # fmt: skip
        with naming(code, offer.offering.title if len(codes) > 1 else ""):
            _refuse_entitled(offer)
            if offer.needs_session:
                raise UnknownSession(_("Please choose a session first."))
        offers.append(offer)
        currency = offer.total.currency
    check_one_merchant(offers)
    return tuple(offers)


def _known(
    key: str, learner: Learner, codes: Sequence[str], *, total: Money | None
) -> OrderSummary | None:
    """The order this key placed; ``total`` is ``None`` for seats that are waived in full.

    Raises:
        KeyReused: it was another learner, price, or choice of offerings.
    """
    row = models.Order.objects.filter(key=key).first()
    if row is None:
        return None
    found = selectors.order_summary(row)
    wanted = (learner.user_id, frozenset(codes), total or Money.zero(found.currency))
    if wanted != (found.user_id, found.offering_codes, found.total):
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
