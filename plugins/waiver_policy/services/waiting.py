"""The waiting list: who asked in vain, and what becomes of it.

People join when a fund cannot pay them now, or a limit that can free up is full. They are served
by rank, then by time, each with a grant that is held for them for some days. Who waits for money
is never passed by: serving stops at the first who cannot be paid, however cheap the next one is,
and a new request is refused while somebody waits. Who waits for a limit holds up those only who
want room of the same limit.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import partial

from django.db import DatabaseError, IntegrityError, transaction

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.inserting import insert
from fairgate_tables.transactions import run_again
from waiver_policy import compat, models
from waiver_policy.data import Applicant, ApplicationState, GrantSummary, ReasonCode
from waiver_policy.rules import deciding
from waiver_policy.rules.applications import Action
from waiver_policy.rules.countries import PROFILE_BASES
from waiver_policy.rules.grounds import grounds_of
from waiver_policy.rules.ranking import rank_of
from waiver_policy.selectors import decisions, replaying
from waiver_policy.selectors.decisions import Decided
from waiver_policy.selectors.evidence import with_evidence
from waiver_policy.selectors.fund import to_grant
from waiver_policy.selectors.locks import live_key
from waiver_policy.services import closing, fund, limits, locks, notices, taking
from waiver_policy.services.decisions import write_decision
from waiver_policy.services.stepping import locked, take_step
from waiver_policy.services.taking import Limited, Wish

log = logging.getLogger(__name__)

Place = models.WaitingPlace
_BEFORE = {
    Action.WAITLIST: ApplicationState.APPROVED,
    Action.RESUME: ApplicationState.WAITLISTED,
}


@transaction.atomic
def join(wish: Wish, answer: Decided, limit: Limited) -> models.WaitingPlace | None:
    """A place on the list; the one that the person has already, if they have one.

    ``None``: there is room after all, so nobody needs to wait.
    """
    if _has_room_now(wish, answer, limit):
        return None
    known = live_place(wish.live_key)
    if known is not None:
        return known
    policy, decision = answer.policy, answer.decision
    rank = rank_of(
        policy.ranking if policy else (), rule=decision.rule, membership=decision.membership
    )
    kept = deciding.limited(decision, limit.outcome, limit.reason)
    place = Place(
        user_id=wish.user_id,
        offering_code=wish.offering_code,
        full_cost_minor=wish.cost.minor if wish.cost else None,
        currency=wish.cost.currency if wish.cost else "",
        price_minor=wish.price.minor if wish.price else None,
        price_currency=wish.price.currency if wish.price else "",
        waits_for=limit.waits_for,
        rank=rank,
        requested_at=wish.at,
        live_key=wish.live_key,
    )
    try:
        with transaction.atomic():
            place.decision = write_decision(kept, answer.version)
            insert(place)
            locks.remember(place.decision, replace(answer, decision=kept), at=wish.at)
    except IntegrityError:
        return live_place(wish.live_key, newest=True)
    _count(place, 1)
    log.info("waiting list: joined: place=%s offering=%s", place.uuid, place.offering_code)
    return place


def _has_room_now(wish: Wish, answer: Decided, limit: Limited) -> bool:
    """Look once more, with the row locked that everybody locks who frees something of it."""
    claim = taking.claim_of(wish, answer)
    if claim.cost and not limit.waits_for:
        pot = fund.locked_fund(claim.cost.currency)
        enough = pot.available_minor >= claim.cost.minor
        return enough and not pot.shortfall_minor and not pot.waiting
    counts = [c for c in taking.counts_of(claim, answer) if c.subject == limit.waits_for]
    try:
        limits.look(counts, claim, lock=True, in_turn=False)
    except limits.Full:
        return False
    return True


def live_place(live_key: str, *, newest: bool = False) -> models.WaitingPlace | None:
    """The place on which a person waits, or has an offer; ``newest`` sees the newest commit."""
    # Whole, with decision and grant: an old snapshot may not show what the newest place names.
    places = Place.objects.select_related("decision__facts", "grant")
    places = places.select_for_update() if newest else places
    found: models.WaitingPlace | None = places.filter(live_key=live_key).first()
    return found


def _count(place: models.WaitingPlace, difference: int) -> None:
    if place.waits_for:
        limits.count_waiting(place.waits_for, difference)
    elif place.currency:
        fund.count_waiting(place.currency, difference)


def serve_after(currency: str, *, at: datetime) -> None:
    """Serve the list of a fund once this transaction is committed, or at once if there is none.

    What goes wrong with it is logged and left to the command: what came before is done.
    """
    transaction.on_commit(partial(_serve_quietly, currency, at=at))


def serve_after_grant(*ended: models.WaiverGrant, at: datetime) -> None:
    """Serve who waits for what grants have freed: money of their funds, or room in their limits.

    Who waits for that room may want a seat that another fund pays, or none.
    """
    subjects = {subject for row in ended for subject in row.counts_for}
    waiting = Place.objects.filter(state=Place.WAITING, waits_for__in=subjects)
    currencies = {row.currency for row in ended}
    if subjects:
        currencies |= set(waiting.values_list("currency", flat=True))
    for currency in sorted(currencies):
        serve_after(currency, at=at)


def _serve_quietly(currency: str, *, at: datetime) -> None:
    try:
        serve(currency, at=at)
    except DatabaseError:
        log.exception("waiting list: not served now: fund=%s", currency)


class _Served(Enum):
    MADE, GONE, FULL, NO_MONEY = "made", "gone", "full", "no money"


@dataclass(frozen=True, slots=True)
class _Turn:
    """What came of one person's turn; ``subject`` is the limit that is full."""

    result: _Served
    grant: GrantSummary | None = None
    subject: str = ""


