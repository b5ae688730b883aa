"""What the LMS is told at start-up about the pages around a fee."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fee_payments import checks


@pytest.mark.parametrize("value", [None, ""])
def test_an_lms_without_an_account_page_is_warned_that_countries_cannot_be_set(monkeypatch, value):
    lms = SimpleNamespace(ROOT_URLCONF="lms.urls", ACCOUNT_MICROFRONTEND_URL=value)
    monkeypatch.setattr(checks, "settings", lms)

    (fault,) = checks.check_account_page(None)

    assert fault.id == "fee_payments.W003"
    assert "ACCOUNT_MICROFRONTEND_URL" in fault.hint


@pytest.mark.parametrize(
    "service",
    [
        {"ROOT_URLCONF": "lms.urls", "ACCOUNT_MICROFRONTEND_URL": "https://apps.example/account/"},
        {"ROOT_URLCONF": "cms.urls"},
        {},
    ],
)
def test_who_has_the_page_or_needs_none_is_not_warned(monkeypatch, service):
    monkeypatch.setattr(checks, "settings", SimpleNamespace(**service))

    assert checks.check_account_page(None) == []
