"""The fund and the grants it pays."""

from __future__ import annotations

from fairgate.money import Money, exponent
from fairgate.percent import Percent
from waiver_policy import models
from waiver_policy.data import FundBalance, FundEntrySummary, GrantSummary
from waiver_policy.rules.deciding import restored_reduction


def fund_balance(currency: str) -> FundBalance:
    """What the fund of a currency has; zeros when there is none yet.

    Raises:
        fairgate.money.UnknownCurrency: the code is not a currency.
    """
    exponent(currency)
    fund = models.WaiverFund.objects.filter(currency=currency).first()
    row = fund or models.WaiverFund(currency=currency)
    return FundBalance(
        fund=currency,
        currency=currency,
        available=Money.from_minor(row.available_minor, currency),
        reserved=Money.from_minor(row.reserved_minor, currency),
        committed=Money.from_minor(row.committed_minor, currency),
    )


def list_fund_entries(currency: str) -> tuple[FundEntrySummary, ...]:
    """Every movement, in the order of writing."""
    entries = models.FundEntry.objects.filter(fund__currency=currency)
    return tuple(
        FundEntrySummary(
            uuid=entry.uuid,
            kind=entry.kind,
            amount=Money.from_minor(entry.minor, currency),
            key=entry.key,
            reason=entry.reason,
            grant_uuid=entry.grant.uuid if entry.grant else None,
            at=entry.at,
        )
        for entry in entries.select_related("grant").order_by("id")
    )


def to_grant(row: models.WaiverGrant) -> GrantSummary:
    """A grant as a value. ``seat_cost`` is ``None`` when the fund pays nothing for the seat."""
    return GrantSummary(
        uuid=row.uuid,
        decision_uuid=row.decision.uuid,
        user_id=row.user_id,
        offering_code=row.offering_code,
        percent=Percent.from_basis_points(row.percent_bp),
        seat_cost=Money.from_minor(row.cost_minor, row.currency) if row.cost_minor else None,
        granted_at=row.granted_at,
        expires_on=row.expires_on,
        state=row.state,
        reduction=restored_reduction(row.decision.reduction["steps"]),
    )
