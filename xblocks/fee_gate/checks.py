"""System checks: what would leave a gate open, said before the first learner comes."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name

from fee_gate.conf import PLUGIN_PARTITION_IDS
from fee_gate.settings.common import MIDDLEWARE, OVERRIDE, SEARCH, STEPS

_WRAPPER = "OverrideModulestoreFieldData.wrap"

# Where the platform looks for us: entry point group → what it finds there under our name.
_GENERATORS = "openedx.dynamic_partition_generator"
_ENTRY_POINTS = {
    "lms.djangoapp": "fee_gate.apps:FeeGateConfig",
    "cms.djangoapp": "fee_gate.apps:FeeGateConfig",
    "xblock.v1": "fee_gate:FeeGateXBlock",
    "openedx.user_partition_scheme": "fee_gate.partitions:FeeGatePartitionScheme",
    _GENERATORS: "fee_gate.partitions:create_fee_partition",
    "openedx.block_structure_transformer": "fee_gate.structures:FeeGateTransformer",
}
# The platform's own partitions keep to ids below ours, or are given theirs from 100 on.
_PLATFORM = ("openedx.", "xmodule.", "lms.", "cms.", "common.")
_CACHES_OF_ONE_PROCESS = ("LocMemCache", "DummyCache", "FileBasedCache")


@register("fairgate")
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


@register("fairgate")
def check_platform(**_: Any) -> Sequence[CheckMessage]:
    """``fee_gate.E002`` to ``E004``: the LMS has the middleware, the override and its wrapper."""
    if not _is_lms():
        return []
    return [fault for fault in (_middleware(), _override(), _wrapper()) if fault]


@register("fairgate")
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
    if tuple(getattr(settings, "MODULESTORE_FIELD_OVERRIDE_PROVIDERS", ()))[:1] == (OVERRIDE,):
        return None
    return Error(
        "The gate's field override is missing or not the first, so gated blocks are open.",
        hint=f"Put {OVERRIDE} first into MODULESTORE_FIELD_OVERRIDE_PROVIDERS: the platform takes "
        "the first answer, and ours holds those of the others.",
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


@register("fairgate")
def check_entry_points(**_: Any) -> Sequence[CheckMessage]:
    """``fee_gate.E007``, ``E008`` and ``W001``: the platform finds the gate, and only ours.

    Asked in the LMS and in Studio, each of which looks for entry points in its own environment.
    """
    if not _is_platform():
        return []
    return [*_missing(), *_shadowed(), *_other_partitions()]


def _is_platform() -> bool:
    return getattr(settings, "ROOT_URLCONF", "") in ("lms.urls", "cms.urls")


def _missing() -> list[CheckMessage]:
    groups = [
        group
        for group, value in _ENTRY_POINTS.items()
        if value not in [found.value for found in entry_points(group=group, name="fee_gate")]
    ]
    if not groups:
        return []
    return [
        Error(
            "The platform does not find the gate in this process: no entry point of ours in "
            f"{', '.join(groups)}.",
            hint="Install openedx-fairgate with pip into the environment of the LMS and into that "
            "of Studio; a checkout that is installed as editable has to be installed again after "
            "an upgrade.",
            id="fee_gate.E007",
        )
    ]


def _shadowed() -> list[CheckMessage]:
    others = sorted(
        f"{found.value} ({_distribution(found)}, {group})"
        for group, value in _ENTRY_POINTS.items()
        for found in entry_points(group=group, name="fee_gate")
        if found.value != value
    )
    if not others:
        return []
    return [
        Error(
            f"Something else is registered under the name fee_gate too: {', '.join(others)}. The "
            "platform takes one of the two.",
            hint="Uninstall the other distribution, or an old copy of this one.",
            id="fee_gate.E008",
        )
    ]


def _other_partitions() -> list[CheckMessage]:
    others = sorted(
        f"{found.name} ({_distribution(found)})"
        for found in entry_points(group=_GENERATORS)
        if found.name != "fee_gate" and not found.value.startswith(_PLATFORM)
    )
    if not others:
        return []
    return [
        Warning(
            f"Other plugins add partitions to courses too: {', '.join(others)}.",
            hint="Two partitions of a course must not share an id. Find out which ids they use, "
            "move ours with FEE_GATE_PARTITION_IDS if one is among them, then put fee_gate.W001 "
            "into SILENCED_SYSTEM_CHECKS.",
            id="fee_gate.W001",
        )
    ]


def _distribution(found: EntryPoint) -> str:
    """The name of the distribution that an entry point comes with."""
    return found.dist.name if found.dist else "of no distribution"


@register("fairgate")
def check_search(**_: Any) -> Sequence[CheckMessage]:
    """``fee_gate.W003``: course search keeps one person's answers from the next."""
    processor = getattr(settings, "SEARCH_RESULT_PROCESSOR", None)
    if not _is_lms() or processor in {None, SEARCH}:
        return []
    return [
        Warning(
            f"Course search uses {processor}, which we do not know.",
            hint=f"Derive it from {SEARCH}, or make sure that it remembers the blocks of a course "
            "for one person and not for the whole process; then silence this warning.",
            id="fee_gate.W003",
        )
    ]


@register("fairgate")
def check_cache(**_: Any) -> Sequence[CheckMessage]:
    """``fee_gate.W002``: what processes tell each other through the cache arrives."""
    backend = str(getattr(settings, "CACHES", {}).get("default", {}).get("BACKEND", ""))
    if not _is_platform() or settings.DEBUG or not backend.endswith(_CACHES_OF_ONE_PROCESS):
        return []
    return [
        Warning(
            f"The default cache is {backend}, which no other process or machine sees.",
            hint="Set CACHES['default'] to Redis or Memcached, as the platform does by default: "
            "there one process learns that another one changed a gate.",
            id="fee_gate.W002",
        )
    ]
