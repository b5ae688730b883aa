"""What a nomination does to its application, and an application to its nomination.

How many nominations count is kept in one row per State and event and one per person and financial
year. It is locked before it is changed, and its CHECKs hold the numbers of the policy that was
asked last: the calls of one person's year may be under several.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from fairgate_tables.inserting import insert_or_lock
from waiver_policy import conf, models
from waiver_policy.data import NominationState
from waiver_policy.exceptions import (
    CallFault,
    CallInUse,
    InvalidNomination,
    InvalidReview,
    NominationFault,
    ReviewFault,
)
from waiver_policy.rules import nominations
from waiver_policy.rules.applications import Action
from waiver_policy.rules.nominations import Used
from waiver_policy.rules.review_terms import PARTIAL, TICKET, Quota, ReviewTerms
from waiver_policy.selectors import policies

UNDECIDED = (NominationState.NOMINATED, NominationState.ACCEPTED)
LIVE = (*UNDECIDED, NominationState.APPROVED)

_FOLLOWS = {
    Action.APPROVE: NominationState.APPROVED,
    Action.CONFIRM: NominationState.APPROVED,
    Action.REFUSE: NominationState.REFUSED,
    Action.WITHDRAW: NominationState.DECLINED,
    Action.EXPIRE: NominationState.DECLINED,
}


def terms_of(call: models.NominationCall) -> ReviewTerms:
    """What the policy of a call says."""
    return policies.terms(call.policy_version)


def lock_around(application_uuid: UUID) -> bool:
    """Lock the call that an application of a nomination belongs to; whether there is one."""
    known = models.Nomination.objects.filter(application__uuid=application_uuid)
    found = known.values_list("call_id", flat=True).first()
    if found is not None:
        lock_call(found)
    return found is not None


def lock_call(call_id: int) -> models.NominationCall:
    """A call, its row ours: whoever changes what is nominated for it waits here.

    A row that is there is locked, and not the nominations that match: where none is there yet,
    that would be a gap, which two can hold and neither can fill.
    """
    call: models.NominationCall = models.NominationCall.objects.select_for_update().get(pk=call_id)
    return call


def check_new_terms(call_id: int, *, version: models.PolicyVersion, event_on: date) -> None:
    """Whether a call may get these terms; it is locked then, if the caller is in a transaction.

    What counts stays where it was counted: nothing would count it down in another year, or for a
    person who was not counted.

    Raises:
        CallInUse.
    """
    with transaction.atomic():
        call = lock_call(call_id)
        live = models.Nomination.objects.select_for_update().filter(call=call, state__in=LIVE)
        if not live.exists():
            return
    if year_of(event_on) != year_of(call.event_on):
        raise CallInUse(CallFault.OTHER_YEAR)
    new = policies.terms(version)
    if (new.of_person is None) != (terms_of(call).of_person is None):
        raise CallInUse(CallFault.OTHER_COUNT)


def year_of(day: date) -> int:
    """The financial year that a person's nominations for an event of this day count in."""
    return nominations.financial_year(day, starts_in=conf.financial_year_starts())


def of_state(call_id: int, country: str) -> list[models.Nomination]:
    """What a State has nominated for a call, as it is by now; under the lock of the call."""
    rows = models.Nomination.objects.select_for_update().filter(call_id=call_id, country=country)
    return list(rows.order_by("id"))


def check_turn(row: models.WaiverApplication, *, by: int, at: datetime) -> None:
    """Whether the ranking and the policy let this nomination be approved now.

    Raises:
        InvalidReview: somebody ranked higher is not decided, or an air ticket is missing.
    """
    mine = row.nomination
    if mine is None:
        return
    others = [one for one in of_state(mine.call_id, mine.country) if one.pk != mine.pk]
    if any(_goes_first(one, mine, at) for one in others):
        raise InvalidReview(ReviewFault.RANKED_LATER)
    quota = terms_of(mine.call).of_state
    needs_ticket = quota is not None and quota.ticket_needed and mine.kind == PARTIAL
    tickets = [one for one in (mine, *others) if one.state in LIVE and one.item == TICKET]
    if needs_ticket and not tickets:
        raise InvalidReview(ReviewFault.NO_TICKET)


def _goes_first(one: models.Nomination, mine: models.Nomination, at: datetime) -> bool:
    """Somebody ranked higher who is not decided.

    After the deadline, nobody waits for who has never answered.
    """
    if one.rank >= mine.rank or one.state not in UNDECIDED:
        return False
    return one.state == NominationState.ACCEPTED or at < mine.call.closes_at


def check_independent(row: models.WaiverApplication, by: int) -> None:
    """Nobody decides about what their own administration has named.

    Raises:
        InvalidReview.
    """
    if row.nomination is None:
        return
    own = models.AdministrationFocalPoint.objects.filter(user_id=by, country=row.nomination.country)
    if row.nomination.nominated_by == by or own.exists():
        raise InvalidReview(ReviewFault.SAME_ADMINISTRATION)


