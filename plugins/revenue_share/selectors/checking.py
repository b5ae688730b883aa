"""Proves the invariants of the books (money.md 5.4) and names the first row that breaks each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from django.db.models import Case, Count, F, Max, Q, Sum, When
from django.db.models.functions import Coalesce

from fairgate.counted import counted
from partnerships.data import PRO_RATA

from .. import statements
from ..data import (
    DISPUTES,
    SEATS,
    TAKEN_BY_BANKS,
    Account,
    CauseKind,
    EventKind,
    Fault,
    Part,
    Units,
)
from ..models import (
    Adjustment,
    AllocationLine,
    CarriedRemainder,
    DisputeStanding,
    LedgerEntry,
    LedgerTransaction,
    LockDate,
    PeriodClose,
    RecoupmentStanding,
    RevenueEvent,
    SaleStanding,
    Statement,
)
from ..rules.refunds import excess
from . import checking_payouts, rollups
from .statements import SPENT_BY_FUND

#: The accounts that make up a party's position.
POSITION = (
    Account.PAYABLE_ON_HOLD,
    Account.FEE_LOST,
    Account.PAYABLE_CLEARED,
    Account.RECEIVABLE,
    Account.DISPUTE_FEE,
    Account.FUND_AVAILABLE,
)

#: The parts whose units were shared by weight, so that carries follow them.
_SHARED = (Part.SHARE.value, Part.MIRROR.value)

#: What takes something of a sale back, or gives it again.
_AFTER_A_SALE = tuple(kind.value for kind in (EventKind.REFUND, *DISPUTES))


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
    for event in RevenueEvent.objects.order_by("pk").iterator():
        for kind in _needed(event):
            if f"{kind}:{event.uuid}" not in keys:
                sentence = f"the transaction {kind} is missing."
                yield Fault(invariant="event is posted", row=str(event), sentence=sentence)


def _needed(event: RevenueEvent) -> tuple[str, ...]:
    """The transactions of an event; one that moves nothing has none."""
    if event.kind in SEATS:
        return (event.kind,) if event.net_minor else ()
    if event.kind == EventKind.ADJUSTMENT:
        return (event.kind,)
    if event.kind != EventKind.SALE:
        return (event.kind,) if event.gross_minor or event.dispute_fee_minor else ()
    # Receipts of nothing (a gross that is all tax and no fee) share nothing.
    has_receipts = event.gross_minor != event.tax_minor or event.fee_minor
    needed = (event.kind, "allocation") if has_receipts else (event.kind,)
    return needed if event.gross_minor or event.fee_minor else ()


def _lines_sum_to_the_event() -> Iterator[Fault]:
    shared = RevenueEvent.objects.filter(terms_version__isnull=False).prefetch_related("lines")
    for event in shared.order_by("pk").iterator(500):
        found: dict[str, int] = {}
        for line in event.lines.all():
            kind = _BASE if line.part in (*_SHARED, Part.RECOUPED) else line.part
            found[kind] = found.get(kind, 0) + line.units_minor
        for part, units in _stated_sums(event).items():
            if found.get(part, 0) != units:
                yield Fault(
                    invariant="lines sum to the event",
                    row=str(event),
                    sentence=f"{part}: lines {found.get(part, 0)}, event {units} {event.currency}.",
                )


#: What is shared of an event: what is recouped, and what is shared by weight.
_BASE = "base"


def _stated_sums(event: RevenueEvent) -> dict[str, int]:
    """What the lines of an event's parts sum to, as its columns say."""
    is_sale = event.kind == EventKind.SALE
    sign = 1 if is_sale else -1
    fee = event.fee_minor if event.processor_fee_bearer else 0
    owed = event.net_minor if is_sale else -(
        event.gross_minor - event.tax_minor + event.dispute_fee_minor
    )  # fmt: skip
    return {
        _BASE: event.net_minor + sign * fee,
        Part.PROCESSOR_FEE.value: -sign * fee,
        Part.LOST_FEE.value: 0 if is_sale else -event.fee_minor,
        Part.DISPUTE_FEE.value: -event.dispute_fee_minor,
        Part.COLLECTED.value: -owed if event.merchant else 0,
    }


def _adjustments_are_by_two_people() -> Iterator[Fault]:
    booked = RevenueEvent.objects.filter(kind=EventKind.ADJUSTMENT.value)
    events = {event.uuid: event for event in booked.prefetch_related("lines")}
    for step in Adjustment.objects.prefetch_related("lines").order_by("pk"):
        event = events.pop(step.uuid, None)
        stated = {line.party: line.units_minor for line in step.lines.all()}
        lines = {line.party: line.units_minor for line in event.lines.all()} if event else None
        is_confirmed = step.confirmed_by is not None and step.confirmed_by != step.asked_by
        wanted = {party: units for party, units in stated.items() if party}
        if (
            is_confirmed != (event is not None)
            or (event and lines != wanted)
            or sum(stated.values())
        ):
            sentence = "what is booked is not what one person proposed and another confirmed."
            yield Fault(invariant="adjustment by two people", row=str(step.uuid), sentence=sentence)
    for event in events.values():
        sentence = "nobody has proposed it."
        yield Fault(invariant="adjustment by two people", row=str(event), sentence=sentence)


