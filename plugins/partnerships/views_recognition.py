"""Public pages of recognition: a partner with its mark and awards, one award, the tiers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fairgate import clock

from . import api
from . import wording_recognition as wording
from .data import AwardState, AwardSummary, SchemeState, SchemeSummary
from .exceptions import UnknownAward, UnknownPartner, UnknownScheme
from .page_parts import (
    in_reader_language,
    is_cleared,
    on_courses,
    shown_award,
    shown_awards,
    shown_reach,
)


@never_cache
@require_safe
@transaction.non_atomic_requests
def partner(request: HttpRequest, code: str) -> HttpResponse:
    """A partner as everybody may see it: only while its mark shows or it is recognised."""
    at = clock.now()
    try:
        summary = api.partner(code, at=at)
    except UnknownPartner:
        raise Http404 from None
    placements = api.placements(at=at, partner_code=code)
    awards = shown_awards(at=at).get(code, [])
    if not placements and not awards:
        raise Http404
    reach, _together = shown_reach({code: placements} if placements else {}, at=at)
    context = {
        "page_title": summary.display_name,
        "partner": summary,
        "awards": awards,
        "before": [
            shown_award(one)
            for one in api.awards(at=at, partner_code=code)
            if one.state is AwardState.ENDED
        ],
        "reach": reach.get(code, []),
        **on_courses(summary, placements),
    }
    return render(request, "partnerships/public_partner.html", context)


@never_cache
@require_safe
def award(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One award, what it stands for, whether it counts today, and its badge to keep."""
    at = clock.now()
    try:
        found = api.award(uuid, at=at)
    except UnknownAward:
        raise Http404 from None
    if not found.is_granted:
        raise Http404
    scheme = api.scheme(found.scheme, at=at)
    shown = shown_award(found)
    is_in_force = found.state is AwardState.IN_FORCE
    counts = is_in_force and is_cleared(api.partner(found.partner, at=at), at=at)
    context = {
        "page_title": _("%(tier)s: %(partner)s")
        % {"tier": shown["name"], "partner": found.partner_name},
        **shown,
        "criteria": api.tier_criteria(scheme.scheme, found.tier),
        # Without due diligence nothing is "in force", whatever its days say.
        "state": "" if is_in_force and not counts else shown["state"],
        "counts": counts,
        "downloads": _downloads(found) if counts and api.can_be_badge(found, at=at) else [],
        "scheme": found.scheme,
    }
    return render(request, "partnerships/award.html", context)


def _downloads(found: AwardSummary) -> list[tuple[str, str]]:
    """Addresses of the badge in the reader's language, with what they are called."""
    code = (get_language() or "en").partition("-")[0]
    asked = "?" + urlencode({"language": code}) if code in dict(found.tier.names) else ""
    return [
        (reverse("partnerships:badge_picture", args=[found.uuid, "png"]) + asked, _("PNG picture")),
        (reverse("partnerships:badge_picture", args=[found.uuid, "svg"]) + asked, _("SVG picture")),
        (
            reverse("partnerships:badge_token", args=[found.uuid]) + asked,
            _("Credential alone (VC-JWT)"),
        ),
    ]


@never_cache
@require_safe
def tiers(request: HttpRequest, uuid: UUID | None = None) -> HttpResponse:
    """The tiers that count now, or those of one scheme that counted once, for its badges."""
    at = clock.now()
    try:
        found = api.scheme_in_force(at=at) if uuid is None else api.scheme(uuid, at=at)
    except UnknownScheme:
        raise Http404 from None
    if found is not None and found.state in (SchemeState.WAITING, SchemeState.REFUSED):
        raise Http404
    context: dict[str, Any] = {"page_title": _("How we recognise partners"), "found": found}
    if found is not None:
        context |= _tiers(found)
    return render(request, "partnerships/recognition.html", context)


def _tiers(found: SchemeSummary) -> dict[str, Any]:
    return {
        "scheme": found.scheme,
        "state": wording.SCHEME_STATES[found.state],
        "counts": found.state is SchemeState.COUNTS,
        "tiers": [
            {
                "name": in_reader_language(tier.names),
                "description": in_reader_language(tier.descriptions),
                "criteria": api.tier_criteria(found.scheme, tier),
                "emblem": f"partnerships/emblems/{tier.emblem}.svg",
            }
            for tier in reversed(found.scheme.tiers)
        ],
    }
