"""``manage.py waiver_policy_lists``: shows, checks, compares and changes the country lists."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from fairgate.csv_cells import write_csv
from fairgate.documents import DocumentError
from fairgate.whole_numbers import whole_number
from waiver_policy import api, conf
from waiver_policy.data import (
    IMPACT_DAYS,
    EditionFacts,
    EditionImpact,
    EditionLoad,
    ListCode,
    Membership,
    MembershipChange,
    ProposalState,
    ProposalSummary,
)
from waiver_policy.exceptions import WaiverError
from waiver_policy.management.options import text_of
from waiver_policy.models import EditionProposal, ListEdition, MembershipConfirmation

SHIPPED = "shipped"
SHIPPED_FILES = ("ldc_sids.csv", "ldc_historical_entities.csv")
EXPORTED = (
    "list", "edition", "code", "former_name", "kind", "value", "from_date", "from_precision",
    "until_date", "until_precision", "status", "alt_until_date", "source", "note",
)  # fmt: skip


class Command(BaseCommand):
    """Exit code 0: fine. 1: not possible, or a person must look. 2: a file or option is wrong."""

    help = "Shows, checks, compares, proposes and applies dated country lists (LDC, SIDS, LLDC, …)."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

        def action(name: str, told: str) -> argparse.ArgumentParser:
            added: argparse.ArgumentParser = actions.add_parser(name, help=told)
            return added

        _add_reading(action)
        _add_files(action)
        _add_deciding(action)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except DocumentError as error:
            raise CommandError(f"{error}\nNothing was loaded.", returncode=2) from None
        except WaiverError as error:
            raise CommandError(f"{error} Nothing was changed.", returncode=1) from None

    def _show(self, options: dict[str, Any]) -> None:
        at: datetime = options["known_on"] or clock.now()
        on: date = options["on"] or clock.utc_day(at)
        editions = [edition for edition in api.list_editions() if edition.known_from <= at]
        if not editions:
            self.stdout.write("No list is loaded yet.")
        for edition in editions:
            facts = [edition.source or "no source", edition.document_symbol, edition.version]
            proposed = f"proposed by {edition.proposed_by}, " if edition.proposed_by else ""
            self.stdout.write(
                f"{edition.name}: {counted(edition.rows, 'row')}, known from "
                f"{edition.known_from:%Y-%m-%d %H:%M} UTC, from {' '.join(filter(None, facts))}, "
                f"{proposed}loaded by {edition.loaded_by}, sha256 {edition.sha256[:12]}"
            )
        for code in sorted({edition.list_code for edition in editions}):
            members = api.list_members(code, on=on, known_at=at)
            self.stdout.write(f"{code} on {on}: {counted(len(members), 'member')}")
            if options["code"] == code:
                self._name(members, options, at)
        code = options["code"]
        if code and not api.list_members(code, on=on, known_at=at):
            self.stdout.write(f"{code} had no member then.")

    def _name(self, members: tuple[Membership, ...], options: dict[str, Any], at: datetime) -> None:
        if options["history"]:
            members = api.list_history(options["code"], known_at=at)
        for member in members:
            self.stdout.write(f"  {_row(member)}{_source(member)}")

    def _check(self, options: dict[str, Any]) -> None:
        at = clock.now()
        loaded = {edition.list_code for edition in api.list_editions()}
        missing = [code for code in ListCode if code not in loaded]
        contested = api.list_contested(known_at=at)
        old = api.list_old_editions(at=at)
        for code in missing:
            self.stdout.write(f"{code} has no edition: load a file.")
        for row in contested:
            self.stdout.write(
                f"{row.edition}, {row.country}: leaves on {_end(row)} by the rule in force; "
                f"{row.alt_until_date or 'another end'} has been asked for. Look at the source, "
                f"then confirm the end in force or propose a corrected file. {row.note}".rstrip()
            )
        for edition in old:
            self.stdout.write(
                f"{edition.name} is of {edition.dated}, older than {conf.list_days()} days. Look "
                "for a newer publication and propose it."
            )
        for proposal in api.list_proposals(ProposalState.PROPOSED):
            self.stdout.write(f"{_proposal(proposal)}: waits for a second person.")
        count = len(missing) + len(contested) + len(old)
        if count:
            raise CommandError(f"{count} to confirm. The dates in force decide.", returncode=1)
        self.stdout.write("Every list is loaded, and no row is contested.")

    def _diff(self, options: dict[str, Any]) -> None:
        self._say_changes(api.diff_edition(_files(options), at=clock.now()))

    def _say_changes(self, found: tuple[MembershipChange, ...]) -> None:
        for change in found:
            self.stdout.write(_change(change))
        self.stdout.write(f"{counted(len(found), 'difference')}.")

    def _load(self, options: dict[str, Any]) -> None:
        files = _files(options)
        at = clock.now()
        facts = _facts(options, files)
        self._say(api.load_edition(files, source=facts, by=options["by"], known_from=at))

    def _propose(self, options: dict[str, Any]) -> None:
        files = _files(options)
        at = clock.now()
        proposal = api.propose_edition(
            files, source=_facts(options, files), by=options["by"], at=at,
            allow_removals=options["allow_removals"],
        )  # fmt: skip
        self._say_impact(api.edition_impact(proposal.uuid, at=at))
        self.stdout.write(
            f"Proposed as {proposal.uuid}. Another person looks at it and applies it: "
            f"manage.py waiver_policy_lists apply {proposal.uuid} --by USER"
        )

    def _proposals(self, options: dict[str, Any]) -> None:
        state = None if options["all"] else ProposalState.PROPOSED.value
        found = api.list_proposals(state)
        for proposal in found:
            self.stdout.write(_proposal(proposal))
        self.stdout.write(f"{counted(len(found), 'proposal')}.")

    def _impact(self, options: dict[str, Any]) -> None:
        found = api.get_proposal(options["uuid"])
        self.stdout.write(_proposal(found))
        days: int = options["days"]
        self._say_impact(api.edition_impact(found.uuid, at=clock.now(), days=days))

    def _say_impact(self, impact: EditionImpact) -> None:
        self._say_changes(impact.changes)
        if not impact.countries:
            self.stdout.write("No answer of any day from now on changes.")
        for code, countries in impact.countries.items():
            self.stdout.write(f"Answers from now on change for {code}: {', '.join(countries)}.")
        self.stdout.write(
            f"Touches {counted(len(impact.applications), 'open application')}, "
            f"{counted(len(impact.grants), 'live grant')} (they stand), "
            f"{counted(impact.decisions, 'decision')} of the last {impact.days} days; "
            f"{counted(impact.learners, 'learner')} in all."
        )
        for uuid in impact.applications:
            self.stdout.write(f"  application {uuid}")
        for uuid in impact.grants:
            self.stdout.write(f"  grant {uuid}")

    def _apply(self, options: dict[str, Any]) -> None:
        self._say(api.apply_edition(options["uuid"], by=options["by"], at=clock.now()))

    def _reject(self, options: dict[str, Any]) -> None:
        found = api.reject_edition(
            options["uuid"], by=options["by"], reason=options["reason"], at=clock.now()
        )
        self.stdout.write(_proposal(found))

    def _confirm(self, options: dict[str, Any]) -> None:
        row = api.confirm_membership(
            options["code"], options["country"], by=options["by"], note=options["note"],
            at=clock.now(), until=options["until"],
        )  # fmt: skip
        self.stdout.write(f"{row.edition}, {row.country}: {_end(row)} is confirmed.")

    def _export(self, options: dict[str, Any]) -> None:
        at = options["known_on"] or clock.now()
        rows = api.list_history(options["code"], known_at=at)
        self.stdout.write(write_csv(EXPORTED, [_cells(row) for row in rows]), ending="")

    def _say(self, done: EditionLoad) -> None:
        for edition in done.created:
            self.stdout.write(f"{edition.name} loaded: {counted(edition.rows, 'row')}.")
        for edition in done.unchanged:
            self.stdout.write(f"{edition.list_code} unchanged: {edition.name} stands.")
        if not done.created:
            self.stdout.write("Nothing new.")


Action = Callable[[str, str], argparse.ArgumentParser]


def _add_reading(action: Action) -> None:
    show = action("show", "the editions, and how many members each list has")
    show.add_argument("--on", type=_day, help="members on this day (UTC); today by default")
    show.add_argument("--list", dest="code", help="name the members of this list")
    show.add_argument(
        "--history", action="store_true",
        help="with --list: every row, past and to come, and States that are no more",
    )  # fmt: skip
    action("check", "what a person must look at; exit code 1 if anything")
    export = action("export", "every row of a list as CSV")
    export.add_argument("code", metavar="LIST")
    for sub in (show, export):
        sub.add_argument(
            "--known-on", type=_moment, metavar="MOMENT",
            help="as it was known at this moment (2026-11-23T12:00Z), or at the end of this day "
            "(2026-11-23), UTC; now by default",
        )  # fmt: skip


def _add_files(action: Action) -> None:
    diff = action("diff", "what files say otherwise than the newest editions; loads nothing")
    load = action("load", "the first edition of each list of the files, by one person")
    propose = action("propose", "files as new editions, for a second person to apply")
    for sub in (diff, load, propose):
        sub.add_argument(
            "files", nargs="+", metavar="FILE",
            help=f"a CSV file, or “{SHIPPED}” for those we come with",
        )  # fmt: skip
    for sub in (load, propose):
        sub.add_argument(
            "--source", type=text_of(ListEdition, "source"), default="",
            help="publication or address it comes from",
        )  # fmt: skip
        sub.add_argument(
            "--symbol", type=text_of(ListEdition, "document_symbol"), default="",
            help="document symbol, like A/RES/76/8",
        )  # fmt: skip
        sub.add_argument("--published-on", type=_day, help="day it was published")
        sub.add_argument(
            "--label", type=text_of(ListEdition, "version"), default="",
            help="the publisher's name of this version, like WB-2020-07, that a policy may pin",
        )  # fmt: skip
    load.add_argument(
        "--by", type=text_of(ListEdition, "loaded_by"), default="command line",
        help="who answers for it",
    )  # fmt: skip
    propose.add_argument("--by", required=True, help="user who proposes it")
    propose.add_argument(
        "--allow-removals", action="store_true",
        help="propose it even if countries vanish from a list without an until_date",
    )  # fmt: skip


def _add_deciding(action: Action) -> None:
    found = action("proposals", "proposed editions that wait for a second person")
    found.add_argument("--all", action="store_true", help="also those that were decided")
    impact = action("impact", "what a proposal changes, and whom it touches")
    impact.add_argument(
        "--days", type=_days, default=IMPACT_DAYS,
        help="count decisions of the last DAYS days (default: %(default)s)",
    )  # fmt: skip
    apply = action("apply", "make the proposed editions; not by who proposed them")
    reject = action("reject", "close a proposal without an edition")
    reject.add_argument("--reason", type=text_of(EditionProposal, "reason"), required=True)
    for sub in (impact, apply, reject):
        sub.add_argument("uuid", type=_uuid, metavar="PROPOSAL")
    confirm = action("confirm", "the end in force of a contested row stands")
    confirm.add_argument("code", metavar="LIST")
    confirm.add_argument("country", metavar="COUNTRY")
    confirm.add_argument(
        "--note", type=text_of(MembershipConfirmation, "note"), required=True,
        help="what you have looked at",
    )  # fmt: skip
    confirm.add_argument("--until", type=_day, help="the end that you mean, to be sure")
    for sub in (apply, reject, confirm):
        sub.add_argument("--by", required=True, help="user who answers for it")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not a date like 2026-11-24.") from None


def _moment(text: str) -> datetime:
    """A moment, or the last one of a day."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        said = f"“{text}” is not a moment like 2026-11-24T12:00Z, nor a day."
        raise argparse.ArgumentTypeError(said) from None
    if len(text) <= len("2026-11-24"):
        return clock.end_of(found.date())
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _days(text: str) -> int:
    number = whole_number(text, digits=5)
    if number is not None:
        return number
    raise argparse.ArgumentTypeError("a whole number of days from 0 to 99999 is needed.")


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}” is not the UUID of a proposal.") from None


