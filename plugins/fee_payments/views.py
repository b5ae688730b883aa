"""Pages of fee_payments: the fee, the order and its receipt, and the address for webhooks.

Each view asks the clock once. The views that write run outside ``ATOMIC_REQUESTS``: the services
open short transactions of their own, and an event must be committed before it is acted on.
"""

from __future__ import annotations

import functools
import logging
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from fairgate import clock
from fairgate.money import Money, MoneyError
from fee_payments import api, checkout_links, compat, conf, tasks
from fee_payments.data import Learner, OrderLineSummary, OrderState, OrderSummary, Quote
from fee_payments.exceptions import (
    AlreadyEntitled,
    InvalidEvent,
    PaymentsError,
    ProviderMisconfigured,
    ProviderUnavailable,
    UnknownOffering,
    UnknownOrder,
    UnknownProvider,
)
from fee_payments.providers import registry
from fee_payments.views_rooms import room_context
from fee_payments.wording import course_language, in_words
from waiver_policy import api as waivers
from waiver_policy.exceptions import FundEmpty, NotEligible, NothingToKeep, WaiverError

log = logging.getLogger(__name__)

MAX_EVENT_BYTES = 256 * 1024


@require_GET
def fee(request: HttpRequest, code: str) -> HttpResponse:
    """What this offering costs, for the person who asks, and what they can do now."""
    return _fee_page(request, code)


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


