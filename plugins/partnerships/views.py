"""Pages: what everybody may know of our partners, and what a partner's people see of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fairgate import clock
from fairgate.clock import utc_day

from . import api, permissions, wording, wording_place
from .data import PLATFORM, PRO_RATA, Placement, Promises, RevenueTerms, VersionSummary
from .exceptions import UnknownPartner, UnknownRecord, UnknownVersion
from .models import PERSON_ROLES
from .page_parts import PDF, course_link, on_courses, shown_awards, shown_reach, to_keep


@never_cache
@require_safe
@transaction.non_atomic_requests
def partners(request: HttpRequest) -> HttpResponse:
    """The partners whose mark shows somewhere now or who are recognised, with their courses."""
    at = clock.now()
    shown: dict[str, list[Placement]] = {}
    for placement in api.placements(at=at):
        shown.setdefault(placement.mark.partner, []).append(placement)
    awards = shown_awards(at=at)
    known = [one for one in api.list_partners(at=at) if one.code in shown or one.code in awards]
    reach, together = shown_reach(shown, at=at)
    entries = [
        {
            "partner": one,
            **on_courses(one, shown.get(one.code, ())),
            "awards": awards.get(one.code, ()),
            "reach": reach.get(one.code, ()),
        }
        for one in known
    ]
    context = {
        "page_title": _("Our partners"),
        "entries": entries,
        "together": together,
        "promotions": api.promotions_in_catalogue(at=at),
        "has_tiers": api.scheme_in_force(at=at) is not None,
    }
    return render(request, "partnerships/partners.html", context)


@never_cache
@require_safe
@transaction.non_atomic_requests
def partner(request: HttpRequest, code: str) -> HttpResponse:
    """A partner's own place. Whoever may not see it cannot tell whether it exists."""
    if not permissions.may_see_partner(request.user, code):
        raise Http404
    at = clock.now()
    try:
        summary = api.partner(code, at=at)
    except UnknownPartner:
        raise Http404 from None
    versions = api.list_versions(at=at, partner_code=code)
    signed = [(one, api.promises(one.uuid, at=at)) for one in versions if one.is_signed]
    elsewhere = [(api.version(one.version, at=at), one) for one in api.given_elsewhere(code, at=at)]
    placements = api.placements(at=at, partner_code=code)
    reach, _together = shown_reach({code: placements} if placements else {}, at=at)
    context = {
        "page_title": summary.display_name,
        "partner": summary,
        "versions": [_shown_version(one) for one in versions],
        "elsewhere": [
            {"version": one, "whose": api.party(one.partner).name} for one, _ in elsewhere
        ],
        "late": _late([*signed, *elsewhere]),
        "next_dates": wording_place.next_dates(summary, signed, elsewhere, today=utc_day(at)),
        "contacts": api.contacts(code) if permissions.may_see_contacts(request.user, code) else (),
        "role": PERSON_ROLES.get(api.role_of(request.user.pk or 0, code), ""),
        "shown_now": [
            {"course": course_link(one.course_key), "mark": one.mark} for one in placements
        ],
        "awards": shown_awards(at=at).get(code, []),
        "reach": reach.get(code, []),
        "statements_url": _statements_url(code),
        "moment": at,
    }
    return render(request, "partnerships/partner.html", context)


@require_safe
def evidence(request: HttpRequest, file: UUID) -> HttpResponse:
    """A file that proves something, to keep: for the partner's people and for colleagues."""
    try:
        found = api.evidence_file(file)
    except UnknownRecord:
        raise Http404 from None
    if not permissions.may_see_evidence(request.user, found):
        raise Http404
    return to_keep(found.content, found.content_type, f"evidence-{file}")


@require_safe
def agreement_paper(request: HttpRequest, version: UUID) -> HttpResponse:
    """An agreement as a PDF file in the reader's language."""
    at = clock.now()
    try:
        found = api.version(version, at=at)
    except UnknownVersion:
        raise Http404 from None
    if not permissions.may_see_partner(request.user, found.partner):
        raise Http404
    content = api.agreement_paper(version, language=get_language() or "en", at=at)
    return to_keep(content, PDF, f"{found.agreement}-{found.version}")


def _statements_url(code: str) -> str:
    """The partner's statements, if revenue sharing is installed here."""
    for args in ([code], []):
        try:
            return reverse("revenue_share:statements", args=args)
        except NoReverseMatch:
            continue
    return ""


def _late(agreements: list[tuple[VersionSummary, Promises]]) -> list[str]:
    return [said for _version, promises in agreements for said in wording.late(promises)]


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
        "courses": [course_link(key) for key in version.courses],
        "shares": _shares(version.terms),
        "money": list(_money(version.terms)) if version.terms else [],
    }


def _shares(terms: RevenueTerms | None) -> list[dict[str, str]]:
    """Each party's part of what is shared, as the exact percentage of the whole."""
    if terms is None:
        return []
    weights = terms.weights()
    whole = sum(weight for _code, weight in weights)
    return [
        {"name": api.party(code).name, "percent": wording.percent(weight, whole)}
        for code, weight in weights
        if weight
    ]


def _money(terms: RevenueTerms) -> Iterator[tuple[str, str]]:
    """What is shared, what comes before it, who bears which cost, and who receives the money."""
    yield _("What is shared"), wording.basis(terms.basis)
    for one in terms.recoupments:
        named = _("%(party)s gets first, in all") % {"party": api.party(one.party).name}
        yield named, str(one.amount)
    for label, code in (
        (_("Who bears the processor’s fee"), terms.processor_fee),
        (_("Who bears a lost processor’s fee"), terms.lost_processor_fee),
        (_("Who bears a dispute’s fee"), terms.dispute_fee),
    ):
        if code:
            everybody = _("everybody in proportion")
            yield label, everybody if code == PRO_RATA else api.party(code).name
    if terms.merchant_of_record != PLATFORM:
        yield _("Who receives the payers’ money"), api.party(terms.merchant_of_record).name
