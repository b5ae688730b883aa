"""The page of a fee: what it costs the person who asks, and what they can do now."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from fairgate import clock
from fee_payments import api, compat, conf
from fee_payments.data import Learner, Quote
from fee_payments.exceptions import PaymentsError, UnknownOffering
from fee_payments.page_parts import course_url, learner_of, login_url
from fee_payments.views_rooms import room_context
from fee_payments.wording import course_language, in_words
from waiver_policy import api as waivers


def show_fee(
    request: HttpRequest, code: str, *, error: str = "", waitlisted: bool = False, status: int = 200
) -> HttpResponse:
    """Answer with the page of a fee; ``waitlisted`` when somebody has just come to wait.

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
        "waitlisted": waitlisted,
        "key": uuid4().hex,
        "account_url": compat.account_url(),
        "course_url": course_url(offering.course_key),
        "seat_code_url": api.seat_code_page_url(code),
        "waiver_url": _waiver_url(code) if offering.waivable else "",
        "login_url": login_url(request.get_full_path()),
        "order_minutes": int(conf.order_hold().total_seconds() // 60),
        "currencies": offering.currencies(clock.utc_day(at)),
    }
    settled = context["settled"] = api.has_entitlement(learner.user_id, code, at=at)
    if settled:
        context["given"] = api.given_seat(learner.user_id, code)
    else:
        context["ended"] = api.ended_note(learner.user_id, code, at=at)
    try:
        offer = context["quote"] = api.quote(
            learner, code, at=at, currency=currency, session=session
        )
        offering = context["offering"] = offer.offering
        if offering.waivable and not settled:
            context["application"] = waivers.application_note(learner.user_id, code, at=at)
        if offer.waived and not settled:
            context |= _keeping(learner, offer, at)
        if waitlisted or _waits(context.get("application")):
            context["full_quote"] = api.quote(
                learner, code, at=at, currency=currency, with_waiver=False, session=session
            )
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
