"""What pages have in common: who asks for what, and a file that never lies on a disk."""

from __future__ import annotations

import math
from contextlib import suppress
from uuid import UUID

from django.core.files.uploadhandler import SkipFile
from django.http import Http404, HttpRequest

from fairgate import clock
from fairgate_rest.callers import UploadPace
from fairgate_rest.uploads import InMemory

from . import api, permissions
from .data import Obstacle, Promises, VersionSummary
from .exceptions import UnknownVersion


class KeepsTexts(InMemory):
    """Takes a file into memory; one that is too long is skipped, and what follows it is read."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.total + len(raw_data) > self.limit:
            self.is_over = True
            raise SkipFile
        super().receive_data_chunk(raw_data, start)


def keeps_texts(request: HttpRequest, *, limit: int) -> KeepsTexts:
    """Where the file of a request goes, before anybody reads its form."""
    handler = KeepsTexts(request, limit=limit)
    # Some middleware may have read the form; then Django's own handlers have the file.
    with suppress(AttributeError):
        request.upload_handlers = [handler]
    return handler


def seconds_to_wait(request: HttpRequest) -> int | None:
    """``None`` if one more file of this person is taken now, else in how many seconds."""
    pace = UploadPace()
    if pace.allow_request(request, None):
        return None
    return math.ceil(max(pace.wait() or 0, 1))


def user_id(request: HttpRequest) -> int:
    """Who is signed in."""
    assert request.user.pk is not None  # noqa: S101 -- login_required has seen to it
    return int(request.user.pk)


def seen_version(request: HttpRequest, code: str, version: UUID) -> VersionSummary:
    """A version of a partner, for who may see it.

    Raises:
        Http404: there is none under this partner, or it is not for who asks.
    """
    if not permissions.may_see_partner(request.user, code):
        raise Http404
    try:
        found = api.version(version, at=clock.now())
    except UnknownVersion:
        raise Http404 from None
    if found.partner != code:
        raise Http404
    return found


def seen_promises(
    request: HttpRequest, code: str, version: UUID
) -> tuple[VersionSummary, Promises]:
    """A version and its promises: all of them for whose agreement it is.

    Another partner who gives something under it, once it is signed, sees that alone.

    Raises:
        Http404: there is none under this partner, or it is not for who asks.
    """
    if not permissions.may_see_partner(request.user, code):
        raise Http404
    at = clock.now()
    try:
        found, promises = api.version(version, at=at), api.promises(version, at=at)
    except UnknownVersion:
        raise Http404 from None
    if found.partner == code:
        return found, promises
    part = promises.given_by(code)
    if not (part.contributions and found.is_signed):
        raise Http404
    return found, part


def may_consent_now(request: HttpRequest, version: VersionSummary) -> bool:
    """Whether this person can sign this text now: it is approved and the partner has not signed."""
    is_away = {Obstacle.NOT_APPROVED, Obstacle.NO_LONGER_VALID} & set(version.obstacles)
    waits = Obstacle.PARTNER_HAS_NOT_SIGNED in version.obstacles and not is_away
    return waits and permissions.may_consent(request.user, version.partner)
