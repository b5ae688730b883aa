"""Orders and their receipts, and money that goes back of them.

The view that refunds runs outside ``ATOMIC_REQUESTS``: the service opens short transactions of its
own around the call of the provider.
"""

from __future__ import annotations

import functools
from contextlib import suppress
from uuid import UUID

from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from fairgate import clock
from fairgate.money import Money, MoneyError
from fee_payments import api
from fee_payments.data import OrderSummary
from fee_payments.exceptions import PaymentsError, ProviderUnavailable, UnknownOrder
from fee_payments.page_of_order import show_order
from fee_payments.page_parts import form_key, learner_of, minor_units
from fee_payments.wording import course_language, in_words


@require_GET
@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """Everything this person ordered."""
    language = functools.cache(course_language)
    context = {
        "orders": [
            (row, [(line, language(line.course_key)) for line in row.lines])
            for row in api.list_orders(learner_of(request).user_id)
        ],
        "is_coordinator": api.has_seats_to_give(learner_of(request).user_id),
    }
    return render(request, "fee_payments/orders.html", context)


@require_GET
def order(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One order: what to do next, or the receipt. Other people's orders do not exist."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    return show_order(request, uuid)


@require_POST
@permission_required("fee_payments.refund_payment", raise_exception=True)
@transaction.non_atomic_requests
def refund(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Refund a part of an order, or all of it; for holders of ``refund_payment`` only."""
    try:
        found = api.order(uuid)
        api.refund(
            uuid,
            parts=_amounts(request, found),
            seen_left=_seen_left(request, found),
            key=form_key(request),
            reason=request.POST.get("reason", "")[:255],
            by=learner_of(request).user_id,
            at=clock.now(),
        )
    except UnknownOrder as unknown:
        raise Http404 from unknown
    except ProviderUnavailable:
        sentence = _(
            "The payment provider does not answer. The refund is kept and asked for again; "
            "pressing the button again asks for the same refund."
        )
        return show_order(request, uuid, error=sentence, status=503)
    except (PaymentsError, MoneyError) as refused:
        return show_order(request, uuid, error=in_words(refused), status=409)
    return HttpResponseRedirect(reverse("fee_payments:order", args=[uuid]))


def _amounts(request: HttpRequest, found: OrderSummary) -> dict[UUID, Money]:
    """How much of which line the form says: ``amount`` of the one, ``amount-<uuid>`` of several."""
    several = len(found.lines) > 1
    typed = {
        line.uuid: request.POST.get(f"amount-{line.uuid}" if several else "amount", "").strip()
        for line in found.lines
    }
    if not any(typed.values()):
        raise MoneyError(_("Please say how much is to be refunded."))
    return {line: Money(text, found.currency) for line, text in typed.items() if text}


def _seen_left(request: HttpRequest, found: OrderSummary) -> Money | None:
    """What was left of the order when the form was opened, if it says so."""
    text = request.POST.get("left_minor", "")
    return Money.from_minor(minor_units(text), found.currency) if text else None


@require_POST
@login_required
def ask_for_refund(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask for what the refund policy offers of one's own order; its page tells the outcome."""
    try:
        api.ask_for_refund(
            uuid,
            user_id=learner_of(request).user_id,
            lines=_chosen_lines(request),
            reason=request.POST.get("why", ""),
            at=clock.now(),
        )
    except UnknownOrder as unknown:
        raise Http404 from unknown
    except PaymentsError as refused:
        return show_order(request, uuid, error=in_words(refused), status=409)
    return HttpResponseRedirect(reverse("fee_payments:order", args=[uuid]))


def _chosen_lines(request: HttpRequest) -> list[UUID] | None:
    """The lines that were ticked; ``None`` of a form that has none to tick, for all."""
    if "all" in request.POST:
        return None
    chosen = []
    for text in request.POST.getlist("line"):
        with suppress(ValueError):
            chosen.append(UUID(text))
    return chosen
