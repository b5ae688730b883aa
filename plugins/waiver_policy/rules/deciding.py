"""From an applicant, a policy and the lists to a decision with its reasons.

Pure: the same question gives the same answer in ten years. What is asked of the database
(editions, the person's earlier grants and approvals) comes in as values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy.data import (
    ENGINE_VERSION,
    NOTHING_OFF,
    Applicant,
    Award,
    CountryEvidence,
    Decision,
    EvidenceKind,
    HowKnown,
    ListCode,
    Membership,
    Outcome,
    Reason,
    ReasonCode,
    Reduction,
)
from waiver_policy.exceptions import UnusableFact
from waiver_policy.rules.asking import asked_facts
from waiver_policy.rules.conditions import Case, Evidence, Lists
from waiver_policy.rules.countries import (
    PROFILE_BASES,
    Located,
    changed_lately,
    locate,
    strength_of,
)
from waiver_policy.rules.grounds import NO_GROUNDS, Grounds
from waiver_policy.rules.policies import (
    AUTO,
    DEFAULT,
    HIDE_OPTION,
    REFUND,
    REFUSE,
    Policy,
    Verdict,
    evaluate,
)

NOTHING = Percent(0)
DOCUMENTS = "documents"
"""The fact that lists the documents which a reviewer has accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a reviewer has granted a person for an offering.

    ``rule`` is the label of the rule that had put it before them, if one had; ``grounds`` are the
    countries of the person that the reviewer saw. ``country``, ``institution`` and ``item`` (what a
    nomination gives) are those that limits count; blank where there is none.
    """

    award: Award
    until: date | None = None
    rule: str = ""
    grounds: Grounds = NO_GROUNDS
    country: str = ""
    institution: str = ""
    item: str = ""

    @property
    def reduction(self) -> Reduction:
        """What it takes off a price."""
        return Reduction((self.award,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Everything a decision depends on.

    ``lists`` and ``editions`` are by ``list_key``: each list that was known at the moment, and the
    name of its edition. ``price`` is the list price that the reduction is taken from, where it is
    known. ``policies`` are those that the policy refers to, by slug, and ``versions`` their
    numbers. ``approval`` is what a reviewer has granted this person for this offering;
    ``has_grant`` whether they hold a grant for it already; ``offered`` what the waiting list holds
    for them. ``course_run`` is the key of the run that the offering is of, for limits by run.
    ``confirmed`` are the ids of what people had confirmed about contested rows, by list code;
    ``None``: nobody keeps them.
    """

    applicant: Applicant
    offering_code: str
    at: datetime
    known_at: datetime
    countries: frozenset[str]
    policy: Policy | None
    policy_version: int = 0
    lists: Lists = field(default_factory=dict)
    editions: Mapping[str, str] = field(default_factory=dict)
    price: Money | None = None
    policies: Mapping[str, Policy] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    approval: Approval | None = None
    has_grant: bool = False
    offered: Reduction | None = None
    course_run: str = ""
    confirmed: Mapping[str, tuple[int, ...]] | None = None


@dataclass(frozen=True, slots=True)
class _Finding:
    """What a step of deciding comes to."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    reduction: Reduction = NOTHING_OFF
    rule: str | None = None
    membership: str | None = None
    approval: Approval | None = None


def decide(question: Question) -> Decision:
    """The decision. It never raises for a person's data: what is missing is asked for."""
    located = _locate(question)
    finding = _find(question, located)
    reasons = finding.reasons
    is_held = question.has_grant and question.offered is None
    if is_held and finding.outcome is Outcome.GRANTED:
        reasons += (_reason(ReasonCode.ALREADY_GRANTED),)
    policy = question.policy
    return Decision(
        outcome=finding.outcome,
        percent=finding.reduction.part_of(question.price),
        reasons=reasons,
        policy=policy.slug if policy else "",
        policy_version=question.policy_version,
        rule=finding.rule,
        editions=_asked(question),
        membership=finding.membership,
        decided_on=utc_day(question.at),
        at=question.at,
        inputs={**_inputs(question, located), **_counting(question, located, finding)},
        engine_version=ENGINE_VERSION,
        reduction=finding.reduction,
    )


