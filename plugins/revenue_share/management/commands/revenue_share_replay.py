"""``revenue_share_replay EVENTS.csv --terms TERMS.yaml``: compute, print, post nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate.csv_cells import csv_row
from fairgate.documents import DocumentError, read_lines, read_text
from fairgate.money import Money
from partnerships import api as partnerships
from revenue_share.data import EventLine, Part, Statement
from revenue_share.events_file import read_events
from revenue_share.replay import Unallocated, replaying

_COLUMNS = (
    "row", "event", "part", "agreement", "version", "period", "party", "currency", "amount",
)  # fmt: skip

_Line = tuple[str, EventLine] | Unallocated


class Command(BaseCommand):
    """Bad input names file, line and field on standard error; exit code 2, nothing printed."""

    help = "Compute allocations and statements for a file of events under given terms."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """The two files, and the form of the answer."""
        parser.add_argument("events", help="EVENTS.csv, see docs/references/events-csv.md")
        parser.add_argument("--terms", required=True, help="TERMS.yaml (fairgate-terms/1)")
        parser.add_argument(
            "--format", choices=("text", "csv"), default="text", help="text (default) or csv"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Read both files whole, then compute and print line by line."""
        terms_file, events_file = options["terms"], options["events"]
        allocation, statements = _FORMATS[options["format"]]
        try:
            terms = partnerships.read_terms(read_text(terms_file), file=terms_file)
            with (
                read_events(read_lines(events_file), file=events_file) as events,
                replaying(terms) as replay,
            ):
                self._write(_HEADS[options["format"]])
                for line in replay.lines(events):
                    self._write(allocation(line))
                for text in statements(replay.statements()):
                    self._write(text)
        except DocumentError as error:
            raise CommandError(str(error), returncode=2) from None

    def _write(self, text: str) -> None:
        self.stdout.write(text, ending="")


def _allocation_text(one: _Line) -> str:
    if isinstance(one, Unallocated):
        event, amount = one.event, one.amount
        why = "beyond its sale" if one.is_beyond else f"no terms were in force for {one.course}"
        return f"  {event.event:<12} not allocated: {why}; {_plain(amount):>14} {amount.currency}\n"
    party, line = one
    return (
        f"  {line.event:<12} {line.part:<13} {line.agreement} v{line.version}"
        f"  {party:<12} {_plain(line.amount):>14} {line.amount.currency}\n"
    )


def _statements_text(written: tuple[Statement, ...]) -> Iterator[str]:
    yield "\nStatements\n"
    for one in written:
        yield f"  {one.period}  {one.party}  {one.currency}\n"
        yield from _sums(one)


def _sums(one: Statement) -> Iterator[str]:
    prior = [line.amount for line in one.lines if line.period < one.period]
    rows = [("opening", one.opening)]
    rows += [(part.value, one.part_total(part)) for part in Part if one.part_total(part)]
    if prior:
        rows.append(("of which earlier months", sum(prior, Money.zero(one.currency))))
    rows += [("month", one.subtotal), ("payable", one.payable), ("carried", one.closing)]
    for name, amount in rows:
        yield f"    {name:<24}{_plain(amount):>16}\n"


def _allocation_csv(one: _Line) -> str:
    if isinstance(one, Unallocated):
        return csv_row(
            ("unallocated", one.event.event, one.event.kind.value, "", "", "", "",
             one.amount.currency, one.amount)
        )  # fmt: skip
    party, line = one
    return csv_row(
        ("allocation", line.event, line.part.value, line.agreement, line.version, line.period,
         party, line.amount.currency, line.amount)
    )  # fmt: skip


def _statements_csv(written: tuple[Statement, ...]) -> Iterator[str]:
    for one in written:
        sums = (("opening", one.opening), ("month", one.subtotal), ("payable", one.payable),
                ("closing", one.closing))  # fmt: skip
        for name, amount in sums:
            yield csv_row(
                ("statement", "", name, "", "", one.period, one.party, one.currency, amount)
            )


def _plain(amount: Money) -> str:
    return f"{amount.amount:f}"


_HEADS = {"text": "Allocations\n", "csv": csv_row(_COLUMNS)}
_FORMATS = {
    "text": (_allocation_text, _statements_text),
    "csv": (_allocation_csv, _statements_csv),
}
