"""The steps that show marks on the platform's own pages, run by its filters.

The only module that imports openedx_filters. A step answers with a dict whatever happens, because
anything else would end the pipeline for those behind it; and whatever fails in it leaves the page
as the platform draws it, without a mark: a course must not fail for want of a logo, and a mark that
nobody can vouch for must not show.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from openedx_filters import PipelineStep

from fairgate import clock
from partner_badge import client, drawing, presenter

log = logging.getLogger(__name__)

# Our key in what the platform hands from the unit's page to the unit.
_OF_UNIT = "fairgate_partner_marks"
_ID = "partner-marks"
# The platform's template closes a certificate's words with these, escaped unless they are safe.
_LAST_WORDS = "accomplishment_copy_course_description"

Step = Callable[..., dict[str, Any]]


def _shown_on(place: str) -> Callable[[Step], Step]:
    """Run a step where the operator wants marks; a step that fails has changed nothing."""

    def around(step: Step) -> Step:
        @functools.wraps(step)
        def run_filter(self: PipelineStep, **given: Any) -> dict[str, Any]:
            try:
                return step(self, **given) if client.is_shown_on(place) else {}
            except client.PartnersUnknown:
                return {}  # it is in the log, if it is news
            except Exception:
                log.exception("partner marks: none on a page: place=%s", place)
                return {}

        return run_filter

    return around


class AboutPage(PipelineStep):
    """A place for partners below the head of a course's about page, whichever template draws it.

    The platform keeps this page for who is signed out, so ``middleware`` fills the place.
    """

    @_shown_on("about")
    def run_filter(
        self, *, context: Mapping[str, Any], template_name: str, **_facts: object
    ) -> dict[str, Any]:
        return _inherited("fairgate/course_about.html", template_name, context, drawing.PLACE)


class Dashboard(PipelineStep):
    """Partners of one's courses, below the list of them on the platform's own dashboard."""

    @_shown_on("dashboard")
    def run_filter(
        self, *, context: Mapping[str, Any], template_name: str, **_facts: object
    ) -> dict[str, Any]:
        courses = {str(one.course_id): one.course_overview for one in context["course_enrollments"]}
        marks = client.marks_by_course(list(courses), at=clock.now()) if courses else {}
        badges = [
            presenter.strip(
                marks[key],
                heading=str(course.display_name_with_default),
                level=3,
                gettext=_,
                language=client.page_language(),
                in_brief=client.in_brief(gettext=_),
            )
            for key, course in courses.items()
            if key in marks
        ]
        shown = [badge for badge in badges if badge is not None]
        if not shown:
            return {}
        html = drawing.strips(shown, heading=_("Partners of your courses"), html_id=_ID)
        return _inherited("fairgate/dashboard.html", template_name, context, html)


class UnitPage(PipelineStep):
    """Asks for the marks of a unit's page: not of a block alone, as some apps draw it."""

    @_shown_on("unit")
    def run_filter(
        self, *, context: Mapping[str, Any], student_view_context: Mapping[str, Any], **_f: object
    ) -> dict[str, Any]:
        block = context["block"]
        if block.scope_ids.block_type != "vertical":
            return {}
        badge = presenter.strip(
            client.marks_on_page(str(context["course"].id)),
            gettext=_,
            language=client.page_language(),
            in_brief=client.in_brief(gettext=_),
        )
        if badge is None:
            return {}
        return {"student_view_context": {**student_view_context, _OF_UNIT: badge}}


class Unit(PipelineStep):
    """Partners at the foot of a unit, unless its author has put a badge into it."""

    @_shown_on("unit")
    def run_filter(
        self, *, fragment: Any, context: Mapping[str, Any] | None, **_facts: object
    ) -> dict[str, Any]:
        badge = (context or {}).get(_OF_UNIT)
        is_inner = (context or {}).get("child_of_vertical")
        if badge is None or is_inner or 'class="partner-badge ' in fragment.content:
            return {}
        drawn = drawing.badge(badge, html_id=_ID)
        fragment.add_content(drawn.content)
        fragment.add_fragment_resources(drawn)
        return {"fragment": fragment}


class Certificate(PipelineStep):
    """Partners of the day it was issued on, below the words of a certificate.

    A template of an operator's own finds ``partner_marks`` (plain values) and
    ``partner_marks_html``, and decides itself.
    """

    @_shown_on("certificate")
    def run_filter(
        self, *, context: Mapping[str, Any], custom_template: Any, **_facts: object
    ) -> dict[str, Any]:
        marks = client.marks_of_certificate(
            str(context.get("certificate_id_number") or ""),
            str(context["course_id"]),
            at=clock.now(),
        )
        badge = presenter.strip(marks, gettext=_, language=client.page_language())
        if badge is None:
            return {}
        html = drawing.on_certificate(badge)
        changed = {"partner_marks": badge.partners, "partner_marks_html": html}
        if not custom_template:
            words = conditional_escape(context.get(_LAST_WORDS) or "")
            changed[_LAST_WORDS] = SafeString(words + html)
        return {"context": {**context, **changed}}


def _inherited(
    template: str, page: str, context: Mapping[str, Any], html: SafeString
) -> dict[str, Any]:
    """The page drawn by a template of ours, which inherits the one that would have drawn it."""
    # A path from the root of the templates, wherever ours lies.
    ours = {"partner_marks_page": f"/{page.lstrip('/')}", "partner_marks_html": html}
    return {"context": {**context, **ours}, "template_name": template}
