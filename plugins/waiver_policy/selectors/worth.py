"""What an offering costs, as the app that sells offerings says.

This app knows an offering by its code only. Who knows prices says here how to ask for them; where
nobody does, an amount is unknown, and what depends on it takes the careful way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fairgate.errors import FairgateError
from fairgate.money import Money

_worth_of: Callable[[str], Sequence[Money]] | None = None


def value_offerings_with(worth_of: Callable[[str], Sequence[Money]] | None) -> None:
    """Ask ``worth_of`` from now on; ``None``: nobody knows."""
    global _worth_of
    _worth_of = worth_of


def offering_worth(code: str) -> tuple[Money, ...]:
    """The prices of an offering and what a seat costs the fund; nothing where nobody knows."""
    if _worth_of is None:
        return ()
    try:
        return tuple(_worth_of(code))
    except FairgateError:
        return ()
