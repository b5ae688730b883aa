"""``revenue_share_catch_up``: do what a dead worker left, and clear what is due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fairgate import clock
from fairgate.counted import counted
from revenue_share import api


class Command(BaseCommand):
    """For the scheduler: as often as the operator likes, once a night at least."""

    help = (
        "Book every payment, refund, dispute and waived seat that is missing; clear holds; go on "
        "with runs that a worker has left."
    )

    def handle(self, *_: Any, **__: Any) -> None:
        """Print how many of each were booked; exit code 1 if something cannot be."""
        at = clock.now()
        done = api.catch_up(at=at)
        cleared = api.clear_holds(at=at)
        self.stdout.write(
            f"Booked {counted(done.payments, 'payment')}, {counted(done.refunds, 'refund')}, "
            f"{counted(done.disputes, 'dispute')}, {counted(done.seats, 'waived seat')}; "
            f"cleared {counted(cleared.sales, 'sale')}."
        )
        if runs := api.carry_out_left(now=clock.now):
            self.stdout.write(f"Carried out {counted(runs, 'run')}.")
        for reason in done.waiting:
            self.stderr.write(str(reason))
        if done.waiting:
            raise CommandError(f"{counted(len(done.waiting), 'fact')} cannot be booked.")
