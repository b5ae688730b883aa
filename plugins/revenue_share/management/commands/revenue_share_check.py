"""``revenue_share_check``: prove the books."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fairgate.counted import counted
from revenue_share import api


class Command(BaseCommand):
    """Exit code 1 when an invariant is broken."""

    help = "Prove every invariant of the books; print the first row that breaks each."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print what is broken, or that nothing is."""
        faults = api.check()
        for fault in faults:
            self.stdout.write(str(fault))
        if faults:
            raise CommandError(f"Broken: {counted(len(faults), 'invariant')}.")
        self.stdout.write("The books hold: every invariant is proved.")