def _locate(question: Question) -> Located:
    basis = question.policy.country_basis if question.policy else "none"
    found = locate(question.applicant, basis)
    known = tuple(country for country in found.countries if country in question.countries)
    # Of several nationalities an unknown code counts for nothing; a single one is asked about.
    return replace(found, countries=known) if known else found


def _find(question: Question, located: Located) -> _Finding:
    if question.offered is not None:
        return _offered(question.offered, question.price)
    by_rule = _by_sure_facts(question, located)
    approval = question.approval
    price = question.price
    if approval is None or not _helps(approval, by_rule, price):
        return by_rule
    until = approval.until.isoformat() if approval.until else ""
    said = _reason(ReasonCode.MANUAL_OVERRIDE, **_said(approval.award), until=until)
    if price is not None and not approval.reduction.applies_to(price):
        reasons = (said, _other_currency(approval.reduction, price))
        return _Finding(Outcome.REVIEW, reasons)
    return _Finding(Outcome.GRANTED, (said,), approval.reduction, approval=approval)


def _offered(offered: Reduction, price: Money | None) -> _Finding:
    """What the waiting list holds; a person looks at a fee in another currency than it was for."""
    if price is not None and not offered.applies_to(price):
        said = _reason(ReasonCode.WAITING_LIST_OFFER, percent=plain(NOTHING))
        return _Finding(Outcome.REVIEW, (said, _other_currency(offered, price)))
    reason = _reason(ReasonCode.WAITING_LIST_OFFER, percent=plain(offered.part_of(price)))
    return _Finding(Outcome.GRANTED, (reason,), offered)


def _helps(approval: Approval, found: _Finding, price: Money | None) -> bool:
    """Whether a reviewer has granted as much as the policy gives alone: an approval helps only.

    A price that is not below the one that is asked takes nothing off it.
    """
    takes = takes_off(approval.reduction, price)
    if found.outcome is Outcome.GRANTED:
        return takes >= takes_off(found.reduction, price)
    is_known = price is not None and approval.reduction.applies_to(price)
    return not is_known or not approval.reduction.currencies or takes > 0


def takes_off(reduction: Reduction, price: Money | None) -> int:
    """What comes off a price, to compare: minor units, or basis points where no price is known.

    0 where that cannot be said: a price is needed, or is in another currency.
    """
    if price is None or not price.minor:
        return reduction.part_of(price).basis_points
    return reduction.of(price).minor if reduction.applies_to(price) else 0


def _by_sure_facts(question: Question, located: Located) -> _Finding:
    """What the policy gives; before a person if it would not give that by what is sure.

    A fact that is known less well than the policy wants may refuse, and never grants by itself.
    """
    question = _in_asked_units(question)
    found = _by_policy(question, located)
    if found.outcome is not Outcome.GRANTED or not question.applicant.known:
        return found
    doubtful = _doubtful_facts(question)
    if not doubtful:
        return found
    given = _given_without(question, located, found, doubtful)
    if given is not None:
        return given
    needed = list(doubtful)
    for name in doubtful:
        # Of the doubtful ones those that suffice, once somebody has confirmed them.
        sure = {one for one in needed if one != name}
        rest = tuple(one for one in doubtful if one not in sure)
        if _given_without(question, located, found, rest) is not None:
            needed.remove(name)
    to_confirm = _reason(ReasonCode.FACTS_TO_CONFIRM, facts=", ".join(needed))
    review = _reason(ReasonCode.REVIEW_NEEDED, **proposal(found.reduction, question.price))
    reasons = (*found.reasons, to_confirm, review)
    return replace(found, outcome=Outcome.REVIEW, reasons=reasons, reduction=NOTHING_OFF)


def _in_asked_units(question: Question) -> Question:
    """The question without facts that were said in another unit than this policy asks in."""
    known = question.applicant.known
    if not known:
        return question
    asked = {one.name: one.unit for one in asked_facts(question.policy, question.policies)}
    others = tuple(
        name for name, how in known.items() if how.unit not in (None, asked.get(name, how.unit))
    )
    return _without(question, others) if others else question


def _without(question: Question, names: tuple[str, ...]) -> Question:
    """The same question of a person of whom these facts are not known."""
    person = question.applicant
    left = replace(
        person,
        facts={name: value for name, value in person.facts.items() if name not in names},
        dates={name: day for name, day in person.dates.items() if name not in names},
        known={name: how for name, how in person.known.items() if name not in names},
    )
    return replace(question, applicant=left)


