"""``revenue_share_replay EVENTS.csv --terms TERMS.yaml``: compute, print, post nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate.csv_cells import write_csv
from fairgate.documents import DocumentError, read_text
from fairgate.money import Money
from partnerships import api as partnerships
from revenue_share.data import Part, Statement
from revenue_share.events_file import read_events
from revenue_share.replay import Replayed, replay


class Command(BaseCommand):
    """Bad input names file, line and field on standard error; exit code 2, nothing printed."""

    help = "Compute allocations and statements for a file of events under given terms."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        """The two files, and the form of the answer."""
        parser.add_argument("events", help="EVENTS.csv, see the README of revenue_share")
        parser.add_argument("--terms", required=True, help="TERMS.yaml (fairgate-terms/1)")
        parser.add_argument(
            "--format", choices=("text", "csv"), default="text", help="text (default) or csv"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Read both files whole, then compute and print."""
        try:
            terms_file, events_file = options["terms"], options["events"]
            terms = partnerships.read_terms(read_text(terms_file), file=terms_file)
            events = read_events(read_text(events_file), file=events_file)
        except DocumentError as error:
            raise CommandError(str(error), returncode=2) from None
        done = replay(events, terms)
        self.stdout.write(
            _as_csv(done) if options["format"] == "csv" else _as_text(done), ending=""
        )


def _as_text(done: Replayed) -> str:
    out = ["Allocations"]
    for party, line in done.lines:
        out.append(
            f"  {line.event:<12} {line.part:<9} {line.agreement} v{line.version}"
            f"  {party:<12} {_plain(line.amount):>14} {line.amount.currency}"
        )
    out += [
        f"  {event.event:<12} not allocated: no terms were in force for {event.course};"
        f" {_plain(event.net):>14} {event.net.currency}"
        for event in done.unallocated
    ]
    out += ["", "Statements"]
    for one in done.statements:
        out += [f"  {one.period}  {one.party}  {one.currency}", *_sums(one)]
    return "\n".join(out) + "\n"


def _sums(one: Statement) -> list[str]:
    prior = [line.amount for line in one.lines if line.period < one.period]
    rows = [("opening", one.opening)]
    rows += [(part.value, one.part_total(part)) for part in Part if one.part_total(part)]
    if prior:
        rows.append(("of which earlier months", sum(prior, Money.zero(one.currency))))
    rows += [("month", one.subtotal), ("payable", one.payable), ("carried", one.closing)]
    return [f"    {name:<24}{_plain(amount):>16}" for name, amount in rows]


def _as_csv(done: Replayed) -> str:
    columns = ("row", "event", "part", "agreement", "version", "period", "party", "currency",
               "amount")  # fmt: skip
    rows: list[tuple[str | int | Money, ...]] = [
        ("allocation", line.event, line.part.value, line.agreement, line.version, line.period,
         party, line.amount.currency, line.amount)
        for party, line in done.lines
    ]  # fmt: skip
    rows += [
        ("unallocated", one.event, one.kind.value, "", "", "", "", one.net.currency, one.net)
        for one in done.unallocated
    ]
    for one in done.statements:
        sums = (("opening", one.opening), ("month", one.subtotal), ("payable", one.payable),
                ("closing", one.closing))  # fmt: skip
        rows += [
            ("statement", "", name, "", "", one.period, one.party, one.currency, amount)
            for name, amount in sums
        ]
    return write_csv(columns, rows)


def _plain(amount: Money) -> str:
    return f"{amount.amount:f}"
