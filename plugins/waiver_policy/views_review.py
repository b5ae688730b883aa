"""The reviewers' pages: the queue, one application, and several at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairgate import clock
from fairgate.money import Money
from fairgate.whole_numbers import whole_number
from waiver_policy import api, conf, page_facts, sentences
from waiver_policy.data import ApplicationState, ApplicationSummary, QueuePage, Reviewed
from waiver_policy.exceptions import (
    ApplicationClosed,
    InvalidReview,
    OutOfTurn,
    TooManyAtOnce,
    UnknownApplication,
)
from waiver_policy.forms import BulkForm, QueueForm, ReviewForm, wanted_of
from waiver_policy.page_parts import check_reviewer, drawn, listed, shown, user_id
from waiver_policy.rules.applications import OPEN_STATES
from waiver_policy.selectors import offerings, people


@login_required
@never_cache
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The applications that wait, the next deadline first."""
    check_reviewer(request)
    return render(request, "waiver_policy/review_list.html", _queue(request, BulkForm()))


def _queue(request: HttpRequest, form: BulkForm) -> dict[str, Any]:
    at, asked = clock.now(), request.GET
    number = whole_number(asked.get("page", "1"), digits=6)
    page = api.review_queue(
        wanted_of(asked), reviewer=user_id(request), at=at,
        page=1 if number is None else number,
    )  # fmt: skip
    kept = {name: value for name, value in asked.items() if name != "page" and value}
    names = people.usernames(one.assigned_to for one in page.applications if one.assigned_to)
    return {
        "form": form,
        "filters": QueueForm(asked or None, choices=_choices(page)),
        "is_filtered": bool(kept),
        "page": page,
        "applications": [
            one | {"reader": names.get(one["summary"].assigned_to or 0, "")}  # type: ignore[attr-defined]
            for one in listed(page.applications, on=clock.utc_day(at))
        ],
        "counts": [
            (sentences.state_name(state), page.counts[state], urlencode({"state": state}))
            for state in OPEN_STATES
        ],
        "query": f"{urlencode(kept)}&" if kept else "",
        "limit": conf.bulk_limit(),
    }


def _choices(page: QueuePage) -> dict[str, list[tuple[str, str]]]:
    return {
        "state": [(one.value, sentences.state_name(one)) for one in OPEN_STATES],
        "offering": [(code, offerings.offering_name(code)) for code in page.offerings],
        "country": [(code, conf.country_name(code)) for code in page.countries],
        "rule": [(label, label) for label in page.rules],
    }


@login_required
@never_cache
@require_POST
def review_many(request: HttpRequest) -> HttpResponse:
    """The same verdict about several applications; what was done, and what was not and why."""
    check_reviewer(request)
    form = BulkForm(request.POST)
    if not form.is_valid():
        return render(request, "waiver_policy/review_list.html", _queue(request, form))
    told = form.cleaned_data
    try:
        done = api.review_many(
            form.applications(), told["verdict"], by=user_id(request), reason=told["reason"],
            code=told["code"], at=clock.now(),
        )  # fmt: skip
    except TooManyAtOnce as error:
        said = ngettext(
            "At most %(count)s application is decided at once; nothing was changed.",
            "At most %(count)s applications are decided at once; nothing was changed.",
            error.limit,
        )
        form.add_error(None, said % {"count": error.limit})
        return render(request, "waiver_policy/review_list.html", _queue(request, form))
    context = {
        "done": [_told(one) for one in done if one.error is None],
        "not_done": [_told(one) for one in done if one.error is not None],
    }
    return render(request, "waiver_policy/review_many.html", context)


def _told(one: Reviewed) -> dict[str, object]:
    """What became of one application, in words."""
    try:
        found = one.application or api.get_application(one.application_uuid)
    except UnknownApplication:
        found = None
    return {
        "uuid": one.application_uuid,
        "offering": drawn(found.offering_code) if found else "",
        "country": conf.country_name(found.country) if found else "",
        "state": sentences.state_name(found.state) if found else "",
        "why": _why_not(one.error) if one.error else "",
    }


def _why_not(error: Exception) -> str:
    if isinstance(error, InvalidReview):
        return sentences.review_fault(error.fault)
    if isinstance(error, OutOfTurn):
        return _("Something was written in the meantime, or it is not the time for this.")
    if isinstance(error, ApplicationClosed):
        return _("It has been decided already, or was withdrawn.")
    return _("It is not there.")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, application: UUID) -> HttpResponse:
    """One application, and the reviewer's decision about it."""
    check_reviewer(request)
    found = _found(request, application)
    if (fault := api.conflict_of(application, by=user_id(request))) is not None:
        messages.warning(request, sentences.review_fault(fault))
        return redirect("waiver_policy:review")
    is_open = found.state in OPEN_STATES
    if request.method == "POST" and not is_open:
        return _decided_already(request, application)
    written = api.list_messages(found.uuid)
    form = ReviewForm(request.POST or None, initial=_initial(found), state=found.state)
    if request.method == "POST" and form.is_valid():
        answer = _review(request, found, form)
        if answer is not None:
            return answer
    today = clock.utc_day(clock.now())
    context = {
        "form": form,
        "application": shown(found, on=today),
        "messages_about_it": written,
        "steps": _steps(found),
        "beside": _beside(found),
        "facts": page_facts.panel(found.user_id, found.offering_code, at=clock.now()),
        "is_open": is_open,
        "offering": drawn(found.offering_code),
        "is_mine": found.assigned_to == user_id(request),
        "reader": people.usernames([found.assigned_to or 0]).get(found.assigned_to or 0, ""),
    }
    return render(request, "waiver_policy/review_one.html", context)


