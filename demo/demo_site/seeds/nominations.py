"""A call for nominations to the workshop, and the first one that was made."""

from __future__ import annotations

from datetime import UTC, date, datetime

from demo_site.seeds.people import user_called
from waiver_policy import api as waivers

WORKSHOP = "spectrum-workshop"
ADMINISTRATION = "Ministry of Technology and Communications"
OPENS = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
NAMED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

# In the manner of ITU-T: one full or two partial per State and event, and per person and year.
POLICY = """\
schema: waiver-policy/0.2
policies:
- id: workshop-fellowship
  title: Fellowships for the workshop in Nairobi
  unit: nomination
  country_basis: nominating_state
  rules:
  - label: full
    when: {eq: {field: requested, value: full}}
    benefit: {kind: in_kind, items: [air_ticket_economy, daily_allowance], covers_percent: 100}
    route: manual_review
  - label: partial
    when: {eq: {field: requested, value: partial}}
    benefit: {kind: in_kind, one_of: [air_ticket_economy, daily_allowance], rest_paid_by: organisation}
    route: manual_review
  caps:
  - {scope: country, period: event, any_of: [{full: 1}, {partial: 2, constraint: at_least_one_is_air_ticket}]}
  - {scope: person, period: financial_year, any_of: [{full: 1}, {partial: 2}]}
  deadline: {kind: fixed, before: event, late: reject}
"""  # noqa: E501 - a line as such documents have it


def seed() -> None:
    """Open the call; Lao PDR has named one person, who has not answered yet."""
    waivers.load_policy(POLICY, file="workshop-fellowship.yaml", by="operator", at=OPENS)
    waivers.open_call(
        WORKSHOP, policy="workshop-fellowship", opens_at=OPENS,
        closes_at=datetime(2026, 12, 16, tzinfo=UTC), event_on=date(2027, 2, 15),
    )  # fmt: skip
    focal = user_called("somchit").pk
    waivers.appoint_focal_point(focal, country="LA", administration=ADMINISTRATION)
    if not waivers.list_nominations_of(country="LA"):
        waivers.nominate(
            WORKSHOP, by=focal, person="bounmy", kind="partial", item="air_ticket", rank=1,
            at=NAMED,
        )  # fmt: skip
