"""Defaults of fee_gate, and its place in the platform's lists."""

from __future__ import annotations

from typing import Any

from fairgate import page_frame

MIDDLEWARE = "fee_gate.middleware.FeeGateMiddleware"
OVERRIDE = "fee_gate.field_override.FeeGateFieldOverride"
SEARCH = "fee_gate.search.FeeGateSearchResultProcessor"
PLATFORM_SEARCH = "lms.lib.courseware_search.lms_result_processor.LmsSearchResultProcessor"
STEPS = {
    "org.openedx.learning.course.enrollment.started.v1": "fee_gate.pipeline.HoldEnrolment",
    "org.openedx.learning.certificate.creation.requested.v1": "fee_gate.pipeline.HoldCertificate",
}

DEFAULTS = {
    # First and last of our partition ids, from the 52 to 99 that the platform leaves to plugins.
    # Two plugins must not share one: change this if another one is in the way. A course may have
    # one fee less than there are ids.
    "FEE_GATE_PARTITION_IDS": (70, 94),
    # "block type:handler", without a session, that stay reachable behind a gate: LTI tools send
    # grades there.
    "FEE_GATE_NOAUTH_EXEMPT_HANDLERS": (
        "lti:grade_handler",
        "lti:lti_2_0_result_rest_handler",
        "lti_consumer:lti_1p3_access_token",
        "lti_consumer:outcome_service_handler",
        "lti_consumer:result_service_handler",
    ),
    # True lets management commands and Celery tasks enrol without a fee. Off: a task does not say
    # for whom it works, and the work of some is started by learners.
    "FEE_GATE_ENROL_WITHOUT_REQUEST": False,
}


def plugin_settings(settings: Any) -> None:
    """Set the defaults; an operator's value always wins."""
    for name, value in DEFAULTS.items():
        if not hasattr(settings, name):
            setattr(settings, name, value)
    page_frame.install(settings)


def enforce(settings: Any) -> None:
    """Put the gate into the LMS's lists, once. Studio has neither, and shows authors everything.

    Called when the platform's own additions are made: ``production`` and ``test``.
    """
    if getattr(settings, "ROOT_URLCONF", "") != "lms.urls":
        return
    if MIDDLEWARE not in settings.MIDDLEWARE:
        settings.MIDDLEWARE.append(MIDDLEWARE)
    providers = tuple(settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS)
    # First: the platform takes the first answer, and ours holds those of the others.
    others = (provider for provider in providers if provider != OVERRIDE)
    settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS = (OVERRIDE, *others)
    # An operator's own processor stays; check fee_gate.W003 says what it has to do.
    if getattr(settings, "SEARCH_RESULT_PROCESSOR", None) == PLATFORM_SEARCH:
        settings.SEARCH_RESULT_PROCESSOR = SEARCH
    hold(settings)


def hold(settings: Any) -> None:
    """Put our steps into the platform's filters, beside those that are there, and make them count.

    First in line: a step that answers with no dict ends the pipeline for those behind it. A filter
    may be written as one path or a list of them; then it is silent, which ours cannot be.
    """
    filters = getattr(settings, "OPEN_EDX_FILTERS_CONFIG", None)
    if filters is None:
        filters = settings.OPEN_EDX_FILTERS_CONFIG = {}
    for name, step in STEPS.items():
        known = filters.get(name) or {}
        if not isinstance(known, dict):
            known = {"pipeline": [known] if isinstance(known, str) else list(known)}
        others = [path for path in known.get("pipeline", ()) if path != step]
        filters[name] = {**known, "fail_silently": False, "pipeline": [step, *others]}
