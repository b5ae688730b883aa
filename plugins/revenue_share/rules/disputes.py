"""What a dispute has taken as it stands, and whether what is told of it is news."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from fee_payments.data import DisputeState

from ..data import EventKind

#: A decision ends what was opened; it can be decided anew, and then the later one counts.
_RANK = {DisputeState.OPENED: 0, DisputeState.LOST: 1, DisputeState.WON: 1}

KINDS = {
    DisputeState.OPENED: EventKind.DISPUTE_OPENED,
    DisputeState.LOST: EventKind.DISPUTE_LOST,
    DisputeState.WON: EventKind.DISPUTE_WON,
}


class Told(NamedTuple):
    """A dispute as it was told: amounts in minor units of one currency."""

    state: DisputeState
    told_at: datetime
    amount: int
    fee: int

    @property
    def taken(self) -> int:
        """What the bank has of the payment; what it gave back it has not."""
        return 0 if self.state is DisputeState.WON else self.amount

    @property
    def kind(self) -> EventKind:
        """The event that it is booked as."""
        return KINDS[self.state]


def is_newer(told: Told, known: Told | None) -> bool:
    """Whether what is told says something that came after what is known."""
    if known is None:
        return True
    if _RANK[told.state] != _RANK[known.state]:
        return _RANK[told.state] > _RANK[known.state]
    if told.state is known.state:
        return told.told_at >= known.told_at and told != known
    return told.told_at > known.told_at


def steps_to(told: Told, known: Told | None, *, opened_at: datetime) -> tuple[Told, ...]:
    """What is to be booked, in order: nothing is lost or won that was not opened."""
    if known is None and told.state is not DisputeState.OPENED:
        opening = Told(DisputeState.OPENED, opened_at, told.amount, told.fee)
        return (opening, told)
    return (told,)
