"""What the LMS is told at start-up about the pages around a fee."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from fee_payments import checks

FONTS = Path(__file__).parents[2] / "libs/fairgate_papers/fonts"


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


def test_documents_that_can_be_made_as_set_are_not_warned_of(settings):
    settings.FAIRGATE_FONT_FOLDERS = [FONTS]
    settings.FAIRGATE_PAPER_SIZE = "us-letter"

    assert checks.check_documents(None) == []


def test_a_service_without_the_typesetter_is_warned_that_it_makes_no_documents(monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)

    (fault,) = checks.check_documents(None)

    assert fault.id == "fee_payments.W004"
    assert "package typst" in fault.msg


def test_a_folder_without_fonts_and_an_unknown_paper_are_warned_of(settings, tmp_path):
    settings.FAIRGATE_FONT_FOLDERS = [str(tmp_path)]
    (folder,) = checks.check_documents(None)
    settings.FAIRGATE_FONT_FOLDERS = []
    settings.FAIRGATE_PAPER_SIZE = "A3"
    (size,) = checks.check_documents(None)

    assert folder.msg == f"{tmp_path} holds no font that can be read."
    assert size.msg == "'A3' is not a valid PageSize."
    assert "us-letter" in size.hint


@pytest.mark.parametrize(
    ("word", "ids"), [("keep", []), ("suspend", []), ("perhaps", ["fee_payments.E006"])]
)
def test_what_becomes_of_access_in_a_dispute_is_one_of_two_words(settings, word, ids):
    settings.FEE_PAYMENTS_ON_DISPUTE = word

    assert [fault.id for fault in checks.check_disputes(None)] == ids
