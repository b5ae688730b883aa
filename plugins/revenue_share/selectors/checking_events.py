"""Proves what only our own rules can tell: events, disputes and standings, made again by the page.

Each page asks for all that belongs to it at once, whatever it holds. Several invariants are proved
on the same page, since reading it is most of the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from fairgate_tables.paging import pages

from ..data import SEATS, TAKEN_BY_BANKS, Account, EventKind, Fault, Part, Units
from ..models import (
    Adjustment,
    AllocationLine,
    DisputeStanding,
    LedgerEntry,
    LedgerTransaction,
    Remittance,
    RevenueEvent,
    SaleStanding,
)
from ..rules.refunds import excess
from .checking_ledger import AFTER_A_SALE, NO_EVENTS
from .checking_positions import POSITION, SHARED
from .events import after_sales

#: Account (``_POSITION`` for all of a party's) and party -> debits less credits.
Legs = dict[tuple[str, str], int]

#: A party's position as one account, whatever the stage of the money.
_POSITION = "position"
_POSITION_ACCOUNTS = frozenset(account.value for account in POSITION)

#: Where money waits for the end of a hold.
_ON_HOLD = (Account.PAYABLE_ON_HOLD.value, Account.FEE_LOST.value)

# Most events are of no dispute, so a longer list would be looked for in all of them, as in
# ``after_sales``.
_DISPUTES = 100

#: What is shared of an event: what is recouped, and what is shared by weight.
_BASE = "base"

_COLUMNS = (
    "pk", "uuid", "kind", "sale_id", "currency", "merchant", "terms_version", "gross_minor",
    "tax_minor", "fee_minor", "net_minor", "dispute_uuid", "dispute_fee_minor", "excess_minor",
    "processor_fee_bearer",
)  # fmt: skip

_OF_STANDINGS = (
    "sale_id", "refunded_minor", "disputed_minor", "net_gone_minor", "tax_gone_minor",
    "fee_gone_minor", "kept", "disputed", "ends_at", "cleared_at", "sale__uuid", "sale__kind",
    "sale__gross_minor", "sale__hold_ends_at",
)  # fmt: skip


class Line(NamedTuple):
    """A line of an event."""

    event_id: int
    part: str
    party: str
    units: int


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, as rows of ``_COLUMNS``, with all that was written for them."""

    events: Sequence[Any]
    lines: Mapping[int, Sequence[Line]]
    entries: Mapping[UUID, Legs]
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class StandingPage:
    """Standings of sales with the lines of the sales, what came after them, and its lines.

    ``posted`` is when a hold was cleared, by the sale's uuid; ``held`` are the ids of sales that
    are said to be cleared, without any posting, and have money on hold.
    """

    standings: Sequence[SaleStanding]
    later: Mapping[int, Sequence[Any]]
    lines: Mapping[int, Sequence[Line]]
    posted: Mapping[UUID, datetime]
    held: frozenset[int]


def first_faults() -> Iterator[Fault]:
    """The first row that breaks each invariant of a page, in the order in which they are found."""
    yield from _first_of_each(_event_pages(), EVENT_PROOFS)
    yield from _first_of_each(_standing_pages(), STANDING_PROOFS)
    disputes = pages(DisputeStanding.objects.all(), size=_DISPUTES)
    yield from _first_of_each(disputes, (_disputes_equal_events,))
    yield from _first_of_each(
        pages(Adjustment.objects.prefetch_related("lines")), (_adjustments_are_by_two_people,)
    )
    yield from _first_of_each(pages(Remittance.objects.all()), (_remittances_are_by_two_people,))
    for kind, steps in ((EventKind.ADJUSTMENT, Adjustment), (EventKind.REMITTANCE, Remittance)):
        booked = RevenueEvent.objects.filter(kind=kind.value)
        proposed = steps._default_manager.values("uuid")
        for event in booked.exclude(uuid__in=proposed).order_by("pk")[:1]:
            sentence = "nobody has proposed it."
            yield Fault(invariant=f"{kind} by two people", row=str(event), sentence=sentence)


def _first_of_each(
    read: Iterator[Any], proofs: Sequence[Callable[[Any], Iterator[Fault]]]
) -> Iterator[Fault]:
    waiting = list(proofs)
    for page in read:
        for proof in tuple(waiting):
            if fault := next(proof(page), None):
                waiting.remove(proof)
                yield fault
        if not waiting:
            return


