"""Grants: the policy's answer, the limits and the fund, in one transaction.

The caller may be inside a transaction already (``ATOMIC_REQUESTS``) and may have read anything:
every row that decides is taken by a statement that sees what is committed, not what the snapshot
shows. Order of locks: see ``taking``. Whoever began the transaction runs a lost race again.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.inserting import insert_or_lock
from fairgate_tables.transactions import in_transaction, run_again
from waiver_policy import conf, models
from waiver_policy.data import Applicant, Expired, GrantSummary, Outcome, Reason, ReasonCode
from waiver_policy.exceptions import (
    FundEmpty,
    GrantClosed,
    KeyReused,
    NotEligible,
    UnknownGrant,
)
from waiver_policy.rules import deciding
from waiver_policy.rules.applications import Action
from waiver_policy.selectors import decisions
from waiver_policy.selectors.decisions import Decided
from waiver_policy.selectors.evidence import with_evidence
from waiver_policy.selectors.fund import to_grant
from waiver_policy.selectors.standing import look
from waiver_policy.selectors.waiting import to_place
from waiver_policy.services import closing, fund, locks, taking, waiting
from waiver_policy.services.decisions import write_decision
from waiver_policy.services.taking import Limited, Wish

log = logging.getLogger(__name__)

Grant, Place = models.WaiverGrant, models.WaitingPlace


@run_again
def grant(
    applicant: Applicant,
    *,
    offering_code: str,
    full_seat_cost: Money | None,
    price: Money | None,
    key: str,
    at: datetime,
    held_until: datetime | None,
    course_run: str | None = None,
) -> GrantSummary:
    """Decide again, keep the decision, and hold the waived part of the seat's cost.

    Raises:
        NotEligible, FundEmpty, KeyReused, PriceNeeded: see ``api.grant``.
    """
    wish = Wish(
        user_id=applicant.user_id,
        offering_code=offering_code,
        cost=full_seat_cost or None,
        price=price,
        key=key,
        at=at,
        held_until=held_until,
    )
    known = held = None
    currency = wish.cost.currency if wish.cost else ""
    standing = look(wish.user_id, offering_code, at=at, key=key, currency=currency)
    if standing.has_grant:
        known, held = _look(wish)
    if known is not None:
        return to_grant(known)
    if held is not None and held.state == Grant.RESERVED:
        mine = _settle(held, applicant, wish)
        if mine is not None:
            return to_grant(mine)
        known, held = _look(wish)
        if known is not None:
            return to_grant(known)
    decided = decisions.decide(
        applicant,
        offering_code=offering_code,
        at=at,
        price=price,
        standing=standing,
        holds_grant=held is not None,
        course_run=course_run,
    )
    if not decided.decision.is_granted or held is not None:
        return _known_or_refused(wish, decided)
    return to_grant(_new(wish, decided, free=standing.free))


def _look(wish: Wish) -> tuple[models.WaiverGrant | None, models.WaiverGrant | None]:
    """The grant of this key, and the live grant of this person for the offering; one query.

    Raises:
        KeyReused: the key was for something else.
    """
    rows = Grant.objects.filter(Q(key=wish.key) | Q(live_key=wish.live_key))
    found = {row.key: row for row in rows.select_related("decision__facts")}
    known = found.pop(wish.key, None)
    _check_payload(wish, known)
    if known is None:
        _check_used(wish)
    return known, next(iter(found.values()), None)


def _known(wish: Wish) -> models.WaiverGrant | None:
    """The grant of this key, as committed now, whatever our snapshot shows.

    Raises:
        KeyReused: the key was for something else.
    """
    rows = Grant.objects.select_related("decision__facts").filter(key=wish.key)
    with transaction.atomic():
        row: models.WaiverGrant | None = rows.select_for_update().first()
    _check_payload(wish, row)
    return row


def _check_payload(wish: Wish, row: models.WaiverGrant | None) -> None:
    if row is not None and not _is_for(wish, row, row.asked_cost):
        raise KeyReused(wish.key)


def _check_used(wish: Wish) -> None:
    """A key whose offer went back to the waiting list asks for the same again, or for nothing."""
    used = models.UsedKey.objects.select_related("grant").filter(key=wish.key).first()
    if used is not None and not _is_for(wish, used.grant, used.asked_cost):
        raise KeyReused(wish.key)


def _is_for(wish: Wish, row: models.WaiverGrant, asked_cost: str) -> bool:
    wanted = (wish.user_id, wish.offering_code, wish.asked_cost)
    return (row.user_id, row.offering_code, asked_cost) == wanted


def _known_or_refused(wish: Wish, decided: Decided) -> GrantSummary:
    # Our own key may be the grant that is there now, made by another transaction meanwhile.
    if decided.decision.inputs["has_grant"] and (known := _known(wish)) is not None:
        return to_grant(known)
    write_decision(decided.decision, decided.version)
    raise NotEligible(decided.decision)


def _new(wish: Wish, decided: Decided, *, free: int | None) -> models.WaiverGrant:
    """Take everything, or a place on the waiting list; ``free`` as for ``taking.take``."""
    while True:
        try:
            row = taking.take(wish, decided, free=free)
        except IntegrityError:
            return _winner(wish, decided)
        except Limited as limit:
            # Our own key may have used up what was left, in another transaction.
            if (known := _known(wish)) is not None:
                return known
            _refuse_or_wait(wish, decided, limit)
            free = None
        else:
            log.info("waiver granted: grant=%s offering=%s", row.uuid, wish.offering_code)
            return row


def _refuse_or_wait(wish: Wish, answer: Decided, limit: Limited) -> None:
    """Say no, or not yet; returns only if there is room after all.

    Raises:
        FundEmpty, NotEligible: with the place on the waiting list, if there is one.
    """
    if limit.outcome is Outcome.REFUSED:
        decision = deciding.limited(answer.decision, limit.outcome, limit.reason)
        write_decision(decision, answer.version)
        raise NotEligible(decision)
    place = waiting.join(wish, answer, limit)
    if place is None:
        return
    waiting.take_along(place, Action.WAITLIST, at=wish.at)
    # There may be what they wait for, and nobody who served them: a worker died.
    waiting.serve_after(place.currency, at=wish.at)
    decision, summary = decisions.to_decision(place.decision), to_place(place)
    of_money = (ReasonCode.FUND_EMPTY_WAITLISTED, ReasonCode.QUOTA_FUND)
    if decision.reasons[-1].code in of_money:
        raise FundEmpty(decision, summary)
    raise NotEligible(decision, summary)


def _winner(wish: Wish, decided: Decided) -> models.WaiverGrant:
    """Who was faster: the same request, or another one of the same person for the offering."""
    row = _known(wish)
    if row is not None:
        return row
    reason = Reason(code=ReasonCode.ALREADY_GRANTED.value)
    decision = deciding.limited(decided.decision, Outcome.REFUSED, reason)
    write_decision(decision, decided.version)
    raise NotEligible(decision)


def _settle(
    held: models.WaiverGrant, applicant: Applicant, wish: Wish
) -> models.WaiverGrant | None:
    """What the waiting list holds for them is theirs now.

    What has lapsed, or was for somebody of another country, ends and is in nobody's way.
    """
    if _has_lapsed(held, wish.at):
        _expire(held.pk, at=wish.at)
        return None
    person = with_evidence(applicant, at=wish.at)
    if not decisions.grounds_of_offer(held).are_those_of(person):
        _end_offer(held.pk, at=wish.at)
        return None
    offered = deciding.restored_reduction(held.decision.reduction["steps"])
    if wish.price is not None and not offered.applies_to(wish.price):
        return None  # it stands for a price in its own currency
    return _adopt(held.pk, wish)


@transaction.atomic
def _adopt(pk: int, wish: Wish) -> models.WaiverGrant | None:
    """Let this request have the grant that the waiting list holds for the person.

    It is held until the order's end, should that be later than the last day of the offer. ``None``
    if the offer is over or another request has it.
    """
    row: models.WaiverGrant = Grant.objects.select_for_update().get(pk=pk)
    offers = Place.objects.filter(grant=row, state=Place.OFFERED)
    if row.state != Grant.RESERVED or not _stands(row, wish.at):
        return None
    if not offers.update(state=Place.TAKEN, live_key=None, closed_at=wish.at):
        return None
    row.key, row.asked_cost, row.held_until = wish.key, wish.asked_cost, wish.held_until
    row.save(update_fields=["key", "asked_cost", "held_until"])
    log.info("waiting list: offer taken: grant=%s", row.uuid)
    return row


@transaction.atomic
def _end_offer(pk: int, *, at: datetime) -> None:
    """End an offer that nobody has taken: the person is of another country than it was made on."""
    row: models.WaiverGrant = Grant.objects.select_for_update().get(pk=pk)
    is_offer = Place.objects.filter(grant=row, state=Place.OFFERED).exists()
    if row.state == Grant.RESERVED and is_offer:
        closing.end(row, Grant.RELEASED, reason="another country", at=at)
        log.info("waiting list: offer ended, another country: grant=%s", row.uuid)
        waiting.serve_after_grant(row, at=at)


def _stands(row: models.WaiverGrant, at: datetime) -> bool:
    """Whether the offer behind a grant stands at a moment."""
    return row.offered_until is not None and utc_day(at) < row.offered_until


@in_transaction
def commit_grant(uuid: UUID, *, at: datetime) -> GrantSummary:
    """Held money is spent; again is the same answer.

    Whether it still can be is decided by the row, not by the clock: until the grant has been
    expired, a payment that comes in on its last day finds it.

    Raises:
        UnknownGrant, GrantClosed: there is no such grant, or it is over.
    """
    row = _locked(uuid)
    if row.state == Grant.COMMITTED:
        return to_grant(row)
    _check(row, Grant.RESERVED)
    if row.cost_minor:
        fund.spend(row, at=at)
    row.state, row.closed_at = Grant.COMMITTED, at
    row.save(update_fields=["state", "closed_at"])
    locks.end_lock(row.user_id, row.offering_code, because=models.PriceLock.USED, at=at)
    return to_grant(row)


def release_grant(uuid: UUID, *, at: datetime, reason: str) -> GrantSummary:
    """Held money is free again, and the limits forget the grant; again is the same answer.

    What came from the waiting list goes back to the person while the offer stands.

    Raises:
        UnknownGrant, GrantClosed: there is no such grant, or it was committed.
    """
    row = _release(uuid, at=at, reason=reason)
    waiting.serve_after_grant(row, at=at)
    return to_grant(row)


@in_transaction
def _release(uuid: UUID, *, at: datetime, reason: str) -> models.WaiverGrant:
    row = _locked(uuid)
    if row.state in Grant.OVER:
        return row
    _check(row, Grant.RESERVED)
    if not _offer_again(row, at=at):
        closing.end(row, Grant.RELEASED, reason=reason, at=at)
        log.info("waiver released: grant=%s", uuid)
    return row


def _offer_again(row: models.WaiverGrant, *, at: datetime) -> bool:
    """An order that lapses does not cost the person their turn while the offer stands."""
    if not _stands(row, at):
        return False
    place = Place.objects.select_for_update().get(grant=row)
    if place.state != Place.TAKEN:
        return place.state == Place.OFFERED
    waiting.give_way(place, at=at)
    place.state, place.closed_at = Place.OFFERED, None
    place.live_key = row.live_key
    place.save(update_fields=["state", "live_key", "closed_at"])
    used = models.UsedKey(key=row.key, grant=row, asked_cost=row.asked_cost)
    insert_or_lock(used, field="key")
    row.key, row.held_until = waiting.offer_key(place), None
    row.save(update_fields=["key", "held_until"])
    return True


def return_grant(uuid: UUID, *, at: datetime, reason: str) -> GrantSummary:
    """Spent money is free again, and the limits forget the grant; again is the same answer.

    Raises:
        UnknownGrant, GrantClosed: there is no such grant, or it was never committed.
    """
    row = _return(uuid, at=at, reason=reason)
    waiting.serve_after_grant(row, at=at)
    return to_grant(row)


@in_transaction
def _return(uuid: UUID, *, at: datetime, reason: str) -> models.WaiverGrant:
    row = _locked(uuid)
    if row.state != Grant.RETURNED:
        _check(row, Grant.COMMITTED)
        closing.end(row, Grant.RETURNED, reason=reason, at=at)
        log.info("waiver returned: grant=%s", uuid)
    return row


def _locked(uuid: UUID) -> models.WaiverGrant:
    """The grant, its row ours; other rows are locked after it, its own indexes changed last."""
    grants = Grant.objects.select_for_update().select_related("decision__facts")
    row: models.WaiverGrant | None = grants.filter(uuid=uuid).first()
    if row is None:
        raise UnknownGrant(f"There is no waiver grant {uuid}.")
    return row


def _check(row: models.WaiverGrant, state: str) -> None:
    if row.state != state:
        raise GrantClosed(f"The waiver grant {row.uuid} is {row.state} already.")


def expire_grants(*, at: datetime) -> Expired:
    """End what was not used in time, each grant in a transaction of its own; then serve who waits.

    Safe beside payments: the grant's row is locked, and one that an open order holds stays.
    """
    day = utc_day(at)
    due = Grant.objects.filter(state=Grant.RESERVED, expires_on__lte=day)
    ended = [row for row in list(due.order_by("expires_on", "pk")) if _expire(row.pk, at=at)]
    too_old = datetime.combine(day, time.min, UTC) - timedelta(days=conf.waiting_days())
    places = waiting.expire_places(before=too_old, at=at)
    waiting.serve_after_grant(*ended, at=at)
    return Expired(grants=len(ended), places=places)


@in_transaction
def _expire(pk: int, *, at: datetime) -> bool:
    # Somebody who has the row pays for it, or frees it: it is none of ours this time.
    skips = connection.features.has_select_for_update_skip_locked
    rows = Grant.objects.select_for_update(skip_locked=skips).filter(pk=pk)
    row = rows.first()
    if row is None or not _has_lapsed(row, at):
        return False
    closing.end(row, Grant.EXPIRED, reason="not used in time", at=at)
    log.info("waiver expired: grant=%s", row.uuid)
    return True


def _has_lapsed(row: models.WaiverGrant, at: datetime) -> bool:
    is_due = row.expires_on is not None and row.expires_on <= utc_day(at)
    is_free = row.held_until is None or row.held_until <= at
    return row.state == Grant.RESERVED and is_due and is_free
