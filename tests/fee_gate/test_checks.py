"""System checks: what would leave a gate open."""

from __future__ import annotations

from importlib.metadata import EntryPoint, EntryPoints
from types import SimpleNamespace

import pytest
from django.core.checks import registry, run_checks

from fee_gate import checks
from fee_gate.settings import common, production, test

WRAPPER = "lms.djangoapps.courseware.field_overrides:OverrideModulestoreFieldData.wrap"
FILES = "filebased.FileBasedCache"
USERS = "django.contrib.auth.middleware.AuthenticationMiddleware"


def lms(**changes):
    """An LMS's settings as far as the gate is concerned."""
    values = {
        "ROOT_URLCONF": "lms.urls",
        "INSTALLED_APPS": [],
        "MIDDLEWARE": [USERS],
        "MODULESTORE_FIELD_OVERRIDE_PROVIDERS": ("one.of.the.platform",),
        "XBLOCK_FIELD_DATA_WRAPPERS": (),
        "DEBUG": False,
    }
    return SimpleNamespace(**values | changes)


def studio(**changes):
    """A Studio's settings as far as the checks are concerned."""
    return lms(ROOT_URLCONF="cms.urls", **changes)


def plugins_are(monkeypatch, *plugins):
    """Have these entry points, and no others, be installed: (group, name, value)."""
    found = EntryPoints(EntryPoint(name, value, group) for group, name, value in plugins)
    monkeypatch.setattr(checks, "entry_points", lambda **named: found.select(**named))


OURS = [(group, "fee_gate", value) for group, value in checks._ENTRY_POINTS.items()]
PLATFORMS_OWN = (
    "openedx.dynamic_partition_generator",
    "enrollment_track",
    "xmodule.partitions.enrollment_track_partition_generator:create_enrollment_track_partition",
)


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


def test_the_platforms_search_processor_is_replaced_and_an_operators_own_is_told_of(monkeypatch):
    settings = lms(SEARCH_RESULT_PROCESSOR=common.PLATFORM_SEARCH)
    monkeypatch.setattr(checks, "settings", settings)
    assert ids(checks.check_search()) == ["fee_gate.W003"]

    common.enforce(settings)
    assert settings.SEARCH_RESULT_PROCESSOR == common.SEARCH
    assert checks.check_search() == []

    settings.SEARCH_RESULT_PROCESSOR = "another.Processor"
    common.enforce(settings)
    assert settings.SEARCH_RESULT_PROCESSOR == "another.Processor"
    assert ids(checks.check_search()) == ["fee_gate.W003"]


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
        (
            {"MODULESTORE_FIELD_OVERRIDE_PROVIDERS": ("one.of.the.platform", common.OVERRIDE)},
            "fee_gate.E003",
        ),
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
        common.OVERRIDE,
        "one.of.the.platform",
    )
    assert settings.INSTALLED_APPS == ["fairgate"]


def test_an_operators_value_wins():
    settings = lms(
        FEE_GATE_PARTITION_IDS=(60, 61), ENV_TOKENS={"FEE_GATE_NOAUTH_EXEMPT_HANDLERS": ["lti:x"]}
    )

    common.plugin_settings(settings)
    production.plugin_settings(settings)

    assert settings.FEE_GATE_PARTITION_IDS == (60, 61)
    assert settings.FEE_GATE_NOAUTH_EXEMPT_HANDLERS == ["lti:x"]


def test_studio_gets_the_defaults_and_no_hooks():
    settings = SimpleNamespace(ROOT_URLCONF="cms.urls", INSTALLED_APPS=[], MIDDLEWARE=[])

    common.plugin_settings(settings)
    production.plugin_settings(settings)

    assert settings.MIDDLEWARE == []
    assert not hasattr(settings, "OPEN_EDX_FILTERS_CONFIG")
    assert settings.FEE_GATE_PARTITION_IDS == (70, 94)


