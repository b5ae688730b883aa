"""Marks where they show: on courses, certificates and mails."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from partnerships import compat, conf, mail_wording, selectors, services, wording
from partnerships.data import MailStrip, Mark, Placement, RoleStanding


def branding_for(course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks that show on a course at a moment: of agreements in force, in written order."""
    return selectors.list_marks(course_key, at=at)


def placements(
    *, at: datetime, partner_code: str | None = None, course_keys: Collection[str] | None = None
) -> tuple[Placement, ...]:
    """Every mark on every course at a moment, or those of one partner, or on some courses."""
    return selectors.list_placements(at=at, partner_code=partner_code, course_keys=course_keys)


def role_standings(course_key: str, *, at: datetime) -> tuple[RoleStanding, ...]:
    """Every role on a course under any version, and what keeps it from drawing a mark."""
    return selectors.list_role_standings(course_key, at=at)


def why_not_shown(standing: RoleStanding) -> tuple[str, ...]:
    """What keeps a role from drawing a mark, as sentences in the reader's language."""
    return tuple(wording.obstacle(one) for one in standing.obstacles)


def is_shown_on(place: str) -> bool:
    """Whether the operator wants something there: ``about``, ``unit``, ``catalogue``, ..."""
    return place in conf.shown_on()


def marks_of_certificate(number: str, course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks of a certificate: those of the day it was issued on, whatever has ended since.

    The first to ask writes them down. A number that no certificate bears is a preview: it shows
    the marks of ``at`` and keeps nothing.
    """
    issue = compat.certificate_by_number(number)
    if issue is None:
        return selectors.list_marks(course_key, at=at)
    return services.issue_marks(issue)


def issue_marks(user_id: int, course_key: str) -> None:
    """Write down the marks of a certificate that the platform has just made; once, if ever."""
    issue = compat.certificate_of(user_id, course_key)
    if issue is not None:
        services.issue_marks(issue)


def strip_for_email(course_key: str, *, at: datetime) -> MailStrip:
    """The marks of a course for a mail that names it, in the language that is active."""
    if not is_shown_on("mail"):
        return MailStrip(text="", html="")
    return mail_wording.strip(selectors.list_marks(course_key, at=at))


def freeze_marks(course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks of a course at a moment, with pictures whose addresses stay for good.

    Certificates, and whatever else is issued and keeps the marks of its day, use it: call it when
    something is issued, store what it returns, and show that. The files are then served whatever
    becomes of the picture. Asking again for the same moment gives the same. Texts are in the
    active language. At most two queries once the pictures are kept.
    """
    marks, assets = selectors.list_marks_to_keep(course_key, at=at)
    if assets:
        services.keep_pictures(assets, course_key=course_key, at=at)
    return marks


def no_endorsement(partner_name: str) -> str:
    """The sentence that stands with every mark of a partner, in the active language."""
    return selectors.no_endorsement(partner_name)


def no_endorsement_of_all() -> str:
    """The same for several marks at once, where there is no room to say it with each."""
    return selectors.no_endorsement_of_all()


def address_of_rules() -> str:
    """A page for everybody with the rules for the use of every mark that shows now."""
    return selectors.address_of_rules()
