"""Pages on which authors manage the fees of their course, within limits that operators set.

Studio links to them. Who may work on the course there may come in; who may not is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from fairgate import clock
from fee_payments import api, compat
from fee_payments.data import AuthoredChange, Limits, OfferingSummary
from fee_payments.exceptions import (
    OverLimit,
    PaymentsError,
    RequestDecided,
    UnknownOffering,
    UnknownRequest,
)
from fee_payments.forms_authoring import FeeForm, LimitedForm, NewFeeForm, PriceForm
from fee_payments.wording import course_language, in_words, price_span
from fee_payments.wording_authoring import differences, state_in_words, wish_in_words

_NEWEST = 20

Page = Callable[..., HttpResponse]


def _for_authors(view: Page) -> Page:
    """Lets in who may work on the course; outside ``ATOMIC_REQUESTS``, as services begin theirs."""

    @never_cache
    @require_http_methods(["GET", "POST"])
    @transaction.non_atomic_requests
    def page(request: HttpRequest, course_key: str, **named: str) -> HttpResponse:
        if not request.user.is_authenticated or request.user.pk is None:
            return redirect_to_login(request.get_full_path())
        if not compat.may_author(request.user.pk, course_key):
            raise PermissionDenied
        return view(request, course_key, **named)

    return page


@_for_authors
def fees(request: HttpRequest, course_key: str) -> HttpResponse:
    """Every fee of the course with its prices of today."""
    today = clock.utc_day(clock.now())
    limits = api.author_limits(course_key)
    rows = [
        (offering, [span for span in api.price_spans(offering) if span.is_of(today)])
        for offering in api.list_offerings(course_key)
    ]
    context = {**_frame(course_key), "rows": rows, "limits": limits, "asked": _asked(course_key)}
    return render(request, "fee_payments/author_fees.html", context)


@_for_authors
def new_fee(request: HttpRequest, course_key: str) -> HttpResponse:
    """A form for a new fee; once it is there, its own page."""
    at, limits = clock.now(), api.author_limits(course_key)
    begin = {"valid_from": clock.utc_day(at), "title": ""}
    form = NewFeeForm(request.POST or None, limits=limits, initial=begin)
    if request.method == "POST" and form.is_valid():
        code, by = form.cleaned_data["code"], request.user.pk or 0
        done = _done(form, course_key, form.change(code), by=by, at=at)
        if done is Done.NOW:
            messages.success(request, _("The fee is there."))
            return HttpResponseRedirect(reverse("fee_payments:author_fee", args=[course_key, code]))
        if done is Done.ASKED:
            return _to_what_was_asked(request, course_key)
    context = {**_frame(course_key), "form": form, "limits": limits}
    status = 409 if form.errors else 200
    return render(request, "fee_payments/author_new.html", context, status=status)


@_for_authors
def fee(request: HttpRequest, course_key: str, code: str) -> HttpResponse:
    """One fee: what is said of it, its price list, and a form for the next price."""
    at, limits = clock.now(), api.author_limits(course_key)
    offering = _of_course(course_key, code)
    is_price = "amount" in request.POST
    about = FeeForm(
        request.POST if request.POST and not is_price else None,
        limits=limits, initial=FeeForm.of(offering), auto_id="id_about_%s",
    )  # fmt: skip
    price = PriceForm(
        request.POST if is_price else None,
        limits=limits, initial={"valid_from": clock.utc_day(at)},
    )  # fmt: skip
    form: Any = price if is_price else about
    if request.method == "POST" and form.is_valid():
        done = _done(form, course_key, form.change(code), by=request.user.pk or 0, at=at)
        if done is Done.NOW:
            said = _("The new price is in the list.") if is_price else _("Saved.")
            messages.success(request, said)
            return HttpResponseRedirect(request.path)
        if done is Done.ASKED:
            return _to_what_was_asked(request, course_key)
    context = _fee_context(offering, limits, at) | {"about": about, "price": price}
    status = 409 if form.errors else 200
    return render(request, "fee_payments/author_fee.html", context, status=status)


def _fee_context(offering: OfferingSummary, limits: Limits, at: datetime) -> dict[str, Any]:
    today = clock.utc_day(at)
    spans = [one for one in api.price_spans(offering) if one.ends is None or one.ends > today]
    return {
        **_frame(offering.course_key),
        "offering": offering,
        "limits": limits,
        "asked": _asked(offering.course_key, offering.code),
        "spans": [(span.kind, price_span(span, on=today)) for span in spans],
    }


@require_POST
@_for_authors
def withdraw(request: HttpRequest, course_key: str, uuid: str) -> HttpResponse:
    """Take back what was asked for, and see the list without it."""
    try:
        api.withdraw_author_request(course_key, UUID(uuid), by=request.user.pk or 0, at=clock.now())
    except UnknownRequest as unknown:
        raise Http404 from unknown
    except RequestDecided as late:
        messages.error(request, in_words(late))
    else:
        messages.success(request, _("It is taken back."))
    return HttpResponseRedirect(reverse("fee_payments:author_fees", args=[course_key]))


class Done(Enum):
    """What became of what a form says."""

    NOW = auto()
    ASKED = auto()
    NOT = auto()


def _done(
    form: LimitedForm, course_key: str, change: AuthoredChange, *, by: int, at: datetime
) -> Done:
    """Do what a form says, or ask operators for it; a refusal stands above the form."""
    try:
        api.change_within_limits(course_key, change, by=by, at=at)
    except OverLimit as over:
        if form.said:
            return _asked_for(form, course_key, change, by=by, at=at)
        form.add_error(None, in_words(over))
        if "reason" in form.fields:
            form.add_error("reason", _("Or say here why you need it, and an operator decides."))
    except PaymentsError as refused:
        form.add_error(None, in_words(refused))
    else:
        return Done.NOW
    return Done.NOT


def _asked_for(
    form: LimitedForm, course_key: str, change: AuthoredChange, *, by: int, at: datetime
) -> Done:
    try:
        api.ask_for_change(course_key, change, reason=form.said, by=by, at=at)
    except PaymentsError as refused:
        form.add_error(None, in_words(refused))
        return Done.NOT
    return Done.ASKED


def _to_what_was_asked(request: HttpRequest, course_key: str) -> HttpResponse:
    said = _("Nothing has changed yet: it waits for an operator. You see here what they decide.")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("fee_payments:author_fees", args=[course_key]))


def _asked(course_key: str, code: str | None = None) -> list[dict[str, Any]]:
    """What authors of the course have asked for, the newest first, in words."""
    found = api.list_author_requests(course_key, code=code, limit=_NEWEST)
    return [
        {
            "asked": one,
            "wish": wish_in_words(one),
            "state": state_in_words(one),
            "differences": differences(one),
        }
        for one in found
    ]


def _of_course(course_key: str, code: str) -> OfferingSummary:
    try:
        offering = api.offering(code)
    except UnknownOffering as unknown:
        raise Http404 from unknown
    if offering.course_key != course_key:
        raise Http404
    return offering


def _frame(course_key: str) -> dict[str, Any]:
    return {
        "course_key": course_key,
        "course_url": compat.course_url(course_key),
        "language": course_language(course_key),
    }
