"""Fills in the marks and the promotions of an about page at each answer.

For who is signed out, the platform keeps the page for minutes and hands out the copy. So the page
itself has an empty place (``pipeline.AboutPage``), and the marks are put there on the way out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from fairgate import clock
from partner_badge import client, drawing, presenter

log = logging.getLogger(__name__)

_PAGE = "about_course"  # the name of its address, with the course run as ``course_id``


class AboutPageMarks:
    """Puts the marks of this moment into the place that an about page has for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of whatever lies further in, with the marks of now."""
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and match.url_name == _PAGE and isinstance(response, HttpResponse):
            _fill(response, str(match.kwargs.get("course_id", "")))
        return response


def _fill(response: HttpResponse, course_key: str) -> None:
    before, place, after = response.content.partition(drawing.PLACE.encode())
    if place:
        shown = "".join(_drawn(draw, course_key) for draw in (_marks, _promotions))
        response.content = before + shown.encode() + after


def _drawn(draw: Callable[[str], str], course_key: str) -> str:
    """What is drawn; a course must not fail for want of it, nor one of both of the other."""
    try:
        return draw(course_key)
    except client.PartnersUnknown:
        return ""  # it is in the log, if it is news
    except Exception:
        log.exception("partner marks: none on an about page: course=%s", course_key)
        return ""


def _marks(course_key: str) -> str:
    badge = presenter.strip(
        client.marks_on_page(course_key),
        gettext=_,
        language=client.page_language(),
        in_brief=client.in_brief(gettext=_),
    )
    return drawing.strip(badge, html_id="partner-marks") if badge else ""


def _promotions(course_key: str) -> str:
    found = client.promotions_of(course_key, at=clock.now())
    return drawing.promotions(found, heading=_("Sponsored"))
