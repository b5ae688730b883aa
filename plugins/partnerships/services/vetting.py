"""Recording what an examination of a partner found."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any

from django.db import transaction

from partnerships import models
from partnerships.services.known import known_partner
from partnerships.services.sending import made_once

log = logging.getLogger(__name__)


def record_due_diligence(
    code: str,
    *,
    accepted: bool,
    expires_on: date,
    by: str,
    at: datetime,
    notes: str,
    evidence: str,
    key: str,
) -> None:
    """Record an outcome; the same one as the last is not recorded twice."""
    told: dict[str, Any] = {
        "accepted": accepted,
        "expires_on": expires_on,
        "notes": notes.strip()[:1000],
        "evidence": evidence.strip()[:500],
    }

    def record() -> str:
        with transaction.atomic():
            write_due_diligence(known_partner(code), by=by, at=at, **told)
        return code

    made_once(record, key=key, what="due diligence", said={"partner": code, **told})


def write_due_diligence(
    partner: models.Partner,
    *,
    accepted: bool,
    expires_on: date,
    by: str,
    at: datetime,
    notes: str = "",
    evidence: str = "",
) -> None:
    """The same within a transaction that writes more."""
    last = partner.due_diligence.order_by("-recorded_at", "-id").first()
    if last is not None and (last.accepted, last.expires_on) == (accepted, expires_on):
        # A file that says the same outcome again says nothing of its papers.
        says_no_more = (notes, evidence) in (("", ""), (last.notes, last.evidence))
        if says_no_more:
            return
    check = partner.due_diligence.create(
        accepted=accepted,
        expires_on=expires_on,
        notes=notes,
        evidence=evidence,
        recorded_by=by,
        recorded_at=at,
    )
    log.info("due diligence recorded: partner=%s check=%s", partner.uuid, check.pk)
