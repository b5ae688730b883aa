"""Remembers when the country of a profile became another one."""

from __future__ import annotations

import logging
from datetime import datetime

from fairgate.clock import utc_day
from fairgate_tables.inserting import insert_or_lock
from fairgate_tables.transactions import in_transaction
from waiver_policy import models

log = logging.getLogger(__name__)

Change = models.ChangeOfCountry


@in_transaction
def country_changed(user_id: int, *, before: str, after: str, at: datetime) -> None:
    """Keep the day, or the country that was taken out; see ``api.country_changed``."""
    if before == after or not (before or _has_emptied(user_id)):
        return
    insert_or_lock(Change(user_id=user_id), field="user_id")
    row = Change.objects.select_for_update().get(user_id=user_id)
    known = before or row.country
    if after and known not in ("", after):
        row.changed_on = utc_day(at)
    row.country = "" if after else known
    row.save(update_fields=["country", "changed_on"])
    log.info("country of a profile: user=%s", user_id)


def _has_emptied(user_id: int) -> bool:
    """Whether there was a country before the blank one: else this is a first choice."""
    return Change.objects.filter(user_id=user_id).exclude(country="").exists()


def forget(user_id: int) -> int:
    """Delete what is kept about changes of a person's country; how many rows there were."""
    return Change.objects.filter(user_id=user_id).delete()[0]
