"""What parties recoup under one agreement in one currency, while it is locked."""

from __future__ import annotations

from collections.abc import Sequence

from .. import lock_objects
from ..data import Units
from ..models import RecoupmentStanding


class Recoupments:
    """How much each party has got before the shares."""

    def __init__(self, agreement: str, currency: str) -> None:
        """Lock the rows; they are there since the first sale that they came off."""
        self._rows = lock_objects.lock_recoupments(agreement, currency)

    def left(self, stated: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        """Who may still recoup how much of what a version of the terms states, in its order."""
        return [
            (party, max(amount - self._rows[party].recouped_minor, 0)) for party, amount in stated
        ]

    def follow(self, recouped: Units) -> None:
        """Keep what was recouped; below zero, it is to be recouped again."""
        changed = [self._rows[party] for party, units in recouped.items() if units]
        for row in changed:
            row.recouped_minor += recouped[row.party]
        RecoupmentStanding.objects.bulk_update(changed, ["recouped_minor"])
