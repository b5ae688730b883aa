"""Pages: what everybody may know of our partners, and what a partner's people see of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from opaque_keys.edx.keys import CourseKey

from fairgate import clock

from . import api, permissions, wording
from .data import Placement, RevenueTerms, VersionSummary
from .exceptions import UnknownPartner


@require_safe
def partners(request: HttpRequest) -> HttpResponse:
    """The partners whose mark shows somewhere now, with their courses."""
    shown: dict[str, list[Placement]] = {}
    for placement in api.placements(at=clock.now()):
        shown.setdefault(placement.mark.partner, []).append(placement)
    entries = [
        {"partner": partner, **_on_courses(shown[partner.code])}
        for partner in api.list_partners()
        if partner.code in shown
    ]
    context = {"page_title": _("Our partners"), "entries": entries}
    return render(request, "partnerships/partners.html", context)


@require_safe
def partner(request: HttpRequest, code: str) -> HttpResponse:
    """A partner's own place. Whoever may not see it cannot tell whether it exists."""
    if not permissions.may_see_partner(request.user, code):
        raise Http404
    at = clock.now()
    try:
        summary = api.partner(code, at=at)
    except UnknownPartner:
        raise Http404 from None
    context = {
        "page_title": summary.display_name,
        "partner": summary,
        "versions": [_shown_version(one) for one in api.list_versions(at=at, partner_code=code)],
        "shown_now": [
            {"course": _course(one.course_key), "mark": one.mark}
            for one in api.placements(at=at, partner_code=code)
        ],
        "statements_url": _statements_url(code),
        "moment": at,
    }
    return render(request, "partnerships/partner.html", context)


def _on_courses(placements: Iterable[Placement]) -> dict[str, Any]:
    """One partner's roles, courses and sentence, each once, in written order."""
    found = list(placements)
    return {
        "roles": list(dict.fromkeys(one.mark.role_label for one in found)),
        "courses": [_course(key) for key in dict.fromkeys(one.course_key for one in found)],
        "statement": found[0].mark.statement,
        "picture": found[0].mark.picture,
    }


def _course(course_key: str) -> dict[str, str]:
    """A course by number and run, with its page if the platform has one."""
    key = CourseKey.from_string(course_key)
    try:
        url = reverse("about_course", args=[course_key])
    except NoReverseMatch:
        url = ""
    return {"key": course_key, "name": f"{key.course} · {key.run}", "url": url}


def _statements_url(code: str) -> str:
    """The partner's statements, if revenue sharing is installed here."""
    for args in ([code], []):
        try:
            return reverse("revenue_share:statements", args=args)
        except NoReverseMatch:
            continue
    return ""


def _shown_version(version: VersionSummary) -> dict[str, Any]:
    return {
        "version": version,
        "standing": wording.standing(version.standing),
        "tone": wording.TONES[version.standing],
        # A version that is over needs no list of what else it lacks.
        "obstacles": [wording.obstacle(one) for one in version.obstacles],
        "sides": [
            (wording.side(one.side), one.signed_by, one.signed_at) for one in version.signatures
        ],
        "courses": [_course(key) for key in version.courses],
        "shares": _shares(version.terms),
    }


def _shares(terms: RevenueTerms | None) -> list[dict[str, str]]:
    """Each party's part of the net receipts, as the exact percentage of the whole."""
    if terms is None:
        return []
    weights = terms.weights()
    whole = sum(weight for _code, weight in weights)
    return [
        {"name": api.party(code).name, "percent": wording.percent(weight, whole)}
        for code, weight in weights
        if weight
    ]
