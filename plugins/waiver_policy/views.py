"""The pages: a learner's applications and reasons, and the reviewer's list.

Every page needs a login. What does not concern a person is not there for them (404).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from fairgate import clock
from waiver_policy import api, compat, conf, permissions
from waiver_policy.data import Applicant, ApplicationState, ApplicationSummary, Outcome
from waiver_policy.exceptions import ApplicationClosed, InvalidReview, UnknownApplication
from waiver_policy.forms import ApplyForm, ReviewForm
from waiver_policy.sentences import list_name, offering_name, state_name

MAX_CODE = 100


@login_required
@never_cache
@require_GET
def my_applications(request: HttpRequest) -> HttpResponse:
    """What the learner has applied for, and what became of it."""
    found = api.list_applications(user_id=_user_id(request))
    context = {
        "applications": _listed(reversed(found)),
        "may_review": permissions.may_review(request.user),
    }
    return render(request, "waiver_policy/mine.html", context)


@login_required
@never_cache
@require_GET
def why(request: HttpRequest, offering_code: str) -> HttpResponse:
    """Why this learner has, or has not, a waiver for an offering."""
    _check_code(offering_code)
    at = clock.now()
    decision = api.decide(_applicant(request), offering_code=offering_code, at=at)
    result, *sentences = api.explain(decision)
    context = {
        "offering_code": offering_code,
        "offering": offering_name(offering_code),
        "decision": decision,
        "result": result,
        "sentences": sentences,
        "tone": {Outcome.GRANTED: "ok", Outcome.REFUSED: "stop"}.get(decision.outcome, "warn"),
        "country": conf.country_name(decision.inputs["country"]),
        "memberships": _memberships(decision.inputs["country"], at),
        "application": _newest(request, offering_code),
    }
    return render(request, "waiver_policy/why.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, offering_code: str) -> HttpResponse:
    """The form with which a learner asks a person to look."""
    _check_code(offering_code)
    form = ApplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        api.apply(
            _applicant(request),
            offering_code=offering_code,
            note=form.cleaned_data["note"],
            at=clock.now(),
        )
        messages.success(request, _("Your application is in. You find the answer on this page."))
        return redirect("waiver_policy:mine")
    newest = _newest(request, offering_code)
    context = {
        "form": form,
        "offering_code": offering_code,
        "offering": offering_name(offering_code),
        "application": newest,
    }
    return render(request, "waiver_policy/apply.html", context)


@login_required
@never_cache
@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    """The applications that wait for a decision, oldest first."""
    _check_reviewer(request)
    found = api.list_applications(state=ApplicationState.SUBMITTED)
    context = {"applications": _listed(found)}
    return render(request, "waiver_policy/review_list.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, application: UUID) -> HttpResponse:
    """One application, and the reviewer's decision about it."""
    _check_reviewer(request)
    try:
        found = api.get_application(application)
    except UnknownApplication:
        raise Http404 from None
    initial = {"percent": str(found.proposed_percent)[:-2]} if found.proposed_percent else {}
    form = ReviewForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _review(request, found, form):
        return redirect("waiver_policy:review")
    return render(
        request,
        "waiver_policy/review_one.html",
        {
            "form": form,
            "application": _shown(found),
            "offering": offering_name(found.offering_code),
        },
    )


def _review(request: HttpRequest, found: ApplicationSummary, form: ReviewForm) -> bool:
    by, at, reason = _user_id(request), clock.now(), form.cleaned_data["reason"]
    try:
        if form.cleaned_data["verdict"] == ReviewForm.APPROVE:
            api.approve(found.uuid, by=by, reason=reason, at=at, percent=form.chosen_percent())
        else:
            api.refuse(found.uuid, by=by, reason=reason, at=at)
    except (ApplicationClosed, InvalidReview) as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Your decision is kept, and the learner can read it."))
    return True


def _listed(applications: Iterable[ApplicationSummary]) -> list[dict[str, object]]:
    """Applications as a list shows them; each offering is asked for its name once."""
    name = functools.cache(offering_name)
    return [_shown(one) | {"offering": name(one.offering_code)} for one in applications]


def _shown(application: ApplicationSummary) -> dict[str, object]:
    return {
        "summary": application,
        "state": state_name(application.state),
        "country": conf.country_name(application.country),
    }


def _memberships(country: str, at: datetime) -> list[dict[str, object]]:
    """Where the country stands on each list today, for the facts beside the explanation."""
    day = clock.utc_day(at)
    held = [api.is_member(code, country, on=day, known_at=at) for code in ("LDC", "SIDS", "LLDC")]
    return [{"list": list_name(row.list_code), "row": row} for row in held if row is not None]


def _newest(request: HttpRequest, offering_code: str) -> dict[str, object] | None:
    found = api.list_applications(user_id=_user_id(request))
    mine = [one for one in found if one.offering_code == offering_code]
    return _shown(mine[-1]) if mine else None


def _applicant(request: HttpRequest) -> Applicant:
    user_id = _user_id(request)
    return Applicant(user_id=user_id, country=compat.profile_country(user_id))


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101 -- login_required has seen to it
    return int(request.user.pk)


def _check_code(offering_code: str) -> None:
    if len(offering_code) > MAX_CODE:
        raise Http404


def _check_reviewer(request: HttpRequest) -> None:
    if not permissions.may_review(request.user):
        raise Http404
