"""``manage.py partnerships_remind``: reminds of what ends soon, and of what is late."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from fairgate import clock
from fairgate.counted import counted
from partnerships import api


class Command(BaseCommand):
    """Run it once a day, or more often: each reminder is sent once."""

    help = (
        "Remind of agreements and due diligence that end soon, and of obligations, contributions "
        "and reports that are late."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        sent = api.remind(at=clock.now())
        self.stdout.write(f"{counted(sent, 'reminder')} sent")
