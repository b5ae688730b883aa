"""Who calls: the platform's own authenticators, and how often somebody may."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.throttling import UserRateThrottle

#: Requests of one person (or, signed out, one address), as the rest framework writes rates.
RATES = {"read": "120/minute", "write": "30/minute", "upload": "10/minute"}


class Session(SessionAuthentication):
    """The site's cookie, with CSRF; an answer to a stranger is 401 and not 403."""

    def authenticate_header(self, request: Any) -> str:
        return "Session"


def authenticators() -> tuple[type[BaseAuthentication], ...]:
    """What the platform's own APIs take: JWT, OAuth2 bearer token, session; else the session.

    ``openedx/core/lib/api/view_utils.py`` (``view_auth_classes``) names the same three.
    """
    try:
        from edx_rest_framework_extensions.auth.jwt.authentication import JwtAuthentication
        from edx_rest_framework_extensions.auth.session.authentication import (
            SessionAuthenticationAllowInactiveUser,
        )
        from openedx.core.lib.api.authentication import BearerAuthenticationAllowInactiveUser
    except ImportError:
        return (Session,)
    return (
        JwtAuthentication,
        BearerAuthenticationAllowInactiveUser,
        SessionAuthenticationAllowInactiveUser,
    )


class Pace(UserRateThrottle):
    """Reading and writing are counted apart; the operator's ``FAIRGATE_API_RATES`` wins."""

    def __init__(self) -> None:
        """The rate depends on the request: it is read when there is one."""

    def kind(self, request: Any) -> str | None:
        """The rate that a request is counted under, if any."""
        return "read" if request.method in SAFE_METHODS else "write"

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether one more request is taken now."""
        kind = self.kind(request)
        if kind is None:
            return True
        given = getattr(settings, "FAIRGATE_API_RATES", {})
        self.scope = f"fairgate_{kind}"
        self.rate = given.get(kind, RATES[kind])
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return bool(super().allow_request(request, view))


class UploadPace(Pace):
    """Files that one person sends, on a page or here: each is looked at, which takes a while."""

    def kind(self, request: Any) -> str | None:
        """Nothing is counted but a file."""
        return None if request.method in SAFE_METHODS else "upload"
