"""How many lives of a state machine are played."""

from __future__ import annotations

from django.db import connection


def lives(most: int) -> int:
    """All of them on SQLite, a third on a server, where each statement waits for an answer.

    The rules are the same on both. What only a server decides, several connections at once, is no
    matter of these machines, which have one: it is raced for (``races``).
    """
    return most if connection.vendor == "sqlite" else max(most // 3, 2)
