"""The door of the waiver policy: everything that other packages may ask or tell.

Reading: ``decide``, ``explain``, ``advise``, ``is_member``, ``list_members``, ``list_history``,
``list_contested``, ``list_editions``, ``list_old_editions``, ``diff_edition``, ``list_proposals``,
``get_proposal``, ``edition_impact``, ``list_policies``,
``list_applications``, ``get_application``, ``newest_application``, ``application_note``,
``list_messages``, ``list_steps``, ``review_queue``, ``conflict_of``, ``list_calls``,
``list_nominations_of``,
``apply_page_url``, ``may_be_waived``, ``fund_balance``, ``list_funds``, ``list_fund_entries``,
``fund_movements``, ``fund_changes``, ``check_funds``,
``runway``, ``list_manual_credits``, ``waiting_place``, ``waiting_sentence``, ``list_waiting``,
``price_kept``, ``price_could_be_kept_until``, ``grounds_hold``, ``compare_policy``,
``replay_decisions``,
``list_evidence``, ``evidence_of_application``, ``asked_facts``, ``list_facts``,
``country_of_request``, ``presence``,
``documents_are_taken``, ``list_documents``, ``get_document``, ``list_due_documents``,
``check_document_storage``.
Writing: ``grant``, ``commit_grant``, ``release_grant``, ``return_grant``, ``expire_grants``,
``apply``, ``answer``, ``withdraw``, ``appeal``, ``approve``, ``refuse``, ``ask_for_more``,
``send_back``, ``take``, ``take_next``, ``hand_back``, ``review_many``, ``open_call``,
``appoint_focal_point``, ``nominate``, ``withdraw_nomination``, ``accept_nomination``,
``decline_nomination``, ``credit_fund``, ``claw_back_fund``,
``propose_credit``, ``confirm_credit``, ``reject_credit``, ``serve_waiting_list``,
``leave_waiting_list``, ``load_edition``, ``propose_edition``, ``apply_edition``,
``reject_edition``, ``confirm_membership``, ``load_policy``, ``activate_policy``,
``retire_policy``, ``keep_price``, ``retire_person``, ``record_evidence``, ``country_changed``,
``state_facts``, ``take_back_fact``, ``record_fact``,
``add_document``, ``read_document``, ``remove_document``, ``delete_documents``, ``purge_documents``.
Said once, at the start: ``sell_offerings_with``, ``forget_also``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from fairgate.clock import utc_day
from fairgate.money import Money
from waiver_policy import compat, conf, sentences
from waiver_policy.data import (
    IMPACT_DAYS,
    Applicant,
    ApplicationMessage,
    ApplicationNote,
    ApplicationState,
    ApplicationStep,
    ApplicationSummary,
    AskedFact,
    Award,
    Comparison,
    CountryEvidence,
    Decision,
    DocumentKind,
    DocumentSummary,
    DueDocument,
    EditionFacts,
    EditionImpact,
    EditionLoad,
    EditionSummary,
    EvidenceBasis,
    EvidenceKind,
    EvidenceRecord,
    Expired,
    FactRecord,
    FocalPoint,
    FundBalance,
    FundChange,
    FundEntrySummary,
    FundFault,
    FundMovement,
    GrantSummary,
    ManualCreditSummary,
    Membership,
    MembershipChange,
    NominationCallSummary,
    NominationSummary,
    Organisation,
    PolicySummary,
    PriceLockSummary,
    ProposalSummary,
    QueueFilter,
    QueuePage,
    RefusalCode,
    Replayed,
    Reviewed,
    Runway,
    Seller,
    StorageReport,
    WaitingSummary,
)
from waiver_policy.exceptions import (
    ReviewFault,
    UnknownApplication,
    UnknownDocument,
    UnknownNomination,
    UnknownPolicy,
    UnknownProposal,
)
from waiver_policy.rules import applications as application_rules
from waiver_policy.rules.review_terms import ReviewTerms
from waiver_policy.selectors import (
    applications,
    comparing,
    decisions,
    lists,
    nominations,
    offerings,
    people,
    policies,
    proposals,
    quoted,
    replaying,
)
from waiver_policy.selectors import documents as document_selectors
from waiver_policy.selectors import evidence as evidence_selectors
from waiver_policy.selectors import facts as fact_selectors
from waiver_policy.selectors import fund as fund_selectors
from waiver_policy.selectors import locks as lock_selectors
from waiver_policy.selectors import waiting as waiting_selectors
from waiver_policy.selectors.list_files import Source, open_files, read_files
from waiver_policy.services import (
    applying,
    changed_profiles,
    daily,
    documents,
    evidence,
    fund,
    grants,
    independence,
    locks,
    manual_credits,
    nominating,
    retiring,
    reviewing,
    stepping,
    waiting,
)
from waiver_policy.services import facts as fact_services
from waiver_policy.services import lists as list_services
from waiver_policy.services import policies as policy_services
from waiver_policy.services import proposals as proposal_services

if TYPE_CHECKING:
    from django.http import HttpRequest

# Somebody still looks at these.
OPEN_STATES = application_rules.OPEN_STATES
# How long a text of a learner or a reviewer may be.
MAX_TEXT = stepping.MAX_TEXT


def decide(
    applicant: Applicant,
    *,
    offering_code: str,
    at: datetime,
    known_at: datetime | None = None,
    price: Money | None = None,
    course_run: str | None = None,
) -> Decision:
    """What the active policy answers for this person, offering and moment. Stores nothing.

    ``price`` is the list price: with it the best of several rules is found by what each takes off,
    and a price that the policy fixes in another currency goes to a person. ``None`` is the price
    that this person would be quoted, where somebody says it (``Seller.price_of``).

    The UTC day of ``at`` decides; ``known_at`` (default ``at``) says with whose knowledge: an
    edition counts if it was known then. ``course_run`` is the key of the run that the offering is
    of; ``None`` asks whoever sells it (``Seller.course_run_of``), should a limit depend on it.

    A blank country gives ASK (COUNTRY_MISSING), an unknown code ASK (COUNTRY_UNKNOWN); no active
    policy gives REFUSED (NO_ACTIVE_POLICY): the full fee.
    """
    decided = quoted.decide(
        applicant, offering_code=offering_code, at=at, known_at=known_at, price=price,
        course_run=course_run,
    )  # fmt: skip
    return decided.decision


def explain(decision: Decision) -> tuple[str, ...]:
    """The decision in words, translated: country, list, date, rule, edition, how to appeal."""
    return sentences.explain(decision)


def advise(decision: Decision) -> tuple[str, ...]:
    """What the person can do about a decision, translated; nothing once a waiver is granted.

    Not for somebody whose application waits: they have done it.
    """
    return sentences.advise(decision)


def grant(
    applicant: Applicant,
    *,
    offering_code: str,
    full_seat_cost: Money | None,
    key: str,
    at: datetime,
    price: Money | None = None,
    held_until: datetime | None = None,
    course_run: str | None = None,
) -> GrantSummary:
    """Decide again, store the decision, and hold the waived part of the seat's cost in the fund.

    ``price`` is the list price that the waiver is taken from, as for ``decide``: the fund pays the
    same part of the cost. The same ``key`` with the same request returns the first grant. ``None``
    or zero cost takes nothing from any fund. Until ``held_until``, the end of the order that it is
    for, the grant does not expire. What the waiting list holds for this person is given to this
    key as it stands. ``course_run`` as for ``decide``.

    Raises:
        NotEligible: the outcome is not granted, or the person holds another grant for this
            offering; the decision is stored. ``place`` is their place on the waiting list where a
            limit is full that can free up.
        FundEmpty: the fund of that currency cannot pay now, or others wait for it: the person is
            on the waiting list, and the decision is stored as waitlisted.
        KeyReused: the key is known with another person, offering, cost or price.
        PriceNeeded: the policy leaves a price to pay, and there is a cost and no ``price``.
    """
    return grants.grant(
        applicant,
        offering_code=offering_code,
        full_seat_cost=full_seat_cost,
        price=price,
        key=key,
        at=at,
        held_until=held_until,
        course_run=course_run,
    )


def grounds_hold(grant_uuid: UUID, applicant: Applicant, *, at: datetime) -> bool:
    """Whether the countries that a grant was given on are this person's still, by its own basis.

    Asked before somebody pays for what a grant is held for. One that rests on no country holds,
    and so does one of somebody who is forgotten.

    Raises:
        UnknownGrant: there is no such grant.
    """
    return decisions.grounds_hold(grant_uuid, applicant, at=at)


def commit_grant(uuid: UUID, *, at: datetime) -> GrantSummary:
    """The seat is taken: held money is spent. Again is the same answer.

    Raises:
        UnknownGrant: there is no such grant.
        GrantClosed: it was released, expired or returned.
    """
    return grants.commit_grant(uuid, at=at)


def release_grant(uuid: UUID, *, at: datetime, reason: str) -> GrantSummary:
    """The seat is not taken: held money is free again. Again, or once expired, is the same answer.

    A grant from the waiting list stays with the person, for another order, while its offer stands.

    Raises:
        UnknownGrant: there is no such grant.
        GrantClosed: it was committed.
    """
    return grants.release_grant(uuid, at=at, reason=reason)


def keep_price(
    applicant: Applicant, *, offering_code: str, at: datetime, price: Money | None = None
) -> PriceLockSummary:
    """Keep the waiver of this moment for ``WAIVER_POLICY_PRICE_LOCK_DAYS``.

    Until then the policy, the lists and the day of now decide, if they give more than those of
    the moment that is asked about. It ends when the waiver is used or the country changes. It
    holds no money of the fund. What is kept already stands as it is, with its own end. ``price`` as
    for ``decide``.

    Raises:
        NothingToKeep: no rule gives a waiver now, not even after a review; or none are kept.
    """
    return locks.keep_price(applicant, offering_code=offering_code, at=at, price=price)


def price_kept(
    applicant: Applicant, *, offering_code: str, at: datetime
) -> PriceLockSummary | None:
    """What is kept for this person and offering at a moment; ``None`` if nothing is."""
    return lock_selectors.price_kept(applicant, offering_code, at=at)


def price_could_be_kept_until(decision: Decision) -> date | None:
    """Until when ``keep_price`` would keep this decision: the first day (UTC) without.

    ``None``: it would not.
    """
    return locks.could_be_kept_until(decision)


def return_grant(uuid: UUID, *, at: datetime, reason: str) -> GrantSummary:
    """The seat was taken and given back (a full refund): spent money is free again.

    The record of the grant stays. Again is the same answer.

    Raises:
        UnknownGrant: there is no such grant.
        GrantClosed: it was never committed.
    """
    return grants.return_grant(uuid, at=at, reason=reason)


def expire_grants(*, at: datetime) -> Expired:
    """End grants that were not used in time, and places that waited too long. For a scheduler."""
    return grants.expire_grants(at=at)


def may_be_waived(offering_code: str) -> bool:
    """Whether the waiver policy covers the fee of an offering: unless its seller says no."""
    return offerings.may_be_waived(offering_code)


def waiting_place(user_id: int, offering_code: str) -> WaitingSummary | None:
    """Where a person stands on the waiting list for an offering; ``None`` if they are not on it."""
    return waiting_selectors.waiting_place(user_id, offering_code)


def waiting_sentence(place: WaitingSummary) -> str:
    """A place on the waiting list in words, translated: since when, how many are before them."""
    return sentences.waiting(place)


def list_waiting(currency: str) -> tuple[WaitingSummary, ...]:
    """Everybody who waits for a grant of this fund, in the order in which they are served."""
    return waiting_selectors.list_waiting(currency)


def serve_waiting_list(currency: str, *, at: datetime) -> tuple[GrantSummary, ...]:
    """Hold grants for who waits, in their order, until the fund cannot pay the next one.

    Returns the grants it made. Done by itself whenever money or room becomes free; a scheduler
    does it for what a dead worker left. "" serves who waits for seats that cost a fund nothing.
    """
    return waiting.serve(currency, at=at)


def serve_waiting_lists(*, at: datetime) -> tuple[GrantSummary, ...]:
    """``serve_waiting_list`` for every fund that somebody waits for."""
    currencies = waiting_selectors.waiting_currencies()
    return tuple(made for one in currencies for made in waiting.serve(one, at=at))


def leave_waiting_list(user_id: int, offering_code: str, *, at: datetime) -> bool:
    """Give a place on the waiting list up, and the offer with it. Tells whether there was one."""
    return waiting.leave(user_id, offering_code, at=at)


def apply(
    applicant: Applicant,
    *,
    offering_code: str,
    note: str,
    at: datetime,
    organisation: Organisation | None = None,
    truth: str = "",
    form_token: str = "",
) -> ApplicationSummary:
    """Ask a person to look. An application that is still open is returned as it stands.

    ``truth`` is the version of the statement of truth that the person has agreed to. The same
    ``form_token`` of the same person and offering is the same application, open or not.

    Raises:
        NotCovered: the policy does not cover the fee of this offering.
        AlreadyEligible: the policy, or an approval, grants a waiver of the price that the person
            would be quoted without it; what a rule gives today is kept as by ``keep_price``.
        TooManyApplications: the person has as many open ones as the operator allows.
    """
    return applying.apply(
        applicant, offering_code=offering_code, note=note, at=at,
        organisation=organisation or Organisation(), truth=truth, form_token=form_token,
    )  # fmt: skip


def answer(application_uuid: UUID, *, by: int, text: str, at: datetime) -> ApplicationSummary:
    """The learner's answer to what was asked; the application waits for a reviewer again.

    Raises:
        UnknownApplication: there is none of this uuid, or it is somebody else's.
        ApplicationClosed, EmptyAnswer.
        OutOfTurn: nothing is asked.
    """
    return applying.answer(application_uuid, by=by, text=text, at=at)


def withdraw(application_uuid: UUID, *, by: int, at: datetime) -> ApplicationSummary:
    """Take one's own application back before it is decided; what was written is deleted.

    An appeal is taken back by itself: then the refusal stands.

    Raises:
        UnknownApplication: there is none of this uuid, or it is somebody else's.
        ApplicationClosed: it is decided, or has ended.
    """
    return applying.withdraw(application_uuid, by=by, at=at)


def appeal(application_uuid: UUID, *, by: int, text: str, at: datetime) -> ApplicationSummary:
    """Ask that another person looks at a refusal: once, in time, and in words.

    Raises:
        UnknownApplication: there is none of this uuid, or it is somebody else's.
        OutOfTurn: it is not refused, was appealed before, or another application is open.
        AppealTooLate, EmptyAnswer.
        InvalidNomination: the State has named somebody else in the meantime.
    """
    return applying.appeal(application_uuid, by=by, text=text, at=at)


def conflict_of(application_uuid: UUID, *, by: int) -> ReviewFault | None:
    """What ties a reviewer to an applicant, so that they do not read the application.

    ``None``: nothing does. Whether they may decide is another question: see ``approve``.

    Raises:
        UnknownApplication: there is none of this uuid.
    """
    return independence.conflict_of(application_uuid, by=by)


def approve(
    application_uuid: UUID,
    *,
    by: int,
    reason: str,
    at: datetime,
    award: Award | None = None,
    read: int | None = None,
) -> ApplicationSummary:
    """Grant the application: a percentage of the fee, or a price that is left to pay.

    ``award`` defaults to what the rule proposed. Above the operator's amount the first approval is
    a proposal (state ``proposed``), and the second, of another person and without another award,
    grants it. ``read`` is how many of its messages the reviewer had before them; ``None`` does not
    ask.

    Raises:
        UnknownApplication, ApplicationClosed.
        InvalidReview: something is missing, or this person may not decide; see ``fault``.
        OutOfTurn: another message has come in.
    """
    return reviewing.approve(application_uuid, by=by, reason=reason, at=at, award=award, read=read)


def refuse(
    application_uuid: UUID,
    *,
    by: int,
    reason: str,
    at: datetime,
    code: str = RefusalCode.OTHER,
    read: int | None = None,
) -> ApplicationSummary:
    """Refuse the application, with a reason of the fixed list and words that the learner reads.

    ``other`` needs words. ``read`` as for ``approve``.

    Raises:
        UnknownApplication, ApplicationClosed.
        InvalidReview: something is missing, or this person may not decide; see ``fault``.
        OutOfTurn: another message has come in.
    """
    return reviewing.refuse(application_uuid, by=by, reason=reason, code=code, at=at, read=read)


def ask_for_more(
    application_uuid: UUID, *, by: int, question: str, at: datetime, read: int | None = None
) -> ApplicationSummary:
    """Ask the learner for more; ``read`` as for ``approve``. It stays open, and can be decided.

    Raises:
        UnknownApplication, ApplicationClosed, InvalidReview.
        OutOfTurn: another message has come in, or the learner was asked already.
    """
    return reviewing.ask_for_more(application_uuid, by=by, question=question, at=at, read=read)


def send_back(
    application_uuid: UUID, *, by: int, at: datetime, read: int | None = None
) -> ApplicationSummary:
    """Do not confirm what a first person proposed; the application waits in the queue again.

    Raises:
        UnknownApplication, ApplicationClosed, InvalidReview.
        OutOfTurn: nobody has proposed anything, or another message has come in.
    """
    return reviewing.send_back(application_uuid, by=by, at=at, read=read)


def take(application_uuid: UUID, *, by: int, at: datetime) -> ApplicationSummary:
    """Say that one reads it; nobody else decides about it for some days.

    Raises:
        UnknownApplication, ApplicationClosed.
        InvalidReview: somebody else reads it, or this person may not decide; see ``fault``.
    """
    return reviewing.take(application_uuid, by=by, at=at)


def take_next(*, by: int, at: datetime) -> ApplicationSummary | None:
    """Take the one with the next deadline that this reviewer may decide, if there is one."""
    return reviewing.take_next(by=by, at=at)


def hand_back(application_uuid: UUID, *, by: int, at: datetime, has_conflict: bool = False) -> None:
    """Read it no longer; with a conflict of interest this reviewer never decides about it.

    Raises:
        UnknownApplication, ApplicationClosed.
    """
    reviewing.hand_back(application_uuid, by=by, at=at, has_conflict=has_conflict)


def review_many(
    chosen: Sequence[tuple[UUID, int | None]],
    verdict: str,
    *,
    by: int,
    reason: str,
    at: datetime,
    code: str = RefusalCode.OTHER,
) -> tuple[Reviewed, ...]:
    """The same verdict, ``approve``, ``refuse`` or ``ask``, about several applications.

    Each is reviewed by itself, with the checks of a single review and all or nothing; an approval
    grants what the rule proposed for that one. ``chosen`` holds each uuid and how many messages
    the reviewer had before them.

    Raises:
        TooManyAtOnce: more than the operator allows; none was reviewed.
    """
    words: dict[str, object] = {"by": by, "at": at}
    if verdict == "approve":
        words |= {"reason": reason, "award": None}
        return reviewing.review_many(chosen, reviewing.approve, **words)
    if verdict == "refuse":
        words |= {"reason": reason, "code": code}
        return reviewing.review_many(chosen, reviewing.refuse, **words)
    return reviewing.review_many(chosen, reviewing.ask_for_more, question=reason, **words)


def review_queue(wanted: QueueFilter, *, reviewer: int, at: datetime, page: int = 1) -> QueuePage:
    """One page of the applications that reviewers have to look at, the next deadline first.

    What the reviewer has asked for themselves is not among them.
    """
    return applications.get_queue(wanted, reviewer=reviewer, number=page, at=at)


def list_steps(application_uuid: UUID) -> tuple[ApplicationStep, ...]:
    """What has happened to an application, in turn, without words."""
    return applications.list_steps(application_uuid)


def open_call(
    offering_code: str,
    *,
    policy: str,
    opens_at: datetime,
    closes_at: datetime,
    event_on: date,
    countries: Sequence[str] = (),
) -> NominationCallSummary:
    """Let administrations nominate for an offering, under the newest version of a policy.

    ``closes_at`` is the first moment that is too late, ``event_on`` the day that the financial
    year is counted by; ``countries`` are the States that may nominate, every State if empty. A
    call that is there gets these terms.

    Raises:
        UnknownPolicy: there is no such policy.
        PolicyNotUsable: it says nothing of nominations by a State, or takes none for so long; or
            the call would close before it opens.
        CallInUse: nominations count for it, and would have to count in another financial year, or
            for persons where they do not, or the other way round; see ``fault``.
    """
    return nominating.open_call(
        offering_code, policy=policy, opens_at=opens_at, closes_at=closes_at, event_on=event_on,
        countries=countries,
    )  # fmt: skip


def appoint_focal_point(user_id: int, *, country: str, administration: str) -> FocalPoint:
    """Let somebody nominate for the administration of one State, and for no other."""
    return nominating.appoint(user_id, country=country, administration=administration)


def nominate(
    offering_code: str,
    *,
    by: int,
    person: str,
    kind: str,
    rank: int,
    at: datetime,
    item: str = "",
    instead_of: UUID | None = None,
) -> NominationSummary:
    """Name somebody for an offering, for the administration that ``by`` is the focal point of.

    ``person`` is a user name or an e-mail address; ``kind`` is ``full`` or ``partial``, ``item``
    what a partial one is for; ``rank`` 1 is the State's first choice. ``instead_of`` replaces an
    earlier nomination of the same State for the same offering.

    Raises:
        InvalidNomination: it breaks a rule of the call or a limit; see ``fault``.
        UnknownNomination, NominationClosed: what it is to replace is not there, or has ended.
    """
    return nominating.nominate(
        offering_code, by=by, person=person, kind=kind, item=item, rank=rank, at=at,
        instead_of=instead_of,
    )  # fmt: skip


def withdraw_nomination(uuid: UUID, *, by: int, at: datetime) -> NominationSummary:
    """Take a nomination of one's administration back, until the deadline.

    Raises:
        InvalidNomination: it is too late, or ``by`` is no focal point.
        UnknownNomination: there is none of this uuid, or it is another State's.
        NominationClosed: it is decided, or has ended.
    """
    return nominating.withdraw_nomination(uuid, by=by, at=at)


def accept_nomination(uuid: UUID, *, by: int, at: datetime, truth: str = "") -> ApplicationSummary:
    """Accept one's own nomination; reviewers look at the application that it becomes.

    Raises:
        UnknownNomination: there is none of this uuid, or it is somebody else's.
        NominationClosed: it has ended, or was accepted before.
        OutOfTurn: another application for the offering is open.
    """
    return nominating.accept(uuid, by=by, truth=truth, at=at)


def decline_nomination(uuid: UUID, *, by: int, at: datetime) -> NominationSummary:
    """Decline one's own nomination.

    Raises:
        UnknownNomination: there is none of this uuid, or it is somebody else's.
        NominationClosed: it has ended, or was accepted.
    """
    return nominating.decline(uuid, by=by, at=at)


def focal_point(user_id: int) -> FocalPoint | None:
    """For which administration a person nominates; ``None`` for everybody else."""
    return people.focal_point(user_id)


def list_calls(country: str, *, at: datetime) -> tuple[NominationCallSummary, ...]:
    """The calls that have opened and that a State may nominate for."""
    return nominations.list_calls(country, at=at)


def nomination_terms(offering_code: str) -> ReviewTerms | None:
    """What the policy of the call for an offering says; ``None`` if there is no call."""
    return nominations.terms(offering_code)


def list_nominations_of(
    *, country: str | None = None, user_id: int | None = None
) -> tuple[NominationSummary, ...]:
    """What a State has named, by call and rank; or the nominations of a person."""
    if country is not None:
        return nominations.list_of_state(country)
    return nominations.list_of_person(user_id) if user_id is not None else ()


def get_nomination(uuid: UUID) -> NominationSummary:
    """One nomination.

    Raises:
        UnknownNomination: no nomination has this uuid.
    """
    found = nominations.get(uuid)
    if found is None:
        raise UnknownNomination(f"There is no nomination {uuid}.")
    return found


def list_nominations_beside(uuid: UUID) -> tuple[NominationSummary, ...]:
    """All that the State of a nomination has named for the same call, by rank."""
    return nominations.list_beside(uuid)


def daily_steps() -> tuple[tuple[str, Callable[[datetime], int]], ...]:
    """What ``waiver_policy_daily`` does: what each step counts, and the step."""
    return daily.STEPS


def list_messages(application_uuid: UUID) -> tuple[ApplicationMessage, ...]:
    """What reviewers asked about an application and the learner answered, in turn."""
    return applications.list_messages(application_uuid)


def get_application(application_uuid: UUID) -> ApplicationSummary:
    """One application.

    Raises:
        UnknownApplication: no application has this uuid.
    """
    found = applications.get_application(application_uuid)
    if found is None:
        raise UnknownApplication(f"There is no waiver application {application_uuid}.")
    return found


def list_applications(
    user_id: int | None = None, state: str | None = None
) -> tuple[ApplicationSummary, ...]:
    """Applications, oldest first; of one person, in one state, or all."""
    return applications.list_applications(user_id, state)


def newest_application(user_id: int, offering_code: str) -> ApplicationSummary | None:
    """The last application of one person for one offering; ``None`` if there is none."""
    return applications.newest_application(user_id, offering_code)


def application_note(user_id: int, offering_code: str, *, at: datetime) -> ApplicationNote | None:
    """What this person reads about their newest application for an offering, or about their place.

    Who is on the waiting list reads of that: ``state`` is then ``waiting`` or ``offered``.
    ``None``: they have not applied, or have withdrawn it, and are on no list.
    """
    place = waiting_selectors.waiting_place(user_id, offering_code)
    if place is not None:
        return _note_of_place(place)
    found = applications.newest_application(user_id, offering_code)
    if found is None:
        return None
    day = utc_day(at)
    sentence = sentences.application_news(found, on=day)
    if not sentence:
        return None
    is_over = found.state == ApplicationState.EXPIRED or sentences.has_ended(found, on=day)
    url = _page_url("apply", offering_code) if is_over else _page_url("application", found.uuid)
    waits_for_answer = found.state == ApplicationState.MORE_INFORMATION
    return ApplicationNote(
        state=found.state,
        sentence=sentence,
        said=sentences.refusal_in_words(found),
        way=sentences.application_way(found, on=day),
        url=url,
        is_open=found.state in OPEN_STATES,
        waits_for_answer=waits_for_answer,
        may_appeal=sentences.is_in_time_to_appeal(found, on=day),
    )


def _note_of_place(place: WaitingSummary) -> ApplicationNote:
    return ApplicationNote(
        state=place.state,
        sentence=sentences.waiting(place),
        said="",
        way=sentences.waiting_way(),
        url=_page_url("why", place.offering_code),
        is_open=True,
    )


def apply_page_url(offering_code: str) -> str:
    """The form on which a person applies for a waiver; "" where the pages are not served."""
    return _page_url("apply", offering_code)


def _page_url(name: str, about: str | UUID) -> str:
    try:
        return reverse(f"waiver_policy:{name}", args=[about])
    except NoReverseMatch:
        return ""


def record_evidence(
    user_id: int,
    *,
    basis: EvidenceBasis,
    countries: Sequence[str],
    kind: EvidenceKind,
    by: int,
    at: datetime,
    note: str = "",
    valid_until: date | None = None,
) -> tuple[EvidenceRecord, ...]:
    """Keep what is said or seen about a person's countries by one basis; the newest counts.

    A person declares their own (``declared``); somebody else, who may review, keeps what a document
    (``document``) or an organisation (``institution``) says. No country takes back what the same
    basis and kind said before. ``valid_until`` is the first UTC day on which it counts no more.
    Saying the same again is the same statement.

    Raises:
        InvalidEvidence: the country is none, there are too many, it is of the kind ``ip`` (never
            kept) or ``nomination`` (a nomination's own), or this person cannot say it.
        InvalidReview: who has seen it has a conflict of interest with an application of this
            person: what they have seen could decide by itself.
    """
    return evidence.record_evidence(
        user_id, basis=basis, countries=countries, kind=kind, by=by, at=at, note=note,
        valid_until=valid_until,
    )  # fmt: skip


def country_changed(user_id: int, *, before: str, after: str, at: datetime) -> None:
    """The country of a profile is another one now; "" is none. Whoever saves profiles says so.

    A change from one country to another, also with none in between, is looked at by a person for
    90 days before a waiver is given by the profile. A first choice is no change.
    """
    changed_profiles.country_changed(user_id, before=before, after=after, at=at)


def list_evidence(user_id: int, *, at: datetime) -> tuple[EvidenceRecord, ...]:
    """What was known about a person's countries at a moment, the newest first, with history."""
    return evidence_selectors.list_evidence(user_id, at=at)


def evidence_of_application(application: UUID) -> tuple[CountryEvidence, ...]:
    """What was known of the learner's countries when they applied, as their decision kept it."""
    return evidence_selectors.evidence_of_application(application)


def asked_facts(user_id: int, offering_code: str) -> tuple[AskedFact, ...]:
    """What can be stated of a person for an offering: what the active policy asks for.

    Also what the policy of their open application asks. Not all of it need matter to them: a
    decision says what is missing (FACTS_MISSING).
    """
    return fact_selectors.asked_for(user_id, offering_code)


def state_facts(
    user_id: int, said: Mapping[str, Any], *, offering_code: str, at: datetime
) -> tuple[FactRecord, ...]:
    """Keep what a learner says of themselves, by the names of the facts; the newest counts.

    ``None`` or a blank takes back what they said before. Saying the same again is the same
    statement. If an application of theirs waits, its reviewer has not read that yet. What only the
    learner says may refuse a waiver, and grants none unless the policy says so (``strength``).

    Raises:
        InvalidFact: one of them is asked by no policy, or is no value of it; nothing is kept.
    """
    return fact_services.state_facts(user_id, said, offering_code=offering_code, at=at)


def take_back_fact(user_id: int, name: str, *, at: datetime) -> tuple[FactRecord, ...]:
    """Keep that a learner no longer says this, whether or not a policy still asks for it."""
    return fact_services.take_back(user_id, name, at=at)


def record_fact(
    application: UUID,
    *,
    name: str,
    value: Any,
    kind: EvidenceKind,
    by: int,
    at: datetime,
    note: str = "",
    valid_until: date | None = None,
) -> FactRecord:
    """Keep what a reviewer has seen of an applicant (``document``) or was told (``institution``).

    The strongest evidence counts, then the newest. No value takes back what the same kind said
    before. ``valid_until`` is the first UTC day on which it counts no more. Whoever has an open
    application of this person before them has not read it yet.

    Raises:
        UnknownApplication: there is none.
        ApplicationClosed: it is decided, or has ended.
        InvalidFact: no policy asks for it, it is no value of it, or it is about oneself.
        InvalidReview: a conflict of interest with an application of this person.
    """
    return fact_services.record_fact(
        application, name=name, value=value, kind=kind, by=by, at=at, note=note,
        valid_until=valid_until,
    )  # fmt: skip


def list_facts(user_id: int, *, at: datetime) -> tuple[FactRecord, ...]:
    """What was said and seen of a person by a moment, the newest first, with history."""
    return fact_selectors.list_facts(user_id, at=at)


def country_of_request(request: HttpRequest) -> str:
    """The country a request comes from; "" when nobody can say, or the operator does not ask.

    It is asked only where ``WAIVER_POLICY_IP_COUNTRY`` is on, and kept nowhere by itself.
    """
    return compat.ip_country(request) if conf.looks_at_ip() else ""


def presence(country: str, *, at: datetime) -> tuple[CountryEvidence, ...]:
    """The country of a request as evidence of the kind ``ip``, which raises doubts only.

    Nothing for "". It is kept with the inputs of a decision that is stored, and nowhere else.
    """
    if not country:
        return ()
    seen = CountryEvidence(
        country=country, basis=evidence_selectors.PRESENCE, kind=EvidenceKind.IP, observed_at=at
    )
    return (seen,)


def documents_are_taken() -> bool:
    """Whether the operator has named a place and a key for documents."""
    return conf.documents_are_taken()


def add_document(
    application: UUID,
    *,
    by: int,
    kind: DocumentKind,
    content: bytes,
    at: datetime,
    says_minor: bool | None = None,
    guardian_agrees: bool = False,
) -> DocumentSummary:
    """Check a document by its content, encrypt it and keep it with an open application.

    A picture is drawn anew, so that nothing but the picture is kept. The same file again is the
    document that is there. ``by``: who applied and sends it. ``says_minor``: what they answer where
    their profile has no year of birth; an identity document of a minor takes ``guardian_agrees``.

    Raises:
        UnknownApplication, ApplicationClosed: there is no open application of this person.
        TooManyDocuments: it has as many documents as it may have.
        DocumentRefused: ``fault`` says what is wrong with the file; nothing was stored.
        DocumentsOff: the operator has named no place, or no key.
    """
    return documents.add_document(
        application, by=by, kind=kind, content=content, at=at, says_minor=says_minor,
        guardian_agrees=guardian_agrees,
    )  # fmt: skip


def list_documents(application: UUID) -> tuple[DocumentSummary, ...]:
    """The documents of an application, in turn; a deleted one has its ``deleted_at``."""
    return document_selectors.list_documents(application)


def get_document(uuid: UUID) -> DocumentSummary:
    """A document, without its content.

    Raises:
        UnknownDocument: there is none.
    """
    found = document_selectors.get_document(uuid)
    if found is None:
        raise UnknownDocument(f"There is no document {uuid}.")
    return found


def read_document(
    uuid: UUID, *, by: int, may_review: bool, at: datetime
) -> tuple[DocumentSummary, bytes]:
    """A document and its content; that it was read, by whom and when, is kept for good.

    Raises:
        UnknownDocument: there is none, its file is deleted, or it is not for this person: also a
            reviewer with a conflict of interest.
        DocumentUnreadable, DocumentsOff: it cannot be opened; somebody must look.
    """
    return documents.read_document(uuid, by=by, may_review=may_review, at=at)


def remove_document(uuid: UUID, *, by: int, at: datetime) -> None:
    """The learner takes a document back while the application is open; its file is deleted.

    Raises:
        UnknownDocument, ApplicationClosed.
    """
    documents.remove_document(uuid, by=by, at=at)


def delete_documents(application: UUID, *, because: str, at: datetime) -> int:
    """Delete the documents of an application now, as when it is withdrawn; how many there were."""
    return documents.delete_documents(application, because=because, at=at)


def list_due_documents() -> tuple[DueDocument, ...]:
    """Every document that is kept, with the first UTC day without it (none while it is needed)."""
    return tuple(document_selectors.list_due())


def purge_documents(*, at: datetime) -> tuple[int, int]:
    """Delete what is due or left over; how many files went, and how many could not be deleted.

    Not inside a transaction: a file that is gone does not come back with a rollback.

    Raises:
        DocumentsOff: there are files, and no place to look at.
    """
    return documents.purge(at=at)


def check_document_storage(*, at: datetime) -> StorageReport:
    """Compare the rows of documents with their files, and open each.

    Raises:
        DocumentsOff: there are files, and no place to look at or no key.
    """
    return documents.check_storage(at=at)


def credit_fund(
    amount: Money,
    *,
    key: str,
    reason: str,
    at: datetime,
    kind: str = "donation",
    effective_on: date | None = None,
) -> FundBalance:
    """Put money into the fund of the amount's currency: cleared revenue, or a donation.

    ``kind`` is ``revenue`` or ``donation``; ``reason`` says from whom. The money counts from
    ``effective_on`` (UTC, default the day of ``at``). What the fund owes is paid first. The same
    key with the same amount and kind changes nothing. For software, which has keys: what a person
    types in takes two people (``propose_credit``).

    Raises:
        InvalidCredit: the amount is not positive, the kind is neither, or the day is to come.
        KeyReused: the key is known with another amount, currency or kind.
    """
    fund.credit_fund(amount, key=key, reason=reason, at=at, kind=kind, effective_on=effective_on)
    waiting.serve_after(amount.currency, at=at)
    return fund_selectors.fund_balance(amount.currency)


def claw_back_fund(amount: Money, *, key: str, reason: str, at: datetime) -> FundBalance:
    """Take out what was credited and is called back, as after a late refund; once per key.

    What is free goes at once; the rest is the fund's shortfall. Until later credits have made up
    for it no new grant is made, and none that was made is taken back.

    Raises:
        InvalidCredit: the amount is not positive.
        KeyReused: the key is known with another amount or currency.
    """
    fund.claw_back_fund(amount, key=key, reason=reason, at=at)
    return fund_selectors.fund_balance(amount.currency)


def propose_credit(
    amount: Money,
    *,
    kind: str,
    reason: str,
    by: int,
    at: datetime,
    effective_on: date | None = None,
) -> ManualCreditSummary:
    """Propose money for a fund: ``manual``, ``donation``, or ``correction`` (a negative amount).

    Nothing moves until another person confirms it. ``by`` is a platform user id.

    Raises:
        CreditNotAllowed: this person lacks ``waiver_policy.propose_credit``.
        InvalidCredit: amount, kind or reason are not usable.
    """
    return manual_credits.propose(
        amount, kind=kind, reason=reason, by=by, at=at, effective_on=effective_on
    )


def confirm_credit(credit_uuid: UUID, *, by: int, at: datetime) -> ManualCreditSummary:
    """Book what somebody else has proposed; once, however many confirm it at the same moment.

    Raises:
        UnknownCredit: there is no such proposal.
        CreditNotAllowed: this person proposed it, or lacks ``waiver_policy.confirm_credit``.
        CreditClosed: it was confirmed or rejected already.
        InvalidCredit: its day is to come, or a correction is more than what is free now.
    """
    return manual_credits.confirm(credit_uuid, by=by, at=at)


def reject_credit(credit_uuid: UUID, *, by: int, at: datetime) -> ManualCreditSummary:
    """Close a proposal without booking it; also for who proposed it.

    Raises:
        UnknownCredit, CreditNotAllowed, CreditClosed: as ``confirm_credit``.
    """
    return manual_credits.reject(credit_uuid, by=by, at=at)


def list_manual_credits(*, is_open: bool = True) -> tuple[ManualCreditSummary, ...]:
    """Credits and corrections by hand that wait for a second person; or all there ever were."""
    return fund_selectors.list_manual_credits(is_open=is_open)


def fund_balance(currency: str) -> FundBalance:
    """What the fund of a currency has; zeros when nobody has paid in yet."""
    return fund_selectors.fund_balance(currency)


def list_funds() -> tuple[FundBalance, ...]:
    """Every fund, by currency."""
    return fund_selectors.list_funds()


def list_fund_entries(currency: str) -> tuple[FundEntrySummary, ...]:
    """Every movement of the fund of a currency, in the order they were written."""
    return fund_selectors.list_fund_entries(currency)


def fund_movements(currency: str, *, since: date, until: date) -> tuple[FundMovement, ...]:
    """What was written of the fund of a currency from one UTC day to another, by kind. One query.

    Both days are included.
    """
    return fund_selectors.fund_movements(currency, since=since, until=until)


def fund_changes(
    currency: str,
    column: str,
    *,
    kind: str | None = None,
    since: date | None = None,
    until: date | None = None,
    after: int = 0,
    limit: int = 1_000,
) -> tuple[FundChange, ...]:
    """The movements that changed one column of a fund, in the order of writing; a page of them.

    ``column`` is ``available``, ``reserved``, ``committed``, ``shortfall``, or ``received``: what
    came from outside or went there, free or not. Of one ``kind``, of days (UTC) ``since`` and
    ``until``, both included; without them all. It names nobody, neither donors nor learners.
    """
    return fund_selectors.fund_changes(
        currency, column, kind=kind, since=since, until=until, after=after, limit=limit
    )


def check_funds() -> tuple[FundFault, ...]:
    """Every difference between balances and counters and the rows behind them; none is expected."""
    return fund_selectors.check_funds()


def runway(currency: str, *, at: datetime, months: int | None = None) -> Runway:
    """How many months the free money lasts at the pace of the last full months (UTC).

    ``months`` defaults to ``WAIVER_POLICY_RUNWAY_MONTHS``.
    """
    return fund_selectors.runway(currency, at=at, months=months or conf.runway_months())


def load_edition(
    path_or_text: Source,
    *,
    source: EditionFacts,
    by: str,
    known_from: datetime,
    file: str = "",
) -> EditionLoad:
    """Load the first edition of each list of a CSV, or of several that belong together.

    All or nothing. A ``Path`` is read; a ``str`` is the text itself (``file`` names it in errors).
    A list that already stands like that gets no new edition; one that stands otherwise gets its
    next edition from two people: ``propose_edition``, ``apply_edition``. ``known_from`` is now.

    Raises:
        fairgate.documents.DocumentError: every fault of the file, with line and column.
        EditionExists: a list has an edition, and the file says something else.
        PublishedLater: the day of the publication is to come.
        EditionOutOfOrder: a file of former States has nothing to be added to.
    """
    return list_services.load_edition(
        path_or_text, facts=source, by=by, known_from=known_from, file=file
    )


def diff_edition(
    path_or_text: Source, *, at: datetime, file: str = ""
) -> tuple[MembershipChange, ...]:
    """What this file says otherwise than the newest editions. Stores nothing.

    Raises:
        fairgate.documents.DocumentError: every fault of the file, with line and column.
    """
    found = read_files(open_files(path_or_text, file=file), on=utc_day(at))
    return proposals.compare(found, proposals.newest_names(found)).changes


def propose_edition(
    path_or_text: Source,
    *,
    source: EditionFacts,
    by: str,
    at: datetime,
    file: str = "",
    allow_removals: bool = False,
) -> ProposalSummary:
    """Keep a file as a proposal of new editions, for a second person to apply. Decides nothing.

    ``by`` is the name of a user with ``waiver_policy.propose_edition``. A file of today's countries
    leaves former States as they stand, and the other way round. A file that says what is known,
    from a later publication, renews the editions.

    Raises:
        fairgate.documents.DocumentError: every fault of the file, with line and column.
        UnknownOperator, NotAllowed: see above.
        NothingToPropose: the lists stand like that, with this source.
        AlreadyProposed: the same waits for a second person.
        PublishedLater: the day of the publication is to come.
        RowsVanish: countries leave a list without an end, and ``allow_removals`` is not given.
    """
    return proposal_services.propose_edition(
        path_or_text, facts=source, by=by, at=at, file=file, allow_removals=allow_removals
    )


def apply_edition(proposal_uuid: UUID, *, by: str, at: datetime) -> EditionLoad:
    """Make the proposed editions, known from ``at`` (now) on; all or nothing.

    ``by`` is the name of a user with ``waiver_policy.apply_edition`` who is not the proposer.

    Raises:
        UnknownOperator, NotAllowed, SecondPersonNeeded: see above.
        UnknownProposal, ProposalClosed: there is none, or somebody has decided it.
        EditionsMoved: a list has got another edition since the proposal was made.
        EditionOutOfOrder: a list has an edition known from this moment or later.
    """
    return proposal_services.apply_edition(proposal_uuid, by=by, at=at)


def reject_edition(proposal_uuid: UUID, *, by: str, reason: str, at: datetime) -> ProposalSummary:
    """Close a proposal. ``by`` may apply editions, or takes their own proposal back.

    Raises:
        UnknownOperator, NotAllowed, UnknownProposal, ProposalClosed, ReasonMissing.
    """
    return proposal_services.reject_edition(proposal_uuid, by=by, reason=reason, at=at)


def list_proposals(state: str | None = None) -> tuple[ProposalSummary, ...]:
    """Proposed editions in a state (``ProposalState``), or all; the newest first."""
    return proposals.list_proposals(state)


def get_proposal(proposal_uuid: UUID) -> ProposalSummary:
    """One proposed edition.

    Raises:
        UnknownProposal: there is none.
    """
    found = proposals.get_proposal(proposal_uuid)
    if found is None:
        raise UnknownProposal(f"There is no proposed edition {proposal_uuid}.")
    return found


def edition_impact(proposal_uuid: UUID, *, at: datetime, days: int = IMPACT_DAYS) -> EditionImpact:
    """How a proposed edition differs from what it was compared with, and whom that touches.

    Raises:
        UnknownProposal: there is none.
    """
    found = proposals.get_impact(proposal_uuid, at=at, days=days)
    if found is None:
        raise UnknownProposal(f"There is no proposed edition {proposal_uuid}.")
    return found


def confirm_membership(
    list_code: str, country: str, *, by: str, note: str, at: datetime, until: date | None = None
) -> Membership:
    """Say that the end in force of a contested row stands, with what you have looked at.

    It counts for the row in later editions too, while it says the same. ``until`` is the end that
    you mean, if you want to be sure. Another end than the one in force comes with a new edition.

    Raises:
        UnknownOperator, NotAllowed: ``by`` is no user with ``waiver_policy.confirm_membership``.
        UnknownList, NotContested: there is nothing to confirm, or the end in force is another.
        AlreadyConfirmed, EditionsMoved: somebody else was faster.
        ReasonMissing: the note is blank or too long.
    """
    return list_services.confirm_membership(
        list_code, country, by=by, note=note, at=at, until=until
    )


def list_editions(list_code: str | None = None) -> tuple[EditionSummary, ...]:
    """Every edition ever loaded, by list and number."""
    return lists.list_editions(list_code)


def list_old_editions(*, at: datetime) -> tuple[EditionSummary, ...]:
    """The deciding editions older than WAIVER_POLICY_LIST_DAYS; they decide all the same."""
    return lists.list_old(at=at)


def list_contested(*, known_at: datetime) -> tuple[Membership, ...]:
    """Rows whose end somebody has asked to move, and that nobody had confirmed by then."""
    return lists.list_contested(known_at=known_at)


def is_member(list_code: str, country: str, *, on: date, known_at: datetime) -> Membership | None:
    """The membership that holds on a UTC day, as it was known at a moment. One query.

    Raises:
        UnknownList: the code is neither one of ``ListCode`` nor that of a list of the site.
    """
    return lists.is_member(list_code, country, on=on, known_at=known_at)


def list_members(list_code: str, *, on: date, known_at: datetime) -> tuple[Membership, ...]:
    """Every membership of a list that holds on a UTC day, as it was known at a moment.

    Former States that were members on that day are among them, last.

    Raises:
        UnknownList: as for ``is_member``.
    """
    return lists.list_members(list_code, on=on, known_at=known_at)


def list_history(list_code: str, *, known_at: datetime) -> tuple[Membership, ...]:
    """Every membership of a list, past and to come, as it was known at a moment.

    Raises:
        UnknownList: as for ``is_member``.
    """
    return lists.list_history(list_code, known_at=known_at)


def load_policy(text: str, *, file: str, by: str, at: datetime) -> tuple[PolicySummary, ...]:
    """Store every policy of a document as a draft version.

    What the newest version of a policy says already makes no new one, unless that is retired.
    ``lacks`` of a summary tells what has to be loaded as well before the policy can be activated.

    Raises:
        fairgate.documents.DocumentError: every fault of the file, with line and field.
    """
    return policy_services.load_policy(text, file=file, by=by, at=at)


def activate_policy(
    slug: str, *, by: str, at: datetime, version: int | None = None
) -> PolicySummary:
    """Let a version decide from now on (default: the newest); the one before it is retired.

    Raises:
        UnknownPolicy: there is no such version.
        PolicyNotUsable: the document needs something that ``decide`` cannot apply, or a list
            that has no edition, or is of a window that is over.
    """
    return policy_services.activate_policy(slug, by=by, at=at, version=version)


def retire_policy(slug: str, *, by: str, at: datetime) -> PolicySummary:
    """Let a policy decide no more. Nobody decides until a version is activated: the full fee.

    Grants, approvals and prices that were kept stand.

    Raises:
        UnknownPolicy: there is no such policy.
        PolicyNotActive: no version of it is active.
    """
    return policy_services.retire_policy(slug, by=by, at=at)


def compare_policy(
    slug: str, *, version: int | None = None, since: date | None = None
) -> Comparison:
    """What a version (default: the newest) would have answered to what was asked in the past.

    The newest decision of each person and offering, and the newest application, since a UTC day;
    asked for the same day and with the same knowledge. Stores nothing.

    Raises:
        UnknownPolicy: there is no such version.
    """
    found = policies.get_version(slug, version)
    if found is None:
        wanted = f"version {version}" if version is not None else "version"
        raise UnknownPolicy(f"There is no {wanted} of the policy “{slug}”.")
    return comparing.compare(found, since=since)


def replay_decisions(*, since: date | None = None, policy: str | None = None) -> Iterator[Replayed]:
    """Ask stored decisions again and say how each comes out, in the order of writing.

    ``since`` takes those for this UTC day and later, ``policy`` those of one policy. Uses nothing
    but what was kept with a decision; needs as much memory for many as for few.

    Raises:
        UnknownPolicy: no policy has this slug.
    """
    if policy is not None and policies.get_version(policy, None) is None:
        raise UnknownPolicy(f"There is no policy “{policy}”.")
    return replaying.replays(since=since, policy=policy)


def retire_person(user_id: int, *, at: datetime) -> Mapping[str, int]:
    """Forget a person who has left: countries, facts, documents, words. Returns rows by step.

    Amounts, grants, outcomes, policy versions and list editions stay under the user's id, which
    leads to nobody any more. All of it or nothing; again changes nothing more.

    Raises:
        CoolingOff: they can still call it off, so nothing was deleted.
    """
    return retiring.retire_person(user_id, at=at)


def sell_offerings_with(seller: Seller | None) -> None:
    """Let the app that sells offerings say what there is to know of them; ``None``: nobody sells.

    This app knows an offering by its code only. The app that knows more says this once, in its
    ``AppConfig.ready``.
    """
    offerings.sell_offerings_with(seller)


def forget_also(name: str, step: Callable[[int, datetime], int]) -> None:
    """Let another app forget the same person in the same transaction.

    ``step`` takes the user's id and the moment, and returns how many rows it changed. The app
    says this once, in its ``AppConfig.ready``.
    """
    retiring.forget_also(name, step)


def list_policies() -> tuple[PolicySummary, ...]:
    """Every version of every policy, by slug and version."""
    return policies.list_policies()