def follow(row: models.WaiverApplication, action: Action, *, at: datetime) -> None:
    """The nomination goes where its application went.

    Raises:
        InvalidNomination: an appeal would bring back one that there is no room for any more.
    """
    if row.nomination_id is None:
        return
    mine = models.Nomination.objects.select_for_update().get(pk=row.nomination_id)
    if action is Action.APPEAL:
        # The call as it is by now: it may have other terms than an old snapshot shows.
        mine.call = lock_call(mine.call_id)
        count_in(mine)
        revive(mine)
    elif action in _FOLLOWS and mine.state in LIVE:
        end(mine, _FOLLOWS[action], at=at)


def revive(mine: models.Nomination) -> None:
    """A nomination that ended counts again, with the last rank that is free."""
    taken = {one.rank for one in of_state(mine.call_id, mine.country) if one.state in LIVE}
    while mine.rank in taken:
        mine.rank += 1
    mine.state, mine.ended_at = NominationState.ACCEPTED.value, None
    set_live(mine)
    mine.save()


def end(mine: models.Nomination, state: NominationState, *, at: datetime) -> None:
    """A nomination is decided, or comes to another end; what it took is free unless approved."""
    mine.state, mine.ended_at = state.value, at
    if state is not NominationState.APPROVED:
        mine.live_person, mine.live_rank = None, None
        count_out(mine)
    mine.save()


def end_all_of(user_id: int, *, at: datetime) -> None:
    """End, as declined, what somebody was nominated for and nobody has decided yet.

    Every call is locked before anything else: two nominations count in one row of their person,
    and who holds that row must not wait for a call. Then what belongs to it, in the order of
    ``stepping``.
    """
    mine = models.Nomination.objects.filter(user_id=user_id, state__in=UNDECIDED)
    called = sorted(set(mine.values_list("call_id", flat=True)))
    for call_id in called:
        lock_call(call_id)
    rows = models.WaiverApplication.objects.filter(user_id=user_id, nomination__isnull=False)
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    for one in mine.filter(call_id__in=called).select_for_update().order_by("pk"):
        end(one, NominationState.DECLINED, at=at)


def set_live(mine: models.Nomination) -> None:
    """The keys that let the database hold one nomination per person, and one person per rank."""
    mine.live_person = f"{mine.call_id}:{mine.user_id}"
    mine.live_rank = f"{mine.call_id}:{mine.country}:{mine.rank}"


def count_in(mine: models.Nomination) -> None:
    """Count a nomination for its State and for its person.

    Raises:
        InvalidNomination: there is no room for it.
    """
    for use, quota, full in _locked_uses(mine):
        used = Used(full=use.full, partial=use.partial, tickets=use.tickets)
        used = used.with_one(mine.kind, mine.item)
        if not nominations.fits(quota, used):
            raise InvalidNomination(full)
        if full is NominationFault.STATE_FULL and not nominations.leaves_room_for_a_ticket(
            quota, used
        ):
            raise InvalidNomination(NominationFault.TICKET_NEEDED)
        _keep(use, used)


def count_out(mine: models.Nomination) -> None:
    """Count it no longer."""
    for use, _quota, _full in _locked_uses(mine):
        used = Used(full=use.full, partial=use.partial, tickets=use.tickets)
        _keep(use, used.without(mine.kind, mine.item))


def _keep(use: models.NominationUse, used: Used) -> None:
    use.full, use.partial, use.tickets = used.full, used.partial, used.tickets
    use.save(update_fields=["full", "partial", "tickets", "full_limit", "partial_limit"])


def _locked_uses(
    mine: models.Nomination,
) -> Iterator[tuple[models.NominationUse, Quota, NominationFault]]:
    """The rows that count this nomination, locked one after the other: the State's first."""
    terms, call = terms_of(mine.call), mine.call
    year = year_of(call.event_on)
    keys = (
        (f"state:{call.pk}:{mine.country}", terms.of_state, NominationFault.STATE_FULL),
        (
            f"person:{mine.user_id}:{year}",
            terms.of_person,
            NominationFault.PERSON_FULL,
        ),
    )
    for key, quota, fault in keys:
        if quota is not None:
            fresh = models.NominationUse(
                key=key, full_limit=quota.full, partial_limit=quota.partial
            )
            insert_or_lock(fresh, field="key")
            rows = models.NominationUse.objects.select_for_update()
            yield _as_asked(rows.get(key=key), quota), quota, fault


def _as_asked(use: models.NominationUse, quota: Quota) -> models.NominationUse:
    """The row with the numbers of the policy that asks now, or what counts already if it is more.

    Whoever made the row may have asked another policy, or an older version, with other numbers.
    """
    use.full_limit = max(quota.full, use.full)
    use.partial_limit = max(quota.partial, use.partial)
    return use
