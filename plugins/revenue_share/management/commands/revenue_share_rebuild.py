"""``revenue_share_rebuild``: drop the sums of all months and make them again from the events."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from fairgate.counted import counted
from revenue_share import api


class Command(BaseCommand):
    """Books and closes wait meanwhile; nothing is lost if it is stopped."""

    help = "Drop the sums of all months and make them again from the events."

    def handle(self, *_: Any, **__: Any) -> None:
        """Rebuild, and say whether anything was other than it should have been."""
        done = api.rebuild()
        self.stdout.write(
            f"Made again: {counted(done.parties, 'sum')} of parties, "
            f"{counted(done.receipts, 'sum')} of receipts; "
            f"{counted(done.differing, 'row')} differed."
        )
