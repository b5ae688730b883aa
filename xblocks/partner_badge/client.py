"""Asks the partnerships app. The only module that imports it, and only when asked.

* PartnersUnknown      there is no answer
  + NotInstalled       the app is not part of this site
  + NotReadable        it is, but its tables cannot be read now (logged)
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import ModuleType
from typing import Any
from weakref import WeakKeyDictionary

from django.utils.translation import get_language

from fairgate import clock
from partner_badge import compat, presenter
from partner_badge.presenter import Absent

log = logging.getLogger(__name__)

# Whose rules for a mark the page of a request shows, and at which id, by the unit they stand in.
_SAID: WeakKeyDictionary[Any, dict[str, dict[tuple[str, str], str]]] = WeakKeyDictionary()
# What a page's request was told, by course and language; a request that is over is forgotten.
_OF_REQUEST: WeakKeyDictionary[Any, dict[tuple[str, str | None], tuple[Any, ...]]] = (
    WeakKeyDictionary()
)


class PartnersUnknown(Exception):
    """Nobody can say now which partners a course has."""


class NotInstalled(PartnersUnknown):
    """The partnerships app is not installed on this site."""


class NotReadable(PartnersUnknown):
    """The partnerships app is installed, but its tables cannot be read now."""


def marks_of(course_key: str, *, at: datetime) -> tuple[Any, ...]:
    """The marks (``partnerships.data.Mark``) that show on a course at a moment. One query.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked(course_key) as partnerships:
        marks: tuple[Any, ...] = partnerships.branding_for(course_key, at=at)
        return marks


def marks_on_page(course_key: str) -> tuple[Any, ...]:
    """The marks of the moment in which the page that is being drawn asks first.

    One query for all that show marks on it. What is known is kept with the request itself and goes
    with it: the next request asks anew.

    Raises:
        PartnersUnknown: see above.
    """
    request = compat.current_request()
    if request is None:
        return marks_of(course_key, at=clock.now())
    known = _OF_REQUEST.setdefault(request, {})
    which = (course_key, get_language())  # its words are those of a language
    if which not in known:
        known[which] = marks_of(course_key, at=clock.now())
    return known[which]


def rules_on_page(unit: str) -> dict[tuple[str, str], str]:
    """What ``drawing`` notes of the rules that a unit on the page under way shows already."""
    request = compat.current_request()
    return {} if request is None else _SAID.setdefault(request, {}).setdefault(unit, {})


def page_language() -> str:
    """The language of the page that is being drawn, by the platform's code."""
    return get_language() or ""


def in_brief(*, gettext: presenter.Gettext) -> presenter.InBrief:
    """What a badge with very many partners says once for all of them.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked("all courses") as partnerships:
        return presenter.in_brief(
            partnerships.no_endorsement_of_all(),
            url=partnerships.address_of_rules(),
            gettext=gettext,
        )


def promotions_of(course_key: str, *, at: datetime) -> tuple[Any, ...]:
    """The promotions (``partnerships.data.ShownPromotion``) on a course's page. One query.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked(course_key) as partnerships:
        shown: tuple[Any, ...] = partnerships.promotions_on_course(course_key, at=at)
        return shown


def promotions_in_catalogue(*, at: datetime) -> tuple[Any, ...]:
    """The promotions (``partnerships.data.ShownPromotion``) beside the list of courses. One query.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked("the catalogue") as partnerships:
        shown: tuple[Any, ...] = partnerships.promotions_in_catalogue(at=at)
        return shown


def marks_by_course(course_keys: Collection[str], *, at: datetime) -> dict[str, list[Any]]:
    """The marks of several courses at a moment, by course. Two queries, however many.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked(", ".join(course_keys)) as partnerships:
        found: dict[str, list[Any]] = {}
        for one in partnerships.placements(at=at, course_keys=course_keys):
            found.setdefault(one.course_key, []).append(one.mark)
        return found


def marks_of_certificate(number: str, course_key: str, *, at: datetime) -> tuple[Any, ...]:
    """The marks of the day on which a certificate was issued.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked(course_key) as partnerships:
        marks: tuple[Any, ...] = partnerships.marks_of_certificate(number, course_key, at=at)
        return marks


def absent_of(course_key: str, *, at: datetime) -> tuple[Absent, ...]:
    """Each partner of a course who shows at no place of it at a moment, and why. One query.

    Of several versions, one that is not over; of those, the one that lacks least, then the newest.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked(course_key) as partnerships:
        nearest: dict[str, Any] = {}
        for role in partnerships.role_standings(course_key, at=at):
            known = nearest.get(role.partner)
            if known is None or _nearness(role) < _nearness(known):
                nearest[role.partner] = role
        return tuple(
            Absent(
                code=role.partner,
                name=role.name,
                agreement=role.agreement,
                version=role.version,
                why=partnerships.why_not_shown(role),
            )
            for role in nearest.values()
            if role.obstacles
        )


def _nearness(role: Any) -> tuple[bool, int, int]:
    # No act of anybody brings back what is over.
    return "no_longer_valid" in role.obstacles, len(role.obstacles), -role.version


def is_shown_on(place: str) -> bool:
    """Whether the operator wants marks on such a page of the platform.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked(place) as partnerships:
        return bool(partnerships.is_shown_on(place))


def address_of_marks(course_key: str) -> str:
    """Where the REST API tells the marks of a course; "" where it is not served, as in Studio."""
    from django.urls import NoReverseMatch, reverse

    try:
        return reverse("partnerships:api:course_marks", args=[course_key]) if course_key else ""
    except NoReverseMatch:
        return ""


def partners_of(course_key: str) -> tuple[tuple[str, str], ...]:
    """Code and name of every partner with a role on a course, in force or not.

    Raises:
        PartnersUnknown: see above.
    """
    with _asked(course_key) as partnerships:
        found = partnerships.partners_of_course(course_key)
        return tuple((one.code, one.display_name) for one in found)


@contextmanager
def _asked(course_key: str) -> Iterator[ModuleType]:
    from django.db import DatabaseError

    partnerships = _api()
    try:
        yield partnerships
    except DatabaseError as error:
        # A unit must not fail for want of a logo: learners see none, authors see a sentence.
        log.exception("partner badge: partners of %s cannot be read", course_key)
        raise NotReadable(course_key) from error


def _api() -> ModuleType:
    from django.apps import apps

    if not apps.ready or not apps.is_installed("partnerships"):
        raise NotInstalled
    from partnerships import api

    return api
