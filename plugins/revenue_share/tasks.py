"""What a worker does: by itself, and after a request has been answered.

Name ``revenue_share.tasks.send_statements`` in a schedule; where there is no Celery,
``revenue_share_statements --mail`` does the same. A run that was asked for is begun at once, where
there is no Celery before the answer; what is lost on the way ``revenue_share_catch_up`` does.
"""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from fairgate import clock
from fairgate_tables.background import in_background

from . import api


def send_statements() -> int:
    """Send the statements of months that were closed lately; how many were sent."""
    return api.send_statements(at=clock.now()).sent


@in_background("revenue_share.tasks.carry_out")
def carry_out(uuid: str) -> None:
    """Do what was asked for. Twice, or late, is once."""
    api.carry_out(UUID(uuid), now=clock.now)


with suppress(ImportError):
    from celery import shared_task

    send_statements = shared_task(name="revenue_share.tasks.send_statements", ignore_result=True)(
        send_statements
    )
