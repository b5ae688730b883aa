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
        "whose time is over and the pages at providers that they leave open, have enrolments "
        "follow rights that began or ended, offer seats of full rooms to who waits for them, empty "
        "what providers sent long ago, send mails about seats of institutions, and forget who did "
        "not accept one in time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        settled = api.retry_events(at=at)
        refunded = api.finish_refunds(at=at)
        expired = api.expire_orders(at=at)
        closed = api.close_left_pages(at=at)
        ended = api.end_access_that_is_over(at=at)
        followed = api.follow_enrolments(at=at)
        api.scrub_events(at=at)
        offered = api.offer_seats(at=at)
        told = api.tell_room_offers(at=at)
        self.stdout.write(
            f"{counted(settled, 'payment')} settled, {counted(refunded, 'refund')} finished, "
            f"{counted(expired, 'order')} expired, {counted(closed, 'page')} closed, "
            f"{counted(ended, 'right')} ended, "
            f"{counted(followed, 'enrolment')} followed, {counted(offered, 'seat')} offered, "
            f"{counted(told, 'person', 'people')} told of a seat"
        )
        sent, forgotten = api.finish_seats(at=at)
        if sent or forgotten:
            self.stdout.write(
                f"{counted(sent, 'mail')} about seats sent, "
                f"{counted(forgotten, 'invitation')} forgotten"
            )
