"""One key, one answer (docs.stripe.com/api/idempotent_requests).

* The first answer of a key is kept, whatever it is, 500 included, once the call has begun.
* The same key with another call or other parameters is an error (docs.stripe.com/api/errors).
* What failed the check of parameters, or met another call with its key, is not kept.
* After 24 hours a key may be forgotten, and then is; using it again is a new call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from stripe_peer.clock import Clock
from stripe_peer.refusals import IDEMPOTENCY, Refusal

KEPT_FOR = timedelta(hours=24)
MAX_LENGTH = 255

Kept = TypeVar("Kept")


@dataclass(slots=True)
class _Entry(Generic[Kept]):
    fingerprint: str
    begun: datetime
    answer: Kept | None = field(default=None)


class Keys(Generic[Kept]):
    """The keys of an account, and the answers that they stand for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._entries: dict[str, _Entry[Kept]] = {}

    def begin(self, key: str, fingerprint: str) -> Kept | None:
        """The kept answer, or None: then the call is begun, and ends in ``keep`` or ``forget``.

        Raises:
            Refusal: 400, the key belongs to another call; 409, the call is going on elsewhere.
        """
        if len(key) > MAX_LENGTH:
            raise Refusal(f"Idempotency keys are at most {MAX_LENGTH} characters long.")
        with self._lock:
            self._prune()
            entry = self._entries.get(key)
            if entry is None:
                self._entries[key] = _Entry(fingerprint, self._clock.now)
                return None
        if entry.fingerprint != fingerprint:
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters they were "
                f"first used with. Try using a key other than '{key}' if you meant to execute a "
                "different request.",
                kind=IDEMPOTENCY,
            )
        if entry.answer is None:
            raise Refusal(
                "There is currently another in-progress request using this Idempotent Key (that "
                "probably means you submitted twice, and the other request is still going "
                f"through): {key}. Please try again later.",
                status=409,
                kind=IDEMPOTENCY,
                code="idempotency_key_in_use",
                should_retry=True,
            )
        return entry.answer

    def keep(self, key: str, answer: Kept) -> None:
        """Remember the answer of a call that was begun."""
        with self._lock:
            self._entries[key].answer = answer

    def forget(self, key: str) -> None:
        """The call did not begin after all: the key is free."""
        with self._lock:
            self._entries.pop(key, None)

    def _prune(self) -> None:
        oldest = self._clock.now - KEPT_FOR
        for key in [key for key, entry in self._entries.items() if entry.begun <= oldest]:
            del self._entries[key]
