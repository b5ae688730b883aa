"""Grants: the policy's answer, the limits and the fund, in one transaction.

Order of locks: limits (by key), fund, grant. The caller may be inside a transaction already
(``ATOMIC_REQUESTS``) and may have read anything: every row that decides is taken by a statement
that sees what is committed, not what the snapshot shows.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from fairgate.money import Money
from waiver_policy import models
from waiver_policy.data import Applicant, Decision, GrantSummary, Outcome, Reason, ReasonCode
from waiver_policy.exceptions import (
    FundEmpty,
    GrantClosed,
    KeyReused,
    NotEligible,
    PriceNeeded,
    UnknownGrant,
)
from waiver_policy.rules import deciding, quotas
from waiver_policy.rules.policies import Policy
from waiver_policy.rules.quotas import Claim, Use
from waiver_policy.selectors import decisions, policies
from waiver_policy.selectors.decisions import Decided
from waiver_policy.selectors.fund import to_grant
from waiver_policy.selectors.locks import live_key
from waiver_policy.services import fund, locks
from waiver_policy.services.decisions import write_decision

log = logging.getLogger(__name__)


class _Limited(Exception):
    """A limit or the fund has no room; raised to roll back to the savepoint."""

    def __init__(self, outcome: Outcome, code: ReasonCode, **params: str) -> None:
        self.outcome, self.reason = outcome, Reason(code=code.value, params=params)
        super().__init__(code)


def grant(
    applicant: Applicant,
    *,
    offering_code: str,
    full_seat_cost: Money | None,
    price: Money | None,
    key: str,
    at: datetime,
) -> GrantSummary:
    """Decide again, keep the decision, and hold the waived part of the seat's cost.

    Raises:
        NotEligible, FundEmpty, KeyReused, PriceNeeded: see ``api.grant``.
    """
    wanted = _Wanted(applicant, offering_code, full_seat_cost, price, key)
    if (known := wanted.known()) is not None:
        return to_grant(known)
    decided = decisions.decide(applicant, offering_code=offering_code, at=at, price=price)
    decision = decided.decision
    if not decision.is_granted or decision.inputs["has_grant"]:
        # Our own key may be the grant that is there now, made by another transaction meanwhile.
        if decision.inputs["has_grant"] and (known := wanted.known(locking=True)) is not None:
            return to_grant(known)
        write_decision(decision, decided.version)
        raise NotEligible(decision)
    try:
        with transaction.atomic():
            row = _take(wanted, decided, at)
    except IntegrityError:
        return to_grant(_winner(wanted, decided))
    except _Limited as limit:
        # Our own key may have used up what was left, in another transaction.
        if (known := wanted.known(locking=True)) is not None:
            return to_grant(known)
        raise _refusal(decided, limit, at) from None
    log.info("waiver granted: grant=%s offering=%s", row.uuid, offering_code)
    return to_grant(row)


class _Wanted:
    """A request for a grant, and how to find out that it was made before."""

    def __init__(
        self,
        applicant: Applicant,
        offering_code: str,
        cost: Money | None,
        price: Money | None,
        key: str,
    ) -> None:
        self.applicant, self.offering_code, self.key = applicant, offering_code, key
        self.cost, self.price = cost or None, price
        self.live_key = live_key(applicant.user_id, offering_code)

    def known(self, *, locking: bool = False) -> models.WaiverGrant | None:
        """The grant that was made with this key; ``locking`` sees the newest commit.

        Raises:
            KeyReused: it was made for something else.
        """
        grants = models.WaiverGrant.objects.select_related("decision__facts").filter(key=self.key)
        if locking:
            with transaction.atomic():
                row = grants.select_for_update().first()
        else:
            row = grants.first()
        if row is not None and self._payload() != (
            row.user_id, row.offering_code, row.full_cost_minor, row.currency,
            _price_of(row, self.price),
        ):  # fmt: skip
            raise KeyReused(self.key)
        found: models.WaiverGrant | None = row
        return found

    def _payload(self) -> tuple[int, str, int | None, str, Money | None]:
        minor, currency = (self.cost.minor, self.cost.currency) if self.cost else (None, "")
        return self.applicant.user_id, self.offering_code, minor, currency, self.price

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


def _take(wanted: _Wanted, decided: Decided, at: datetime) -> models.WaiverGrant:
    """Everything that is taken together or not at all.

    Raises:
        _Limited: a limit or the fund has no room.
        IntegrityError: the key, or a live grant of the person for the offering, is there.
    """
    decision = decided.decision
    cost = wanted.waived_cost(decision)
    uuid = uuid4()
    _count(decided, wanted, cost, uuid)
    pot = None
    if cost:
        pot = fund.take(cost.currency, cost.minor)
        if pot is None:
            raise _Limited(Outcome.WAITLISTED, ReasonCode.FUND_EMPTY_WAITLISTED)
    kept = write_decision(decision, decided.version)
    row = models.WaiverGrant.objects.create(
        uuid=uuid,
        decision=kept,
        key=wanted.key,
        user_id=wanted.applicant.user_id,
        offering_code=wanted.offering_code,
        percent_bp=decision.percent.basis_points,
        full_cost_minor=wanted.cost.minor if wanted.cost else None,
        cost_minor=cost.minor if cost else 0,
        currency=wanted.cost.currency if wanted.cost else "",
        live_key=wanted.live_key,
        granted_at=at,
        expires_on=deciding.valid_until(decided.policy, at),
    )
    if pot is not None:
        fund.write_entry(
            pot, "reserved", -row.cost_minor, key=f"grant:{uuid}:reserved", at=at, grant=row
        )
    # Whoever of this person's requests has the grant keeps the price, too; the others never ask.
    locks.lock(kept, decided, at=at)
    return row


def _count(decided: Decided, wanted: _Wanted, cost: Money | None, uuid: UUID) -> None:
    """Count the grant on every limit of the policy, or say which one is full."""
    claim = _claim(
        decided.decision, decided.policy, cost,
        user_id=wanted.applicant.user_id, offering_code=wanted.offering_code,
    )  # fmt: skip
    caps = decided.policy.caps if decided.policy else ()
    subjects = sorted((quotas.subject(cap, claim), number) for number, cap in enumerate(caps))
    for subject, number in subjects:
        if not subject:
            continue
        cap = caps[number]
        row = _locked_use(subject)
        uses = [_use(kept) for kept in row.uses if kept[0] != str(uuid)]
        if not quotas.fits(cap, uses, claim):
            code = quotas.CODES[cap.scope]
            refused = code is ReasonCode.QUOTA_PERSON
            outcome = Outcome.REFUSED if refused else Outcome.WAITLISTED
            raise _Limited(outcome, code, country=claim.country)
        if len(uses) == len(row.uses):
            row.uses = [*row.uses, _kept(quotas.weigh(claim, grant=str(uuid)))]
            row.save(update_fields=["uses"])


def _claim(
    decision: Decision,
    policy: Policy | None,
    cost: Money | None,
    *,
    user_id: int,
    offering_code: str,
) -> Claim:
    """What one grant claims of the limits: the country that counted, and the word of its rule."""
    rules = [rule for rule in policy.rules if rule.label == decision.rule] if policy else []
    # Once the person is forgotten, no country counts this grant any more.
    counted = decision.inputs.get("counted") or [decision.inputs.get("country", "")]
    return Claim(
        user_id=user_id,
        country=counted[0],
        offering_code=offering_code,
        day=decision.decided_on,
        cost=cost,
        label=(rules[0].counts_as or rules[0].label) if rules else "",
    )


def _price_of(row: models.WaiverGrant, asked: Money | None) -> Money | None:
    """The price that a grant was asked with; once the person is forgotten, whichever is asked."""
    facts = decisions.get_facts(row.decision)
    if facts is None:
        return asked
    price = facts.inputs["price"]
    return Money.from_minor(*price) if price else None


def _kept(use: Use) -> list[str | int]:
    """A use as JSON keeps it; ``_use`` reads it again."""
    return [
        use.grant, use.day.isoformat(), use.minor, use.label, use.item, use.user_id,
        use.institution, use.course_run,
    ]  # fmt: skip


def _use(kept: list[Any]) -> Use:
    grant, day, minor, label, item, user_id, institution, course_run = kept
    return Use(
        grant=grant, day=date.fromisoformat(day), minor=minor, label=label, item=item,
        user_id=user_id, institution=institution, course_run=course_run,
    )  # fmt: skip


def _locked_use(subject: str) -> models.QuotaUse:
    fund.insert_or_lock(models.QuotaUse(key=subject), "key")
    row: models.QuotaUse = models.QuotaUse.objects.select_for_update().get(key=subject)
    return row


def _winner(wanted: _Wanted, decided: Decided) -> models.WaiverGrant:
    """Who was faster: the same request, or another one of the same person for the offering."""
    row = wanted.known(locking=True)
    if row is not None:
        return row
    reason = Reason(code=ReasonCode.ALREADY_GRANTED.value)
    decision = deciding.limited(decided.decision, Outcome.REFUSED, reason)
    write_decision(decision, decided.version)
    raise NotEligible(decision)


def _refusal(decided: Decided, limit: _Limited, at: datetime) -> NotEligible | FundEmpty:
    decision = deciding.limited(decided.decision, limit.outcome, limit.reason)
    kept = write_decision(decision, decided.version)
    if limit.outcome is Outcome.WAITLISTED:
        locks.lock(kept, decided, at=at)
    of_money = (ReasonCode.FUND_EMPTY_WAITLISTED, ReasonCode.QUOTA_FUND)
    return FundEmpty(decision) if limit.reason.code in of_money else NotEligible(decision)


def commit_grant(uuid: UUID, *, at: datetime) -> GrantSummary:
    """Held money is spent; again is the same answer.

    Raises:
        UnknownGrant, GrantClosed: there is no such grant, or it was released.
    """
    with transaction.atomic():
        row = _locked(uuid)
        if row.state == models.WaiverGrant.COMMITTED:
            return to_grant(row)
        _check_reserved(row)
        if row.cost_minor:
            pot = fund.spend(row.currency, row.cost_minor)
            fund.write_entry(
                pot, "committed", -row.cost_minor, key=f"grant:{uuid}:committed", at=at, grant=row
            )
        row.state, row.closed_at = models.WaiverGrant.COMMITTED, at
        row.save(update_fields=["state", "closed_at"])
        locks.end_lock(row.user_id, row.offering_code, because=models.PriceLock.USED, at=at)
    return to_grant(row)


def release_grant(uuid: UUID, *, at: datetime, reason: str) -> GrantSummary:
    """Held money is free again, and the limits forget the grant; again is the same answer.

    Raises:
        UnknownGrant, GrantClosed: there is no such grant, or it was committed.
    """
    with transaction.atomic():
        row = _locked(uuid)
        if row.state == models.WaiverGrant.RELEASED:
            return to_grant(row)
        _check_reserved(row)
        _uncount(row)
        if row.cost_minor:
            pot = fund.free(row.currency, row.cost_minor)
            fund.write_entry(
                pot, "released", row.cost_minor, key=f"grant:{uuid}:released", at=at,
                reason=reason, grant=row,
            )  # fmt: skip
        row.state, row.closed_at, row.live_key = models.WaiverGrant.RELEASED, at, None
        row.release_reason = reason[:255]
        row.save(update_fields=["state", "closed_at", "live_key", "release_reason"])
    log.info("waiver released: grant=%s", uuid)
    return to_grant(row)


def _locked(uuid: UUID) -> models.WaiverGrant:
    """The grant, its row ours; other rows are locked after it, its own indexes changed last."""
    grants = models.WaiverGrant.objects.select_for_update().select_related("decision")
    row: models.WaiverGrant | None = grants.filter(uuid=uuid).first()
    if row is None:
        raise UnknownGrant(f"There is no waiver grant {uuid}.")
    return row


def _check_reserved(row: models.WaiverGrant) -> None:
    if row.state != models.WaiverGrant.RESERVED:
        raise GrantClosed(f"The waiver grant {row.uuid} is {row.state} already.")


def _uncount(row: models.WaiverGrant) -> None:
    policy = policies.compiled(row.decision.policy_version)
    cost = Money.from_minor(row.cost_minor, row.currency) if row.currency else None
    claim = _claim(
        decisions.to_decision(row.decision), policy, cost,
        user_id=row.user_id, offering_code=row.offering_code,
    )  # fmt: skip
    keys = {quotas.subject(cap, claim) for cap in (policy.caps if policy else ())}
    uses = models.QuotaUse.objects.select_for_update().filter(key__in=keys).order_by("key")
    for use in uses:
        use.uses = [one for one in use.uses if one[0] != str(row.uuid)]
        use.save(update_fields=["uses"])
