"""Complains at start-up about a set-up that would show wrong or broken pages."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, register
from django.core.checks import Warning as Remark
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.utils.module_loading import import_string

from . import badges
from .conf import PLACES
from .settings.common import MIDDLEWARE, STEPS

_NUMBERS = (
    "PARTNERSHIPS_MARK_MAX_BYTES",
    "PARTNERSHIPS_MARKS_PER_DAY",
    "PARTNERSHIPS_PROMOTIONS_PER_DAY",
    "PARTNERSHIPS_RECORDS_PER_DAY",
    "PARTNERSHIPS_PARTNER_RECORDS_PER_DAY",
    "PARTNERSHIPS_EVIDENCE_FILES_PER_DAY",
    "PARTNERSHIPS_PARTNER_EVIDENCE_FILES_PER_DAY",
    "PARTNERSHIPS_LEAST_LEARNERS",
    "PARTNERSHIPS_EVIDENCE_MAX_BYTES",
)
_DAYS = ("PARTNERSHIPS_EXPIRY_REMINDER_DAYS", "PARTNERSHIPS_DUE_DILIGENCE_REMINDER_DAYS")
#: Nobody is reminded of what ends in more than ten years.
_MOST_DAYS = 3_660


@register("partnerships", "fairgate")
def check_setup(**_kwargs: Any) -> list[CheckMessage]:
    """The page frame is installed, and the host has a name that can stand in a sentence."""
    found: list[CheckMessage] = []
    if not apps.is_installed("fairgate"):
        found.append(
            Error(
                "The page frame of Fairgate is missing.",
                hint="Add 'fairgate' to INSTALLED_APPS; the plugin settings do it by themselves.",
                id="partnerships.E001",
            )
        )
    found += [_no_number(name) for name in _NUMBERS if not _is_number(name)]
    name = getattr(settings, "PARTNERSHIPS_HOST_NAME", "")
    if not isinstance(name, str):
        found.append(
            Error(
                "PARTNERSHIPS_HOST_NAME is not a text.",
                hint="Put the name between quotes, or leave the setting out.",
                id="partnerships.E002",
            )
        )
    elif not name and not getattr(settings, "PLATFORM_NAME", ""):
        found.append(
            Remark(
                "The host has no name, so the sentence next to each mark cannot say who does not "
                "endorse.",
                hint="Set PARTNERSHIPS_HOST_NAME or PLATFORM_NAME.",
                id="partnerships.W001",
            )
        )
    return found


def _is_number(name: str) -> bool:
    value = getattr(settings, name, 1)
    return type(value) is int and value > 0


def _no_number(name: str) -> CheckMessage:
    return Error(
        f"{name} is not a whole number above zero.",
        hint="Write a number, or leave the setting out.",
        id="partnerships.E003",
    )


@register("partnerships", "fairgate")
def check_reminders(**_kwargs: Any) -> list[CheckMessage]:
    """Reminders have days before an end, and addresses to go to."""
    found: list[CheckMessage] = [
        Error(
            f"{name} is {getattr(settings, name)!r}.",
            hint="Give a list of whole numbers of days above zero, each once, like [90, 30, 7]; an "
            "empty one reminds nobody.",
            id="partnerships.E006",
        )
        for name in _DAYS
        if not _are_days(getattr(settings, name, ()))
    ]
    wrong = _no_addresses(getattr(settings, "PARTNERSHIPS_OFFICE_EMAILS", ()))
    if wrong:
        found.append(
            Error(
                f"PARTNERSHIPS_OFFICE_EMAILS has what is no e-mail address: {', '.join(wrong)}.",
                hint='Give a list like ["partners@example.org"]; an empty one reminds nobody of '
                "the office.",
                id="partnerships.E007",
            )
        )
    return found


def _are_days(given: Any) -> bool:
    if not isinstance(given, list | tuple):
        return False
    are_days = all(type(day) is int and 0 < day <= _MOST_DAYS for day in given)
    return are_days and len(set(given)) == len(given)


def _no_addresses(given: Any) -> list[str]:
    """What of the setting is no address; one address alone may be written as a text."""
    if isinstance(given, str):
        return [] if not given or _is_address(given) else [repr(given)]
    if not isinstance(given, list | tuple):
        return [repr(given)]
    return [repr(one) for one in given if not _is_address(one)]


def _is_address(given: Any) -> bool:
    try:
        validate_email(given)
    except (ValidationError, TypeError):
        return False
    return isinstance(given, str)


@register("partnerships", "fairgate")
def check_badges(**_kwargs: Any) -> list[CheckMessage]:
    """Awards can be had as badges, or the operator is told why not; no key is shown."""
    if getattr(settings, "ROOT_URLCONF", "") == "cms.urls":
        return []  # Studio has no pages of ours
    try:
        if badges.read_signer() is not None:
            return []
    except ImproperlyConfigured as error:
        return [
            Error(
                f"Awards to partners cannot be had as badges. {error}",
                hint="Make a key as docs/references/settings.md says, or leave the setting out.",
                id="partnerships.E005",
            )
        ]
    return [
        Info(
            "Awards to partners cannot be had as badges: there is no key to sign them with.",
            hint="Set PARTNERSHIPS_BADGE_KEYS, if you award any.",
            id="partnerships.I001",
        )
    ]


@register("partnerships", "fairgate")
def check_places(**_kwargs: Any) -> list[CheckMessage]:
    """The places where an operator wants marks are places that we know."""
    places = getattr(settings, "PARTNERSHIPS_SHOWN_ON", PLACES)
    is_list = isinstance(places, list | tuple)
    if is_list and all(place in PLACES for place in places):
        return []
    return [
        Error(
            f"PARTNERSHIPS_SHOWN_ON is {places!r}.",
            hint=f"Give a list of some of: {', '.join(PLACES)}.",
            id="partnerships.E004",
        )
    ]


@register("partnerships", "fairgate")
def check_pages(**_kwargs: Any) -> list[CheckMessage]:
    """The LMS has what shows marks on its pages, and can load it."""
    if getattr(settings, "ROOT_URLCONF", "") != "lms.urls":
        return []
    filters = getattr(settings, "OPEN_EDX_FILTERS_CONFIG", None) or {}
    missing = [name for name, step in STEPS.items() if step not in _pipeline(filters.get(name))]
    found: list[CheckMessage] = [
        Remark(
            f"{STEPS[name]} is missing from the filter {name}, so its page shows no marks.",
            hint="A setting of yours replaced OPEN_EDX_FILTERS_CONFIG: add to it instead. To have "
            "no marks there, leave the place out of PARTNERSHIPS_SHOWN_ON.",
            id="partnerships.W002",
        )
        for name in missing
    ]
    if MIDDLEWARE not in settings.MIDDLEWARE:
        found.append(
            Remark(
                "The about pages of courses show no marks, and the list of courses no promotions.",
                hint=f"Put {MIDDLEWARE} at the end of MIDDLEWARE.",
                id="partnerships.W004",
            )
        )
    return [*found, *_unloadable()]


def _pipeline(entry: Any) -> Any:
    """The steps of a filter, written in any of the three ways: dict, list or one path."""
    steps = entry.get("pipeline", ()) if isinstance(entry, dict) else entry or ()
    return [steps] if isinstance(steps, str) else steps


def _unloadable() -> list[CheckMessage]:
    try:
        for path in (*STEPS.values(), MIDDLEWARE):
            import_string(path)
    except ImportError as error:
        return [
            Remark(
                f"The steps that show marks cannot be loaded ({error}), so no page shows any.",
                hint="Install openedx-filters 2.0 or newer, and the suite as a whole.",
                id="partnerships.W003",
            )
        ]
    return []
