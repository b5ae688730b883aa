"""One quote for block, course page, checkout and receipt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import rules
from fee_payments.data import (
    Breakdown,
    Learner,
    OfferingSummary,
    Quote,
    Quotes,
    Rounding,
    SessionSummary,
    TaxKind,
    TaxRule,
    WantedLine,
)
from fee_payments.exceptions import LinesDoNotFit, PaymentsError, SessionNotOpen, UnknownSession
from fee_payments.selectors import standing
from fee_payments.services import screening
from waiver_policy import api as waivers
from waiver_policy.data import Applicant, Decision, Outcome, PriceLockSummary
from waiver_policy.exceptions import NothingToKeep

#: One line of an order is for no more than this; institutions have batches.
MOST = 1_000


def quote(
    learner: Learner,
    offering_code: str,
    *,
    at: datetime,
    currency: str | None = None,
    with_waiver: bool = True,
    session: str = "",
    quantity: int = 1,
) -> Quote:
    """What this learner pays for this offering at this moment, with the waiver applied.

    It stands until price lists, taxes and country lists may change: midnight UTC, or the upgrade
    deadline before it. ``currency`` ``None`` takes the first of the price list. ``with_waiver=
    False`` is for a learner who would rather pay the full price than wait for the fund. ``session``
    is the code of the one that was chosen, "" while none is. A waiver is for the learner's own
    seat: with a ``quantity`` above one, none is asked for.

    One query where the catalogue has not changed and no waiver covers the fee; three at most
    where it has (ADR 0035). Who is refused because of their country is written down.

    Raises:
        UnknownOffering, NotOnSale, UpgradeOver, NoPrice: there is nothing to quote.
        CountryBlocked: it is not sold in the learner's country.
        UnknownSession, SessionNotOpen: the session cannot be chosen.
        LinesDoNotFit: the quantity is not between 1 and ``MOST``.
    """
    if not 1 <= quantity <= MOST:
        raise LinesDoNotFit(_("Between 1 and %(most)s can be bought at once.") % {"most": MOST})
    day = utc_day(at)
    found = standing.look(
        offering_code, user_id=learner.user_id, country=learner.country, at=at, on=day
    )
    offering = found.offering
    screening.check(learner, offering, blocked_by=found.blocked_by, at=at)
    rules.check_on_sale(offering, at=at, on=day)
    price = rules.pick_price(offering, learner.payer_class, currency=currency, on=day)
    chosen = open_session(offering, session, at=at)
    decision = None
    if with_waiver and offering.waivable and quantity == 1:
        decision = _decide(learner, offering, price=price.amount, at=at)
    tax = _tax(learner, found.mark, on=day)
    inclusive = rules.holds_tax(tax, price.holds_tax)
    listed = price.amount * quantity
    breakdown = rules.break_down(
        listed,
        waived=_waived(decision, listed),
        tax=tax.percent if tax else Percent(0),
        inclusive=inclusive,
        kind=tax.kind if tax else TaxKind.STANDARD,
        rounding=offering.merchant.rounding if offering.merchant else Rounding.HALF_UP,
    )
    return Quote(
        offering=offering,
        price_id=price.id,
        breakdown=breakdown,
        waiver=decision,
        tax_rule=tax,
        explanation=_explain(offering, decision, tax, breakdown, inclusive=inclusive),
        advice=waivers.advise(decision) if decision else (),
        quoted_at=at,
        expires_at=rules.stands_until(offering, price, on=day),
        entitled=found.entitled,
        country=learner.country,
        unit_price=price.amount,
        quantity=quantity,
        payer_class=learner.payer_class,
        buyer_tax=learner.buyer_tax,
        session=chosen,
        is_tax_included=inclusive and tax is not None,
    )


def quote_lines(
    learner: Learner,
    wanted: Iterable[WantedLine],
    *,
    at: datetime,
    currency: str | None = None,
    with_waiver: bool = True,
) -> Quotes:
    """Quotes for all lines of one order, and their sum. Tax is rounded on each line only.

    ``currency`` ``None`` takes the first line's.

    Raises:
        LinesDoNotFit: no line, one offering and session twice, or several merchants.
        and as ``quote``, with the code of the line as ``offering_code``.
    """
    asked = tuple(wanted)
    keys = {(line.offering_code, line.session) for line in asked}
    if not asked or len(keys) < len(asked):
        raise LinesDoNotFit(_("Choose at least one fee, and each of them once."))
    lines: list[Quote] = []
    for line in asked:
        try:
            one = quote(
                learner, line.offering_code, at=at, currency=currency, with_waiver=with_waiver,
                session=line.session, quantity=line.quantity,
            )  # fmt: skip
        except PaymentsError as error:
            error.offering_code = line.offering_code
            raise
        currency = one.total.currency
        lines.append(one)
    check_one_merchant(lines)
    return Quotes(
        lines=tuple(lines),
        breakdown=rules.sum_of((one.breakdown for one in lines), lines[0].total.currency),
        expires_at=min(one.expires_at for one in lines),
    )


def check_one_merchant(lines: Iterable[Quote]) -> None:
    """Whether one merchant collects for all lines: an order is paid to one.

    Raises:
        LinesDoNotFit: several do.
    """
    if len({one.merchant.code if one.merchant else "" for one in lines}) > 1:
        raise LinesDoNotFit(_("These fees are collected by different merchants: order them apart."))


def keep_price(
    learner: Learner, offering_code: str, *, at: datetime, currency: str | None = None
) -> PriceLockSummary:
    """Keep the waiver that is applied to this learner's price now, for a while.

    ``currency`` as for ``quote``.

    Raises:
        UnknownOffering, NotOnSale, NoPrice: there is nothing to keep a price of.
        waiver_policy.exceptions.NothingToKeep: no waiver is applied, or none is kept here.
    """
    offer = quote(learner, offering_code, at=at, currency=currency)
    if offer.waiver is None:
        raise NothingToKeep(None)
    return waivers.keep_price(
        applicant(learner, at=at), offering_code=offering_code, at=at, price=offer.list_price
    )


def price_kept(learner: Learner, offer: Quote, *, at: datetime) -> PriceLockSummary | None:
    """What is kept of the price of a quote; ``None`` if nothing is."""
    if offer.waiver is None or not learner.user_id:
        return None
    code = offer.offering.code
    return waivers.price_kept(applicant(learner, at=at), offering_code=code, at=at)


def applicant(learner: Learner, *, at: datetime) -> Applicant:
    """The learner as the waiver policy sees them."""
    return Applicant(
        user_id=learner.user_id,
        country=learner.country,
        payer_class=learner.payer_class.value,
        evidence=waivers.presence(learner.seen_country, at=at),
    )


def _decide(learner: Learner, offering: OfferingSummary, *, price: Money, at: datetime) -> Decision:
    return waivers.decide(
        applicant(learner, at=at), offering_code=offering.code, at=at, price=price,
        course_run=offering.course_key,
    )  # fmt: skip


def _waived(decision: Decision | None, price: Money) -> Money:
    if decision is not None and decision.outcome is Outcome.GRANTED:
        return decision.reduction.of(price)
    return Money.zero(price.currency)


def open_session(offering: OfferingSummary, code: str, *, at: datetime) -> SessionSummary | None:
    """The session that is chosen by a code; ``None`` without one.

    Raises:
        UnknownSession, SessionNotOpen: it cannot be chosen.
    """
    if not code:
        return None
    found = offering.session(code)
    if found is None:
        raise UnknownSession(
            _("“%(title)s” has no session “%(code)s”.") % {"title": offering.title, "code": code}
        )
    if not found.is_open(at):
        raise SessionNotOpen(_("This session can no longer be chosen. Please choose another one."))
    return found


def check_session_named(offer: Quote) -> None:
    """Whether a quote names the session that its seats are of, where the offering has some.

    Raises:
        UnknownSession: it names none; the sentence says which can be chosen.
        SessionNotOpen: it names none, and none can be chosen any more.
    """
    if not offer.needs_session:
        return
    title = offer.offering.title
    codes = [one.code for one in offer.offering.sessions if one.is_open(offer.quoted_at)]
    if not codes:
        raise SessionNotOpen(
            _("No session of “%(title)s” can be chosen any more.") % {"title": title}
        )
    raise UnknownSession(
        _("“%(title)s” is held in sessions. Please choose one of them: %(sessions)s.")
        % {"title": title, "sessions": ", ".join(codes)}
    )


def _tax(learner: Learner, mark: str | None, *, on: date) -> TaxRule | None:
    """The rate of the country of who is taxed: the organisation's where it has a tax id."""
    buyer = learner.buyer_tax
    country = buyer.country if buyer and buyer.tax_id else learner.country
    return rules.pick_tax(
        standing.tax_rates(country, mark),
        country=country,
        payer_class=learner.payer_class,
        buyer=buyer,
        on=on,
    )


