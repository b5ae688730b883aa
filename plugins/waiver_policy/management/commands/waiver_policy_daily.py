"""``manage.py waiver_policy_daily``: ends what is over, reminds, and sends mails."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError

from fairgate import clock
from fairgate.errors import FairgateError
from waiver_policy import api

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Exit code 0: done. 1: a step failed; the others were done."""

    help = (
        "Ends applications and approvals whose time is over, reminds learners and reviewers, and "
        "sends mails that wait. May run as often as you like; once a day is the least."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        at, failed = clock.now(), []
        for counted, step in api.daily_steps():
            try:
                self.stdout.write(f"{counted}: {step(at)}")
            except (FairgateError, DatabaseError):
                # One step that cannot be done keeps no other from being done.
                log.exception("waiver_policy_daily: failed at “%s”", counted)
                failed.append(counted)
        if failed:
            raise CommandError(f"Not done: {', '.join(failed)}. See the log.", returncode=1)
