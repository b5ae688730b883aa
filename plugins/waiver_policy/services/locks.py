"""Keeps a price for a person, and ends that."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from django.db import transaction

from fairgate.money import Money
from fairgate_tables.inserting import insert_or_lock
from waiver_policy import conf, models
from waiver_policy.data import Applicant, Decision, PriceLockSummary
from waiver_policy.exceptions import NothingToKeep
from waiver_policy.models import PriceLock
from waiver_policy.rules import price_locks
from waiver_policy.selectors import locks, quoted
from waiver_policy.selectors.decisions import Decided
from waiver_policy.services.decisions import write_decision

log = logging.getLogger(__name__)


def keep_price(
    applicant: Applicant, *, offering_code: str, at: datetime, price: Money | None
) -> PriceLockSummary:
    """Keep the waiver of this moment for a while; what is kept already stands as it is.

    Raises:
        NothingToKeep: see ``api.keep_price``.
    """
    decided = quoted.decide(applicant, offering_code=offering_code, at=at, price=price)
    kept = keep(decided, at=at)
    if kept is None:
        raise NothingToKeep(decided.decision)
    return locks.to_summary(kept)


def keep(decided: Decided, *, at: datetime) -> PriceLock | None:
    """Write a decision down and keep its price, unless one is kept; ``None``: there is none."""
    if decided.lock is not None:
        return decided.lock
    if could_be_kept_until(decided.decision) is None:
        return None
    with transaction.atomic():
        return lock(write_decision(decided.decision, decided.version), decided, at=at)


def lock(row: models.WaiverDecision, decided: Decided, *, at: datetime) -> PriceLock | None:
    """Keep the price of a decision that is written down, unless one is kept already.

    One that is kept is not renewed by an order or an application: it would never end.
    """
    if decided.lock is not None:
        return decided.lock
    with transaction.atomic():
        made = remember(row, decided, at=at)
        if made is None:
            return None
        # Another request of this person may be faster, by the same rules: then theirs counts. The
        # decision is read with a lock as well: our snapshot may be older than theirs.
        locked = PriceLock.objects.select_for_update().select_related("decision")
        found: PriceLock = locked.get(live_key=made.live_key)
    log.info("price kept: lock=%s until=%s", found.uuid, found.until)
    return found


def remember(row: models.WaiverDecision, decided: Decided, *, at: datetime) -> PriceLock | None:
    """The same in as few statements as it takes, for a caller who need not know which one counts.

    ``None``: there is nothing to keep, or one is kept already.
    """
    until = could_be_kept_until(decided.decision)
    if decided.lock is not None or until is None:
        return None
    if decided.void_lock is not None:
        is_over = not locks.holds(decided.void_lock, at=at)
        because = PriceLock.EXPIRED if is_over else PriceLock.COUNTRY_CHANGED
        _end(decided.void_lock, because, at=at)
    made = PriceLock(
        user_id=row.user_id,
        offering_code=row.offering_code,
        live_key=locks.live_key(row.user_id, row.offering_code),
        decision=row,
        country=row.facts.country,
        until=until,
    )
    insert_or_lock(made, field="live_key")
    return made


def end_lock(user_id: int, offering_code: str, *, because: str, at: datetime) -> None:
    """End what is kept of a price, if anything is."""
    # Looked for without a lock: a locking statement that finds nothing locks the gap.
    row = PriceLock.objects.filter(live_key=locks.live_key(user_id, offering_code)).first()
    if row is not None:
        _end(row, because, at=at)


def could_be_kept_until(decision: Decision) -> date | None:
    """The first day (UTC) without; ``None``: there is nothing to keep, or nothing is kept."""
    days = conf.price_lock_days()
    if not days or not price_locks.may_be_kept(decision):
        return None
    return decision.decided_on + timedelta(days=days)


def _end(row: PriceLock, because: str, *, at: datetime) -> None:
    PriceLock.objects.filter(pk=row.pk, live_key__isnull=False).update(
        live_key=None, ended_at=at, end_reason=because
    )
    log.info("price no longer kept: lock=%s because=%s", row.uuid, because)
