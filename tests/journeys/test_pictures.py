"""A partner sends a picture from a phone, a colleague approves it, and the partner withdraws it."""

from __future__ import annotations

import pytest

from factories.marks import svg

pytestmark = pytest.mark.browser

PICTURES = "/fairgate/partners/GSMA/marks/"
PUBLIC = "/fairgate/partners/"


def choose(visitor, content):
    file = {"name": "logo.svg", "mimeType": "image/svg+xml", "buffer": content}
    visitor.page.get_by_label("The file", exact=True).set_input_files(file)


def drawn(visitor):
    """Whether every picture of a page was drawn, and what they say of themselves."""
    pictures = visitor.page.locator("main img")
    whole = "all => all.every(one => one.complete && one.naturalWidth > 0)"
    assert pictures.evaluate_all(whole)
    return pictures.evaluate_all("all => all.map(one => one.alt)")


def test_a_picture_goes_from_a_phone_by_a_second_person_to_everybody_and_is_withdrawn(visit):
    # given
    grace, omar, reader = visit(width=320), visit(), visit(language="fr")
    grace.be("Grace", then=PICTURES)
    grace.press("Send a picture")

    # when: something is wrong with the first file, and nothing of the text is lost
    grace.page.get_by_label("English").first.fill("One plain shape")
    grace.page.get_by_label("French").first.fill("Une surface unie")
    choose(grace, svg("<script>alert(1)</script>"))
    grace.page.get_by_role("button", name="Send the picture").click()
    grace.page.wait_for_load_state()

    # then
    assert "Line 1, <script>: Scripts are not allowed." in grace.text
    assert grace.page.evaluate("document.activeElement.id") == "faults"
    assert grace.page.get_by_label("French").first.input_value() == "Une surface unie"
    grace.complaints.clear()  # the browser notes that the answer was 400

    # when
    grace.page.get_by_role("link", name="The file").click()
    choose(grace, svg('<rect width="90" height="90" fill="#a00"/>'))
    grace.press("Send the picture")
    address = grace.page.url.removeprefix(grace.site).partition("#")[0]

    # then: it waits, and nobody else sees it
    assert "Waits for a decision" in grace.text
    assert drawn(grace) == ["One plain shape"] * 2
    assert grace.page.get_by_role("button", name="Approve and show it").count() == 0
    reader.go(PUBLIC)
    assert "Une surface unie" not in drawn(reader)

    # when
    omar.be("Omar", then=PUBLIC + "marks/")
    assert "One plain shape" in drawn(omar)
    omar.go(address)
    omar.press("Approve and show it")
    reader.go(PUBLIC)

    # then
    assert "The picture is approved." in omar.text
    assert "Une surface unie" in drawn(reader)
    path = reader.page.get_by_alt_text("Une surface unie").get_attribute("src")
    assert reader.page.request.get(reader.site + path).status == 200

    # when
    grace.go(address)
    grace.page.get_by_text("Withdraw this picture").click()
    grace.page.get_by_label("Why it is withdrawn").fill("We have a new name.")
    grace.press("Withdraw it now")

    # then: the name stands alone that second
    assert reader.page.request.get(reader.site + path).status == 404
    reader.go(PUBLIC)
    assert "GSMA" in reader.text
    assert "Une surface unie" not in drawn(reader)
    assert grace.page.evaluate("document.documentElement.scrollWidth") <= 320
