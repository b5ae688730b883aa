"""``manage.py waiver_policy_lists``: shows, checks, compares and loads the country lists."""

from __future__ import annotations

import argparse
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from fairgate.documents import DocumentError
from waiver_policy import api
from waiver_policy.data import EditionFacts, EditionLoad, ListCode, Membership, MembershipChange
from waiver_policy.exceptions import WaiverError
from waiver_policy.management.options import text_of
from waiver_policy.models import ListEdition

SHIPPED = "shipped"


class Command(BaseCommand):
    """Exit code 0: fine. 1: something a person must look at. 2: a file or an option is wrong."""

    help = "Shows, checks, compares and loads the dated country lists (LDC, SIDS, LLDC)."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        show = actions.add_parser("show", help="the editions, and how many members each list has")
        show.add_argument("--on", type=_day, help="members on this day (UTC); today by default")
        show.add_argument("--list", dest="code", choices=list(ListCode), help="name the members")
        actions.add_parser("check", help="what a person must confirm; exit code 1 if anything")
        diff = actions.add_parser("diff", help="what loading a file would change; loads nothing")
        load = actions.add_parser("load", help="load a file: one edition per list that changed")
        for sub in (diff, load):
            sub.add_argument("file", help=f"a CSV file, or “{SHIPPED}” for the one we come with")
        load.add_argument(
            "--source", type=text_of(ListEdition, "source"), default="",
            help="publication or address it comes from",
        )  # fmt: skip
        load.add_argument(
            "--symbol", type=text_of(ListEdition, "document_symbol"), default="",
            help="document symbol, like A/RES/76/8",
        )  # fmt: skip
        load.add_argument("--published-on", type=_day, help="day it was published")
        load.add_argument(
            "--by", type=text_of(ListEdition, "loaded_by"), default="command line",
            help="who answers for it",
        )  # fmt: skip
        load.add_argument(
            "--allow-removals", action="store_true",
            help="load even if countries vanish from a list without an until_date",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        actions = {
            "show": self._show, "check": self._check, "diff": self._diff, "load": self._load,
        }  # fmt: skip
        try:
            actions[options["action"]](options)
        except DocumentError as error:
            raise CommandError(f"{error}\nNothing was loaded.", returncode=2) from None
        except WaiverError as error:
            raise CommandError(f"{error} Nothing was loaded.", returncode=1) from None

    def _show(self, options: dict[str, Any]) -> None:
        at = clock.now()
        on: date = options["on"] or clock.utc_day(at)
        editions = api.list_editions()
        if not editions:
            self.stdout.write("No list is loaded yet.")
        for edition in editions:
            self.stdout.write(
                f"{edition.name}: {counted(edition.rows, 'row')}, known from "
                f"{edition.known_from:%Y-%m-%d %H:%M} UTC, from {edition.source or 'no source'} "
                f"{edition.document_symbol}, loaded by {edition.loaded_by}, "
                f"sha256 {edition.sha256[:12]}"
            )
        for code in sorted({edition.list_code for edition in editions}):
            members = api.list_members(code, on=on, known_at=at)
            self.stdout.write(f"{code} on {on}: {counted(len(members), 'member')}")
            if options["code"] == code:
                for member in members:
                    self.stdout.write(f"  {_row(member)}")

    def _check(self, options: dict[str, Any]) -> None:
        at = clock.now()
        loaded = {edition.list_code for edition in api.list_editions()}
        missing = [code for code in ListCode if code not in loaded]
        contested = api.list_contested(known_at=at)
        for code in missing:
            self.stdout.write(f"{code} has no edition: load a file.")
        for row in contested:
            self.stdout.write(
                f"{row.edition}, {row.country}: leaves on {row.until_date} by the rule in force; "
                f"{row.alt_until_date} has been asked for. Look at the source, correct the file "
                "and load it."
            )
        if missing or contested:
            count = len(missing) + len(contested)
            raise CommandError(f"{count} to confirm. The dates in force decide.", returncode=1)
        self.stdout.write("Every list is loaded, and no row is contested.")

    def _diff(self, options: dict[str, Any]) -> None:
        found = api.diff_edition(_file(options), at=clock.now())
        for change in found:
            self.stdout.write(_change(change))
        self.stdout.write(f"{counted(len(found), 'difference')}.")

    def _load(self, options: dict[str, Any]) -> None:
        at = clock.now()
        path = _file(options)
        removed = [c for c in api.diff_edition(path, at=at) if c.after is None]
        if removed and not options["allow_removals"]:
            names = ", ".join(f"{c.country} ({c.list_code})" for c in removed)
            raise CommandError(
                f"These rows vanish without an until_date: {names}. Nothing was loaded; is the "
                "file complete? Use --allow-removals if so.", returncode=1,
            )  # fmt: skip
        facts = EditionFacts(
            source=options["source"] or path.name,
            document_symbol=options["symbol"],
            published_on=options["published_on"],
        )
        self._say(api.load_edition(path, source=facts, by=options["by"], known_from=at))

    def _say(self, done: EditionLoad) -> None:
        for edition in done.created:
            self.stdout.write(f"{edition.name} loaded: {counted(edition.rows, 'row')}.")
        for edition in done.unchanged:
            self.stdout.write(f"{edition.list_code} unchanged: {edition.name} stands.")
        if not done.created:
            self.stdout.write("Nothing new.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date like 2026-11-24.") from None


def _file(options: dict[str, Any]) -> Path:
    if options["file"] == SHIPPED:
        return Path(str(resources.files("waiver_policy") / "data" / "ldc_sids.csv"))
    return Path(options["file"])


def _row(row: Membership) -> str:
    since = "always" if row.from_precision == "not_later_than" else row.from_date.isoformat()
    until = row.until_date.isoformat() if row.until_date else "open"
    asked = f", asked for: {row.alt_until_date}" if row.alt_until_date else ""
    return f"{row.country} {row.kind or '-'} {since} to {until}, {row.status}{asked}"


def _change(change: MembershipChange) -> str:
    place = f"{change.list_code} {change.country}"
    if change.before is None and change.after is not None:
        return f"+ {place}: {_row(change.after)}"
    if change.after is None and change.before is not None:
        return f"- {place}: {_row(change.before)}"
    before, after = (_row(row) for row in (change.before, change.after) if row is not None)
    told = f"{before}  =>  {after}" if before != after else "source or note"
    return f"~ {place}: {told}"
