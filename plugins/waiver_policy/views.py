"""The pages: a learner's applications and reasons, and the reviewer's list.

Every page needs a login. What does not concern a person is not there for them (404).
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairgate import clock
from waiver_policy import api, compat, conf, permissions
from waiver_policy.data import Applicant, ApplicationState, ApplicationSummary, Decision, Outcome
from waiver_policy.exceptions import (
    AlreadyEligible,
    ApplicationClosed,
    InvalidReview,
    NothingToKeep,
    OutOfTurn,
    TooManyApplications,
    UnknownApplication,
)
from waiver_policy.forms import AnswerForm, ApplyForm, ReviewForm
from waiver_policy.sentences import (
    list_name,
    offering_language,
    offering_name,
    offering_title,
    state_name,
)

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
    offering = _offering(offering_code)
    applicant, at = _applicant(request), clock.now()
    decision = api.decide(applicant, offering_code=offering_code, at=at)
    result, *sentences = api.explain(decision)
    newest = api.newest_application(_user_id(request), offering_code)
    place = api.waiting_place(_user_id(request), offering_code)
    has_applied = newest is not None and newest.state in api.OPEN_STATES
    tone = {Outcome.GRANTED: "ok", Outcome.REFUSED: "stop"}.get(decision.outcome, "warn")
    if place is not None and not place.offered_until:
        result, tone = _("You are eligible; the waiver is given when it is your turn."), "warn"
    context = {
        "waiting": api.waiting_sentence(place) if place else "",
        "offering_code": offering_code,
        "offering": offering,
        "decision": decision,
        "result": result,
        "sentences": sentences if has_applied or place else [*sentences, *api.advise(decision)],
        "tone": tone,
        "country": conf.country_name(decision.inputs["country"]),
        "memberships": _memberships(decision.inputs["country"], at),
        "application": _shown(newest) if newest else None,
        **_keeping(applicant, offering_code, decision, at),
    }
    return render(request, "waiver_policy/why.html", context)


@require_POST
@never_cache
def keep(request: HttpRequest, offering_code: str) -> HttpResponse:
    """Keep the waiver of this moment for a while; the page of the reasons says until when."""
    page = reverse("waiver_policy:why", args=[offering_code])
    if not request.user.is_authenticated:
        return redirect_to_login(page)
    _offering(offering_code)
    try:
        api.keep_price(_applicant(request), offering_code=offering_code, at=clock.now())
    except NothingToKeep:
        messages.warning(request, _("There is no waiver now that could be kept."))
    return redirect(page)


def _keeping(
    applicant: Applicant, offering_code: str, decision: Decision, at: datetime
) -> dict[str, date]:
    """The last day on which a waiver is kept, or the one on which it could be."""
    if kept := api.price_kept(applicant, offering_code=offering_code, at=at):
        return {"kept_until": kept.until - timedelta(days=1)}
    until = api.price_could_be_kept_until(decision) if decision.is_granted else None
    return {"keep_until": until - timedelta(days=1)} if until else {}


@login_required
@never_cache
@require_POST
def leave(request: HttpRequest, offering_code: str) -> HttpResponse:
    """Give the own place on the waiting list up, and the offer with it."""
    if api.leave_waiting_list(_user_id(request), offering_code, at=clock.now()):
        messages.success(request, _("You are on the waiting list no more."))
    return redirect("waiver_policy:why", offering_code)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, offering_code: str) -> HttpResponse:
    """The form with which a learner asks a person to look."""
    offering = _offering(offering_code)
    applicant, at = _applicant(request), clock.now()
    decision = api.decide(applicant, offering_code=offering_code, at=at)
    if decision.outcome is Outcome.GRANTED:
        return _no_need(request, offering_code)
    form = ApplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _apply(request, applicant, offering_code, form, at)
        if answer is not None:
            return answer
    newest = _newest(request, offering_code)
    context = {
        "form": form,
        "offering_code": offering_code,
        "offering": offering,
        "application": newest,
    }
    return render(request, "waiver_policy/apply.html", context)


def _apply(
    request: HttpRequest, applicant: Applicant, offering_code: str, form: ApplyForm, at: datetime
) -> HttpResponse | None:
    """Where to go after the application; ``None`` when it was not taken and the form says why."""
    note = form.cleaned_data["note"]
    try:
        api.apply(applicant, offering_code=offering_code, note=note, at=at)
    except AlreadyEligible:
        return _no_need(request, offering_code)
    except TooManyApplications as error:
        said = ngettext(
            "%(count)s application of yours waits for a reviewer. Please wait for the answer "
            "before you send another.",
            "%(count)s applications of yours wait for a reviewer. Please wait for an answer "
            "before you send another.",
            error.limit,
        )
        form.add_error(None, said % {"count": error.limit})
        return None
    messages.success(request, _("Your application is in. You find the answer on this page."))
    return redirect("waiver_policy:mine")


def _no_need(request: HttpRequest, offering_code: str) -> HttpResponse:
    """To the reasons: a waiver is granted without an application."""
    said = _("You are given a waiver for this offering already; there is no need to apply.")
    messages.info(request, said)
    return redirect("waiver_policy:why", offering_code)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, application: UUID) -> HttpResponse:
    """One application of the learner: what was said about it, and a form to answer a question."""
    found = _found(application)
    if found.user_id != _user_id(request):
        raise Http404
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _answer(request, found, form)
    context = {
        "form": form,
        "application": _shown(found),
        "messages_about_it": api.list_messages(found.uuid),
        "offering": _drawn(found.offering_code),
    }
    return render(request, "waiver_policy/application.html", context)


def _answer(request: HttpRequest, found: ApplicationSummary, form: AnswerForm) -> HttpResponse:
    """Back to the application, with a sentence about what became of the answer."""
    try:
        api.answer(found.uuid, by=found.user_id, text=form.cleaned_data["text"], at=clock.now())
    except OutOfTurn:
        messages.warning(request, _("No answer is waited for now; nothing was changed."))
    except ApplicationClosed:
        said = _("This application has been decided already; nothing was changed.")
        messages.warning(request, said)
    else:
        messages.success(request, _("Your answer is in. A reviewer looks at it."))
    return redirect("waiver_policy:application", found.uuid)


@login_required
@never_cache
@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    """The applications that wait for a reviewer, and those that wait for the learner."""
    _check_reviewer(request)
    found = api.list_applications(state=ApplicationState.SUBMITTED)
    asked = api.list_applications(state=ApplicationState.MORE_INFORMATION)
    context = {"applications": _listed(found), "asked": _listed(asked)}
    return render(request, "waiver_policy/review_list.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, application: UUID) -> HttpResponse:
    """One application, and the reviewer's decision about it."""
    _check_reviewer(request)
    found = _found(application)
    is_open = found.state in api.OPEN_STATES
    if request.method == "POST" and not is_open:
        return _decided_already(request, application)
    written = api.list_messages(found.uuid)
    initial: dict[str, object] = {"read": len(written)}
    if found.proposed_percent:
        initial["percent"] = str(found.proposed_percent)[:-2]
    may_ask = found.state == ApplicationState.SUBMITTED
    form = ReviewForm(request.POST or None, initial=initial, may_ask=may_ask)
    if request.method == "POST" and form.is_valid():
        answer = _review(request, found, form)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "application": _shown(found),
        "messages_about_it": written,
        "is_open": is_open,
        "offering": _drawn(found.offering_code),
    }
    return render(request, "waiver_policy/review_one.html", context)


