"""What parties recoup under one agreement in one currency, while it is locked."""

from __future__ import annotations

from collections.abc import Sequence

from fairgate_tables.asking import setting_each
from fairgate_tables.sending import Statement

from .. import lock_objects
from ..data import Units
from ..models import RecoupmentStanding
from .carries import RowsMissing


class Recoupments:
    """How much each party has got before the shares."""

    def __init__(self, agreement: str, currency: str) -> None:
        """Lock the rows; they are there since the first sale that they came off."""
        self._rows = lock_objects.lock_recoupments(agreement, currency)
        self._changed: set[str] = set()

    def left(self, stated: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
        """Who may still recoup how much of what a version of the terms states, in its order.

        Raises:
            RowsMissing: nobody did yet (``lock_objects.make_recoupments``).
        """
        if any(party not in self._rows for party, _ in stated):
            raise RowsMissing
        return [
            (party, max(amount - self._rows[party].recouped_minor, 0)) for party, amount in stated
        ]

    def follow(self, recouped: Units) -> None:
        """Note what was recouped; below zero, it is to be recouped again. ``changes`` writes it."""
        for party, units in recouped.items():
            if units:
                self._rows[party].recouped_minor += units
                self._changed.add(party)

    def changes(self) -> list[Statement]:
        """What writes what was recouped by now."""
        rows = [self._rows[party] for party in sorted(self._changed)]
        return [setting_each(RecoupmentStanding, rows, "recouped_minor")] if rows else []