def _recoupments_equal_lines() -> Iterator[Fault]:
    lines = AllocationLine.objects.filter(part=Part.RECOUPED.value)
    groups = lines.values_list("event__agreement", "currency", "party")
    found = {
        (agreement, currency, party): units
        for agreement, currency, party, units in groups.annotate(
            units=Sum("units_minor")
        ).order_by()
    }
    for row in RecoupmentStanding.objects.order_by("pk"):
        units = found.pop((row.agreement, row.currency, row.party), 0)
        if units != row.recouped_minor:
            sentence = f"lines {units}, kept {row.recouped_minor}."
            yield Fault(invariant="recoupment equals lines", row=str(row), sentence=sentence)
    for key, units in found.items():
        if units:
            sentence = f"lines of {units} are kept nowhere."
            yield Fault(invariant="recoupment equals lines", row=" ".join(key), sentence=sentence)


def _positions_equal_lines() -> Iterator[Fault]:
    ledger: dict[tuple[str, str], int] = {}
    entries = LedgerEntry.objects.filter(account__in=[account.value for account in POSITION])
    entries = entries.exclude(transaction__cause_kind=CauseKind.PAYOUT.value)
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
        if _stated(row) != _found(row):
            sentence = "what is left of the sale is not what its lines say."
            yield Fault(invariant="standing equals lines", row=str(row.sale), sentence=sentence)


def _stated(row: SaleStanding) -> tuple[object, ...]:
    gone = (row.net_gone_minor, row.tax_gone_minor, row.fee_gone_minor)
    taken = tuple(row.disputed.get("amounts", (0, 0, 0)))
    back = _without_zeros(row.disputed.get("units", {}))
    sums = (row.refunded_minor, row.disputed_minor)
    return (_without_zeros(row.kept), gone, taken, back, sums)


def _found(row: SaleStanding) -> tuple[object, ...]:
    """The same from the events of a sale and their lines."""
    later = list(RevenueEvent.objects.filter(sale=row.sale_id))
    disputes = [event for event in later if event.dispute_uuid]
    of_disputes = {event.pk for event in disputes}
    kept: dict[str, dict[str, int]] = {}
    taken: dict[str, dict[str, int]] = {}
    for line in AllocationLine.objects.filter(Q(event=row.sale_id) | Q(event__sale=row.sale_id)):
        part = Part.SHARE.value if line.part == Part.MIRROR else line.part
        if line.part != Part.COLLECTED:
            _count(kept, part, line)
        if line.event_id in of_disputes and line.part in TAKEN_BY_BANKS:
            _count(taken, line.part, line)
    sums = (_gross(later) - _gross(disputes), _gross(disputes))
    return (_without_zeros(kept), _gone(later), _gone(disputes), _without_zeros(taken), sums)


def _count(kept: dict[str, dict[str, int]], part: str, line: AllocationLine) -> None:
    by_party = kept.setdefault(part, {})
    by_party[line.party] = by_party.get(line.party, 0) + line.units_minor


def _gone(events: list[RevenueEvent]) -> tuple[int, int, int]:
    return (
        -sum(event.net_minor for event in events),
        sum(event.tax_minor for event in events),
        sum(event.fee_minor for event in events),
    )


def _gross(events: list[RevenueEvent]) -> int:
    return sum(event.gross_minor for event in events)


def _without_zeros(kept: Mapping[str, Units]) -> dict[str, Units]:
    left = {
        part: {party: value for party, value in units.items() if value}
        for part, units in kept.items()
    }
    return {part: units for part, units in left.items() if units}


def _excess_is_what_is_beyond_the_sale() -> Iterator[Fault]:
    for row in SaleStanding.objects.select_related("sale").order_by("pk").iterator():
        gone = row.refunded_minor + row.disputed_minor
        events = RevenueEvent.objects.filter(sale=row.sale_id)
        found = events.aggregate(sum=Sum("excess_minor"))["sum"] or 0
        if found != excess(row.sale.gross_minor, gone):
            sentence = f"{found} is booked as beyond it, of {gone} that went back."
            yield Fault(invariant="excess is beyond the sale", row=str(row.sale), sentence=sentence)


def _disputes_equal_events() -> Iterator[Fault]:
    for row in DisputeStanding.objects.order_by("pk").iterator():
        events = RevenueEvent.objects.filter(dispute_uuid=row.uuid)
        sums = events.aggregate(amount=Sum("gross_minor"), fee=Sum("dispute_fee_minor"))
        found = (sums["amount"] or 0, sums["fee"] or 0)
        shares = [tuple(share) for share in row.shares.values()]
        stated = tuple(sum(parts) for parts in zip(*shares, strict=True)) if shares else (0, 0)
        if not found == stated == (row.amount_minor, row.fee_minor):
            sentence = f"says {row.amount_minor} and {row.fee_minor}, its events {found}."
            yield Fault(invariant="dispute equals its events", row=str(row.uuid), sentence=sentence)


