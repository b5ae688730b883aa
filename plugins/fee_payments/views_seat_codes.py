"""The page on which a learner redeems a seat code: another has paid for their seat."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fairgate import clock
from fee_payments import api, compat
from fee_payments.data import OfferingSummary
from fee_payments.exceptions import PaymentsError, TooManyTries, UnknownOffering
from fee_payments.wording import course_language, in_words


@sensitive_post_parameters("code")
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def seat_code(request: HttpRequest, code: str) -> HttpResponse:
    """The form; and, with a code that opens the seat, back to the course.

    The address to go to is the course's own: nothing of the request decides about it.
    """
    try:
        offering = api.offering(code)
    except UnknownOffering as unknown:
        raise Http404 from unknown
    at = clock.now()
    if request.method == "POST":
        return _redeem(request, offering, at)
    return _page(request, offering, at)


def _redeem(request: HttpRequest, offering: OfferingSummary, at: datetime) -> HttpResponse:
    learner = api.learner_for(_user_id(request))
    try:
        api.redeem_seat_code(learner, offering.code, request.POST.get("code", ""), at=at)
    except TooManyTries as wait:
        response = _page(request, offering, at, error=in_words(wait), status=429)
        response["Retry-After"] = str(max(1, int((wait.until - at).total_seconds())))
        return response
    except PaymentsError as refused:
        return _page(request, offering, at, error=in_words(refused), status=409)
    return HttpResponseRedirect(_course_url(offering))


def _page(
    request: HttpRequest,
    offering: OfferingSummary,
    at: datetime,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    user_id = _user_id(request)
    is_settled = api.has_entitlement(user_id, offering.code, at=at)
    refused = None
    if not is_settled:
        refused = api.country_refusal(api.learner_for(user_id), offering.code, at=at)
    context = {
        "refused": in_words(refused) if refused else "",
        "reason": refused.fault.lower() if refused else "",
        "account_url": compat.account_url(),
        "given": api.given_seat(user_id, offering.code),
        "offering": offering,
        "language": course_language(offering.course_key),
        "error": error,
        "typed": request.POST.get("code", "")[:120],
        "course_url": _course_url(offering),
        "is_settled": is_settled,
    }
    return render(request, "fee_payments/seat_code.html", context, status=status)


def _course_url(offering: OfferingSummary) -> str:
    """The page of the course; of a bundle that is of none, the page of its fee."""
    if not offering.course_key:
        return api.fee_page_url(offering.code)
    return compat.course_url(offering.course_key)


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101 -- login_required has seen to it
    return int(request.user.pk)
