"""What the waiver fund is to be handed: who sends it and who proves the books ask the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from partnerships.data import FUND

from ..data import Account
from ..models import FundCredit, FundPosition, LedgerEntry
from .checking_ledger import NO_EVENTS


def unsent_credits() -> QuerySet[FundCredit]:
    """Credits that the fund has not received yet, oldest first."""
    waiting = FundCredit.objects.filter(sent_at__isnull=True)
    return waiting.select_related("event").order_by("pk")


def broken_currencies(waiting: Collection[FundCredit]) -> set[str]:
    """The currencies of these credits in which the fund must not be handed anything.

    Two statements, however many there are. Another worker may have sent them by now.
    """
    moved = moved_by([credit.event.uuid for credit in waiting])
    wrong = {credit.currency for credit in without_cause(waiting, moved)}
    agreeing = {row.currency for row in FundPosition.objects.all() if is_handed_over(row)}
    return wrong | {credit.currency for credit in waiting} - agreeing


def is_handed_over(position: FundPosition) -> bool:
    """Whether credits were made of all that was cleared, and of nothing else."""
    return position.credited_minor == max(position.cleared_minor, 0)


def moved_by(causes: Iterable[UUID]) -> dict[UUID, int]:
    """What each of these events brought to the fund's own account, or took from it below zero."""
    entries = LedgerEntry.objects.filter(
        account=Account.FUND_AVAILABLE.value, party=FUND, transaction__cause_uuid__in=causes
    ).exclude(transaction__cause_kind__in=NO_EVENTS)
    groups = entries.order_by().values_list("transaction__cause_uuid")
    sums = groups.annotate(units=Sum(F("credit_minor") - F("debit_minor")))
    return {cause: int(units) for cause, units in sums}


def without_cause(rows: Iterable[FundCredit], moved: Mapping[UUID, int]) -> list[FundCredit]:
    """The credits of more than their events moved, or the other way.

    It may be less: what made up for a position below zero is not handed over.
    """
    return [
        credit
        for credit in rows
        if not _is_within(credit.amount_minor, moved.get(credit.event.uuid, 0))
        or credit.currency != credit.event.currency
    ]


def _is_within(amount: int, moved: int) -> bool:
    return min(moved, 0) <= amount <= max(moved, 0)
