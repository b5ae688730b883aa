"""Compares providers, our books and who may enter, and says what differs."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from fairgate.errors import FairgateError
from fee_payments import api
from fee_payments.data import Difference


class Command(BaseCommand):
    """One line for each difference, with the one thing to do; exit code 1 if any is left."""

    help = (
        "Compare what the payment providers have with our books and with who may enter. Prints a "
        "line for each difference and exits with 1 if one is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", help="Only this one; else every one that is in use.")
        parser.add_argument(
            "--since",
            help="First day (UTC) of the charges to compare: 2026-11-01. Default: a week.",
        )
        parser.add_argument(
            "--fix", action="store_true", help="Write what the provider says into our books."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        since = _first_moment(options["since"], at)
        found: list[Difference] = []
        for name in [options["provider"]] if options["provider"] else api.provider_names():
            try:
                # What a payer does at this moment is told by its event.
                found += api.reconcile(name, since=since, until=at, at=at, fix=options["fix"])
            except FairgateError as error:
                raise CommandError(f"{name}: {error}") from error
        found += api.list_wrong_rights(at=at, fix=options["fix"])
        for one in found:
            self.stdout.write(f"{one.what}: {one.sentence} → {one.todo}")
        left = sum(not one.is_mended for one in found)
        self.stdout.write(f"{counted(len(found), 'difference')}, {left} left")
        if left:
            raise SystemExit(1)


def _first_moment(text: str | None, at: datetime) -> datetime:
    if not text:
        return at - timedelta(days=7)
    try:
        return datetime.combine(date.fromisoformat(text), time.min, tzinfo=UTC)
    except ValueError:
        raise CommandError(f"“{text}” is no day; write it like 2026-11-01.") from None
