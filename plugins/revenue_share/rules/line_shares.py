"""Which part of its base a line of a statement gives its party, by the terms it was booked under.

A line adds up many events, and rounding is carried from one to the next: the part of the base is
the line's amount but for less than one minor unit for each version and currency. Where the fee of
a processor is shared by weight, that is true of both lines together, since what a party gets of a
sale is rounded as a whole. What is taken back comes out of stored units, so that it may differ by
as much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from partnerships.data import PRO_RATA, RevenueTerms

from ..data import EventLine, Part, StatementLine

#: What a party bears, has received or is charged for is its own as a whole.
_WHOLE = (Part.DISPUTE_FEE, Part.COLLECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The parts of one party under versions of agreements, by agreement and number."""

    party: str = ""
    terms: Mapping[tuple[str, int], RevenueTerms] = field(default_factory=dict)
    # A file of events asks of a million lines, which are of a handful of versions.
    _known: dict[tuple[Part, str, int], Fraction | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    def of(self, line: StatementLine | EventLine) -> Fraction | None:
        """The party's part of the line's base; ``None`` where no terms say one.

        So it is of what comes before the shares, of seats, of what people have entered, and of a
        version that is not known.
        """
        key = (line.part, line.agreement, line.version)
        if key not in self._known:
            terms = self.terms.get(key[1:])
            self._known[key] = None if terms is None else share_of(line.part, self.party, terms)
        return self._known[key]


#: Where nobody asks for them.
NO_SHARES = Shares()


def share_of(part: Part, party: str, terms: RevenueTerms) -> Fraction | None:
    """A party's part of what is shared, taken back or borne, from 0 to 1; ``None`` if none is."""
    if part in _WHOLE:
        return Fraction(1)
    bearers = {
        Part.SHARE: PRO_RATA,
        Part.MIRROR: PRO_RATA,
        Part.PROCESSOR_FEE: terms.processor_fee,
        Part.LOST_FEE: terms.lost_processor_fee,
    }
    bearer = bearers.get(part, "")
    if bearer == PRO_RATA:
        return _by_weight(party, terms)
    return Fraction(1) if bearer == party and party else None


def _by_weight(party: str, terms: RevenueTerms) -> Fraction | None:
    weights = dict(terms.weights())
    return Fraction(weights[party], sum(weights.values())) if party in weights else None
