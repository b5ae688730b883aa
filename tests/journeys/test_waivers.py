"""An application from its form to the appeal, as it looks; money for the fund by two people."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

WAIVERS = "/fairgate/waivers"
APPLY = f"{WAIVERS}/apply/spectrum-online/"
ADMIN = "/admin/waiver_policy"
# A newer Django names more than this field by the word "action".
ACTION = "select[name=action]"
CREDITS = f"{ADMIN}/manualcredit/"
OPERATORS = (
    "/admin/", f"{ADMIN}/policyversion/", f"{ADMIN}/policyversion/1/change/",
    f"{ADMIN}/policyversion/1/compare/", f"{ADMIN}/waiverfund/", f"{ADMIN}/fundentry/", CREDITS,
    f"{CREDITS}add/", f"{ADMIN}/waiverdecision/", f"{ADMIN}/waiverdecision/1/change/",
    f"{ADMIN}/waiverapplication/", f"{ADMIN}/waiverapplication/1/change/",
    f"{ADMIN}/nominationcall/", f"{ADMIN}/quotasubject/", f"{ADMIN}/listmembership/",
)  # fmt: skip

# What a control is called: by its label, by its words, or by an attribute.
CONTROLS = "main :is(input, select, textarea, button, summary, a)"
NAMELESS = f"""[...document.querySelectorAll('{CONTROLS}')]
    .filter(e => e.type !== 'hidden' && !e.hidden)
    .filter(e => !(e.labels && e.labels.length && e.labels[0].textContent.trim())
        && !(e.textContent || '').trim() && !e.getAttribute('aria-label'))
    .map(e => e.outerHTML)"""

# A word that stands beside a box or a button to choose, and has slipped under it.
SLIPPED = """[...document.querySelectorAll('main label')]
    .filter(e => e.control && ['radio', 'checkbox'].includes(e.control.type))
    .filter(e => [...e.getClientRects()].some(line => {
        const box = e.control.getBoundingClientRect()
        return line.left < box.right && line.right > box.left
    }))
    .map(e => e.innerText)"""


def applied(visitor):
    """Lena, whose country is on no list, has applied; the address of her application."""
    visitor.be("Lena", then=APPLY)
    visitor.page.get_by_label("Why do you ask for a waiver?").fill("We are a small school.")
    visitor.page.get_by_label("What I say is true").check()
    visitor.press("Send the application")
    return visitor.page.url.removeprefix(visitor.site)


def decided(visitor, page, verdict, **told):
    """Inès decides about the application; what it is refused for, or how much is waived."""
    visitor.be("Inès", then=page.replace("/application/", "/review/"))
    visitor.page.get_by_label(verdict, exact=True).check()
    for label, words in told.items():
        field = visitor.page.get_by_label(label.replace("_", " "))
        if label == "Reason_for_a_refusal":
            field.select_option(label=words)
        else:
            field.fill(words)
    visitor.press("Send to the learner")


def speak(visitor, language):
    cookie = {"name": "django_language", "value": language, "url": visitor.site}
    visitor.page.context.add_cookies([cookie])


def faults(visitor, paths):
    """What is wrong on these pages, on a phone of 320 pixels."""
    found = {}
    for path in paths:
        visitor.go(path)
        wide = visitor.page.evaluate("document.documentElement.scrollWidth") > 320
        names, slipped = visitor.page.evaluate(NAMELESS), visitor.page.evaluate(SLIPPED)
        if wide or names or slipped:
            found[path] = ["too wide"] * wide + names + slipped
    return found


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_of_an_application_can_be_read_and_worked_on_a_small_phone(visit, language):
    # given
    visitor = visit(width=320)
    page = applied(visitor)

    # when, then
    review = page.replace("/application/", "/review/")
    speak(visitor, language)
    learners = (APPLY, f"{WAIVERS}/", page, f"{page}documents/", f"{page}countries/")
    assert faults(visitor, learners) == {}

    # when, then
    speak(visitor, "en")
    visitor.be("Inès")
    speak(visitor, language)
    offices = (
        f"{WAIVERS}/review/", f"{WAIVERS}/review/?state=submitted", review, f"{review}country/",
    )  # fmt: skip
    assert faults(visitor, offices) == {}


@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_what_operators_read_in_the_administration_fits_a_small_phone(visit, language):
    # given
    visitor = visit(width=320)
    applied(visitor)
    visitor.be("Omar")
    speak(visitor, language)

    # when
    widths = {}
    for path in OPERATORS:
        visitor.go(path)
        widths[path] = visitor.page.evaluate("document.documentElement.scrollWidth")

    # then
    assert {path: width for path, width in widths.items() if width > 320} == {}


def test_a_learner_who_is_refused_appeals_and_the_next_reviewer_reads_why(visitor):
    # given
    page = applied(visitor)
    why = "What would give a right to a waiver was not shown."
    decided(visitor, page, "Refuse", Reason_for_a_refusal=why)

    # when
    visitor.be("Lena", then=page)
    assert why in visitor.text
    visitor.page.get_by_label("Why is the decision wrong?").fill("The letter is on its way.")
    visitor.press("Send the appeal")

    # then
    visitor.be("Omar", then=page.replace("/application/", "/review/"))
    assert "The letter is on its way." in visitor.text
    assert why in visitor.page.get_by_role("complementary").inner_text()


def test_who_is_approved_is_led_to_the_fee_and_pays_what_is_left(visitor):
    # given
    page = applied(visitor)
    decided(
        visitor, page, "Approve",
        Percentage_of_the_fee_that_is_waived="50", What_the_learner_reads="Welcome.",
    )  # fmt: skip

    # when
    visitor.be("Lena", then="/")
    visitor.press("My waivers")
    visitor.press("See the application")
    visitor.press("Use your waiver")

    # then
    assert "Pay USD 60.00" in visitor.text


def test_money_for_the_fund_takes_two_people(visitor):
    # given
    visitor.go("/")
    visitor.press("Be Inès, with a gift")
    visitor.page.get_by_label("Amount").fill("250.00")
    visitor.page.get_by_label("Currency").fill("USD")
    visitor.page.get_by_label("Kind").select_option(label="donation")
    visitor.page.get_by_label("Reason").fill("Gift of a ministry")
    visitor.page.get_by_label("Effective on").fill("2026-11-23")
    visitor.click(visitor.page.get_by_role("button", name="Save", exact=True))
    assert visitor.page.locator(ACTION).count() == 0

    # when
    visitor.go("/")
    assert "USD 60.00" in visitor.text
    visitor.be("Omar", then=CREDITS)
    assert "ines" in visitor.page.locator("#result_list").inner_text()
    visitor.page.locator("#result_list tbody input[type=checkbox]").check()
    confirm = "Confirm what somebody else has proposed"
    visitor.page.locator(ACTION).select_option(label=confirm)
    visitor.click(visitor.page.locator("button[name=index]"))

    # then
    visitor.go("/")
    assert "USD 310.00" in visitor.text
