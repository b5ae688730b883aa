"""Takes what a grant takes, together or not at all: room in the limits, and money of the fund.

Order of locks: the grant, its place on the waiting list, subjects of limits (by name), the fund. In
a transaction of our own the rows that many want come last, and all evidence is written before them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.inserting import insert
from waiver_policy import conf, models
from waiver_policy.data import Decision, Outcome, Reason, ReasonCode
from waiver_policy.exceptions import PriceNeeded
from waiver_policy.rules import counting, deciding
from waiver_policy.rules.quotas import Claim
from waiver_policy.selectors.decisions import Decided
from waiver_policy.selectors.locks import live_key
from waiver_policy.services import fund, limits, locks
from waiver_policy.services.decisions import write_decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A request for a grant.

    ``cost`` is that of the full seat, ``price`` what the waiver is taken from; ``held_until`` an
    order's end.
    """

    user_id: int
    offering_code: str
    cost: Money | None
    price: Money | None
    key: str
    at: datetime
    held_until: datetime | None = None
    is_offer: bool = False

    @property
    def live_key(self) -> str:
        """What is unique among the live grants."""
        return live_key(self.user_id, self.offering_code)

    @property
    def asked_cost(self) -> str:
        """The cost and the price, as a grant keeps them to know the same request again."""
        return f"{self.cost or ''}/{self.price or ''}"

    def waived_cost(self, decision: Decision) -> Money | None:
        """What the fund pays: the part of the seat's cost that is waived of the price.

        Raises:
            PriceNeeded: the part depends on the price, and nobody named one.
        """
        if self.cost is None:
            return None
        if self.price is None and decision.reduction.currencies:
            raise PriceNeeded
        return decision.reduction.of_cost(self.cost, self.price)


class Limited(Exception):
    """There is no room now. ``waits_for``: the subject of a full limit, "" for money."""

    def __init__(self, code: ReasonCode, *, waits_for: str, country: str) -> None:
        self.code, self.waits_for = code, waits_for
        self.reason = Reason(code=code.value, params={"country": country})
        self.outcome = Outcome.WAITLISTED
        if code is ReasonCode.QUOTA_PERSON:
            self.outcome = Outcome.REFUSED
        super().__init__(code)


def take(
    wish: Wish, answer: Decided, *, in_turn: bool = False, free: int | None = None
) -> models.WaiverGrant:
    """Take room and money, and write the decision and the grant.

    ``in_turn``: it is this person's turn on the waiting list, so nobody is before them. ``free``:
    the minor units that the fund had for whoever comes, when it was looked at; ``None``: nobody
    has looked.

    Raises:
        Limited: a limit or the fund has no room; nothing is taken.
        IntegrityError: the key, or a live grant of the person for the offering, is there.
    """
    if not transaction.get_connection().in_atomic_block:
        try:
            with transaction.atomic():
                return _take_unseen(wish, answer, free)
        except (limits.Full, limits.Changed, Limited):
            pass  # seen too early, or by somebody faster: the rows themselves have to say so
        with transaction.atomic():
            return _take_locked(wish, answer, in_turn=in_turn)
    return _take_locked(wish, answer, in_turn=in_turn)


def _take_unseen(wish: Wish, answer: Decided, free: int | None) -> models.WaiverGrant:
    """Write everything, then let two statements decide. For a transaction of our own.

    The rows that everybody wants are locked for these two statements only. What is not to be had
    undoes all that was written; in somebody else's transaction that would leave locks on what is
    not there any more, and others who wait for it would wait for each other.
    """
    claim = claim_of(wish, answer)
    counts = counts_of(claim, answer)
    if claim.cost and free is not None and free < claim.cost.minor:
        raise no_money(claim)
    seen = limits.look(counts, claim, lock=False, in_turn=False)
    row = _write(wish, answer, claim, counts)
    limits.count(counts, seen, in_turn=False)
    if row.cost_minor and not fund.take(row.currency, row.cost_minor, in_turn=False):
        raise no_money(claim)
    return row


def _take_locked(wish: Wish, answer: Decided, *, in_turn: bool) -> models.WaiverGrant:
    """Take what the rows that decide allow, and only then write."""
    claim = claim_of(wish, answer)
    counts = counts_of(claim, answer)
    try:
        seen = limits.look(counts, claim, lock=True, in_turn=in_turn)
    except limits.Full as full:
        raise limited(full, claim) from None
    cost = claim.cost
    with transaction.atomic():
        # The rows are locked: what differs from them now is a fault of ours, and undoes all of it.
        # It is not told as a full limit: there is room, so the caller would ask for ever.
        limits.count(counts, seen, in_turn=in_turn)
        if cost and not fund.take(cost.currency, cost.minor, in_turn=in_turn):
            raise no_money(claim)
        return _write(wish, answer, claim, counts)


def no_money(claim: Claim) -> Limited:
    """An empty fund as the reason of a decision."""
    code = ReasonCode.FUND_EMPTY_WAITLISTED
    return Limited(code, waits_for="", country=claim.country)


def limited(full: limits.Full, claim: Claim) -> Limited:
    """A full limit as the reason of a decision."""
    return Limited(full.count.code, waits_for=full.count.subject, country=claim.country)


def claim_of(wish: Wish, answer: Decided) -> Claim:
    """What a grant would count as. It counts for the day on which it is made.

    Raises:
        PriceNeeded: what the fund pays depends on the price, and nobody named one.
    """
    return Claim(
        user_id=wish.user_id,
        offering_code=wish.offering_code,
        day=utc_day(wish.at),
        cost=wish.waived_cost(answer.decision) or None,
        **answer.decision.inputs["counted_as"],
    )


def counts_of(claim: Claim, answer: Decided) -> tuple[counting.Count, ...]:
    """What the grant would count for."""
    return counting.counts_of(answer.policy.caps if answer.policy else (), claim)


def _write(
    wish: Wish, answer: Decided, claim: Claim, counts: tuple[counting.Count, ...]
) -> models.WaiverGrant:
    """All evidence: the decision, the grant, what it counts for, and the entry of the fund."""
    kept = write_decision(answer.decision, answer.version)
    row = _row(wish, answer, claim, counts, kept)
    insert(row)
    if not wish.is_offer:
        # Whoever of this person's requests has the grant keeps the price, too.
        locks.remember(kept, answer, at=wish.at)
    limits.write_uses(counts, claim, row)
    if row.cost_minor:
        insert(fund.reserved_entry(row, at=wish.at))
    return row


def _row(
    wish: Wish,
    answer: Decided,
    claim: Claim,
    counts: tuple[counting.Count, ...],
    kept: models.WaiverDecision,
) -> models.WaiverGrant:
    offered_until = claim.day + timedelta(days=conf.offer_days()) if wish.is_offer else None
    return models.WaiverGrant(
        uuid=uuid4(),
        decision=kept,
        key=wish.key,
        asked_cost=wish.asked_cost,
        user_id=wish.user_id,
        offering_code=wish.offering_code,
        percent_bp=answer.decision.percent.basis_points,
        full_cost_minor=wish.cost.minor if wish.cost else None,
        cost_minor=claim.cost.minor if claim.cost else 0,
        currency=wish.cost.currency if wish.cost else "",
        live_key=wish.live_key,
        granted_at=wish.at,
        expires_on=offered_until or deciding.valid_until(answer.policy, wish.at),
        offered_until=offered_until,
        held_until=wish.held_until,
        counts_for={count.subject: count.add for count in counts},
    )