def _fee_page(
    request: HttpRequest, code: str, *, error: str = "", waitlisted: bool = False, status: int = 200
) -> HttpResponse:
    at = clock.now()
    try:
        offering = api.offering(code)
    except UnknownOffering as unknown:
        raise Http404 from unknown
    learner = _learner(request)
    currency = request.GET.get("currency") or request.POST.get("currency") or None
    session = request.GET.get("session") or request.POST.get("session") or ""
    context: dict[str, object] = {
        "offering": offering,
        "language": course_language(offering.course_key),
        "error": error,
        "waitlisted": waitlisted,
        "key": uuid4().hex,
        "account_url": compat.account_url(),
        "course_url": _course_url(offering.course_key),
        "seat_code_url": api.seat_code_page_url(code),
        "waiver_url": _waiver_url(code) if offering.waivable else "",
        "login_url": _login_url(request.get_full_path()),
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


def _course_url(course_key: str) -> str:
    """The page of a course; "" for a bundle that is of none."""
    return compat.course_url(course_key) if course_key else ""


def _keeping(learner: Learner, offer: Quote, at: datetime) -> dict[str, object]:
    """The last day on which this price is kept, or the one on which it could be."""
    if kept := api.price_kept(learner, offer, at=at):
        return {"kept_until": kept.until - timedelta(days=1)}
    until = waivers.price_could_be_kept_until(offer.waiver) if offer.waiver else None
    return {"keep_until": until - timedelta(days=1)} if until else {}


def _waits(note: object) -> bool:
    """Whether this person is on the waiting list and it is not their turn: they may pay in full."""
    return getattr(note, "state", "") == "waiting"


def _login_url(next_page: str) -> str:
    """The sign-in page, with the page to come back to."""
    return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': next_page})}"


def _waiver_url(code: str) -> str:
    """The page that tells about the decision, where the waiver policy's pages are served."""
    try:
        return reverse("waiver_policy:why", args=[code])
    except NoReverseMatch:
        return ""


def _learner(request: HttpRequest) -> Learner:
    """The signed-in learner, or somebody of whom nothing is known."""
    if request.user.is_authenticated and request.user.pk is not None:
        return api.learner_for(request.user.pk, request=request)
    return Learner(user_id=0, country="")


@require_POST
@transaction.non_atomic_requests
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Place an order at the price the learner saw, and go to the payment page."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(_login_url(reverse("fee_payments:fee", args=[code])))
    at = clock.now()
    try:
        expected = Money.from_minor(
            _minor(request.POST.get("total_minor", "")), request.POST.get("currency", "")
        )
        order = api.place_order(
            _learner(request),
            code,
            key=_key(request),
            expected=expected,
            at=at,
            with_waiver=request.POST.get("waiver") != "no",
            quoted_country=request.POST.get("country"),
            sessions={code: request.POST.get("session", "")},
        )
    except AlreadyEntitled:
        return HttpResponseRedirect(reverse("fee_payments:fee", args=[code]))
    except (FundEmpty, NotEligible) as reason:
        return _fee_page(request, code, error=in_words(reason), waitlisted=True, status=409)
    except UnknownOffering as unknown:
        raise Http404 from unknown
    except (PaymentsError, WaiverError, MoneyError) as reason:
        return _fee_page(request, code, error=in_words(reason), status=409)
    return _to_provider(request, order.uuid)


@require_POST
@transaction.non_atomic_requests
def seat(request: HttpRequest, code: str) -> HttpResponse:
    """Take a seat that the waiver opens in full."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(_login_url(reverse("fee_payments:fee", args=[code])))
    try:
        order = api.take_waived_seat(
            _learner(request),
            code,
            key=_key(request),
            at=clock.now(),
            quoted_country=request.POST.get("country"),
            sessions={code: request.POST.get("session", "")},
        )
    except AlreadyEntitled:
        return HttpResponseRedirect(reverse("fee_payments:fee", args=[code]))
    except (FundEmpty, NotEligible) as reason:
        return _fee_page(request, code, error=in_words(reason), waitlisted=True, status=409)
    except UnknownOffering as unknown:
        raise Http404 from unknown
    except (PaymentsError, WaiverError, MoneyError) as reason:
        return _fee_page(request, code, error=in_words(reason), status=409)
    return HttpResponseRedirect(reverse("fee_payments:order", args=[order.uuid]))


@require_POST
def keep(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the price of this moment for a while; the page of the fee says until when."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(_login_url(reverse("fee_payments:fee", args=[code])))
    currency = request.POST.get("currency") or None
    try:
        api.keep_price(_learner(request), code, at=clock.now(), currency=currency)
    except UnknownOffering as unknown:
        raise Http404 from unknown
    except NothingToKeep:
        said = _("There is no waiver on this price now that could be kept.")
        return _fee_page(request, code, error=said, status=409)
    except PaymentsError as reason:
        return _fee_page(request, code, error=in_words(reason), status=409)
    query = f"?{urlencode({'currency': currency})}" if currency else ""
    return HttpResponseRedirect(reverse("fee_payments:fee", args=[code]) + query)


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
        learner = _learner(request)
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
        return _order_page(request, uuid, error=sentence, status=409)
    except ProviderUnavailable:
        sentence = _("The payment page does not answer. Your order is kept; please try again.")
        return _order_page(request, uuid, error=sentence, status=503)
    except PaymentsError as reason:
        return _order_page(request, uuid, error=in_words(reason), status=409)
    return HttpResponseRedirect(url)


@require_GET
@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """Everything this person ordered."""
    language = functools.cache(course_language)
    context = {
        "orders": [
            (row, [(line, language(line.course_key)) for line in row.lines])
            for row in api.list_orders(_learner(request).user_id)
        ],
        "is_coordinator": bool(api.list_buyers(_learner(request).user_id)),
    }
    return render(request, "fee_payments/orders.html", context)


@require_GET
def order(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One order: what to do next, or the receipt. Other people's orders do not exist."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    return _order_page(request, uuid)


def _order_page(
    request: HttpRequest, uuid: UUID, *, error: str = "", status: int = 200
) -> HttpResponse:
    may_refund = request.user.has_perm("fee_payments.refund_payment")
    try:
        found = api.order(uuid, user_id=None if may_refund else _learner(request).user_id)
    except UnknownOrder as unknown:
        raise Http404 from unknown
    at = clock.now()
    is_open = found.state in (OrderState.CREATED, OrderState.PENDING) and at < found.expires_at
    context: dict[str, object] = {
        "order": found,
        "lines": [_shown(line, request, several=len(found.lines) > 1) for line in found.lines],
        "has_several": len(found.lines) > 1,
        "error": error,
        "is_open": is_open,
        "ways": api.list_providers(found) if is_open else (),
        "sandbox_url": _sandbox_url(found) if may_refund else "",
        "next_step": found.next_step(at),
        "may_refund": may_refund and found.paid_at is not None and bool(found.left),
        "left": found.left,
        "payment_label": _payment_label(found),
        "invoice_url": _invoice_url(found),
        # After a refusal the same key again, so that a second press is the same request.
        "key": request.POST.get("key") or uuid4().hex,
        # As it was when the form was opened: who looks away for a while is told what has changed.
        "left_minor": request.POST.get("left_minor") or found.left.minor,
        "reason": request.POST.get("reason", ""),
    }
    if found.user_id == _learner(request).user_id and found.paid_at is not None:
        context |= {
            "offer": api.refund_offer(uuid, found.user_id, at),
            "refund_request": api.refund_request(uuid),
            "why": request.POST.get("why", ""),
        }
    return render(request, "fee_payments/order.html", context, status=status)


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


def _shown(line: OrderLineSummary, request: HttpRequest, *, several: bool) -> dict[str, object]:
    """A line with the language of its title, the address of its course, and its field of a form."""
    field = f"amount-{line.uuid}" if several else "amount"
    return {
        "field": field,
        "typed": request.POST.get(field, ""),
        "line": line,
        "language": course_language(line.course_key),
        "course_url": _course_url(line.course_key),
    }


def _invoice_url(found: OrderSummary) -> str:
    """The page of the invoice of a paid order, where invoices are issued."""
    has_one = found.paid_at is not None and "invoice" in conf.providers()
    return reverse("fee_payments:invoice_of_order", args=[found.uuid]) if has_one else ""


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
            key=_key(request),
            reason=request.POST.get("reason", "")[:255],
            by=_learner(request).user_id,
            at=clock.now(),
        )
    except UnknownOrder as unknown:
        raise Http404 from unknown
    except ProviderUnavailable:
        sentence = _(
            "The payment provider does not answer. The refund is kept and asked for again; "
            "pressing the button again asks for the same refund."
        )
        return _order_page(request, uuid, error=sentence, status=503)
    except (PaymentsError, MoneyError) as refused:
        return _order_page(request, uuid, error=in_words(refused), status=409)
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
    return Money.from_minor(_minor(text), found.currency) if text else None


@require_POST
@login_required
def ask_for_refund(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask for what the refund policy offers of one's own order; its page tells the outcome."""
    try:
        api.ask_for_refund(
            uuid,
            user_id=_learner(request).user_id,
            lines=_chosen_lines(request),
            reason=request.POST.get("why", ""),
            at=clock.now(),
        )
    except UnknownOrder as unknown:
        raise Http404 from unknown
    except PaymentsError as refused:
        return _order_page(request, uuid, error=in_words(refused), status=409)
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


@csrf_exempt
@require_POST
@transaction.non_atomic_requests
def webhook(request: HttpRequest, provider: str) -> JsonResponse:
    """Take an event of a provider, and answer at once. Authenticated by its signature alone.

    The answer says only that the event is in the table; what becomes of it, a worker finds out.
    """
    # The length is checked before the body is read, so that nobody fills our memory.
    length = request.headers.get("Content-Length") or "0"
    if not length.isascii() or not length.isdigit():
        return JsonResponse({"detail": "The length of the event is not a number."}, status=400)
    if int(length) > MAX_EVENT_BYTES:
        return JsonResponse({"detail": "An event is at most 256 kB."}, status=413)
    try:
        taken = api.take_event(provider, request.body, request.headers, at=clock.now())
    except ProviderMisconfigured:
        log.exception("webhook: the provider cannot be used: provider=%s", provider)
        return JsonResponse({"detail": "The provider is not set up."}, status=503)
    except UnknownProvider as unknown:
        return JsonResponse({"detail": str(unknown)}, status=404)
    except InvalidEvent as invalid:
        log.warning("webhook refused: provider=%s because=%s", provider, invalid)
        return JsonResponse({"detail": str(invalid)}, status=400)
    if taken.is_new:
        tasks.work_event(taken.pk)
    return JsonResponse({"detail": "Stored." if taken.is_new else "Known."})


def _key(request: HttpRequest) -> str:
    """The form's idempotency key, bound to the person: nobody can use somebody else's."""
    key = request.POST.get("key", "")
    if not key:
        raise MoneyError(_("The form was not complete. Please try again."))
    return f"{_learner(request).user_id}:{key[:64]}"


def _minor(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise MoneyError(_("The form was not complete. Please try again."))
    return int(text)
