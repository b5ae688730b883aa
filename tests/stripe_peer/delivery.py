"""Events on their way to an endpoint (docs.stripe.com/webhooks).

Signed as the SDK signs. An endpoint that does not answer 2xx is asked again, later each time, for
three days, or three times within hours in a sandbox; the single waits are not published, so these
are ours. Each try is signed anew with its own time. No order is promised, and an event may come
twice: ``send`` does on demand what the network does by chance.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
import stripe

from stripe_peer import sessions
from stripe_peer.account import Account
from stripe_peer.store import Object

Receive = Callable[[bytes, Mapping[str, str]], int]

LIVE = tuple(timedelta(minutes=5 * 2**turn) for turn in range(9))  # 43 hours; the next is too late
SANDBOX = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=3))
SECRETS_OVERLAP = timedelta(hours=24)
TIMEOUT_SECONDS = 10
SIGNATURE_HEADER = "Stripe-Signature"


def post_to(url: str) -> Receive:
    """Deliver by HTTP; a connection that fails counts as the status 0."""

    def receive(body: bytes, headers: Mapping[str, str]) -> int:
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.post(
                    url,
                    data=body,
                    headers=dict(headers),
                    timeout=TIMEOUT_SECONDS,
                    allow_redirects=False,
                )
            except requests.RequestException:
                return 0
        return answer.status_code

    return receive


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """Where events go, and what they are signed with.

    Attributes:
        receive: takes body and headers, gives the HTTP status of the answer.
        secret: the newest signing secret.
        kinds: the types of events that are wanted; None for all.
    """

    receive: Receive
    secret: str = "whsec_peer"
    kinds: frozenset[str] | None = None
    _older: list[tuple[str, datetime]] = field(default_factory=list)

    def roll(self, secret: str, *, at: datetime, overlap: timedelta = SECRETS_OVERLAP) -> None:
        """Sign with a new secret, and with the old one as well until the overlap is over."""
        self._older.append((self.secret, at + overlap))
        self.secret = secret

    def secrets(self, at: datetime) -> list[str]:
        """The secrets in use, the newest first."""
        return [self.secret, *(secret for secret, until in self._older if at < until)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bent:
    """How a delivery differs from an honest one.

    Attributes:
        signed: values of the event that are changed before it is signed, by their path
            (``data.object.amount_total``): what a mistaken provider would send.
        unsigned: values changed after it was signed: what somebody on the way would do.
        age: how old the signature is.
        secret: what it is signed with instead.
        header: the header instead of a signature; empty for none.
    """

    signed: Mapping[str, Any] = field(default_factory=dict)
    unsigned: Mapping[str, Any] = field(default_factory=dict)
    age: timedelta = timedelta(0)
    secret: str | None = None
    header: str | None = None


HONEST = Bent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One delivery: which event, when, which try it was (from 1), and the status of the answer."""

    event_id: str
    at: datetime
    number: int
    status: int

    @property
    def arrived(self) -> bool:
        """Whether the endpoint took it."""
        return 200 <= self.status < 300


@dataclass(slots=True)
class _Parcel:
    event: Object
    due: datetime
    tries: int = 0


class Courier:
    """Brings what happens in an account to one endpoint, when the test asks for it."""

    def __init__(
        self, account: Account, endpoint: Endpoint, *, waits: tuple[timedelta, ...] = LIVE
    ) -> None:
        self.endpoint = endpoint
        self.attempts: list[Attempt] = []
        self._account = account
        self._waits = waits
        self._known: set[str] = set()
        self._parcels: list[_Parcel] = []

    def deliver_due(self) -> list[Attempt]:
        """Bring everything that is due by now, in the order in which it became due."""
        self._collect()
        now = self._account.clock.now
        due = sorted((one for one in self._parcels if one.due <= now), key=lambda one: one.due)
        return [self._bring(parcel) for parcel in due]

    @property
    def next_due(self) -> datetime | None:
        """When the next delivery is due; None if nothing is left to bring."""
        self._collect()
        return min((parcel.due for parcel in self._parcels), default=None)

    def postpone(self, event_id: str, by: timedelta) -> None:
        """Let one event be late."""
        self._collect()
        for parcel in self._parcels:
            if parcel.event["id"] == event_id:
                parcel.due += by

    def send(self, events: Iterable[str], bent: Bent = HONEST) -> list[Attempt]:
        """Bring these events now, in this order, as often as they are named; nothing is retried."""
        with self._account.lock:
            found = [self._account.store.get("event", one) for one in events]
        return [self._post(event, number=1, bent=bent) for event in found]

    def _collect(self) -> None:
        with self._account.lock:
            sessions.expire_due(self._account)
            new = [
                event
                for event in self._account.store.oldest("event")
                if event["id"] not in self._known
            ]
        for event in new:
            self._known.add(event["id"])
            if self.endpoint.kinds is None or event["type"] in self.endpoint.kinds:
                self._parcels.append(_Parcel(event, self._account.clock.now))

    def _bring(self, parcel: _Parcel) -> Attempt:
        attempt = self._post(parcel.event, number=parcel.tries + 1, bent=HONEST)
        parcel.tries += 1
        if attempt.arrived or parcel.tries > len(self._waits):
            self._parcels.remove(parcel)
        else:
            parcel.due = attempt.at + self._waits[parcel.tries - 1]
        return attempt

    def _post(self, event: Object, *, number: int, bent: Bent) -> Attempt:
        at = self._account.clock.now
        signed = _changed(event, bent.signed)
        header = (
            self._header(_body(signed), at - bent.age, bent) if bent.header is None else bent.header
        )
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if header:
            headers[SIGNATURE_HEADER] = header
        status = self.endpoint.receive(_body(_changed(signed, bent.unsigned)).encode(), headers)
        attempt = Attempt(event_id=event["id"], at=at, number=number, status=status)
        self.attempts.append(attempt)
        return attempt

    def _header(self, body: str, at: datetime, bent: Bent) -> str:
        """One ``v1`` for each secret in use."""
        stamp = int(at.timestamp())
        secrets = [bent.secret] if bent.secret is not None else self.endpoint.secrets(at)
        first, *more = [
            stripe.WebhookSignature.generate_signature_header(body, secret, stamp)
            for secret in secrets
        ]
        return ",".join([first, *(header.partition(",")[2] for header in more)])


def _body(event: Object) -> str:
    """An event as Stripe writes it: indented by two."""
    return json.dumps(event, indent=2, ensure_ascii=False)


def _changed(event: Object, changes: Mapping[str, Any]) -> Object:
    changed = deepcopy(event)
    for path, value in changes.items():
        *way, last = path.split(".")
        inner = changed
        for step in way:
            inner = inner[step]
        inner[last] = value
    return changed
