"""The sandbox's hosted page: what a payer would see at a payment provider."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairgate import clock
from fairgate.money import Money
from fee_payments import conf
from fee_payments.exceptions import ProviderUnavailable
from fee_payments.models import SandboxSession
from fee_payments.providers import sandbox

BUTTONS = {"pay": "paid", "decline": "declined"}


@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def hosted_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the amount; on POST settle, send the signed event, and send the payer back.

    Whoever has the token may pay, as with any provider's page; it is 192 random bits. The page
    exists only where the sandbox is switched on.
    """
    session = SandboxSession.objects.filter(token=token).first()
    if session is None or "sandbox" not in conf.providers():
        raise Http404
    if request.method == "POST" and request.POST.get("action") in BUTTONS:
        return _settle(request, session, BUTTONS[request.POST["action"]])
    return _page(request, session)


def _settle(request: HttpRequest, session: SandboxSession, outcome: str) -> HttpResponse:
    at = clock.now()
    body = sandbox.settle(session.token, outcome=outcome, at=at)
    webhook = reverse("fee_payments:webhook", args=["sandbox"])
    url = conf.sandbox_webhook_url() or request.build_absolute_uri(webhook)
    try:
        status = sandbox.deliver(url, body, at=at)
    except ProviderUnavailable:
        status = 503
    if status >= 400:
        sentence = _("The site did not take the event (%(status)s). Press the button again.")
        return _page(request, session, error=sentence % {"status": status})
    return HttpResponseRedirect(session.return_url)


def _page(request: HttpRequest, session: SandboxSession, *, error: str = "") -> HttpResponse:
    context = {
        "session": session,
        "amount": Money.from_minor(session.amount_minor, session.currency),
        "error": error,
    }
    return render(request, "fee_payments/sandbox.html", context)
