"""What comes in and goes out of a learner's part, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from fairgate.payers import PayerClass
from fairgate_rest.bodies import Amount, Body, Moment, OneOf, Share
from fee_payments import api
from fee_payments.data import (
    CountedFrom,
    LineState,
    NextStep,
    OfferingSummary,
    OrderState,
    OrderSummary,
    RefundPolicy,
    RequestOutcome,
    TaxKind,
    TermsSummary,
)

MAX_CODE = 100
MAX_COURSE = 255
MAX_URL = 2000
MAX_TYPED = 120
MAX_WORDS = 1000


def code(**more: Any) -> serializers.CharField:
    """The code of an offering."""
    return serializers.CharField(max_length=MAX_CODE, **more)


class CourseQuery(Body):
    """Of which course run."""

    course = serializers.CharField(max_length=MAX_COURSE, help_text="A course run's key.")


class CourseIfAnyQuery(Body):
    """Of which course run, if of one."""

    course = serializers.CharField(max_length=MAX_COURSE, required=False)


class PriceShape(serializers.Serializer):
    """A price that holds today; ``valid_until`` is the first day (UTC) on which it does not."""

    payer_class = OneOf(PayerClass)
    amount = Amount()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)


class SessionShape(serializers.Serializer):
    """A time and place; ``timezone`` is the one of the place, ``seats_left`` null without limit."""

    code = serializers.CharField()
    place = serializers.CharField()
    room = serializers.CharField()
    starts_at = Moment()
    ends_at = Moment()
    timezone = serializers.CharField()
    seats_left = serializers.IntegerField(allow_null=True)
    closed = serializers.BooleanField()


class WhenAndWhereShape(serializers.Serializer):
    """When and where a session is held; ``timezone`` is the one of the place."""

    place = serializers.CharField()
    room = serializers.CharField()
    starts_at = Moment()
    ends_at = Moment()
    timezone = serializers.CharField()


class OfSessionShape(serializers.Serializer):
    """What is of a session: its code ("" where there is none), when and where (null)."""

    session = serializers.SerializerMethodField(help_text="Its code.")
    takes_place = WhenAndWhereShape(source="session", allow_null=True)

    def get_session(self, found: Any) -> str:
        return found.session.code if found.session else ""


class MerchantShape(serializers.Serializer):
    """Who sells and invoices."""

    code = serializers.CharField()
    legal_name = serializers.CharField()
    country = serializers.CharField()
    tax_id = serializers.CharField()


class TermsShape(serializers.Serializer):
    """Terms of sale; who orders accepts those in force by their ``sha256``, that of their words.

    ``page`` is a path of this site on which a person reads them, ``url`` an address of their own if
    they have one.
    """

    version = serializers.CharField()
    page = serializers.SerializerMethodField()
    url = serializers.CharField()
    sha256 = serializers.CharField()

    def get_page(self, terms: TermsSummary) -> str:
        return api.terms_page_url(terms)


class RefundStepShape(serializers.Serializer):
    """A share of what was paid that goes back, until ``days`` after payment or before the start."""

    percent = Share()
    counted_from = OneOf(CountedFrom)
    days = serializers.IntegerField()


@dataclass(frozen=True, slots=True)
class Offered:
    """An offering as it stands at a moment."""

    offering: OfferingSummary
    is_on_sale: bool
    prices: tuple[Any, ...]
    refund_policy: RefundPolicy


class OfferingShape(serializers.Serializer):
    """What can be bought. ``prices`` are those of the list; what somebody pays a quote says.

    ``on_sale_until`` is the first day (UTC) that is too late; ``seats_left`` is null without limit.
    """

    code = serializers.CharField(source="offering.code")
    title = serializers.CharField(source="offering.title")
    course = serializers.CharField(source="offering.course_key")
    kind = serializers.CharField(source="offering.kind")
    delivery = serializers.CharField(source="offering.delivery")
    place = serializers.CharField(source="offering.place")
    starts_on = serializers.DateField(source="offering.starts_on", allow_null=True)
    on_sale_from = serializers.DateField(source="offering.on_sale_from", allow_null=True)
    on_sale_until = serializers.DateField(source="offering.on_sale_until", allow_null=True)
    is_on_sale = serializers.BooleanField()
    seats_left = serializers.IntegerField(source="offering.seats_left", allow_null=True)
    waivable = serializers.BooleanField(source="offering.waivable")
    upgrade_until = Moment(source="offering.upgrade_until", allow_null=True)
    opens = serializers.ListField(
        child=serializers.CharField(), source="offering.opens", help_text="Of a bundle, several."
    )
    sessions = SessionShape(many=True, source="offering.sessions")
    access_days = serializers.IntegerField(
        source="offering.access_days",
        allow_null=True,
        help_text="Null: access does not end by itself.",
    )
    enrolment_mode = serializers.CharField(
        source="offering.enrolment_mode",
        help_text="The mode a right enrols in; by_kind: as usual for the kind, empty: not at all.",
    )
    refund_policy = RefundStepShape(
        many=True, source="refund_policy.steps", help_text="For what is ordered now."
    )
    merchant = MerchantShape(source="offering.merchant", allow_null=True)
    prices = PriceShape(many=True)


class BreakdownShape(serializers.Serializer):
    """How a price comes about; ``net`` and ``tax`` are ``total``."""

    list_price = Amount()
    waived = Amount()
    net = Amount()
    tax = Amount()
    total = Amount()


class WaiverShape(serializers.Serializer):
    """What the waiver policy decides about this price; the waivers' own API says why."""

    outcome = serializers.CharField(source="outcome.value")
    percent = Share()
    policy = serializers.CharField()
    policy_version = serializers.IntegerField()


