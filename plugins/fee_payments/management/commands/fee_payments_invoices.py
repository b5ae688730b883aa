"""Reminds of invoices that are due, and finishes what a dead worker left."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from fairgate import clock
from fairgate.counted import counted
from fee_payments import api


class Command(BaseCommand):
    """Run it every few minutes, or once a day: a reminder is sent once."""

    help = (
        "Write down and send the reminders of invoices that are due, and let orders wait whose "
        "payment a bank has taken back."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        sent = api.finish_invoices(at=clock.now())
        self.stdout.write(f"{counted(sent, 'reminder')} sent")
