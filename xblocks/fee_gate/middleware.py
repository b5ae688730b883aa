"""Gives one answer to everybody on the routes of handlers and renderers, before the view runs.

It also answers for views that do not expect an enrolment to be held.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    HttpResponseNotFound,
    HttpResponseRedirect,
)
from django.utils.translation import gettext as _

from fairgate import clock
from fee_gate import compat, conf, keys, selectors
from fee_gate.checking import CourseCheck, is_exempt
from fee_gate.data import Access

log = logging.getLogger(__name__)

HANDLERS = frozenset({"xblock_handler", "xblock_handler_noauth"})
# These draw a paywall in place of a shut unit, so units are left to them.
RENDERERS = frozenset({"xblock_view", "render_xblock"})


class FeeGateMiddleware:
    """Answers 403 to who has not settled a block's fee, 503 when that cannot be known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        _view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """``None`` lets the view run."""
        route = request.resolver_match.url_name if request.resolver_match else None
        if route not in HANDLERS | RENDERERS:
            return None
        usage_key = _usage_key((*args, *kwargs.values()))
        if usage_key is None:
            return None
        course_key = str(kwargs.get("course_id") or keys.course_of(usage_key))
        if course_key and not all(map(keys.is_as_published, (course_key, usage_key))):
            return _answer_of_drafts(request, course_key)
        if _is_left_to_platform(route, usage_key, str(kwargs.get("handler", ""))):
            return None
        if not course_key or not _is_about_gates(course_key, usage_key):
            return None
        return _answer(request, route, course_key, usage_key)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Say that an enrolment is held where the platform's own view does not, and breaks.

        ``None`` leaves the exception to others. A browser is led to the fee's page.
        """
        hold: Any = exception.__cause__
        if not getattr(hold, "is_fee_gate_hold", False):
            return None
        if hold.redirect_to and "text/html" in request.headers.get("Accept", ""):
            return HttpResponseRedirect(hold.redirect_to)
        return HttpResponse(
            str(hold), status=hold.status_code, content_type="text/plain; charset=utf-8"
        )


def _usage_key(values: tuple[Any, ...]) -> str | None:
    """The block a URL names; releases call the argument differently, so all are looked at."""
    found = (keys.usage_key_in_url(str(value)) for value in values if value is not None)
    return next((key for key in found if key), None)


def _is_left_to_platform(route: str, usage_key: str, handler: str) -> bool:
    block_type = keys.block_type(usage_key)
    if route in RENDERERS:
        return block_type == "vertical"
    is_without_session = route == "xblock_handler_noauth"
    return is_without_session and f"{block_type}:{handler}" in conf.noauth_exempt_handlers()


def _is_about_gates(course_key: object, usage_key: str) -> bool:
    """Whether the block, or something in it, is gated."""
    table = selectors.gate_table(course_key)
    if not table.is_readable:
        return selectors.may_have_gate(table.course_key)
    usage = keys.usage_text(usage_key, course_key)
    return bool(table.fees_of(usage) or table.fees_inside(usage))


def _answer_of_drafts(request: HttpRequest, course_key: str) -> HttpResponse | None:
    """Drafts and old versions of a course with gates are for its staff: nothing counts for them."""
    table = selectors.gate_table(course_key)
    if table.is_readable and not table.covers:
        return None
    user = request.user if request.user.is_authenticated else compat.token_user(request)
    if user is not None and is_exempt(user.id, course_key):
        return None
    return HttpResponseNotFound()


def _answer(
    request: HttpRequest, route: str, course_key: str, usage_key: str
) -> HttpResponse | None:
    user = request.user if request.user.is_authenticated else compat.token_user(request)
    user_id = user.id if user is not None else None
    check = CourseCheck(course_key, user_id=user_id, at=clock.now())
    covers_inside = route in HANDLERS and (user_id is None or route != "xblock_handler")
    # A handler may answer for all that stands in its block.
    access = check.with_inside(usage_key) if covers_inside else check(usage_key)
    if access is Access.OPEN:
        return None
    log.info("fee gate: shut (%s): block=%s user=%s", access, usage_key, user_id)
    if access is Access.UNDECIDED:
        sentence = _("We cannot see at the moment whether you have access. Please try again later.")
        return HttpResponse(sentence, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponseForbidden(
        _("A fee opens this part of the course."), content_type="text/plain; charset=utf-8"
    )
