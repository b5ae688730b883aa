"""What the pages of a fee weigh on a slow line, in bytes: the page, and the stylesheet once.

The bounds are a little above what was measured; the figures are in xblocks/fee_gate/README.md.
The demo's own header and footer are left out: a site brings its own.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from factories import fee_payments as make
from factories import waiver_policy as waiver
from fairgate import clock
from fairgate.typed_codes import grouped, new
from fee_payments import compat

FRAME = re.compile(rb'<div class="fg-demo-bar".*?</header>|<footer.*?</footer>', re.DOTALL)
LANGUAGES = [code for code, _name in settings.LANGUAGES]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: waiver.EVE)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "GU")
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")
    waiver.programme()
    make.offering(waivable=True)


@pytest.fixture
def learner():
    client = Client()
    client.force_login(get_user_model().objects.create_user("joaquin"))
    return client


def without_frame(page):
    """The page without what the site puts around it."""
    return FRAME.sub(b"", page)


def weight(content):
    return len(content), len(gzip.compress(content, 6, mtime=0))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["fee", "seat_code"])
def test_a_page_of_a_fee_is_light_in_every_language(learner, name, language):
    learner.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    page = without_frame(learner.get(reverse(f"fee_payments:{name}", args=["spectrum"])).content)

    plain, compressed = weight(page)
    assert f'<html lang="{language}"'.encode() in page
    assert plain <= 3_800
    assert compressed <= 1_900


def test_a_refusal_adds_next_to_nothing(learner):
    url = reverse("fee_payments:seat_code", args=["spectrum"])
    before = len(learner.get(url).content)

    assert len(learner.post(url, {"code": grouped(new())}).content) - before < 500


def test_the_stylesheet_is_fetched_once_and_is_light():
    plain, compressed = weight(Path(finders.find("fairgate/fairgate.css")).read_bytes())

    assert plain <= 14_300  # forty pages share it, half of them since there are invoices and seats
    assert compressed <= 4_100


@pytest.mark.parametrize("name", ["fee", "seat_code"])
def test_a_page_asks_for_a_stylesheet_and_an_icon_and_runs_no_script(learner, name):
    page = without_frame(learner.get(reverse(f"fee_payments:{name}", args=["spectrum"])).content)

    assert b"<script" not in page
    assert re.findall(rb'<link rel="(\w+)"[^>]+fairgate/', page) == [b"stylesheet", b"icon"]