def _files(options: dict[str, Any]) -> list[Path]:
    files: list[Path] = []
    for name in options["files"]:
        if name == SHIPPED:
            data = Path(str(resources.files("waiver_policy") / "data"))
            files += [data / shipped for shipped in SHIPPED_FILES]
        else:
            files.append(Path(name))
    return files


def _facts(options: dict[str, Any], files: list[Path]) -> EditionFacts:
    return EditionFacts(
        source=options["source"] or ", ".join(path.name for path in files)[:500],
        document_symbol=options["symbol"],
        published_on=options["published_on"],
        version=options["label"],
    )


def _end(row: Membership) -> str:
    return row.until_date.isoformat() if row.until_date else "no day"


def _row(row: Membership) -> str:
    since = _day_as_known(row.from_date, row.from_precision)
    until = _day_as_known(row.until_date, row.until_precision) if row.until_date else "open"
    asked = f", asked for: {row.alt_until_date}" if row.alt_until_date else ""
    value = f", value: {row.value}" if row.value else ""
    called = f" ({row.former_name})" if row.former_name else ""
    return f"{row.country}{called} {row.kind or '-'} {since} to {until}, {row.status}{asked}{value}"


def _source(row: Membership) -> str:
    return f", source: {row.source or '-'}"


def _day_as_known(day: date, precision: str) -> str:
    """A day, as exactly as it is known: 1994, 1994-05, or the day itself."""
    if precision == "not_later_than":
        return "always"
    return day.isoformat()[: {"year": 4, "month": 7}.get(precision, 10)]


