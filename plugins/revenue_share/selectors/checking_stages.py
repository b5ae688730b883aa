"""Proves on which account the money of parties waits: on hold, cleared, or to be given back.

What a party has in all follows from its lines (``checking_events``). On which of its accounts it
is follows from the hold of each sale and from the set-offs of the closes, made again here by their
own rules, by the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Sum

from fairgate_tables.paging import pages

from ..data import Account, EventKind, Fault, Part, Stage, Units
from ..models import (
    AllocationLine,
    LedgerEntry,
    PeriodClose,
    RevenueEvent,
    SaleStanding,
    Statement,
)
from ..rules import postings
from .checking_ledger import entries_on
from .checking_positions import POSITION
from .events import after_sales

#: Account and party -> debits less credits.
Legs = dict[tuple[str, str], int]
#: Cause -> key of a transaction -> its legs on accounts of parties.
Posted = Mapping[UUID, Mapping[str, Legs]]
#: Event -> part -> party -> units.
Lines = Mapping[int, Mapping[Part, Units]]

_BACK = (Account.RECEIVABLE, Account.DISPUTE_FEE)


def _stages_follow_from_holds() -> Iterator[Fault]:
    standings = SaleStanding.objects.select_related("sale")
    for page in pages(standings.only("sale__uuid", "sale__kind", "cleared_at")):
        sales = [row.sale_id for row in page]
        after: dict[int, list[RevenueEvent]] = {sale: [] for sale in sales}
        events = after_sales(sales)
        for event in events.only("uuid", "kind", "gross_minor", "dispute_uuid", "sale_id"):
            if event.sale_id in after:
                after[event.sale_id].append(event)
        later = [event for own in after.values() for event in own]
        lines = _lines_of([*sales, *(event.pk for event in later)])
        posted = _posted_for([row.sale.uuid for row in page] + [event.uuid for event in later])
        for row in page:
            strange = _first_strange(row, after.get(row.sale_id, ()), lines, posted)
            if strange:
                sentence = f"{strange} is on other accounts than its hold says."
                yield Fault(invariant="stage follows from the hold", row=str(row.sale),
                            sentence=sentence)  # fmt: skip


def _lines_of(events: Sequence[int]) -> Lines:
    rows = AllocationLine.objects.filter(event_id__in=events, part__in=list(Part)).order_by()
    found: dict[int, dict[Part, Units]] = {}
    for event, part, party, units in rows.values_list("event_id", "part", "party", "units_minor"):
        of_part = dict(found.setdefault(event, {}).get(Part(part), {}))
        found[event][Part(part)] = of_part | {party: of_part.get(party, 0) + units}
    return found


def _posted_for(causes: Sequence[UUID]) -> Posted:
    entries = LedgerEntry.objects.filter(
        transaction__cause_uuid__in=causes, account__in=[account.value for account in POSITION]
    )
    found: dict[UUID, dict[str, Legs]] = {}
    for cause, key, account, party, units in entries.order_by().values_list(
        "transaction__cause_uuid", "transaction__key", "account", "party",
        F("debit_minor") - F("credit_minor"),
    ):  # fmt: skip
        found.setdefault(cause, {}).setdefault(key, {})[account, party] = units
    return found


def _first_strange(
    row: SaleStanding, later: Sequence[RevenueEvent], lines: Lines, posted: Posted
) -> str:
    """What of a sale, or of what came after it, has transactions on other accounts."""
    sale, own = row.sale, lines.get(row.sale_id, {})
    of_sale = {Part.COLLECTED: own.get(Part.COLLECTED, {})}
    shares = _without_collected(own)
    wanted = {"sale": _legs(of_sale, Stage.ON_HOLD), "allocation": _legs(shares, Stage.ON_HOLD)}
    held, was_cleared = [shares], False
    for event in later:
        units = lines.get(event.pk, {})
        found = posted.get(event.uuid, {})
        is_on_hold = found == _keyed(event, {event.kind: _legs(units)})
        stage = _stage(row, event, was_cleared=was_cleared, is_on_hold=is_on_hold)
        if found != _keyed(event, {event.kind: _legs(units, stage)}):
            return f"{event}"
        if stage is Stage.ON_HOLD:
            held.append(_without_collected(units))
        if event.dispute_uuid and event.gross_minor > 0:
            was_cleared = stage is not Stage.ON_HOLD
    wanted["hold_cleared"] = _cleared(held) if row.cleared_at else {}
    return "" if posted.get(sale.uuid, {}) == _keyed(sale, wanted) else f"{sale}"


def _without_collected(units: Mapping[Part, Units]) -> dict[Part, Units]:
    """What waits for the end of a hold: what a merchant owes does not."""
    return {part: one for part, one in units.items() if part != Part.COLLECTED}


def _keyed(event: RevenueEvent, legs: Mapping[str, Legs]) -> dict[str, Legs]:
    """Transactions of an event by their keys; what moves nothing of a party is not there."""
    return {f"{kind}:{event.uuid}": one for kind, one in legs.items() if one}


def _cleared_at_once() -> Iterator[Fault]:
    """What is of no sale waits for no hold."""
    at_once = RevenueEvent.objects.filter(sale__isnull=True).exclude(kind=EventKind.SALE.value)
    for page in pages(at_once.only("uuid", "kind")):
        lines = _lines_of([event.pk for event in page])
        posted = _posted_for([event.uuid for event in page])
        for event in page:
            wanted = _keyed(event, {event.kind: _legs(lines.get(event.pk, {}), Stage.CLEARED)})
            if posted.get(event.uuid, {}) != wanted:
                sentence = "it is on other accounts than those of cleared money."
                yield Fault(invariant="stage follows from the hold", row=str(event),
                            sentence=sentence)  # fmt: skip


def _stage(row: SaleStanding, event: RevenueEvent, *, was_cleared: bool, is_on_hold: bool) -> Stage:
    """Where the money of an event was (``disputing``, ``refunding``).

    What is posted on hold is proved by the end of the hold, which has moved so much less.
    """
    if row.cleared_at is None or is_on_hold:
        return Stage.ON_HOLD
    if event.kind == EventKind.REFUND or (event.gross_minor < 0 and not was_cleared):
        return Stage.CLEARED
    return Stage.DISPUTED


def _legs(units: Mapping[Part, Units], stage: Stage = Stage.ON_HOLD) -> Legs:
    legs: Legs = {}
    for part, by_party in units.items():
        for party, value in by_party.items():
            key = (postings.account_of(part, party, stage).value, party)
            legs[key] = legs.get(key, 0) - value
    return {key: value for key, value in legs.items() if value}


def _cleared(held: Sequence[Mapping[Part, Units]]) -> Legs:
    """The end of a hold: what was on hold until then is the parties' own."""
    kept: dict[Part, dict[str, int]] = {}
    for one in held:
        for part, units in one.items():
            for party, value in units.items():
                of_part = kept.setdefault(Part.SHARE if part is Part.MIRROR else part, {})
                of_part[party] = of_part.get(party, 0) + value
    legs = postings.hold_cleared(kept)
    return {(leg.account.value, leg.party): leg.units for leg in legs}


