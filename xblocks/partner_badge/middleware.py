"""Fills in at each answer what pages show that the platform keeps for minutes and hands out again.

An about page has an empty place (``pipeline.AboutPage``) for marks and promotions. The list of
courses passes no filter: its promotions go to the end of its main part, if it has one (ADR 0056).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from fairgate import clock
from partner_badge import client, drawing, presenter

log = logging.getLogger(__name__)

# The names of addresses: of a course, with the course run as ``course_id``, and of all of them.
_ABOUT = "about_course"
_CATALOGUE = ("courses", "root")
_END_OF_MAIN = b"</main>"


class PartnersOnPages:
    """Puts marks and promotions of this moment into pages about courses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of whatever lies further in, with what shows now."""
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or not isinstance(response, HttpResponse):
            return response
        if match.url_name == _ABOUT:
            _fill_about(response, str(match.kwargs.get("course_id", "")))
        elif match.view_name in _CATALOGUE:
            _fill_catalogue(response)
        return response


def _fill_about(response: HttpResponse, course_key: str) -> None:
    before, place, after = response.content.partition(drawing.PLACE.encode())
    if place:
        parts = (partial(_marks, course_key), partial(_promotions_of, course_key))
        shown = "".join(_drawn(draw, page=course_key) for draw in parts)
        response.content = before + shown.encode() + after


def _fill_catalogue(response: HttpResponse) -> None:
    """At the end of the main part; a page without one, or with two, stays as it is."""
    if response.content.count(_END_OF_MAIN) != 1:
        return
    shown = _drawn(_promotions_in_catalogue, page="catalogue").encode()
    if shown:
        response.content = response.content.replace(_END_OF_MAIN, shown + _END_OF_MAIN)


def _drawn(draw: Callable[[], str], *, page: str) -> str:
    """What is drawn; a page must not fail for want of it, nor one of both of the other."""
    try:
        return draw()
    except client.PartnersUnknown:
        return ""  # it is in the log, if it is news
    except Exception:
        log.exception("partners: something is missing on a page: page=%s", page)
        return ""


def _marks(course_key: str) -> str:
    badge = presenter.strip(
        client.marks_on_page(course_key),
        gettext=_,
        language=client.page_language(),
        in_brief=client.in_brief(gettext=_),
    )
    return drawing.strip(badge, html_id="partner-marks") if badge else ""


def _promotions_of(course_key: str) -> str:
    found = client.promotions_of(course_key, at=clock.now())
    return drawing.promotions(found, heading=_("Sponsored"))


def _promotions_in_catalogue() -> str:
    if not client.is_shown_on("catalogue"):
        return ""
    return drawing.promotions(
        client.promotions_in_catalogue(at=clock.now()), heading=_("Sponsored")
    )
