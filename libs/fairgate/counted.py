"""How many of what, in the sentences of commands and logs: those are in English."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """``1 gate``, ``2 gates``; ``many`` where it is not ``one`` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
