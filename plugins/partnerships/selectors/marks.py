"""What shows on a course at a moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fairgate.clock import utc_day
from partnerships import conf, models
from partnerships.data import Identity, Mark, Placement, Role
from partnerships.selectors.facts import in_force, last_day, roles
from partnerships.selectors.identities import get_identities, identity_of
from partnerships.selectors.pictures import assets_of, picture_of, with_pictures


def list_marks(course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks of one course at a moment. One query, no cache."""
    return tuple(_mark(row, identity_of(row.partner)) for row in _of_course(course_key, at))


def list_marks_to_keep(course_key: str, *, at: datetime) -> tuple[tuple[Mark, ...], set[int]]:
    """The same, with addresses of pictures that stay, and which rows have to be kept for that.

    Partners are called as they were at that moment, whenever this is asked. Three queries.
    """
    rows = list(_of_course(course_key, at))
    kept = {asset for row in rows for asset in assets_of(row)}
    called = get_identities({row.partner.code for row in rows}, at=at)
    return tuple(_mark(row, called[row.partner.code], kept=True) for row in rows), kept


def _of_course(course_key: str, at: datetime) -> Iterator[Any]:
    day = utc_day(at)
    rows = roles(at).filter(version__courses__course_key=course_key)
    return in_force(with_pictures(rows, at), on=day)


def list_placements(
    *, at: datetime, partner_code: str | None = None, course_keys: Collection[str] | None = None
) -> tuple[Placement, ...]:
    """Every mark on every course at a moment, or those of one partner, or on some. Two queries."""
    day, rows = utc_day(at), with_pictures(roles(at), at)
    if course_keys is not None:
        rows = rows.filter(version__courses__course_key__in=course_keys).distinct()
    if partner_code is not None:
        rows = rows.filter(partner__code=partner_code)
    found = in_force(rows.prefetch_related("version__courses"), on=day)
    shown = [row for row in found if partner_code in {None, row.partner.code}]
    return tuple(
        Placement(course_key=course.course_key, mark=_mark(row, identity_of(row.partner)))
        for row in shown
        for course in row.version.courses.all()
        if course_keys is None or course.course_key in course_keys
    )


def _mark(row: Any, called: Identity, *, kept: bool = False) -> Mark:
    return Mark(
        partner=row.partner.code,
        name=called.display_name,
        role=row.role,
        role_label=str(models.ROLE_LABELS[Role(row.role)]),
        url=called.url,
        statement=no_endorsement(called.display_name),
        agreement=row.version.agreement.code,
        version=row.version.number,
        valid_until=last_day(row, version=row.version),
        picture=picture_of(row, kept=kept),
        language=get_language() or "en",
    )


def no_endorsement(partner_name: str) -> str:
    """The sentence that stands with every mark (features.md N18, UN business guidelines)."""
    return _(
        "Shown under a partnership agreement. %(host)s does not endorse %(partner)s, its products "
        "or its services."
    ) % {"host": conf.host_name(), "partner": partner_name}


def no_endorsement_of_all() -> str:
    """The same for several marks at once, where there is no room to say it with each."""
    return _(
        "Shown under partnership agreements. %(host)s does not endorse these partners, their "
        "products or their services."
    ) % {"host": conf.host_name()}


def address_of_rules() -> str:
    """The public page of partners, where the rules for the use of every shown mark stand."""
    try:
        return reverse("partnerships:partners")
    except NoReverseMatch:  # in Studio, which has no pages of ours
        return f"{conf.lms_root()}/fairgate/partners/"
