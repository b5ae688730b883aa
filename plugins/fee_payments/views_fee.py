"""What a fee costs: its page, the way to it from the platform, and a price that is kept."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fairgate import clock
from fee_payments import api, checkout_links, compat
from fee_payments.exceptions import PaymentsError, UnknownOffering, UnknownTerms
from fee_payments.page_of_fee import show_fee
from fee_payments.page_parts import learner_of, login_url
from fee_payments.wording import in_words
from waiver_policy.exceptions import NothingToKeep


@require_GET
def fee(request: HttpRequest, code: str) -> HttpResponse:
    """What this offering costs, for the person who asks, and what they can do now."""
    return show_fee(request, code)


@require_GET
def checkout(request: HttpRequest) -> HttpResponse:
    """Go on to the page of ``?sku=``: here the platform's pages send who wants to pay.

    What is not ours goes where the platform sends it without us.
    """
    skus = request.GET.getlist("sku")
    if not skus:
        return HttpResponseRedirect(reverse("fee_payments:orders"))
    if code := checkout_links.fee_of(skus, ()):
        return HttpResponseRedirect(reverse("fee_payments:fee", args=[code]))
    elsewhere = compat.platform_checkout_url(skus)
    if not elsewhere:
        raise Http404
    return HttpResponseRedirect(elsewhere)


@require_GET
def terms(request: HttpRequest, number: int) -> HttpResponse:
    """A version of the terms of sale, for everybody; or the way to where it is published."""
    try:
        found = api.published_terms(number)
    except UnknownTerms as unknown:
        raise Http404 from unknown
    if not found.text:
        return HttpResponseRedirect(found.summary.url)
    return render(request, "fee_payments/terms.html", {"terms": found})


@require_POST
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the price of this moment for a while; the page of the fee says until when."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(login_url(reverse("fee_payments:fee", args=[code])))
    currency = request.POST.get("currency") or None
    try:
        api.keep_price(learner_of(request), code, at=clock.now(), currency=currency)
    except UnknownOffering as unknown:
        raise Http404 from unknown
    except NothingToKeep:
        said = _("There is no waiver on this price now that could be kept.")
        return show_fee(request, code, error=said, status=409)
    except PaymentsError as reason:
        return show_fee(request, code, error=in_words(reason), status=409)
    query = f"?{urlencode({'currency': currency})}" if currency else ""
    return HttpResponseRedirect(reverse("fee_payments:fee", args=[code]) + query)
