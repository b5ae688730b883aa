"""System checks: what would leave a gate open, said before the first learner comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from fee_gate.conf import PLUGIN_PARTITION_IDS
from fee_gate.settings.common import MIDDLEWARE, OVERRIDE, STEPS

_WRAPPER = "OverrideModulestoreFieldData.wrap"


@register()
def check_partition_ids(**_: Any) -> Sequence[CheckMessage]:
    """``fee_gate.E001``: the ids are a pair within what the platform leaves to plugins."""
    ids = getattr(settings, "FEE_GATE_PARTITION_IDS", None)
    is_pair = (
        isinstance(ids, list | tuple)
        and len(ids) == 2
        and all(isinstance(number, int) for number in ids)
    )
    if (
        is_pair
        and ids
        and ids[0] in PLUGIN_PARTITION_IDS
        and ids[0] < ids[1] <= max(PLUGIN_PARTITION_IDS)
    ):
        return []
    return [
        Error(
            f"FEE_GATE_PARTITION_IDS is {ids!r}.",
            hint="Give the first and the last id as a pair, the first smaller, both from 52 to 99.",
            id="fee_gate.E001",
        )
    ]


@register()
def check_platform(**_: Any) -> Sequence[CheckMessage]:
    """``fee_gate.E002`` to ``E004``: the LMS has the middleware, the override and its wrapper."""
    if not _is_lms():
        return []
    return [fault for fault in (_middleware(), _override(), _wrapper()) if fault]


@register()
def check_holds(**_: Any) -> Sequence[CheckMessage]:
    """``fee_gate.E005`` and ``E006``: the LMS's filters have our steps, and obey them."""
    if not _is_lms():
        return []
    filters = getattr(settings, "OPEN_EDX_FILTERS_CONFIG", None) or {}
    found = (_step(name, step, filters.get(name)) for name, step in STEPS.items())
    return [fault for fault in found if fault]


def _is_lms() -> bool:
    return getattr(settings, "ROOT_URLCONF", "") == "lms.urls"


def _step(name: str, step: str, entry: Any) -> CheckMessage | None:
    """What is wrong with a filter, written in any of the three ways: dict, list or one path."""
    known = entry if isinstance(entry, dict) else {"pipeline": entry or ()}
    pipeline = known.get("pipeline", ())
    if step not in ([pipeline] if isinstance(pipeline, str) else pipeline):
        return Error(
            f"{step} is missing from the filter {name}, so nothing is held.",
            hint="A setting of yours replaced OPEN_EDX_FILTERS_CONFIG: add to it instead, or put "
            f"{step} first into the filter's pipeline.",
            id="fee_gate.E005",
        )
    if known.get("fail_silently", True) is not False:
        return Error(
            f"The filter {name} is silent: a hold that cannot be loaded would be passed over.",
            hint=f"Set fail_silently to False in OPEN_EDX_FILTERS_CONFIG for {name}.",
            id="fee_gate.E006",
        )
    return None


def _middleware() -> CheckMessage | None:
    names = list(settings.MIDDLEWARE)
    users = [place for place, name in enumerate(names) if name.endswith("AuthenticationMiddleware")]
    if MIDDLEWARE in names and names.index(MIDDLEWARE) > max(users, default=-1):
        return None
    return Error(
        "The gate's middleware is missing, or stands before the users are known.",
        hint=f"Put {MIDDLEWARE} into MIDDLEWARE, after the authentication middlewares.",
        id="fee_gate.E002",
    )


def _override() -> CheckMessage | None:
    if OVERRIDE in getattr(settings, "MODULESTORE_FIELD_OVERRIDE_PROVIDERS", ()):
        return None
    return Error(
        "The gate's field override is missing, so gated blocks are open.",
        hint=f"Add {OVERRIDE} to MODULESTORE_FIELD_OVERRIDE_PROVIDERS.",
        id="fee_gate.E003",
    )


def _wrapper() -> CheckMessage | None:
    wrappers = getattr(settings, "XBLOCK_FIELD_DATA_WRAPPERS", ())
    if any(name.endswith(_WRAPPER) for name in wrappers):
        return None
    return Error(
        "The platform does not apply field overrides to courses, so gated blocks are open.",
        hint="Add lms.djangoapps.courseware.field_overrides:OverrideModulestoreFieldData.wrap to "
        "XBLOCK_FIELD_DATA_WRAPPERS.",
        id="fee_gate.E004",
    )
