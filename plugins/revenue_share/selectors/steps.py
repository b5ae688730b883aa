"""What one person has asked for and another decides about: adjustments, accounts, rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from fairgate.money import Money
from fairgate_tables.two_people import TwoPeople

from ..data import (
    AccountSummary,
    AdjustmentSummary,
    Moved,
    RateProposalSummary,
    RemittanceSummary,
    StepState,
)
from ..exceptions import StepNotFound, UnknownAdjustment
from ..models import Adjustment, PayoutAccount, RateProposal, Remittance

S = TypeVar("S")

_STATES = {
    StepState.WAITING: Q(confirmed_at__isnull=True, refused_at__isnull=True),
    StepState.CONFIRMED: Q(confirmed_at__isnull=False),
    StepState.REFUSED: Q(refused_at__isnull=False),
}


def list_adjustments(
    *, state: StepState | None, after: UUID | None, limit: int
) -> tuple[AdjustmentSummary, ...]:
    """Adjustments, the newest first: at most ``limit`` after the one with this key.

    Raises:
        UnknownAdjustment: ``after`` is none of them.
    """
    seen = _adjustment(after) if after else None
    rows = Adjustment.objects.prefetch_related("lines")
    return _page(rows, _shown_adjustment, state, seen, limit)


def get_adjustment(uuid: UUID) -> AdjustmentSummary:
    """One adjustment.

    Raises:
        UnknownAdjustment: nobody proposed it.
    """
    return _shown_adjustment(_adjustment(uuid))


def list_accounts(
    *, party: str | None, state: StepState | None, after: UUID | None, limit: int
) -> tuple[AccountSummary, ...]:
    """Accounts of parties and their ends, the newest first: at most ``limit`` after this one.

    Raises:
        StepNotFound: ``after`` is none of them.
    """
    seen = _account(after) if after else None
    rows = PayoutAccount.objects.filter(party=party) if party else PayoutAccount.objects.all()
    return _page(rows, _shown_account, state, seen, limit)


def get_account(uuid: UUID) -> AccountSummary:
    """One account, or the end of one.

    Raises:
        StepNotFound: there is none.
    """
    return _shown_account(_account(uuid))


def list_rate_proposals(
    *, state: StepState | None, after: UUID | None, limit: int
) -> tuple[RateProposalSummary, ...]:
    """Rates that were entered by hand, the newest first: at most ``limit`` after this one.

    Raises:
        StepNotFound: ``after`` is none of them.
    """
    seen = _rate(after) if after else None
    return _page(RateProposal.objects.all(), _shown_rate, state, seen, limit)


def get_rate_proposal(uuid: UUID) -> RateProposalSummary:
    """One rate that was entered by hand.

    Raises:
        StepNotFound: there is none.
    """
    return _shown_rate(_rate(uuid))


def list_remittances(
    *, party: str | None, state: StepState | None, after: UUID | None, limit: int
) -> tuple[RemittanceSummary, ...]:
    """What parties paid over, the newest first: at most ``limit`` after this one.

    Raises:
        StepNotFound: ``after`` is none of them.
    """
    seen = find_remittance(after) if after else None
    rows = Remittance.objects.filter(party=party) if party else Remittance.objects.all()
    return _page(rows, _shown_remittance, state, seen, limit)


def get_remittance(uuid: UUID) -> RemittanceSummary:
    """What a party paid over.

    Raises:
        StepNotFound: there is none.
    """
    return _shown_remittance(find_remittance(uuid))


def _page(
    rows: QuerySet[Any],
    show: Callable[[Any], S],
    state: StepState | None,
    seen: TwoPeople | None,
    limit: int,
) -> tuple[S, ...]:
    # One that was seen stays a cursor when it is decided meanwhile.
    wanted = rows.filter(_STATES[state]) if state else rows
    if seen is not None:
        wanted = wanted.filter(pk__lt=seen.pk)
    return tuple(show(row) for row in wanted.order_by("-pk")[:limit])


def _adjustment(uuid: UUID) -> Adjustment:
    row: Adjustment | None = Adjustment.objects.filter(uuid=uuid).first()
    if row is None:
        raise UnknownAdjustment("There is no adjustment %(key)s.", key=uuid)
    return row


def _account(uuid: UUID) -> PayoutAccount:
    row: PayoutAccount | None = PayoutAccount.objects.filter(uuid=uuid).first()
    if row is None:
        raise StepNotFound("There is no account %(key)s.", key=uuid)
    return row


def _rate(uuid: UUID) -> RateProposal:
    row: RateProposal | None = RateProposal.objects.filter(uuid=uuid).first()
    if row is None:
        raise StepNotFound("There is no rate %(key)s entered by hand.", key=uuid)
    return row


def find_remittance(uuid: UUID) -> Remittance:
    """The row of what a party paid over.

    Raises:
        StepNotFound: there is none.
    """
    row: Remittance | None = Remittance.objects.filter(uuid=uuid).first()
    if row is None:
        raise StepNotFound("There is no remittance %(key)s.", key=uuid)
    return row


def _shown_adjustment(row: Adjustment) -> AdjustmentSummary:
    lines = sorted(row.lines.all(), key=lambda line: int(line.pk))
    return AdjustmentSummary(
        **_step(row),
        period=row.period,
        currency=row.currency,
        amounts=tuple(
            Moved(party=line.party, amount=Money.from_minor(line.units_minor, row.currency))
            for line in lines
        ),
    )


def _shown_account(row: PayoutAccount) -> AccountSummary:
    return AccountSummary(
        **_step(row),
        party=row.party,
        currency=row.currency,
        account=row.masked,
        counts=row.live_key is not None,
    )


def _shown_rate(row: RateProposal) -> RateProposalSummary:
    return RateProposalSummary(
        **_step(row),
        base=row.base,
        currency=row.currency,
        rate=row.rate,
        effective_on=row.effective_on,
    )


def _shown_remittance(row: Remittance) -> RemittanceSummary:
    return RemittanceSummary(
        **_step(row),
        party=row.party,
        amount=Money.from_minor(row.amount_minor, row.currency),
        booked_on=row.booked_on,
        reference=row.reference,
    )


def _step(row: Any) -> dict[str, Any]:
    """What every step of two people has."""
    state = StepState.REFUSED if row.refused_at else StepState.WAITING
    return {
        "uuid": row.uuid,
        "state": StepState.CONFIRMED if row.confirmed_at else state,
        "reason": row.reason,
        "asked_by": row.asked_by,
        "asked_at": row.asked_at,
        "decided_by": row.confirmed_by or row.refused_by,
        "decided_at": row.confirmed_at or row.refused_at,
        "because": row.refused_because,
    }
