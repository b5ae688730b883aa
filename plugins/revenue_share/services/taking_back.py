"""What goes back of a sale, to its payer or to the payer's bank, and what comes again.

A fact about several sales changes them in the order of their ids, which is that of their locks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fairgate_tables.sending import Statement
from partnerships.data import FUND

from .. import lock_objects
from ..data import TAKEN_BY_BANKS, Amounts, Part, Period, Stage, Units
from ..models import FundPosition, RevenueEvent, SaleStanding
from ..rules import postings, refunds
from ..rules.sharing import NOTHING, Shared, Sharing, give_again, take_back
from . import holds
from .carries import Carries
from .entries import Journal, columns_of_sale
from .facts import Fact
from .recoupments import Recoupments


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedSale:
    """A sale with its locked rows; ``carries`` is ``None`` for one without terms.

    ``recoupments`` is ``None`` where nothing of it was recouped.
    """

    sale: RevenueEvent
    standing: SaleStanding
    carries: Carries | None
    recoupments: Recoupments | None

    @property
    def sharing(self) -> Sharing | None:
        """The terms that it was shared by."""
        if self.carries is None:
            return None
        return Sharing(
            weights=self.carries.weights,
            processor_fee=self.sale.processor_fee_bearer,
            lost_fee=self.sale.fee_bearer,
            dispute_fee=self.sale.dispute_fee_bearer,
            merchant=self.sale.merchant,
        )

    @property
    def brought(self) -> Amounts:
        """What the payer paid."""
        return Amounts(self.sale.net_minor, self.sale.tax_minor, self.sale.fee_minor)

    @property
    def gone(self) -> Amounts:
        """What of it went back."""
        row = self.standing
        return Amounts(row.net_gone_minor, row.tax_gone_minor, row.fee_gone_minor)

    @property
    def left(self) -> Amounts:
        """What of it is left."""
        return self.brought.less(self.gone)

    @property
    def disputed(self) -> Amounts:
        """What of it banks have taken."""
        return Amounts(*self.standing.disputed.get("amounts", NOTHING))

    def changes(self) -> list[Statement]:
        """What writes what rounding owes, and what was recouped, by now."""
        changed = [one for one in (self.carries, self.recoupments) if one]
        return [statement for one in changed for statement in one.changes()]

    def excess_after(self, change: int) -> int:
        """By how much the excess grows when so much more goes back than did until now."""
        brought, row = self.sale.gross_minor, self.standing
        gone = row.refunded_minor + row.disputed_minor
        return refunds.excess(brought, gone + change) - refunds.excess(brought, gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a fact changes of one sale: ``taken`` is below zero for what comes again.

    ``excess`` goes back beyond what the sale brought, ``dispute_fee`` on top of all.
    """

    taken: Amounts
    excess: int
    stage: Stage
    dispute_uuid: UUID | None = None
    dispute_fee: int = 0

    @property
    def gross(self) -> int:
        """All that is paid out for it, but for a dispute's fee."""
        return self.taken.gross + self.excess


def lock_sales(sales: Iterable[RevenueEvent]) -> list[LockedSale]:
    """Lock what a fact about these sales changes: all carries first, then the standings."""
    in_order = sorted(sales, key=lambda sale: sale.pk)
    recouping = {(sale.agreement, sale.currency) for sale in in_order if sale.recouped_minor}
    recoupments = {key: Recoupments(*key) for key in sorted(recouping)}
    keys = {(sale.terms_version, sale.currency) for sale in in_order if sale.terms_version}
    carries = {key: Carries(*key) for key in sorted(keys, key=str)}
    return [
        LockedSale(
            sale=sale,
            standing=lock_objects.lock_standing(sale.pk),
            carries=carries[sale.terms_version, sale.currency] if sale.terms_version else None,
            recoupments=recoupments.get((sale.agreement, sale.currency)),
        )
        for sale in in_order
    ]


