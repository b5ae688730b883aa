"""Whether one more nomination fits, for a State and event or for a person and year.

Source of the rule: ITU-T, fellowships for WTSA-24: one full or two partial per eligible Member
State and event, of two partial ones at least one air ticket; the same per person and financial
year.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from waiver_policy.rules.review_terms import FULL, TICKET, Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How many nominations count. ``tickets`` among the partial ones are air tickets."""

    full: int = 0
    partial: int = 0
    tickets: int = 0

    def with_one(self, kind: str, item: str) -> Used:
        """One more."""
        if kind == FULL:
            return replace(self, full=self.full + 1)
        return replace(self, partial=self.partial + 1, tickets=self.tickets + (item == TICKET))

    def without(self, kind: str, item: str) -> Used:
        """One less; where none is counted, as when the event was moved to another year, none."""
        if kind == FULL:
            return replace(self, full=max(self.full - 1, 0))
        partial = max(self.partial - 1, 0)
        return replace(
            self, partial=partial, tickets=min(max(self.tickets - (item == TICKET), 0), partial)
        )


def fits(quota: Quota, used: Used) -> bool:
    """Whether so many stay within one of the alternatives; they are not mixed."""
    if used.full and used.partial:
        return False
    return used.full <= quota.full and used.partial <= quota.partial


def leaves_room_for_a_ticket(quota: Quota, used: Used) -> bool:
    """Whether an air ticket is among the partial ones, or there is still room for one."""
    if not quota.ticket_needed or used.partial == 0 or used.tickets:
        return True
    return used.partial < quota.partial


def financial_year(day: date, *, starts_in: int) -> int:
    """The year in which the financial year of a day began; ``starts_in`` is a month, 1 to 12."""
    return day.year if day.month >= starts_in else day.year - 1
