"""The time of the peer. It stands still until the test moves it."""

from __future__ import annotations

from datetime import datetime, timedelta


class Clock:
    """A moment that everything at the peer is dated with.

    Raises:
        ValueError: the moment has no time zone.
    """

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("A moment has a time zone.")
        self._at = at

    @property
    def now(self) -> datetime:
        """The moment."""
        return self._at

    @property
    def seconds(self) -> int:
        """The moment as Stripe writes it: whole seconds since 1970."""
        return int(self._at.timestamp())

    def advance(self, by: timedelta) -> None:
        """Move on; a negative step is a clock that was set back."""
        self._at += by
