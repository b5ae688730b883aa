"""Reads of fee_payments: rows in, frozen values out."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.db.models import Prefetch, Q, QuerySet

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import compat, models
from fee_payments.data import (
    Breakdown,
    EntitlementChange,
    EntitlementSummary,
    GivenSeat,
    Learner,
    OfferingSummary,
    OrderState,
    OrderSummary,
    PayerClass,
    PaymentSummary,
    PriceSummary,
    RefundSummary,
    ReturnedSeat,
    SeatCodeSummary,
    TaxRule,
    WaivedSeat,
)
from fee_payments.exceptions import UnknownOffering, UnknownOrder
from waiver_policy import api as waivers

if TYPE_CHECKING:
    from django.http import HttpRequest


def learner_for(user_id: int, *, request: HttpRequest | None = None) -> Learner:
    """The learner with the country of their profile as it is now, and where they ask from.

    ``request`` is the one that a price is for. Where it comes from is looked at if the operator
    says so and the learner makes it: somebody else is somewhere else.
    """
    country, seen = compat.profile_country(user_id), ""
    if request is not None and compat.makes_request(user_id, request):
        seen = waivers.country_of_request(request)
    return Learner(user_id=user_id, country=country, seen_country=seen)


def offering(code: str) -> OfferingSummary:
    """One offering with its price list.

    Raises:
        UnknownOffering: no offering has this code.
    """
    found = _offerings(Q(code=code))
    if not found:
        raise UnknownOffering(f"There is no fee “{code}”.")
    return found[0]


def course_key_of(code: str) -> str:
    """The key of the course run that an offering is of; "" if no offering has this code."""
    keys = models.Offering.objects.filter(code=code).order_by().values_list("course_key", flat=True)
    return keys.first() or ""


def list_offerings(course_key: str | None = None) -> tuple[OfferingSummary, ...]:
    """The offerings of one course, or all of them, by code."""
    return _offerings(Q(course_key=course_key) if course_key else Q())


def _offerings(which: Q) -> tuple[OfferingSummary, ...]:
    rows = models.Offering.objects.filter(which).prefetch_related(
        Prefetch("prices", queryset=models.Price.objects.order_by("id"))
    )
    return tuple(offering_summary(row) for row in rows)


def offering_summary(row: models.Offering) -> OfferingSummary:
    """A row of ``Offering``, with its prices, as a value."""
    cost = row.full_seat_cost_minor
    return OfferingSummary(
        code=row.code,
        title=row.title,
        course_key=row.course_key,
        kind=row.kind,
        delivery=row.delivery,
        place=row.place,
        starts_on=row.starts_on,
        on_sale_from=row.on_sale_from,
        on_sale_until=row.on_sale_until,
        seats_left=None if row.capacity is None else row.capacity - row.seats_taken,
        waivable=row.waivable,
        full_seat_cost=Money.from_minor(cost, row.full_seat_cost_currency) if cost else None,
        prices=tuple(
            PriceSummary(
                id=price.id,
                payer_class=PayerClass(price.payer_class),
                amount=Money.from_minor(price.amount_minor, price.currency),
                valid_from=price.valid_from,
                valid_until=price.valid_until,
            )
            for price in row.prices.all()
        ),
    )


def is_in_use(row: models.Offering) -> bool:
    """Whether somebody ordered it, has a right to it, or holds a code for it."""
    known = (models.OrderLine, models.Entitlement, models.SeatCodeBatch)
    return any(kind.objects.filter(offering=row).exists() for kind in known)


def tax_rule(country: str, *, on: date) -> TaxRule | None:
    """The tax for learners of this country on this UTC day; the newest rate that holds wins."""
    row = (
        models.TaxRate.objects.filter(country=country, valid_from__lte=on)
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on))
        .order_by("-valid_from")
        .first()
    )
    if row is None:
        return None
    return TaxRule(
        id=row.id,
        country=row.country,
        percent=Percent.from_basis_points(row.basis_points),
        inclusive=row.inclusive,
    )


def _live(user_id: int, at: datetime) -> QuerySet[models.Entitlement]:
    return models.Entitlement.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at),
        user_id=user_id,
        starts_at__lte=at,
        revoked_at__isnull=True,
    )


def has_entitlement(user_id: int, offering_code: str, *, at: datetime) -> bool:
    """Whether this learner may enter what the offering opens, at this moment. One query."""
    return _live(user_id, at).filter(offering__code=offering_code).exists()


def entitled_offerings(user_id: int, *, at: datetime) -> frozenset[str]:
    """The codes of everything this learner may enter at this moment. One query."""
    return frozenset(_live(user_id, at).values_list("offering__code", flat=True))


def entitlement_change(row: models.Entitlement) -> EntitlementChange:
    """A row of ``Entitlement`` that was just written, as a fact."""
    return EntitlementChange(
        user_id=row.user_id,
        offering_code=row.offering.code,
        course_key=row.offering.course_key,
    )


def list_entitlements(user_id: int, course_key: str) -> tuple[EntitlementSummary, ...]:
    """Every right this learner ever had to something of a course run, oldest first. One query."""
    return _entitlements(Q(user_id=user_id, offering__course_key=course_key))


def ended_entitlement(
    user_id: int, offering_code: str, *, at: datetime
) -> EntitlementSummary | None:
    """The right to an offering that this learner lost last; ``None`` if one holds. One query."""
    found = _entitlements(Q(user_id=user_id, offering__code=offering_code))
    ended = [(end, right) for right in found if (end := right.ended_at(at)) is not None]
    if not ended or any(right.is_live(at) for right in found):
        return None
    return max(ended, key=lambda pair: pair[0])[1]


def _entitlements(which: Q) -> tuple[EntitlementSummary, ...]:
    rows = models.Entitlement.objects.filter(which).select_related("offering")
    return tuple(
        EntitlementSummary(
            uuid=row.uuid,
            offering_code=row.offering.code,
            source=row.source,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            revoked_at=row.revoked_at,
            revoked_because=row.revoked_because,
        )
        for row in rows.order_by("starts_at", "id")
    )


def order(uuid: UUID, *, user_id: int | None = None) -> OrderSummary:
    """One order; with ``user_id`` only if it is that learner's.

    Raises:
        UnknownOrder: there is none, or it is somebody else's.
    """
    rows = _orders().filter(uuid=uuid)
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    row = rows.first()
    if row is None:
        raise UnknownOrder("There is no such order.")
    return order_summary(row)


def list_orders(user_id: int) -> tuple[OrderSummary, ...]:
    """A learner's orders, newest first."""
    return tuple(order_summary(row) for row in _orders().filter(user_id=user_id))