def _event_pages() -> Iterator[EventPage]:
    for page in pages(RevenueEvent.objects.values_list(*_COLUMNS, named=True)):
        uuids = [event.uuid for event in page]
        posted = LedgerTransaction.objects.filter(cause_uuid__in=uuids)
        yield EventPage(
            events=page,
            lines=_lines_of([event.pk for event in page]),
            entries=_entries_of(uuids),
            keys=frozenset(posted.values_list("key", flat=True)),
        )


def _lines_of(events: Sequence[int]) -> dict[int, list[Line]]:
    rows = AllocationLine.objects.filter(event_id__in=events)
    found: dict[int, list[Line]] = {}
    for row in rows.order_by("pk").values_list("event_id", "part", "party", "units_minor"):
        found.setdefault(row[0], []).append(Line(*row))
    return found


def _entries_of(uuids: Sequence[UUID]) -> dict[UUID, Legs]:
    entries = LedgerEntry.objects.filter(transaction__cause_uuid__in=uuids)
    entries = entries.exclude(transaction__cause_kind__in=NO_EVENTS)
    found: dict[UUID, Legs] = {}
    for cause, account, party, units in entries.order_by().values_list(
        "transaction__cause_uuid", "account", "party", F("debit_minor") - F("credit_minor")
    ):
        legs = found.setdefault(cause, {})
        key = (_POSITION if account in _POSITION_ACCOUNTS else account, party)
        legs[key] = legs.get(key, 0) + units
    return found


def _events_are_posted(page: EventPage) -> Iterator[Fault]:
    for event in page.events:
        for kind in _needed(event):
            if f"{kind}:{event.uuid}" not in page.keys:
                sentence = f"the transaction {kind} is missing."
                yield Fault(invariant="event is posted", row=_name(event), sentence=sentence)


def _needed(event: Any) -> tuple[str, ...]:
    """The transactions of an event; one that moves nothing has none."""
    if event.kind in SEATS:
        return (event.kind,) if event.net_minor else ()
    if event.kind in (EventKind.ADJUSTMENT, EventKind.REMITTANCE):
        return (event.kind,)
    if event.kind != EventKind.SALE:
        return (event.kind,) if event.gross_minor or event.dispute_fee_minor else ()
    # Receipts of nothing (a gross that is all tax and no fee) share nothing.
    has_receipts = event.gross_minor != event.tax_minor or event.fee_minor
    needed = (event.kind, "allocation") if has_receipts else (event.kind,)
    return needed if event.gross_minor or event.fee_minor else ()


def _lines_sum_to_the_event(page: EventPage) -> Iterator[Fault]:
    for event in page.events:
        if event.terms_version is None:
            continue
        found: dict[str, int] = {}
        for line in page.lines.get(event.pk, ()):
            kind = _BASE if line.part in (*SHARED, Part.RECOUPED) else line.part
            found[kind] = found.get(kind, 0) + line.units
        for part, units in _stated_sums(event).items():
            if found.get(part, 0) != units:
                yield Fault(
                    invariant="lines sum to the event",
                    row=_name(event),
                    sentence=f"{part}: lines {found.get(part, 0)}, event {units} {event.currency}.",
                )


def _stated_sums(event: Any) -> dict[str, int]:
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


def _entries_follow_from_their_event(page: EventPage) -> Iterator[Fault]:
    """Every transaction of an event, made again from its columns and lines."""
    for event in page.events:
        wanted = _legs_of(event, page.lines.get(event.pk, ()))
        found = page.entries.get(event.uuid, {})
        differ = [key for key in {*wanted, *found} if wanted.get(key, 0) != found.get(key, 0)]
        if differ:
            account, party = first = min(differ)
            sentence = (
                f"{account} {party}".strip() + f": entries {found.get(first, 0)}, "
                f"event {wanted.get(first, 0)}."
            )
            yield Fault(
                invariant="entries follow from their event", row=_name(event), sentence=sentence
            )


def _legs_of(event: Any, lines: Sequence[Line]) -> Legs:
    legs: Legs = {}
    for line in lines:
        key = (_POSITION, line.party)
        legs[key] = legs.get(key, 0) - line.units
    if event.merchant:
        pass  # the money, and its tax, are not ours
    elif event.kind == EventKind.SALE:
        legs[Account.GATEWAY_CLEARING.value, ""] = event.gross_minor - event.fee_minor
        legs[Account.TAX_PAYABLE.value, ""] = -event.tax_minor
    elif event.kind in AFTER_A_SALE:
        legs[Account.GATEWAY_CLEARING.value, ""] = -event.gross_minor - event.dispute_fee_minor
        legs[Account.TAX_PAYABLE.value, ""] = event.tax_minor
    elif event.kind == EventKind.REMITTANCE:
        legs[Account.BANK.value, ""] = sum(line.units for line in lines)
    # What is neither at the gateway, nor tax, nor somebody's, waits for a decision.
    legs[Account.UNALLOCATED.value, ""] = -sum(legs.values())
    return legs


