"""The page of an order: what to do next, or the receipt."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format

from fairgate import clock
from fee_payments import api, conf, wording_sales
from fee_payments.data import OrderLineSummary, OrderState, OrderSummary
from fee_payments.exceptions import NotYourPart, PaymentsError, UnknownOrder
from fee_payments.page_parts import course_url, learner_of, told_once
from fee_payments.providers import registry
from fee_payments.wording import course_language
from fee_payments.wording_office import for_office


def show_order(
    request: HttpRequest, uuid: UUID, *, error: str = "", status: int = 200
) -> HttpResponse:
    """Answer with the page of an order, for its learner and for who may refund it.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    may_refund = request.user.has_perm("fee_payments.refund_payment")
    found, is_own = _found(request, uuid, may_see_all=may_refund)
    at = clock.now()
    is_open = found.state in (OrderState.CREATED, OrderState.PENDING) and at < found.expires_at
    context: dict[str, object] = {
        "order": found,
        "is_own": is_own,
        "lines": [_shown(line, request, found) for line in found.lines],
        "policies": told_once(
            (line.title, course_language(line.course_key), _refunds(line)) for line in found.lines
        ),
        "has_several": len(found.lines) > 1,
        "error": error,
        "is_open": is_open,
        "is_receipt": _is_receipt(found),
        "kept_until": _moment_or_time(found.expires_at, at),
        "ways": api.list_providers(found) if is_open and not found.is_on_its_way else (),
        "awaited": api.invoice_of_order(uuid) if is_open else None,
        "sandbox_url": _sandbox_url(found) if may_refund else "",
        "next_step": found.next_step(at),
        "office_sentence": "" if is_own else for_office(found.sentence),
        "may_refund": may_refund and _is_refundable(found),
        "payment_label": _payment_label(found),
        "terms_url": api.terms_page_url(found.terms) if found.terms else "",
        "invoice_url": _invoice_url(found),
        # After a refusal the same key again, so that a second press is the same request.
        "key": request.POST.get("key") or uuid4().hex,
        # As it was when the form was opened: who looks away for a while is told what has changed.
        "left_minor": request.POST.get("left_minor") or found.left.minor,
        "reason": request.POST.get("reason", ""),
    }
    if found.paid_at is not None:
        context |= _asking_back(request, uuid, at)
    return render(request, "fee_payments/order.html", context, status=status)


def _is_receipt(found: OrderSummary) -> bool:
    """Whether the page says that something was settled; what a bank took back whole is not."""
    if found.state is OrderState.LOST:
        return False
    return found.paid_at is not None or found.state is OrderState.WAIVED


def _found(request: HttpRequest, uuid: UUID, *, may_see_all: bool) -> tuple[OrderSummary, bool]:
    """An order, and whether it is of who looks at it: theirs, or of an organisation of theirs.

    Raises:
        Http404: there is none, or they may not see it.
    """
    try:
        return api.order(uuid, user_id=learner_of(request).user_id), True
    except UnknownOrder as unknown:
        if not may_see_all:
            raise Http404 from unknown
    try:
        return api.order(uuid), False
    except UnknownOrder as unknown:
        raise Http404 from unknown


def _moment_or_time(moment: datetime, at: datetime) -> str:
    """A moment (UTC) in words; of the day it is now, the time alone."""
    moment, today = moment.astimezone(UTC), at.astimezone(UTC).date()
    time = date_format(moment, "H:i")
    return time if moment.date() == today else f"{date_format(moment, 'DATE_FORMAT')}, {time}"


def _asking_back(request: HttpRequest, uuid: UUID, at: datetime) -> dict[str, object]:
    """What is offered back to who may ask for it; nothing for who sees the order otherwise."""
    try:
        offer = api.refund_offer(uuid, learner_of(request).user_id, at)
    except (UnknownOrder, NotYourPart):
        return {}
    return {
        "offer": offer,
        "refund_request": api.refund_request(uuid),
        "why": request.POST.get("why", ""),
    }


def _is_refundable(found: OrderSummary) -> bool:
    """Whether something can go back: not while a bank looks at the payment, or has taken it."""
    is_with_bank = found.state in (OrderState.DISPUTED, OrderState.LOST)
    return found.paid_at is not None and bool(found.left) and not is_with_bank


def _payment_label(found: OrderSummary) -> str:
    """How it was paid, in words; the provider's name where it is switched on no more."""
    try:
        return registry.get_provider(found.provider).label
    except PaymentsError:
        return found.provider


def _sandbox_url(found: OrderSummary) -> str:
    """Where a payment at the sandbox can be refunded or disputed, as at a provider; else ""."""
    if found.provider != "sandbox" or not conf.is_test_mode():
        return ""
    return reverse("fee_payments:sandbox", args=[found.reference])


def _shown(line: OrderLineSummary, request: HttpRequest, found: OrderSummary) -> dict[str, object]:
    """A line with the language of its title, the address of its course, and its field of a form."""
    field = f"amount-{line.uuid}" if len(found.lines) > 1 else "amount"
    return {
        "field": field,
        "typed": request.POST.get(field, ""),
        "line": line,
        "left": found.left_of(line),
        "language": course_language(line.course_key),
        "course_url": course_url(line.course_key),
    }


def _refunds(line: OrderLineSummary) -> tuple[str, ...]:
    """The refund policy that a line was sold under, where it was kept and money was asked for."""
    if line.refund_policy is None or not line.breakdown.total:
        return ()
    return wording_sales.refunds(line.refund_policy, starts_on=line.starts_on)


def _invoice_url(found: OrderSummary) -> str:
    """The page of the invoice of a paid order, where invoices are issued."""
    has_one = found.paid_at is not None and "invoice" in conf.providers()
    return reverse("fee_payments:invoice_of_order", args=[found.uuid]) if has_one else ""
