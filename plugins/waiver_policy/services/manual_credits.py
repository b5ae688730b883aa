"""Credits and corrections by hand: one person proposes, another confirms."""

from __future__ import annotations

import logging
from datetime import date, datetime
from uuid import UUID

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from waiver_policy import models, permissions
from waiver_policy.data import ManualCreditSummary
from waiver_policy.exceptions import (
    CreditClosed,
    CreditNotAllowed,
    InvalidCredit,
    UnknownCredit,
)
from waiver_policy.selectors.fund import to_manual_credit
from waiver_policy.services import fund, waiting

log = logging.getLogger(__name__)

Credit = models.ManualCredit
KINDS = ("manual", "donation", "correction")


def propose(
    amount: Money,
    *,
    kind: str,
    reason: str,
    by: int,
    at: datetime,
    effective_on: date | None = None,
) -> ManualCreditSummary:
    """Note what somebody wants to put into a fund, or to take out; nothing moves yet.

    Raises:
        CreditNotAllowed, InvalidCredit: see ``api.propose_credit``.
    """
    if not permissions.has_permission(by, permissions.PROPOSE_CREDIT):
        raise CreditNotAllowed("This person may not propose credits of a fund.")
    check_proposal(amount, kind=kind, reason=reason)
    row = Credit.objects.create(
        kind=kind,
        currency=amount.currency,
        minor=amount.minor,
        reason=reason.strip(),
        effective_on=effective_on or utc_day(at),
        proposed_by=by,
        proposed_at=at,
    )
    log.info("fund credit proposed: credit=%s fund=%s by=%s", row.uuid, row.currency, by)
    return to_manual_credit(row)


def check_proposal(amount: Money, *, kind: str, reason: str) -> None:
    """Whether amount, kind and reason go together.

    Raises:
        InvalidCredit: they do not.
    """
    if kind not in KINDS:
        raise InvalidCredit(f"“{kind}” is not a kind of credit; it is one of {', '.join(KINDS)}.")
    if kind == "correction" and amount.minor >= 0:
        raise InvalidCredit(f"A correction takes money out: {amount} must be negative.")
    if kind != "correction" and amount.minor <= 0:
        raise InvalidCredit(f"{amount} cannot be put into a fund; the amount must be positive.")
    words = reason.strip()
    if not words:
        raise InvalidCredit("Say where the money comes from, or why it is taken out.")
    if len(words) > fund.LONGEST_REASON:
        raise InvalidCredit(
            f"The reason has {len(words)} characters; at most {fund.LONGEST_REASON} can be kept."
        )


def confirm(uuid: UUID, *, by: int, at: datetime) -> ManualCreditSummary:
    """Book what somebody else has proposed. Once, however many confirm at the same moment.

    Raises:
        UnknownCredit, CreditNotAllowed, CreditClosed, InvalidCredit: see ``api.confirm_credit``.
    """
    row = _confirm(uuid, by=by, at=at)
    waiting.serve_after(row.currency, at=at)
    return to_manual_credit(row)


@in_transaction
def _confirm(uuid: UUID, *, by: int, at: datetime) -> models.ManualCredit:
    row = _locked(uuid, by=by)
    if row.proposed_by == by:
        raise CreditNotAllowed("Another person has to confirm it than the one who proposed it.")
    fund.book_outside(
        row.kind,
        Money.from_minor(row.minor, row.currency),
        key=f"manual:{row.uuid}",
        reason=row.reason,
        at=at,
        effective_on=row.effective_on,
    )
    _decide(row, Credit.CONFIRMED, by=by, at=at)
    return row


@in_transaction
def reject(uuid: UUID, *, by: int, at: datetime) -> ManualCreditSummary:
    """Close a proposal without booking it; who proposed it may do so, too.

    Raises:
        UnknownCredit, CreditNotAllowed, CreditClosed: see ``api.reject_credit``.
    """
    row = _locked(uuid, by=by)
    _decide(row, Credit.REJECTED, by=by, at=at)
    return to_manual_credit(row)


def _locked(uuid: UUID, *, by: int) -> models.ManualCredit:
    row = Credit.objects.select_for_update().filter(uuid=uuid).first()
    if row is None:
        raise UnknownCredit(f"There is no proposed credit {uuid}.")
    is_mine = row.proposed_by == by
    if not is_mine and not permissions.has_permission(by, permissions.CONFIRM_CREDIT):
        raise CreditNotAllowed("This person may not confirm credits of a fund.")
    if row.state != Credit.PROPOSED:
        raise CreditClosed(f"The credit {uuid} is {row.state} already.")
    return row


def _decide(row: models.ManualCredit, state: str, *, by: int, at: datetime) -> None:
    row.state, row.decided_by, row.decided_at = state, by, at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    log.info("fund credit %s: credit=%s by=%s", state, row.uuid, by)
