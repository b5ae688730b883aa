"""Shows what providers told us, and works it again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from fairgate.counted import counted
from fairgate.errors import FairgateError
from fee_payments import api


class Command(BaseCommand):
    """Without options: what waits, and what is held for a person. Never shows what was sent."""

    help = "List events of payment providers that wait or are held; or work some again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--show", action="store_true", help="List all, not only what is stuck.")
        parser.add_argument("--replay", type=int, metavar="ID", help="Work this one again.")
        parser.add_argument(
            "--since", help="With --show: from this day on (UTC). Else: work all from it on again."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        since = _moment(options["since"])
        if options["replay"] is not None:
            self._replay([options["replay"]])
        elif since is not None and not options["show"]:
            self._replay([one.pk for one in api.list_events(since=since, only_stuck=False)])
        else:
            for one in api.list_events(since=since, only_stuck=not options["show"]):
                self.stdout.write(
                    f"{one.pk} {one.received_at:%Y-%m-%d %H:%M} {one.provider} {one.kind} "
                    f"{one.outcome or 'new'}: {one.sentence}"
                )

    def _replay(self, pks: list[int]) -> None:
        refused = 0
        for pk in pks:
            try:
                receipt = api.replay_event(pk, at=clock.now())
            except FairgateError as error:
                refused += 1
                self.stdout.write(f"{pk} not worked: {error}")
            else:
                self.stdout.write(f"{pk} {receipt.outcome}: {receipt.sentence}")
        if refused == len(pks):
            raise CommandError("Nothing was worked again.")
        self.stdout.write(f"{counted(len(pks) - refused, 'event')} worked again")


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time.min, tzinfo=UTC)
    except ValueError:
        raise CommandError(f"“{text}” is no day; write it like 2026-11-01.") from None
