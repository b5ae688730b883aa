"""What public pages of partners have in common: courses, awards, what support made possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from opaque_keys.edx.keys import CourseKey

from fairgate.clock import utc_day

from . import api
from . import wording_recognition as wording
from .data import AwardState, AwardSummary, PartnerSummary, Placement, ShownReach, Texts
from .rules import in_language


def on_courses(partner: PartnerSummary, placements: Sequence[Placement]) -> dict[str, Any]:
    """A partner's roles, courses and sentence, each once, in written order."""
    return {
        "roles": list(dict.fromkeys(one.mark.role_label for one in placements)),
        "courses": [course_link(key) for key in courses_of(placements)],
        "statement": placements[0].mark.statement
        if placements
        else api.no_endorsement(partner.display_name),
        "picture": placements[0].mark.picture if placements else None,
    }


def courses_of(placements: Sequence[Placement]) -> list[str]:
    """The keys of the courses, each once, in written order."""
    return list(dict.fromkeys(one.course_key for one in placements))


def course_link(course_key: str) -> dict[str, str]:
    """A course by number and run, with its page if the platform has one."""
    key = CourseKey.from_string(course_key)
    try:
        url = reverse("about_course", args=[course_key])
    except NoReverseMatch:
        url = ""
    return {"key": course_key, "name": f"{key.course} · {key.run}", "url": url}


def shown_awards(*, at: datetime) -> dict[str, list[dict[str, Any]]]:
    """What partners are recognised as at a moment, the highest first, by the partner's code.

    Without an accepted due diligence nothing of a partner is shown, as with its mark.
    """
    cleared = {one.code for one in api.list_partners(at=at) if is_cleared(one, at=at)}
    found: dict[str, list[dict[str, Any]]] = {}
    for one in api.awards(at=at):
        if one.state is AwardState.IN_FORCE and one.partner in cleared:
            found.setdefault(one.partner, []).append(shown_award(one))
    return found


def is_cleared(partner: PartnerSummary, *, at: datetime) -> bool:
    """Whether a partner's due diligence is accepted and holds."""
    return partner.cleared_until is not None and utc_day(at) <= partner.cleared_until


def shown_award(award: AwardSummary) -> dict[str, Any]:
    """An award with its words."""
    return {
        "award": award,
        "name": in_reader_language(award.tier.names),
        "description": in_reader_language(award.tier.descriptions),
        "state": wording.AWARD_STATES[award.state],
        "tone": wording.AWARD_TONES[award.state],
        "emblem": f"partnerships/emblems/{award.tier.emblem}.svg",
    }


def in_reader_language(texts: Texts) -> str:
    """A text in the reader's language, else in English."""
    return in_language(dict(texts), get_language() or "en")


def shown_reach(
    shown: Mapping[str, Sequence[Placement]], *, at: datetime
) -> tuple[dict[str, list[tuple[str, str]]], list[tuple[str, str]]]:
    """What support made possible, by the partner's code, and all of it together: lines of a list.

    A course of two partners is counted for both, and once in all. What cannot be counted now is
    left out. The first who asks in a month writes the numbers: a view that calls this has to be
    ``non_atomic_requests``.
    """
    if not shown:
        return {}, []
    courses = {code: courses_of(placements) for code, placements in shown.items()}
    # No partner's code is empty.
    asked = {**courses, "": sorted({key for keys in courses.values() for key in keys})}
    found = api.reach_of(asked, at=at)
    lines = {code: _lines(reach) for code, reach in found.items()}
    together = lines.pop("", [])
    return lines, together


def _lines(reach: ShownReach) -> list[tuple[str, str]]:
    least = api.least_learners()
    return [
        (_("Courses"), str(reach.courses)),
        (_("Learners"), wording.learners(reach.learners, least=least)),
        *(
            (str(wording.GROUPS.get(name, name)), wording.of_group(number))
            for name, number in reach.groups
        ),
    ]


PDF = "application/pdf"
_EXTENSIONS = {PDF: "pdf", "image/png": "png", "image/jpeg": "jpg"}
EVIDENCE_TYPES = tuple(_EXTENSIONS)


def to_keep(content: bytes, content_type: str, name: str) -> HttpResponse:
    """A file that a browser saves and never shows as a page of this site.

    ``name`` is one of ours, without the extension.
    """
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{_EXTENSIONS[content_type]}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer
