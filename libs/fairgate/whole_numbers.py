"""Whole numbers that come as text: from forms, addresses, options and files."""

from __future__ import annotations

#: What every column for whole numbers holds.
MOST_DIGITS = 18


def whole_number(text: str, *, digits: int = MOST_DIGITS) -> int | None:
    """The number from 0 on that ``text`` is, in ASCII digits alone; ``None`` if it is none.

    ``str.isdigit`` is not the question: it says yes to ``²``, which ``int`` does not read, and of
    thousands of digits ``int`` makes an error too. More than ``digits`` of them are no number.
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= digits
    return int(text) if is_number else None
