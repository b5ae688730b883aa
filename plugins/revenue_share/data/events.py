"""What happened outside, and how it is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

#: Party code -> signed minor units, in the fixed order of the parties.
Units = Mapping[str, int]
#: Party code and whole weight, in the fixed order that breaks ties.
Weights = tuple[tuple[str, int], ...]


class EventKind(StrEnum):
    """What happened outside the books."""

    SALE = "sale"
    REFUND = "refund"
    WAIVED_SEAT = "waived_seat"
    RETURNED_SEAT = "returned_seat"


#: Events about seats that the fund pays: they share nothing, and may move nothing.
SEATS = (EventKind.WAIVED_SEAT, EventKind.RETURNED_SEAT)


class Part(StrEnum):
    """Why a party's position changes with an event."""

    SHARE = "share"
    MIRROR = "mirror"
    LOST_FEE = "lost_fee"
    SEAT = "seat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Whole units per party, and each party's carry afterwards.

    A carry is the numerator of a fraction of a minor unit; its denominator is the sum of the
    weights. Positive: the party is still owed that much.
    """

    units: Units
    carries: Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What booking an event did: ``parts`` holds each part's units per party.

    ``is_unallocated``: no terms were in force, so nobody's position changed.
    """

    event: UUID
    kind: EventKind
    currency: str
    period: str
    is_unallocated: bool
    parts: Mapping[Part, Units]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtUp:
    """How many facts were booked that nobody had told the books about; ``waiting`` are left."""

    payments: int
    refunds: int
    seats: int
    returned: int = 0
    waiting: tuple[str, ...] = ()