class QuoteShape(serializers.Serializer):
    """What the caller pays for one offering until ``expires_at``, while they live in ``country``.

    ``explanation`` and ``advice`` are sentences in the language asked for. ``tax_percent`` is null
    where no tax is known; ``tax_note`` is what the law asks to be printed. ``waiver`` is null where
    no waiver is asked about.
    """

    offering = serializers.CharField(source="offering.code")
    title = serializers.CharField(source="offering.title")
    course = serializers.CharField(source="offering.course_key")
    breakdown = BreakdownShape()
    payer_class = OneOf(PayerClass)
    tax_percent = Share(source="tax_rule.percent", allow_null=True)
    tax_kind = OneOf(TaxKind, allow_null=True)
    tax_note = serializers.CharField()
    is_tax_included = serializers.BooleanField(help_text="The list price holds it.")
    waiver = WaiverShape(allow_null=True)
    explanation = serializers.ListField(child=serializers.CharField())
    advice = serializers.ListField(child=serializers.CharField())
    country = serializers.CharField()
    merchant = MerchantShape(allow_null=True)
    terms = TermsShape(allow_null=True)
    needs_session = serializers.BooleanField()
    has_seat = serializers.BooleanField()
    entitled = serializers.BooleanField(help_text="The caller has access already.")
    quoted_at = Moment()
    expires_at = Moment()


class QuotesShape(serializers.Serializer):
    """What the caller pays for several together: an order of these ``lines`` costs ``total``."""

    lines = QuoteShape(many=True)
    breakdown = BreakdownShape()
    expires_at = Moment()


class QuoteQuery(Body):
    """In which currency, and whether a waiver is asked about."""

    currency = serializers.CharField(max_length=3, required=False)
    with_waiver = serializers.BooleanField(default=True)


class OneQuoteQuery(QuoteQuery):
    """The same, for a session that was chosen."""

    session = code(required=False)


class RoomQuery(Body):
    """Which session is meant; none is the room as a whole."""

    session = code(required=False, default="", allow_blank=True)


class RoomPlaceShape(serializers.Serializer):
    """Where the caller waits: 1 is asked next, 0 has a seat held until ``offered_until``."""

    offering = serializers.CharField(source="offering_code")
    session = serializers.CharField()
    place = serializers.IntegerField()
    asked_at = Moment()
    offered_until = Moment(allow_null=True)


class LineBody(Body):
    """One thing that is wanted, at which session, if it has some."""

    offering = code()
    session = code(required=False, default="", allow_blank=True)


class LinesBody(Body):
    """What is wanted, in turn."""

    lines = LineBody(many=True, allow_empty=False)


class QuotesBody(QuoteQuery, LinesBody):
    """Several offerings, to be paid together."""


class SeatsBody(LinesBody):
    """Seats that waivers open in full. ``country`` is that of the quote.

    ``accepts_terms`` is the ``sha256`` of the terms in the quote, which the learner has accepted.
    """

    country = serializers.CharField(max_length=2, required=False, allow_blank=True)
    accepts_terms = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True
    )


class OrderBody(SeatsBody):
    """An order. ``expected`` is the total that the learner has seen and agrees to."""

    expected = Amount()
    with_waiver = serializers.BooleanField(default=True)


class OrderLineShape(serializers.Serializer):
    """A line of an order, with what was paid and given back of it.

    ``session`` is the one that was chosen, ``merchant`` who collects, ``terms_version`` the terms
    that were accepted with the order; each "" where there was none. ``takes_place`` says when and
    where the session is held.
    """

    uuid = serializers.UUIDField()
    offering = serializers.CharField(source="offering_code")
    title = serializers.CharField()
    course = serializers.CharField(source="course_key")
    quantity = serializers.IntegerField()
    state = OneOf(LineState)
    breakdown = BreakdownShape()
    paid = Amount()
    refunded = Amount(help_text="Done or under way.")
    explanation = serializers.ListField(child=serializers.CharField())
    refund_policy = RefundStepShape(
        many=True, source="refund_policy.steps", default=None, allow_null=True,
        help_text="What it was sold under; null: before that was kept.",
    )  # fmt: skip
    session = serializers.CharField(help_text="Its code.")
    takes_place = WhenAndWhereShape(allow_null=True)
    merchant = serializers.CharField(help_text="Its code.")
    merchant_name = serializers.CharField()
    terms_version = serializers.CharField()


