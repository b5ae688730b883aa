"""``manage.py waiver_policy_retire USER_ID``: forgets a person, as the platform's pipeline does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fairgate import clock
from waiver_policy import api
from waiver_policy.exceptions import CoolingOff
from waiver_policy.management.options import user_id


class Command(BaseCommand):
    """Exit code 0: forgotten, or nothing was there. 1: still in the days of cooling off."""

    help = "Deletes what waivers know about a person; keeps amounts, policies and list editions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user_id", type=user_id, help="the id of the user who has left")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = api.retire_person(options["user_id"], at=clock.now())
        except CoolingOff as error:
            raise CommandError(str(error), returncode=1) from None
        for name, rows in done.items():
            self.stdout.write(f"{name}: {rows}")
