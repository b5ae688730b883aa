"""The Content-Security-Policy of the demo: a page may load nothing from any other host."""

from __future__ import annotations

import secrets
from collections.abc import Callable

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
