"""Sessions and the waiting list on the page of a fee, and the two buttons of the list."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fairgate import clock
from fee_payments import api
from fee_payments.data import OfferingSummary, Quote
from fee_payments.exceptions import (
    CountryBlocked,
    NotWaiting,
    PaymentsError,
    UnknownOffering,
    UnknownSession,
)


def room_context(
    user_id: int, offering: OfferingSummary, quote: Quote | None, *, session: str, at: datetime
) -> dict[str, object]:
    """What the page of a fee tells of its room: sessions to choose, and the learner's place."""
    if offering.seats_left is None and not offering.sessions:
        return {}
    open_ones = [one for one in offering.sessions if one.is_open(at)]
    places = api.list_room_places(user_id, offering.code) if user_id else ()
    place = next((one for one in places if one.session in (session, "")), None)
    held = place is not None and place.offered_until is not None and place.offered_until > at
    chosen = quote.session if quote else None
    left = chosen.seats_left if chosen else offering.seats_left
    return {
        "sessions": open_ones,
        "session": session,
        "place": place,
        "held": held,
        "is_full": left == 0 and not held,
        "needs_session": bool(open_ones) and chosen is None,
    }


@require_POST
def wait(request: HttpRequest, code: str) -> HttpResponse:
    """Wait for a seat of a full room."""
    return _on_the_list(request, code, joins=True)


@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """Wait for it no longer."""
    return _on_the_list(request, code, joins=False)


def _on_the_list(request: HttpRequest, code: str, *, joins: bool) -> HttpResponse:
    session, at = request.POST.get("session", ""), clock.now()
    page = reverse("fee_payments:fee", args=[code])
    if session:
        page += f"?{urlencode({'session': session})}"
    if not request.user.is_authenticated or request.user.pk is None:
        return HttpResponseRedirect(page)
    try:
        if joins:
            learner = api.learner_for(request.user.pk, request=request)
            api.join_room(learner, code, session=session, at=at)
        else:
            api.leave_room(request.user.pk, code, session=session, at=at)
            messages.success(request, _("You do not wait any more."))
    except (UnknownOffering, UnknownSession) as unknown:
        raise Http404 from unknown
    except NotWaiting:
        pass  # pressed twice: the page says how it is
    except CountryBlocked:
        pass  # the page says the rule
    except PaymentsError as reason:
        messages.warning(request, str(reason))
    return HttpResponseRedirect(page)
