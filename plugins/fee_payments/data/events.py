"""What providers told us, and what differs between them and us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fee_payments.data.payments import EventOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSummary:
    """An event of a provider, without what was sent; no ``outcome``: nobody has worked it yet."""

    pk: int
    provider: str
    kind: str
    outcome: EventOutcome | None
    sentence: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that is not the same at the provider, in our books, and at the door.

    ``what`` names it by its id, ``todo`` is the one thing to do. ``is_mended``: it was done.
    """

    what: str
    sentence: str
    todo: str
    is_mended: bool = False
