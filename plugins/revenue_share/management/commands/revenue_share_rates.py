"""``revenue_share_rates FILE --source unore|ecb``: load published rates of exchange."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from fairgate.documents import DocumentError
from revenue_share import api
from revenue_share.data import BASES, RateSource


class Command(BaseCommand):
    """All rates of a file, or none; a file that was loaded does nothing again."""

    help = "Load a file of published rates of exchange; nothing is fetched from anywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and who has published it."""
        parser.add_argument("file", type=Path, help="the file as it was published")
        parser.add_argument(
            "--source",
            required=True,
            choices=[source.value for source in BASES],
            help="unore: UN operational rates; ecb: euro reference rates",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Load and say what was new; exit code 2 for a file that is refused."""
        path: Path = options["file"]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from None
        try:
            done = api.load_rates(
                content,
                source=RateSource(options["source"]),
                file=path.name,
                by=None,
                at=clock.now(),
            )
        except DocumentError as error:
            raise CommandError(str(error), returncode=2) from None
        for one in done.corrections:
            self.stdout.write(
                f"corrected: {one.currency} of {one.effective_on} was {one.before.normalize():f}, "
                f"is {one.now.normalize():f} from now on"
            )
        if done.left_out:
            self.stdout.write(f"left out, no currency of ours: {', '.join(done.left_out)}")
        self.stdout.write(
            f"{counted(done.new, 'new rate')}, {done.known} known, "
            f"{counted(len(done.corrections), 'correction')}."
        )