@dataclass(frozen=True, slots=True)
class ShownOrder:
    """An order as it stands at a moment."""

    order: OrderSummary
    at: datetime

    @property
    def next_step(self) -> NextStep:
        """What the learner can do next."""
        return self.order.next_step(self.at)

    @property
    def told(self) -> str:
        """What the learner reads; why it is held is for who looks at it."""
        if not self.order.is_held:
            return self.order.sentence
        if self.order.state is not OrderState.HELD:
            return ""
        return _(
            "We received a payment that does not fit this order. A person looks at it; nothing is "
            "lost, and you need not pay again."
        )


class OrderShape(serializers.Serializer):
    """An order; ``sentence`` says what happened last, or what is missing."""

    uuid = serializers.UUIDField(source="order.uuid")
    state = OneOf(OrderState, source="order.state")
    is_held = serializers.BooleanField(source="order.is_held", help_text="A person looks at it.")
    next_step = OneOf(NextStep)
    sentence = serializers.CharField(source="told")
    lines = OrderLineShape(many=True, source="order.lines")
    breakdown = BreakdownShape(source="order.breakdown")
    refunded = Amount(source="order.refunded", help_text="Done or under way.")
    left = Amount(
        source="order.left",
        help_text="What can be refunded at most: what is paid, and neither refunded nor taken back "
        "by a bank. Of a line it is no more than its `paid` less its `refunded`.",
    )
    country = serializers.CharField(source="order.country")
    placed_at = Moment(source="order.placed_at")
    expires_at = Moment(source="order.expires_at", help_text="Until then an open order is kept.")
    paid_at = Moment(source="order.paid_at", allow_null=True)
    provider = serializers.CharField(source="order.provider")
    terms = TermsShape(source="order.terms", allow_null=True)
    terms_accepted_at = Moment(source="order.terms_accepted_at", allow_null=True)
    buyer = serializers.CharField(
        source="order.buyer_name",
        help_text="Which organisation ordered for its people, if one.",
    )


class NothingBody(Body):
    """Nothing has to be said."""


class NextStepShape(serializers.Serializer):
    """Where an order stands, for who waits for it. ``course_url`` is "" until it can be entered."""

    state = OneOf(OrderState, source="shown.order.state")
    next_step = OneOf(NextStep, source="shown.next_step")
    sentence = serializers.CharField(source="shown.told")
    expires_at = Moment(source="shown.order.expires_at")
    course_url = serializers.CharField()


class WayToPayShape(serializers.Serializer):
    """A way to pay; ``label`` is for people."""

    name = serializers.CharField()
    label = serializers.CharField()


class PayBody(Body):
    """How, and where to come back to: an address of this site or of its micro-frontends."""

    provider = serializers.CharField(max_length=32, required=False)
    return_url = serializers.CharField(max_length=MAX_URL, required=False)


class PaymentPageShape(serializers.Serializer):
    """Where to send the payer."""

    url = serializers.CharField()


class OfferedLineShape(serializers.Serializer):
    """What is offered of one line."""

    line = serializers.UUIDField()
    amount = Amount()


class RefundOfferShape(serializers.Serializer):
    """What the refund policy gives back now; from ``until`` on (null: it stays) it is less."""

    lines = OfferedLineShape(many=True)
    total = Amount(source="offer.total")
    sentence = serializers.CharField(source="offer.sentence")
    until = Moment(source="offer.until", allow_null=True)


class AskRefundBody(Body):
    """Why, and of which lines; all that are offered, if none is named."""

    reason = serializers.CharField(max_length=MAX_WORDS)
    lines = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=None, allow_empty=False
    )


class RefundRequestShape(serializers.Serializer):
    """A request for money back; ``outcome`` is null while it waits for a person."""

    uuid = serializers.UUIDField()
    order = serializers.UUIDField(source="order_uuid")
    amount = Amount()
    reason = serializers.CharField()
    asked_at = Moment()
    decided_at = Moment(allow_null=True)
    outcome = OneOf(RequestOutcome, allow_null=True)
    note = serializers.CharField(help_text="What the learner is told with the outcome.")


class EntitlementShape(serializers.Serializer):
    """A right, past or present; ``is_live`` is whether it holds now."""

    uuid = serializers.UUIDField(source="right.uuid")
    offering = serializers.CharField(source="right.offering_code")
    source = serializers.CharField(source="right.source")
    starts_at = Moment(source="right.starts_at")
    ends_at = Moment(source="right.ends_at", allow_null=True)
    revoked_at = Moment(source="right.revoked_at", allow_null=True)
    is_live = serializers.BooleanField()


class EntitledShape(serializers.Serializer):
    """Whether the caller may enter what an offering opens, now."""

    offering = serializers.CharField()
    entitled = serializers.BooleanField()


class RedeemBody(Body):
    """A seat code as it was typed; case, blanks and dashes do not matter."""

    offering = code()
    code = serializers.CharField(max_length=MAX_TYPED)


class GivenSeatShape(serializers.Serializer):
    """A seat that somebody else has paid."""

    offering = serializers.CharField(source="offering_code")
    course = serializers.CharField(source="course_key")
    sponsor = serializers.CharField()
    redeemed_at = Moment()
