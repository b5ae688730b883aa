"""Facts from outside: each is booked once, by its uuid, and a repetition has to say the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fairgate_tables.transactions import in_transaction

from ..data import Amounts, Booking, EventKind
from ..exceptions import KeyReused
from ..rules.fingerprints import fingerprint
from ..selectors import events


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What came from outside, in minor units; ``sale_uuid`` is set for a refund.

    Two facts with one uuid must be equal in everything that moves money, or one of them is wrong.
    Country and class of the payer are there for reports.
    """

    uuid: UUID
    kind: EventKind
    currency: str
    gross: int
    tax: int
    fee: int
    net: int
    occurred_at: datetime
    course_key: str = ""
    offering_code: str = ""
    country: str = ""
    payer_class: str = ""
    sale_uuid: UUID | None = None

    @property
    def payload_sha256(self) -> str:
        """The fingerprint that a repetition is compared with."""
        return fingerprint(
            self.kind.value,
            self.currency,
            self.gross,
            Amounts(self.net, self.tax, self.fee),
            self.occurred_at,
            course_key=self.course_key,
            offering_code=self.offering_code,
            sale_uuid=self.sale_uuid,
        )

    @property
    def taken(self) -> Amounts:
        """What a refund takes back, as it was told."""
        return Amounts(-self.net, self.tax, self.fee)


class BookedByAnother(Exception):
    """Another worker booked the same fact while this one was at it."""


def first_booking(fact: Fact) -> Booking | None:
    """How a fact was booked before, if it was.

    Raises:
        KeyReused: with other amounts or dates.
    """
    if not events.is_booked(fact.uuid):
        return None
    found = events.events_of(fact.uuid)
    _check_same(found[0].payload_sha256, fact)
    return events.booking_of(found)


def new_facts(facts: Iterable[Fact]) -> list[Fact]:
    """Those of many facts that are not booked, in their order, each once; one query.

    Raises:
        KeyReused: one is booked, or among them a second time, with other amounts or dates.
    """
    told = list(facts)
    booked = events.fingerprints(fact.uuid for fact in told)
    new: dict[UUID, Fact] = {}
    for fact in told:
        known = booked.get(fact.uuid)
        if known is None:
            known = new.setdefault(fact.uuid, fact).payload_sha256
        _check_same(known, fact)
    return list(new.values())


@in_transaction
def booking_of_another(fact: Fact) -> Booking:
    """How another worker has just booked a fact.

    Raises:
        KeyReused: with other amounts or dates.
    """
    found, booking = events.newest_booking_of(fact.uuid)
    _check_same(found[0].payload_sha256, fact)
    return booking


def _check_same(known: str, fact: Fact) -> None:
    if known != fact.payload_sha256:
        raise KeyReused(
            "The fact %(key)s (%(kind)s) is in the books already, with other amounts or dates.",
            key=fact.uuid,
            kind=fact.kind.value,
        )
