"""How Stripe says no: an HTTP status and ``{"error": {type, code, message, param}}``.

docs.stripe.com/api/errors lists the fields and types, docs.stripe.com/error-codes the codes. Where
the words of a message are known they are Stripe's; a program should not read them.
"""

from __future__ import annotations

from typing import Any

INVALID_REQUEST = "invalid_request_error"
IDEMPOTENCY = "idempotency_error"
CARD = "card_error"
API = "api_error"


class Refusal(Exception):
    """An answer other than 200.

    ``should_retry`` becomes the header ``Stripe-Should-Retry``; with None there is no such header,
    and the SDK decides.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = INVALID_REQUEST,
        code: str | None = None,
        param: str | None = None,
        should_retry: bool | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param
        self.should_retry = should_retry
        self.more = more or {}

    def body(self) -> dict[str, Any]:
        """The answer as Stripe writes it; fields without a value are left out."""
        error = {"type": self.kind, "code": self.code, "message": self.message, "param": self.param}
        known = {name: value for name, value in error.items() if value is not None}
        return {"error": {**known, **self.more}}


def missing(kind: str, identifier: str, *, param: str = "id") -> Refusal:
    """There is no such object: 404 if the address names it, 400 if a parameter does."""
    return Refusal(
        f"No such {kind}: '{identifier}'",
        status=404 if param == "id" else 400,
        code="resource_missing",
        param=param,
    )


def not_modelled(what: str) -> Refusal:
    """Stripe would take it, the peer cannot: said aloud, since a test may rely on it."""
    return Refusal(
        f"The peer does not model {what}. Teach it before a test relies on it.",
        status=501,
        kind=API,
        code="peer_does_not_model",
        should_retry=False,
    )
