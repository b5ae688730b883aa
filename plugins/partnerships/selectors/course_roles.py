"""Who has a role on a course, and what keeps it from showing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fairgate.clock import utc_day
from partnerships import models
from partnerships.data import Role, RoleStanding
from partnerships.selectors.facts import last_day, obstacles_of, roles


def list_role_standings(course_key: str, *, at: datetime) -> tuple[RoleStanding, ...]:
    """Every role on a course under any version, as it stands at a moment. One query."""
    day = utc_day(at)
    rows = roles(at).filter(version__courses__course_key=course_key)
    return tuple(_standing(row, on=day) for row in rows)


def _standing(row: Any, *, on: date) -> RoleStanding:
    return RoleStanding(
        partner=row.partner.code,
        name=row.partner.display_name,
        role=row.role,
        role_label=str(models.ROLE_LABELS[Role(row.role)]),
        agreement=row.version.agreement.code,
        version=row.version.number,
        valid_from=row.version.valid_from,
        valid_until=last_day(row, version=row.version),
        obstacles=obstacles_of(row, on=on),
    )
