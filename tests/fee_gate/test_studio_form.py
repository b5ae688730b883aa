"""The settings form in a browser, in the runtimes that Studio has: by keyboard, and in trouble.

The page is the fragment that the block draws. What stands around it are the two halves of a runtime
that matter to the form: the element it hands over, and how it makes an address of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from factories.drafts import block_in, draft
from factories.fee_gate import EXAM, FEE, marker_course, offering

pytestmark = pytest.mark.browser

HOST = "https://studio.example"
HANDLER = f"{HOST}/xblock/usage/handler/save_settings"

# What each runtime hands over: Studio's own and that of libraries a jQuery object, of which our
# script may use nothing but the element in it; the second keeps the address on that very object.
ELEMENTS = {
    "jquery": "{ 0: node, length: 1, usage: 'usage' }",
    "node": "Object.assign(node, { usage: 'usage' })",
}
PAGE = """<!doctype html>
<html lang="en" dir="{direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><style>{css}</style></head>
<body><div id="block">{html}</div>
<script>{js}</script>
<script>
  const node = document.getElementById('block');
  const element = {element};
  window.told = [];
  FeeGateStudio({{
    handlerUrl: (given, name) => `/xblock/${{given.usage}}/handler/${{name}}`,
    notify: (name, data) => window.told.push([name, data]),
  }}, element);
