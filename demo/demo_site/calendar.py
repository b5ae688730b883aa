"""The demo's calendar: the suite asks it what time it is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from demo_site.models import FIRST_DAY, DemoDay


def now() -> datetime:
    """This moment of the demo: its day, and the real time of day in UTC."""
    return datetime.combine(today(), datetime.now(UTC).timetz())


def today() -> date:
    """The day the calendar shows."""
    return DemoDay.objects.values_list("day", flat=True).first() or FIRST_DAY


def move_to(day: date) -> None:
    """Let the demo take place on ``day`` from now on."""
    DemoDay.objects.update_or_create(pk=1, defaults={"day": day})
