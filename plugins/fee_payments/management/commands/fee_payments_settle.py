"""Finishes what a dead worker or a silent provider left."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from fairgate import clock
from fairgate.counted import counted
from fee_payments import api


class Command(BaseCommand):
    """Run it every few minutes."""

    help = (
        "Work stored events that wait, ask again for refunds that were not confirmed, close orders "
        "whose time is over, offer seats of full rooms to who waits for them, and empty what "
        "providers sent long ago."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        settled = api.retry_events(at=at)
        refunded = api.finish_refunds(at=at)
        expired = api.expire_orders(at=at)
        api.scrub_events(at=at)
        offered = api.offer_seats(at=at)
        told = api.tell_room_offers(at=at)
        self.stdout.write(
            f"{counted(settled, 'payment')} settled, {counted(refunded, 'refund')} finished, "
            f"{counted(expired, 'order')} expired, {counted(offered, 'seat')} offered, "
            f"{counted(told, 'person', 'people')} told of a seat"
        )
