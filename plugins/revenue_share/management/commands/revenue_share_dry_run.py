"""``revenue_share_dry_run 2026-10 --terms TERMS.yaml``: a closed month under other terms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate.csv_cells import write_csv
from fairgate.documents import DocumentError, read_text
from fairgate.money import Money
from partnerships import api as partnerships
from revenue_share import api
from revenue_share.data import DryRun
from revenue_share.exceptions import InvalidPeriod, RevenueShareError

_COLUMNS = (
    "currency", "party", "part", "sale_period", "course", "offering", "booked", "proposed",
    "difference",
)  # fmt: skip
#: What is not allocated, among the parties.
_NOBODY = "-"


class Command(BaseCommand):
    """Nothing is posted. A bad file or month is refused with exit code 2, an open month with 1."""

    help = "Share a closed month under other terms, show the differences, and post nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """The month, the terms, and the form of the answer."""
        parser.add_argument("period", help="a closed month, written like 2026-10")
        parser.add_argument("--terms", required=True, help="TERMS.yaml (fairgate-terms/1)")
        parser.add_argument(
            "--on-any-day",
            action="store_true",
            help="take terms of a course for any day if the file has none for that of the sale",
        )
        parser.add_argument(
            "--format", choices=("text", "csv"), default="text", help="text (default) or csv"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Read the terms whole, share, and print."""
        file = options["terms"]
        try:
            terms = partnerships.read_terms(read_text(file), file=file)
            done = api.dry_run(options["period"], terms, on_any_day=options["on_any_day"])
        except DocumentError as error:
            raise CommandError(str(error), returncode=2) from None
        except InvalidPeriod as error:
            raise CommandError(str(error), returncode=2) from None
        except RevenueShareError as error:
            raise CommandError(str(error)) from None
        text = _as_csv(done) if options["format"] == "csv" else "\n".join(_as_text(done)) + "\n"
        self.stdout.write(text, ending="")


def _as_text(done: DryRun) -> Iterator[str]:
    yield f"{done.period} under other terms; nothing is posted."
    yield f"Events shared anew: {done.recomputed}; as they were booked: {done.as_booked}."
    yield "Rounding goes on from what it owed each party when the month began."
    for currency, party, booked, proposed in done.sums():
        yield ""
        yield f"  {party or _NOBODY}  {currency}" + _columns("booked", "proposed", "difference")
        for line in done.of(party, currency):
            course, offering = line.course_key or "-", line.offering_code or "-"
            yield f"    {line.part.value:<14} {line.period}  {course}  {offering}"
            yield " " * 10 + _amounts(line.booked, line.proposed)
        yield "    month" + " " + _amounts(booked, proposed)


def _amounts(booked: Money, proposed: Money) -> str:
    return _columns(*(f"{one.amount:f}" for one in (booked, proposed, proposed - booked)))


def _columns(*words: str) -> str:
    return "".join(f"{word:>16}" for word in words)


def _as_csv(done: DryRun) -> str:
    rows: list[tuple[str | Money, ...]] = [
        (line.currency, line.party or _NOBODY, line.part.value, line.period, line.course_key,
         line.offering_code, line.booked, line.proposed, line.difference)
        for line in done.lines
    ]  # fmt: skip
    rows += [
        (currency, party or _NOBODY, "month", "", "", "", booked, proposed, proposed - booked)
        for currency, party, booked, proposed in done.sums()
    ]
    return write_csv(_COLUMNS, rows)
