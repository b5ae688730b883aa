"""Finishes what a dead worker left: unhandled events and orders whose time is over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from fairgate import clock
from fee_payments import api


class Command(BaseCommand):
    """Run it every few minutes."""

    help = "Act on stored events that nobody acted on, and close orders whose time is over."

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        events = api.retry_events(at=at)
        orders = api.expire_orders(at=at)
        self.stdout.write(f"{events} events acted on, {orders} orders expired")
