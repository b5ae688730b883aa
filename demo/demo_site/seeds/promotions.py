"""What the GSMA promotes in this demo, and what it has delivered: one of each still waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from demo_site.seeds.people import user_called
from fairgate.money import Money
from partnerships import api as partnerships
from partnerships.data import Promotion, PromotionPlace

PROPOSED = datetime(2026, 10, 6, 9, 0, tzinfo=UTC)
APPROVED = datetime(2026, 10, 7, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
COURSE = "course-v1:ATC+SPECTRUM101+2026_T4"


def seed() -> None:
    """Propose, approve and record, unless that was done."""
    if partnerships.list_promotions("GSMA", at=LATER):
        return
    grace, operator = user_called("grace").pk, user_called("operator").pk
    version = next(
        one.uuid
        for one in partnerships.list_versions(at=LATER, partner_code="GSMA")
        if one.is_in_force
    )
    on_course = _line("Free reports on spectrum use in your region")
    in_catalogue = replace(
        _line("Policy papers on mobile networks, free to read"),
        place=PromotionPlace.CATALOGUE,
        course="",
    )
    for line in (on_course, in_catalogue):
        shown = partnerships.propose_promotion(version, line, by=grace, at=PROPOSED)
        partnerships.approve_promotion(shown, by=operator, at=APPROVED)
    partnerships.propose_promotion(
        version, _line("Meet us at the regional forum in March"), by=grace, at=LATER
    )
    given = {"evidence": "Transfer 2026-1107", "by": grace, "at": LATER}
    first = partnerships.record_delivery(
        version, "GRANT", amount=Money("8000.00", "USD"), delivered_on=date(2026, 11, 7), **given
    )
    partnerships.accept_delivery(first, by=operator, at=LATER)
    given["evidence"] = "Time sheets of October"
    partnerships.record_delivery(
        version, "EXPERTS", amount=Money("1300.00", "USD"), delivered_on=date(2026, 10, 30), **given
    )


def _line(text: str) -> Promotion:
    return Promotion(
        place=PromotionPlace.COURSE, course=COURSE, language="en", text=text,
        url="https://www.example.org/spectrum", first_day=date(2026, 10, 8),
        last_day=date(2027, 9, 30),
    )  # fmt: skip
