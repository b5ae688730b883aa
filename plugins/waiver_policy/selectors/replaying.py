"""Asks stored decisions again, from nothing but what they kept.

Rows are read in portions by primary key, so that memory does not grow with their number: a driver
for MySQL would read all of a result at once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from fairgate.errors import FairgateError
from waiver_policy import models
from waiver_policy.data import ENGINE_VERSION, Decision, Difference, Replayed, ReplayState
from waiver_policy.rules import deciding, price_locks
from waiver_policy.rules.deciding import Approval, Question
from waiver_policy.rules.policies import Policy
from waiver_policy.selectors import decisions, lists, policies
from waiver_policy.selectors.decisions import Decided
from waiver_policy.selectors.lists import KnownLists

PORTION = 500

Others = Mapping[str, tuple[int, Policy]]
"""Policies that another one refers to, each with the number of its version."""

_COMPARED = (
    "outcome", "percent", "reasons", "policy", "policy_version", "rule", "editions",
    "membership", "decided_on", "at", "inputs",
)  # fmt: skip


class Evidence:
    """Policies and lists that decisions name, each read once: neither ever changes."""

    def __init__(self) -> None:
        self._policies: dict[int | None, Policy | None] = {None: None}
        self._others: dict[tuple[int | None, str], Others] = {}
        self._lists: dict[tuple[object, ...], KnownLists] = {}
        self._confirmed = sorted(models.MembershipConfirmation.objects.values_list("at", flat=True))

    def policy(self, version_id: int | None) -> Policy | None:
        """The policy of a version, by its primary key."""
        if version_id is not None and version_id not in self._policies:
            version = models.PolicyVersion.objects.get(pk=version_id)
            self._policies[version_id] = policies.compiled(version)
        return self._policies[version_id]

    def others(self, version_id: int | None, numbers: Mapping[str, int]) -> Others:
        """The policies that a version refers to, in the versions with these numbers."""
        key = version_id, str(sorted(numbers.items()))
        if key not in self._others:
            policy = self.policy(version_id)
            self._others[key] = policies.get_referred_to(policy, versions=numbers)
        return self._others[key]

    def lists(
        self,
        editions: tuple[str, ...],
        *,
        known_at: datetime,
        confirmed: Sequence[int] | None,
        keys: frozenset[str],
    ) -> KnownLists:
        """The lists of some editions, by their names, with what was confirmed.

        By its ids; ``None``, as decisions of earlier versions have it: by a moment.
        """
        by_moment = bisect_right(self._confirmed, known_at)
        counting = by_moment if confirmed is None else tuple(confirmed)
        key = editions, counting, keys
        if key not in self._lists:
            self._lists[key] = lists.get_lists_of(
                editions, known_at=known_at, confirmed=confirmed, keys=keys
            )
        return self._lists[key]


def replays(*, since: date | None, policy: str | None) -> Iterator[Replayed]:
    """Every stored decision in the order of writing, each asked again.

    ``since`` takes those of that UTC day and later, ``policy`` those of one policy.
    """
    rows = models.WaiverDecision.objects.all()
    if since is not None:
        rows = rows.filter(decided_on__gte=since)
    if policy is not None:
        rows = rows.filter(policy=policy)
    evidence = Evidence()
    for row in in_portions(rows):
        yield _replayed(row, evidence)


def in_portions(rows: QuerySet[Any]) -> Iterator[models.WaiverDecision]:
    """Decisions with their facts, in the order of writing, a portion at a time in memory."""
    ordered, last = rows.select_related("facts").order_by("pk"), 0
    while portion := list(ordered.filter(pk__gt=last)[:PORTION]):
        last = portion[-1].pk
        for row in portion:
            yield row
            # A row and its facts point at each other: without this they would pile up until
            # Python's collector of cycles comes along.
            row._state.fields_cache.clear()


def replay(row: models.WaiverDecision, evidence: Evidence | None = None) -> Decision:
    """Decide again from what a stored decision kept: same policy version, same editions."""
    return deciding.limited_again(_unlimited(row, evidence or Evidence()), row.facts.inputs)


def unlimited(row: models.WaiverDecision, *, approval: Approval | None = None) -> Decided:
    """What a stored decision would be if no limit and no empty fund had turned it.

    ``approval`` is what a reviewer has granted since; it counts if it is more than what counted.
    """
    evidence = Evidence()
    answer = _unlimited(row, evidence, approval)
    return Decided(answer, row.policy_version, evidence.policy(row.policy_version_id))


def _unlimited(
    row: models.WaiverDecision, evidence: Evidence, approval: Approval | None = None
) -> Decision:
    kept = row.facts.inputs
    policy = evidence.policy(row.policy_version_id)
    others = evidence.others(row.policy_version_id, kept["policies"])
    known = evidence.lists(
        tuple(row.editions),
        known_at=datetime.fromisoformat(kept["known_at"]),
        confirmed=kept.get("confirmed"),
        keys=policies.keys_of(policy, others),
    )
    return _asked_again(
        row, policy=policy, number=row.version, known=known, others=others, approval=approval
    )


def again(
    row: models.WaiverDecision,
    *,
    policy: Policy | None,
    number: int,
    known: KnownLists,
    others: Others,
) -> Decision:
    """The question of a stored decision, asked of a policy and lists; its turns are kept.

    ``others`` are the policies that the policy refers to.
    """
    answer = _asked_again(row, policy=policy, number=number, known=known, others=others)
    return deciding.limited_again(answer, row.facts.inputs)


def _asked_again(
    row: models.WaiverDecision,
    *,
    policy: Policy | None,
    number: int,
    known: KnownLists,
    others: Others,
    approval: Approval | None = None,
) -> Decision:
    kept = row.facts.inputs
    question = deciding.restored(
        kept,
        at=price_locks.asked_at(kept, row.at),
        policy=policy,
        policy_version=number,
        lists=known.lists,
        editions=known.editions,
        confirmed=known.confirmed,
        policies=policies.by_slug(others),
    )
    if approval is not None and _is_more(approval, question):
        question = replace(question, approval=approval)
    return price_locks.turned_again(deciding.decide(question), kept, at=row.at)


def _is_more(one: Approval, question: Question) -> bool:
    other, price = question.approval, question.price
    if other is None:
        return True
    return deciding.takes_off(other.reduction, price) < deciding.takes_off(one.reduction, price)


def _replayed(row: models.WaiverDecision, evidence: Evidence) -> Replayed:
    differences: tuple[Difference, ...] = ()
    state = ReplayState.FORGOTTEN
    if decisions.get_facts(row) is not None:
        differences = _compared(row, evidence)
        state = _state(row, differences)
    return Replayed(
        uuid=row.uuid, state=state, engine_version=row.engine_version, differences=differences
    )


def _compared(row: models.WaiverDecision, evidence: Evidence) -> tuple[Difference, ...]:
    stored = decisions.to_decision(row)
    try:
        now = replay(row, evidence)
    except FairgateError as error:
        # The rules of today cannot read what those of then have kept: the others go on.
        said = f"{row.policy} v{row.version}"
        return (Difference(field="policy", stored=said, now=f"cannot be asked: {error}"),)
    return () if stored == now else _differences(stored, now)


def _state(row: models.WaiverDecision, differences: tuple[Difference, ...]) -> ReplayState:
    if not differences:
        return ReplayState.SAME
    is_ours = row.engine_version == ENGINE_VERSION
    return ReplayState.DIFFERS if is_ours else ReplayState.OTHER_ENGINE


def _differences(stored: Decision, now: Decision) -> tuple[Difference, ...]:
    pairs = ((name, getattr(stored, name), getattr(now, name)) for name in _COMPARED)
    return tuple(
        Difference(field=name, stored=_told(before), now=_told(after))
        for name, before, after in pairs
        if before != after
    )


def _told(value: Any) -> str:
    """A value in a line of a report."""
    if isinstance(value, tuple):
        return ", ".join(_told(one) for one in value)
    if hasattr(value, "params"):
        said = " ".join(f"{name}={text}" for name, text in sorted(value.params.items()))
        return f"{value.code}({said})"
    return str(value)
