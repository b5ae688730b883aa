"""Pages about promotions: proposing, looking at, deciding and withdrawing them.

Whoever may not see a partner's promotions cannot tell whether they exist.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairgate import clock
from fairgate.languages import Language

from . import api, decision_pages, permissions, rules, wording_place
from .data import PartnerSummary, PromotionFault, PromotionState, PromotionSummary, VersionSummary
from .exceptions import (
    KeyReused,
    PromotionRefused,
    TooManyPromotions,
    UnknownPartner,
    UnknownPromotion,
)
from .forms_promotions import ProposalForm
from .models import PLACE_LABELS
from .place_parts import user_id
from .wording_refusals import in_words

# Which control of the form a refused part of a proposal belongs to.
_CONTROLS = {
    PromotionFault.TEXT: "text",
    PromotionFault.URL: "url",
    PromotionFault.LANGUAGE: "language",
    PromotionFault.COURSE: "where",
    PromotionFault.DAYS: "last_day",
}
_STANDING = (PromotionState.WAITING, PromotionState.APPROVED, PromotionState.SHOWN)


@login_required
@never_cache
@require_safe
def promotions(request: HttpRequest, code: str) -> HttpResponse:
    """Every promotion of a partner, and what became of it."""
    partner = _seen_partner(request, code)
    found = api.list_promotions(code, at=clock.now())
    context = {
        "partner": partner,
        "promotions": [_shown(one) for one in found],
        "may_propose": permissions.may_propose_promotion(request.user, code)
        and bool(_versions(code)),
    }
    return render(request, "partnerships/promotions/promotions.html", context)


@login_required
@never_cache
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The promotions of all partners that wait for a decision."""
    if not request.user.has_perm(permissions.DECIDE_PROMOTIONS):
        raise Http404
    found = api.list_waiting_promotions(at=clock.now())
    context = {"promotions": [_shown(one) for one in found]}
    return render(request, "partnerships/promotions/waiting.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Propose a text with a link."""
    partner = _seen_partner(request, code)
    versions = _versions(code)
    if not (versions and permissions.may_propose_promotion(request.user, code)):
        raise Http404
    if request.method != "POST":
        return _form_page(request, partner, ProposalForm(versions=versions))
    form = ProposalForm(request.POST, versions=versions)
    proposed = _proposed(request, form) if form.is_valid() else None
    if proposed is None:
        return _form_page(request, partner, form, status=400)
    messages.success(request, _("It is in. It is shown once a second person approves it."))
    return redirect("partnerships:promotion", code, proposed)


def _proposed(request: HttpRequest, form: ProposalForm) -> UUID | None:
    """The key of the proposal; ``None`` when it was not taken and the form says why."""
    by = user_id(request)
    key = f"{by}:{form.cleaned_data['key']}"
    try:
        return api.propose_promotion(
            form.version().uuid, form.asked(), by=by, at=clock.now(), key=key
        )
    except PromotionRefused as refused:
        control = _CONTROLS.get(PromotionFault[refused.fault])
        if control is None:
            form.add_error(None, in_words(refused))
        else:
            form.blame(control, in_words(refused))
    except TooManyPromotions as error:
        said = _("This partner has proposed %(limit)s promotions in a day. Please try tomorrow.")
        form.add_error(None, said % {"limit": error.limit})
    except KeyReused:
        form.add_error(None, _("This form was sent already. Please open it once more."))
    return None


def _form_page(
    request: HttpRequest, partner: PartnerSummary, form: ProposalForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "partner": partner,
        "form": form,
        "fields": [form[name] for name in form.fields if name != "key"],
        "faults": form.faults() if form.is_bound else [],
    }
    return render(request, "partnerships/promotions/propose.html", context, status=status)


@login_required
@never_cache
@require_safe
def promotion(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """One promotion: how it looks, what was said of it, and what can be done with it."""
    return decision_pages.answer(request, _page(request, code, uuid))


@login_required
@never_cache
@require_POST
def decide(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """Approve or refuse one."""
    return decision_pages.decide(request, _page(request, code, uuid))


@login_required
@never_cache
@require_POST
def withdraw(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """Take one from every page."""
    return decision_pages.withdraw(request, _page(request, code, uuid))


_ACTS = decision_pages.Acts(
    approve=api.approve_promotion,
    refuse=api.refuse_promotion,
    withdraw=api.withdraw_promotion,
    is_approved=_("The promotion is approved."),
    is_refused=_("The promotion is refused."),
    is_withdrawn=_("The promotion is withdrawn and no longer shown anywhere."),
    too_late=_("Somebody has decided about this promotion already; nothing was changed."),
    another_person=_("Another person has to decide about this promotion."),
)


def _page(request: HttpRequest, code: str, uuid: UUID) -> decision_pages.DecisionPage:
    found = _seen_promotion(request, code, uuid)
    return decision_pages.DecisionPage(
        what="promotion",
        partner=code,
        uuid=uuid,
        template="partnerships/promotions/promotion.html",
        shown=_shown(found),
        may_decide=_may_decide(request, found),
        may_withdraw=permissions.may_withdraw_promotion(request.user, code),
        is_standing=found.state in _STANDING,
        acts=_ACTS,
    )


def _versions(code: str) -> list[VersionSummary]:
    """The versions of a partner that are in force now."""
    found = api.list_versions(at=clock.now(), partner_code=code)
    return [one for one in found if one.is_in_force]


def _seen_partner(request: HttpRequest, code: str) -> PartnerSummary:
    if not permissions.may_see_promotions(request.user, code):
        raise Http404
    try:
        return api.partner(code, at=clock.now())
    except UnknownPartner:
        raise Http404 from None


def _seen_promotion(request: HttpRequest, code: str, uuid: UUID) -> PromotionSummary:
    if not permissions.may_see_promotions(request.user, code):
        raise Http404
    try:
        found = api.promotion(uuid, at=clock.now())
    except UnknownPromotion:
        raise Http404 from None
    if found.partner != code:
        raise Http404
    return found


def _may_decide(request: HttpRequest, found: PromotionSummary) -> bool:
    return found.state is PromotionState.WAITING and permissions.may_decide_promotion(
        request.user, found.partner, proposed_by=found.proposed_by
    )


def _shown(found: PromotionSummary) -> dict[str, Any]:
    asked = found.promotion
    return {
        "found": found,
        "asked": asked,
        "place": PLACE_LABELS[asked.place],
        "look": _look(found),
        "state": wording_place.PROMOTION_STATES[found.state],
        "tone": wording_place.PROMOTION_TONES[found.state],
    }


def _look(found: PromotionSummary) -> dict[str, str]:
    """What a reader is shown of it (``data.ShownPromotion``), now or one day."""
    asked = found.promotion
    return {
        "label": _("Sponsored by %(partner)s") % {"partner": found.partner_name},
        "text": asked.text,
        "language": asked.language,
        "direction": Language(tag=asked.language).direction,
        "url": asked.url,
        "rel": rules.PROMOTION_REL,
    }
