"""The page on which a coordinator orders seats for their organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fairgate import clock
from fairgate.money import Money, MoneyError
from fairgate.whole_numbers import whole_number
from fee_payments import api, wording_sales
from fee_payments.data import BatchQuote, OfferingSummary, SessionSummary, WantedLine
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import (
    InvalidOrder,
    KeyReused,
    NotYourPart,
    PaymentsError,
    TermsNotAccepted,
    UnknownBuyer,
)
from fee_payments.page_parts import ToldPolicy, told_once
from fee_payments.wording import course_language, in_words

_DIGITS = 15
_SEATS = "seats-"


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def order(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How many seats of what; then the price; then the order, which is paid as every order is."""
    at = clock.now()
    try:
        found = api.organisation(uuid, user_id=_user_id(request), act=OrganisationAct.ORDER)
    except (UnknownBuyer, NotYourPart) as unknown:
        raise Http404 from unknown
    name = found.legal_name
    if request.method == "GET":
        return _page(request, uuid, name, at)
    try:
        wanted = _wanted(request.POST)
        if request.POST.get("step") != "order":
            offer = api.quote_batch(uuid, wanted, by=_user_id(request), at=at)
            return _page(request, uuid, name, at, offer=offer)
        placed = api.place_batch_order(
            uuid,
            wanted,
            by=_user_id(request),
            key=_key(request),
            expected=Money.from_minor(
                _number(request.POST.get("total_minor", "")), request.POST.get("currency", "")
            ),
            at=at,
            accepts_terms=request.POST.get("accepts_terms", ""),
        )
    except TermsNotAccepted as refused:
        return _page(
            request, uuid, name, at, offer=_offer_again(request, uuid, at),
            error=in_words(refused), error_at="accepts-terms", status=409,
        )  # fmt: skip
    except UnknownBuyer as unknown:
        raise Http404 from unknown
    except (PaymentsError, MoneyError) as refused:
        return _page(request, uuid, name, at, error=in_words(refused), status=409)
    return HttpResponseRedirect(reverse("fee_payments:order", args=[placed.uuid]))


def _offer_again(request: HttpRequest, uuid: UUID, at: datetime) -> BatchQuote | None:
    """The price that was agreed to, for who has missed the box; ``None`` if it is there no more."""
    try:
        return api.quote_batch(uuid, _wanted(request.POST), by=_user_id(request), at=at)
    except PaymentsError:
        return None


def _page(
    request: HttpRequest,
    uuid: UUID,
    name: str,
    at: datetime,
    *,
    offer: BatchQuote | None = None,
    error: str = "",
    error_at: str = "",
    status: int = 200,
) -> HttpResponse:
    day = clock.utc_day(at)
    context = {
        "uuid": uuid,
        "buyer_name": name,
        "offer": offer,
        "error": error,
        "error_at": error_at,
        "policies": _policies(offer) if offer else (),
        "terms": offer.terms if offer else None,
        "terms_url": api.terms_page_url(offer.terms) if offer and offer.terms else "",
        "merchant": offer.merchant if offer else None,
        "key": uuid4().hex,
        "choices": [
            (one.title, fields)
            for one in api.list_offerings()
            if one.is_on_sale(day) and (fields := _fields_of(one, request.POST, at))
        ],
    }
    return render(request, "fee_payments/batch_order.html", context, status=status)


def _policies(offer: BatchQuote) -> tuple[ToldPolicy, ...]:
    """What goes back to who changes their mind, as an order of this keeps it, each policy once."""
    return told_once(
        (
            line.title,
            course_language(line.course_key),
            wording_sales.refunds(line.refund_policy, starts_on=line.starts_on)
            if line.breakdown.total
            else (),
        )
        for line in offer.lines
    )


@dataclass(frozen=True, slots=True)
class _Field:
    """Where somebody writes how many seats they want: of an offering, or of a session of it."""

    name: str
    typed: str
    seats_left: int | None
    session: SessionSummary | None = None


def _fields_of(offering: OfferingSummary, typed: QueryDict, at: datetime) -> tuple[_Field, ...]:
    """A field for each session that can be chosen, one where there are no sessions."""
    name = f"{_SEATS}{offering.code}"
    fields = [_Field(name, _typed(typed, name), offering.seats_left)]
    if offering.sessions:
        # A dot is in no code, so it parts the two.
        fields = [
            _Field(one_name, _typed(typed, one_name), one.seats_left, one)
            for one in offering.sessions
            if one.is_open(at) and (one_name := f"{name}.{one.code}")
        ]
    return tuple(field for field in fields if field.seats_left != 0)


def _typed(fields: QueryDict, name: str) -> str:
    return fields.get(name, "")[:_DIGITS]


def _wanted(fields: QueryDict) -> tuple[WantedLine, ...]:
    """How many seats of what, of the fields that are filled."""
    found = []
    for name, value in fields.items():
        text = value.strip() if isinstance(value, str) else ""
        if name.startswith(_SEATS) and text not in ("", "0"):
            code, _dot, session = name.removeprefix(_SEATS).partition(".")
            quantity = _number(text)
            found.append(WantedLine(offering_code=code, session=session, quantity=quantity))
    return tuple(found)


def _number(text: str) -> int:
    number = whole_number(text, digits=_DIGITS)
    if number is None:
        raise InvalidOrder(_("Please write how many seats in digits, for example 50."))
    return number


def _key(request: HttpRequest) -> str:
    """The form's idempotency key, bound to the person: nobody can use somebody else's."""
    key = request.POST.get("key", "")
    if not key:
        raise KeyReused(_("The form was not complete. Please try again."))
    return f"batch:{_user_id(request)}:{key[:64]}"


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101 -- login_required has seen to it
    return int(request.user.pk)
