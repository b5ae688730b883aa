"""Files of somebody who means harm, through the page on which pictures are sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from factories.marks import HOSTILE, IMAGE, RUNS, SVG
from factories.partnerships import LONG_AGO, put_in_force
from fairgate import clock
from fairgate_marks import MarkRefused, Reason
from partnerships import api, models, wording_marks

URL = "/fairgate/partners/GSMA/marks/send/"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXTS = {"background": "light", "seen_en": "Three waves", "use_fr": "Laissez de la place."}
REFUSED = {name: case for name, case in HOSTILE.items() if case[1]}
TAKEN = {name: content for name, (content, reason) in HOSTILE.items() if not reason}

pytestmark = pytest.mark.django_db


@pytest.fixture
def grace(client: Client, settings):
    settings.PARTNERSHIPS_MARK_MAX_BYTES = 2_000_000
    put_in_force()
    user = User.objects.create_user("grace")
    api.add_person(user.pk, partner_code="GSMA", role="officer", at=LONG_AGO)
    client.force_login(user)
    clock.use(lambda: NOW)
    yield client
    clock.use(None)


def send(client, content, name="logo.svg", kind="image/svg+xml", **texts):
    cache.clear()  # the pace of one person is another test's
    file = SimpleUploadedFile(name, content, content_type=kind)
    return client.post(URL, {**TEXTS, **texts, "file": file})


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_is_said_in_words_for_translation(reason):
    assert str(wording_marks.REASONS[reason]) == reason.value


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_sentence_and_what_was_typed_is_still_there(grace, name):
    content, reason = REFUSED[name]

    answer = send(grace, content)

    assert answer.status_code == 400
    (said,) = answer.context["form"].errors["file"]
    # The sentence up to what it fills in, which is the file's.
    assert reason.value.partition("{")[0] in said
    page = answer.content.decode()
    assert escape(said) in page
    assert "Three waves" in page
    assert "Laissez de la place." in page
    assert RUNS not in page
    assert not models.BrandAsset.objects.exists()
    assert not models.BrandFile.objects.exists()


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken_is_kept_as_we_write_it_and_never_as_it_was_sent(grace, name):
    answer = send(grace, TAKEN[name])

    assert answer.status_code == 302
    kept = b"".join(bytes(file.content) for file in models.BrandFile.objects.all())
    assert RUNS.encode() not in kept
    assert b"script" not in kept
    assert TAKEN[name] not in kept


def test_a_fault_is_told_with_line_element_and_attribute(grace):
    content = f"<svg {SVG} viewBox='0 0 9 9'>\n<rect\nfill='url({IMAGE})'/></svg>".encode()

    (said,) = send(grace, content).context["form"].errors["file"]

    assert said.startswith("Line 2, <rect>, fill: It points to something outside the file")


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (MarkRefused(Reason.EMPTY), "The file is empty."),
        (MarkRefused(Reason.SCRIPT, line=3), "Line 3: Scripts are not allowed."),
        (MarkRefused(Reason.EVENT, element="g"), "<g>: Scripts that wait for an event"),
    ],
)
def test_a_place_is_said_as_far_as_it_is_known(refused, said):
    assert wording_marks.refusal(refused).startswith(said)


@pytest.mark.parametrize("kind", ["text/html", "image/jpeg", "application/x-php"])
def test_name_and_type_that_lie_decide_nothing(grace, kind):
    answer = send(grace, TAKEN[next(iter(TAKEN))], name="../../logo.php", kind=kind)

    assert answer.status_code == 302
    assert models.BrandAsset.objects.count() == 1


def test_a_file_that_is_too_long_is_thrown_away_and_costs_no_text(grace, settings):
    settings.PARTNERSHIPS_MARK_MAX_BYTES = 1_000

    # The file before the texts, as a browser of another page may send it.
    cache.clear()
    file = SimpleUploadedFile("logo.svg", b"<svg" + b" " * 3_000_000)
    answer = grace.post(URL, {"file": file, **TEXTS})

    assert answer.context["form"].errors["file"] == ["The file has more than 1,000 bytes."]
    assert "Laissez de la place." in answer.content.decode()


def test_an_empty_file_and_none_at_all_are_told_apart(grace):
    assert send(grace, b"").context["form"].errors["file"] == ["The file is empty."]
    cache.clear()
    assert grace.post(URL, TEXTS).context["form"].errors["file"] == ["Please choose a file."]
