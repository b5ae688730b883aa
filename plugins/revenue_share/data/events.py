"""What happened outside, and how it is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from ..exceptions import RevenueShareError

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
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_LOST = "dispute_lost"
    DISPUTE_WON = "dispute_won"
    ADJUSTMENT = "adjustment"
    REMITTANCE = "remittance"


#: Events about seats that the fund pays: they share nothing, and may move nothing.
SEATS = (EventKind.WAIVED_SEAT, EventKind.RETURNED_SEAT)
#: A payer's bank took money of a sale, kept it, or gave it back. To lose moves nothing by itself.
DISPUTES = (EventKind.DISPUTE_OPENED, EventKind.DISPUTE_LOST, EventKind.DISPUTE_WON)


class Part(StrEnum):
    """Why a party's position changes with an event.

    ``MIRROR`` takes shares back, and gives them again when a dispute is won. ``RECOUPED`` comes
    before the shares. ``COLLECTED`` is what a merchant of record has received and owes,
    ``REMITTED`` what a party has paid over to the platform.
    """

    SHARE = "share"
    MIRROR = "mirror"
    RECOUPED = "recouped"
    PROCESSOR_FEE = "processor_fee"
    LOST_FEE = "lost_fee"
    DISPUTE_FEE = "dispute_fee"
    COLLECTED = "collected"
    REMITTED = "remitted"
    ADJUSTMENT = "adjustment"
    SEAT = "seat"


#: The parts that a bank takes of a sale, and that come again when the dispute is won.
TAKEN_BY_BANKS = (Part.MIRROR, Part.RECOUPED, Part.PROCESSOR_FEE, Part.LOST_FEE)


class Amounts(NamedTuple):
    """What an amount of a sale consists of, in minor units: to be shared, tax, processor's fee."""

    net: int
    tax: int
    fee: int

    @property
    def gross(self) -> int:
        """All of it."""
        return self.net + self.tax + self.fee

    def less(self, other: Amounts) -> Amounts:
        """Each part less that of another amount."""
        return Amounts(self.net - other.net, self.tax - other.tax, self.fee - other.fee)

    def plus(self, other: Amounts) -> Amounts:
        """Each part and that of another amount."""
        return Amounts(self.net + other.net, self.tax + other.tax, self.fee + other.fee)


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
    """What booking a fact did: ``parts`` holds each part's units per party.

    A fact about several sales is one event for each; here they are one. ``is_unallocated``: no
    terms were in force, so nobody's position changed.
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
    disputes: int = 0
    waiting: tuple[RevenueShareError, ...] = ()