def _cells(row: Membership) -> list[str]:
    return [
        row.list_code, row.edition, row.country, row.former_name, row.kind, row.value,
        row.from_date.isoformat(), row.from_precision,
        row.until_date.isoformat() if row.until_date else "", row.until_precision, row.status,
        row.alt_until_date.isoformat() if row.alt_until_date else "", row.source, row.note,
    ]  # fmt: skip


def _change(change: MembershipChange) -> str:
    place = f"{change.list_code} {change.country}"
    if change.before is None and change.after is not None:
        return f"+ {place}: {_row(change.after)}"
    if change.after is None and change.before is not None:
        return f"- {place}: {_row(change.before)}"
    before, after = (_row(row) for row in (change.before, change.after) if row is not None)
    if before == after and change.before and change.after:
        before += _source(change.before)
        after += _source(change.after)
    told = f"{before}  =>  {after}" if before != after else "note or precision"
    return f"~ {place}: {told}"


def _proposal(found: ProposalSummary) -> str:
    lists = ", ".join(sorted(found.base))
    decided = f" by {found.decided_by}" if found.decided_by else ""
    reason = f": {found.reason}" if found.reason else ""
    return (
        f"{found.uuid} ({lists}) proposed by {found.proposed_by or 'somebody who is gone'} on "
        f"{found.proposed_at:%Y-%m-%d %H:%M} UTC, from {found.source}, "
        f"{found.state}{decided}{reason}"
    )
