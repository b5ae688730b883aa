"""From a request to its answer, in Stripe's order.

The key of the account, the call, the idempotency key, the parameters, and only then the call
itself. So a wrong parameter leaves its idempotency key free, and a refused payment does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from stripe_peer import sessions
from stripe_peer.account import Account, Cause
from stripe_peer.encoding import Nested, decode, encode
from stripe_peer.expanding import shown
from stripe_peer.idempotency import Keys
from stripe_peer.parameters import check, check_modelled
from stripe_peer.refusals import Refusal, not_modelled
from stripe_peer.routes import Route, route_of
from stripe_peer.store import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came by HTTP; names of headers in lower case, ``form`` from the address or the body."""

    method: str
    path: str
    form: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back by HTTP."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def nothing_happens() -> None:
    """What usually happens while a call is carried out."""


class Peer:
    """Stripe, as far as one account sees it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._keys: Keys[Answer] = Keys(account.clock)
        self._count = count(1)

    def answer(
        self, request: Request, *, meanwhile: Callable[[], None] = nothing_happens
    ) -> Answer:
        """Carry a call out, or give the kept answer of its idempotency key.

        Args:
            request: the call.
            meanwhile: runs once the call has begun and before it has an effect; what it refuses is
                an answer of the call, and kept as one.
        """
        request_id = f"req_{next(self._count):014d}"
        try:
            self._let_in(request)
            route, ids = route_of(request.method, request.path)
            given = decode(request.form)
            answer = self._answer_once(request, route, ids, given, request_id, meanwhile)
        except Refusal as refusal:
            answer = refused(refusal)
        return replace(answer, headers={"Request-Id": request_id, **answer.headers})

    def _let_in(self, request: Request) -> None:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if key != self.account.secret_key:
            told = f"{key[:8]}{'*' * max(len(key) - 12, 0)}{key[-4:]}"
            raise Refusal(
                f"Invalid API Key provided: {told}" if key else "You did not provide an API key.",
                status=401,
            )
        version = request.headers.get("stripe-version", self.account.api_version)
        if version != self.account.api_version:
            raise not_modelled(f"the API version {version}, only {self.account.api_version}")

    def _answer_once(
        self,
        request: Request,
        route: Route,
        ids: tuple[str, ...],
        given: Nested,
        request_id: str,
        meanwhile: Callable[[], None],
    ) -> Answer:
        key = request.headers.get("idempotency-key") if request.method == "POST" else None
        cause = Cause(request_id=request_id, idempotency_key=key or None)
        if not key:
            return self._carry_out(route, ids, _checked(route, given), cause, meanwhile)
        if (kept := self._keys.begin(key, _fingerprint(request, given))) is not None:
            return replace(kept, headers={**kept.headers, "Idempotent-Replayed": "true"})
        try:
            params = _checked(route, given)
        except Refusal:
            self._keys.forget(key)
            raise
        done = self._carry_out(route, ids, params, cause, meanwhile)
        answer = replace(
            done,
            headers={**done.headers, "Idempotency-Key": key, "Original-Request": request_id},
        )
        self._keys.keep(key, answer)
        return answer

    def _carry_out(
        self,
        route: Route,
        ids: tuple[str, ...],
        params: Nested,
        cause: Cause,
        meanwhile: Callable[[], None],
    ) -> Answer:
        expand = params.pop("expand", [])
        try:
            meanwhile()
            with self.account.lock:
                self.account.cause = cause
                sessions.expire_due(self.account)
                subject = route.answer(self.account, params, *ids)
                return _json(200, shown(self.account, subject, expand))
        except Refusal as refusal:
            return refused(refusal)


def _checked(route: Route, given: Nested) -> Nested:
    params = check(route.shape, given)
    check_modelled(params, route.names)
    return params


def _fingerprint(request: Request, given: Nested) -> str:
    """What a key is compared by: the call and its parameters, in whatever order they were sent."""
    called = f"{request.method} {request.path} {encode(given)}"
    return hashlib.sha256(called.encode()).hexdigest()


def refused(refusal: Refusal) -> Answer:
    """The answer that a refusal is."""
    headers = {}
    if refusal.should_retry is not None:
        headers["Stripe-Should-Retry"] = str(refusal.should_retry).lower()
    return _json(refusal.status, refusal.body(), headers)


def _json(status: int, content: Object, headers: Mapping[str, str] | None = None) -> Answer:
    body = json.dumps(content, ensure_ascii=False).encode()
    return Answer(
        status=status, body=body, headers={"Content-Type": "application/json", **(headers or {})}
    )