def _review(
    request: HttpRequest, found: ApplicationSummary, form: ReviewForm
) -> HttpResponse | None:
    """Where to go after the decision; ``None`` when it was not taken and the form says why."""
    by, at, words = _user_id(request), clock.now(), form.cleaned_data["reason"]
    verdict = form.cleaned_data["verdict"]
    read = form.cleaned_data["read"] or 0  # who does not say so has read nothing
    said = _("Your decision is kept, and the learner can read it.")
    try:
        if verdict == ReviewForm.ASK:
            api.ask_for_more(found.uuid, by=by, question=words, at=at, read=read)
            said = _("Your question is kept, and the learner can read and answer it.")
        elif verdict == ReviewForm.APPROVE:
            percent = form.chosen_percent()
            api.approve(found.uuid, by=by, reason=words, at=at, percent=percent, read=read)
        else:
            api.refuse(found.uuid, by=by, reason=words, at=at, read=read)
    except ApplicationClosed:
        return _decided_already(request, found.uuid)
    except OutOfTurn:
        said = _("Something was written in the meantime. Please read it; nothing was changed.")
        messages.warning(request, said)
        return redirect("waiver_policy:review_one", found.uuid)
    except InvalidReview as error:
        form.add_error(None, str(error))
        return None
    messages.success(request, said)
    return redirect("waiver_policy:review")


def _decided_already(request: HttpRequest, application: UUID) -> HttpResponse:
    """To the application as it was decided, with a sentence."""
    said = _("This application has been decided already; nothing was changed.")
    messages.warning(request, said)
    return redirect("waiver_policy:review_one", application)


def _found(uuid: UUID) -> ApplicationSummary:
    try:
        return api.get_application(uuid)
    except UnknownApplication:
        raise Http404 from None


def _listed(applications: Iterable[ApplicationSummary]) -> list[dict[str, object]]:
    """Applications as a list shows them; each offering is asked for its name once."""
    name = functools.cache(_drawn)
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
    found = api.newest_application(_user_id(request), offering_code)
    return _shown(found) if found else None


def _applicant(request: HttpRequest) -> Applicant:
    user_id = _user_id(request)
    return Applicant(user_id=user_id, country=compat.profile_country(user_id))


def _user_id(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101 -- login_required has seen to it
    return int(request.user.pk)


def _offering(code: str) -> SafeString:
    """The drawn name of an offering; an offering that nobody knows has no page."""
    title = offering_title(code) if len(code) <= MAX_CODE and code.isprintable() else None
    if title is None:
        raise Http404
    return _drawn(code, title)


def _drawn(code: str, title: str = "") -> SafeString:
    """The name of an offering, in its own language and direction."""
    language = offering_language(code)
    spoken = language and format_html(' lang="{}" dir="{}"', language.tag, language.direction)
    return format_html("<bdi{}>{}</bdi>", spoken or "", title or offering_name(code))


def _check_reviewer(request: HttpRequest) -> None:
    if not permissions.may_review(request.user):
        raise Http404
