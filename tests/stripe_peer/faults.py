"""What goes wrong between a caller and Stripe, once for each time it is planned.

What a retry meets is as at Stripe (docs.stripe.com/error-low-level): what failed before the call
began is tried afresh, what the call answered is kept under its idempotency key, a 500 included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from threading import Event, Lock

from stripe_peer.refusals import API, Refusal

LONGEST_WAIT = 10.0  # seconds; a test that forgets to let go ends, and fails


class Fault(Enum):
    """One way to go wrong."""

    LOST_BEFORE = "the connection ends, and nothing was done"
    LOST_AFTER = "it was done, and the connection ends without an answer"
    HALF_ANSWERED = "it was done, and the connection ends in the middle of the answer"
    RATE_LIMITED = "429: too many requests, nothing was done, and nothing is kept under the key"
    DOWN = "503: nothing was done, and nothing is kept under the key"
    NOT_JSON = "502 with a page for people: nothing was done"
    FAILED = "500: the call began and failed, and that is kept under the key"
    DIES_BEFORE = "the server goes down before it has done anything"
    DIES_AFTER = "the server goes down after it has done it and before it answers"


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A call that has begun and waits: ``begun`` is set when it does, ``release`` lets it go on."""

    begun: Event = field(default_factory=Event)
    _released: Event = field(default_factory=Event)

    def release(self) -> None:
        """Let the call go on."""
        self._released.set()

    def wait(self) -> None:
        """Wait to be let go, as the call that is held."""
        self.begun.set()
        if not self._released.wait(LONGEST_WAIT):
            raise Refusal("The test never let this call go.", status=500, kind=API)


@dataclass(frozen=True, slots=True)
class _Planned:
    method: str
    path: str
    what: Fault | Held


class Faults:
    """The faults that a test has planned; each strikes once, the oldest first."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._lock = Lock()

    def plan(self, fault: Fault, method: str = "POST", path: str = "") -> None:
        """Let the next call go wrong whose address begins with ``path``."""
        self._add(_Planned(method, path, fault))

    def hold(self, method: str = "POST", path: str = "") -> Held:
        """Let the next such call begin, and wait until it is released."""
        held = Held()
        self._add(_Planned(method, path, held))
        return held

    def _add(self, planned: _Planned) -> None:
        with self._lock:
            self._planned.append(planned)

    def take(self, method: str, path: str) -> Fault | Held | None:
        """What strikes this call, if anything."""
        with self._lock:
            for planned in self._planned:
                if planned.method == method and path.startswith(planned.path):
                    self._planned.remove(planned)
                    return planned.what
        return None


def fail() -> None:
    """Fail in the middle of a call.

    Raises:
        Refusal: always. The SDK is told not to try again: its key would meet the same answer.
    """
    raise Refusal("An unknown error occurred.", status=500, kind=API, should_retry=False)


RATE_LIMITED = Refusal(
    "Request rate limit exceeded.", status=429, code="rate_limit", should_retry=True
)
DOWN = Refusal("Stripe is temporarily unavailable.", status=503, kind=API, should_retry=True)