</script></body></html>"""


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    window = browser.new_context(viewport={"width": 320, "height": 640})
    window.add_cookies([{"name": "csrftoken", "value": "a%20token", "url": HOST}])
    yield window
    window.close()


class Form:
    """An open form, what it sent, and what the server answers."""

    def __init__(self, page: Page, drawn: str) -> None:
        self.page = page
        self.drawn = drawn
        self.sent: list[dict[str, str]] = []
        self.headers: dict[str, str] = {}
        self.answer: dict[str, object] = {"status": 200, "json": {"result": "success"}}
        self.held: list[Route] | None = None
        page.route(HANDLER, self._take)

    def _take(self, route: Route) -> None:
        self.sent.append(json.loads(route.request.post_data or ""))
        self.headers = route.request.headers
        if self.held is not None:
            self.held.append(route)
        elif "abort" in self.answer:
            route.abort()
        else:
            route.fulfill(**self.answer)

    def told(self, name: str) -> list[dict[str, str]]:
        """What the runtime was told under this name, once the form is at rest."""
        self.page.wait_for_function("!document.querySelector('.save-button').disabled")
        return [data for said, data in self.page.evaluate("window.told") if said == name]

    @property
    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.name || document.activeElement.role"))


@pytest.fixture
def opened(context, payments, at):
    """Opens the form of a gate, in a runtime that hands over this kind of element."""
    pages = []

    def open_(kind="jquery", *, direction="ltr", **fields):
        block = block_in(draft(marker_course()), "gate")
        for name, value in fields.items():
            setattr(block, name, value)
        fragment = block.studio_view()
        page = context.new_page()
        pages.append(page)
        css, js = (
            "\n".join(one.data for one in fragment.resources if one.mimetype == kind_of)
            for kind_of in ("text/css", "application/javascript")
        )
        html = PAGE.format(
            html=fragment.content, css=css, js=js, element=ELEMENTS[kind], direction=direction
        )
        page.route(f"{HOST}/", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(f"{HOST}/")
        return Form(page, fragment.content)

    yield open_
    for page in pages:
        page.close()


@pytest.mark.parametrize("kind", list(ELEMENTS))
def test_an_author_fills_and_saves_the_form_with_the_keyboard_alone(opened, payments, kind):
    payments.offerings[EXAM] = offering(EXAM, title="Final examination")
    form = opened(kind)
    keys = form.page.keyboard

    form.page.locator("#fee-gate-display-name").focus()
    keys.press("ControlOrMeta+a")
    keys.type("Pay")
    keys.press("Tab")
    keys.type("Final")  # as every list takes it: the first entry that begins so
    keys.press("Tab")
    keys.type("The rest of the c")
    keys.press("Tab")
    keys.type("Six lessons.")
    keys.press("Tab")
    keys.press("Enter")

    assert form.told("save") == [{"state": "start"}, {"state": "end"}]
    assert form.sent == [
        {"display_name": "Pay", "fee": EXAM, "scope": "course", "teaser": "Six lessons."}
    ]
    assert form.headers["x-csrftoken"] == "a token"


def test_the_price_of_the_chosen_fee_stands_whole_below_a_list_that_is_too_narrow(opened, payments):
    long = "Spectrum management for administrations " * 4
    payments.offerings = {FEE: offering(title=long), EXAM: offering(EXAM, title="Examination")}
    payments.offerings[EXAM] = replace(payments.offerings[EXAM], prices=())
    page = opened().page
    prices = page.locator("#fee-gate-fee-prices")

    assert prices.inner_text() == "USD\N{NO-BREAK SPACE}120.00"
    page.get_by_label("Fee", exact=True).select_option(EXAM)
    assert prices.inner_text() == ""


def test_save_and_cancel_stand_where_the_fields_begin(opened):
    page = opened().page
    left = "element => element.getBoundingClientRect().left"

    edge = page.get_by_label("Name", exact=True).evaluate(left)
    assert page.get_by_role("button", name="Save").evaluate(left) == edge


def test_every_field_has_its_label_and_what_is_needed_says_so(opened):
    page = opened().page

    assert page.get_by_label("Name", exact=True).get_attribute("required") is not None
    assert page.get_by_label("Fee", exact=True).get_attribute("required") is not None
    assert page.get_by_label("What it closes", exact=True).count() == 1
    assert page.get_by_label("Teaser", exact=True).count() == 1
    assert "Spectrum management (USD 120.00)" in page.get_by_label("Fee", exact=True).inner_text()


@pytest.mark.parametrize("kind", list(ELEMENTS))
def test_a_refusal_stands_at_its_field_which_gets_the_focus_and_the_next_try_is_clean(opened, kind):
    form = opened(kind)
    sentence = "Choose a fee of this course."
    form.answer = {"status": 400, "json": {"error": sentence, "field": "fee"}}

    form.page.get_by_role("button", name="Save").click()

    (error,) = form.told("error")
    assert error == {
        "title": "Your changes were not saved. Please try again.",
        "message": sentence,
    }
    fee = form.page.get_by_label("Fee", exact=True)
    assert form.focused == "fee"
    assert fee.get_attribute("aria-invalid") == "true"
    described = fee.get_attribute("aria-describedby").split()
    assert form.page.locator(f"#{described[0]}").inner_text() == sentence

    form.answer = {"status": 200, "json": {"result": "success"}}
    form.page.get_by_role("button", name="Save").click()

    assert form.told("save")[-1] == {"state": "end"}
    assert fee.get_attribute("aria-invalid") is None
    assert sentence not in form.page.locator("form").inner_text()


@pytest.mark.parametrize(
    ("fields", "emptied", "name", "sentence"),
    [
        ({"fee": ""}, "", "fee", "Choose a fee of this course."),
        ({"fee": "gone"}, "", "fee", "Choose a fee of this course."),
        ({}, "#fee-gate-display-name", "display_name", "Give the gate a name."),
    ],
)
def test_what_is_missing_is_said_before_anything_is_sent(opened, fields, emptied, name, sentence):
    form = opened(**fields)
    for selector in filter(None, [emptied]):
        form.page.locator(selector).fill("  ")

    form.page.get_by_role("button", name="Save").click()

    assert form.page.locator(f'[data-error-of="{name}"]').inner_text() == sentence
    assert form.focused == name
    assert form.sent == []
    assert form.told("save") == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"abort": True}, "Your changes were not saved. Please try again."),
        (
            {"status": 200, "body": "<html>Sign in</html>", "content_type": "text/html"},
            "Your changes were not saved. Please try again.",
        ),
        ({"status": 500, "body": ""}, "Your changes were not saved. Please try again."),
        (
            {"status": 403, "json": {"error": "Only authors of this course may do this."}},
            "Only authors of this course may do this.",
        ),
    ],
)
def test_what_is_no_fields_fault_is_said_above_the_form_and_nothing_counts_as_saved(
    opened, answer, sentence
):
    form = opened()
    form.answer = answer

    form.page.get_by_role("button", name="Save").click()

    assert [error["message"] for error in form.told("error")] == [sentence]
    assert form.page.get_by_role("alert").inner_text() == sentence
    assert form.focused == "alert"
    assert form.told("save") == [{"state": "start"}]


def test_a_second_press_while_the_first_is_on_its_way_sends_nothing(opened):
    form = opened()
    form.held = []

    form.page.get_by_role("button", name="Save").click()
    form.page.locator("#fee-gate-display-name").press("Enter")
    form.page.wait_for_function("document.querySelector('.save-button').disabled")
    (route,) = form.held
    route.fulfill(status=200, json={"result": "success"})

    assert form.told("save") == [{"state": "start"}, {"state": "end"}]
    assert len(form.sent) == 1


def test_before_the_script_listens_the_form_cannot_be_sent_and_lost(opened):
    form = opened()

    form.page.evaluate("html => { document.body.innerHTML = html }", form.drawn)

    assert form.page.get_by_role("button", name="Save").is_disabled()


@pytest.mark.parametrize("kind", list(ELEMENTS))
def test_cancel_tells_the_runtime_and_sends_nothing(opened, kind):
    form = opened(kind)

    form.page.get_by_role("button", name="Cancel").press("Enter")

    assert form.told("cancel") == [{}]
    assert form.sent == []


def test_without_fees_the_form_says_why_and_the_rest_is_saved(opened, payments):
    payments.offerings = {}
    form = opened(fee="")

    assert "This course has no fees yet." in form.page.locator("form").inner_text()
    assert form.page.get_by_label("Fee", exact=True).count() == 0
    form.page.get_by_role("button", name="Save").click()

    assert form.told("save")[-1] == {"state": "end"}
    assert form.sent[0]["fee"] == ""


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_on_a_narrow_screen_nothing_is_cut_off(opened, payments, direction):
    payments.offerings = {FEE: offering(title="Spectrum management for administrations " * 4)}
    form = opened(direction=direction)
    form.answer = {"status": 400, "json": {"error": "x" * 80, "field": "teaser"}}

    form.page.get_by_role("button", name="Save").click()

    assert form.told("error")
    assert form.page.evaluate("document.documentElement.scrollWidth") <= 320