def _orders() -> QuerySet[models.Order]:
    return models.Order.objects.prefetch_related("lines__offering", "payments")


def line_of(row: models.Order) -> models.OrderLine:
    """The line of an order; an order of this release has exactly one."""
    return row.lines.all()[0]


def breakdown_of(line: models.OrderLine) -> Breakdown:
    """The amounts a line was sold for."""
    return Breakdown(
        list_price=Money.from_minor(line.list_minor, line.currency),
        waived=Money.from_minor(line.waived_minor, line.currency),
        net=Money.from_minor(line.net_minor, line.currency),
        tax=Money.from_minor(line.tax_minor, line.currency),
        total=Money.from_minor(line.total_minor, line.currency),
    )


def _state(row: models.Order) -> OrderState:
    """The state a learner sees: a hold hides every state in which nothing is settled."""
    state = OrderState(row.state)
    unsettled = (OrderState.CREATED, OrderState.PENDING, OrderState.EXPIRED, OrderState.CANCELLED)
    return OrderState.HELD if row.held_because and state in unsettled else state


def order_summary(row: models.Order) -> OrderSummary:
    """A row of ``Order`` with its line and payments, as a value."""
    line = line_of(row)
    paid = next((payment for payment in row.payments.all() if payment.paid_at), None)
    return OrderSummary(
        uuid=row.uuid,
        user_id=row.user_id,
        state=_state(row),
        offering_code=line.offering.code,
        offering_title=line.offering.title,
        course_key=line.offering.course_key,
        breakdown=breakdown_of(line),
        refunded=Money.from_minor(paid.refunded_minor if paid else 0, line.currency),
        country=row.country,
        payer_class=PayerClass(row.payer_class),
        explanation=tuple(line.explanation),
        placed_at=row.placed_at,
        paid_at=paid.paid_at if paid else None,
        expires_at=row.expires_at,
        provider=paid.provider if paid else "",
        reference=paid.reference if paid else "",
        sentence=row.held_because or row.sentence,
    )