def _explain(
    offering: OfferingSummary,
    decision: Decision | None,
    tax: TaxRule | None,
    breakdown: Breakdown,
    *,
    inclusive: bool,
) -> tuple[str, ...]:
    sentences = list(waivers.explain(decision)) if decision else []
    if not offering.waivable:
        sentences.append(_("The waiver policy does not cover this fee."))
    if tax is not None and breakdown.total:
        sentences += _tax_in_words(tax, inclusive=inclusive)
    return tuple(sentences)


def _tax_in_words(tax: TaxRule, *, inclusive: bool) -> list[str]:
    said: dict[str, Any] = {"percent": tax.percent, "country": tax.country, "name": tax.name}
    notes = [tax.note] if tax.note else []
    if tax.kind is TaxKind.REVERSE_CHARGE:
        return [_("You account for the tax yourself (reverse charge, %(country)s).") % said, *notes]
    if tax.kind is not TaxKind.STANDARD:
        return [_("No tax is charged (%(country)s).") % said, *notes]
    if tax.name:
        included = _("The total includes %(percent)s %(name)s (%(country)s).")
        added = _("%(name)s of %(percent)s (%(country)s) is added.")
    else:
        included = _("The total includes %(percent)s tax (%(country)s).")
        added = _("Tax of %(percent)s (%(country)s) is added.")
    return [(included if inclusive else added) % said, *notes]
