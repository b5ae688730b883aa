"""What a verifier of badges fetches: documents and files, for everybody, without a session.

Addresses stand in badges that partners keep for years, so none of them may change. Other sites may
read them in a browser: nothing here depends on who asks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag
from django.views.decorators.http import require_safe

from fairgate import clock
from fairgate_marks import HEADERS, Kind

from . import api
from .exceptions import UnknownAward, UnknownScheme

_KINDS = {"png": Kind.PNG, "svg": Kind.SVG}
_SOON = "public, max-age=300"
# Kept anywhere, and asked for each time: an award that was revoked is not valid a second longer.
_ASKS_AGAIN = "public, no-cache"


@require_safe
@transaction.non_atomic_requests
def issuer(request: HttpRequest) -> HttpResponse:
    """The profile of who awards."""
    return _json(api.badge_issuer(), "application/ld+json")


@require_safe
@transaction.non_atomic_requests
def keys(request: HttpRequest) -> HttpResponse:
    """All public keys, as a JWK Set."""
    return _json(api.badge_key_set(), "application/jwk-set+json")


@require_safe
@transaction.non_atomic_requests
def key(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """One public key, at the address by which credentials name it."""
    return _json(api.badge_key(fingerprint), "application/json")


@require_safe
@transaction.non_atomic_requests
def status(request: HttpRequest) -> HttpResponse:
    """The signed list of revoked awards, or that who asks has it already."""
    whole = _answer(api.badge_status_list(at=clock.now()), "application/vc+jwt")
    set_response_etag(whole)
    answer = get_conditional_response(request, etag=whole["ETag"], response=whole) or whole
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = _ASKS_AGAIN
    return answer


@require_safe
@transaction.non_atomic_requests
def achievement(request: HttpRequest, tier: UUID, language: str) -> HttpResponse:
    """A tier in one of its languages."""
    try:
        document = api.badge_achievement(tier, language=language, at=clock.now())
    except UnknownScheme:
        raise Http404 from None
    return _json(document, "application/ld+json")


@require_safe
@transaction.non_atomic_requests
def emblem(request: HttpRequest, name: str, suffix: str) -> HttpResponse:
    """The picture of a tier, before anything is baked into it."""
    return _picture(api.emblem(name, suffix), suffix)


@require_safe
@transaction.non_atomic_requests
def token(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The credential of an award: granted, ended or revoked, for the list says which."""
    return _answer(_token(request, uuid), "text/plain")


@require_safe
@transaction.non_atomic_requests
def baked(request: HttpRequest, uuid: UUID, suffix: str) -> HttpResponse:
    """The badge's picture with the credential in it, to keep and to show elsewhere."""
    try:
        content = api.baked_badge(uuid, suffix, language=_language(request), at=clock.now())
    except UnknownAward:
        raise Http404 from None
    answer = _picture(content, suffix)
    answer["Content-Disposition"] = f'attachment; filename="badge-{uuid}.{suffix}"'
    return answer


def _token(request: HttpRequest, uuid: UUID) -> str | None:
    try:
        return api.badge_token(uuid, language=_language(request), at=clock.now())
    except UnknownAward:
        raise Http404 from None


def _language(request: HttpRequest) -> str:
    """The language that was asked for in the address: what a verifier sees has no reader."""
    return request.GET.get("language", "en")


def _json(document: Mapping[str, object] | None, content_type: str) -> HttpResponse:
    text = None if document is None else json.dumps(document, ensure_ascii=False, indent=2)
    return _answer(text, content_type)


def _picture(content: bytes | None, suffix: str) -> HttpResponse:
    kind = _KINDS.get(suffix)
    answer = _answer(content if kind else None, "")
    for header, value in HEADERS[kind].items() if kind else ():
        answer[header] = value
    return answer


def _answer(content: str | bytes | None, content_type: str) -> HttpResponse:
    """Something that everybody may read from anywhere; nothing while this site has no badges."""
    if content is None:
        raise Http404
    answer = HttpResponse(content, content_type=content_type)
    answer["Access-Control-Allow-Origin"] = "*"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = _SOON
    return answer