def _doubtful_facts(question: Question) -> tuple[str, ...]:
    """What is kept of the person and known less well than the policy wants, by name."""
    wanted = {one.name: one.strength for one in asked_facts(question.policy, question.policies)}
    known = question.applicant.known
    return tuple(
        name
        for name, how in sorted(known.items())
        if how.changed or how.kind.strength < wanted.get(name, EvidenceKind.INSTITUTION).strength
    )


def _given_without(
    question: Question, located: Located, found: _Finding, names: tuple[str, ...]
) -> _Finding | None:
    """What is given if these facts are not sure; ``None`` where they have to be.

    As much by the same rule: as the policy finds it without them, so that they choose no country
    that it counts for. Less by these facts is believed, unless it counts against other limits.
    """
    now = _by_policy(_without(question, names), located)
    if now.outcome is not Outcome.GRANTED:
        return None
    if (now.rule, now.reduction) == (found.rule, found.reduction):
        return now
    policy = question.policy
    counts_same = _counts(policy, located, now) == _counts(policy, located, found)
    is_less = _is_less(found.reduction, now.reduction, question.price)
    return found if counts_same and is_less else None


def _counts(policy: Policy | None, located: Located, found: _Finding) -> tuple[str, str]:
    """The word and the country under which limits count what a rule gives."""
    return _label(policy, found.rule), country_of(found.membership) or located.country


def _is_less(one: Reduction, other: Reduction, price: Money | None) -> bool:
    """Whether one takes less off than the other, as far as that is known."""
    if price is None and (one.currencies or other.currencies):
        return False
    return one.part_of(price).basis_points < other.part_of(price).basis_points


def _by_policy(question: Question, located: Located) -> _Finding:
    policy = question.policy
    if policy is None:
        return _Finding(Outcome.REFUSED, (_reason(ReasonCode.NO_ACTIVE_POLICY),))
    if policy.kind == REFUND:
        return _Finding(Outcome.REFUSED, (_reason(ReasonCode.OFFERING_NOT_COVERED),))
    before = _without_country(question, policy, located) or _without_lists(question, policy)
    if before is not None:
        return before
    try:
        verdict = evaluate(policy, _case(question, located))
    except UnusableFact as error:
        reason = _reason(ReasonCode.EVIDENCE_TOO_WEAK, facts=str(error))
        return _Finding(Outcome.ASK, (reason,))
    return _of_verdict(_Asked(question, policy, located), verdict)


def _without_country(question: Question, policy: Policy, located: Located) -> _Finding | None:
    if not policy.needs_country:
        return None
    if not located.countries:
        return _missing_country(policy)
    if located.country not in question.countries:
        reason = _reason(ReasonCode.COUNTRY_UNKNOWN, country=located.country)
        return _Finding(Outcome.ASK, (reason,))
    return None


def _missing_country(policy: Policy) -> _Finding | None:
    if policy.missing_country == DEFAULT:
        return None
    if policy.missing_country == HIDE_OPTION:
        return _Finding(Outcome.REFUSED, (_reason(ReasonCode.OPTION_HIDDEN),))
    if policy.country_basis in PROFILE_BASES:
        reason = _reason(ReasonCode.COUNTRY_MISSING)
    else:
        reason = _reason(ReasonCode.COUNTRY_OF_BASIS_MISSING, basis=policy.country_basis)
    refused = policy.missing_country == REFUSE
    return _Finding(Outcome.REFUSED if refused else Outcome.ASK, (reason,))


def _without_lists(question: Question, policy: Policy) -> _Finding | None:
    missing = [key for key in policy.list_keys if key not in question.editions]
    if not missing:
        return None
    reason = _reason(ReasonCode.LIST_NOT_LOADED, list=", ".join(dict.fromkeys(missing)))
    return _Finding(Outcome.REVIEW, (reason,))


