"""The carried remainders of one version of the terms in one currency, while they are locked."""

from __future__ import annotations

from uuid import UUID

from fairgate_tables.asking import setting_each
from fairgate_tables.sending import Statement

from .. import lock_objects
from ..data import Units, Weights
from ..exceptions import CarriesDiffer
from ..models import CarriedRemainder


class RowsMissing(Exception):
    """What a sale locks is made before its transaction: this is the first one under its terms."""


class Carries:
    """What rounding owes each party, and the weights that it is shared by."""

    def __init__(self, terms_version: UUID, currency: str, agreed: Weights | None = None) -> None:
        """Lock the rows. ``agreed`` are the weights of the terms, where the caller has them.

        Raises:
            RowsMissing: nothing was shared under these terms yet (``lock_objects.make_carries``).
            CarriesDiffer: the rows have other weights, or are not over their sum.
        """
        self._rows = lock_objects.lock_carries(terms_version, currency)
        if not self._rows:
            raise RowsMissing
        self.weights: Weights = tuple((row.party, row.weight) for row in self._rows)
        whole = sum(weight for _, weight in self.weights)
        if self.weights != (agreed or self.weights) or any(
            row.denominator != whole for row in self._rows
        ):
            raise CarriesDiffer(
                "What rounding owes under the terms %(version)s in %(currency)s is not kept by "
                "their weights: revenue_share_check says what is broken.",
                version=terms_version,
                currency=currency,
            )

    @property
    def numerators(self) -> dict[str, int]:
        """The carries by party, in the parties' order."""
        return {row.party: row.numerator for row in self._rows}

    def follow(self, carries: Units) -> None:
        """Note the carries after something was shared; ``changes`` writes them."""
        for row in self._rows:
            row.numerator = carries[row.party]

    def changes(self) -> list[Statement]:
        """What writes the carries as they are by now."""
        return [setting_each(CarriedRemainder, self._rows, "numerator")]