def _entries_follow_from_their_event() -> Iterator[Fault]:
    """Every transaction of an event, made again from its columns and lines."""
    written = _entries_by_event()
    for event in RevenueEvent.objects.prefetch_related("lines").order_by("pk").iterator(500):
        wanted = _legs_of(event)
        found = written.pop(event.uuid, {})
        if wanted != found:
            differ = sorted(key for key in {*wanted, *found} if wanted.get(key) != found.get(key))
            account, party = differ[0]
            sentence = (
                f"{account} {party}".strip() + f": entries {found.get(differ[0], 0)}, "
                f"event {wanted.get(differ[0], 0)}."
            )
            yield Fault(
                invariant="entries follow from their event", row=str(event), sentence=sentence
            )
    for uuid in written:
        sentence = "there is no such event."
        yield Fault(invariant="entries follow from their event", row=str(uuid), sentence=sentence)


#: A party's position as one account, whatever the stage of the money.
_ALL_OF_A_PARTY = "position"


def _entries_by_event() -> dict[UUID, dict[tuple[str, str], int]]:
    position = {account.value for account in POSITION}
    entries = LedgerEntry.objects.exclude(
        transaction__cause_kind__in=("close", CauseKind.PAYOUT.value)
    )
    found: dict[UUID, dict[tuple[str, str], int]] = {}
    for cause, account, party, units in entries.values_list(
        "transaction__cause_uuid", "account", "party"
    ).annotate(units=Sum(F("debit_minor") - F("credit_minor"))):
        sums = found.setdefault(cause, {})
        key = (_ALL_OF_A_PARTY if account in position else account, party)
        sums[key] = sums.get(key, 0) + int(units)
    return {cause: {key: value for key, value in sums.items() if value}
            for cause, sums in found.items() if any(sums.values())}  # fmt: skip


def _legs_of(event: RevenueEvent) -> dict[tuple[str, str], int]:
    legs: dict[tuple[str, str], int] = {}
    for line in event.lines.all():
        key = (_ALL_OF_A_PARTY, line.party)
        legs[key] = legs.get(key, 0) - line.units_minor
    if event.merchant:
        pass  # the money, and its tax, are not ours
    elif event.kind == EventKind.SALE:
        legs[Account.GATEWAY_CLEARING.value, ""] = event.gross_minor - event.fee_minor
        legs[Account.TAX_PAYABLE.value, ""] = -event.tax_minor
    elif event.kind in _AFTER_A_SALE:
        legs[Account.GATEWAY_CLEARING.value, ""] = -event.gross_minor - event.dispute_fee_minor
        legs[Account.TAX_PAYABLE.value, ""] = event.tax_minor
    # What is neither at the gateway, nor tax, nor somebody's, waits for a decision.
    legs[Account.UNALLOCATED.value, ""] = -sum(legs.values())
    return {key: value for key, value in legs.items() if value}


def _gateway_equals_events() -> Iterator[Fault]:
    came = Case(
        When(kind="sale", then=F("gross_minor") - F("fee_minor")),
        When(kind__in=_AFTER_A_SALE, then=-F("gross_minor") - F("dispute_fee_minor")),
        default=0,
    )
    events = dict(
        RevenueEvent.objects.filter(merchant="")
        .order_by("currency")
        .values_list("currency")
        .annotate(sum=Sum(came))
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
    by_weight = Q(part__in=_SHARED)
    by_weight |= Q(part=Part.LOST_FEE.value, event__fee_bearer=PRO_RATA)
    by_weight |= Q(part=Part.PROCESSOR_FEE.value, event__processor_fee_bearer=PRO_RATA)
    for row in CarriedRemainder.objects.order_by("terms_version", "currency", "place"):
        lines = AllocationLine.objects.filter(
            by_weight, event__terms_version=row.terms_version, currency=row.currency
        )
        shared = lines.aggregate(sum=Sum("units_minor"))["sum"] or 0
        units = lines.filter(party=row.party).aggregate(sum=Sum("units_minor"))["sum"] or 0
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
    _recoupments_equal_lines,
    _adjustments_are_by_two_people,
    _positions_equal_lines,
    _standings_equal_lines,
    _excess_is_what_is_beyond_the_sale,
    _disputes_equal_events,
    _entries_follow_from_their_event,
    _gateway_equals_events,
    _carries_are_exact,
    _statements_are_as_frozen,
    _statements_chain,
    _statements_hold_every_line,
    _sums_are_kept,
    _closed_months_stay_closed,
    *checking_payouts.PROOFS,
)
