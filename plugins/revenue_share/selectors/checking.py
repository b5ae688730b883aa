"""Proves the invariants of the books (money.md 5.4) and names the first row that breaks each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import Case, Count, F, Max, Q, Sum, When
from django.db.models.functions import Coalesce

from fairgate.counted import counted

from .. import statements
from ..data import SEATS, Account, EventKind, Fault, Part, Units
from ..models import (
    AllocationLine,
    CarriedRemainder,
    LedgerEntry,
    LedgerTransaction,
    LockDate,
    PeriodClose,
    RevenueEvent,
    SaleStanding,
    Statement,
)
from . import rollups
from .statements import SPENT_BY_FUND

#: The accounts that make up a party's position.
POSITION = (
    Account.PAYABLE_ON_HOLD,
    Account.FEE_LOST,
    Account.PAYABLE_CLEARED,
    Account.FUND_AVAILABLE,
)

#: The parts whose units were shared by weight, so that carries follow them.
_SHARED = (Part.SHARE.value, Part.MIRROR.value)


def check() -> tuple[Fault, ...]:
    """One fault per broken invariant, none when all hold."""
    found = (next(proof(), None) for proof in PROOFS)
    return tuple(fault for fault in found if fault is not None)


def _transactions_balance() -> Iterator[Fault]:
    rows = LedgerTransaction.objects.annotate(
        debits=Coalesce(Sum("entries__debit_minor"), 0),
        credits=Coalesce(Sum("entries__credit_minor"), 0),
        foreign=Count("entries", filter=~Q(entries__currency=F("currency"))),
    )
    broken = ~Q(debits=F("debit_minor")) | ~Q(credits=F("credit_minor")) | Q(foreign__gt=0)
    unequal = ~Q(debit_minor=F("credit_minor"))
    for row in rows.filter(broken | unequal).order_by("pk"):
        yield Fault(
            invariant="transaction balances",
            row=row.key,
            sentence=f"debits {row.debits}, credits {row.credits}, stated {row.debit_minor} "
            f"{row.currency}; {counted(row.foreign, 'entry', 'entries')} of another currency.",
        )


def _events_are_posted() -> Iterator[Fault]:
    keys = set(LedgerTransaction.objects.values_list("key", flat=True))
    for event in RevenueEvent.objects.exclude(gross_minor=0).order_by("pk").iterator():
        needed = ("sale", "allocation") if event.kind == EventKind.SALE else (event.kind,)
        moves = event.kind not in SEATS or event.net_minor
        for kind in needed if moves else ():
            if f"{kind}:{event.uuid}" not in keys and _moves(event, kind):
                sentence = f"the transaction {kind} is missing."
                yield Fault(invariant="event is posted", row=str(event), sentence=sentence)


def _moves(event: RevenueEvent, kind: str) -> bool:
    # Receipts of nothing (a gross that is all tax and no fee) share nothing.
    return kind != "allocation" or event.gross_minor != event.tax_minor or event.fee_minor != 0


def _lines_sum_to_the_event() -> Iterator[Fault]:
    by_weight = Q(kind="sale", lines__part=Part.SHARE.value) | Q(
        kind="refund", lines__part=Part.MIRROR.value
    )
    shared = RevenueEvent.objects.filter(terms_version__isnull=False).annotate(
        shared=Coalesce(Sum("lines__units_minor", filter=by_weight), 0),
        lost=Coalesce(Sum("lines__units_minor", filter=Q(lines__part=Part.LOST_FEE.value)), 0),
    )
    broken = ~Q(shared=F("net_minor")) | (Q(kind="refund") & ~Q(lost=-F("fee_minor")))
    for event in shared.filter(broken).order_by("pk"):
        yield Fault(
            invariant="lines sum to the event",
            row=str(event),
            sentence=f"lines {event.shared}, event {event.net_minor}; "
            f"lost fees {event.lost}, event {event.fee_minor} {event.currency}.",
        )


def _positions_equal_lines() -> Iterator[Fault]:
    ledger: dict[tuple[str, str], int] = {}
    entries = LedgerEntry.objects.filter(account__in=[account.value for account in POSITION])
    groups = entries.order_by("party", "currency").values_list("party", "currency")
    for party, currency, debit, credit in groups.annotate(
        debit=Sum("debit_minor"), credit=Sum("credit_minor")
    ):
        ledger[party, currency] = credit - debit
    lines: dict[tuple[str, str], int] = {}
    of_lines = AllocationLine.objects.order_by("party", "currency").values_list("party", "currency")
    for party, currency, units in of_lines.annotate(units=Sum("units_minor")):
        lines[party, currency] = units
    for key in sorted(ledger.keys() | lines.keys()):
        if ledger.get(key, 0) != lines.get(key, 0):
            yield Fault(
                invariant="position equals lines",
                row=" ".join(key),
                sentence=f"ledger {ledger.get(key, 0)}, lines {lines.get(key, 0)}.",
            )


def _standings_equal_lines() -> Iterator[Fault]:
    for row in SaleStanding.objects.select_related("sale").order_by("pk").iterator():
        lines = AllocationLine.objects.filter(Q(event=row.sale_id) | Q(event__sale=row.sale_id))
        sums: dict[bool, dict[str, int]] = {False: {}, True: {}}
        for line in lines:
            kept = sums[line.part == Part.LOST_FEE]
            kept[line.party] = kept.get(line.party, 0) + line.units_minor
        refunds = RevenueEvent.objects.filter(sale=row.sale_id)
        refunded = refunds.aggregate(sum=Sum("gross_minor"))["sum"] or 0
        found = (_without_zeros(sums[False]), _without_zeros(sums[True]), refunded)
        if found != (_without_zeros(row.held), _without_zeros(row.lost), row.refunded_minor):
            sentence = "what is left of the sale is not what its lines say."
            yield Fault(invariant="standing equals lines", row=str(row.sale), sentence=sentence)


def _without_zeros(units: Units) -> Units:
    return {party: value for party, value in units.items() if value}


def _gateway_equals_events() -> Iterator[Fault]:
    came = Case(
        When(kind="sale", then=F("gross_minor") - F("fee_minor")),
        When(kind="refund", then=-F("gross_minor")),
        default=0,
    )
    events = dict(
        RevenueEvent.objects.order_by("currency").values_list("currency").annotate(sum=Sum(came))
    )
    clearing = LedgerEntry.objects.filter(account=Account.GATEWAY_CLEARING.value)
    groups = clearing.order_by("currency").values_list("currency")
    ledger = dict(groups.annotate(sum=Sum(F("debit_minor") - F("credit_minor"))))
    for currency in sorted(events):
        if events[currency] != ledger.get(currency, 0):
            yield Fault(
                invariant="gateway clearing equals the gateway's lines",
                row=currency,
                sentence=f"ledger {ledger.get(currency, 0)}, events {events[currency]}.",
            )


def _carries_are_exact() -> Iterator[Fault]:
    # carry = (what was shared by weight) * w / W - units, so nothing was lost to rounding.
    for row in CarriedRemainder.objects.order_by("terms_version", "currency", "place"):
        events = RevenueEvent.objects.filter(terms_version=row.terms_version, currency=row.currency)
        shared = events.aggregate(sum=Sum("net_minor"))["sum"] or 0
        parts: tuple[str, ...] = _SHARED
        by_weight = events.filter(kind="refund", fee_bearer="pro_rata")
        if lost := by_weight.aggregate(sum=Sum("fee_minor"))["sum"]:
            shared -= lost
            parts = (*_SHARED, Part.LOST_FEE.value)
        lines = AllocationLine.objects.filter(event__in=events, party=row.party, part__in=parts)
        units = lines.aggregate(sum=Sum("units_minor"))["sum"] or 0
        if shared * row.weight - units * row.denominator != row.numerator:
            sentence = f"carries {row.numerator}/{row.denominator}, which its lines do not give."
            yield Fault(invariant="carry is exact", row=f"carry {row.pk}", sentence=sentence)


def _statements_are_as_frozen() -> Iterator[Fault]:
    for row in Statement.objects.order_by("number"):
        if statements.digest(row.document) != row.sha256:
            sentence = "its document does not have its hash."
            yield Fault(invariant="statement is as frozen", row=str(row), sentence=sentence)


def _statements_chain() -> Iterator[Fault]:
    closings: dict[tuple[str, str], int] = {}
    for row in Statement.objects.defer("document").order_by("number"):
        before = closings.get((row.party, row.currency), 0)
        if row.opening_minor != before:
            sentence = f"opens with {row.opening_minor}, the one before closed with {before}."
            yield Fault(invariant="statements chain", row=str(row), sentence=sentence)
        closings[row.party, row.currency] = row.closing_minor


def _statements_hold_every_line() -> Iterator[Fault]:
    closed = PeriodClose.objects.values("period")
    counted = AllocationLine.objects.filter(period__in=closed).exclude(SPENT_BY_FUND)
    groups = counted.order_by("period", "party", "currency")
    sums = {
        (period, party, currency): units
        for period, party, currency, units in groups.values_list(
            "period", "party", "currency"
        ).annotate(units=Sum("units_minor"))
    }
    for row in Statement.objects.defer("document").order_by("number"):
        lines = sums.pop((row.period, row.party, row.currency), 0)
        if lines != row.subtotal_minor:
            sentence = f"says {row.subtotal_minor}, its lines sum to {lines}."
            yield Fault(invariant="statement equals its lines", row=str(row), sentence=sentence)
    for key, units in sums.items():
        yield Fault(
            invariant="statement equals its lines",
            row=" ".join(key),
            sentence=f"lines of {units} are on no statement.",
        )


def _sums_are_kept() -> Iterator[Fault]:
    for row in rollups.differing():
        sentence = "is not what its events give; revenue_share_rebuild makes it again."
        yield Fault(invariant="sums equal their events", row=row, sentence=sentence)


def _closed_months_stay_closed() -> Iterator[Fault]:
    lock = LockDate.objects.values_list("period", flat=True).first() or ""
    last = PeriodClose.objects.aggregate(last=Max("period"))["last"] or ""
    if lock != last:
        sentence = f"the lock date is {lock or 'empty'}, the last closed month {last or 'none'}."
        yield Fault(invariant="closed months stay closed", row="lock date", sentence=sentence)
    for close in PeriodClose.objects.order_by("period"):
        late = LedgerTransaction.objects.filter(
            period__lte=close.period, posted_at__gt=close.closed_at
        )
        for row in late.order_by("pk"):
            sentence = f"was posted in {row.period} after {close.period} was closed."
            yield Fault(invariant="closed months stay closed", row=row.key, sentence=sentence)


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _transactions_balance,
    _events_are_posted,
    _lines_sum_to_the_event,
    _positions_equal_lines,
    _standings_equal_lines,
    _gateway_equals_events,
    _carries_are_exact,
    _statements_are_as_frozen,
    _statements_chain,
    _statements_hold_every_line,
    _sums_are_kept,
    _closed_months_stay_closed,
)