def _initial(found: ApplicationSummary) -> dict[str, object]:
    initial: dict[str, object] = {"read": found.message_count}
    if isinstance(found.proposed, Money):
        initial["price"] = f"{found.proposed.amount:f} {found.proposed.currency}"
    elif found.proposed is not None:
        initial["percent"] = found.proposed.plain
    return initial


def _steps(found: ApplicationSummary) -> list[dict[str, object]]:
    """What has happened, and who did it; a learner is not named."""
    steps = api.list_steps(found.uuid)
    names = people.usernames(one.by for one in steps if one.by not in (None, found.user_id))
    return [
        {
            "step": one,
            "said": sentences.step_name(one.action),
            "award": sentences.award_in_words(one.award),
            "by": names.get(one.by or 0, ""),
            "why": sentences.REFUSALS.get(one.refusal_code, ""),
        }
        for one in steps
    ]


def _beside(found: ApplicationSummary) -> list[dict[str, object]]:
    """What the same State has nominated, by rank."""
    if found.nomination_uuid is None:
        return []
    return [
        {
            "nomination": one,
            "kind": sentences.nomination_kind(one.kind, one.item),
            "state": sentences.nomination_state(one.state),
            "is_this": one.uuid == found.nomination_uuid,
        }
        for one in api.list_nominations_beside(found.nomination_uuid)
    ]


def _review(
    request: HttpRequest, found: ApplicationSummary, form: ReviewForm
) -> HttpResponse | None:
    """Where to go after the decision; ``None`` when it was not taken and the form says why."""
    try:
        said = _decide(request, found, form)
    except ApplicationClosed:
        return _decided_already(request, found.uuid)
    except OutOfTurn:
        said = _("Something was written in the meantime. Please read it; nothing was changed.")
        messages.warning(request, said)
        return redirect("waiver_policy:review_one", found.uuid)
    except InvalidReview as error:
        form.add_error(None, sentences.review_fault(error.fault))
        return None
    messages.success(request, said)
    return redirect("waiver_policy:review")


def _decide(request: HttpRequest, found: ApplicationSummary, form: ReviewForm) -> str:
    """Do what the reviewer chose; what to tell them."""
    by, at, told = user_id(request), clock.now(), form.cleaned_data
    verdict, words = told["verdict"], told["reason"]
    read = told["read"] or 0  # who does not say so has read nothing
    if verdict == ReviewForm.ASK:
        api.ask_for_more(found.uuid, by=by, question=words, at=at, read=read)
        return _("Your question is kept, and the learner can read and answer it.")
    if verdict == ReviewForm.SEND_BACK:
        api.send_back(found.uuid, by=by, at=at, read=read)
        return _("The application is in the queue again.")
    if verdict == ReviewForm.REFUSE:
        api.refuse(found.uuid, by=by, reason=words, code=told["code"], at=at, read=read)
        return _("Your decision is kept, and the learner can read it.")
    reason = found.awaiting_reason if form.is_second else words
    done = api.approve(
        found.uuid, by=by, reason=reason, at=at, award=form.chosen_award(), read=read
    )
    if done.state == ApplicationState.PROPOSED:
        return _("Your decision is kept. The amount needs a second person, who is asked now.")
    return _("Your decision is kept, and the learner can read it.")


def _decided_already(request: HttpRequest, application: UUID) -> HttpResponse:
    """To the application as it was decided, with a sentence."""
    said = _("This application has been decided already; nothing was changed.")
    messages.warning(request, said)
    return redirect("waiver_policy:review_one", application)


@login_required
@never_cache
@require_POST
def take(request: HttpRequest, application: UUID) -> HttpResponse:
    """Read it, so that nobody else does at the same time."""
    check_reviewer(request)
    try:
        api.take(_found(request, application).uuid, by=user_id(request), at=clock.now())
    except InvalidReview as error:
        messages.warning(request, sentences.review_fault(error.fault))
    except ApplicationClosed:
        return _decided_already(request, application)
    else:
        messages.success(request, _("You read this application now; nobody else decides about it."))
    return redirect("waiver_policy:review_one", application)


@login_required
@never_cache
@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Read the one with the next deadline."""
    check_reviewer(request)
    found = api.take_next(by=user_id(request), at=clock.now())
    if found is None:
        messages.info(request, _("There is none that nobody reads and that you can decide."))
        return redirect("waiver_policy:review")
    return redirect("waiver_policy:review_one", found.uuid)


@login_required
@never_cache
@require_POST
def hand_back(request: HttpRequest, application: UUID) -> HttpResponse:
    """Read it no longer; with a conflict of interest, never again."""
    check_reviewer(request)
    has_conflict = request.POST.get("conflict") == "yes"
    try:
        api.hand_back(
            _found(request, application).uuid, by=user_id(request), at=clock.now(),
            has_conflict=has_conflict,
        )  # fmt: skip
    except ApplicationClosed:
        return _decided_already(request, application)
    said = _("You have handed it back.")
    if has_conflict:
        said = _("You have declared a conflict of interest. Somebody else decides.")
    messages.success(request, said)
    return redirect("waiver_policy:review")


def _found(request: HttpRequest, uuid: UUID) -> ApplicationSummary:
    """An application of somebody else: one's own is read on its own page, as every learner's."""
    try:
        found = api.get_application(uuid)
    except UnknownApplication:
        raise Http404 from None
    if found.user_id == user_id(request):
        raise Http404
    return found
