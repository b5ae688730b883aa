"""``revenue_share_close 2026-10``: close a month and freeze its statements."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from revenue_share import api
from revenue_share.exceptions import InvalidPeriod, RevenueShareError

#: What the column ``closed_by`` holds.
LONGEST_NAME = 150


class Command(BaseCommand):
    """Close a month; closing it again shows what was closed first."""

    help = "Close a month: catch up, clear holds, number and freeze the statements."

    def add_arguments(self, parser: CommandParser) -> None:
        """The month, and who closes it."""
        parser.add_argument("period", help="the month, written like 2026-10")
        parser.add_argument(
            "--by", type=_name, default="command line", help="who closes it, for the record"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Close and print one line per statement."""
        try:
            closed = api.close_period(options["period"], at=clock.now(), by=options["by"])
        except InvalidPeriod as error:
            raise CommandError(str(error), returncode=2) from None
        except RevenueShareError as error:
            raise CommandError(str(error)) from None
        for one in closed.statements:
            self.stdout.write(
                f"RS-{one.number:06d}  {one.period}  {one.party}  {one.state}"
                f"  month {one.subtotal}  payable {one.payable}  carried {one.closing}"
            )
        self.stdout.write(
            f"{closed.period} is closed: {counted(len(closed.statements), 'statement')}."
        )


def _name(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise ArgumentTypeError(f"is longer than {LONGEST_NAME} characters.")
    return text
