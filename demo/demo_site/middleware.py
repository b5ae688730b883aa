"""What the demo adds to every request and answer.

The Content-Security-Policy: a page may load nothing from any other host. And the request under way,
for the blocks of a page, which a platform keeps at hand as well.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Add the policy to every answer.

    Pages drawn by XBlocks carry the blocks' own inline style and script. They are allowed by a
    number used once (``request.csp_nonce``), and only where a view has asked for it.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = get_response(request)
        policy = POLICY
        if getattr(response, "may_use_nonce", False):
            nonce = f"'nonce-{request.csp_nonce}'"  # type: ignore[attr-defined]
            policy += f"; script-src 'self' {nonce}; style-src 'self' {nonce}"
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        return response

    return answer


_under_way: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


def current_request() -> HttpRequest | None:
    """The request that is being answered, or ``None``."""
    return _under_way.get()


def keep_request(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Keep the request at hand while it is being answered."""

    def answer(request: HttpRequest) -> HttpResponse:
        before = _under_way.set(request)
        try:
            return get_response(request)
        finally:
            _under_way.reset(before)

    return answer
