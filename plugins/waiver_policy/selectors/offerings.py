"""What there is to know of an offering, as the app that sells offerings says.

This app knows an offering by its code only. Where nobody sells, an offering is called by its code
and counts as a course run of its own; what it costs is unknown, and what depends on that takes the
careful way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import ParamSpec, TypeVar

from fairgate.errors import FairgateError
from fairgate.languages import Language, language
from fairgate.money import Money
from waiver_policy.data import Seller

P = ParamSpec("P")
R = TypeVar("R")
D = TypeVar("D")

NOBODY = Seller()

_seller = NOBODY


def sell_offerings_with(seller: Seller | None) -> None:
    """Ask ``seller`` from now on; ``None``: nobody sells."""
    global _seller
    _seller = seller or NOBODY


def offering_title(code: str) -> str | None:
    """The title of an offering; its code where nobody names offerings.

    ``None``: the app that names them knows no offering of this code.
    """
    if _seller.title_of is None:
        return code
    return _asked(_seller.title_of, "", code) or None


def offering_name(code: str) -> str:
    """The title of an offering; its code where nobody names it."""
    return offering_title(code) or code


def offering_language(code: str) -> Language | None:
    """The language of an offering's title; ``None`` where nobody says."""
    return language(_asked(_seller.language_of, "", code))


def offering_page(code: str) -> str:
    """The page on which the fee of an offering is settled; "" where nobody says."""
    return _asked(_seller.page_of, "", code)


def offering_worth(code: str) -> tuple[Money, ...]:
    """The prices of an offering and what a seat costs the fund; nothing where nobody knows."""
    return tuple(_asked(_seller.worth_of, (), code))


def list_price(code: str, *, payer_class: str, on: date) -> Money | None:
    """What this class of payers would be quoted on a day; ``None`` where nobody sells it to them.

    An offering that is sold in several currencies has the price of the first.
    """
    return _asked(_seller.price_of, None, code, payer_class, on)


def may_be_waived(code: str) -> bool:
    """Whether the waiver policy covers the fee of an offering: unless the seller says no."""
    return _asked(_seller.may_be_waived, None, code) is not False


def course_run_of(code: str) -> str:
    """The key of the course run that an offering is of; "" where nobody knows."""
    return _asked(_seller.course_run_of, "", code)


def _asked(ask: Callable[P, R] | None, unknown: D, /, *args: P.args, **kwargs: P.kwargs) -> R | D:
    """What the seller answers; ``unknown`` where there is nobody to ask, or nobody knows."""
    if ask is None:
        return unknown
    try:
        return ask(*args, **kwargs)
    except FairgateError:
        return unknown
