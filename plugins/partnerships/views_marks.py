"""Pages about pictures of marks: sending, looking at, deciding and withdrawing them.

Whoever may not see a partner's pictures cannot tell whether they exist. Sending runs outside
``ATOMIC_REQUESTS``: drawing takes a while, and no transaction waits for it.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairgate import clock
from fairgate.languages import Language
from fairgate_marks import MarkRefused, Reason
from fairgate_papers import PapersError

from . import api, conf, decision_pages, permissions, rules, wording_marks
from .data import Background, BrandState, BrandSummary, PartnerSummary, Texts
from .exceptions import TooManyPictures, UnknownPartner, UnknownPicture
from .forms_marks import PictureForm
from .models import BACKGROUND_LABELS
from .place_parts import KeepsTexts, keeps_texts, seconds_to_wait, user_id

log = logging.getLogger(__name__)


@login_required
@never_cache
@require_GET
def pictures(request: HttpRequest, code: str) -> HttpResponse:
    """The pictures of one partner: what counts, whether it shows, and every version."""
    partner, at = _seen_partner(request, code), clock.now()
    versions = [_shown(one) for one in api.list_pictures(code, at=at)]
    current = [one for one in versions if one["picture"].state is BrandState.SHOWN]
    context = {
        "partner": partner,
        "is_shown": bool(api.placements(at=at, partner_code=code)),
        "current": sorted(current, key=lambda one: one["picture"].background != Background.LIGHT),
        "lacks_light": Background.LIGHT not in [one["picture"].background for one in current],
        "versions": versions,
        "statement": api.no_endorsement(partner.display_name),
        "may_send": permissions.may_send_pictures(request.user, code),
        "decides": request.user.has_perm(permissions.DECIDE_PICTURES),
    }
    return render(request, "partnerships/marks/pictures.html", context)


@login_required
@never_cache
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The pictures of all partners that wait for a decision."""
    if not request.user.has_perm(permissions.DECIDE_PICTURES):
        raise Http404
    found = api.list_waiting_pictures(at=clock.now())
    versions = [{**_shown(one), "statement": api.no_endorsement(one.partner_name)} for one in found]
    context = {"versions": versions}
    return render(request, "partnerships/marks/waiting.html", context)


