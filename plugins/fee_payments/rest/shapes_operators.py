"""What comes in and goes out of the operators' part, and what the books are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from fairgate.payers import PayerClass
from fairgate_rest.bodies import Amount, Body, Moment, OneOf, Share
from fee_payments.data import (
    DisputeState,
    EventNote,
    EventOutcome,
    OrderState,
    PaymentAttempt,
    RefundAttempt,
    RefundState,
    SeatCodeState,
)
from fee_payments.rest.shapes import (
    MAX_COURSE,
    EntitlementShape,
    OfSessionShape,
    OrderShape,
    ShownOrder,
    code,
)

BIGGEST = 2**63 - 1
MAX_TEXT = 255


class RowNumber(serializers.IntegerField):
    """The number of a row, or of a user."""

    def __init__(self, **about: Any) -> None:
        super().__init__(min_value=0, max_value=BIGGEST, **about)


class OrdersQuery(Body):
    """Which orders; what is left out does not matter. ``placed_until`` is the first moment after.

    ``state`` is the one that the learner sees.
    """

    uuid = serializers.UUIDField(required=False)
    state = OneOf(OrderState, required=False)
    is_held = serializers.BooleanField(required=False)
    offering = code(required=False)
    course = serializers.CharField(max_length=MAX_COURSE, required=False)
    user_id = RowNumber(required=False)
    placed_from = Moment(required=False)
    placed_until = Moment(required=False)


class FoundOrderShape(OrderShape):
    """An order as an operator sees it; ``sentence`` says why it is held, if it is."""

    sentence = serializers.CharField(source="order.sentence")
    user_id = serializers.IntegerField(source="order.user_id")
    payer_class = OneOf(PayerClass, source="order.payer_class")
    reference = serializers.CharField(source="order.reference")


class PaymentAttemptShape(serializers.Serializer):
    """One attempt to pay; ``paid_at`` is null where nothing was paid."""

    uuid = serializers.UUIDField()
    provider = serializers.CharField()
    reference = serializers.CharField()
    amount = Amount()
    processor_fee = Amount(allow_null=True)
    refunded = Amount()
    paid_at = Moment(allow_null=True)


class RefundAttemptShape(serializers.Serializer):
    """One refund, done or not."""

    uuid = serializers.UUIDField()
    payment = serializers.UUIDField(source="payment_uuid")
    state = OneOf(RefundState)
    amount = Amount()
    reason = serializers.CharField()
    requested_by = serializers.IntegerField(allow_null=True)
    requested_at = Moment()
    refunded_at = Moment(allow_null=True)


class EventNoteShape(serializers.Serializer):
    """What became of an event of a provider, and not what was in it."""

    provider = serializers.CharField()
    event_id = serializers.CharField()
    kind = serializers.CharField()
    reference = serializers.CharField()
    received_at = Moment()
    handled_at = Moment(allow_null=True)
    outcome = serializers.CharField()
    sentence = serializers.CharField()


class EventsQuery(Body):
    """Which events; by itself those that wait for another try, or for a person."""

    only_stuck = serializers.BooleanField(required=False, default=True)
    since = Moment(required=False)


class EventShape(serializers.Serializer):
    """An event of a provider, without what was sent; no outcome: nobody has worked it yet."""

    id = serializers.IntegerField(source="pk")
    provider = serializers.CharField()
    kind = serializers.CharField()
    outcome = OneOf(EventOutcome, allow_null=True)
    sentence = serializers.CharField()
    received_at = Moment()


class EventReceiptShape(serializers.Serializer):
    """What became of an event, and why."""

    outcome = OneOf(EventOutcome)
    sentence = serializers.CharField()


@dataclass(frozen=True, slots=True)
class Inspected(ShownOrder):
    """An order with its history, as far as the caller may see it."""

    payments: tuple[PaymentAttempt, ...] | None
    refunds: tuple[RefundAttempt, ...] | None
    events: tuple[EventNote, ...] | None


class InspectedOrderShape(FoundOrderShape):
    """An order with its history; what the caller's permissions do not reach is null."""

    payments = PaymentAttemptShape(many=True, allow_null=True)
    refunds = RefundAttemptShape(many=True, allow_null=True)
    events = EventNoteShape(many=True, allow_null=True)


