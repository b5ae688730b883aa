"""Defaults. An operator's value always wins."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fairgate import page_frame

#: The platform's filters, and the steps that show marks on its pages.
STEPS = {
    "org.openedx.learning.course_about.render.started.v1": "partner_badge.pipeline.AboutPage",
    "org.openedx.learning.xblock.render.started.v1": "partner_badge.pipeline.UnitPage",
    "org.openedx.learning.vertical_block.render.completed.v1": "partner_badge.pipeline.Unit",
    "org.openedx.learning.dashboard.render.started.v1": "partner_badge.pipeline.Dashboard",
    "org.openedx.learning.certificate.render.started.v1": "partner_badge.pipeline.Certificate",
}
#: Puts marks and promotions into pages that the platform keeps.
MIDDLEWARE = "partner_badge.middleware.PartnersOnPages"

DEFAULTS: dict[str, object] = {
    # Who the host is in the sentence next to each mark; empty takes the platform's name.
    "PARTNERSHIPS_HOST_NAME": "",
    # Bytes that the file of a mark may have, and pictures that one partner may send in 24 hours.
    "PARTNERSHIPS_MARK_MAX_BYTES": 512_000,
    "PARTNERSHIPS_MARKS_PER_DAY": 20,
    # Promotions that one partner may propose in 24 hours, under all its agreements.
    "PARTNERSHIPS_PROMOTIONS_PER_DAY": 10,
    # What one person, and all people of a partner, may record for it on a day (UTC), signatures
    # among it; and how many files that may bring.
    "PARTNERSHIPS_RECORDS_PER_DAY": 100,
    "PARTNERSHIPS_PARTNER_RECORDS_PER_DAY": 300,
    "PARTNERSHIPS_EVIDENCE_FILES_PER_DAY": 20,
    "PARTNERSHIPS_PARTNER_EVIDENCE_FILES_PER_DAY": 60,
    # The largest file that is taken as evidence of what was delivered or fulfilled.
    "PARTNERSHIPS_EVIDENCE_MAX_BYTES": 2_097_152,
    # Who at the host is reminded of what ends soon or is late.
    "PARTNERSHIPS_OFFICE_EMAILS": [],
    # Days before the end of an agreement, and of a due diligence, on which somebody is reminded.
    "PARTNERSHIPS_EXPIRY_REMINDER_DAYS": [90, 30, 7],
    "PARTNERSHIPS_DUE_DILIGENCE_REMINDER_DAYS": [60, 14],
    # Where marks show besides the block, and promotions beside the list of courses; leave out what
    # should stay as the platform draws it.
    "PARTNERSHIPS_SHOWN_ON": ("about", "unit", "dashboard", "certificate", "mail", "catalogue"),
    # Keys of badges in PEM, from where secrets are kept: the first one signs, all are published.
    "PARTNERSHIPS_BADGE_KEYS": (),
    # Where badges are verified, https; empty takes LMS_ROOT_URL.
    "PARTNERSHIPS_BADGE_ROOT_URL": "",
    # Who knows lists of countries (a function as waiver_policy.api.list_members); empty: nobody.
    "PARTNERSHIPS_COUNTRY_LISTS": "waiver_policy.api.list_members",
    # Fewer learners than this are never told as a number; all others are told as multiples of it.
    "PARTNERSHIPS_LEAST_LEARNERS": 5,
}

# The platform writes what people send with a form into its tracking log, but for these addresses.
# For that it reads the form before we see it, and puts a stranger's file on a disk.
UNTRACKED = "^/fairgate/partners/[^/]+/(agreements|marks|promotions|v1)/"


def leave_untracked(settings: Any) -> None:
    """Keep forms of our pages out of the tracking log, where the platform has one."""
    patterns = getattr(settings, "TRACKING_IGNORE_URL_PATTERNS", None)
    if patterns is not None and UNTRACKED not in patterns:
        settings.TRACKING_IGNORE_URL_PATTERNS = [*patterns, UNTRACKED]


def plugin_settings(settings: Any) -> None:
    """Give every setting its default if the operator gave none."""
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    leave_untracked(settings)
    page_frame.install(settings)


def show(settings: Any) -> None:
    """Have the LMS's pages show marks.

    Our steps stand behind those that are there, and our templates, and what puts marks into pages
    that the platform keeps. Called when the platform's own additions are made: ``production`` and
    ``test``. A filter keeps the silence that an operator gave it: none of these steps lets an error
    through.
    """
    if getattr(settings, "ROOT_URLCONF", "") != "lms.urls":
        return
    filters = getattr(settings, "OPEN_EDX_FILTERS_CONFIG", None)
    if filters is None:
        filters = settings.OPEN_EDX_FILTERS_CONFIG = {}
    for name, step in STEPS.items():
        # A filter may be written as one path or a list of them.
        known = filters.get(name) or {}
        if not isinstance(known, dict):
            known = {"pipeline": [known] if isinstance(known, str) else list(known)}
        others = [path for path in known.get("pipeline", ()) if path != step]
        filters[name] = {"fail_silently": True, **known, "pipeline": [*others, step]}
    # The last: nobody has packed the page before it comes here.
    if MIDDLEWARE not in settings.MIDDLEWARE:
        settings.MIDDLEWARE.append(MIDDLEWARE)
    folder = _mako_templates()
    if folder and folder not in settings.MAKO_TEMPLATE_DIRS_BASE:
        settings.MAKO_TEMPLATE_DIRS_BASE.append(folder)


def _mako_templates() -> str:
    """Where the badge keeps its templates for the platform's pages; "" if it is not installed."""
    badge = find_spec("partner_badge")
    places = badge.submodule_search_locations if badge else None
    return str(Path(next(iter(places))) / "templates" / "mako") if places else ""
