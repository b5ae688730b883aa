"""The files of marks, served by ourselves: only what is to be shown now has an address.

Everybody is shown what is approved, without a session, while an agreement in force shows it. A
browser may keep it, and asks before it shows it again; a cache between may not. What was issued has
addresses of its own that stay.
"""

from __future__ import annotations

import hashlib
import logging
import re
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fairgate import clock
from fairgate_marks import HEADERS, Kind

from . import api, permissions
from .data import BrandFile
from .exceptions import UnknownPicture

log = logging.getLogger(__name__)

_NAME = re.compile(r"([0-9a-f]{64})(\.svg|\.png)")
_KINDS = {kind.suffix: kind for kind in Kind}
# Asked for each time: the answer is "not modified", or that it is gone.
ASKS_AGAIN = "private, no-cache"
STAYS = "public, max-age=31536000, immutable"


@require_safe
@transaction.non_atomic_requests
def mark(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of a picture that pages show at this moment."""
    found = api.shown_file(*_parts(name), at=clock.now())
    return _answer(request, found, caching=ASKS_AGAIN)


@require_safe
@transaction.non_atomic_requests
def kept_mark(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file of a picture that something issued shows, for good."""
    return _answer(request, api.kept_file(*_parts(name)), caching=STAYS)


@login_required
@never_cache
@require_safe
def preview(request: HttpRequest, code: str, uuid: UUID, name: str) -> HttpResponseBase:
    """A file of one version, approved or not, for who may see it; never kept anywhere."""
    if not permissions.may_see_pictures(request.user, code):
        raise Http404
    try:
        is_theirs = api.picture(uuid, at=clock.now()).partner == code
    except UnknownPicture:
        raise Http404 from None
    found = api.own_file(uuid, *_parts(name)) if is_theirs else None
    return _answer(request, found, caching="no-store")


def _not_there() -> HttpResponse:
    """Nothing, which may be something a moment later."""
    response = HttpResponse(status=404, content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response


def _parts(name: str) -> tuple[str, str]:
    matched = _NAME.fullmatch(name)
    if matched is None:
        raise Http404
    return matched[1], matched[2]


def _answer(request: HttpRequest, found: BrandFile | None, *, caching: str) -> HttpResponseBase:
    """The file, or that the browser has it already; the content is read only if it is sent."""
    if found is None:
        return _not_there()
    sha256, suffix = _parts(found.name)
    etag = quote_etag(sha256)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(_content(sha256) if request.method == "GET" else b"")
        response["Content-Length"] = str(found.size)
    response["ETag"] = etag
    response["Cache-Control"] = caching
    for header, value in HEADERS[_KINDS[suffix]].items():
        response[header] = value
    return response


def _content(sha256: str) -> bytes:
    """What was approved, or nothing: a row that was changed behind our back is not shown."""
    content = api.read_file(sha256)
    if hashlib.sha256(content).hexdigest() != sha256:
        log.error("a file of a mark is not what its hash says: file=%s", sha256)
        raise Http404
    return content
