"""System checks: what would leave a gate open, said before the first learner comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from fee_gate.conf import PLUGIN_PARTITION_IDS
from fee_gate.settings.common import MIDDLEWARE, OVERRIDE

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
    if getattr(settings, "ROOT_URLCONF", "") != "lms.urls":
        return []
    return [fault for fault in (_middleware(), _override(), _wrapper()) if fault]


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
