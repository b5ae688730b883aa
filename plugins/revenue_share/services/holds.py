"""Clears sales whose hold has ended, and hands the fund what is its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

from fairgate.money import Money
from fairgate_tables.paging import pages
from fairgate_tables.transactions import in_transaction
from partnerships.data import FUND
from waiver_policy import api as waivers

from .. import lock_objects
from ..data import Cleared, EventKind, Part, Period
from ..exceptions import FundDiffers, RevenueShareError
from ..models import FundCredit, FundPosition, RevenueEvent, SaleStanding
from ..rules import postings
from ..selectors import events, fund
from .ledger import Draft, draft, write

log = logging.getLogger(__name__)


#: Sales that are cleared in one transaction: their rows, and the fund's, are locked for so long.
PAGE = 200


def clear_holds(*, at: datetime) -> Cleared:
    """Clear every sale that is due, by the page; then pay the fund.

    Raises:
        FundDiffers: what the fund is owed is not handed over; see ``send_credits``.
        RevenueShareError: a sale cannot be cleared; all others are, and the fund has its money.
    """
    due, failed = events.due_holds(at), list[RevenueShareError]()
    cleared = sum(
        _clear_page(due[start : start + PAGE], at, failed) for start in range(0, len(due), PAGE)
    )
    handed_over = send_credits(at)
    if failed:
        raise failed[0]
    return Cleared(sales=cleared, fund=handed_over)


def _clear_page(sales: Sequence[int], at: datetime, failed: list[RevenueShareError]) -> int:
    """Sales in one transaction; where one of them cannot be cleared, each by itself."""
    try:
        return _clear(sales, at)
    except RevenueShareError as error:
        if len(sales) == 1:
            log.warning("not cleared: sale=%s reason=%s", sales[0], type(error).__name__)
            failed.append(error)
            return 0
    return sum(_clear_page([sale], at, failed) for sale in sales)


@in_transaction
def _clear(sale_ids: Sequence[int], at: datetime) -> int:
    closed = lock_objects.hold_lock_date()
    # Those that are cleared by now were another worker's, who was faster.
    standings = [
        (standing, standing.ends_at)
        for standing in lock_objects.lock_standings(sale_ids)
        if standing.cleared_at is None and standing.ends_at is not None
    ]
    sales = RevenueEvent.objects.in_bulk([standing.sale_id for standing, _ in standings])
    drafts: list[Draft] = []
    earned: dict[str, list[tuple[int, int]]] = {}
    for standing, ends_at in standings:
        sale = sales[standing.sale_id]
        kept = {Part(part): units for part, units in standing.kept.items()}
        drawn = draft(
            postings.hold_cleared(kept),
            kind="hold_cleared",
            cause_kind=EventKind.SALE.value,
            cause_uuid=sale.uuid,
            period=str(Period.of(ends_at).first_open(closed)),
            currency=sale.currency,
            occurred_at=ends_at,
            at=at,
        )
        if drawn:
            drafts.append(drawn)
        if units := sum(shares.get(FUND, 0) for shares in kept.values()):
            earned.setdefault(sale.currency, []).append((sale.pk, units))
    write(drafts)
    cleared = [standing.pk for standing, _ in standings]
    SaleStanding.objects.filter(pk__in=cleared).update(cleared_at=at)
    for currency in sorted(earned):
        _earn(lock_objects.lock_fund(currency), earned[currency], at)
    return len(cleared)


def _earn(position: FundPosition, earned: Sequence[tuple[int, int]], at: datetime) -> None:
    """What sales have brought the fund, in their order: each has a credit of its own."""
    owed: list[FundCredit] = []
    for sale_id, units in earned:
        position.cleared_minor += units
        owed += _due(position, sale_id, at)
    FundCredit.objects.bulk_create(owed)
    position.save(update_fields=["cleared_minor", "credited_minor"])


def settle_with_fund(position: FundPosition, event_id: int, at: datetime) -> None:
    """Note what the fund is still to be handed, or was handed too much; keep the position.

    The caller has the position's row. Nothing is handed over for a position below zero: a cost of
    the fund that it was never handed money for is made up for by what is cleared next.
    """
    FundCredit.objects.bulk_create(_due(position, event_id, at))
    position.save(update_fields=["cleared_minor", "credited_minor"])


def _due(position: FundPosition, event_id: int, at: datetime) -> list[FundCredit]:
    """What is to be handed over now, as a row that is not written yet; none if it is nothing."""
    due = max(position.cleared_minor, 0) - position.credited_minor
    position.credited_minor += due
    credit = FundCredit(
        event_id=event_id, currency=position.currency, amount_minor=due, created_at=at
    )
    return [credit] if due else []


def send_credits(at: datetime) -> tuple[Money, ...]:
    """Hand the fund what it is owed, and call back what it was handed too much.

    Returns what was handed over, a sum for each currency.

    Raises:
        FundDiffers: a currency's credits are not what events gave; all others are sent.
    """
    # After the commit, so that the fund's row is locked for an instant only. A worker that dies
    # between the credit and the mark sends the same key again, which changes nothing.
    sums: dict[str, Money] = {}
    broken: set[str] = set()
    for credit in _credits_to_send(broken):
        amount = Money.from_minor(credit.amount_minor, credit.currency)
        _send(credit, amount, at)
        FundCredit.objects.filter(pk=credit.pk).update(sent_at=at)
        if amount.minor > 0:
            sums[credit.currency] = sums.get(credit.currency, Money.zero(credit.currency)) + amount
    for currency in sorted(broken):
        log.error("fund not handed anything: currency=%s", currency)
        raise FundDiffers(
            "The fund is handed nothing in %(currency)s, since its position and its credits are "
            "not what events gave: revenue_share_check says what is broken.",
            currency=currency,
        )
    return tuple(sums[currency] for currency in sorted(sums))


def _credits_to_send(broken: set[str]) -> Iterator[FundCredit]:
    """Credits by the page, but for those of currencies that are found to be ``broken``."""
    for page in pages(fund.unsent_credits()):
        broken |= fund.broken_currencies(page)
        yield from (credit for credit in page if credit.currency not in broken)


def _send(credit: FundCredit, amount: Money, at: datetime) -> None:
    event = credit.event
    if amount.minor < 0:
        key = f"revenue_share:refund:{event.uuid}"
        cause = "refund" if event.dispute_uuid is None else "dispute"
        reason = f"Revenue share called back by {cause} {event.dispute_uuid or event.uuid}."
        waivers.claw_back_fund(-amount, key=key, reason=reason, at=at)
        log.info("fund clawed back: event=%s currency=%s", event.uuid, credit.currency)
        return
    key = f"revenue_share:hold_cleared:{event.uuid}"
    is_sale = event.kind == EventKind.SALE
    why = f"sale {event.uuid}, hold ended" if is_sale else f"dispute {event.dispute_uuid}, won"
    waivers.credit_fund(amount, key=key, reason=f"Revenue share of {why}.", at=at, kind="revenue")
    log.info("fund credited: event=%s currency=%s", event.uuid, credit.currency)
