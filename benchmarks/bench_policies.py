"""Pure decisions: one person asked against a policy of 1 and of 1,000 rules, side by side.

    python benchmarks/bench_policies.py [--rounds 9] [--rules 1 1000]

Contestants, interleaved in each round, on the same facts. Each rule compares two facts, and the
last one matches, so that all are asked:

* ``evaluate``   ours: which rule of the policy matches, and what it takes off
* ``decide``     ours: the whole decision, with reasons, reduction and the inputs that are kept
* ``chain``      the limit: the same comparisons as Python functions in a list, and their label
* ``dicts``      the peer: the same rules as nested dictionaries, walked for each question, which is
                 how the interpreters of JsonLogic work (jsonlogic.com)

Printed are decisions per second and the processor time of each over that of ``dicts``, as minimum,
median and maximum over the rounds (below 1: faster than the peer).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "libs"), str(ROOT / "plugins")]

from waiver_policy.data import Applicant  # noqa: E402
from waiver_policy.rules.conditions import Case  # noqa: E402
from waiver_policy.rules.deciding import Question, decide  # noqa: E402
from waiver_policy.rules.language import read_policies  # noqa: E402
from waiver_policy.rules.policies import Policy, evaluate  # noqa: E402

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
Asked = Callable[[], str | None]


def policy_of(rules: int) -> Policy:
    """A policy whose rules ask for a sector and an income."""
    lines = [
        f"  - {{label: r{n}, when: {{all: [{{eq: {{field: sector, value: s{n}}}}}, "
        f"{{lt: {{field: income, value: {n + 1}}}}}]}}, "
        f"benefit: {{kind: percent_off, percent: {n % 99 + 1}}}}}"
        for n in range(rules)
    ]
    head = "schema: waiver-policy/0.2\npolicies:\n- id: p\n  title: p\n  country_basis: none\n"
    return read_policies(head + "  rules:\n" + "\n".join(lines) + "\n", file="bench")[0]


def ours(policy: Policy, facts: Mapping[str, Any]) -> tuple[Asked, Asked]:
    """The two of ours."""
    case = Case(countries=("LA",), as_of=date(2026, 11, 22), facts=facts)
    question = Question(
        applicant=Applicant(user_id=1, country="LA", facts=facts),
        offering_code="spectrum",
        at=AT,
        known_at=AT,
        countries=frozenset({"LA"}),
        policy=policy,
    )
    return lambda: evaluate(policy, case).label, lambda: decide(question).rule


def chain(rules: int, facts: Mapping[str, Any]) -> Asked:
    """Comparisons as functions, made once."""

    def rule(n: int) -> Callable[[Mapping[str, Any]], bool]:
        sector, income = f"s{n}", n + 1
        return lambda said: said["sector"] == sector and said["income"] < income

    every = [(f"r{n}", rule(n)) for n in range(rules)]
    return lambda: next((label for label, matches in every if matches(facts)), None)


def dicts(rules: int, facts: Mapping[str, Any]) -> Asked:
    """Rules as JsonLogic writes them, and the plainest walk over them."""
    every = [
        (
            f"r{n}",
            {"and": [{"==": [{"var": "sector"}, f"s{n}"]}, {"<": [{"var": "income"}, n + 1]}]},
        )
        for n in range(rules)
    ]
    return lambda: next((label for label, logic in every if walk(logic, facts)), None)


def walk(logic: Any, facts: Mapping[str, Any]) -> Any:
    """What a rule in JsonLogic comes to."""
    if not isinstance(logic, dict):
        return logic
    operator, values = next(iter(logic.items()))
    if operator == "var":
        return facts.get(values)
    if operator == "and":
        return all(walk(value, facts) for value in values)
    one, other = (walk(value, facts) for value in values)
    return one == other if operator == "==" else one < other


def seconds_of(asked: Asked, times: int) -> float:
    """Processor seconds for one question."""
    started = time.process_time()
    for _ in range(times):
        asked()
    return (time.process_time() - started) / times


def main() -> None:
    """Run every round and print the ratios."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--rules", type=int, nargs="+", default=[1, 1000])
    options = arguments.parse_args()
    for rules in options.rules:
        facts = {"sector": f"s{rules - 1}", "income": 0}
        evaluated, decided = ours(policy_of(rules), facts)
        contestants = {
            "evaluate": evaluated, "decide": decided,
            "chain": chain(rules, facts), "dicts": dicts(rules, facts),
        }  # fmt: skip
        assert {asked() for asked in contestants.values()} == {f"r{rules - 1}"}
        times = max(20, 20_000 // rules)
        taken: dict[str, list[float]] = {name: [] for name in contestants}
        for _ in range(options.rounds):
            for name, asked in contestants.items():
                taken[name].append(seconds_of(asked, times))
        print(f"{rules:,} {'rule' if rules == 1 else 'rules'}, {options.rounds} rounds")
        print(f"  {'':10} {'per second':>12}   time over dicts: min | median | max")
        for name, each in taken.items():
            ratios = [one / peer for one, peer in zip(each, taken["dicts"], strict=True)]
            print(
                f"  {name:10} {1 / statistics.median(each):12,.0f}   "
                f"{min(ratios):.2f} | {statistics.median(ratios):.2f} | {max(ratios):.2f}"
            )


if __name__ == "__main__":
    main()
