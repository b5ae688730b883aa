"""The sandbox's hosted page: what a payer would see at a payment provider."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairgate import clock
from fee_payments import conf
from fee_payments.exceptions import PaymentsError, ProviderUnavailable
from fee_payments.models import SandboxSession
from fee_payments.providers import registry, sandbox, sandbox_book

# What a payer does takes them back to the site; what a bank does later leaves the page open.
GOES_BACK = ("pay", "decline", "pass", "fail", "pay_later")


@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def hosted_page(request: HttpRequest, token: str) -> HttpResponse:
    """Show the amount; on POST do what the button says, and send the event that tells it.

    Whoever has the token may pay, as with any provider's page; it is 192 random bits. The page
    exists only where the sandbox is switched on and payments are tests.
    """
    session = SandboxSession.objects.filter(token=token).first()
    if session is None or not _is_on():
        raise Http404
    if request.method != "POST":
        return _page(request, session)
    at, action = clock.now(), request.POST.get("action", "")
    if action == "send_kept":
        return _answer(request, session, sandbox_book.take_kept(token), _once, at, stays=True)
    body = sandbox_book.press(token, action, at=at)
    how = request.POST.get("sending", "")
    if body is None:
        return HttpResponseRedirect(request.path)
    if how == "late":
        sandbox_book.keep(token, body)
        return HttpResponseRedirect(request.path)
    send = SENDING.get(how, _once)
    return _answer(request, session, (body,), send, at, stays=action not in GOES_BACK)


def _is_on() -> bool:
    try:
        registry.get_provider("sandbox")
    except PaymentsError:
        return False
    return True


def _answer(
    request: HttpRequest,
    session: SandboxSession,
    bodies: tuple[bytes, ...],
    send: Callable[[str, bytes, datetime], int],
    at: datetime,
    *,
    stays: bool,
) -> HttpResponse:
    """Send events; stay on the page where one was not taken, so that it can be sent again."""
    webhook = reverse("fee_payments:webhook", args=["sandbox"])
    url = conf.sandbox_webhook_url() or request.build_absolute_uri(webhook)
    for place, body in enumerate(bodies):
        try:
            status = send(url, body, at)
        except ProviderUnavailable:
            status = 503
        if status >= 400:
            for left in reversed(bodies[place:]) if len(bodies) > 1 else ():
                sandbox_book.keep(session.token, left)
            session.refresh_from_db()
            sentence = _("The site did not take the event (%(status)s). Press the button again.")
            return _page(request, session, error=sentence % {"status": status})
    return HttpResponseRedirect(request.path if stays else session.return_url)


def _once(url: str, body: bytes, at: datetime) -> int:
    return sandbox.deliver(url, body, at=at)


def _twice(url: str, body: bytes, at: datetime) -> int:
    return max(sandbox.deliver(url, body, at=at), sandbox.deliver(url, body, at=at))


def _unsigned(url: str, body: bytes, at: datetime) -> int:
    return sandbox.deliver(url, body, at=at, signature="")


def _wrong_amount(url: str, body: bytes, at: datetime) -> int:
    """The provider is mistaken by one minor unit: signed as it should be, and not to be believed.

    Under an id of its own, so that the right event can still be sent.
    """
    told = json.loads(body)
    told = {**told, "id": f"{told['id']}_wrong", "amount": told.get("amount", 2) - 1}
    return sandbox.deliver(url, json.dumps(told, sort_keys=True).encode(), at=at)


SENDING = {"twice": _twice, "unsigned": _unsigned, "wrong_amount": _wrong_amount}


def _page(request: HttpRequest, session: SandboxSession, *, error: str = "") -> HttpResponse:
    amount = sandbox_book.amount_of(session)
    can = sandbox_book.buttons_of(session)
    big = {
        "pay": _("Pay %(amount)s") % {"amount": amount},
        "decline": _("Let the card be declined"),
        "pass": _("Answer the bank’s question rightly"),
        "fail": _("Answer it wrongly"),
        "arrive": _("The money arrives"),
        "bounce": _("The bank does not send it"),
        "lose": _("The bank decides for the payer"),
        "win": _("The bank decides for you"),
    }
    more = {
        "ask": _("Let the bank ask first (3-D Secure)"),
        "pay_later": _("Pay by a bank that needs days"),
        "refund": _("Refund half of it here, at the provider"),
        "dispute": _("Let the payer’s bank ask the money back"),
    }
    context = {
        "session": session,
        "amount": amount,
        "state": sandbox_book.state_of(session),
        "big": [(name, label) for name, label in big.items() if name in can],
        "more": [(name, label) for name, label in more.items() if name in can],
        "kept": len(session.book.get("kept", [])),
        "sendings": [
            ("", _("at once, as it should")),
            ("late", _("late: keep it until I send it, the newest first")),
            ("twice", _("twice")),
            ("wrong_amount", _("with an amount that is wrong by one cent")),
            ("unsigned", _("without a signature")),
        ],
        "error": error,
    }
    return render(request, "fee_payments/sandbox.html", context)
