"""Whatever was sent and kept: nothing of it runs in Chromium, however the site's file is shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.brand import COLLEAGUE
from factories.marks import HONEST, HOSTILE, RUNS, svg
from factories.partnerships import COURSE, LONG_AGO, put_in_force
from fairgate import clock
from partnerships import api

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

SITE = "https://site.example"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STORED = {
    **{name: content for name, (content, reason) in HOSTILE.items() if not reason},
    **HONEST,
}
EMBEDDED = "<img src={0}><object data={0}></object><embed src={0}><iframe src={0}></iframe>"


class Visitor:
    """A browser in front of our site, whose answers come from the views, with all their headers."""

    def __init__(self, browser):
        self.elsewhere, self.said, self.own = [], [], {}
        self._context = browser.new_context(viewport={"width": 500, "height": 300})
        self._context.route("**/*", self._answer)
        self.page = self._context.new_page()
        self.page.on("dialog", self._dialog)
        self._context.on("page", lambda page: self.said.append(page.url))

    def serve(self, path):
        """Let the browser have what our view gives to everybody for a path; its status."""
        # Asked here: in the browser's own loop the test's transaction would not be seen.
        answer = Client().get(path)
        self.own[path] = {"body": answer.content, "headers": dict(answer.items())}
        return answer.status_code

    def _answer(self, route):
        url = route.request.url
        path = url.removeprefix(SITE)
        if path in self.own:
            route.fulfill(**self.own[path])
            return
        if path != "/favicon.ico":
            self.elsewhere.append(url)
        route.abort()

    def _dialog(self, dialog):
        self.said.append(dialog.message)
        dialog.dismiss()

    def opens(self, path):
        """Open a path as a page, move and click in it, and say whether a script ran."""
        self.page.goto(SITE + path)
        self.page.mouse.move(50, 25)
        self.page.mouse.click(50, 25)
        return self.page.evaluate("window.ran ?? null")

    def embeds(self, path):
        """Open a page of the same site that shows a path in every way a page can."""
        html = f"<!doctype html>{EMBEDDED.format(path)}"
        self.own["/page"] = {"body": html, "content_type": "text/html"}
        return self.opens("/page")

    def close(self):
        self._context.close()


@pytest.fixture
def visitor(browser, settings) -> Iterator[Visitor]:
    # Frames are refused on most sites anyway; here they are let in, so that they are tried.
    settings.X_FRAME_OPTIONS = "SAMEORIGIN"
    settings.PARTNERSHIPS_MARK_MAX_BYTES = 2_000_000
    put_in_force()
    clock.use(lambda: NOW)
    opened = Visitor(browser)
    yield opened
    opened.close()
    clock.use(None)


def shown_after_sending(content):
    """The paths at which a file is shown that was sent by the page, approved and issued."""
    cache.clear()
    grace, client = User.objects.create_user("grace"), Client()
    api.add_person(grace.pk, partner_code="GSMA", role="officer", at=LONG_AGO)
    client.force_login(grace)
    file = SimpleUploadedFile("logo.svg", content)
    texts = {"background": "light", "seen_en": "Three waves"}
    client.post("/fairgate/partners/GSMA/marks/send/", {**texts, "file": file})
    (sent,) = api.list_pictures("GSMA", at=NOW)
    api.approve_picture(sent.uuid, by=COLLEAGUE, at=NOW)
    issued = [one.picture for one in api.freeze_marks(COURSE, at=NOW) if one.picture]
    return [f"/fairgate/partners/marks/{sent.mark}", issued[0].light, issued[0].mail]


def test_a_script_would_be_noticed(visitor):
    # given: what we never serve, so that the test below means something
    evil = svg(f"<script>{RUNS.replace('alert(1);', '')};alert('seen')</script><image href='/x'/>")
    visitor.own["/evil"] = {"body": evil, "content_type": "image/svg+xml"}

    # when
    ran = [visitor.opens("/evil"), visitor.embeds("/evil")]

    # then
    assert ran == [1, 1]
    assert "seen" in visitor.said
    assert "https://evil.example/ran" in visitor.elsewhere


@pytest.mark.parametrize("name", STORED)
def test_nothing_runs_and_no_other_host_is_asked(name, visitor):
    # given
    paths = shown_after_sending(STORED[name])
    answered = [visitor.serve(path) for path in paths]

    # when
    ran = [shows(path) for path in paths for shows in (visitor.opens, visitor.embeds)]

    # then
    assert ran == [None] * 6
    assert answered == [200] * 3
    assert visitor.said == []
    assert visitor.elsewhere == []
