"""One quote for block, course page, checkout and receipt."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import rules, selectors
from fee_payments.data import Breakdown, Learner, OfferingSummary, Quote, TaxRule
from waiver_policy import api as waivers
from waiver_policy.data import Applicant, Decision, Outcome, PriceLockSummary
from waiver_policy.exceptions import NothingToKeep


def quote(
    learner: Learner,
    offering_code: str,
    *,
    at: datetime,
    currency: str | None = None,
    with_waiver: bool = True,
) -> Quote:
    """What this learner pays for this offering at this moment, with the waiver applied.

    Price lists, taxes and country lists change at midnight UTC, so a quote stands until then.
    ``currency`` ``None`` takes the first of the price list. ``with_waiver=False`` is for a learner
    who would rather pay the full price than wait for the fund.

    Raises:
        UnknownOffering, NotOnSale, NoPrice: there is nothing to quote.
    """
    offering = selectors.offering(offering_code)
    day = utc_day(at)
    price = rules.pick_price(offering, learner.payer_class, currency=currency, on=day)
    decision = None
    if with_waiver and offering.waivable:
        decision = _decide(learner, offering, price=price.amount, at=at)
    tax = selectors.tax_rule(learner.country, on=day)
    breakdown = rules.break_down(
        price.amount,
        waived=_waived(decision, price.amount),
        tax=tax.percent if tax else Percent(0),
        inclusive=tax.inclusive if tax else True,
    )
    return Quote(
        offering=offering,
        price_id=price.id,
        breakdown=breakdown,
        waiver=decision,
        tax_rule=tax,
        explanation=_explain(offering, decision, tax, breakdown),
        advice=waivers.advise(decision) if decision else (),
        quoted_at=at,
        expires_at=datetime.combine(day + timedelta(days=1), time.min, UTC),
        entitled=selectors.has_entitlement(learner.user_id, offering_code, at=at),
        country=learner.country,
    )


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


def _explain(
    offering: OfferingSummary,
    decision: Decision | None,
    tax: TaxRule | None,
    breakdown: Breakdown,
) -> tuple[str, ...]:
    sentences = list(waivers.explain(decision)) if decision else []
    if not offering.waivable:
        sentences.append(_("The waiver policy does not cover this fee."))
    if tax is not None and breakdown.total:
        template = (
            _("The total includes %(percent)s tax (%(country)s).")
            if tax.inclusive
            else _("Tax of %(percent)s (%(country)s) is added.")
        )
        sentences.append(template % {"percent": tax.percent, "country": tax.country})
    return tuple(sentences)
