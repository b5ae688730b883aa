"""Nominations: an administration names people, each accepts or declines, reviewers decide.

Source of the rules: ITU-T, fellowships for WTSA-24; the numbers stand in the policy of the call.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from fairgate.percent import Percent
from fairgate_tables.transactions import in_transaction, run_again
from waiver_policy import models
from waiver_policy.data import (
    Applicant,
    ApplicationSummary,
    CountryEvidence,
    EvidenceKind,
    FocalPoint,
    NominationCallSummary,
    NominationState,
    NominationSummary,
)
from waiver_policy.exceptions import (
    InvalidNomination,
    NominationClosed,
    NominationFault,
    OutOfTurn,
    PolicyNotUsable,
    UnknownNomination,
    UnknownPolicy,
)
from waiver_policy.rules.review_terms import FULL, PARTIAL
from waiver_policy.selectors import decisions, people, policies
from waiver_policy.selectors.applications import to_application
from waiver_policy.selectors.nominations import to_call, to_nomination
from waiver_policy.services import nominated, notices
from waiver_policy.services.applying import submit, take_back

log = logging.getLogger(__name__)

BASIS = "nominating_state"
MAX_RANK = 99


@in_transaction
def open_call(
    offering_code: str,
    *,
    policy: str,
    opens_at: datetime,
    closes_at: datetime,
    event_on: date,
    countries: Sequence[str],
) -> NominationCallSummary:
    """Let administrations nominate for an offering; a call that is there gets these terms.

    Raises:
        UnknownPolicy, PolicyNotUsable, CallInUse: see ``api.open_call``.
    """
    version = policies.get_version(policy, None)
    if version is None:
        raise UnknownPolicy(f"There is no version of the policy “{policy}”.")
    terms = policies.terms(version)
    if terms.of_state is None:
        raise PolicyNotUsable(f"The policy “{policy}” says nothing of nominations by a State.")
    if closes_at <= opens_at:
        raise PolicyNotUsable(f"A call that opens at {opens_at} cannot close at {closes_at}.")
    if not terms.takes_until(closes_at):
        raise PolicyNotUsable(f"The policy “{policy}” takes nominations until {terms.closes_on}.")
    calls = models.NominationCall.objects
    known = calls.select_for_update().filter(offering_code=offering_code).first()
    if known is not None:
        nominated.check_new_terms(known.pk, version=version, event_on=event_on)
    row, _is_new = calls.update_or_create(
        offering_code=offering_code,
        defaults={
            "policy_version": version, "opens_at": opens_at, "closes_at": closes_at,
            "event_on": event_on, "countries": sorted(countries),
        },
    )  # fmt: skip
    return to_call(row)


def appoint(user_id: int, *, country: str, administration: str) -> FocalPoint:
    """Let somebody nominate for the administration of one State, and for no other."""
    models.AdministrationFocalPoint.objects.update_or_create(
        user_id=user_id,
        defaults={"country": country, "administration": administration, "is_active": True},
    )
    return FocalPoint(user_id=user_id, country=country, administration=administration)


@run_again
def nominate(
    offering_code: str,
    *,
    by: int,
    person: str,
    kind: str,
    item: str,
    rank: int,
    at: datetime,
    instead_of: UUID | None = None,
) -> NominationSummary:
    """Name somebody, in place of an earlier nomination if one is given.

    Raises:
        InvalidNomination, UnknownNomination, NominationClosed: see ``api.nominate``.
    """
    focal = _focal_point(by)
    call = _call(offering_code, focal, at)
    _check_words(call, kind, item, rank)
    user_id = _nominee(person, focal)
    with transaction.atomic():
        call = nominated.lock_call(call.pk)
        _check_in_time(call, at)
        if instead_of is not None:
            _check_same_call(instead_of, call)
            _end(instead_of, focal, NominationState.REPLACED, at=at)
        row = models.Nomination(
            call=call, country=focal.country, administration=focal.administration,
            user_id=user_id, kind=kind, item=item if kind == PARTIAL else "", rank=rank,
            state=NominationState.NOMINATED.value, nominated_by=by, nominated_at=at,
        )  # fmt: skip
        nominated.set_live(row)
        nominated.count_in(row)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            raise InvalidNomination(_what_is_taken(row)) from None
        notices.write(
            "nominated", f"nominated:{row.uuid}", user_id, at=at,
            nomination=str(row.uuid), offering=offering_code,
        )  # fmt: skip
    log.info("nomination: nomination=%s offering=%s by=%s", row.uuid, offering_code, by)
    return to_nomination(row)


def _check_same_call(uuid: UUID, call: models.NominationCall) -> None:
    """A nomination replaces one for the same event. Which call one is for never changes.

    Looked at without a lock: whoever has locked a call waits for no other.

    Raises:
        UnknownNomination.
    """
    if not models.Nomination.objects.filter(uuid=uuid, call=call).exists():
        raise UnknownNomination(f"There is no nomination {uuid} for {call}.")


def _focal_point(user_id: int) -> FocalPoint:
    found = people.focal_point(user_id)
    if found is None:
        raise InvalidNomination(NominationFault.NO_FOCAL_POINT)
    return found


def _call(offering_code: str, focal: FocalPoint, at: datetime) -> models.NominationCall:
    """The call for an offering, if this State may still nominate.

    Raises:
        InvalidNomination.
    """
    calls = models.NominationCall.objects.select_related("policy_version")
    call: models.NominationCall | None = calls.filter(offering_code=offering_code).first()
    if call is None or at < call.opens_at:
        raise InvalidNomination(NominationFault.NOT_OPEN)
    _check_in_time(call, at)
    if call.countries and focal.country not in call.countries:
        raise InvalidNomination(NominationFault.STATE_NOT_ELIGIBLE)
    return call


def _check_in_time(call: models.NominationCall, at: datetime) -> None:
    if at >= call.closes_at:
        raise InvalidNomination(NominationFault.TOO_LATE)


def _check_words(call: models.NominationCall, kind: str, item: str, rank: int) -> None:
    terms = nominated.terms_of(call)
    if kind not in (FULL, PARTIAL):
        raise InvalidNomination(NominationFault.UNKNOWN_KIND)
    if kind == PARTIAL and item not in terms.items:
        raise InvalidNomination(NominationFault.NO_ITEM)
    if not 1 <= rank <= MAX_RANK:
        raise InvalidNomination(NominationFault.RANK_MISSING)


def _nominee(person: str, focal: FocalPoint) -> int:
    user_id = people.find_account(person)
    if user_id is None:
        raise InvalidNomination(NominationFault.UNKNOWN_PERSON)
    if user_id == focal.user_id:
        raise InvalidNomination(NominationFault.OWN)
    return user_id


def _what_is_taken(row: models.Nomination) -> NominationFault:
    """Which of the two unique keys was there: the person, or the rank."""
    rows = models.Nomination.objects.select_for_update()
    with transaction.atomic():
        is_named = rows.filter(live_person=row.live_person).exists()
    return NominationFault.ALREADY_NOMINATED if is_named else NominationFault.RANK_TAKEN


def withdraw_nomination(uuid: UUID, *, by: int, at: datetime) -> NominationSummary:
    """Take a nomination back, until the deadline.

    Raises:
        InvalidNomination, UnknownNomination, NominationClosed: see ``api.withdraw_nomination``.
    """
    focal = _focal_point(by)
    with transaction.atomic():
        row = _end(uuid, focal, NominationState.WITHDRAWN, at=at)
    log.info("nomination withdrawn: nomination=%s by=%s", uuid, by)
    return to_nomination(row)


def _end(
    uuid: UUID, focal: FocalPoint, state: NominationState, *, at: datetime
) -> models.Nomination:
    """End a nomination for the State that has named somebody, who is told.

    What the person has written and sent goes as when they withdraw: nobody looks at it any more.
    """
    row = _locked(uuid)
    if row.country != focal.country:
        raise UnknownNomination(f"There is no nomination {uuid}.")
    _check_in_time(row.call, at)
    if row.state not in (NominationState.NOMINATED, NominationState.ACCEPTED):
        raise NominationClosed(f"This nomination is {row.state} already.")
    was_accepted = row.state == NominationState.ACCEPTED
    nominated.end(row, state, at=at)
    if was_accepted:
        # The application goes too: nobody decides about what the State has taken back.
        # A locking read: the person may have accepted since our snapshot.
        applied = models.WaiverApplication.objects.select_for_update().get(nomination=row)
        take_back(applied, by=focal.user_id, at=at)
    notices.write(
        "nomination_ended", f"nomination_ended:{row.uuid}", row.user_id, at=at,
        nomination=str(row.uuid), offering=row.call.offering_code,
    )  # fmt: skip
    return row


def _locked(uuid: UUID) -> models.Nomination:
    """A nomination, locked under its call.

    Raises:
        UnknownNomination: there is none of this uuid.
    """
    known = models.Nomination.objects.filter(uuid=uuid).values_list("call_id", flat=True).first()
    if known is None:
        raise UnknownNomination(f"There is no nomination {uuid}.")
    call = nominated.lock_call(known)
    row: models.Nomination = models.Nomination.objects.select_for_update().get(uuid=uuid)
    row.call = call
    return row


def accept(uuid: UUID, *, by: int, truth: str, at: datetime) -> ApplicationSummary:
    """Accept one's own nomination: from then on it is an application that reviewers look at.

    Raises:
        UnknownNomination, NominationClosed, OutOfTurn: see ``api.accept_nomination``.
    """
    with transaction.atomic():
        row = _locked_own(uuid, by)
        applied = models.WaiverApplication(
            user_id=by, offering_code=row.call.offering_code, nomination=row,
            truth_version=truth, truth_at=at if truth else None,
        )  # fmt: skip
        decided = decisions.decide(
            _applicant(row), offering_code=row.call.offering_code, at=at,
            version=row.call.policy_version,
        )  # fmt: skip
        try:
            with transaction.atomic():
                submit(applied, decided, _covers(row), country=row.country, at=at)
        except IntegrityError:
            raise OutOfTurn("Another application for this offering is still open.") from None
        row.state = NominationState.ACCEPTED.value
        row.save(update_fields=["state"])
    return to_application(applied)


def decline(uuid: UUID, *, by: int, at: datetime) -> NominationSummary:
    """Decline one's own nomination; the State may name somebody else until the deadline.

    Raises:
        UnknownNomination, NominationClosed: see ``api.decline_nomination``.
    """
    with transaction.atomic():
        row = _locked_own(uuid, by)
        nominated.end(row, NominationState.DECLINED, at=at)
    return to_nomination(row)


def _locked_own(uuid: UUID, user_id: int) -> models.Nomination:
    row = _locked(uuid)
    if row.user_id != user_id:
        raise UnknownNomination(f"There is no nomination {uuid}.")
    if row.state != NominationState.NOMINATED:
        raise NominationClosed(f"This nomination is {row.state} already.")
    return row


def _applicant(row: models.Nomination) -> Applicant:
    """The person as the policy is asked about them: by the State that has named them."""
    evidence = CountryEvidence(
        country=row.country, basis=BASIS, kind=EvidenceKind.NOMINATION,
        observed_at=row.nominated_at,
    )  # fmt: skip
    facts: Mapping[str, Any] = {"requested": row.kind, "focal_point_approved_registration": True}
    return Applicant(
        user_id=row.user_id, country=row.country, country_basis=BASIS, evidence=(evidence,),
        facts=facts,
    )  # fmt: skip


def _covers(row: models.Nomination) -> Percent | None:
    """What a full nomination waives; a person says it for a partial one."""
    return nominated.terms_of(row.call).covers if row.kind == FULL else None
