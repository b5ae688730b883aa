"""The pages of facts: asked of the learner, told and taken back; confirmed by a reviewer.

What does not concern a person is not there for them (404), teaching staff included.
"""

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
from waiver_policy import api, compat, page_facts, page_parts, sentences, wording_facts
from waiver_policy.data import (
    Applicant,
    ApplicationSummary,
    AskedFact,
    EvidenceKind,
    FactValue,
    Outcome,
)
from waiver_policy.exceptions import (
    ApplicationClosed,
    InvalidFact,
    InvalidReview,
    UnknownApplication,
)
from waiver_policy.forms_facts import FactsForm, SeenFactForm, field_name
from waiver_policy.page_parts import check_reviewer, user_id


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def facts(request: HttpRequest, offering_code: str) -> HttpResponse:
    """What the policy asks of this learner for an offering; what they have said stands there."""
    offering, at = page_parts.offering(offering_code), clock.now()
    asked = page_facts.askable(user_id(request), offering_code)
    if not asked or not api.may_be_waived(offering_code):
        return redirect("waiver_policy:why", offering_code)  # where it is said
    if request.method == "POST":
        asked = _shown(request, asked)
    own = page_facts.own_values(asked, user_id(request), at=at)
    form = FactsForm(request.POST if request.method == "POST" else None, asked=asked, known=own)
    if request.method == "POST" and form.is_valid() and _state(request, offering_code, form):
        return _to_the_answer(request, offering_code)
    context = {
        "form": form,
        "offering": offering,
        "offering_code": offering_code,
        "told": page_facts.told(user_id(request), asked, at=at),
    }
    return render(request, "waiver_policy/facts.html", context)


def _shown(request: HttpRequest, asked: tuple[AskedFact, ...]) -> tuple[AskedFact, ...]:
    """Of what is asked, that which stood on the page that was sent; all if it does not say."""
    names = set(request.POST.getlist("asked"))
    return tuple(one for one in asked if field_name(one.name) in names) or asked


def _state(request: HttpRequest, offering_code: str, form: FactsForm) -> bool:
    """Keep what was said; a fault stands at its control, or above the form."""
    if not form.said:
        form.add_error(None, _("Please answer at least one of the questions."))
        return False
    try:
        api.state_facts(user_id(request), form.said, offering_code=offering_code, at=clock.now())
    except InvalidFact as error:
        name = field_name(error.name) if error.name else ""
        form.add_error(name if name in form.fields else None, wording_facts.fact_fault(error))
        return False
    return True


def _to_the_answer(request: HttpRequest, offering_code: str) -> HttpResponse:
    """To the reasons; straight to the form if a person has to look and none does yet."""
    user, at = user_id(request), clock.now()
    newest = api.newest_application(user, offering_code)
    if newest is not None and newest.state in api.OPEN_STATES:
        said = _("What you say is kept. The reviewer of your application reads it.")
        messages.success(request, said)
        return redirect("waiver_policy:why", offering_code)
    person = Applicant(
        user_id=user, country=compat.profile_country(user),
        evidence=api.presence(api.country_of_request(request), at=at),
    )  # fmt: skip
    decision = api.decide(person, offering_code=offering_code, at=at)
    if decision.outcome is Outcome.REVIEW:
        said = _("What you say is kept. By it you may be eligible: apply here, and a person looks "
                 "at it.")  # fmt: skip
        messages.success(request, said)
        return redirect("waiver_policy:apply", offering_code)
    messages.success(request, _("What you say is kept. This is the answer by it."))
    return redirect("waiver_policy:why", offering_code)


@login_required
@never_cache
@require_GET
def told(request: HttpRequest) -> HttpResponse:
    """All that this learner has said of themselves, whichever policy asked."""
    asked = api.asked_facts(user_id(request), "")  # in the words of the policy that decides now
    context = {"told": page_facts.told(user_id(request), asked, at=clock.now())}
    return render(request, "waiver_policy/told.html", context)


@login_required
@never_cache
@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Say one of these things no longer."""
    name = request.POST.get("name", "")[:100]
    if api.take_back_fact(user_id(request), name, at=clock.now()):
        messages.success(request, _("You have taken this back; it counts no more."))
    code = request.POST.get("offering", "")
    if code:
        page_parts.offering(code)
        return redirect("waiver_policy:why", code)
    return redirect("waiver_policy:told")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def seen_fact(request: HttpRequest, application: UUID) -> HttpResponse:
    """What a reviewer has seen in a document, or been told, of one fact of the applicant."""
    check_reviewer(request)
    found = _found(request, application)
    if (fault := api.conflict_of(application, by=user_id(request))) is not None:
        messages.warning(request, sentences.review_fault(fault))
        return redirect("waiver_policy:review")
    if found.state not in api.OPEN_STATES:
        return _decided_already(request, found)
    every = page_facts.panel(found.user_id, found.offering_code, at=clock.now())
    about = next((one for one in every if one["asked"].name == request.GET.get("fact")), None)
    if about is None:
        raise Http404
    sent = request.POST if request.method == "POST" else None
    form = SeenFactForm(sent, asked=about["asked"], value=_known(about))
    try:
        is_kept = request.method == "POST" and form.is_valid() and _record(request, found, form)
    except ApplicationClosed:
        return _decided_already(request, found)
    if is_kept:
        messages.success(request, _("What you have seen is noted."))
        return redirect("waiver_policy:review_one", found.uuid)
    context = {"form": form, "about": about, "application": {"summary": found}}
    return render(request, "waiver_policy/seen_fact.html", context)


def _decided_already(request: HttpRequest, found: ApplicationSummary) -> HttpResponse:
    messages.warning(request, _("It has been decided already, or was withdrawn."))
    return redirect("waiver_policy:review_one", found.uuid)


def _known(about: dict[str, object]) -> FactValue | None:
    """What counts now: what a reviewer confirms, or corrects."""
    counting = about["counting"]
    assert isinstance(counting, list)  # noqa: S101 -- the panel makes it
    return counting[0]["record"].value if counting else None


def _record(request: HttpRequest, found: ApplicationSummary, form: SeenFactForm) -> bool:
    given = form.cleaned_data
    try:
        api.record_fact(
            found.uuid, name=form.asked[0].name, value=form.value,
            kind=EvidenceKind(given["kind"]), by=user_id(request), at=clock.now(),
            note=given["note"], valid_until=given["valid_until"],
        )  # fmt: skip
    except InvalidFact as error:
        form.blame(_control_of(error, form), wording_facts.fact_fault(error))
        return False
    except InvalidReview as error:
        form.add_error(None, sentences.review_fault(error.fault))
        return False
    return True


def _control_of(error: InvalidFact, form: SeenFactForm) -> str:
    return {"long_note": "note", "lapsed": "valid_until", "wrong_kind": "kind"}.get(
        error.fault, form.fact
    )


def _found(request: HttpRequest, uuid: UUID) -> ApplicationSummary:
    """An application of somebody else: one's own is read on its own page."""
    try:
        found = api.get_application(uuid)
    except UnknownApplication:
        raise Http404 from None
    if found.user_id == user_id(request):
        raise Http404
    return found
