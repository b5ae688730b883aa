"""Issues seat codes: ``fee_payments_seat_codes OFFERING --count 20 --sponsor "…"``."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from fairgate import clock
from fairgate.counted import counted
from fee_payments import api
from fee_payments.exceptions import PaymentsError


class Command(BaseCommand):
    """Prints each code on a line of standard output, once; what else is to say goes beside it."""

    help = (
        "Issue seat codes for an offering. They are printed once and cannot be shown again: "
        "send the output to a file that only you can read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the operator decides."""
        parser.add_argument("offering", help="the code of the offering")
        parser.add_argument("--count", type=int, required=True, help="how many codes")
        parser.add_argument("--sponsor", required=True, help="who gives the seats, for learners")
        parser.add_argument(
            "--expires",
            type=_moment,
            metavar="YYYY-MM-DD[THH:MM]",
            help="the first moment (UTC) at which they are no longer taken; never, if left out",
        )
        parser.add_argument(
            "--session", default="", help="the code of the session, where the offering has some"
        )
        parser.add_argument("--note", default="", help="for operators only")
        parser.add_argument(
            "--key",
            default="",
            help="a name of this request: with the same one again, nothing is issued twice",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue and print."""
        try:
            issued = api.issue_seat_codes(
                options["offering"],
                count=options["count"],
                sponsor=options["sponsor"],
                key=f"command:{options['key'] or uuid4().hex}",
                by=None,
                at=clock.now(),
                expires_at=options["expires"],
                note=options["note"],
                session=options["session"],
            )
        except PaymentsError as refused:
            raise CommandError(str(refused)) from None
        for code in issued.codes:
            self.stdout.write(code)
        self.stderr.write(
            f"{counted(len(issued.codes), 'code')} for “{issued.offering_title}”, given by "
            f"{issued.sponsor}, {_until(issued.expires_at)}. Batch {issued.batch_uuid}. "
            f"{'It is' if len(issued.codes) == 1 else 'They are'} not shown again.",
            self.style.SUCCESS,
        )


def _until(expires_at: datetime | None) -> str:
    if expires_at is None:
        return "without an end"
    return f"until {expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _moment(text: str) -> datetime:
    """A day or a moment; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no date, or one that UTC has no year for
        said = f"“{text}” is no date; write it like 2027-01-31 or 2027-01-31T18:00"
        raise ArgumentTypeError(said) from None
