"""What both sides promise, in ``fairgate-terms/1``: obligations, contributions, outcomes.

``README.md`` of this package describes every key. All of them may be missing; a text without them
is the text that it was before there were any.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from fairgate.money import InexactAmount, Money, UnknownCurrency

from .data import (
    PLATFORM,
    Contribution,
    ContributionKind,
    Direction,
    Follows,
    Obligation,
    Outcome,
    Recoupment,
    Side,
)
from .yaml_fields import Fields

KEYS = frozenset({"obligations", "contributions", "outcomes", "follows"})

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,31}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,14}(\.\d{1,4})?", re.ASCII)

_OBLIGATION_KEYS = frozenset({"code", "of", "text", "due", "every_months"})
_CONTRIBUTION_KEYS = frozenset(
    {"code", "from", "kind", "text", "amount", "currency", "due", "valuation"}
)
_OUTCOME_KEYS = frozenset({"code", "indicator", "unit", "baseline", "target", "direction", "due"})
_RECOUPMENT_KEYS = frozenset({"party", "amount", "currency"})
_FOLLOWS_KEYS = frozenset({"version", "amendment", "reason"})


def read_obligations(row: Fields) -> tuple[Obligation, ...]:
    """The obligations of a version, in written order."""
    found: dict[str, Obligation] = {}
    for entry in row.rows("obligations", _OBLIGATION_KEYS):
        code, side = _code(entry, found), entry.word("of", Side)
        text, due = entry.text("text", longest=500), entry.day("due")
        months = None
        if "every_months" in entry:
            months = entry.whole("every_months", least=1, most=60)
        if code and due:
            found[code] = Obligation(code=code, side=side, text=text, due=due, every_months=months)
    return tuple(found.values())


def read_contributions(row: Fields, partners: set[str]) -> tuple[Contribution, ...]:
    """The contributions of a version, in written order."""
    found: dict[str, Contribution] = {}
    for entry in row.rows("contributions", _CONTRIBUTION_KEYS):
        code, party = _code(entry, found), entry.text("from")
        if party and party != PLATFORM and party not in partners:
            entry.fault("from", f"“{party}” is not defined under partners.")
        kind, text = entry.word("kind", ContributionKind), entry.text("text", longest=500)
        promised, due = read_money(entry), entry.day("due")
        valuation = _valuation(entry, kind)
        if code and due and promised is not None:
            found[code] = Contribution(
                code=code,
                party=party,
                kind=kind,
                text=text,
                promised=promised,
                due=due,
                valuation=valuation,
            )
    return tuple(found.values())


def _valuation(entry: Fields, kind: str) -> str:
    if kind == ContributionKind.IN_KIND:
        return entry.text("valuation", longest=500)
    if "valuation" in entry:
        entry.fault("valuation", "says how something in kind was valued; cash is what it is.")
    return ""


def read_outcomes(row: Fields) -> tuple[Outcome, ...]:
    """The expected outcomes of a version, in written order."""
    found: dict[str, Outcome] = {}
    for entry in row.rows("outcomes", _OUTCOME_KEYS):
        code, indicator = _code(entry, found), entry.text("indicator", longest=500)
        unit = entry.text("unit", longest=60)
        baseline, target = _number(entry, "baseline"), _number(entry, "target")
        direction, due = entry.word("direction", Direction), entry.day("due")
        if baseline is None or target is None:
            continue
        rises = direction == Direction.INCREASE
        if direction and (target <= baseline if rises else target >= baseline):
            entry.fault("target", f"{target:f} is no {direction} from {baseline:f}.")
        if code and due:
            found[code] = Outcome(
                code=code,
                indicator=indicator,
                unit=unit,
                baseline=baseline,
                target=target,
                direction=direction,
                due=due,
            )
    return tuple(found.values())


def read_recoupments(row: Fields, partners: set[str]) -> tuple[Recoupment, ...]:
    """Who gets what of the receipts before they are shared, in written order."""
    found: dict[tuple[str, str], Recoupment] = {}
    for entry in row.rows("recoupments", _RECOUPMENT_KEYS):
        party, amount = entry.text("party"), read_money(entry)
        if party and party != PLATFORM and party not in partners:
            entry.fault("party", f"“{party}” is not defined under partners.")
        if amount is None:
            continue
        if not amount:
            entry.fault("amount", "is more than nothing.")
        if (party, amount.currency) in found:
            entry.fault("party", f"“{party}” recoups in {amount.currency} already.")
        found[party, amount.currency] = Recoupment(party=party, amount=amount)
    return tuple(found.values())


def agreed_recoupments(recoupments: tuple[Recoupment, ...]) -> dict[str, object]:
    """Them in the canonical text, which without any is what it was before there were such."""
    agreed = [
        {
            "party": one.party,
            "currency": one.amount.currency,
            "amount": f"{one.amount.amount:f}",
        }
        for one in recoupments
    ]
    return {"recoupments": agreed} if agreed else {}


def read_follows(row: Fields, number: int) -> Follows | None:
    """The version that a version amends or renews, if it says so."""
    if "follows" not in row:
        return None
    entry = row.inner("follows", _FOLLOWS_KEYS)
    version = entry.whole("version", least=1, most=100_000)
    amendment = None
    if "amendment" in entry:
        amendment = entry.whole("amendment", least=1, most=1000)
    if version >= number:
        entry.fault("version", f"{version} is not before version {number}, which follows it.")
    return Follows(version=version, amendment=amendment, reason=entry.text("reason", longest=500))


def read_money(fields: Fields) -> Money | None:
    """``amount`` and ``currency`` of a mapping as an amount that is not negative."""
    amount, currency = fields["amount"], fields.text("currency")
    if not fields.is_given("amount") or not currency:
        return None
    try:
        money = Money(amount, currency)
    except UnknownCurrency as error:
        fields.fault("currency", str(error))
    except InexactAmount as error:
        fields.fault("amount", str(error))
    except TypeError:
        fields.fault("amount", "is an amount like 25.00.")
    else:
        if money.minor >= 0:
            return money
        fields.fault("amount", "is negative.")
    return None


def agreed_parts(
    obligations: tuple[Obligation, ...],
    contributions: tuple[Contribution, ...],
    outcomes: tuple[Outcome, ...],
    follows: Follows | None,
) -> dict[str, object]:
    """These parts of the canonical text; a key that has nothing to say is not in it."""
    parts: dict[str, object] = {
        "obligations": [
            {
                "code": one.code,
                "of": one.side,
                "text": one.text,
                "due": one.due.isoformat(),
                "every_months": one.every_months,
            }
            for one in obligations
        ],
        "contributions": [
            {
                "code": one.code,
                "from": one.party,
                "kind": one.kind,
                "text": one.text,
                "amount": f"{one.promised.amount:f}",
                "currency": one.promised.currency,
                "due": one.due.isoformat(),
                "valuation": one.valuation or None,
            }
            for one in contributions
        ],
        "outcomes": [
            {
                "code": one.code,
                "indicator": one.indicator,
                "unit": one.unit,
                "baseline": plain_number(one.baseline),
                "target": plain_number(one.target),
                "direction": one.direction,
                "due": one.due.isoformat(),
            }
            for one in outcomes
        ],
        "follows": follows
        and {
            "version": follows.version,
            "amendment": follows.amendment,
            "reason": follows.reason,
        },
    }
    return {key: value for key, value in parts.items() if value}


def plain_number(value: Decimal) -> str:
    """A number as people write it: 200, not 2E+2 or 200.0000."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _code(entry: Fields, found: dict[str, Any]) -> str:
    hint = "use capital letters, digits, “_” and hyphens, at most 32"
    code = entry.code("code", _CODE, hint)
    if code in found:
        entry.fault("code", f"“{code}” is there twice.")
    return code


def _number(entry: Fields, key: str) -> Decimal | None:
    if not entry.is_given(key):
        return None
    value = entry[key]
    written = "" if isinstance(value, bool) else str(value)
    try:
        number = Decimal(written) if _NUMBER.fullmatch(written) else None
    except InvalidOperation:
        number = None
    if number is None:
        entry.fault(key, "is a number with at most four decimals.")
        return None
    # 200 and 200.0 are the same number and give the same text; there is no negative zero.
    return Decimal(plain_number(number)) + 0
