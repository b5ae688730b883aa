"""What a version of a policy would have answered to what was asked in the past. Writes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, QuerySet

from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import models
from waiver_policy.data import Answer, Comparison, Decision, Outcome
from waiver_policy.rules import price_locks
from waiver_policy.selectors import decisions, lists, policies, replaying
from waiver_policy.selectors.lists import KnownLists


def compare(version: models.PolicyVersion, *, since: date | None) -> Comparison:
    """Ask a version what was asked before, on the same days and with the same knowledge."""
    return _Asking(version).compare(since)


class _Asking:
    """One version that is asked about the past; lists are read once per state of knowledge."""

    def __init__(self, version: models.PolicyVersion) -> None:
        policy = policies.compiled(version)
        assert policy is not None  # noqa: S101 -- a stored version always has its policy
        self.version, self.policy = version, policy
        self.others = policies.get_referred_to(policy)
        self._keys = policies.keys_of(policy, self.others)
        self._moments = tuple(
            models.ListEdition.objects.order_by("known_from").values_list("known_from", flat=True)
        )
        self._known: dict[int, KnownLists] = {}

    def compare(self, since: date | None) -> Comparison:
        moves: Counter[tuple[Answer, Answer]] = Counter()
        effect: Counter[str] = Counter()
        priced = unpriced = forgotten = 0
        for row in replaying.in_portions(_newest_decisions(since)):
            answers = self._answers(row)
            if answers is None:
                forgotten += 1
                continue
            moves[answers] += 1
            if answers[0] == answers[1]:
                continue
            cost = _more_cost(row, *answers)
            priced, unpriced = priced + (cost is not None), unpriced + (cost is None)
            if cost is not None:
                effect[cost.currency] += cost.minor
        return Comparison(
            policy=self.version.slug,
            policy_version=self.version.version,
            moves=dict(moves),
            applications=self._applications(since),
            fund_effect=tuple(Money.from_minor(n, code) for code, n in sorted(effect.items())),
            priced=priced,
            unpriced=unpriced,
            forgotten=forgotten,
        )

    def _answers(self, row: models.WaiverDecision) -> tuple[Answer, Answer] | None:
        """The answer that was given, and the one of this version; ``None`` once forgotten."""
        facts = decisions.get_facts(row)
        if facts is None:
            return None
        known = self._lists(datetime.fromisoformat(facts.inputs["known_at"]))
        number = self.version.version
        now = replaying.again(
            row, policy=self.policy, number=number, known=known, others=self.others
        )
        return _answer(decisions.to_decision(row)), _answer(now)

    def _lists(self, known_at: datetime) -> KnownLists:
        state = sum(moment <= known_at for moment in self._moments)
        if state not in self._known:
            self._known[state] = lists.get_known_lists(known_at=known_at, keys=self._keys)
        return self._known[state]

    def _applications(self, since: date | None) -> tuple[UUID, ...]:
        """The newest application of each person and offering whose answer would be another."""
        rows = models.WaiverApplication.objects.filter(
            pk__in=_newest(models.WaiverApplication.objects.all())
        )
        asked = models.WaiverDecision.objects.filter(applications__in=rows)
        if since is not None:
            asked = asked.filter(decided_on__gte=since)
        changed = [row.pk for row in replaying.in_portions(asked) if self._changes(row)]
        found = rows.filter(decision__in=changed).order_by("pk")
        return tuple(found.values_list("uuid", flat=True))

    def _changes(self, row: models.WaiverDecision) -> bool:
        answers = self._answers(row)
        return answers is not None and answers[0] != answers[1]


def _newest_decisions(since: date | None) -> QuerySet[Any]:
    """The newest decision of each person and offering."""
    rows = models.WaiverDecision.objects.all()
    if since is not None:
        rows = rows.filter(decided_on__gte=since)
    return models.WaiverDecision.objects.filter(pk__in=_newest(rows)).select_related("grant")


def _newest(rows: QuerySet[Any]) -> QuerySet[Any]:
    grouped = rows.order_by().values("user_id", "offering_code")
    newest: QuerySet[Any] = grouped.annotate(newest=Max("pk")).values("newest")
    return newest


def _answer(decision: Decision) -> Answer:
    percent = price_locks.proposed_part(decision) or decision.percent
    return Answer(outcome=decision.outcome, percent=percent)


def _more_cost(row: models.WaiverDecision, then: Answer, now: Answer) -> Money | None:
    """What the fund would pay more for this seat; ``None`` if its full cost is not known."""
    grant: models.WaiverGrant | None = getattr(row, "grant", None)
    if grant is None or grant.full_cost_minor is None:
        return None
    full = Money.from_minor(grant.full_cost_minor, grant.currency)
    return _waived(now).of(full) - _waived(then).of(full)


def _waived(answer: Answer) -> Percent:
    return answer.percent if answer.outcome is Outcome.GRANTED else Percent(0)