def _set_offs_follow_from_their_closes() -> Iterator[Fault]:
    closes = {close.uuid: close for close in PeriodClose.objects.all()}
    wanted = _set_offs(closes)
    entries = LedgerEntry.objects.filter(transaction__cause_kind="close").order_by()
    found: dict[str, tuple[Any, Legs]] = {}
    for row in entries.values_list(
        "transaction__key", "transaction__cause_uuid", "transaction__kind", "transaction__period",
        "transaction__occurred_at", "currency", "account", "party",
        F("debit_minor") - F("credit_minor"),
    ):  # fmt: skip
        key, cause, kind, period, at, currency, account, party, units = row
        head = (cause, kind, period, at, currency)
        found.setdefault(key, (head, {}))[1][account, party] = units
    for key in sorted(wanted.keys() | found.keys()):
        if wanted.get(key) != found.get(key):
            sentence = "it is not what the close and its statement set off."
            yield Fault(invariant="set-off follows from its close", row=key, sentence=sentence)


def _set_offs(closes: Mapping[UUID, PeriodClose]) -> dict[str, tuple[Any, Legs]]:
    """What each statement has set off, by the key of its transaction."""
    by_period = {close.period: close for close in closes.values()}
    due = _due_back()
    made: dict[str, tuple[Any, Legs]] = {}
    rows = Statement.objects.defer("document").order_by("number")
    for row in (row for page in pages(rows) for row in page):
        close = by_period.get(row.period)
        if close is None:
            continue
        receivable, fee = (_until(due, row, account.value) for account in _BACK)
        given_back, charged = postings.to_set_off(
            row.closing_minor, receivable=receivable, dispute_fee=fee
        )
        legs = postings.set_off(row.party, receivable=given_back, dispute_fee=charged)
        head = (close.uuid, "set_off", close.period, close.closed_at, row.currency)
        if legs:
            made[f"set_off:{close.uuid}:{row.party}:{row.currency}"] = (
                head, {(leg.account.value, leg.party): leg.units for leg in legs},
            )  # fmt: skip
    return made


#: Party, currency and account -> what was booked in each month, by the month.
_Due = Mapping[tuple[str, str, str], Sequence[tuple[str, bool, int]]]


def _due_back() -> _Due:
    """What parties have to give back: debits less credits, those of closes by themselves."""
    entries = entries_on(*_BACK)
    groups = entries.order_by("period").values_list(
        "party", "currency", "account", "period", "transaction__cause_kind"
    )
    due: dict[tuple[str, str, str], list[tuple[str, bool, int]]] = {}
    for party, currency, account, period, cause, units in groups.annotate(
        units=Sum(F("debit_minor") - F("credit_minor"))
    ):
        due.setdefault((party, currency, account), []).append((period, cause == "close", units))
    return due


def _until(due: _Due, row: Statement, account: str) -> int:
    """What was to be given back when a statement was frozen, before it set anything off."""
    return sum(
        int(units)
        for period, is_set_off, units in due.get((row.party, row.currency, account), ())
        if period < row.period or (period == row.period and not is_set_off)
    )


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _stages_follow_from_holds,
    _cleared_at_once,
    _set_offs_follow_from_their_closes,
)
