"""The carried remainders of one version of the terms in one currency, while they are locked."""

from __future__ import annotations

from uuid import UUID

from .. import lock_objects
from ..data import Units, Weights
from ..models import CarriedRemainder


class Carries:
    """What rounding owes each party, and the weights that it is shared by."""

    def __init__(self, terms_version: UUID, currency: str) -> None:
        """Lock the rows; they are there since the first sale under these terms."""
        self._rows = lock_objects.lock_carries(terms_version, currency)
        self.weights: Weights = tuple((row.party, row.weight) for row in self._rows)

    @property
    def numerators(self) -> dict[str, int]:
        """The carries by party, in the parties' order."""
        return {row.party: row.numerator for row in self._rows}

    def follow(self, carries: Units) -> None:
        """Keep the carries after something was shared."""
        for row in self._rows:
            row.numerator = carries[row.party]
        CarriedRemainder.objects.bulk_update(self._rows, ["numerator"])