def serve(currency: str, *, at: datetime) -> tuple[GrantSummary, ...]:
    """Offer grants to who waits, in their order, until the fund cannot pay the next one.

    Each in a transaction of their own. Several servers at once make one grant per place.
    """
    made = tuple(_offers(currency, at=at))
    if made:
        log.info("waiting list: served: fund=%s offers=%s", currency, len(made))
    return made


def _offers(currency: str, *, at: datetime) -> Iterator[GrantSummary]:
    full: set[str] = set()
    queue = Place.objects.filter(state=Place.WAITING, currency=currency)
    for pk, waits_for in list(queue.values_list("pk", "waits_for")):
        if waits_for in full:
            continue
        try:
            turn = _serve_one(pk, at=at)
        except DatabaseError:
            raise
        except Exception:
            # One place that cannot be served, whatever is wrong with it, holds up nobody else.
            log.exception("waiting list: not served: place=%s", pk)
            continue
        if turn.result is _Served.NO_MONEY:
            return
        if turn.result is _Served.FULL:
            full.add(turn.subject)
        if turn.grant is not None:
            yield turn.grant


@run_again
@transaction.atomic
def _serve_one(pk: int, *, at: datetime) -> _Turn:
    place = Place.objects.select_for_update().get(pk=pk)
    if place.state != Place.WAITING:
        return _Turn(_Served.GONE)
    person = _person(place, at)
    if _has_moved(place, person):
        _close(place, Place.LEFT, at=at)
        log.info("waiting list: left, another country: place=%s", place.uuid)
        return _Turn(_Served.GONE)
    try:
        row = taking.take(_wish(place, at), _answer(place, person, at), in_turn=True)
    except Limited as limit:
        _wait_for(place, limit.waits_for)
        if limit.waits_for:
            return _Turn(_Served.FULL, subject=limit.waits_for)
        return _Turn(_Served.NO_MONEY)
    except IntegrityError:
        # The person holds a waiver for the offering by another way.
        _close(place, Place.LEFT, at=at)
        return _Turn(_Served.GONE)
    _count(place, -1)
    place.state, place.grant = Place.OFFERED, row
    place.save(update_fields=["state", "grant"])
    take_along(place, Action.RESUME, at=at)
    notices.waitlist_served(place.user_id, place.offering_code, key=f"grant:{row.uuid}", at=at)
    return _Turn(_Served.MADE, grant=to_grant(row))


def _person(place: models.WaitingPlace, at: datetime) -> Applicant:
    """Who waits, as they are by now; a profile without a country says nothing of that."""
    country = compat.profile_country(place.user_id)
    return with_evidence(Applicant(user_id=place.user_id, country=country), at=at)


def _has_moved(place: models.WaitingPlace, person: Applicant) -> bool:
    """Whether who waits is of other countries by now than when they asked."""
    grounds = grounds_of(place.decision.facts.inputs)
    is_known = bool(person.country) or grounds.basis not in PROFILE_BASES
    return is_known and not grounds.are_those_of(person)