def _standing_pages() -> Iterator[StandingPage]:
    standings = SaleStanding.objects.select_related("sale").only(*_OF_STANDINGS)
    for page in pages(standings):
        sales = {row.sale_id for row in page}
        rows: QuerySet[Any] = after_sales(list(sales))
        later: dict[int, list[Any]] = {}
        for event in rows.values_list(*_COLUMNS, named=True):
            if event.sale_id in sales:
                later.setdefault(event.sale_id, []).append(event)
        after = [event.pk for events in later.values() for event in events]
        posted = _clearings_of([row.sale.uuid for row in page])
        unposted = [row for row in page if row.cleared_at and row.sale.uuid not in posted]
        yield StandingPage(
            standings=page,
            later=later,
            lines=_lines_of([*sales, *after]),
            posted=posted,
            held=_held(unposted, later),
        )


def _clearings_of(sales: Sequence[UUID]) -> dict[UUID, datetime]:
    rows = LedgerTransaction.objects.filter(key__in=[f"hold_cleared:{uuid}" for uuid in sales])
    return dict(rows.values_list("cause_uuid", "posted_at"))


def _held(rows: Sequence[SaleStanding], later: Mapping[int, Sequence[Any]]) -> frozenset[int]:
    """Those of these sales that have money on hold; mostly nobody asks."""
    owners = {row.sale.uuid: row.sale_id for row in rows}
    owners |= {event.uuid: row.sale_id for row in rows for event in later.get(row.sale_id, ())}
    entries = LedgerEntry.objects.filter(
        transaction__cause_uuid__in=list(owners), account__in=_ON_HOLD
    )
    sums: dict[tuple[int, str, str], int] = {}
    for cause, account, party, units in entries.values_list(
        "transaction__cause_uuid", "account", "party", F("debit_minor") - F("credit_minor")
    ):
        key = (owners[cause], account, party)
        sums[key] = sums.get(key, 0) + units
    return frozenset(sale for (sale, _, _), units in sums.items() if units)


def _standings_equal_lines(page: StandingPage) -> Iterator[Fault]:
    for row in page.standings:
        if _stated(row) != _found(row, page):
            sentence = "what is left of the sale is not what its lines say."
            yield Fault(invariant="standing equals lines", row=str(row.sale), sentence=sentence)


def _stated(row: SaleStanding) -> tuple[object, ...]:
    gone = (row.net_gone_minor, row.tax_gone_minor, row.fee_gone_minor)
    taken = tuple(row.disputed.get("amounts", (0, 0, 0)))
    back = _without_zeros(row.disputed.get("units", {}))
    sums = (row.refunded_minor, row.disputed_minor)
    return (_without_zeros(row.kept), gone, taken, back, sums)


def _found(row: SaleStanding, page: StandingPage) -> tuple[object, ...]:
    """The same from the events of a sale and their lines."""
    later = page.later.get(row.sale_id, ())
    disputes = [event for event in later if event.dispute_uuid]
    of_disputes = {event.pk for event in disputes}
    kept: dict[str, dict[str, int]] = {}
    taken: dict[str, dict[str, int]] = {}
    for event_id in (row.sale_id, *(event.pk for event in later)):
        for line in page.lines.get(event_id, ()):
            part = Part.SHARE.value if line.part == Part.MIRROR else line.part
            if line.part != Part.COLLECTED:
                _count(kept, part, line)
            if event_id in of_disputes and line.part in TAKEN_BY_BANKS:
                _count(taken, line.part, line)
    sums = (_gross(later) - _gross(disputes), _gross(disputes))
    return (_without_zeros(kept), _gone(later), _gone(disputes), _without_zeros(taken), sums)


def _count(kept: dict[str, dict[str, int]], part: str, line: Line) -> None:
    by_party = kept.setdefault(part, {})
    by_party[line.party] = by_party.get(line.party, 0) + line.units


def _gone(events: Sequence[Any]) -> tuple[int, int, int]:
    return (
        -sum(event.net_minor for event in events),
        sum(event.tax_minor for event in events),
        sum(event.fee_minor for event in events),
    )