def _case(question: Question, located: Located) -> Case:
    person = question.applicant
    return Case(
        countries=located.countries,
        as_of=utc_day(question.at),
        at=question.at,
        facts={**person.facts, "payer_class": person.payer_class},
        lists=question.lists,
        dates=person.dates,
        price=question.price,
        policies=question.policies,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that has got as far as its policy."""

    question: Question
    policy: Policy
    located: Located

    @property
    def day(self) -> date:
        """The day on which the policy asks its lists."""
        day = utc_day(self.question.at)
        return self.question.applicant.dates.get(self.policy.date_basis, day)

    @property
    def lists(self) -> tuple[str, ...]:
        return (*self.policy.groups, *self.policy.named_lists)


def _of_verdict(asked: _Asked, verdict: Verdict) -> _Finding:
    if verdict.not_in_force:
        return _Finding(Outcome.REFUSED, (_reason(ReasonCode.OFFERING_NOT_COVERED),))
    if verdict.excluded:
        return _Finding(Outcome.REFUSED, (_reason(ReasonCode.EXCLUDED_BY_POLICY),))
    if verdict.label is None:
        return _without_rule(asked, verdict)
    reasons = _why(asked, verdict)
    membership = verdict.evidence[0].membership.name if verdict.evidence else None
    found = _Finding(Outcome.GRANTED, reasons, NOTHING_OFF, verdict.label, membership)
    if verdict.missing_facts:
        return _ask_for(asked.policy, verdict, found)
    return _looked_at(asked, verdict, found)


def _looked_at(asked: _Asked, verdict: Verdict, found: _Finding) -> _Finding:
    """Given, or put before a person. A doubt only stops what would be given: it rescues nobody."""
    needed, doubts = _for_a_person(asked, verdict), _of_doubts(asked, verdict)
    if not needed:
        assert verdict.reduction is not None  # noqa: S101 -- else it is for a person
        given = _given(found, verdict.reduction, asked.question.price)
        if not doubts or given.outcome is not Outcome.GRANTED:
            return given
        doubts += (_review_needed(asked, verdict),)
    reasons = (*found.reasons, *needed, *doubts)
    return replace(found, outcome=Outcome.REVIEW, reasons=reasons)


def _given(found: _Finding, reduction: Reduction, price: Money | None) -> _Finding:
    """Granted, unless nothing at all comes off this price."""
    if price is not None and price.minor:
        is_something = bool(reduction.of(price))
    else:
        is_something = any(step != NOTHING for step in reduction.steps)
    if not is_something:
        return replace(found, outcome=Outcome.REFUSED, reduction=NOTHING_OFF)
    return replace(found, outcome=Outcome.GRANTED, reduction=reduction)


def _ask_for(policy: Policy, verdict: Verdict, found: _Finding) -> _Finding:
    """What to do about facts that nobody has stated: ask, or what the policy says."""
    need = _reason(ReasonCode.FACTS_MISSING, facts=", ".join(verdict.missing_facts))
    if policy.missing_facts == HIDE_OPTION:
        return replace(found, outcome=Outcome.REFUSED, reasons=(_hidden(),))
    outcome = Outcome.REFUSED if policy.missing_facts == REFUSE else Outcome.ASK
    return replace(found, outcome=outcome, reasons=(*found.reasons, need))


def _hidden() -> Reason:
    return _reason(ReasonCode.OPTION_HIDDEN)


def _for_a_person(asked: _Asked, verdict: Verdict) -> tuple[Reason, ...]:
    """Why a person has to look before it is granted; nothing when nobody has to."""
    weak, unclear = _of_needs(asked, verdict), _of_money(asked, verdict)
    is_routed = verdict.route != AUTO or weak
    if verdict.reduction is not None and not unclear and is_routed:
        unclear = [_review_needed(asked, verdict)]
    return (*weak, *unclear)


def _review_needed(asked: _Asked, verdict: Verdict) -> Reason:
    """What a reviewer may start from: the rule's percentage, or the price it leaves."""
    said: dict[str, str] = {}
    if verdict.reduction is not None:
        said = proposal(verdict.reduction, asked.question.price)
    elif verdict.benefit is not None and verdict.benefit.proposes is not None:
        said["percent"] = plain(verdict.benefit.proposes)
    return _reason(ReasonCode.REVIEW_NEEDED, **said)


def price_of(decision: Decision) -> Money | None:
    """The price that a decision was made about, if it was known."""
    kept = decision.inputs["price"]
    return Money.from_minor(*kept) if kept else None


def proposal(reduction: Reduction, price: Money | None) -> dict[str, str]:
    """What ``REVIEW_NEEDED`` tells a reviewer of a reduction; nothing where a price is needed."""
    if not reduction.currencies:
        return _said(reduction.part_of(None))
    if len(reduction.steps) == 1:
        return _said(reduction.steps[0])
    if price is None or not reduction.applies_to(price):
        return {}
    return _said(price - reduction.of(price))


def _said(award: Award) -> dict[str, str]:
    """An award as the parameters of a reason hold it."""
    return {"price": str(award)} if isinstance(award, Money) else {"percent": plain(award)}


def proposed_award(said: Mapping[str, str]) -> Award | None:
    """The award that the parameters of a reason hold; ``None`` if there is none."""
    if "percent" in said:
        return Percent(said["percent"])
    if "price" not in said:
        return None
    currency, _, amount = said["price"].partition(" ")
    return Money(amount.replace(",", ""), currency)


def _of_money(asked: _Asked, verdict: Verdict) -> list[Reason]:
    """What cannot be computed is never guessed."""
    lacks, price = verdict.lacks, asked.question.price
    if lacks is not None and lacks.what == "table":
        lacking = _reason(ReasonCode.TABLE_LACKS, list=lacks.table, key=lacks.key)
        return [lacking, _review_needed(asked, verdict)]
    if lacks is not None:
        return [_review_needed(asked, verdict)]
    reduction = verdict.reduction
    if reduction is not None and price is not None and not reduction.applies_to(price):
        return [_other_currency(reduction, price)]
    return []


def _other_currency(reduction: Reduction, price: Money) -> Reason:
    said = ", ".join(sorted(reduction.currencies))
    return _reason(ReasonCode.OTHER_CURRENCY, currency=said, other=price.currency)


def _of_needs(asked: _Asked, verdict: Verdict) -> list[Reason]:
    """Evidence of the country that is too weak for the rule, and papers nobody has seen yet."""
    needs = verdict.needs
    said: dict[str, str] = {}
    if needs.strength is not None and _strength(asked, verdict).strength < needs.strength.strength:
        said["strength"] = needs.strength.value
        said["basis"] = asked.policy.country_basis
    seen = asked.question.applicant.facts.get(DOCUMENTS) or ()
    lacking = [name for name in needs.documents if name not in seen]
    if lacking:
        said["documents"] = ", ".join(lacking)
    return [_reason(ReasonCode.EVIDENCE_TOO_WEAK, **said)] if said else []


def _strength(asked: _Asked, verdict: Verdict) -> EvidenceKind:
    counted = frozenset(one.membership.country for one in verdict.evidence)
    return strength_of(asked.located, counted)


def _of_doubts(asked: _Asked, verdict: Verdict) -> tuple[Reason, ...]:
    """An address elsewhere, or a country that has just changed: a person looks, no more than that.

    Not where the country does not matter, and not where somebody other than the learner says it.
    """
    if not asked.policy.needs_country or not asked.located.countries:
        return ()
    if _strength(asked, verdict).strength >= EvidenceKind.INSTITUTION.strength:
        return ()
    doubts = []
    elsewhere = asked.located.seen_elsewhere()
    if elsewhere:
        doubts.append(
            _reason(ReasonCode.IP_DISAGREES, country=asked.located.country, seen=elsewhere)
        )
    person, by_profile = asked.question.applicant, asked.policy.country_basis in PROFILE_BASES
    if by_profile and changed_lately(person, utc_day(asked.question.at)):
        assert person.country_changed_on is not None  # noqa: S101 -- else it has not changed
        doubts.append(
            _reason(ReasonCode.COUNTRY_RECENT, date=person.country_changed_on.isoformat())
        )
    return tuple(doubts)


def _without_rule(asked: _Asked, verdict: Verdict) -> _Finding:
    policy, reduction = asked.policy, verdict.reduction
    reasons = _why_not(asked)
    found = _Finding(Outcome.REFUSED, reasons)
    if reduction is not None and any(step != NOTHING for step in reduction.steps):
        # What everybody gets is certain, whatever is still unknown.
        return _looked_at(asked, verdict, found)
    if verdict.missing_facts:
        # Nobody is told that no rule applies while one still may.
        may_apply = tuple(one for one in reasons if one.code != ReasonCode.NO_RULE_APPLIES)
        return _ask_for(policy, verdict, replace(found, reasons=may_apply))
    if verdict.lacks is not None:
        reasons += (_review_needed(asked, verdict),)
        return replace(found, outcome=Outcome.REVIEW, reasons=reasons)
    return found


def _why_not(asked: _Asked) -> tuple[Reason, ...]:
    if not asked.lists or not asked.located.countries:
        return (_reason(ReasonCode.NO_RULE_APPLIES),)
    listed = _reason(
        ReasonCode.NOT_LISTED, country=asked.located.country, lists=", ".join(asked.lists),
        date=asked.day.isoformat(),
    )  # fmt: skip
    return (listed, *_provisional(asked))


def _why(asked: _Asked, verdict: Verdict) -> tuple[Reason, ...]:
    if not verdict.evidence:
        return (_reason(ReasonCode.RULE_MATCHED, rule=verdict.label or ""),)
    reasons = tuple(_of_evidence(one) for one in verdict.evidence)
    # The row that a group of our own lists contests is told whether or not it decided.
    return reasons + _provisional(asked)


def _of_evidence(evidence: Evidence) -> Reason:
    row = evidence.membership
    said = {
        "list": row.list_code,
        "country": row.country,
        "date": evidence.on.isoformat(),
        "edition": row.edition,
        "until": row.until_date.isoformat() if row.until_date else "",
    }
    if row.list_code not in set(ListCode):
        return _reason(ReasonCode.NAMED_LIST_MEMBER, **said)
    if evidence.grace_until is None:
        return _reason(ReasonCode.LIST_MEMBER, **said)
    return _reason(ReasonCode.IN_GRACE, **said, grace_until=evidence.grace_until.isoformat())


def _provisional(asked: _Asked) -> tuple[Reason, ...]:
    rows: list[Membership] = []
    for key in asked.policy.groups:
        rows_of = asked.question.lists.get(key, {})
        rows += [row for country in asked.located.countries for row in rows_of.get(country, ())]
    return tuple(
        _reason(
            ReasonCode.LIST_STATUS_PROVISIONAL, list=row.list_code, country=row.country,
            until=row.until_date.isoformat() if row.until_date else "",
            asked=row.alt_until_date.isoformat() if row.alt_until_date else "",
        )
        for row in rows
        if row.is_contested
    )  # fmt: skip


def _asked(question: Question) -> tuple[str, ...]:
    keys = _asked_keys(question)
    found = (question.editions[key] for key in keys if key in question.editions)
    return tuple(dict.fromkeys(found))


def _asked_keys(question: Question) -> list[str]:
    asked = (question.policy, *question.policies.values()) if question.policy else ()
    return [key for policy in asked if policy for key in policy.list_keys]


def _confirmed(question: Question) -> Mapping[str, list[int]]:
    """What had been confirmed about the lists that were asked, as ``inputs`` keep it.

    By id: when it was written, as a clock said, is no proof that this decision knew of it.
    """
    if question.confirmed is None:
        return {}
    codes = {key.partition("@")[0] for key in _asked_keys(question)}
    found = (pk for code in codes for pk in question.confirmed.get(code, ()))
    return {"confirmed": sorted(found)}


def _inputs(question: Question, located: Located) -> Mapping[str, Any]:
    """What the decision was made from, in values that JSON keeps exactly.

    Of the evidence only what is about the basis of the policy: a residence is no business of a
    policy on nationality, and the other way round.
    """
    person = question.applicant
    changed = person.country_changed_on
    return {
        "user_id": person.user_id,
        "country": person.country,
        "country_basis": person.country_basis,
        "basis": basis_of(question.policy),
        "counted": list(located.countries),
        "payer_class": person.payer_class,
        "facts": {name: _kept(value) for name, value in sorted(person.facts.items())},
        "dates": {name: day.isoformat() for name, day in sorted(person.dates.items())},
        "country_changed_on": changed.isoformat() if changed else None,
        "evidence": [_kept_evidence(one) for one in located.evidence],
        "offering_code": question.offering_code,
        "price": [question.price.minor, question.price.currency] if question.price else None,
        "policies": dict(sorted(question.versions.items())),
        "known_countries": sorted(_countries_of(person, located) & question.countries),
        "known_at": question.known_at.isoformat(),
        **_confirmed(question),
        "approval": _kept_approval(question.approval) if question.approval else None,
        "has_grant": question.has_grant,
        "offered": kept_reduction(question.offered) if question.offered is not None else None,
        "course_run": question.course_run,
        **({"known": _kept_known(person)} if person.known else {}),
    }


def _kept_known(person: Applicant) -> Mapping[str, Any]:
    """How each fact is known that comes from what is kept; nothing stands there without one."""
    return {
        name: {"kind": how.kind.value, "changed": how.changed, "unit": how.unit}
        for name, how in sorted(person.known.items())
    }


def _counting(
    question: Question, located: Located, finding: _Finding
) -> Mapping[str, Mapping[str, Any]]:
    """What the decision rests on, and as what a grant of it counts for limits.

    The country that counts is the one whose membership decided, else the first by the basis.
    """
    approval = finding.approval
    if approval is not None:
        grounds, country = approval.grounds, approval.country
    else:
        grounds = Grounds(basis_of(question.policy), located.countries)
        _word, country = _counts(question.policy, located, finding)
    return {
        "grounds": {"basis": grounds.basis, "countries": list(grounds.countries)},
        "counted_as": {
            "country": country or question.applicant.country,
            "label": _label(question.policy, approval.rule if approval else finding.rule),
            "institution": approval.institution if approval else "",
            "item": approval.item if approval else "",
            "course_run": question.course_run,
        },
    }


def country_of(membership: str | None) -> str:
    """The country in the name of a row (``LDC-1/LA/1971-11-18``); "" without one."""
    return membership.rsplit("/", 2)[1] if membership else ""


def _label(policy: Policy | None, rule: str | None) -> str:
    """The word under which limits count a rule; "" where no rule of this policy decided."""
    rules = [one for one in policy.rules if one.label == rule] if policy and rule else []
    return (rules[0].counts_as or rules[0].label) if rules else ""


def _kept_approval(approval: Approval) -> Mapping[str, Any]:
    return {
        **_kept_award(approval.award),
        "until": approval.until.isoformat() if approval.until else None,
        "rule": approval.rule,
        "basis": approval.grounds.basis,
        "countries": list(approval.grounds.countries),
        "country": approval.country,
        "institution": approval.institution,
        "item": approval.item,
    }


def _kept_award(award: Award) -> Mapping[str, Any]:
    if isinstance(award, Money):
        return {"price": [award.minor, award.currency]}
    return {"percent": plain(award)}


def _restored_approval(kept: Mapping[str, Any]) -> Approval:
    price = kept.get("price")
    return Approval(
        award=Money.from_minor(*price) if price else Percent(kept["percent"]),
        until=date.fromisoformat(kept["until"]) if kept["until"] else None,
        rule=kept["rule"],
        grounds=Grounds(kept["basis"], tuple(kept["countries"])),
        country=kept["country"],
        institution=kept["institution"],
        item=kept["item"],
    )


def _countries_of(person: Applicant, located: Located) -> frozenset[str]:
    return frozenset({person.country, *(one.country for one in located.evidence)})


def basis_of(policy: Policy | None) -> str:
    """Whose country the policy asks for; "" when the answer does not depend on one."""
    return policy.country_basis if policy is not None and policy.needs_country else ""


def _kept_evidence(one: CountryEvidence) -> Mapping[str, str]:
    return {
        "country": one.country,
        "basis": one.basis,
        "kind": one.kind.value,
        "observed_at": one.observed_at.isoformat(),
    }


def _kept(value: Any) -> Any:
    """A fact as JSON keeps it: decimals as ``{"decimal": "0.5"}``, dates as text."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return utc_day(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_kept(item) for item in value]
    return value


def restored(
    kept: Mapping[str, Any],
    *,
    at: datetime,
    policy: Policy | None,
    policy_version: int,
    lists: Lists,
    editions: Mapping[str, str],
    confirmed: Mapping[str, tuple[int, ...]],
    policies: Mapping[str, Policy],
) -> Question:
    """The question that a decision kept among its ``inputs``, asked of a policy and lists.

    ``policies`` are those that the policy refers to. The codes that were known then are those it
    kept: a code that a site adds or drops later changes no old answer.
    """
    approval, price = kept["approval"], kept["price"]
    return Question(
        applicant=restored_applicant(kept),
        offering_code=kept["offering_code"],
        at=at,
        known_at=datetime.fromisoformat(kept["known_at"]),
        countries=frozenset(kept["known_countries"]),
        policy=policy,
        policy_version=policy_version,
        lists=lists,
        editions=editions,
        price=Money.from_minor(*price) if price else None,
        policies=policies,
        versions=kept["policies"],
        approval=_restored_approval(approval) if approval else None,
        has_grant=kept["has_grant"],
        offered=restored_reduction(kept["offered"]) if kept["offered"] is not None else None,
        course_run=kept["course_run"],
        confirmed=confirmed if "confirmed" in kept else None,
    )


def restored_applicant(kept: Mapping[str, Any]) -> Applicant:
    """The applicant as ``inputs`` kept them."""
    changed = kept["country_changed_on"]
    return Applicant(
        user_id=kept["user_id"],
        country=kept["country"],
        country_basis=kept["country_basis"],
        payer_class=kept["payer_class"],
        dates={name: date.fromisoformat(day) for name, day in kept["dates"].items()},
        country_changed_on=date.fromisoformat(changed) if changed else None,
        evidence=tuple(_restored_evidence(one) for one in kept["evidence"]),
        facts={name: _restored(value) for name, value in kept["facts"].items()},
        known={
            name: HowKnown(
                kind=EvidenceKind(how["kind"]), changed=how["changed"], unit=how.get("unit")
            )
            for name, how in kept.get("known", {}).items()
        },
    )


def _restored_evidence(kept: Mapping[str, str]) -> CountryEvidence:
    return CountryEvidence(
        country=kept["country"],
        basis=kept["basis"],
        kind=EvidenceKind(kept["kind"]),
        observed_at=datetime.fromisoformat(kept["observed_at"]),
    )


def _restored(value: Any) -> Any:
    if isinstance(value, Mapping):
        return Decimal(value["decimal"])
    return [_restored(item) for item in value] if isinstance(value, list) else value


def kept_reduction(reduction: Reduction) -> list[Any]:
    """A reduction as JSON keeps it: basis points, or ``[minor units, currency]``, per step."""
    return [
        step.basis_points if isinstance(step, Percent) else [step.minor, step.currency]
        for step in reduction.steps
    ]


def restored_reduction(kept: list[Any]) -> Reduction:
    """A reduction as ``kept_reduction`` kept it."""
    return Reduction(
        tuple(
            Money.from_minor(*step) if isinstance(step, list) else Percent.from_basis_points(step)
            for step in kept
        )
    )


def is_approved(decision: Decision) -> bool:
    """Whether what a reviewer has granted decided, and no rule."""
    return any(reason.code == ReasonCode.MANUAL_OVERRIDE for reason in decision.reasons)


def limited(decision: Decision, outcome: Outcome, reason: Reason) -> Decision:
    """A granted decision that a fund or a limit turned into another outcome.

    The turn is kept among the inputs: what was left at that moment cannot be asked again.
    """
    turned = {"outcome": outcome.value, "code": reason.code, "params": dict(reason.params)}
    return replace(
        decision,
        outcome=outcome,
        percent=NOTHING,
        reduction=NOTHING_OFF,
        reasons=(*decision.reasons, reason),
        inputs={**decision.inputs, "limited": turned},
    )


def limited_again(decision: Decision, inputs: Mapping[str, Any]) -> Decision:
    """The same turn, when a decision is replayed from its kept inputs."""
    turned = inputs.get("limited")
    if turned is None:
        return decision
    reason = Reason(code=turned["code"], params=turned["params"])
    return limited(decision, Outcome(turned["outcome"]), reason)


def valid_until(policy: Policy | None, at: datetime) -> date | None:
    """The first day on which an unused grant has lapsed; ``None`` when it never does."""
    if policy is None or policy.valid_days is None:
        return None
    return utc_day(at) + timedelta(days=policy.valid_days)


def _reason(code: ReasonCode, **params: str) -> Reason:
    return Reason(code=code.value, params=params)


def plain(percent: Percent | None) -> str:
    """A percentage as the parameters of a reason hold it: digits without a sign."""
    return str(percent)[:-2] if percent is not None else ""
