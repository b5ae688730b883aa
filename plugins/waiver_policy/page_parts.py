"""What the pages have in common: who looks, and what an application is shown as."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from datetime import date

from django.http import Http404, HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from waiver_policy import conf, permissions
from waiver_policy.data import ApplicationSummary
from waiver_policy.selectors.offerings import offering_language, offering_name, offering_title
from waiver_policy.sentences import award_in_words, next_steps, refusal_in_words, state_name

MAX_CODE = 100


def user_id(request: HttpRequest) -> int:
    """Who is signed in."""
    assert request.user.pk is not None  # noqa: S101 -- login_required has seen to it
    return int(request.user.pk)


def check_reviewer(request: HttpRequest) -> None:
    """The reviewers' pages are not there for anybody else."""
    if not permissions.may_review(request.user):
        raise Http404


def offering(code: str) -> SafeString:
    """The drawn name of an offering; an offering that nobody knows has no page."""
    title = offering_title(code) if len(code) <= MAX_CODE and code.isprintable() else None
    if title is None:
        raise Http404
    return drawn(code, title)


def drawn(code: str, title: str = "") -> SafeString:
    """The name of an offering, in its own language and direction."""
    language = offering_language(code)
    spoken = language and format_html(' lang="{}" dir="{}"', language.tag, language.direction)
    return format_html("<bdi{}>{}</bdi>", spoken or "", title or offering_name(code))


def listed(applications: Iterable[ApplicationSummary], *, on: date) -> list[dict[str, object]]:
    """Applications as a list shows them; each offering is asked for its name once."""
    name = functools.cache(drawn)
    return [shown(one, on=on) | {"offering": name(one.offering_code)} for one in applications]


def shown(application: ApplicationSummary, *, on: date) -> dict[str, object]:
    """An application as a page shows it."""
    return {
        "summary": application,
        "state": state_name(application.state),
        "country": conf.country_name(application.country),
        "said": refusal_in_words(application),
        "next_steps": next_steps(application, on=on),
        "award": award_in_words(application.award),
        "proposed": award_in_words(application.proposed),
        "awaiting": award_in_words(application.awaiting),
        "is_overdue": application.decide_by is not None and application.decide_by < on,
    }