@login_required
@never_cache
@require_GET
def picture(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """One version: how it looks, what was said of it, and what can be done with it."""
    return decision_pages.answer(request, _page(request, code, uuid))


@login_required
@never_cache
@require_POST
def decide(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """Approve or refuse one version."""
    return decision_pages.decide(request, _page(request, code, uuid))


@login_required
@never_cache
@require_POST
def withdraw(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """Take one version from every page."""
    return decision_pages.withdraw(request, _page(request, code, uuid))


_ACTS = decision_pages.Acts(
    approve=api.approve_picture,
    refuse=api.refuse_picture,
    withdraw=api.withdraw_picture,
    is_approved=_("The picture is approved."),
    is_refused=_("The picture is refused."),
    is_withdrawn=_("The picture is withdrawn and no longer shown anywhere."),
    too_late=_("Somebody has decided about this picture already; nothing was changed."),
    another_person=_("Another person has to decide about this picture."),
)


def _page(request: HttpRequest, code: str, uuid: UUID) -> decision_pages.DecisionPage:
    found = _seen_picture(request, code, uuid)
    is_waiting = found.state is BrandState.WAITING
    shown = {
        **_shown(found),
        "statement": api.no_endorsement(found.partner_name),
        "is_own": is_waiting and found.uploaded_by == request.user.pk,
    }
    return decision_pages.DecisionPage(
        what="picture",
        partner=code,
        uuid=uuid,
        template="partnerships/marks/picture.html",
        shown=shown,
        may_decide=_may_decide(request, found),
        may_withdraw=permissions.may_withdraw_picture(request.user, code),
        is_standing=found.state not in (BrandState.REFUSED, BrandState.WITHDRAWN),
        acts=_ACTS,
    )


# --- Sending --------------------------------------------------------------------------------------


# The handler has to stand before the form is read, and the check of the token reads the form.
@csrf_exempt
@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def send(request: HttpRequest, code: str) -> HttpResponse:
    """Send a picture with its texts."""
    handler = keeps_texts(request, limit=conf.mark_max_bytes())
    return _send(request, code, handler)


@csrf_protect
def _send(request: HttpRequest, code: str, handler: KeepsTexts) -> HttpResponse:
    partner = _seen_partner(request, code)
    if not permissions.may_send_pictures(request.user, code):
        raise Http404
    if request.method != "POST":
        return _form_page(request, partner, PictureForm(initial={"background": "light"}))
    form = PictureForm(request.POST, request.FILES)
    # Before the file is looked at, and whatever becomes of it: a refused one is work as well.
    wait = seconds_to_wait(request)
    if wait is not None:
        form.add_error(None, _("You have sent many files in a short time. Please wait a minute."))
        page = _form_page(request, partner, form, status=429)
        page["Retry-After"] = str(wait)
        return page
    if handler.is_over:
        form.is_valid()
        form.errors.pop("file", None)
        form.blame("file", wording_marks.refusal(_too_large()))
    sent = _sent(request, partner, form) if form.is_valid() else None
    if sent is None:
        return _form_page(request, partner, form, status=400)
    messages.success(request, _("The picture is in. It is shown once a second person approves it."))
    return redirect("partnerships:picture", code, sent.uuid)


def _too_large() -> MarkRefused:
    return MarkRefused(Reason.TOO_LARGE, limit=f"{conf.mark_max_bytes():,}")


def _sent(request: HttpRequest, partner: PartnerSummary, form: PictureForm) -> BrandSummary | None:
    """The new version; ``None`` when the file was not taken and the form says why."""
    try:
        return api.upload_picture(
            partner.code,
            background=form.for_background(),
            content=form.cleaned_data["file"].read(),
            alternatives=form.alternatives(),
            usage_rules=form.usage_rules(),
            by=user_id(request),
            at=clock.now(),
        )
    except MarkRefused as refused:
        form.blame("file", wording_marks.refusal(refused))
    except TooManyPictures as error:
        said = _("This partner has sent %(limit)s pictures in a day. Please try again tomorrow.")
        form.add_error(None, said % {"limit": error.limit})
    except PapersError:
        log.exception("a mark cannot be drawn: partner=%s", partner.code)
        form.add_error(None, _("Pictures cannot be drawn at the moment; nothing was kept."))
    return None


def _form_page(
    request: HttpRequest, partner: PartnerSummary, form: PictureForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "partner": partner,
        "form": form,
        "faults": form.faults() if form.is_bound else [],
        "limit": conf.mark_max_bytes(),
        "longest_rules": rules.LONGEST_RULES,
        "statement": api.no_endorsement(partner.display_name),
    }
    return render(request, "partnerships/marks/send.html", context, status=status)


# --- What the pages have in common ----------------------------------------------------------------


def _seen_partner(request: HttpRequest, code: str) -> PartnerSummary:
    if not permissions.may_see_pictures(request.user, code):
        raise Http404
    try:
        return api.partner(code, at=clock.now())
    except UnknownPartner:
        raise Http404 from None


def _seen_picture(request: HttpRequest, code: str, uuid: UUID) -> BrandSummary:
    if not permissions.may_see_pictures(request.user, code):
        raise Http404
    try:
        found = api.picture(uuid, at=clock.now())
    except UnknownPicture:
        raise Http404 from None
    if found.partner != code:
        raise Http404
    return found


def _may_decide(request: HttpRequest, found: BrandSummary) -> bool:
    return found.state is BrandState.WAITING and permissions.may_decide_picture(
        request.user, found.partner, uploaded_by=found.uploaded_by
    )


def _shown(found: BrandSummary) -> dict[str, Any]:
    language = get_language() or "en"
    return {
        "picture": found,
        "state": wording_marks.STATES[found.state],
        "tone": wording_marks.TONES[found.state],
        "background": BACKGROUND_LABELS[found.background],
        "seen": _spoken(*rules.spoken_in(dict(found.alternatives), language)),
        "alternatives": _named(found.alternatives),
        "use": _spoken(*rules.spoken_in(dict(found.usage_rules), language)),
        "usage_rules": _named(found.usage_rules),
    }


def _named(texts: Texts) -> list[dict[str, str]]:
    return [
        {"language": str(wording_marks.LANGUAGE_NAMES[code]), **_spoken(code, text)}
        for code, text in texts
    ]


def _spoken(code: str, text: str) -> dict[str, str]:
    return {"lang": code, "dir": Language(tag=code).direction, "text": text}