def _gross(events: Sequence[Any]) -> int:
    return sum(event.gross_minor for event in events)


def _without_zeros(kept: Mapping[str, Units]) -> dict[str, Units]:
    left = {
        part: {party: value for party, value in units.items() if value}
        for part, units in kept.items()
    }
    return {part: units for part, units in left.items() if units}


def _standings_are_as_their_sale(page: StandingPage) -> Iterator[Fault]:
    for row in page.standings:
        if row.ends_at != row.sale.hold_ends_at:
            sentence = f"its hold ends at {row.ends_at}, that of its sale at "
            sentence += f"{row.sale.hold_ends_at}."
            yield Fault(invariant="hold ends as agreed", row=str(row.sale), sentence=sentence)


def _clearings_are_posted(page: StandingPage) -> Iterator[Fault]:
    for row in page.standings:
        posted = page.posted.get(row.sale.uuid)
        # Of what went back in full before the end of its hold there is nothing to post.
        is_nothing = posted is None and row.sale_id not in page.held
        if row.cleared_at != posted and not is_nothing:
            sentence = f"is cleared {row.cleared_at or 'never'}, posted {posted or 'never'}."
            yield Fault(invariant="clearing is posted", row=str(row.sale), sentence=sentence)


def _excess_is_what_is_beyond_the_sale(page: StandingPage) -> Iterator[Fault]:
    for row in page.standings:
        gone = row.refunded_minor + row.disputed_minor
        found = sum(event.excess_minor for event in page.later.get(row.sale_id, ()))
        if found != excess(row.sale.gross_minor, gone):
            sentence = f"{found} is booked as beyond it, of {gone} that went back."
            yield Fault(invariant="excess is beyond the sale", row=str(row.sale), sentence=sentence)


def _disputes_equal_events(page: Sequence[DisputeStanding]) -> Iterator[Fault]:
    rows = RevenueEvent.objects.filter(dispute_uuid__in=[row.uuid for row in page])
    groups = rows.order_by().values_list("dispute_uuid")
    sums = {
        uuid: (amount, fee)
        for uuid, amount, fee in groups.annotate(
            amount=Sum("gross_minor"), fee=Sum("dispute_fee_minor")
        )
    }
    for row in page:
        found = sums.get(row.uuid, (0, 0))
        shares = [tuple(share) for share in row.shares.values()]
        stated = tuple(sum(parts) for parts in zip(*shares, strict=True)) if shares else (0, 0)
        if not found == stated == (row.amount_minor, row.fee_minor):
            sentence = f"says {row.amount_minor} and {row.fee_minor}, its events {found}."
            yield Fault(invariant="dispute equals its events", row=str(row.uuid), sentence=sentence)


def _adjustments_are_by_two_people(page: Sequence[Adjustment]) -> Iterator[Fault]:
    booked = RevenueEvent.objects.filter(
        kind=EventKind.ADJUSTMENT.value, uuid__in=[step.uuid for step in page]
    )
    events = {event.uuid: event for event in booked.prefetch_related("lines")}
    for step in page:
        event = events.get(step.uuid)
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


def _remittances_are_by_two_people(page: Sequence[Remittance]) -> Iterator[Fault]:
    booked = RevenueEvent.objects.filter(
        kind=EventKind.REMITTANCE.value, uuid__in=[step.uuid for step in page]
    )
    events = {event.uuid: event for event in booked.prefetch_related("lines")}
    for step in page:
        event = events.get(step.uuid)
        wanted = [(step.party, step.currency, step.amount_minor)]
        lines = (
            [(one.party, one.currency, one.units_minor) for one in event.lines.all()]
            if event
            else []
        )
        is_confirmed = step.confirmed_by is not None and step.confirmed_by != step.asked_by
        if lines != (wanted if is_confirmed else []) or is_confirmed != (event is not None):
            sentence = "what is booked is not what one person entered and another confirmed."
            yield Fault(invariant="remittance by two people", row=str(step.uuid), sentence=sentence)


def _name(event: Any) -> str:
    return f"{event.kind} {event.uuid}"


EVENT_PROOFS: tuple[Callable[[EventPage], Iterator[Fault]], ...] = (
    _events_are_posted,
    _lines_sum_to_the_event,
    _entries_follow_from_their_event,
)
STANDING_PROOFS: tuple[Callable[[StandingPage], Iterator[Fault]], ...] = (
    _standings_equal_lines,
    _standings_are_as_their_sale,
    _clearings_are_posted,
    _excess_is_what_is_beyond_the_sale,
)
