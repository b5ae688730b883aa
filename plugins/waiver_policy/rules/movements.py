"""What a movement of money does to the four columns of a fund. Minor units; no currency."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """By how much each column of a fund changes."""

    available: int = 0
    reserved: int = 0
    committed: int = 0
    shortfall: int = 0

    def __add__(self, other: Change) -> Change:
        return Change(
            available=self.available + other.available,
            reserved=self.reserved + other.reserved,
            committed=self.committed + other.committed,
            shortfall=self.shortfall + other.shortfall,
        )


def coming_in(minor: int, *, shortfall: int) -> Change:
    """Money becomes free: what the fund owes is paid first."""
    covered = min(minor, shortfall)
    return Change(available=minor - covered, shortfall=-covered)


def clawed_back(minor: int, *, available: int) -> Change:
    """Money is called back: what is free goes at once, the rest is owed. No grant is touched."""
    taken = min(minor, available)
    return Change(available=-taken, shortfall=minor - taken)


def held(minor: int) -> Change:
    """Free money is held for a grant."""
    return Change(available=-minor, reserved=minor)


def spent(minor: int) -> Change:
    """Held money is spent."""
    return Change(reserved=-minor, committed=minor)


def freed(minor: int, *, shortfall: int) -> Change:
    """Held money is free again."""
    return Change(reserved=-minor) + coming_in(minor, shortfall=shortfall)


def given_back(minor: int, *, shortfall: int) -> Change:
    """Spent money is free again."""
    return Change(committed=-minor) + coming_in(minor, shortfall=shortfall)
