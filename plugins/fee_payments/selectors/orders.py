"""Orders as their learners see them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from fairgate.money import Money
from fee_payments import models
from fee_payments.data import (
    Breakdown,
    DisputeState,
    LineState,
    OrderLineSummary,
    OrderState,
    OrderSummary,
    PayerClass,
    RefundPolicy,
)
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import UnknownOrder
from fee_payments.rules import read_refund_policy
from fee_payments.selectors.catalogue_rows import session_summary, terms_summary
from fee_payments.selectors.contacts import acted_for, not_your_part

UNSETTLED = (OrderState.CREATED, OrderState.PENDING, OrderState.EXPIRED, OrderState.CANCELLED)
"""States in which nothing is settled: a hold hides them from the learner."""


def order(
    uuid: UUID, *, user_id: int | None = None, act: OrganisationAct = OrganisationAct.READ
) -> OrderSummary:
    """One order; with ``user_id`` only if it is theirs: see ``list_orders``.

    ``act``: what they want to do with it, which of an organisation's is not for everybody.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
        NotYourPart: it is of an organisation that they act for, but not in this.
    """
    rows = orders_with_lines().filter(uuid=uuid)
    if user_id is not None:
        rows = rows.filter(theirs(user_id))
    row = rows.first()
    if row is None:
        raise UnknownOrder("There is no such order.")
    if user_id is not None and not _may(row, user_id, act):
        raise not_your_part()
    return order_summary(row)


def _may(row: models.Order, user_id: int, act: OrganisationAct) -> bool:
    acts_for = acted_for(user_id, act)
    return row.buyer_id is None or bool(acts_for.filter(buyer_id=row.buyer_id).exists())


def list_orders(user_id: int) -> tuple[OrderSummary, ...]:
    """A person's orders, newest first.

    Those of an organisation are of everybody who acts for it now, and of nobody else.
    """
    return tuple(order_summary(row) for row in orders_with_lines().filter(theirs(user_id)))


def theirs(user_id: int) -> Q:
    """The rows that a person reads as their own: see ``list_orders``."""
    acts_for = acted_for(user_id, OrganisationAct.READ)
    return Q(user_id=user_id, buyer__isnull=True) | Q(buyer__in=acts_for)


def orders_with_lines() -> QuerySet[models.Order]:
    """Rows with all that ``order_summary`` reads: five queries, however many rows."""
    lines = models.OrderLine.objects.select_related("offering", "session")
    return models.Order.objects.select_related("buyer", "merchant", "terms").prefetch_related(
        Prefetch("lines", lines), "lines__entitlements", "payments__disputes"
    )


def lines_of(row: models.Order) -> tuple[models.OrderLine, ...]:
    """The lines of an order as the learner asked for them; one at least."""
    return tuple(sorted(row.lines.all(), key=lambda line: line.position))


def breakdown_of(line: models.OrderLine) -> Breakdown:
    """The amounts a line was sold for."""
    return Breakdown(
        list_price=Money.from_minor(line.list_minor, line.currency),
        waived=Money.from_minor(line.waived_minor, line.currency),
        net=Money.from_minor(line.net_minor, line.currency),
        tax=Money.from_minor(line.tax_minor, line.currency),
        total=Money.from_minor(line.total_minor, line.currency),
    )


def shown_state(row: models.Order) -> OrderState:
    """The state a learner sees.

    A dispute hides what was paid; a hold hides every state in which nothing is settled.
    """
    if row.disputed:
        return OrderState.LOST if row.disputed == "lost" else OrderState.DISPUTED
    state = OrderState(row.state)
    return OrderState.HELD if row.held_because and state in UNSETTLED else state


def order_summary(row: models.Order) -> OrderSummary:
    """A row of ``Order`` with its lines and payments, as a value."""
    paid = next((payment for payment in row.payments.all() if payment.paid_at), None)
    return OrderSummary(
        uuid=row.uuid,
        user_id=row.user_id,
        state=shown_state(row),
        is_held=bool(row.held_because),
        lines=tuple(_line_summary(line, row) for line in lines_of(row)),
        country=row.country,
        payer_class=PayerClass(row.payer_class),
        placed_at=row.placed_at,
        paid_at=paid.paid_at if paid else None,
        expires_at=row.expires_at,
        provider=paid.provider if paid else "",
        reference=paid.reference if paid else "",
        sentence=row.held_because or row.sentence,
        lost=_lost(row),
        buyer_name=row.buyer.legal_name if row.buyer else "",
        terms=terms_summary(row.terms) if row.terms else None,
        terms_accepted_at=row.terms_accepted_at,
        is_on_its_way=any(payment.is_on_its_way for payment in row.payments.all()),
    )


def _lost(row: models.Order) -> Money:
    disputes = [one for payment in row.payments.all() for one in payment.disputes.all()]
    lost = sum(one.amount_minor for one in disputes if one.state == DisputeState.LOST)
    return Money.from_minor(lost, lines_of(row)[0].currency)


def _line_summary(line: models.OrderLine, row: models.Order) -> OrderLineSummary:
    return OrderLineSummary(
        uuid=line.uuid,
        offering_code=line.offering.code,
        title=line.offering.title,
        course_key=line.offering.course_key,
        quantity=line.quantity,
        breakdown=breakdown_of(line),
        paid=Money.from_minor(line.paid_minor, line.currency),
        refunded=Money.from_minor(line.refunded_minor, line.currency),
        explanation=tuple(line.explanation),
        waiver_grant=line.waiver_grant,
        state=_line_state(line) if row.buyer is None else _seats_state(line, row),
        refund_policy=kept_refund_policy(line),
        starts_on=line.offering.starts_on,
        session=line.session.code if line.session else "",
        takes_place=session_summary(line.session) if line.session else None,
        merchant=row.merchant.code if row.merchant else "",
        merchant_name=row.merchant.legal_name if row.merchant else "",
        terms_version=row.terms.version if row.terms else "",
    )


def kept_refund_policy(line: models.OrderLine) -> RefundPolicy | None:
    """The refund policy that a line was sold under; ``None``: before that was kept."""
    return None if line.refund_policy is None else read_refund_policy(line.refund_policy)


def _line_state(line: models.OrderLine) -> LineState:
    rights = line.entitlements.all()
    if any(right.revoked_at is None for right in rights):
        return LineState.OPEN
    if rights:
        return LineState.ENDED
    return LineState.KEPT if line.open_key is not None else LineState.NONE


def _seats_state(line: models.OrderLine, row: models.Order) -> LineState:
    """The state of a line by which an organisation has ordered seats for its people."""
    seats = models.Seat.objects.filter(pool__line=line)
    if seats.filter(live_key__isnull=False).exists():
        return LineState.SEATS
    if row.state in (OrderState.CREATED, OrderState.PENDING):
        return LineState.KEPT
    return LineState.ENDED if seats.exists() else LineState.NONE