@dataclass(frozen=True, slots=True)
class Again(ShownOrder):
    """An order of which access was given again, and what still stands in the way."""

    obstacles: tuple[str, ...]


class AccessAgainShape(FoundOrderShape):
    """What came of giving access again: without ``obstacles`` everything is given."""

    obstacles = serializers.ListField(child=serializers.CharField())


class RefundPartBody(Body):
    """How much of one line."""

    line = serializers.UUIDField()
    amount = Amount()


class RefundBody(Body):
    """What goes back, and why: ``amount`` of an order of one line, ``parts`` of one of several.

    Neither is all that is left. ``left`` is what was left of the order when it was looked at: the
    refund is refused if somebody else has refunded since.
    """

    reason = serializers.CharField(max_length=MAX_TEXT)
    amount = Amount(required=False)
    parts = RefundPartBody(many=True, required=False, allow_empty=False)
    left = Amount(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "amount" in attrs and "parts" in attrs:
            raise serializers.ValidationError({"parts": ["Please send amount or parts, not both."]})
        lines = [part["line"] for part in attrs.get("parts", ())]
        if len(set(lines)) != len(lines):
            raise serializers.ValidationError({"parts": ["A line is named twice."]})
        return attrs


class RefundReceiptShape(serializers.Serializer):
    """A refund; ``state`` says whether it is done, under way, or failed."""

    uuid = serializers.UUIDField()
    order = serializers.UUIDField(source="order_uuid")
    state = OneOf(RefundState)
    amount = Amount()
    net = Amount()
    tax = Amount()
    fee_not_returned = Amount()


class RequestsQuery(Body):
    """Only what waits for a person, or only what is decided."""

    is_open = serializers.BooleanField(required=False)


class RefuseBody(Body):
    """What the learner is told."""

    note = serializers.CharField(max_length=MAX_TEXT)


class RightsQuery(Body):
    """Whose rights, and of which course run, if of one."""

    user_id = RowNumber()
    course = serializers.CharField(max_length=MAX_COURSE, required=False)


class HeldRightShape(EntitlementShape):
    """A right as an operator sees it."""

    revoked_because = serializers.CharField(source="right.revoked_because")


class AccessBody(Body):
    """Access by hand, and why.

    ``ends_at`` is the first moment without it; left out, it is as the offering says.
    """

    user_id = RowNumber()
    offering = code()
    reason = serializers.CharField(max_length=MAX_TEXT)
    ends_at = Moment(required=False, default=None, allow_null=True)


class EndBody(Body):
    """Why."""

    reason = serializers.CharField(max_length=MAX_TEXT)


class SeatCodesQuery(Body):
    """Which seat codes."""

    offering = code(required=False)
    batch = serializers.UUIDField(required=False)


class SeatCodeShape(serializers.Serializer):
    """A seat code; the code itself nobody can show again, ``hint`` is its first group."""

    uuid = serializers.UUIDField(source="code.uuid")
    batch = serializers.UUIDField(source="code.batch_uuid")
    offering = serializers.CharField(source="code.offering_code")
    session = serializers.CharField(source="code.session")
    sponsor = serializers.CharField(source="code.sponsor")
    hint = serializers.CharField(source="code.hint")
    state = OneOf(SeatCodeState)
    expires_at = Moment(source="code.expires_at", allow_null=True)
    redeemed_by = serializers.IntegerField(source="code.redeemed_by", allow_null=True)
    redeemed_at = Moment(source="code.redeemed_at", allow_null=True)
    revoked_at = Moment(source="code.revoked_at", allow_null=True)
    revoked_because = serializers.CharField(source="code.revoked_because")


class IssueBody(Body):
    """Codes to issue. ``sponsor`` gives the seats: the learner reads it. ``note`` is for operators.

    ``session`` is the one that they open a seat of, where the offering has some. ``expires_at`` is
    the first moment at which no code is taken.
    """

    offering = code()
    session = code(required=False, default="", allow_blank=True)
    count = serializers.IntegerField(min_value=1)
    sponsor = serializers.CharField(max_length=MAX_TEXT)
    note = serializers.CharField(max_length=MAX_TEXT, required=False, default="", allow_blank=True)
    expires_at = Moment(required=False, default=None, allow_null=True)


class IssuedShape(OfSessionShape):
    """Codes that were issued just now. This answer is the only one that ever has them."""

    batch = serializers.UUIDField(source="batch_uuid")
    offering = serializers.CharField(source="offering_code")
    sponsor = serializers.CharField()
    expires_at = Moment(allow_null=True)
    codes = serializers.ListField(child=serializers.CharField())


class RevokeBody(Body):
    """Why a code is taken back."""

    because = serializers.CharField(max_length=MAX_TEXT)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact with its cursor."""

    cursor: int
    fact: Any


class SinceQuery(Body):
    """Only what happened at this moment or later."""

    since = Moment(required=False)


class FactShape(serializers.Serializer):
    """A fact. Book it once, by its ``uuid``; ``cursor`` is what to ask ``after`` for the next."""

    cursor = serializers.IntegerField()


class PaymentShape(FactShape):
    """Money that arrived for one line; ``gross`` is ``net``, ``tax`` and ``processor_fee``."""

    uuid = serializers.UUIDField(source="fact.uuid")
    order = serializers.UUIDField(source="fact.order_uuid")
    line = serializers.UUIDField(source="fact.line_uuid")
    provider = serializers.CharField(source="fact.provider")
    reference = serializers.CharField(source="fact.reference")
    offering = serializers.CharField(source="fact.offering_code")
    course = serializers.CharField(source="fact.course_key")
    payer_class = OneOf(PayerClass, source="fact.payer_class")
    country = serializers.CharField(source="fact.country")
    gross = Amount(source="fact.gross")
    net = Amount(source="fact.net")
    tax = Amount(source="fact.tax")
    processor_fee = Amount(source="fact.processor_fee")
    paid_at = Moment(source="fact.paid_at")


class RefundShape(FactShape):
    """Money that went back of one line; ``amount`` is the sum of the other three."""

    uuid = serializers.UUIDField(source="fact.uuid")
    payment = serializers.UUIDField(source="fact.payment_uuid")
    order = serializers.UUIDField(source="fact.order_uuid")
    line = serializers.UUIDField(source="fact.line_uuid")
    amount = Amount(source="fact.amount")
    net = Amount(source="fact.net")
    tax = Amount(source="fact.tax")
    fee_not_returned = Amount(source="fact.fee_not_returned")
    refunded_at = Moment(source="fact.refunded_at")


class WaivedSeatShape(FactShape):
    """A waiver that was used; its ``grant`` is booked once.

    ``foregone`` is what nobody pays: a memo. ``seat_cost`` is what the fund pays for the seat.
    """

    grant = serializers.UUIDField(source="fact.grant_uuid")
    order = serializers.UUIDField(source="fact.order_uuid")
    line = serializers.UUIDField(source="fact.line_uuid")
    offering = serializers.CharField(source="fact.offering_code")
    course = serializers.CharField(source="fact.course_key")
    percent = Share(source="fact.percent")
    foregone = Amount(source="fact.foregone")
    seat_cost = Amount(source="fact.seat_cost", allow_null=True)
    granted_at = Moment(source="fact.granted_at")


class ReturnedSeatShape(FactShape):
    """A waived seat that was given back with a full refund. Its cursor is that of the seat."""

    uuid = serializers.UUIDField(source="fact.uuid")
    grant = serializers.UUIDField(source="fact.grant_uuid")
    returned_at = Moment(source="fact.returned_at")


class DisputeShape(FactShape):
    """A dispute that money moved for, as it stands: book its opening once, and each end once."""

    uuid = serializers.UUIDField(source="fact.uuid")
    payment = serializers.UUIDField(source="fact.payment_uuid")
    order = serializers.UUIDField(source="fact.order_uuid")
    provider = serializers.CharField(source="fact.provider")
    reference = serializers.CharField(source="fact.reference")
    state = OneOf(DisputeState, source="fact.state")
    amount = Amount(source="fact.amount")
    fee = Amount(source="fact.fee")
    reason = serializers.CharField(source="fact.reason")
    opened_at = Moment(source="fact.opened_at")
    closed_at = Moment(source="fact.closed_at", allow_null=True)
    evidence_due_by = Moment(source="fact.evidence_due_by", allow_null=True)
