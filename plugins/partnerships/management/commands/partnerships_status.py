"""``manage.py partnerships_status``: what is in force now, and why the rest is not."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fairgate import clock
from fairgate.counted import counted
from partnerships import api, wording
from partnerships.data import VersionSummary


class Command(BaseCommand):
    """A line per version and per promise that is late under it.

    Exits with 1 if a signed text is not the text kept here, or an award does not follow from what
    was delivered.
    """

    help = "Show every agreement version, whether it is in force and why not, and what is late."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--on", metavar="YYYY-MM-DD", help="the start of this UTC day; default now"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        at = _moment(options["on"])
        versions = api.list_versions(at=at)
        for one in versions:
            self.stdout.write(_line(one))
            for late in wording.late(api.promises(one.uuid, at=at)):
                self.stdout.write(f"    late: {late}")
        for waits in api.list_proposed_diligence(at=at):
            self.stdout.write(wording.proposed(waits))
        for change in api.list_proposed_changes(at=at):
            self.stdout.write(wording.proposed_change(change))
        in_force = sum(one.is_in_force for one in versions)
        self.stdout.write(
            f"{counted(len(versions), 'version')}, {in_force} in force at {_written(at)} UTC."
        )
        altered = api.list_altered()
        if altered:
            raise CommandError(f"The text differs from what was signed: {', '.join(altered)}.")
        if awards := api.list_altered_awards():
            names = ", ".join(str(one) for one in awards)
            raise CommandError(f"Awards that do not follow from what was delivered: {names}.")


def _moment(on: str | None) -> datetime:
    if not on:
        return clock.now()
    try:
        return datetime.combine(datetime.fromisoformat(on).date(), time(), tzinfo=UTC)
    except ValueError:
        raise CommandError(f"“{on}” is not a day; write it like 2026-10-01.") from None


def _written(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(" ", "minutes")  # %Y writes the year 1 as "1"


def _line(one: VersionSummary) -> str:
    until = one.last_day.isoformat() if one.last_day else "open-ended"
    if one.ended_on:
        until += " (ended early)"
    if one.follows:
        what = f"amendment {one.follows.amendment}" if one.follows.amendment else "renewal"
        until += f"  {what} of version {one.follows.version}"
    why = "  ".join(wording.obstacle(obstacle) for obstacle in one.obstacles)
    return (
        f"{one.agreement} version {one.version}  {one.partner}  {one.valid_from} – {until}  "
        f"{wording.standing(one.standing)}  {why}".rstrip()
    )
