"""Ordering one fee from its page, and going to the payment page.

Each view asks the clock once. They run outside ``ATOMIC_REQUESTS``: the services open short
transactions of their own.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from fairgate import clock
from fairgate.errors import FairgateError
from fairgate.money import Money, MoneyError
from fee_payments import api
from fee_payments.exceptions import (
    AlreadyEntitled,
    PaymentsError,
    ProviderUnavailable,
    TermsNotAccepted,
    UnknownOffering,
    UnknownOrder,
    UnknownProvider,
)
from fee_payments.page_of_fee import show_fee
from fee_payments.page_of_order import show_order
from fee_payments.page_parts import form_key, learner_of, login_url, minor_units
from fee_payments.wording import in_words
from waiver_policy.exceptions import FundEmpty, NotEligible, WaiverError


@require_POST
@transaction.non_atomic_requests
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Place an order at the price the learner saw, and go to the payment page."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(login_url(reverse("fee_payments:fee", args=[code])))
    at = clock.now()
    try:
        expected = Money.from_minor(
            minor_units(request.POST.get("total_minor", "")), request.POST.get("currency", "")
        )
        order = api.place_order(
            learner_of(request),
            code,
            key=form_key(request),
            expected=expected,
            at=at,
            with_waiver=request.POST.get("waiver") != "no",
            quoted_country=request.POST.get("country"),
            sessions={code: request.POST.get("session", "")},
            accepts_terms=request.POST.get("accepts_terms", ""),
        )
    except AlreadyEntitled:
        return HttpResponseRedirect(reverse("fee_payments:fee", args=[code]))
    except (PaymentsError, WaiverError, MoneyError) as reason:
        return _refused(request, code, reason)
    return _to_provider(request, order.uuid)


@require_POST
@transaction.non_atomic_requests
def seat(request: HttpRequest, code: str) -> HttpResponse:
    """Take a seat that the waiver opens in full."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(login_url(reverse("fee_payments:fee", args=[code])))
    try:
        order = api.take_waived_seat(
            learner_of(request),
            code,
            key=form_key(request),
            at=clock.now(),
            quoted_country=request.POST.get("country"),
            sessions={code: request.POST.get("session", "")},
            accepts_terms=request.POST.get("accepts_terms", ""),
        )
    except AlreadyEntitled:
        return HttpResponseRedirect(reverse("fee_payments:fee", args=[code]))
    except (PaymentsError, WaiverError, MoneyError) as reason:
        return _refused(request, code, reason)
    return HttpResponseRedirect(reverse("fee_payments:order", args=[order.uuid]))


def _refused(request: HttpRequest, code: str, reason: FairgateError) -> HttpResponse:
    """The page of the fee again, with why nothing was ordered, and the choice not to wait kept."""
    if isinstance(reason, UnknownOffering):
        raise Http404 from reason
    would_pay = request.POST.get("waiver") == "no"
    error_at = ""
    if isinstance(reason, TermsNotAccepted):
        error_at = "accepts-terms-full" if would_pay else "accepts-terms"
    return show_fee(
        request,
        code,
        error=in_words(reason),
        error_at=error_at,
        waitlisted=would_pay or isinstance(reason, (FundEmpty, NotEligible)),
        status=409,
    )


@require_POST
@login_required
@transaction.non_atomic_requests
def pay(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Resume the payment of an open order."""
    return _to_provider(request, uuid)


def _to_provider(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Go to the provider that was chosen; to the order, where there is a choice to make."""
    receipt = reverse("fee_payments:order", args=[uuid])
    try:
        learner = learner_of(request)
        found = api.order(uuid, user_id=learner.user_id)
        ways = [way.name for way in api.list_providers(found)]
        chosen = request.POST.get("provider") or (ways[0] if len(ways) == 1 else "")
        if not chosen and ways:
            return HttpResponseRedirect(receipt)
        url = api.start_payment(
            uuid,
            user_id=learner.user_id,
            provider=chosen,
            return_url=request.build_absolute_uri(receipt),
            at=clock.now(),
        )
    except UnknownOrder as unknown:
        raise Http404 from unknown
    except UnknownProvider:
        sentence = _("There is no way to pay this at the moment. Your order is kept.")
        return show_order(request, uuid, error=sentence, status=409)
    except ProviderUnavailable:
        sentence = _("The payment page does not answer. Your order is kept; please try again.")
        return show_order(request, uuid, error=sentence, status=503)
    except PaymentsError as reason:
        return show_order(request, uuid, error=in_words(reason), status=409)
    return HttpResponseRedirect(url)