def book_change(
    locked: LockedSale,
    fact: Fact,
    change: Change,
    *,
    closed: Period | None,
    place: int,
    at: datetime,
) -> RevenueEvent:
    """Write the event of a change, its lines and its postings, and what is left of the sale."""
    sale, taken = locked.sale, change.taken
    journal = Journal(closed, at)
    event = journal.event(
        fact,
        Amounts(-taken.net, taken.tax, taken.fee),
        gross=change.gross,
        place=place,
        dispute_uuid=change.dispute_uuid,
        dispute_fee_minor=change.dispute_fee,
        excess_minor=change.excess,
        **columns_of_sale(sale),
    )
    shared = _shared(locked, change)
    units = shared.units if shared else {}
    if shared:
        journal.share(event, shared)
    legs = postings.taken_back(
        amount=change.gross,
        tax=taken.tax,
        dispute_fee=change.dispute_fee,
        unallocated=_borne_by_nobody(locked, change),
        units=units,
        stage=change.stage,
        merchant=sale.merchant,
    )
    journal.post(event, event.kind, legs)
    journal.write(locked.changes())
    _lower(locked.standing, change, units)
    if locked.standing.cleared_at:
        _take_from_fund(event, units, at=at)
    return event


def _shared(locked: LockedSale, change: Change) -> Shared | None:
    """What the change takes of each party, or gives it again; noted in the locked rows."""
    sharing = locked.sharing
    if sharing is None or locked.carries is None:
        return None
    row, taken = locked.standing, change.taken
    if taken.gross < 0:
        shared = give_again(
            NOTHING.less(taken),
            excess=change.excess,
            dispute_fee=change.dispute_fee,
            sharing=sharing,
            carries=locked.carries.numerators,
            taken=row.disputed["units"],
        )
    else:
        shared = take_back(
            taken,
            excess=change.excess,
            dispute_fee=change.dispute_fee,
            sharing=sharing,
            carries=locked.carries.numerators,
            kept=row.kept,
        )
    locked.carries.follow(shared.carries)
    if locked.recoupments:
        locked.recoupments.follow(shared.recouped)
    return shared


def _borne_by_nobody(locked: LockedSale, change: Change) -> int:
    if locked.carries is None:
        return change.gross - change.taken.tax + change.dispute_fee
    return change.excess


def _lower(row: SaleStanding, change: Change, units: Mapping[Part, Units]) -> None:
    row.net_gone_minor += change.taken.net
    row.tax_gone_minor += change.taken.tax
    row.fee_gone_minor += change.taken.fee
    add_kept(row.kept, units)
    if change.dispute_uuid is None:
        row.refunded_minor += change.gross
    else:
        row.disputed_minor += change.gross
        _note_disputed(row, change, units)
    row.save()


def _note_disputed(row: SaleStanding, change: Change, units: Mapping[Part, Units]) -> None:
    before = Amounts(*row.disputed.get("amounts", NOTHING))
    taken = row.disputed.get("units", {})
    for part in TAKEN_BY_BANKS:
        _add(taken, part, units.get(part, {}))
    was_cleared = row.disputed.get("was_cleared", False)
    if change.gross > 0:
        was_cleared = row.cleared_at is not None
    row.disputed = {
        "amounts": list(before.plus(change.taken)),
        "units": taken,
        "was_cleared": was_cleared,
    }


def add_kept(kept: dict[str, Any], units: Mapping[Part, Units]) -> None:
    """Count what parties get, or give back, in what they have of a sale.

    What a merchant owes is no part of it: it does not wait for the end of a hold.
    """
    for part, by_party in units.items():
        if part is not Part.COLLECTED:
            _add(kept, Part.SHARE if part is Part.MIRROR else part, by_party)


def _add(kept: dict[str, Any], part: Part, units: Units) -> None:
    by_party = kept.setdefault(part.value, {})
    for party, value in units.items():
        by_party[party] = by_party.get(party, 0) + value


def _take_from_fund(event: RevenueEvent, units: Mapping[Part, Units], *, at: datetime) -> None:
    change = sum(by_party.get(FUND, 0) for by_party in units.values())
    if change:
        position: FundPosition = lock_objects.lock_fund(event.currency)
        position.cleared_minor += change
        holds.settle_with_fund(position, event.pk, at)
