"""Pages on which authors manage the fees of their course, within limits that operators set.

Studio links to them. Who may work on the course there may come in; who may not is told so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fairgate import clock
from fee_payments import api, compat
from fee_payments.data import Limits, OfferingSummary
from fee_payments.exceptions import PaymentsError, UnknownOffering
from fee_payments.forms_authoring import FeeForm, NewFeeForm, PriceForm
from fee_payments.forms_spoken import SpokenForm
from fee_payments.wording import course_language, in_words, price_span

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
    context = {**_frame(course_key), "rows": rows, "limits": limits}
    return render(request, "fee_payments/author_fees.html", context)


@_for_authors
def new_fee(request: HttpRequest, course_key: str) -> HttpResponse:
    """A form for a new fee; once it is there, its own page."""
    at, limits = clock.now(), api.author_limits(course_key)
    begin = {"valid_from": clock.utc_day(at), "title": ""}
    form = NewFeeForm(request.POST or None, limits=limits, initial=begin)

    def add() -> None:
        api.add_authored(
            course_key, form.cleaned_data["code"], form.wanted(), form.price(),
            by=request.user.pk or 0, at=at,
        )  # fmt: skip

    if request.method == "POST" and _done(form, add):
        messages.success(request, _("The fee is there."))
        code = form.cleaned_data["code"]
        return HttpResponseRedirect(reverse("fee_payments:author_fee", args=[course_key, code]))
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
        limits=limits, initial=FeeForm.of(offering),
    )  # fmt: skip
    price = PriceForm(
        request.POST if is_price else None,
        limits=limits, initial={"valid_from": clock.utc_day(at)},
    )  # fmt: skip
    by = request.user.pk or 0

    def set_price() -> None:
        api.price_authored(course_key, code, price.price(), by=by, at=at)

    def change() -> None:
        api.change_authored(course_key, code, about.wanted(), by=by, at=at)

    form, action = (price, set_price) if is_price else (about, change)
    if request.method == "POST" and _done(form, action):
        said = _("The new price is in the list.") if is_price else _("Saved.")
        messages.success(request, said)
        return HttpResponseRedirect(request.path)
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
        "spans": [(span.kind, price_span(span, on=today)) for span in spans],
    }


def _done(form: SpokenForm, action: Callable[[], None]) -> bool:
    """Do what a form says, if it says something that can be; a refusal stands above it."""
    if not form.is_valid():
        return False
    try:
        action()
    except PaymentsError as refused:
        form.add_error(None, in_words(refused))
        return False
    return True


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
