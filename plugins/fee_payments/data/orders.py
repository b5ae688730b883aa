"""Orders and their lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money, total
from fairgate.payers import PayerClass
from fee_payments.data.merchants import TermsSummary
from fee_payments.data.quotes import Breakdown, added_up
from fee_payments.data.refund_policy import RefundPolicy
from fee_payments.data.rooms import SessionSummary


class OrderState(StrEnum):
    """Where an order stands. ``created`` and ``pending`` are open: they can still be paid.

    ``held`` is what a learner sees while a person looks at a payment that does not fit;
    ``disputed`` and ``lost`` what they see of a paid order whose payment their bank has asked back.
    """

    CREATED = "created"
    PENDING = "pending"
    PAID = "paid"
    WAIVED = "waived"
    HELD = "held"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    LOST = "lost"


class HoldCause(StrEnum):
    """What lets an order wait for a person; each releases what it holds, and nothing else.

    ``payment``: it does not fit, or what it paid could not be opened; until it is paid as it should
    be, or what is due back went back. ``refund``: one was not made; until one was. ``reversal``: a
    bank has the money back; until it is there again. ``access``: what had rested or was taken
    could not be given again; until it is, or was refunded. An order of which nothing is left waits
    for money alone that did not fit, as that is in no books.
    """

    PAYMENT = "payment"
    REFUND = "refund"
    REVERSAL = "reversal"
    ACCESS = "access"


class LineState(StrEnum):
    """What a line of an order gives its learner now.

    ``kept``: price and seat are kept until the order is paid or its time is over. ``open``: the
    learner may enter. ``ended``: they could, and it was taken back. ``seats``: an organisation has
    seats to give to its people. ``none``: nothing was opened, and nothing is kept.
    """

    KEPT = "kept"
    OPEN = "open"
    ENDED = "ended"
    SEATS = "seats"
    NONE = "none"


class NextStep(StrEnum):
    """What the learner of an order can do next."""

    PAY = "pay"
    WAIT_FOR_PAYMENT = "wait_for_payment"
    WAIT_FOR_A_PERSON = "wait_for_a_person"
    ENTER_COURSE = "enter_course"
    GIVE_SEATS = "give_seats"
    ORDER_AGAIN = "order_again"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineSummary:
    """A line of an order: ``quantity`` seats of one offering, and the amounts of all of them.

    ``refunded`` counts refunds that are done or under way; ``paid`` is what arrived for the line.
    ``refund_policy`` is the one it was sold under (``None``: sold before that was kept);
    ``starts_on`` the day on which the training begins.
    It was sold for ``session`` (a code), if it has some, which ``takes_place`` then and there; by
    ``merchant``, who collects, under ``terms_version``: "" of a site that has named neither.
    """

    uuid: UUID
    offering_code: str
    title: str
    course_key: str
    quantity: int
    breakdown: Breakdown
    paid: Money
    refunded: Money
    explanation: tuple[str, ...]
    waiver_grant: UUID | None
    state: LineState
    refund_policy: RefundPolicy | None = None
    starts_on: date | None = None
    session: str = ""
    takes_place: SessionSummary | None = None
    merchant: str = ""
    merchant_name: str = ""
    terms_version: str = ""

    @property
    def left(self) -> Money:
        """What is paid and not refunded."""
        return self.paid - self.refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """An order as its learner sees it; ``sentence`` says what happened last, or what is missing.

    ``is_held``: a person looks at it, whatever its state is. ``buyer_name`` is the organisation
    that ordered seats for its people, "" where a learner ordered for themselves. ``terms`` are
    those it was sold under, accepted at ``terms_accepted_at`` (``None``: before that was asked).
    ``lost`` is what banks took back for good, in disputes; they take it of payments, not of lines.
    ``is_on_its_way``: the payer has done their part, and their bank needs days for its own.
    """

    uuid: UUID
    user_id: int
    state: OrderState
    is_held: bool
    lines: tuple[OrderLineSummary, ...]
    country: str
    payer_class: PayerClass
    placed_at: datetime
    paid_at: datetime | None
    expires_at: datetime
    provider: str
    reference: str
    sentence: str
    lost: Money
    buyer_name: str = ""
    terms: TermsSummary | None = None
    terms_accepted_at: datetime | None = None
    is_on_its_way: bool = False

    @property
    def first(self) -> OrderLineSummary:
        """The line that the learner asked for first; the only one of most orders."""
        return self.lines[0]

    @property
    def offering_codes(self) -> frozenset[str]:
        return frozenset(line.offering_code for line in self.lines)

    @property
    def currency(self) -> str:
        return self.lines[0].breakdown.total.currency

    @property
    def breakdown(self) -> Breakdown:
        """What all lines cost together, and how that comes about."""
        return added_up([line.breakdown for line in self.lines])

    @property
    def total(self) -> Money:
        """What all lines cost together."""
        return self.breakdown.total

    @property
    def refunded(self) -> Money:
        """What was given back of all lines, or is about to be."""
        return total([line.refunded for line in self.lines], self.currency)

    @property
    def left(self) -> Money:
        """What is paid, and neither refunded nor lost."""
        kept = total([line.left for line in self.lines], self.currency)
        return kept - min(self.lost, kept)

    def left_of(self, line: OrderLineSummary) -> Money:
        """What can be refunded of one line at most."""
        return min(line.left, self.left)

    def next_step(self, at: datetime) -> NextStep:
        """What the learner can do next.

        After a declined card (``sentence``) they pay, and do not wait. What is open can be entered,
        also while a person looks at another line.
        """
        if any(line.state is LineState.OPEN for line in self.lines):
            return NextStep.ENTER_COURSE
        if any(line.state is LineState.SEATS for line in self.lines):
            return NextStep.GIVE_SEATS
        if self.is_held:
            return NextStep.WAIT_FOR_A_PERSON
        if self.state in (OrderState.CREATED, OrderState.PENDING) and at < self.expires_at:
            waits = self.state is OrderState.PENDING and not self.sentence
            return NextStep.WAIT_FOR_PAYMENT if waits or self.is_on_its_way else NextStep.PAY
        return NextStep.NOTHING if self.state in _OPENED else NextStep.ORDER_AGAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessAgain:
    """What came of giving access again: the order as it is now, and what still stands in the way.

    No obstacle: everything is given, and the order waits for it no longer.
    """

    order: OrderSummary
    obstacles: tuple[str, ...]


# States in which something was opened: where nothing is open any more, it has ended by itself.
_OPENED = (
    OrderState.PAID,
    OrderState.WAIVED,
    OrderState.PARTIALLY_REFUNDED,
    OrderState.DISPUTED,
)
