"""Pages of learners whose seat another has paid: the invitation, and what they were given."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairgate import clock
from fee_payments import api, compat
from fee_payments.data import SeatInvitation
from fee_payments.exceptions import (
    AlreadyEntitled,
    InvitationGone,
    PaymentsError,
    TooManyTries,
    UnknownSeat,
)
from fee_payments.wording import course_language, in_words


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation offers; and, with a button, the answer to it.

    Following the link changes nothing. The address of this page is in no referrer.
    """
    at = clock.now()
    response = (
        _answer(request, token, at) if request.method == "POST" else _page(request, token, at)
    )
    # With "no-referrer" a browser sends "Origin: null" with the form (the Fetch standard, "append a
    # request Origin header"), and Django refuses that as the form of another site.
    response["Referrer-Policy"] = "strict-origin"
    return response


def _answer(request: HttpRequest, token: str, at: datetime) -> HttpResponse:
    user_id = _user_id(request)
    try:
        if request.POST.get("answer") == "decline":
            api.decline_seat(token, user_id=user_id, at=at)
            messages.success(request, _("Thank you. Somebody else can have the seat now."))
            return HttpResponseRedirect(reverse("fee_payments:given_seats"))
        shares = request.POST.get("shares") == "yes"
        given = api.accept_seat(token, api.learner_for(user_id), shares=shares, at=at)
    except UnknownSeat as unknown:
        raise Http404 from unknown
    except TooManyTries as wait:
        response = _page(request, token, at, error=in_words(wait), status=429)
        response["Retry-After"] = str(max(1, int((wait.until - at).total_seconds())))
        return response
    except PaymentsError as refused:
        # Who has access already needs no seat, and can say so at once.
        return _page(
            request, token, at, error=in_words(refused), status=409,
            has_access=isinstance(refused, AlreadyEntitled),
        )  # fmt: skip
    return HttpResponseRedirect(
        _course_url(given.course_key) or reverse("fee_payments:given_seats")
    )


def _course_url(course_key: str) -> str:
    """The page of a course; "" of a bundle, which is of none."""
    return compat.course_url(course_key) if course_key else ""


def _page(
    request: HttpRequest, token: str, at: datetime, *, error: str = "", status: int = 200,
    has_access: bool = False,
) -> HttpResponse:  # fmt: skip
    found: SeatInvitation | None = None
    try:
        found = api.look_at_invitation(token, at=at)
    except UnknownSeat as unknown:
        raise Http404 from unknown
    except InvitationGone as gone:
        error, status = error or in_words(gone), 410 if status == 200 else status
    refused = None
    if found is not None and not has_access:
        learner = api.learner_for(_user_id(request))
        refused = api.country_refusal(learner, found.offering_code, at=at)
    context = {
        "refused": in_words(refused) if refused else "",
        "reason": refused.fault.lower() if refused else "",
        "account_url": compat.account_url(),
        "invitation": found,
        "language": course_language(found.course_key) if found else None,
        "error": error,
        "has_access": has_access,
        "shares": request.POST.get("shares") == "yes",
    }
    return render(request, "fee_payments/seat_invitation.html", context, status=status)


@login_required
@never_cache
@require_GET
def given_seats(request: HttpRequest) -> HttpResponse:
    """The seats this person was given by institutions, and who sees their progress."""
    context = {
        "seats": [
            (seat, course_language(seat.course_key), _course_url(seat.course_key))
            for seat in api.given_seats(_user_id(request))
        ]
    }
    return render(request, "fee_payments/given_seats.html", context)


@login_required
@require_POST
@transaction.non_atomic_requests
def sharing(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Agree, or no longer, that the sponsor sees one's progress."""
    shares = request.POST.get("shares") == "yes"
    try:
        api.share_progress(uuid, user_id=_user_id(request), shares=shares, at=clock.now())
    except UnknownSeat as unknown:
        raise Http404 from unknown
    messages.success(
        request,
        _("Your sponsor can see your progress now.")
        if shares
        else _("Your sponsor no longer sees your progress."),
    )
    return HttpResponseRedirect(reverse("fee_payments:given_seats"))


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101 -- login_required has seen to it
    return int(request.user.pk)
