"""Taking an agreement out of force and putting it back: one record for all of it."""

from __future__ import annotations

import logging
from datetime import datetime

from partnerships import lock_objects, rules

log = logging.getLogger(__name__)

# Who has more to say is not kept from suspending.
_LONGEST = 500


def suspend(code: str, *, by: str, reason: str, at: datetime) -> None:
    """Take an agreement out of force from ``at`` on: one record hides every mark of it."""
    with lock_objects.locked_agreement(code) as agreement:
        rules.check_may_suspend(lock_objects.last_suspension_now(agreement), at=at, agreement=code)
        agreement.suspension_records.create(
            suspends=True, at=at, reason=reason.strip()[:_LONGEST], recorded_by=by
        )
    log.info("agreement suspended: agreement=%s", agreement.uuid)


def resume(code: str, *, by: str, reason: str, at: datetime) -> None:
    """Lift the suspension from ``at`` on."""
    with lock_objects.locked_agreement(code) as agreement:
        rules.check_may_resume(lock_objects.last_suspension_now(agreement), at=at, agreement=code)
        agreement.suspension_records.create(
            suspends=False, at=at, reason=reason.strip()[:_LONGEST], recorded_by=by
        )
    log.info("agreement resumed: agreement=%s", agreement.uuid)
