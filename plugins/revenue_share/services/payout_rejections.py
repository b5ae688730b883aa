"""What the bank has not executed, and will not: two people say so, and the statement is free."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from fairgate_tables.transactions import in_transaction

from .. import lock_objects
from ..data import PayoutState
from ..exceptions import PayoutRefused, StepNotFound
from ..models import Payout, PayoutRejection
from ..selectors import payouts as reads
from .asking_once import ask_once, step_uuid
from .deciding import check_reason, confirm, refuse, waiting
from .payout_records import settle_over

log = logging.getLogger(__name__)


def ask_rejection(payout_uuid: UUID, *, reason: str, by: int, at: datetime, key: str) -> UUID:
    """Say that the bank has not executed a payout; the key of what waits for a second person.

    Raises:
        PayoutNotFound: there is no such payout.
        PayoutRefused: no reason, the bank has told something of it, or one waits already.
        KeyReused: the key stands for another request.
    """
    row, uuid, why = reads.payout_row(payout_uuid), step_uuid(key), reason.strip()

    def is_same(known: PayoutRejection) -> bool:
        return (known.payout_id, known.reason) == (row.pk, why)

    @transaction.atomic
    def ask() -> None:
        check_reason(reason, PayoutRefused)
        _check_not_executed(row, is_locked=False)
        PayoutRejection.objects.create(
            uuid=uuid, payout=row, live_key=row.pk, reason=why, asked_by=by, asked_at=at
        )
        log.info("payout said not to be executed: payout=%s by=%s", row.uuid, by)

    try:
        return ask_once(PayoutRejection, uuid, is_same=is_same, ask=ask)
    except IntegrityError:
        raise PayoutRefused("This waits for a second person already.") from None


@in_transaction
def reject(uuid: UUID, *, by: int, at: datetime) -> None:
    """Confirm it as the second person: the statement can be paid again.

    If the bank executes it all the same, it counts as long as no other payout has its statement.

    Raises:
        StepNotFound, SecondPersonNeeded: there is none; the same person has said so.
        PayoutRefused: it was decided already, or the bank has told something of it by now.
    """
    closed = lock_objects.hold_lock_date()
    step = waiting(PayoutRejection, _step_id(uuid), PayoutRefused, by=by)
    payout = lock_objects.lock_payout(step.payout_id)
    _check_not_executed(payout, is_locked=True)
    confirm(step, by=by, at=at)
    payout.state, payout.live_key = PayoutState.REJECTED.value, None
    payout.save(update_fields=["state", "live_key"])
    settle_over([payout.statement_id], closed, at)
    log.info("payout rejected: payout=%s by=%s", payout.uuid, by)


@in_transaction
def refuse_rejection(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Do not confirm it: the bank is still to pay.

    Raises:
        StepNotFound: there is none.
        PayoutRefused: no reason, or it was decided already.
    """
    check_reason(because, PayoutRefused)
    step = waiting(PayoutRejection, _step_id(uuid), PayoutRefused)
    refuse(step, by=by, because=because, at=at)
    step.live_key = None
    step.save(update_fields=["live_key"])


def _check_not_executed(payout: Payout, *, is_locked: bool) -> None:
    standing = reads.standing_of(payout, is_locked=is_locked)
    # Money that came in does not say that it was executed.
    was_debited = any(not entry.is_credit for entry, _fault in standing.faults)
    if payout.state != PayoutState.ORDERED or was_debited:
        raise PayoutRefused(
            "Only a payout that was sent, and of which the bank has told nothing, can be said not "
            "to have been executed."
        )


def _step_id(uuid: UUID) -> int:
    rows = PayoutRejection.objects.filter(uuid=uuid)
    pk: int | None = rows.values_list("pk", flat=True).first()
    if pk is None:
        raise StepNotFound("There is nothing %(key)s that was not executed.", key=uuid)
    return pk
