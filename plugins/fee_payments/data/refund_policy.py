"""How much of what was paid goes back, and until when: a ladder of steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fairgate.percent import Percent


class CountedFrom(StrEnum):
    """What the days of a step are counted from: after the payment, or before the course starts."""

    PAYMENT = "days_after_payment"
    START = "days_before_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundStep:
    """A percentage that goes back until ``days`` after the payment, or before the start."""

    percent: Percent
    counted_from: CountedFrom
    days: int

    def ends_at(self, *, paid_at: datetime, starts_at: datetime | None) -> datetime | None:
        """The first moment at which this step no longer holds.

        ``None``: it never holds, because it is counted from a start that nobody has named.
        """
        if self.counted_from is CountedFrom.PAYMENT:
            return paid_at + timedelta(days=self.days)
        return None if starts_at is None else starts_at - timedelta(days=self.days)

    def written(self) -> dict[str, str | int]:
        """The step as it is written in settings, and kept with what was sold."""
        return {"percent": self.percent.plain, self.counted_from.value: self.days}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPolicy:
    """Steps, of which the one that gives most counts while it holds; after all of them, nothing."""

    steps: tuple[RefundStep, ...]

    def holds(
        self, *, at: datetime, paid_at: datetime, starts_at: datetime | None
    ) -> tuple[Percent, datetime | None]:
        """The percentage that goes back at a moment, and the moment at which it gets less.

        Nothing, for ever: 0 and ``None``.
        """
        ends = [
            (step.percent, end)
            for step in self.steps
            if (end := step.ends_at(paid_at=paid_at, starts_at=starts_at)) is not None and at < end
        ]
        return max(ends, default=(Percent(0), None))

    def written(self) -> list[dict[str, str | int]]:
        """The policy as it is written in settings, and kept with what was sold."""
        return [step.written() for step in self.steps]
