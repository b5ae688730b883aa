"""What the options of our commands may hold: no more than the columns they are kept in."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date

from django.db.models import Model

from fairgate.whole_numbers import whole_number
from waiver_policy.services.lists import allowed

MAX_VERSION = 2_147_483_647
"""The largest number of a version that every database keeps."""


def text_of(model: type[Model], column: str) -> Callable[[str], str]:
    """The type of an option that lands in a column: a text that is not longer than the column."""
    longest: int = model._meta.get_field(column).max_length  # type: ignore[union-attr,assignment]

    def fitting(text: str) -> str:
        if len(text) > longest:
            raise argparse.ArgumentTypeError(
                f"the text has {len(text)} characters; at most {longest} can be kept."
            )
        return text

    return fitting


def operator(name: str, permission: str, what: str) -> str:
    """The name of who answers for it, who exists and has a permission.

    Raises:
        UnknownOperator, NotAllowed: they do not.
    """
    allowed(name, permission, what)
    return name


def version_number(text: str) -> int:
    """The type of an option that names a version: a whole number from 1 on."""
    number = whole_number(text)
    if number is not None and 1 <= number <= MAX_VERSION:
        return number
    raise argparse.ArgumentTypeError(f"a whole number from 1 to {MAX_VERSION} is needed.")


def day(text: str) -> date:
    """The type of an option that names a day (UTC)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date like 2026-11-24.") from None


def user_id(text: str) -> int:
    """The type of an argument that names a user of the platform by the primary key."""
    number = whole_number(text)
    if number:
        return number
    raise argparse.ArgumentTypeError(f"“{text}” is not the id of a user: a whole number from 1.")
