"""Proves the ledger by itself: transactions balance, entries belong to one, months stay closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Sum, When

from fairgate.counted import counted

from ..data import DISPUTES, Account, CauseKind, EventKind, Fault
from ..models import (
    AllocationLine,
    LedgerEntry,
    LedgerTransaction,
    LockDate,
    PeriodClose,
    RevenueEvent,
)

#: What takes something of a sale back, or gives it again.
AFTER_A_SALE = tuple(kind.value for kind in (EventKind.REFUND, *DISPUTES))

#: The causes of transactions that are no events.
NO_EVENTS = ("close", CauseKind.PAYOUT.value)


def entries_on(*accounts: Account) -> QuerySet[LedgerEntry]:
    """The entries on these accounts.

    Of every currency that there is: the index has the currency first, and without it each entry is
    looked at. The currencies themselves it has at once.
    """
    currencies = LedgerEntry.objects.order_by().values_list("currency", flat=True).distinct()
    return LedgerEntry.objects.filter(
        currency__in=list(currencies), account__in=[account.value for account in accounts]
    )


def _transactions_balance() -> Iterator[Fault]:
    unequal = LedgerTransaction.objects.filter(~Q(debit_minor=F("credit_minor")))
    sums = (
        LedgerEntry.objects.order_by("transaction")
        .values("transaction")
        .annotate(
            debits=Sum("debit_minor"),
            credits=Sum("credit_minor"),
            stated=Max("transaction__debit_minor"),
            foreign=Sum(Case(When(currency=F("transaction__currency"), then=0), default=1)),
        )
    )
    broken = sums.filter(~Q(debits=F("stated")) | ~Q(credits=F("stated")) | Q(foreign__gt=0))
    without = LedgerTransaction.objects.filter(
        ~Exists(LedgerEntry.objects.filter(transaction=OuterRef("pk")))
    )
    first = [row["transaction"] for row in broken[:1]]
    first += [pk for rows in (unequal, without)
              for pk in rows.order_by("pk").values_list("pk", flat=True)[:1]]  # fmt: skip
    for row in LedgerTransaction.objects.filter(pk__in=first).order_by("pk"):
        yield _unbalanced(row)


def _unbalanced(row: LedgerTransaction) -> Fault:
    debit, credit = (
        sum(row.entries.values_list(side, flat=True)) for side in ("debit_minor", "credit_minor")
    )
    foreign = row.entries.exclude(currency=row.currency).count()
    return Fault(
        invariant="transaction balances",
        row=row.key,
        sentence=f"debits {debit}, credits {credit}, stated {row.debit_minor} "
        f"{row.currency}; {counted(foreign, 'entry', 'entries')} of another currency.",
    )


def _entries_are_of_their_transaction() -> Iterator[Fault]:
    # The database's own foreign key says so too, unless the table is partitioned (decision 0071).
    lost = LedgerEntry.objects.filter(
        ~Exists(LedgerTransaction.objects.filter(pk=OuterRef("transaction_id")))
    )
    for row in lost.order_by("pk")[:1]:
        sentence = f"there is no transaction {row.transaction_id}."
        yield Fault(
            invariant="entry is of its transaction", row=f"entry {row.pk}: {row}", sentence=sentence
        )
    moved = LedgerEntry.objects.filter(~Q(period=F("transaction__period")))
    for row in moved.select_related("transaction").order_by("pk")[:1]:
        sentence = f"is in {row.period}, its transaction in {row.transaction.period}."
        yield Fault(
            invariant="entry is of its transaction", row=f"entry {row.pk}: {row}", sentence=sentence
        )


def _lines_are_of_their_event() -> Iterator[Fault]:
    lost = AllocationLine.objects.filter(
        ~Exists(RevenueEvent.objects.filter(pk=OuterRef("event_id")))
    )
    moved = AllocationLine.objects.filter(~Q(period=F("event__counted_in")))
    for rows in (lost, moved):
        for row in rows.order_by("pk")[:1]:
            sentence = f"there is no event {row.event_id} that is counted in {row.period}."
            yield Fault(
                invariant="line is of its event", row=f"line {row.pk}: {row}", sentence=sentence
            )


def _gateway_equals_events() -> Iterator[Fault]:
    came = Case(
        When(kind="sale", then=F("gross_minor") - F("fee_minor")),
        When(kind__in=AFTER_A_SALE, then=-F("gross_minor") - F("dispute_fee_minor")),
        default=0,
    )
    events = dict(
        RevenueEvent.objects.filter(merchant="")
        .order_by("currency")
        .values_list("currency")
        .annotate(sum=Sum(came))
    )
    clearing = entries_on(Account.GATEWAY_CLEARING)
    groups = clearing.order_by("currency").values_list("currency")
    ledger = dict(groups.annotate(sum=Sum(F("debit_minor") - F("credit_minor"))))
    for currency in sorted(events):
        if events[currency] != ledger.get(currency, 0):
            yield Fault(
                invariant="gateway clearing equals the gateway's lines",
                row=currency,
                sentence=f"ledger {ledger.get(currency, 0)}, events {events[currency]}.",
            )


def _closed_months_stay_closed() -> Iterator[Fault]:
    invariant = "closed months stay closed"
    lock = LockDate.objects.values_list("period", flat=True).first() or ""
    last = PeriodClose.objects.aggregate(last=Max("period"))["last"] or ""
    if lock != last:
        sentence = f"the lock date is {lock or 'empty'}, the last closed month {last or 'none'}."
        yield Fault(invariant=invariant, row="lock date", sentence=sentence)
    groups = LedgerTransaction.objects.order_by("period").values_list("period")
    newest = dict(groups.annotate(newest=Max("posted_at")))
    for close in PeriodClose.objects.order_by("period"):
        late = [month for month in sorted(newest)
                if month <= close.period and newest[month] > close.closed_at]  # fmt: skip
        for row in _posted_late(late, close).order_by("pk")[:1]:
            sentence = f"was posted in {row.period} after {close.period} was closed."
            yield Fault(invariant=invariant, row=row.key, sentence=sentence)


def _posted_late(months: list[str], close: PeriodClose) -> QuerySet[LedgerTransaction]:
    rows = LedgerTransaction.objects.filter(period__in=months, posted_at__gt=close.closed_at)
    return rows if months else rows.none()


def _causes_are_booked() -> Iterator[Fault]:
    booked = RevenueEvent.objects.filter(uuid=OuterRef("cause_uuid"))
    rows = LedgerTransaction.objects.exclude(cause_kind__in=NO_EVENTS).filter(~Exists(booked))
    for row in rows.order_by("pk")[:1]:
        yield Fault(
            invariant="transaction has its event", row=row.key, sentence="there is no such event."
        )


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _transactions_balance,
    _entries_are_of_their_transaction,
    _lines_are_of_their_event,
    _causes_are_booked,
    _gateway_equals_events,
    _closed_months_stay_closed,
)
