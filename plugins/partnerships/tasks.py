"""What a worker does by itself: name ``partnerships.tasks.remind`` in a daily schedule.

Where there is no Celery, ``partnerships_remind`` does the same.
"""

from __future__ import annotations

from contextlib import suppress

from fairgate import clock
from partnerships import api


def remind() -> int:
    """Send the reminders that are due; how many were sent."""
    return api.remind(at=clock.now())


with suppress(ImportError):
    from celery import shared_task

    remind = shared_task(name="partnerships.tasks.remind", ignore_result=True)(remind)
