"""The fund and the grants it pays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from fractions import Fraction

from django.db.models import Count, F, Q, QuerySet, Sum

from fairgate.clock import utc_day
from fairgate.money import Money, exponent
from fairgate.percent import Percent
from waiver_policy import models
from waiver_policy.data import (
    FundBalance,
    FundChange,
    FundEntrySummary,
    FundFault,
    FundMovement,
    GrantSummary,
    ManualCreditSummary,
    Runway,
)
from waiver_policy.rules.conditions import add_months
from waiver_policy.rules.deciding import restored_reduction

COLUMNS = ("available", "reserved", "committed", "shortfall")
#: What came from outside, whether it was free or made up for what the fund owed.
RECEIVED = F("available_change") - F("shortfall_change")


def fund_balance(currency: str) -> FundBalance:
    """What the fund of a currency has; zeros when there is none yet.

    Raises:
        fairgate.money.UnknownCurrency: the code is not a currency.
    """
    exponent(currency)
    fund = models.WaiverFund.objects.filter(currency=currency).first()
    return _balance(fund or models.WaiverFund(currency=currency))


def list_funds() -> tuple[FundBalance, ...]:
    """Every fund, by currency."""
    return tuple(_balance(row) for row in models.WaiverFund.objects.order_by("currency"))


def _balance(row: models.WaiverFund) -> FundBalance:
    return FundBalance(
        fund=row.currency,
        currency=row.currency,
        available=Money.from_minor(row.available_minor, row.currency),
        reserved=Money.from_minor(row.reserved_minor, row.currency),
        committed=Money.from_minor(row.committed_minor, row.currency),
        shortfall=Money.from_minor(row.shortfall_minor, row.currency),
        waiting=row.waiting,
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
            effective_on=entry.effective_on,
            at=entry.at,
        )
        for entry in entries.select_related("grant").order_by("id")
    )


def fund_movements(currency: str, *, since: date, until: date) -> tuple[FundMovement, ...]:
    """What was written of a fund from one UTC day to another, both included, by kind."""
    entries = models.FundEntry.objects.filter(
        fund__currency=currency,
        at__gte=_midnight(since),
        at__lte=datetime.combine(until, time.max, UTC),
    )
    sums = entries.order_by("kind").values_list("kind")
    return tuple(
        FundMovement(
            kind=kind,
            **{
                name: Money.from_minor(int(value), currency)
                for name, value in zip(COLUMNS, values, strict=True)
            },
        )
        for kind, *values in sums.annotate(*(Sum(f"{name}_change") for name in COLUMNS))
    )


def fund_changes(
    currency: str,
    column: str,
    *,
    kind: str | None,
    since: date | None,
    until: date | None,
    after: int,
    limit: int,
) -> tuple[FundChange, ...]:
    """A page of the movements that changed a column (``COLUMNS``, or ``received``)."""
    change = F(f"{column}_change") if column in COLUMNS else RECEIVED
    rows = models.FundEntry.objects.filter(fund__currency=currency, pk__gt=after)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if since is not None:
        rows = rows.filter(at__gte=_midnight(since))
    if until is not None:
        rows = rows.filter(at__lte=datetime.combine(until, time.max, UTC))
    page = rows.annotate(change=change).exclude(change=0).order_by("pk")
    return tuple(
        FundChange(
            place=pk,
            uuid=uuid,
            kind=of,
            amount=Money.from_minor(int(minor), currency),
            at=at,
        )
        for pk, uuid, of, minor, at in page.values_list("pk", "uuid", "kind", "change", "at")[
            :limit
        ]
    )


def runway(currency: str, *, at: datetime, months: int) -> Runway:
    """How many months the free money lasts at the pace of the last full months.

    What was committed in them counts by when it was booked, less what was returned in them.

    Raises:
        fairgate.money.UnknownCurrency: the code is not a currency.
    """
    balance = fund_balance(currency)
    until = utc_day(at).replace(day=1)
    since = add_months(until, -months)
    entries = models.FundEntry.objects.filter(
        fund__currency=currency,
        kind__in=["committed", "returned"],
        at__gte=_midnight(since),
        at__lt=_midnight(until),
    )
    spent = int(entries.aggregate(sum=Sum("committed_change"))["sum"] or 0)
    left = Fraction(balance.available.minor * months, spent) if spent > 0 else None
    return Runway(
        available=balance.available,
        spent=Money.from_minor(spent, currency),
        over_months=months,
        months=left,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def list_manual_credits(*, is_open: bool) -> tuple[ManualCreditSummary, ...]:
    """Credits and corrections by hand, in the order they were proposed; all, or the open ones."""
    rows = models.ManualCredit.objects.order_by("id")
    rows = rows.filter(state=models.ManualCredit.PROPOSED) if is_open else rows
    return tuple(to_manual_credit(row) for row in rows)


def to_manual_credit(row: models.ManualCredit) -> ManualCreditSummary:
    """A proposed credit as a value."""
    return ManualCreditSummary(
        uuid=row.uuid,
        kind=row.kind,
        amount=Money.from_minor(row.minor, row.currency),
        reason=row.reason,
        effective_on=row.effective_on,
        state=row.state,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
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
        offered_until=row.offered_until,
    )


def check_funds() -> tuple[FundFault, ...]:
    """Every difference between what is stored and what the rows behind it add up to."""
    return (*_funds_equal_entries(), *_funds_equal_grants(), *_waiting_is_counted(), *_uses())


def _funds_equal_entries() -> Iterator[FundFault]:
    sums = {
        row.pop("fund_id"): row
        for row in models.FundEntry.objects.order_by("fund_id")
        .values("fund_id")
        .annotate(**{name: Sum(f"{name}_change") for name in COLUMNS})
    }
    stored = {row.currency: row for row in models.WaiverFund.objects.all()}
    for currency in sorted(sums.keys() | stored.keys()):
        for name in COLUMNS:
            has = getattr(stored.get(currency), f"{name}_minor", 0)
            told = sums.get(currency, {}).get(name, 0)
            if has != told:
                yield FundFault(
                    subject=currency, sentence=f"{name} is {has}; its entries sum to {told}."
                )


def _funds_equal_grants() -> Iterator[FundFault]:
    grants = models.WaiverGrant.objects.exclude(currency="").order_by("currency")
    sums = grants.values_list("currency").annotate(
        reserved=Sum("cost_minor", filter=Q(state="reserved"), default=0),
        committed=Sum("cost_minor", filter=Q(state="committed"), default=0),
    )
    by_currency = {currency: numbers for currency, *numbers in sums}
    for row in models.WaiverFund.objects.order_by("currency"):
        reserved, committed = by_currency.get(row.currency, (0, 0))
        for name, has, told in (
            ("reserved", row.reserved_minor, reserved),
            ("committed", row.committed_minor, committed),
        ):
            if has != told:
                yield FundFault(
                    subject=row.currency, sentence=f"{name} is {has}; its grants sum to {told}."
                )


def _waiting_is_counted() -> Iterator[FundFault]:
    waiting = models.WaitingPlace.objects.filter(state=models.WaitingPlace.WAITING)
    for_money = waiting.filter(waits_for="").exclude(currency="").order_by("currency")
    for_room = waiting.exclude(waits_for="").order_by("waits_for")
    found = {
        **dict(for_money.values_list("currency").annotate(places=Count("pk"))),
        **dict(for_room.values_list("waits_for").annotate(places=Count("pk"))),
    }
    stored = {
        **dict(models.WaiverFund.objects.values_list("currency", "waiting")),
        **dict(models.QuotaSubject.objects.filter(Q(waiting__gt=0) | Q(subject__in=found))
               .values_list("subject", "waiting")),
    }  # fmt: skip
    for subject in sorted(found.keys() | stored.keys()):
        if found.get(subject, 0) != stored.get(subject, 0):
            yield FundFault(
                subject=subject,
                sentence=f"{stored.get(subject, 0)} are counted as waiting; "
                f"{found.get(subject, 0)} wait.",
            )


def _uses() -> Iterator[FundFault]:
    live = models.WaiverGrant.objects.filter(state__in=models.WaiverGrant.LIVE)
    sums: Counter[str] = Counter()
    for counts_for in live.values_list("counts_for", flat=True).iterator():
        sums.update(counts_for)
    counting = models.QuotaUse.objects.filter(given_back_at__isnull=True)
    # Of who has left, the seat is counted for nobody in particular: no grant tells of it.
    sums.update(_forgotten(counting))
    stored = dict(models.QuotaSubject.objects.values_list("subject", "used"))
    for subject in sorted(sums.keys() | stored.keys()):
        if sums[subject] != stored.get(subject, 0):
            yield FundFault(
                subject=subject,
                sentence=f"{stored.get(subject, 0)} are counted as used; "
                f"its grants sum to {sums[subject]}.",
            )
    held = counting.filter(grant__isnull=False)
    for use in held.exclude(grant__state__in=models.WaiverGrant.LIVE).order_by("pk"):
        yield FundFault(
            subject=use.subject_id, sentence=f"use {use.pk} counts, and its grant is over."
        )


def _forgotten(counting: QuerySet[models.QuotaUse]) -> dict[str, int]:
    """What counts for subjects without a grant that tells of it."""
    rows = counting.filter(grant__isnull=True).order_by("subject").values_list("subject")
    return dict(rows.annotate(Sum("amount")))
