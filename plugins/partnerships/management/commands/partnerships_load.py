"""``manage.py partnerships_load TERMS.yaml``: load agreements, all or nothing."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fairgate import clock
from fairgate.counted import counted
from fairgate.documents import DocumentError, read_text
from partnerships import api, wording
from partnerships.exceptions import AccountNeeded, SecondPersonNeeded

#: What the columns ``loaded_by`` and ``recorded_by`` hold.
LONGEST_NAME = 150


class Command(BaseCommand):
    """Loads one file; exits with 2 and every fault if there is one, and then loads nothing."""

    help = "Load partners and agreement versions from a file (fairgate-terms/1), all or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="TERMS.yaml")
        parser.add_argument(
            "--by",
            type=_name,
            default="operator",
            help="the user name of who loads it: another person approves the texts, and what waits",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        file = options["file"]
        try:
            text = read_text(file)
            loaded = api.load_agreements(text, file=file, by=options["by"], at=clock.now())
        except (DocumentError, AccountNeeded, SecondPersonNeeded) as error:
            raise CommandError(f"Nothing was loaded.\n{error}", returncode=2) from None
        for one in loaded:
            self.stdout.write(
                f"{one.change:9} {one.agreement} version {one.version}  {one.uuid}  "
                f"sha256 {one.checksum}"
            )
        self.stdout.write(f"{counted(len(loaded), 'agreement version')} read from {file}.")
        for waits in api.list_proposed_diligence(at=clock.now()):
            self.stdout.write(wording.proposed(waits))
        for change in api.list_proposed_changes(at=clock.now()):
            self.stdout.write(wording.proposed_change(change))
        for refused in api.list_refused_before(text, file=file):
            self.stdout.write(wording.refused_before(refused))


def _name(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise ArgumentTypeError(f"is longer than {LONGEST_NAME} characters.")
    return text
