"""The pages of an administration that nominates, and of the person who was nominated."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairgate import clock
from waiver_policy import api, conf, sentences
from waiver_policy.data import (
    FocalPoint,
    NominationCallSummary,
    NominationState,
    NominationSummary,
)
from waiver_policy.exceptions import (
    InvalidNomination,
    NominationClosed,
    OutOfTurn,
    UnknownNomination,
)
from waiver_policy.forms import TRUTH_VERSION, AcceptForm, NominateForm
from waiver_policy.page_parts import drawn, user_id
from waiver_policy.selectors import people

_CAN_END = (NominationState.NOMINATED, NominationState.ACCEPTED)


@login_required
@never_cache
@require_GET
def nominations(request: HttpRequest) -> HttpResponse:
    """What an administration can nominate for, and whom it has named."""
    focal, at = _focal_point(request), clock.now()
    named = api.list_nominations_of(country=focal.country)
    people_named = people.usernames(one.user_id for one in named)
    context = {
        "focal": focal,
        "country": conf.country_name(focal.country),
        "calls": [
            {"call": call, "offering": drawn(call.offering_code), "is_open": at < call.closes_at}
            for call in api.list_calls(focal.country, at=at)
        ],
        "nominations": [
            {
                "summary": one,
                "person": people_named.get(one.user_id, "–"),
                "offering": drawn(one.call.offering_code),
                "kind": sentences.nomination_kind(one.kind, one.item),
                "state": sentences.nomination_state(one.state),
                "may_withdraw": one.state in _CAN_END and at < one.call.closes_at,
            }
            for one in named
        ],
    }
    return render(request, "waiver_policy/nominations.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def nominate(request: HttpRequest, offering_code: str) -> HttpResponse:
    """The form with which an administration names somebody."""
    focal, at = _focal_point(request), clock.now()
    call = _call(focal, offering_code)
    terms = api.nomination_terms(offering_code)
    form = NominateForm(
        request.POST or None,
        items=terms.items if terms else (),
        replaceable=_replaceable(focal, offering_code),
        initial={"instead_of": request.GET.get("instead_of", "")},
    )
    if request.method == "POST" and form.is_valid() and _nominate(request, call, form):
        messages.success(request, _("The person is nominated, and is asked to accept."))
        return redirect("waiver_policy:nominations")
    context = {
        "form": form,
        "call": call,
        "offering": drawn(offering_code),
        "country": conf.country_name(focal.country),
        "is_open": at < call.closes_at,
        "quota": terms.of_state if terms else None,
    }
    return render(request, "waiver_policy/nominate.html", context)


def _nominate(request: HttpRequest, call: NominationCallSummary, form: NominateForm) -> bool:
    told = form.cleaned_data
    kind, item = form.kind_and_item()
    instead = told["instead_of"]
    try:
        api.nominate(
            call.offering_code, by=user_id(request), person=told["person"], kind=kind, item=item,
            rank=told["rank"], at=clock.now(), instead_of=UUID(instead) if instead else None,
        )  # fmt: skip
    except InvalidNomination as error:
        form.add_error(None, sentences.nomination_fault(error.fault))
    except (UnknownNomination, NominationClosed):
        form.add_error(None, _("What this should replace has ended already."))
    else:
        return True
    return False


def _replaceable(focal: FocalPoint, offering_code: str) -> list[tuple[str, str]]:
    named = [
        one
        for one in api.list_nominations_of(country=focal.country)
        if one.call.offering_code == offering_code and one.state in _CAN_END
    ]
    names = people.usernames(one.user_id for one in named)
    return [(str(one.uuid), f"{one.rank}. {names.get(one.user_id, '–')}") for one in named]


@login_required
@never_cache
@require_POST
def withdraw(request: HttpRequest, nomination: UUID) -> HttpResponse:
    """Take a nomination back."""
    focal = _focal_point(request)
    try:
        api.withdraw_nomination(nomination, by=focal.user_id, at=clock.now())
    except UnknownNomination:
        raise Http404 from None
    except InvalidNomination as error:
        messages.warning(request, sentences.nomination_fault(error.fault))
    except NominationClosed:
        messages.warning(request, _("This nomination has ended already; nothing was changed."))
    else:
        messages.success(request, _("The nomination is withdrawn."))
    return redirect("waiver_policy:nominations")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def nomination(request: HttpRequest, nomination: UUID) -> HttpResponse:
    """One's own nomination: to accept or to decline."""
    found = _own(request, nomination)
    form = AcceptForm(request.POST if request.POST.get("action") == "accept" else None)
    if request.method == "POST":
        answer = _answer(request, found, form)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "nomination": found,
        "offering": drawn(found.call.offering_code),
        "country": conf.country_name(found.country),
        "kind": sentences.nomination_kind(found.kind, found.item),
        "state": sentences.nomination_state(found.state),
        "waits": found.state == NominationState.NOMINATED,
    }
    return render(request, "waiver_policy/nomination.html", context)


def _answer(
    request: HttpRequest, found: NominationSummary, form: AcceptForm
) -> HttpResponse | None:
    """Accept or decline; ``None`` when the form says what is missing."""
    by, at = found.user_id, clock.now()
    try:
        if request.POST.get("action") == "decline":
            api.decline_nomination(found.uuid, by=by, at=at)
            messages.success(request, _("You have declined the nomination."))
        elif form.is_valid():
            accepted = api.accept_nomination(found.uuid, by=by, at=at, truth=TRUTH_VERSION)
            messages.success(request, _("You have accepted. A reviewer looks at it."))
            return redirect("waiver_policy:application", accepted.uuid)
        else:
            return None
    except NominationClosed:
        messages.warning(request, _("This nomination has ended already; nothing was changed."))
    except OutOfTurn:
        said = _("You have another open application for this. Withdraw it first, then accept.")
        messages.warning(request, said)
    return redirect("waiver_policy:nomination", found.uuid)


def _own(request: HttpRequest, uuid: UUID) -> NominationSummary:
    try:
        found = api.get_nomination(uuid)
    except UnknownNomination:
        raise Http404 from None
    if found.user_id != user_id(request):
        raise Http404
    return found


def _focal_point(request: HttpRequest) -> FocalPoint:
    """The pages of administrations are not there for anybody else."""
    found = api.focal_point(user_id(request))
    if found is None:
        raise Http404
    return found


def _call(focal: FocalPoint, offering_code: str) -> NominationCallSummary:
    calls = api.list_calls(focal.country, at=clock.now())
    found = next((call for call in calls if call.offering_code == offering_code), None)
    if found is None:
        raise Http404
    return found
