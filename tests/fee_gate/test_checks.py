"""System checks: what would leave a gate open."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fee_gate import checks
from fee_gate.settings import common, production, test

WRAPPER = "lms.djangoapps.courseware.field_overrides:OverrideModulestoreFieldData.wrap"
USERS = "django.contrib.auth.middleware.AuthenticationMiddleware"


def lms(**changes):
    """An LMS's settings as far as the gate is concerned."""
    values = {
        "ROOT_URLCONF": "lms.urls",
        "INSTALLED_APPS": [],
        "MIDDLEWARE": [USERS],
        "MODULESTORE_FIELD_OVERRIDE_PROVIDERS": ("one.of.the.platform",),
        "XBLOCK_FIELD_DATA_WRAPPERS": (),
    }
    return SimpleNamespace(**values | changes)


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize("pair", [(52, 53), [70, 94], (52, 99)])
def test_ids_within_the_plugins_range_are_fine(settings, pair):
    settings.FEE_GATE_PARTITION_IDS = pair

    assert checks.check_partition_ids() == []


@pytest.mark.parametrize("pair", [(50, 60), (60, 100), (70, 70), (80, 70), (70,), 70, ("70", "80")])
def test_e001_other_ids_are_an_error(settings, pair):
    settings.FEE_GATE_PARTITION_IDS = pair

    assert ids(checks.check_partition_ids()) == ["fee_gate.E001"]


def test_outside_an_lms_nothing_is_asked():
    assert checks.check_platform() == []


def test_our_own_settings_satisfy_the_checks(monkeypatch):
    settings = lms()
    common.plugin_settings(settings)
    test.plugin_settings(settings)
    monkeypatch.setattr(checks, "settings", settings)

    assert checks.check_platform() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"MIDDLEWARE": [USERS]}, "fee_gate.E002"),
        ({"MIDDLEWARE": [common.MIDDLEWARE, USERS]}, "fee_gate.E002"),
        ({"MODULESTORE_FIELD_OVERRIDE_PROVIDERS": ()}, "fee_gate.E003"),
        ({"XBLOCK_FIELD_DATA_WRAPPERS": ()}, "fee_gate.E004"),
    ],
)
def test_a_missing_part_is_an_error(monkeypatch, changes, expected):
    settings = lms()
    test.plugin_settings(settings)
    for name, value in changes.items():
        setattr(settings, name, value)
    monkeypatch.setattr(checks, "settings", settings)

    assert ids(checks.check_platform()) == [expected]


ENROLMENT, CERTIFICATE = common.STEPS


@pytest.mark.parametrize(
    "known",
    [
        None,
        {},
        {"other.filter.v1": {"pipeline": ["other.Step"]}},
        {ENROLMENT: {"pipeline": ["other.Step"], "fail_silently": True, "log_level": "debug"}},
        {ENROLMENT: ["other.Step"]},
        {ENROLMENT: "other.Step"},
        {ENROLMENT: {"pipeline": ["other.Step", common.STEPS[ENROLMENT]]}},
    ],
)
def test_our_filter_steps_stand_first_and_count_beside_those_of_others(monkeypatch, known):
    settings = lms() if known is None else lms(OPEN_EDX_FILTERS_CONFIG=known)
    expected = [common.STEPS[ENROLMENT], *(["other.Step"] if ENROLMENT in (known or {}) else [])]
    for _ in range(2):
        production.plugin_settings(settings)
    monkeypatch.setattr(checks, "settings", settings)

    found = settings.OPEN_EDX_FILTERS_CONFIG
    assert found[ENROLMENT]["pipeline"] == expected
    assert found[CERTIFICATE]["pipeline"] == [common.STEPS[CERTIFICATE]]
    assert found.keys() - common.STEPS.keys() == (known or {}).keys() - common.STEPS.keys()
    assert checks.check_holds() == []


def test_what_else_a_filter_is_told_is_kept():
    settings = lms(OPEN_EDX_FILTERS_CONFIG={ENROLMENT: {"pipeline": [], "log_level": "debug"}})
    ours = settings.OPEN_EDX_FILTERS_CONFIG

    test.plugin_settings(settings)

    assert settings.OPEN_EDX_FILTERS_CONFIG is ours
    assert ours[ENROLMENT]["log_level"] == "debug"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (None, "fee_gate.E005"),
        ({"pipeline": ["other.Step"], "fail_silently": False}, "fee_gate.E005"),
        (["other.Step"], "fee_gate.E005"),
        ({"pipeline": [common.STEPS[ENROLMENT]]}, "fee_gate.E006"),
        ({"pipeline": [common.STEPS[ENROLMENT]], "fail_silently": True}, "fee_gate.E006"),
        ([common.STEPS[ENROLMENT]], "fee_gate.E006"),
        (common.STEPS[ENROLMENT], "fee_gate.E006"),
    ],
)
def test_a_filter_that_was_set_afterwards_is_an_error(monkeypatch, entry, expected):
    settings = lms()
    test.plugin_settings(settings)
    settings.OPEN_EDX_FILTERS_CONFIG[ENROLMENT] = entry
    monkeypatch.setattr(checks, "settings", settings)

    (fault,) = checks.check_holds()
    assert fault.id == expected
    assert ENROLMENT in fault.msg
    assert "OPEN_EDX_FILTERS_CONFIG" in fault.hint


def test_filters_that_were_replaced_are_two_errors(monkeypatch):
    settings = lms()
    test.plugin_settings(settings)
    settings.OPEN_EDX_FILTERS_CONFIG = {"other.filter.v1": {"pipeline": ["other.Step"]}}
    monkeypatch.setattr(checks, "settings", settings)

    assert ids(checks.check_holds()) == ["fee_gate.E005"] * 2


def test_outside_an_lms_no_filter_is_asked_for():
    assert checks.check_holds() == []


def test_settings_may_be_applied_twice():
    settings = lms()
    for _ in range(2):
        common.plugin_settings(settings)
        production.plugin_settings(settings)

    assert settings.MIDDLEWARE == [USERS, common.MIDDLEWARE]
    assert settings.MODULESTORE_FIELD_OVERRIDE_PROVIDERS == (
        "one.of.the.platform",
        common.OVERRIDE,
    )
    assert settings.INSTALLED_APPS == ["fairgate"]


def test_an_operators_value_wins():
    settings = lms(
        FEE_GATE_PARTITION_IDS=(60, 61), ENV_TOKENS={"FEE_GATE_NOAUTH_EXEMPT_TYPES": ["lti"]}
    )

    common.plugin_settings(settings)
    production.plugin_settings(settings)

    assert settings.FEE_GATE_PARTITION_IDS == (60, 61)
    assert settings.FEE_GATE_NOAUTH_EXEMPT_TYPES == ["lti"]


def test_studio_gets_the_defaults_and_no_hooks():
    settings = SimpleNamespace(ROOT_URLCONF="cms.urls", INSTALLED_APPS=[], MIDDLEWARE=[])

    common.plugin_settings(settings)
    production.plugin_settings(settings)

    assert settings.MIDDLEWARE == []
    assert not hasattr(settings, "OPEN_EDX_FILTERS_CONFIG")
    assert settings.FEE_GATE_PARTITION_IDS == (70, 94)
