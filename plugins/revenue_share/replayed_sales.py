"""A sale of a file while it is replayed: what each course of it brought, kept and gave back.

Takes back and gives again by the rules of the books (``rules``), without their tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from partnerships.data import RevenueTerms

from .data import TAKEN_BY_BANKS, Amounts, EventKind, Part, Units
from .rules import refunds
from .rules.sharing import NOTHING, Shared, give_again, sharing_of, take_back

Kept = dict[str, dict[str, int]]


@dataclass(slots=True)
class Piece:
    """What a sale is for one course, and what of it is where: minor units.

    ``kept`` is what each party has of it, by part; ``taken`` what of that banks have.
    """

    course: str
    brought: Amounts
    terms: RevenueTerms | None
    gone: Amounts = NOTHING
    disputed: Amounts = NOTHING
    paid_back: int = 0
    kept: Kept = field(default_factory=dict)
    taken: Kept = field(default_factory=dict)

    @property
    def left(self) -> Amounts:
        """What of it is left."""
        return self.brought.less(self.gone)

    def excess_after(self, change: int) -> int:
        """By how much the excess grows when so much more goes back than did until now."""
        brought, gone = self.brought.gross, self.paid_back
        return refunds.excess(brought, gone + change) - refunds.excess(brought, gone)

    def keep(self, units: Mapping[Part, Units]) -> None:
        """Count what parties get, or give back; what a merchant owes is no part of it."""
        for part, by_party in units.items():
            if part is not Part.COLLECTED:
                _add(self.kept, Part.SHARE if part is Part.MIRROR else part, by_party)

    def lower(self, change: Change, units: Mapping[Part, Units]) -> None:
        """Count what went back, or came again."""
        self.gone = self.gone.plus(change.taken)
        self.paid_back += change.gross
        self.keep(units)
        if change.is_dispute:
            self.disputed = self.disputed.plus(change.taken)
            for part in TAKEN_BY_BANKS:
                _add(self.taken, part, units.get(part, {}))

    def stored(self) -> list[Any]:
        """The piece as a shelf keeps it."""
        version = None if self.terms is None else str(self.terms.version_uuid)
        return [self.course, self.brought, version, self.gone, self.disputed, self.paid_back,
                self.kept, self.taken]  # fmt: skip

    @classmethod
    def of(cls, stored: list[Any], terms: Mapping[str, RevenueTerms]) -> Piece:
        """The piece that a shelf has kept; ``terms`` are found by the uuid of the version."""
        course, brought, version, gone, disputed, paid_back, kept, taken = stored
        return cls(
            course, Amounts(*brought), terms.get(version), Amounts(*gone), Amounts(*disputed),
            paid_back, kept, taken,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one event changes of one piece: ``taken`` is below zero for what comes again.

    ``excess`` goes back beyond what the piece brought, ``dispute_fee`` on top of all.
    """

    taken: Amounts
    excess: int = 0
    dispute_fee: int = 0
    is_dispute: bool = False

    @property
    def gross(self) -> int:
        """All that is paid out for it, but for a dispute's fee."""
        return self.taken.gross + self.excess

    @property
    def unshared(self) -> int:
        """What of it no party gets where there are no terms: below zero for what goes back."""
        return self.taken.tax - self.gross - self.dispute_fee

    def shared(self, piece: Piece, terms: RevenueTerms, carries: Units) -> Shared:
        """What it takes of each party, or gives it again."""
        common: dict[str, Any] = {
            "excess": self.excess, "dispute_fee": self.dispute_fee,
            "sharing": sharing_of(terms), "carries": carries,
        }  # fmt: skip
        if self.taken.gross < 0:
            return give_again(NOTHING.less(self.taken), taken=piece.taken, **common)
        return take_back(self.taken, kept=piece.kept, **common)


@dataclass(slots=True)
class Dispute:
    """A dispute as it stands: what it has taken by now, and of which piece."""

    amount: int = 0
    fee: int = 0
    shares: list[int] = field(default_factory=list)


def refund_changes(told: Amounts, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, Change]]:
    """What a refund takes of which piece; the first bears what banks have already."""
    lefts = [piece.left for piece in pieces]
    left, taken = refunds.total_of(lefts), told
    if not refunds.does_fit(taken, left):
        taken = refunds.amounts_in(min(told.gross, left.gross), left)
    beyond = told.gross - taken.gross
    for place, (piece, part) in enumerate(zip(pieces, refunds.by_sale(taken, lefts), strict=True)):
        if part != NOTHING or not place:
            yield piece, Change(taken=part, excess=0 if place else beyond)


def dispute_changes(
    kind: EventKind, amount: int, fee: int, dispute: Dispute, pieces: Sequence[Piece]
) -> Iterator[tuple[Piece, Change]]:
    """What a bank takes of which piece, or gives back, and what the provider charges for it."""
    dispute.shares = dispute.shares or [0] * len(pieces)
    taken = 0 if kind is EventKind.DISPUTE_WON else amount
    more = taken - dispute.amount
    if more >= 0:
        amounts = refunds.shares_of(more, [piece.left.gross for piece in pieces])
    else:
        amounts = tuple(-share for share in refunds.shares_of(-more, dispute.shares))
    weights = [piece.brought.gross for piece in pieces]
    fees = [
        new - old
        for new, old in zip(
            refunds.split_by(fee, weights), refunds.split_by(dispute.fee, weights), strict=True
        )
    ]
    dispute.amount, dispute.fee = taken, fee
    for place, piece in enumerate(pieces):
        dispute.shares[place] += amounts[place]
        yield piece, _dispute_change(piece, amounts[place], fees[place])


def _dispute_change(piece: Piece, amount: int, fee: int) -> Change:
    excess = piece.excess_after(amount)
    if amount < 0:
        taken = NOTHING.less(refunds.amounts_in(excess - amount, piece.disputed))
    else:
        taken = refunds.amounts_in(amount - excess, piece.left) if amount else NOTHING
    return Change(taken=taken, excess=excess, dispute_fee=fee, is_dispute=True)


def _add(kept: Kept, part: Part, units: Units) -> None:
    by_party = kept.setdefault(part.value, {})
    for party, value in units.items():
        by_party[party] = by_party.get(party, 0) + value
