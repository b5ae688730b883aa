"""What a closed month would have given under other terms."""

from __future__ import annotations

from dataclasses import dataclass

from fairgate.money import Money, total

from .events import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class DryLine:
    """A line of a party as it was booked, and as the other terms give it.

    ``period`` is the month of the sales. The party "" is what is not allocated.
    """

    party: str
    currency: str
    part: Part
    period: str
    course_key: str
    offering_code: str
    booked: Money
    proposed: Money

    @property
    def difference(self) -> Money:
        """What the party would have got more; below zero, less."""
        return self.proposed - self.booked


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """All lines of a month, by currency, party, month of the sales, course, offering and part.

    ``recomputed`` events are shared anew, ``as_booked`` ones are the same on both sides.
    """

    period: str
    lines: tuple[DryLine, ...]
    recomputed: int
    as_booked: int

    def of(self, party: str, currency: str) -> tuple[DryLine, ...]:
        """The lines of one party in one currency."""
        return tuple(
            line for line in self.lines if (line.party, line.currency) == (party, currency)
        )

    def sums(self) -> tuple[tuple[str, str, Money, Money], ...]:
        """Currency, party, and the sums of its lines: as booked, and as proposed."""
        keys = dict.fromkeys((line.currency, line.party) for line in self.lines)
        return tuple(
            (
                currency,
                party,
                total([line.booked for line in self.of(party, currency)], currency),
                total([line.proposed for line in self.of(party, currency)], currency),
            )
            for currency, party in keys
        )
