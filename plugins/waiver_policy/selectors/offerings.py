"""What an offering costs, and which course run it is of, as the app that sells offerings says.

This app knows an offering by its code only. Who knows more says here how to ask for it. Where
nobody does, an amount is unknown, and what depends on it takes the careful way; and the offering
counts as a course run of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from fairgate.errors import FairgateError
from fairgate.money import Money

_worth_of: Callable[[str], Sequence[Money]] | None = None
_course_run_of: Callable[[str], str] | None = None
_price_of: Callable[[str, str, date], Money] | None = None


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


def place_offerings_with(course_run_of: Callable[[str], str] | None) -> None:
    """Ask ``course_run_of`` from now on; ``None``: nobody knows."""
    global _course_run_of
    _course_run_of = course_run_of


def course_run_of(code: str) -> str:
    """The key of the course run that an offering is of; "" where nobody knows."""
    if _course_run_of is None:
        return ""
    try:
        return _course_run_of(code)
    except FairgateError:
        return ""


def price_offerings_with(price_of: Callable[[str, str, date], Money] | None) -> None:
    """Ask ``price_of`` from now on; ``None``: nobody knows."""
    global _price_of
    _price_of = price_of


def list_price(code: str, *, payer_class: str, on: date) -> Money | None:
    """What this class of payers would be quoted on a day; ``None`` where nobody sells it to them.

    An offering that is sold in several currencies has the price of the first.
    """
    if _price_of is None:
        return None
    try:
        return _price_of(code, payer_class, on)
    except FairgateError:
        return None
