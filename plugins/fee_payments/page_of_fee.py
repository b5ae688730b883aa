"""The page of a fee: what it costs the person who asks, and what they can do now."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from fairgate import clock
from fee_payments import api, compat, conf, wording_sales
from fee_payments.data import Learner, Quote
from fee_payments.exceptions import CountryBlocked, PaymentsError, UnknownOffering
from fee_payments.page_parts import course_url, learner_of, login_url
from fee_payments.views_rooms import room_context
from fee_payments.wording import course_language, in_words
from waiver_policy import api as waivers

BUNDLE = "bundle"


def show_fee(
    request: HttpRequest,
    code: str,
    *,
    error: str = "",
    error_at: str = "",
    waitlisted: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of a fee; ``waitlisted`` when somebody has just come to wait.

    ``error_at`` is the id of the field that the error is about, if it is about one.

    Raises:
        Http404: there is no such fee.
    """
    at = clock.now()
    try:
        offering = api.offering(code)
    except UnknownOffering as unknown:
        raise Http404 from unknown
    learner = learner_of(request)
    currency = request.GET.get("currency") or request.POST.get("currency") or None
    session = request.GET.get("session") or request.POST.get("session") or ""
    context: dict[str, object] = {
        "offering": offering,
        "language": course_language(offering.course_key),
        "error": error,
        "error_at": error_at,
        "waitlisted": waitlisted,
        "key": uuid4().hex,
        "account_url": compat.account_url(),
        "course_url": course_url(offering.course_key),
        "seat_code_url": api.seat_code_page_url(code),
        "waiver_url": _waiver_url(code) if offering.waivable else "",
        "login_url": login_url(request.get_full_path()),
        "order_minutes": int(conf.order_hold().total_seconds() // 60),
        "currencies": offering.currencies(clock.utc_day(at)),
        "parts": _parts(learner.user_id, code, at=at) if offering.kind == BUNDLE else [],
    }
    settled = context["settled"] = api.has_entitlement(learner.user_id, code, at=at)
    context |= _history(learner.user_id, code, settled=settled, at=at)
    try:
        offer = context["quote"] = api.quote(
            learner, code, at=at, currency=currency, session=session
        )
        offering = context["offering"] = offer.offering
        if not settled:
            context |= _sold_on(offer)
        if offering.waivable and not settled:
            context["application"] = waivers.application_note(learner.user_id, code, at=at)
        if offer.waived and not settled:
            context |= _keeping(learner, offer, at)
        if waitlisted or _waits(context.get("application")):
            context["full_quote"] = api.quote(
                learner, code, at=at, currency=currency, with_waiver=False, session=session
            )
    except CountryBlocked as blocked:
        context["blocked"] = "" if settled else blocked.fault.lower()
        context["refused"] = in_words(blocked)
    except PaymentsError as reason:
        # Who has access need not be told that nothing is sold.
        context["error"] = error or ("" if settled else in_words(reason))
    offer_now = context.get("quote")
    context |= room_context(
        learner.user_id,
        offering,
        offer_now if isinstance(offer_now, Quote) else None,
        session=session,
        at=at,
    )
    return render(request, "fee_payments/fee.html", context, status=status)


def _history(user_id: int, code: str, *, settled: bool, at: datetime) -> dict[str, object]:
    """How this person came to their access, or how it ended."""
    if settled:
        return {"given": api.given_seat(user_id, code)}
    return {"ended": api.ended_note(user_id, code, at=at)}


def _sold_on(offer: Quote) -> dict[str, object]:
    """What somebody should know before they order: what it opens, and on which terms."""
    offering, terms = offer.offering, offer.terms
    said: dict[str, object] = {
        "opened": wording_sales.opened(offering),
        "access": wording_sales.access(offering, is_paid=bool(offer.total)),
        "terms": terms,
        "terms_url": api.terms_page_url(terms) if terms else "",
        "merchant": offer.merchant,
    }
    if offer.total:
        policy = api.refund_policy_of(offering)
        said["refunds"] = wording_sales.refunds(policy, starts_on=offering.starts_on)
    return said


def _parts(user_id: int, code: str, *, at: datetime) -> list[dict[str, object]]:
    """What a bundle opens, each with the way to it: into the course, or to its own fee."""
    mine = api.entitled_offerings(user_id, at=at) if user_id else frozenset()
    parts = []
    for part in api.bundle_parts(code):
        is_mine = part.code in mine
        url = course_url(part.course_key) if is_mine else api.fee_page_url(part.code)
        language = course_language(part.course_key)
        parts.append({"part": part, "is_mine": is_mine, "url": url, "language": language})
    return parts


def _keeping(learner: Learner, offer: Quote, at: datetime) -> dict[str, object]:
    """The last day on which this price is kept, or the one on which it could be."""
    if kept := api.price_kept(learner, offer, at=at):
        return {"kept_until": kept.until - timedelta(days=1)}
    until = waivers.price_could_be_kept_until(offer.waiver) if offer.waiver else None
    return {"keep_until": until - timedelta(days=1)} if until else {}


def _waits(note: object) -> bool:
    """Whether this person is on the waiting list and it is not their turn: they may pay in full."""
    return getattr(note, "state", "") == "waiting"


def _waiver_url(code: str) -> str:
    """The page that tells about the decision, where the waiver policy's pages are served."""
    try:
        return reverse("waiver_policy:why", args=[code])
    except NoReverseMatch:
        return ""
