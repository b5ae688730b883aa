"""Marks on the platform's pages: how they get there, and what an operator is told if not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from partnerships import checks
from partnerships.conf import PLACES
from partnerships.settings import common, production, test

ABOUT = "org.openedx.learning.course_about.render.started.v1"
STEP = common.STEPS[ABOUT]


def lms(**changes):
    """An LMS's settings as far as marks are concerned."""
    values = {
        "ROOT_URLCONF": "lms.urls",
        "INSTALLED_APPS": [],
        "MIDDLEWARE": ["the.platforms.Own"],
        "MAKO_TEMPLATE_DIRS_BASE": ["lms/templates"],
        "OPEN_EDX_FILTERS_CONFIG": None,
    }
    return SimpleNamespace(**values | changes)


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize("stage", [production, test])
def test_the_lms_gets_every_step_once_and_our_templates(stage):
    settings = lms()

    stage.plugin_settings(settings)
    stage.plugin_settings(settings)

    filters = settings.OPEN_EDX_FILTERS_CONFIG
    assert {name: entry["pipeline"] for name, entry in filters.items()} == {
        name: [step] for name, step in common.STEPS.items()
    }
    assert settings.MIDDLEWARE == ["the.platforms.Own", common.MIDDLEWARE]
    (platforms, ours) = settings.MAKO_TEMPLATE_DIRS_BASE
    assert platforms == "lms/templates"
    assert ours.endswith("partner_badge/templates/mako")


@pytest.mark.parametrize(
    "known",
    [
        "other.Step",
        ["other.Step"],
        {"pipeline": ["other.Step"]},
        {"pipeline": [STEP, "other.Step"]},
    ],
)
def test_the_steps_of_others_stay_before_ours(known):
    settings = lms(OPEN_EDX_FILTERS_CONFIG={ABOUT: known})

    common.show(settings)

    assert settings.OPEN_EDX_FILTERS_CONFIG[ABOUT] == {
        "fail_silently": True,
        "pipeline": ["other.Step", STEP],
    }


def test_a_filter_that_an_operator_made_loud_stays_loud():
    ours = {"fail_silently": False, "pipeline": [], "log_level": "debug"}
    settings = lms(OPEN_EDX_FILTERS_CONFIG={ABOUT: ours})

    common.show(settings)

    assert settings.OPEN_EDX_FILTERS_CONFIG[ABOUT] == ours | {"pipeline": [STEP]}


def test_studio_has_no_such_pages():
    settings = lms(ROOT_URLCONF="cms.urls")

    common.show(settings)

    assert settings.OPEN_EDX_FILTERS_CONFIG is None
    assert settings.MAKO_TEMPLATE_DIRS_BASE == ["lms/templates"]


@pytest.mark.parametrize("places", [PLACES, list(PLACES), (), ["unit"]])
def test_e004_places_that_we_know_are_fine(settings, places):
    settings.PARTNERSHIPS_SHOWN_ON = places

    assert checks.check_places() == []


@pytest.mark.parametrize("places", ["unit", ["unit", "moon"], None, 7, [["unit"]]])
def test_e004_other_places_are_an_error(settings, places):
    settings.PARTNERSHIPS_SHOWN_ON = places

    (fault,) = checks.check_places()

    assert fault.id == "partnerships.E004"
    assert "about, unit, dashboard, certificate, mail, catalogue" in fault.hint


def test_w002_a_filter_without_our_step_is_told(monkeypatch):
    settings = lms()
    common.show(settings)
    monkeypatch.setattr(checks, "settings", settings)
    assert checks.check_pages() == []

    settings.OPEN_EDX_FILTERS_CONFIG[ABOUT] = ["other.Step"]

    (remark,) = checks.check_pages()
    assert remark.id == "partnerships.W002"
    assert ABOUT in remark.msg


def test_w002_an_assigned_setting_is_told_for_every_page(monkeypatch):
    monkeypatch.setattr(checks, "settings", lms(OPEN_EDX_FILTERS_CONFIG={}))

    found = ids(checks.check_pages())
    assert found.count("partnerships.W002") == len(common.STEPS)


def test_w004_a_missing_middleware_is_told(monkeypatch):
    settings = lms()
    common.show(settings)
    settings.MIDDLEWARE.remove(common.MIDDLEWARE)
    monkeypatch.setattr(checks, "settings", settings)

    (remark,) = checks.check_pages()
    assert remark.id == "partnerships.W004"
    assert common.MIDDLEWARE in remark.hint


def test_w003_steps_that_cannot_be_loaded_are_told(monkeypatch):
    settings = lms()
    common.show(settings)
    monkeypatch.setattr(checks, "settings", settings)

    def gone(path):
        raise ImportError("No module named 'openedx_filters'")

    monkeypatch.setattr(checks, "import_string", gone)

    (remark,) = checks.check_pages()
    assert remark.id == "partnerships.W003"
    assert "openedx_filters" in remark.msg


def test_studio_and_others_are_told_nothing(monkeypatch):
    monkeypatch.setattr(checks, "settings", lms(ROOT_URLCONF="cms.urls"))

    assert checks.check_pages() == []
