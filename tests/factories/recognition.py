"""Tiers, what GSMA has delivered, and its award: the smallest valid ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from factories.partnerships import PROMISES, put_in_force, terms_text, version_text
from fairgate.money import Money
from partnerships import api

#: Two colleagues who propose and confirm; no rows, for they are known by a number.
PROPOSER, SECOND = 911, 912

#: The tiers are there, and GSMA has delivered.
TIERS_MADE = datetime(2026, 10, 1, 9, tzinfo=UTC)
DELIVERED = datetime(2026, 10, 20, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

SINCE, UNTIL = date(2026, 10, 1), date(2026, 10, 31)
FIRST, LAST = date(2026, 11, 1), date(2027, 10, 31)


def tiers_text(**changes: str) -> str:
    """Silver from 10,000 USD, gold from 20,000; half the worth of things counts."""
    told = {
        "valid_from": "2026-10-01",
        "currency": "USD",
        "in_kind_percent": "50",
        "rates": '[{currency: EUR, rate: "1.25"}]',
        "tiers": """
  - {code: SILVER, threshold: "10000.00", emblem: silver,
     names: {en: Silver partner, fr: Partenaire d’argent}}
  - {code: GOLD, threshold: "20000.00", emblem: gold,
     names: {en: Gold partner, fr: Partenaire d’or},
     descriptions: {en: Supports training on a large scale.}}""",
        **changes,
    }
    return "schema: fairgate-tiers/1\n" + "".join(f"{key}: {told[key]}\n" for key in told)


def tiers(at: datetime = TIERS_MADE, **changes: str) -> Any:
    """A scheme of tiers that two people have made."""
    made = api.propose_scheme(tiers_text(**changes), reason="First tiers", by=PROPOSER, at=at)
    return api.confirm_scheme(made.uuid, by=SECOND, at=at)


#: The file with the agreement of GSMA with a grant and days of experts.
TERMS = terms_text(version_text(promises=PROMISES))


def in_force() -> Any:
    """That agreement, in force."""
    return put_in_force(TERMS)[0]


def deliver(
    amount: str, *, code: str = "GRANT", on: date = date(2026, 10, 15), at: datetime = DELIVERED
) -> Any:
    """Something that GSMA delivered and a second person accepted."""
    version = api.list_versions(at=at)[0]
    record = api.record_delivery(
        version.uuid, code, amount=Money(amount, "USD"), delivered_on=on, evidence="Receipt",
        by=PROPOSER, at=at,
    )  # fmt: skip
    api.accept_delivery(record, by=SECOND, at=at)
    return record


def proposed(**changes: Any) -> Any:
    """An award to GSMA that waits."""
    told = {
        "since": SINCE, "until": UNTIL, "valid_from": FIRST, "valid_until": LAST,
        "reason": "For 2026", "by": PROPOSER, "at": NOW, **changes,
    }  # fmt: skip
    return api.propose_award("GSMA", **told)


def awarded(**changes: Any) -> Any:
    """An award to GSMA that was granted."""
    made = proposed(**changes)
    return api.confirm_award(made.uuid, by=SECOND, at=changes.get("at", NOW))


def gold() -> Any:
    """Everything: GSMA is a gold partner."""
    in_force()
    tiers()
    deliver("20000.00")
    return awarded()
