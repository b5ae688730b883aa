"""What the language can say and ``decide`` cannot apply yet.

Such a policy loads, and its vectors run; activating it is refused with these sentences, because a
fee would otherwise ignore a part of what the policy promises.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairgate.documents import Mapped
from waiver_policy.rules.policies import MANUAL_REVIEW, Cap, Rule

APPLICABLE_BASES = ("none", "profile", "residence", "residence_verified_else_profile")


def obstacles_of(body: Mapped, rules: tuple[Rule, ...], caps: tuple[Cap, ...]) -> tuple[str, ...]:
    """Sentences, in the order of the document."""
    found = [*_of_policy(body)]
    for rule in rules:
        found += _of_rule(rule)
    unkept = (cap for cap in caps if not cap_kind(cap))
    found += [
        f"The limit by {cap.scope} and {cap.period} is not kept by the fund." for cap in unkept
    ]
    return tuple(found)


def _of_policy(body: Mapped) -> Iterator[str]:
    if body.get("country_basis") not in APPLICABLE_BASES:
        yield f"The country basis “{body.get('country_basis')}” is not in a learner's profile."
    if body.get("group_date_basis", "application") != "application":
        yield "Only the day of the application (group_date_basis) can decide."
    for key in ("guarantees", "add_on"):
        if key in body:
            yield f"“{key}” is not applied at the fee gate."
    if body.get("kind", "waiver") != "waiver":
        yield f"A policy of the kind “{body.get('kind')}” does not decide about fees."


def _of_rule(rule: Rule) -> Iterator[str]:
    benefit = rule.benefit
    is_plain = benefit.waives is not None and benefit.kind in ("percent_off", "percent_of_list")
    if benefit.details.get("ceiling") and rule.route != MANUAL_REVIEW:
        yield f"The rule “{rule.label}” gives a ceiling, which a person must fill."
    if not is_plain and not (benefit.kind == "discretionary" and rule.route == MANUAL_REVIEW):
        yield f"The rule “{rule.label}” gives {benefit.kind}, which is not a part of the fee."


def cap_kind(cap: Cap) -> str:
    """``person``, ``country`` or ``fund`` for the limits that ``grant`` keeps, else blank."""
    simple = len(cap.alternatives) == 1 and set(cap.alternatives[0]) == {"grants"}
    if cap.scope == "person" and simple and cap.period in ("P12M", "year", "lifetime"):
        return "person"
    if cap.scope == "country" and cap.period == "course_run" and isinstance(cap.limit, int):
        return "country"
    if cap.scope == "fund" and cap.period == "year" and cap.limit is not None and cap.unit:
        return "fund"
    return ""