def list_payments(
    *, after: int = 0, limit: int = 500, since: datetime | None = None
) -> tuple[tuple[int, PaymentSummary], ...]:
    """Payments that arrived, by cursor; ``after`` is the last cursor seen, 0 to begin.

    ``since`` leaves out what was paid before. A cursor orders rows, not arrivals: who catches up
    walks all pages of a window, and books each payment once by its uuid.
    """
    rows = models.Payment.objects.filter(paid_at__isnull=False, id__gt=after)
    if since is not None:
        rows = rows.filter(paid_at__gte=since)
    rows = rows.select_related("order").prefetch_related("order__lines__offering")
    return tuple((row.id, payment_summary(row)) for row in rows.order_by("id")[:limit])


def payment_summary(row: models.Payment) -> PaymentSummary:
    """A paid row of ``Payment``, as a value."""
    line = line_of(row.order)
    if row.paid_at is None:
        raise ValueError(f"Payment {row.uuid} was never paid.")
    return PaymentSummary(
        uuid=row.uuid,
        order_uuid=row.order.uuid,
        line_uuid=line.uuid,
        provider=row.provider,
        reference=row.reference,
        offering_code=line.offering.code,
        course_key=line.offering.course_key,
        payer_class=PayerClass(row.order.payer_class),
        country=row.order.country,
        gross=Money.from_minor(row.amount_minor, row.currency),
        tax=Money.from_minor(line.tax_minor, row.currency),
        processor_fee=Money.from_minor(row.processor_fee_minor, row.currency),
        paid_at=row.paid_at,
    )


def list_refunds(
    *, after: int = 0, limit: int = 500, since: datetime | None = None
) -> tuple[tuple[int, RefundSummary], ...]:
    """Refunds that were made, by cursor, as ``list_payments`` does."""
    rows = models.Refund.objects.filter(refunded_at__isnull=False, id__gt=after)
    if since is not None:
        rows = rows.filter(refunded_at__gte=since)
    rows = rows.select_related("payment__order").prefetch_related("payment__order__lines")
    return tuple((row.id, refund_summary(row)) for row in rows.order_by("id")[:limit])


def refund_summary(row: models.Refund) -> RefundSummary:
    """A row of ``Refund`` that was made, as a value."""
    if row.refunded_at is None:
        raise ValueError(f"Refund {row.uuid} was not made.")
    return RefundSummary(
        uuid=row.uuid,
        key=row.key,
        payment_uuid=row.payment.uuid,
        order_uuid=row.payment.order.uuid,
        line_uuid=line_of(row.payment.order).uuid,
        amount=Money.from_minor(row.amount_minor, row.currency),
        tax=Money.from_minor(row.tax_minor, row.currency),
        fee_not_returned=Money.from_minor(row.fee_minor, row.currency),
        net=Money.from_minor(row.net_minor, row.currency),
        refunded_at=row.refunded_at,
    )


def list_waived_seats(
    *, after: int = 0, limit: int = 500, since: datetime | None = None
) -> tuple[tuple[int, WaivedSeat], ...]:
    """Waivers that opened a seat, by cursor, as ``list_payments`` does."""
    rows = models.Entitlement.objects.filter(line__waiver_grant__isnull=False, id__gt=after)
    if since is not None:
        rows = rows.filter(starts_at__gte=since)
    rows = rows.select_related("line__order", "line__offering")
    return tuple((row.id, waived_seat(row)) for row in rows.order_by("id")[:limit])


