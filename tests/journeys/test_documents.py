"""A learner sends papers from a phone, and a reviewer reads them and notes what they show."""

from __future__ import annotations

import pytest

from factories import papers

pytestmark = pytest.mark.browser

APPLY = "/fairgate/waivers/apply/spectrum-online/"


def send(visitor, kind, name, content, *, age="18 years or older"):
    visitor.page.get_by_label("What it is").select_option(label=kind)
    visitor.page.get_by_label(age).check()
    file = {"name": name, "mimeType": "application/pdf", "buffer": content}
    visitor.page.get_by_label("The file", exact=True).set_input_files(file)
    visitor.press("Send the document")


def applied(visitor):
    """Lena, whose country is on no list, has applied and looks at her application."""
    visitor.be("Lena", then=APPLY)
    visitor.page.get_by_label("Why do you ask for a waiver?").fill("I was born in Haiti.")
    visitor.page.get_by_label("What I say is true").check()
    visitor.press("Send the application")


def test_papers_go_from_a_phone_to_a_reviewer_who_notes_what_they_show(visit):
    # given
    learner = visit(width=320)
    applied(learner)
    learner.press("Declare another country")
    learner.page.get_by_label("Country", exact=True).select_option("HT")
    learner.press("Save")
    assert "Your country is noted." in learner.text
    learner.press("Your application for a waiver")

    # when
    learner.press("Send or take back documents")
    send(learner, "Letter of an institution", "letter.pdf", papers.HTML)
    assert "This file is a web page." in learner.text
    send(learner, "Letter of an institution", "letter.pdf", papers.pdf())
    send(learner, "Passport or identity card", "photo.png", papers.picture("PNG", (900, 600)))

    # then
    assert learner.text.count("Take back") == 2
    assert learner.page.evaluate("document.documentElement.scrollWidth") <= 320

    # when
    reviewer = visit()
    reviewer.be("Inès", then="/fairgate/waivers/review/")
    reviewer.click(reviewer.page.locator("main table a").first)
    with reviewer.page.expect_download() as download:
        reviewer.press("Download")
    assert download.value.suggested_filename.startswith("institution_letter-")
    reviewer.press("Note what a document shows")
    reviewer.page.get_by_label("Country", exact=True).select_option("HT")
    reviewer.page.get_by_label("seen in a document").check()
    reviewer.press("Save")

    # then
    assert "seen in a document" in reviewer.text
    assert "self-declared" in reviewer.text
