"""The pages of a learner: their applications, their reasons, and what they can do.

Every page needs a login. What does not concern a person is not there for them (404).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairgate import clock
from waiver_policy import api, compat, conf, page_facts, page_parts, permissions, sentences
from waiver_policy.data import (
    Applicant,
    ApplicationState,
    ApplicationSummary,
    Decision,
    Organisation,
    Outcome,
    ReasonCode,
)
from waiver_policy.exceptions import (
    AlreadyEligible,
    AppealTooLate,
    ApplicationClosed,
    InvalidNomination,
    NothingToKeep,
    OutOfTurn,
    TooManyApplications,
    UnknownApplication,
)
from waiver_policy.forms import TRUTH_VERSION, AnswerForm, AppealForm, ApplyForm
from waiver_policy.page_parts import drawn, listed, shown, user_id
from waiver_policy.selectors.offerings import offering_page
from waiver_policy.sentences import list_name


@login_required
@never_cache
@require_GET
def my_applications(request: HttpRequest) -> HttpResponse:
    """What the learner has applied for, and what became of it."""
    found = api.list_applications(user_id=user_id(request))
    nominations = api.list_nominations_of(user_id=user_id(request))
    context = {
        "applications": listed(reversed(found), on=_today()),
        "nominations": [
            {
                "summary": one,
                "offering": drawn(one.call.offering_code),
                "state": sentences.nomination_state(one.state),
            }
            for one in nominations
        ],
        "may_review": permissions.may_review(request.user),
        "may_nominate": api.focal_point(user_id(request)) is not None,
        "has_told": bool(page_facts.own_facts(user_id(request), at=clock.now())),
    }
    return render(request, "waiver_policy/mine.html", context)


@login_required
@never_cache
@require_GET
def why(request: HttpRequest, offering_code: str) -> HttpResponse:
    """Why this learner has, or has not, a waiver for an offering."""
    offering = page_parts.offering(offering_code)
    applicant, at = _applicant(request), clock.now()
    decision = api.decide(applicant, offering_code=offering_code, at=at)
    # A waiver that the policy hides has no sentences, and this page has an address all the same.
    result, *reasons = api.explain(decision) or (_("No waiver applies; the full fee is due."),)
    newest = api.newest_application(user_id(request), offering_code)
    place = api.waiting_place(user_id(request), offering_code)
    has_applied = newest is not None and newest.state in api.OPEN_STATES
    tone = {Outcome.GRANTED: "ok", Outcome.REFUSED: "stop"}.get(decision.outcome, "warn")
    if place is not None and not place.offered_until:
        result, tone = _("You are eligible; the waiver is given when it is your turn."), "warn"
    context = {
        "waiting": api.waiting_sentence(place) if place else "",
        "page": offering_page(offering_code),
        "may_take": decision.is_granted and (place is None or place.offered_until is not None),
        "offering_code": offering_code,
        "offering": offering,
        "decision": decision,
        "result": result,
        "sentences": reasons if has_applied or place else [*reasons, *api.advise(decision)],
        "tone": tone,
        "country": conf.country_name(decision.inputs["country"]),
        "memberships": _memberships(decision, at),
        "application": shown(newest, on=clock.utc_day(at)) if newest else None,
        "has_applied": has_applied,
        **_asking(request, decision, offering_code, at),
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
    page_parts.offering(offering_code)
    try:
        api.keep_price(_applicant(request), offering_code=offering_code, at=clock.now())
    except NothingToKeep:
        messages.warning(request, _("There is no waiver now that could be kept."))
    return redirect(page)


def _asking(
    request: HttpRequest, decision: Decision, offering_code: str, at: datetime
) -> dict[str, object]:
    """The form for what is missing, what the learner has said, and whether more can be said."""
    user = user_id(request)
    asked = page_facts.askable(user, offering_code)
    told = page_facts.told(user, asked, at=at)
    is_hidden = any(one.code == ReasonCode.OPTION_HIDDEN for one in decision.reasons)
    if not api.may_be_waived(offering_code) or decision.is_granted or is_hidden:
        return {"told": told}
    missing = page_facts.missing_facts(decision, user, offering_code)
    form = page_facts.empty_form(missing, user, at=at) if missing else None
    return {"told": told, "facts_form": form, "may_tell": bool(asked) and not missing}


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
    if api.leave_waiting_list(user_id(request), offering_code, at=clock.now()):
        messages.success(request, _("You are on the waiting list no more."))
    return redirect("waiver_policy:why", offering_code)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest, offering_code: str) -> HttpResponse:
    """The form with which a learner asks a person to look."""
    offering = page_parts.offering(offering_code)
    if not api.may_be_waived(offering_code):
        return redirect("waiver_policy:why", offering_code)  # where it is said
    applicant, at = _applicant(request), clock.now()
    form = ApplyForm(request.POST or None, initial={"token": uuid4().hex})
    if request.method == "POST" and form.is_valid():
        answer = _apply(request, applicant, offering_code, form, at)
        if answer is not None:
            return answer
    newest = api.newest_application(user_id(request), offering_code)
    is_open = newest is not None and newest.state in api.OPEN_STATES
    decision = api.decide(applicant, offering_code=offering_code, at=at)
    if not is_open and decision.outcome is Outcome.GRANTED:
        return _no_need(request, offering_code)
    asked = page_facts.askable(user_id(request), offering_code)
    context = {
        "missing": page_facts.missing_facts(decision, user_id(request), offering_code),
        "told": page_facts.told(user_id(request), asked, at=at),
        "form": form,
        "offering_code": offering_code,
        "offering": offering,
        "application": shown(newest, on=clock.utc_day(at)) if newest and is_open else None,
    }
    return render(request, "waiver_policy/apply.html", context)


def _apply(
    request: HttpRequest, applicant: Applicant, offering_code: str, form: ApplyForm, at: datetime
) -> HttpResponse | None:
    """Where to go after the application; ``None`` when it was not taken and the form says why."""
    told = form.cleaned_data
    try:
        found = api.apply(
            applicant, offering_code=offering_code, note=told["note"], at=at,
            organisation=Organisation(name=told["organisation"], domain=told["domain"]),
            truth=TRUTH_VERSION, form_token=told["token"],
        )  # fmt: skip
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
    if found.submitted_at == at:
        messages.success(request, _("Your application is in. You find the answer on this page."))
    else:
        said = _("Your application was in already; nothing was sent a second time.")
        messages.info(request, said)
    return redirect("waiver_policy:application", found.uuid)


def _no_need(request: HttpRequest, offering_code: str) -> HttpResponse:
    """To the reasons: a waiver is granted without an application."""
    said = _("You are given a waiver for this offering already; there is no need to apply.")
    messages.info(request, said)
    return redirect("waiver_policy:why", offering_code)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, application: UUID) -> HttpResponse:
    """One application of the learner: where it stands, and what they can do about it."""
    found = _own(request, application)
    forms: dict[str, AnswerForm | AppealForm] = {"answer": AnswerForm(), "appeal": AppealForm()}
    if request.method == "POST":
        answer = _act(request, found, forms)
        if answer is not None:
            return answer
    today = _today()
    asked = page_facts.askable(found.user_id, found.offering_code)
    context = {
        "may_tell": bool(asked) and found.state in api.OPEN_STATES,
        "told": page_facts.told(found.user_id, asked, at=clock.now()),
        "answer_form": forms["answer"],
        "appeal_form": forms["appeal"],
        "faults": any(form.errors for form in forms.values()),
        "application": shown(found, on=today),
        "messages_about_it": api.list_messages(found.uuid),
        "may_appeal": sentences.is_in_time_to_appeal(found, on=today),
        "may_withdraw": found.state in api.OPEN_STATES,
        "offering": drawn(found.offering_code),
        "page": offering_page(found.offering_code),
        "may_use": found.state == ApplicationState.APPROVED
        and not sentences.has_ended(found, on=today),
    }
    return render(request, "waiver_policy/application.html", context)


def _act(
    request: HttpRequest, found: ApplicationSummary, forms: dict[str, AnswerForm | AppealForm]
) -> HttpResponse | None:
    """Answer, appeal or withdraw; ``None`` when a form of ``forms`` says what is missing."""
    action = request.POST.get("action", "answer")
    if action == "withdraw":
        return _withdraw(request, found)
    if action not in forms:
        return redirect("waiver_policy:application", found.uuid)
    form = forms[action] = type(forms[action])(request.POST)
    if not form.is_valid():
        return None
    text = form.cleaned_data["text"]
    return _appeal(request, found, text) if action == "appeal" else _answer(request, found, text)


def _answer(request: HttpRequest, found: ApplicationSummary, text: str) -> HttpResponse:
    """Back to the application, with a sentence about what became of the answer."""
    try:
        api.answer(found.uuid, by=found.user_id, text=text, at=clock.now())
    except OutOfTurn:
        messages.warning(request, _("No answer is waited for now; nothing was changed."))
    except ApplicationClosed:
        said = _("This application has been decided already; nothing was changed.")
        messages.warning(request, said)
    else:
        messages.success(request, _("Your answer is in. A reviewer looks at it."))
    return redirect("waiver_policy:application", found.uuid)


def _appeal(request: HttpRequest, found: ApplicationSummary, text: str) -> HttpResponse:
    try:
        api.appeal(found.uuid, by=found.user_id, text=text, at=clock.now())
    except AppealTooLate:
        said = _("The time in which this could be appealed is over; nothing was changed.")
        messages.warning(request, said)
    except InvalidNomination as error:
        messages.warning(request, sentences.nomination_fault(error.fault))
    except OutOfTurn:
        said = _("This cannot be appealed, or another application of yours for it is open; "
                 "nothing was changed.")  # fmt: skip
        messages.warning(request, said)
    else:
        said = _("Your appeal is in. Somebody who has not decided before looks at it.")
        messages.success(request, said)
    return redirect("waiver_policy:application", found.uuid)


def _withdraw(request: HttpRequest, found: ApplicationSummary) -> HttpResponse:
    try:
        api.withdraw(found.uuid, by=found.user_id, at=clock.now())
    except (ApplicationClosed, OutOfTurn):
        said = _("This application has been decided already; nothing was changed.")
        messages.warning(request, said)
    else:
        messages.success(request, _("You have withdrawn it, and what you wrote is deleted."))
    return redirect("waiver_policy:application", found.uuid)


def _own(request: HttpRequest, uuid: UUID) -> ApplicationSummary:
    try:
        found = api.get_application(uuid)
    except UnknownApplication:
        raise Http404 from None
    if found.user_id != user_id(request):
        raise Http404
    return found


def _memberships(decision: Decision, at: datetime) -> list[dict[str, object]]:
    """Where the country stands today on each list that was asked, beside the explanation."""
    country, day = decision.inputs["country"], clock.utc_day(at)
    codes = dict.fromkeys(edition.rpartition("-")[0] for edition in decision.editions)
    held = [api.is_member(code, country, on=day, known_at=at) for code in codes]
    # What has a value is a line of a table: nobody is a member of that.
    return [{"list": list_name(row.list_code), "row": row} for row in held if row and not row.value]


def _applicant(request: HttpRequest) -> Applicant:
    user = user_id(request)
    seen = api.presence(api.country_of_request(request), at=clock.now())
    return Applicant(user_id=user, country=compat.profile_country(user), evidence=seen)


def _today() -> date:
    return clock.utc_day(clock.now())
