"""What a worker does by itself: name ``revenue_share.tasks.send_statements`` in a schedule.

Where there is no Celery, ``revenue_share_statements --mail`` does the same.
"""

from __future__ import annotations

from contextlib import suppress

from fairgate import clock

from . import api


def send_statements() -> int:
    """Send the statements of months that were closed lately; how many were sent."""
    return api.send_statements(at=clock.now()).sent


with suppress(ImportError):
    from celery import shared_task

    send_statements = shared_task(name="revenue_share.tasks.send_statements", ignore_result=True)(
        send_statements
    )