def test_the_suite_as_it_is_installed_here_is_found(monkeypatch):
    monkeypatch.setattr(checks, "settings", lms())

    assert checks.check_entry_points() == []


@pytest.mark.parametrize("service", [lms, studio])
@pytest.mark.parametrize("missing", OURS, ids=lambda entry: entry[0])
def test_e007_an_entry_point_that_a_service_does_not_find_is_an_error(
    monkeypatch, service, missing
):
    monkeypatch.setattr(checks, "settings", service())
    plugins_are(monkeypatch, PLATFORMS_OWN, *(entry for entry in OURS if entry != missing))

    (error,) = checks.check_entry_points()

    assert error.id == "fee_gate.E007"
    assert error.msg.endswith(f"no entry point of ours in {missing[0]}.")
    assert error.hint.startswith("Install openedx-fairgate with pip")


def test_e008_another_plugin_of_our_name_is_an_error(monkeypatch):
    monkeypatch.setattr(checks, "settings", lms())
    group = "openedx.user_partition_scheme"
    plugins_are(monkeypatch, *OURS, (group, "fee_gate", "theirs.partitions:Scheme"))

    (error,) = checks.check_entry_points()

    assert error.id == "fee_gate.E008"
    assert "theirs.partitions:Scheme" in error.msg
    assert error.hint.startswith("Uninstall the other distribution")


def test_a_second_copy_of_the_same_entry_points_is_fine(monkeypatch):
    monkeypatch.setattr(checks, "settings", lms())
    plugins_are(monkeypatch, *OURS, *OURS, PLATFORMS_OWN)

    assert checks.check_entry_points() == []


def test_w001_another_plugin_with_partitions_is_a_warning(monkeypatch):
    monkeypatch.setattr(checks, "settings", lms())
    theirs = ("openedx.dynamic_partition_generator", "seats", "theirs.partitions:create")
    plugins_are(monkeypatch, *OURS, PLATFORMS_OWN, theirs)

    (warning,) = checks.check_entry_points()

    assert warning.id == "fee_gate.W001"
    assert "seats" in warning.msg
    assert "enrollment_track" not in warning.msg
    assert "FEE_GATE_PARTITION_IDS" in warning.hint


@pytest.mark.parametrize("backend", ["locmem.LocMemCache", "dummy.DummyCache", FILES])
@pytest.mark.parametrize("service", [lms, studio])
def test_w002_a_cache_that_no_other_process_sees_is_a_warning(monkeypatch, service, backend):
    caches = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}
    monkeypatch.setattr(checks, "settings", service(CACHES=caches))

    (warning,) = checks.check_cache()

    assert warning.id == "fee_gate.W002"
    assert backend in warning.msg
    assert "Redis or Memcached" in warning.hint


def test_a_cache_that_is_shared_is_fine(monkeypatch):
    caches = {"default": {"BACKEND": "django_redis.cache.RedisCache"}}
    monkeypatch.setattr(checks, "settings", lms(CACHES=caches))

    assert checks.check_cache() == []


def test_a_developers_cache_is_their_own_affair(monkeypatch):
    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setattr(checks, "settings", lms(CACHES=caches, DEBUG=True))

    assert checks.check_cache() == []


def test_outside_a_platform_neither_plugins_nor_caches_are_asked_about(monkeypatch):
    monkeypatch.setattr(checks, "settings", lms(ROOT_URLCONF="demo_site.urls", CACHES={}))
    plugins_are(monkeypatch)

    assert [*checks.check_entry_points(), *checks.check_cache()] == []


def test_every_check_of_ours_has_a_tag_to_ask_for():
    apps = ("fee_gate.", "fee_payments.", "partnerships.", "revenue_share.", "waiver_policy.")
    ours = [check for check in registry.registry.get_checks() if check.__module__.startswith(apps)]

    assert len(ours) > 1
    assert not [check.__name__ for check in ours if "fairgate" not in check.tags]
    assert run_checks(tags=["fairgate"]) == []
