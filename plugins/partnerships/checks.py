"""Complains at start-up about a set-up that would show wrong or broken pages."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Remark

_NUMBERS = ("PARTNERSHIPS_MARK_MAX_BYTES", "PARTNERSHIPS_MARKS_PER_DAY")


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
