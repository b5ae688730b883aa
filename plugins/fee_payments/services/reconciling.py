"""What the provider has, what our books have, and who may enter: compared, and brought together.

The provider's facts are written into our tables and undone again: what would change is what
differs, and to bring it together is to write them for good. So what is found is mended the same way
as an event would have, and a second run has nothing to do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from fairgate_tables.transactions import in_transaction
from fee_payments import conf, models
from fee_payments.data import Difference, EventOutcome, EventReceipt, OrderState
from fee_payments.providers.facts import Fact
from fee_payments.providers.registry import get_provider
from fee_payments.services import applying, entitling, institution_seats

log = logging.getLogger(__name__)

# Nothing of ours differs.
_SAME = (EventOutcome.KNOWN, EventOutcome.IGNORED)
_ENTERED = (OrderState.PAID, OrderState.PARTIALLY_REFUNDED)


def reconcile(
    provider: str, *, since: datetime, until: datetime, at: datetime, fix: bool = False
) -> tuple[Difference, ...]:
    """What differs between the provider's charges of a time, our books, and who may enter.

    With ``fix`` the provider's facts are written; what a person has to decide is held and stays a
    difference. Call it outside a transaction.

    Raises:
        UnknownProvider, ProviderUnavailable: see there.
    """
    source = get_provider(provider)
    seen: set[str] = set()
    found: list[Difference] = []
    for facts in source.list_charges(since=since, until=until):
        if facts:
            seen.add(facts[0].reference)
            found += _compare(provider, facts, at=at, fix=fix)
    return (*found, *_not_there(provider, seen, since=since, until=until))


def list_wrong_rights(*, at: datetime, fix: bool = False) -> tuple[Difference, ...]:
    """Rights without money, money without a right, and rights from test payments where it is live.

    With ``fix`` only the last are taken back; the others are for a person: money is not returned,
    and nobody is put out, by a command.
    """
    return (
        *_paid_but_shut(),
        *_open_but_unpaid(),
        *_from_tests(at=at, fix=fix),
        *_seats_from_tests(at=at, fix=fix),
    )


def _compare(
    provider: str, facts: tuple[Fact, ...], *, at: datetime, fix: bool
) -> Iterator[Difference]:
    payment_pk = applying.find_payment(provider, facts)
    receipt = _written(provider, facts, payment_pk, at=at, fix=fix)
    if receipt.outcome in _SAME:
        return
    needs_person = receipt.outcome in (EventOutcome.HELD, EventOutcome.WAITING)
    todo = "look at it" if needs_person else "run with --fix"
    yield Difference(
        what=f"{provider} {facts[0].reference}",
        sentence=receipt.sentence,
        todo="done" if fix and not needs_person else todo,
        is_mended=fix and not needs_person,
    )


@in_transaction
def _written(
    provider: str, facts: tuple[Fact, ...], payment_pk: int | None, *, at: datetime, fix: bool
) -> EventReceipt:
    receipt = applying.apply_facts(provider, facts, payment_pk, at=at)
    transaction.set_rollback(not fix)
    return receipt


def _not_there(
    provider: str, seen: set[str], *, since: datetime, until: datetime
) -> Iterator[Difference]:
    """What our books say was paid there, and the provider does not know."""
    ours = models.Payment.objects.filter(
        provider=provider,
        paid_at__isnull=False,
        started_at__gte=since,
        started_at__lt=until,
    )
    for row in ours.order_by("id"):
        if row.reference not in seen:
            yield Difference(
                what=f"payment {row.uuid}",
                sentence=f"The provider does not list {row.reference}, which is paid in our books.",
                todo="look it up at the provider",
            )


def _paid_but_shut() -> Iterator[Difference]:
    """Lines that were paid and have never had a right: their money is due back, or the right is."""
    rights = models.Entitlement.objects.filter(line=OuterRef("pk"))
    pools = models.SeatPool.objects.filter(line=OuterRef("pk"))
    lines = models.OrderLine.objects.filter(
        ~Exists(rights), ~Exists(pools), order__state__in=_ENTERED, paid_minor__gt=0,
        refunded_minor=0,
    )  # fmt: skip
    for line in lines.select_related("order").order_by("id"):
        yield Difference(
            what=f"order {line.order.uuid}",
            sentence=f"Line {line.position + 1} is paid, and nobody may enter by it.",
            todo="refund the line, or look at why the order is held",
        )


def _open_but_unpaid() -> Iterator[Difference]:
    """Live rights by an order that has nothing paid, though it cost something.

    Not those on credit: an invoice stands, and is not paid yet.
    """
    on_credit = models.InvoiceStanding.objects.filter(
        live_order=OuterRef("line__order"), settled_at__isnull=True
    )
    rights = models.Entitlement.objects.filter(
        ~Exists(on_credit),
        source=models.Entitlement.Source.ORDER,
        revoked_at__isnull=True,
        line__total_minor__gt=0,
        line__paid_minor=0,
    )
    for right in rights.select_related("line__order").order_by("id"):
        yield Difference(
            what=f"entitlement {right.uuid}",
            sentence="It rests on a line that nothing was paid for.",
            todo="look at the order",
        )


def _from_tests(*, at: datetime, fix: bool) -> Iterator[Difference]:
    """Live rights that were paid in test mode, where payments are real now."""
    if conf.is_test_mode():
        return
    rights = models.Entitlement.objects.filter(revoked_at__isnull=True, line__order__is_test=True)
    for right in list(rights.order_by("id")):
        if fix:
            _take_back(right.pk, at=at)
        yield Difference(
            what=f"entitlement {right.uuid}",
            sentence="It was paid in test mode, and payments are real here.",
            todo="done" if fix else "run with --fix",
            is_mended=fix,
        )


@in_transaction
def _take_back(pk: int, *, at: datetime) -> None:
    line = models.Entitlement.objects.select_related("line").get(pk=pk).line
    if line is not None:
        entitling.revoke(line, because="test", at=at)


def _seats_from_tests(*, at: datetime, fix: bool) -> Iterator[Difference]:
    """Seats of organisations that were paid in test mode, where payments are real now."""
    if conf.is_test_mode():
        return
    pools = models.SeatPool.objects.filter(line__order__is_test=True).select_related("line")
    for pool in list(pools.order_by("id")):
        if institution_seats.has_ended(pool):
            continue
        if fix:
            _close_pool(pool.line, at=at)
        yield Difference(
            what=f"pool {pool.uuid}",
            sentence="Its seats were paid in test mode, and payments are real here.",
            todo="done" if fix else "run with --fix",
            is_mended=fix,
        )


@in_transaction
def _close_pool(line: models.OrderLine, *, at: datetime) -> None:
    institution_seats.close_pool(line, because="test", at=at)
