"""``revenue_share_statements``: write the statements of a closed month, or send them by mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_supported_language_variant

from fairgate import clock
from fairgate.counted import counted
from fairgate_papers import PapersError
from revenue_share import api
from revenue_share.data import StatementFormat, StatementPlace, StatementState, StatementSummary
from revenue_share.exceptions import FolderInUse, InvalidPeriod
from revenue_share.statement_folders import held, write_once
from revenue_share.statements import file_name

_SPOKEN = (StatementFormat.PDF, StatementFormat.XLSX)
_PAGE = 100


class Command(BaseCommand):
    """What is written or sent already is left alone, so a run that was stopped goes on."""

    help = (
        "Write the statements of a closed month as files, or send them to their parties by mail. "
        "Run again, it goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which statements, as which files, where to."""
        parser.add_argument("--period", help="the month, written like 2026-10")
        parser.add_argument("--party", action="append", help="only of this party; may be repeated")
        parser.add_argument(
            "--format",
            help="which files, like pdf,xlsx,csv,json (default: pdf)",
        )
        parser.add_argument("--to", type=Path, help="the folder that they are written into")
        parser.add_argument(
            "--language", help="of PDF and XLSX, like fr (default: that of the site)"
        )
        parser.add_argument(
            "--mail",
            action="store_true",
            help="send them to the contacts for finance; without --period, those of months that "
            "were closed lately",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Write or send; exit code 1 if something is missing, 2 for a wrong option."""
        if options["mail"] == bool(options["to"]):
            raise CommandError("Say --to FOLDER, or --mail.", returncode=2)
        if options["mail"] and (options["format"] or options["language"]):
            raise CommandError(
                "A mail has the PDF, in the language of its reader: leave --format and --language "
                "out.",
                returncode=2,
            )
        if options["mail"]:
            self._mail(options)
        else:
            self._write(options)

    # --- Files ------------------------------------------------------------------------------------

    def _write(self, options: Any) -> None:
        kinds, language = _kinds(options["format"] or "pdf"), _language(options["language"])
        if not options["period"]:
            raise CommandError("Say of which month: --period 2026-10.", returncode=2)
        found = _closed_statements(options["period"], options["party"])
        files = [(one, kind) for one in found for kind in kinds]
        try:
            with held(options["to"]):
                written, failed = self._write_all(files, options["to"], language)
        except FolderInUse as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            said = f"{options['to']} cannot be written to: {error.strerror}."
            raise CommandError(said, returncode=2) from None
        there = len(files) - written - failed
        self.stdout.write(
            f"{options['period']}: {counted(written, 'file')} written, {there} were there."
        )
        if failed:
            raise CommandError(f"{counted(failed, 'file')} cannot be written.")

    def _write_all(
        self,
        files: Sequence[tuple[StatementSummary, StatementFormat]],
        folder: Path,
        language: str,
    ) -> tuple[int, int]:
        """How many were written, and how many cannot be."""
        written = failed = 0
        for place, (one, kind) in enumerate(files, start=1):
            path = folder / _name(one, kind, language)
            try:
                written += write_once(path, partial(_write, one, kind, language))
            except PapersError as error:
                failed += 1
                self.stderr.write(f"{path.name}: {error}")
            self.stderr.write(f"{place} of {len(files)}  {path.name}")
        return written, failed

    # --- Mails ------------------------------------------------------------------------------------

    def _mail(self, options: Any) -> None:
        numbers = self._numbers(options)
        sent = failed = 0
        for place, number in enumerate(numbers, start=1):
            outcome = api.send_mail(number, at=clock.now())
            sent, failed = sent + (outcome is True), failed + (outcome is False)
            self.stderr.write(f"{place} of {len(numbers)}")
        self.stdout.write(f"{counted(sent, 'mail')} sent.")
        if nobody := self._without_contact(options):
            self.stdout.write(
                f"Nobody gets the statements of {', '.join(nobody)}: add a contact for finance."
            )
        if failed:
            raise CommandError(f"{counted(failed, 'mail')} cannot be sent now; run it again later.")

    def _without_contact(self, options: Any) -> Sequence[str]:
        at, period, parties = clock.now(), options["period"], options["party"]
        return [
            code
            for party in parties or [None]
            for code in api.parties_without_contact(period, party=party, at=at)
        ]

    def _numbers(self, options: Any) -> Sequence[int]:
        at, period, parties = clock.now(), options["period"], options["party"]
        if not period:
            if parties:
                raise CommandError("Say of which month: --period 2026-10.", returncode=2)
            return api.mails_due(at=at)
        _closed_statements(period, parties)
        return [
            number
            for party in parties or [None]
            for number in api.mails_of_period(period, party=party, at=at)
        ]


def _write(one: StatementSummary, kind: StatementFormat, language: str, to: IO[bytes]) -> None:
    statement = api.statement(one.party, one.period, currency=one.currency)
    api.write_statement(statement, kind, language=language, to=to)


def _kinds(text: str) -> list[StatementFormat]:
    try:
        return list(dict.fromkeys(StatementFormat(one.strip()) for one in text.split(",")))
    except ValueError:
        known = ", ".join(StatementFormat)
        said = f"--format {text}: known are {known}, with commas between them."
        raise CommandError(said, returncode=2) from None


def _language(code: str | None) -> str:
    if code is None:
        return str(settings.LANGUAGE_CODE)
    try:
        return str(get_supported_language_variant(code))
    except LookupError:
        said = f"--language {code}: this site does not speak that language."
        raise CommandError(said, returncode=2) from None


def _closed_statements(period: str, parties: Sequence[str] | None) -> list[StatementSummary]:
    """The frozen statements of a month by party and currency, of these parties or of all.

    Raises:
        CommandError: it is no month, or open; a party has none in it.
    """
    try:
        found = list(_statements(period))
    except InvalidPeriod as error:
        raise CommandError(str(error), returncode=2) from None
    if not any(one.is_closed for one in api.list_periods() if one.period == period):
        raise CommandError(f"{period} is not closed: its statements may still change.")
    if parties is None:
        return found
    if missing := sorted(set(parties) - {one.party for one in found}):
        raise CommandError(f"There is no statement of {', '.join(missing)} in {period}.")
    return [one for one in found if one.party in parties]


def _statements(period: str) -> Iterator[StatementSummary]:
    after = None
    while page := api.statements_page(period=period, after=after, limit=_PAGE):
        yield from (one for one in page if one.state is not StatementState.DRAFT)
        last = page[-1]
        after = StatementPlace(period=last.period, party=last.party, currency=last.currency)


def _name(one: StatementSummary, kind: StatementFormat, language: str) -> str:
    """Like ``RS-000003-2026-10-GSMA-USD.fr.pdf``; what has no words has no language."""
    spoken = f".{language}" if kind in _SPOKEN else ""
    return file_name(one, f"{spoken}.{kind}")
