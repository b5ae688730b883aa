"""The words of the books for people, in their language."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.functional import Promise

from fairgate.money import Money

from .data import Account, EventKind, Part, Period, StatementState
from .models import ACCOUNT_LABELS, KIND_LABELS, PART_LABELS, STATE_LABELS

MINUS = "\u2212"


def state(value: StatementState) -> Promise:
    """A statement's state in words."""
    return STATE_LABELS[value]


def part(value: Part) -> Promise:
    """What a line is, in words."""
    return PART_LABELS[value]


def kind(value: EventKind) -> Promise:
    """What happened, in words."""
    return KIND_LABELS[value]


def account(value: Account) -> Promise:
    """An account in words."""
    return ACCOUNT_LABELS[value]


def month(period: str) -> str:
    """The month of a period, "2026-10", as the reader's language writes it: "October 2026".

    Raises:
        InvalidPeriod: it is no month.
    """
    return date_format(Period.parse(period).last_day, "YEAR_MONTH_FORMAT")


def amount(value: Money) -> str:
    """An amount to be read: below zero it has a true minus sign, not the hyphen of the files."""
    return str(value).replace("-", MINUS)


def figures(value: Money) -> str:
    """An amount in a column of one currency: without its code, with a true minus sign."""
    return f"{value.amount:,f}".replace("-", MINUS)


def period(text: str) -> Period:
    """The month that ``2026-10`` is.

    Raises:
        InvalidPeriod: it is no month.
    """
    return Period.parse(text)


def label(number: int | None) -> str:
    """A statement's number as it is written on paper, "" for a draft."""
    return "" if number is None else f"RS-{number:06d}"
