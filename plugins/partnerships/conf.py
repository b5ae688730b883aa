"""Settings, read when they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from fairgate_papers import PageSize, set_up

from .data import DayLimit

#: The course's about page, each unit, the learner's dashboard, certificates, mails about a course;
#: and the list of courses, which shows promotions.
PLACES = ("about", "unit", "dashboard", "certificate", "mail", "catalogue")

#: The groups of countries that reach is told for, by the codes of their lists.
COUNTRY_GROUPS = ("LDC", "SIDS")


def host_name() -> str:
    """The name of the host, as it stands in the sentence next to a mark."""
    named = getattr(settings, "PARTNERSHIPS_HOST_NAME", "") or getattr(
        settings, "PLATFORM_NAME", ""
    )
    return str(named) or _("The host of this platform")


def mark_max_bytes() -> int:
    """How many bytes the file of a mark may have."""
    return int(settings.PARTNERSHIPS_MARK_MAX_BYTES)


def marks_per_day() -> int:
    """How many pictures of one partner are taken in 24 hours."""
    return int(settings.PARTNERSHIPS_MARKS_PER_DAY)


def promotions_per_day() -> int:
    """How many promotions of one partner are taken in 24 hours."""
    return int(settings.PARTNERSHIPS_PROMOTIONS_PER_DAY)


def day_limits() -> dict[DayLimit, int]:
    """How much one day (UTC) takes of what a partner's people record."""
    return {
        DayLimit.PERSON_RECORDS: int(settings.PARTNERSHIPS_RECORDS_PER_DAY),
        DayLimit.PARTNER_RECORDS: int(settings.PARTNERSHIPS_PARTNER_RECORDS_PER_DAY),
        DayLimit.PERSON_FILES: int(settings.PARTNERSHIPS_EVIDENCE_FILES_PER_DAY),
        DayLimit.PARTNER_FILES: int(settings.PARTNERSHIPS_PARTNER_EVIDENCE_FILES_PER_DAY),
    }


def lms_root() -> str:
    """The address of the LMS, for pages of Studio; empty if this site does not say."""
    return str(getattr(settings, "LMS_ROOT_URL", "") or "").rstrip("/")


def evidence_max_bytes() -> int:
    """The largest file that is taken as evidence."""
    return int(settings.PARTNERSHIPS_EVIDENCE_MAX_BYTES)


def font_folders() -> tuple[Path, ...]:
    """Folders with fonts for scripts that those of ``fairgate_papers`` do not have."""
    return set_up.font_folders(settings)


def paper_size() -> PageSize:
    """The paper that agreements are printed on."""
    return set_up.paper_size(settings)


def office_addresses() -> tuple[str, ...]:
    """Where the host's office for partnerships reads its mail; empty: nobody there is reminded."""
    given: str | Iterable[str] = settings.PARTNERSHIPS_OFFICE_EMAILS
    return (given,) if isinstance(given, str) and given else tuple(given)


def expiry_reminder_days() -> tuple[int, ...]:
    """How many days before the end of an agreement somebody is reminded of it."""
    return tuple(settings.PARTNERSHIPS_EXPIRY_REMINDER_DAYS)


def diligence_reminder_days() -> tuple[int, ...]:
    """How many days before the end of a due diligence the host is reminded of it."""
    return tuple(settings.PARTNERSHIPS_DUE_DILIGENCE_REMINDER_DAYS)


def shown_on() -> tuple[str, ...]:
    """The places of the platform that show something besides the block: some of ``PLACES``."""
    return tuple(getattr(settings, "PARTNERSHIPS_SHOWN_ON", PLACES))


def least_learners() -> int:
    """Numbers of learners below this one are told to nobody, and all others as multiples of it."""
    return int(settings.PARTNERSHIPS_LEAST_LEARNERS)


def country_groups(*, on: date, known_at: datetime) -> Mapping[str, frozenset[str]]:
    """The countries of each group that reach is told for, on a day; none if no app knows them."""
    path = str(settings.PARTNERSHIPS_COUNTRY_LISTS)
    if not path:
        return {}
    list_members = import_string(path)
    return {
        code: frozenset(one.country for one in list_members(code, on=on, known_at=known_at))
        for code in COUNTRY_GROUPS
    }


def badge_root() -> str:
    """Where badges can be verified: the https address of the LMS, without a slash; "" if none."""
    root = str(settings.PARTNERSHIPS_BADGE_ROOT_URL or lms_root()).rstrip("/")
    return root if root.startswith("https://") else ""


def badge_keys() -> tuple[bytes, ...]:
    """The keys of badges in PEM: the first one is private and signs, all are published."""
    given: str | Iterable[str] = settings.PARTNERSHIPS_BADGE_KEYS
    return tuple(key.encode() for key in ((given,) if isinstance(given, str) else given) if key)