def list_returned_seats(
    *, after: int = 0, limit: int = 500
) -> tuple[tuple[int, ReturnedSeat], ...]:
    """Waived seats that were given back, by the cursor of ``list_waived_seats``.

    A seat that was given back late comes with an early cursor: who looks for news reads them all.
    """
    rows = models.Entitlement.objects.filter(
        line__waiver_grant__isnull=False,
        revoked_because=models.Entitlement.REFUNDED,
        id__gt=after,
    )
    rows = rows.select_related("line")
    return tuple((row.id, returned_seat(row)) for row in rows.order_by("id")[:limit])


def returned_seat(row: models.Entitlement) -> ReturnedSeat:
    """A right that rested on a waiver and was taken back with a full refund, as a value."""
    line = row.line
    if line is None or line.waiver_grant is None or row.revoked_at is None:
        raise ValueError(f"Entitlement {row.uuid} is not a waived seat that was given back.")
    return ReturnedSeat(
        uuid=uuid5(line.waiver_grant, "returned"),
        grant_uuid=line.waiver_grant,
        returned_at=row.revoked_at,
    )


def waived_seat(row: models.Entitlement) -> WaivedSeat:
    """A row of ``Entitlement`` that a waiver made possible, as a value."""
    line = row.line
    if line is None or line.waiver_grant is None:
        raise ValueError(f"Entitlement {row.uuid} does not rest on a waiver.")
    cost = line.seat_cost_minor
    return WaivedSeat(
        order_uuid=line.order.uuid,
        line_uuid=line.uuid,
        grant_uuid=line.waiver_grant,
        offering_code=line.offering.code,
        course_key=line.offering.course_key,
        percent=Percent.from_basis_points(line.waived_basis_points),
        foregone=Money.from_minor(line.waived_minor, line.currency),
        seat_cost=Money.from_minor(cost, line.seat_cost_currency) if cost else None,
        granted_at=row.starts_at,
    )


def list_seat_codes(
    offering_code: str | None = None, *, batch: UUID | None = None
) -> tuple[SeatCodeSummary, ...]:
    """Seat codes in the order they were issued; of one offering, of one batch, or all."""
    rows = models.SeatCode.objects.select_related("batch__offering").order_by("id")
    if offering_code is not None:
        rows = rows.filter(batch__offering__code=offering_code)
    if batch is not None:
        rows = rows.filter(batch__uuid=batch)
    return tuple(seat_code_summary(row) for row in rows)


def seat_code_summary(row: models.SeatCode) -> SeatCodeSummary:
    """A row of ``SeatCode``, with its batch, as a value."""
    return SeatCodeSummary(
        uuid=row.uuid,
        batch_uuid=row.batch.uuid,
        offering_code=row.batch.offering.code,
        sponsor=row.batch.sponsor,
        hint=row.hint,
        expires_at=row.batch.expires_at,
        redeemed_by=row.redeemed_by,
        redeemed_at=row.redeemed_at,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
    )


def given_seat(user_id: int, offering_code: str) -> GivenSeat | None:
    """The seat that this learner was given for an offering and still has, if any."""
    rows = models.SeatCode.objects.select_related("batch__offering")
    row = rows.filter(
        redeemed_by=user_id, batch__offering__code=offering_code, revoked_at__isnull=True
    ).first()
    return to_given_seat(row) if row else None


def to_given_seat(row: models.SeatCode) -> GivenSeat:
    """A redeemed code as the seat it opened."""
    if row.redeemed_by is None or row.redeemed_at is None:
        raise ValueError(f"Seat code {row.uuid} was not redeemed.")
    return GivenSeat(
        code_uuid=row.uuid,
        user_id=row.redeemed_by,
        offering_code=row.batch.offering.code,
        course_key=row.batch.offering.course_key,
        sponsor=row.batch.sponsor,
        redeemed_at=row.redeemed_at,
    )