def _answer(place: models.WaitingPlace, person: Applicant, at: datetime) -> Decided:
    """What was answered when they asked, without the limit: the day of the request decides.

    What a reviewer has granted them since is theirs as well, if it is more.
    """
    approval, _ = decisions.get_approval(person, place.offering_code, day=utc_day(at))
    return replaying.unlimited(place.decision, approval=approval)


def offer_key(place: models.WaitingPlace) -> str:
    """The key of a grant that nobody has asked for yet: that of its place."""
    return f"waiting:{place.uuid}"


def _wish(place: models.WaitingPlace, at: datetime) -> Wish:
    return Wish(
        user_id=place.user_id,
        offering_code=place.offering_code,
        cost=_money(place.full_cost_minor, place.currency),
        price=_money(place.price_minor, place.price_currency),
        key=offer_key(place),
        at=at,
        is_offer=True,
    )


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money.from_minor(minor, currency)


def _wait_for(place: models.WaitingPlace, subject: str) -> None:
    """Something else is missing now than when they joined."""
    if place.waits_for == subject:
        return
    _count(place, -1)
    place.waits_for = subject
    place.save(update_fields=["waits_for"])
    _count(place, 1)


def leave(user_id: int, offering_code: str, *, at: datetime) -> bool:
    """Give a place up, and the offer if there is one. Tells whether there was a place."""
    found = live_place(live_key(user_id, offering_code))
    if found is None:
        return False
    left = _leave(found.pk, at=at)
    if found.grant is not None:
        serve_after_grant(found.grant, at=at)
    serve_after(found.currency, at=at)
    return left


@run_again
@transaction.atomic
def _leave(pk: int, *, at: datetime) -> bool:
    place = _locked(pk)
    if place.state == Place.WAITING:
        _close(place, Place.LEFT, at=at)
        return True
    if place.state == Place.OFFERED and place.grant is not None:
        closing.end(place.grant, models.WaiverGrant.RELEASED, reason="offer given up", at=at)
        return True
    return False


def _locked(pk: int) -> models.WaitingPlace:
    """A place and its grant, both locked; the grant first, unless it has just come."""
    grants = models.WaiverGrant.objects.select_for_update()
    known = Place.objects.values_list("grant_id", flat=True).get(pk=pk)
    if known is not None:
        grants.get(pk=known)
    place: models.WaitingPlace = Place.objects.select_for_update().get(pk=pk)
    if place.grant_id is not None:
        place.grant = grants.get(pk=place.grant_id)
    return place


def give_way(place: models.WaitingPlace, *, at: datetime) -> None:
    """End another place of the same person and offering, before this one is offered again.

    A request with an old snapshot may have joined the list while an order held the offer.
    """
    other = live_place(live_key(place.user_id, place.offering_code), newest=True)
    if other is not None and other.pk != place.pk and other.state == Place.WAITING:
        _close(other, Place.LEFT, at=at)


def _close(place: models.WaitingPlace, state: str, *, at: datetime) -> None:
    """End a place that waits; its row is locked."""
    _count(place, -1)
    place.state, place.live_key, place.closed_at = state, None, at
    place.save(update_fields=["state", "live_key", "closed_at"])
    take_along(place, Action.RESUME, at=at)


@transaction.atomic
def take_along(place: models.WaitingPlace, action: Action, *, at: datetime) -> None:
    """Put the approved application of who waits on the waiting list, or take it back from there.

    Nothing where there is none, or it is there already. It is locked after the place and the fund;
    whoever locks it first takes neither under that lock.
    """
    source, by_approval = _BEFORE[action], ReasonCode.MANUAL_OVERRIDE in place.decision.codes
    if action is Action.WAITLIST and not by_approval:
        return
    approved = models.WaiverApplication.objects.filter(
        user_id=place.user_id, offering_code=place.offering_code, state=source
    )
    newest = approved.order_by("-reviewed_at", "-id").values_list("uuid", flat=True).first()
    if newest is not None and (row := locked(newest)).state == source:
        take_step(row, action, by=None, at=at)


def expire_places(*, before: datetime, at: datetime) -> int:
    """End places that have waited since before a moment. Returns how many."""
    old = Place.objects.filter(state=Place.WAITING, requested_at__lt=before)
    return sum(_expire(pk, at=at) for pk in list(old.values_list("pk", flat=True)))


@run_again
@transaction.atomic
def _expire(pk: int, *, at: datetime) -> int:
    place = Place.objects.select_for_update().get(pk=pk)
    if place.state != Place.WAITING:
        return 0
    _close(place, Place.EXPIRED, at=at)
    return 1
