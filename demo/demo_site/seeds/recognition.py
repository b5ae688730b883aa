"""Tiers, what a partner delivered, and its awards: one that has ended, and one in force."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from demo_site.seeds.people import user_called
from fairgate.money import Money
from partnerships import api as partnerships
from partnerships.data import Standing

AGREEMENT = "GSMA-SUPPORT-2026"
AGREED = datetime(2026, 8, 28, 9, 0, tzinfo=UTC)
# What was delivered, when, and when a second person accepted it.
DELIVERIES = (
    ("GRANT", "10000.00", date(2026, 9, 14), datetime(2026, 9, 18, 9, 0, tzinfo=UTC)),
    ("GRANT", "12000.00", date(2026, 10, 12), datetime(2026, 10, 16, 9, 0, tzinfo=UTC)),
    ("EXPERTS", "7800.00", date(2026, 10, 20), datetime(2026, 10, 26, 9, 0, tzinfo=UTC)),
)
FIRST = date(2026, 9, 1)
# The last day that was counted, when it was, and until when it is recognised.
AWARDS = (
    (date(2026, 9, 18), datetime(2026, 9, 21, 9, 0, tzinfo=UTC), date(2026, 10, 31)),
    (date(2026, 10, 31), datetime(2026, 11, 2, 9, 0, tzinfo=UTC), date(2027, 10, 31)),
)


def seed() -> None:
    """Make tiers, record deliveries and grant the awards, unless that was done."""
    if partnerships.schemes(at=AWARDS[-1][1]):
        return
    ines, operator = (user_called(name).pk for name in ("ines", "operator"))
    made = partnerships.propose_scheme(
        _text("tiers.yaml"), reason="The first tiers", by=ines, at=AGREED
    )
    partnerships.confirm_scheme(made.uuid, by=operator, at=AGREED)
    version = _agreement(ines, operator)
    for code, amount, day, at in DELIVERIES:
        record = partnerships.record_delivery(
            version, code, amount=Money(amount, "USD"), delivered_on=day,
            evidence="Sample paper of the demo", by=ines, at=at,
        )  # fmt: skip
        partnerships.accept_delivery(record, by=operator, at=at)
    for until, at, valid_until in AWARDS:
        award = partnerships.propose_award(
            "GSMA", since=FIRST, until=until, valid_from=at.date(), valid_until=valid_until,
            reason="By what was delivered", by=ines, at=at,
        )  # fmt: skip
        partnerships.confirm_award(award.uuid, by=operator, at=at)


def _agreement(ines: int, operator: int) -> UUID:
    """The agreement of the support, approved and signed; its key."""
    partnerships.load_agreements(_text("support.yaml"), file="support.yaml", by="ines", at=AGREED)
    (version,) = (
        one
        for one in partnerships.list_versions(at=AGREED, partner_code="GSMA")
        if one.agreement == AGREEMENT
    )
    if version.standing is Standing.DRAFT:
        partnerships.submit(version.uuid, by=ines, at=AGREED)
        partnerships.approve(version.uuid, by=operator, at=AGREED)
        for side, name, colleague in (
            ("host", "Omar Said", "operator"), ("partner", "Grace Wanjiru", "ines"),
        ):  # fmt: skip
            partnerships.sign(version.uuid, side=side, by=name, recorded_by=colleague, at=AGREED)
    return version.uuid


def _text(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
