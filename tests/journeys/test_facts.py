"""A learner answers what the policy asks, from a phone; a reviewer confirms it; it is granted."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

WAIVERS = "/fairgate/waivers"
WHY = f"{WAIVERS}/why/spectrum-online/"
POLICY = """\
schema: waiver-policy/0.2
policies:
- id: by-income
  title: By income, and for students
  country_basis: none
  rules:
  - label: small_income
    when: {lt: {field: income, value: 10000}}
    benefit: {kind: percent_off, percent: 100}
  - label: student
    when: {all: [{flag: student}, {eq: {field: level, value: first_degree}}]}
    benefit: {kind: percent_off, percent: 50}
  facts:
    income:
      title: What your household earns in a year
      unit: USD
      help: Everybody who lives with you counts, before tax.
      strength: document
"""
WIDE = "document.documentElement.scrollWidth"


@pytest.fixture
def by_income(site, served, manage, tmp_path):
    """A policy that asks for facts decides in the demo."""
    file = tmp_path / "by-income.yaml"
    file.write_text(POLICY, encoding="utf-8")
    for words in (("load", str(file)), ("activate", "by-income")):
        code, said = manage(served.folder, "waiver_policy_policies", *words, "--by", "operator")
        assert code == 0, said


@pytest.mark.usefixtures("by_income")
@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_the_policy_asks_is_answered_on_a_phone_and_confirmed_by_a_reviewer(visit, language):
    # given
    learner = visit(width=320)
    learner.be("Lena", then=WHY)
    assert "We cannot tell yet whether a waiver applies." in learner.text

    # when
    learner.page.get_by_label("What your household earns in a year (USD)").fill("12,000")
    learner.press("Save and see the answer")

    # then
    assert "digits only, with a point before decimals" in learner.text
    assert learner.page.evaluate("document.activeElement.id") == "id_fact_income"
    assert learner.page.evaluate(WIDE) <= 320

    # when
    learner.page.get_by_label("What your household earns in a year (USD)").fill("8000")
    learner.press("Save and see the answer")

    # then
    assert "What you say is kept." in learner.text
    assert learner.page.get_by_role("heading", name="What you have told us").count() == 1
    learner.page.get_by_label("Why do you ask for a waiver?").fill("We are a small school.")
    learner.page.get_by_label("What I say is true").check()
    learner.press("Send the application")
    review = learner.page.url.removeprefix(learner.site).replace("/application/", "/review/")

    # when
    cookie = {"name": "django_language", "value": language, "url": learner.site}
    learner.page.context.add_cookies([cookie])
    widths = {}
    for path in (WHY, f"{WAIVERS}/facts/", f"{WAIVERS}/facts/of/spectrum-online/"):
        learner.go(path)
        widths[path] = learner.page.evaluate(WIDE)

    # then
    assert {path: width for path, width in widths.items() if width > 320} == {}

    # when
    reviewer = visit(width=320)
    reviewer.be("Inès", then=review)
    assert "to be confirmed" in reviewer.text
    reviewer.press("Confirm or correct")
    assert reviewer.page.evaluate(WIDE) <= 320
    reviewer.page.get_by_label("seen in a document").check()
    reviewer.page.get_by_label("Note for other reviewers").fill("Tax notice of 2025")
    reviewer.press("Save")

    # then
    assert "to be confirmed" not in reviewer.text
    assert "Tax notice of 2025" in reviewer.text
    assert reviewer.page.evaluate(WIDE) <= 320
    learner.page.context.add_cookies([{**cookie, "value": "en"}])
    learner.go(WHY)
    assert "100 % of the fee is waived for you." in learner.text
    assert "Tax notice" not in learner.text


@pytest.mark.usefixtures("by_income")
def test_the_questions_are_answered_with_the_keyboard_alone(visitor):
    # given
    visitor.be("Lena", then=WHY)

    # when
    visitor.page.locator("#id_fact_income").focus()
    visitor.page.keyboard.type("15000")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("ArrowDown")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("ArrowDown")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")

    # then
    assert "No waiver applies" in visitor.text
    assert "First degree" in visitor.text
    assert visitor.page.get_by_role("button", name="Take back").count() == 3
