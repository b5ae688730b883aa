"""Money on its way: a bank asks first, a part goes back, and others pay for seats."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from uuid import uuid4

import pytest

pytestmark = pytest.mark.browser

COURSE = "/courses/spectrum-management/"
UNIT = f"{COURSE}units/regulations/"
BEHIND_THE_GATE = "The Radio Regulations are a treaty."
API = "/fairgate/fees/api/v1"


def test_a_card_whose_bank_asks_first_opens_the_course_when_the_answer_is_right(visitor):
    # given
    visitor.be("Lena", then="/fairgate/fees/spectrum-online/")
    visitor.choose_to_pay("USD 120.00")
    visitor.page.get_by_text("More ways a payment can go").click()

    # when
    visitor.press("Let the bank ask first")
    assert "whether it is really you (3-D Secure)" in visitor.text
    visitor.press("Answer the bank’s question rightly")

    # then
    assert "Paid. You have access now." in visitor.text
    visitor.go(UNIT)
    assert BEHIND_THE_GATE in visitor.text


def test_of_two_things_in_one_order_one_is_given_back_and_the_other_stays_open(visitor):
    # given
    visitor.be("Lena")
    order = place(visitor, "spectrum-online", "spectrum-exam", amount="130.00")
    visitor.go(order)
    visitor.choose_for_order("USD 130.00")
    visitor.press("Pay USD 130.00")
    assert "Paid. You have access now." in visitor.text

    # when
    visitor.be("Inès", then=order)
    visitor.page.get_by_label("Certificate examination: Amount, at most USD 10.00").fill("10.00")
    visitor.page.get_by_label("Reason, kept with the refund").fill("The examination is cancelled.")
    visitor.press("Refund")

    # then
    visitor.be("Lena", then=order)
    exam = visitor.page.get_by_role("region", name="Certificate examination")
    course = visitor.page.get_by_role("region", name="Spectrum management: the full course")
    assert "Your access to this has ended." in exam.inner_text()
    assert "Your access to this has ended." not in course.inner_text()
    visitor.go(UNIT)
    assert BEHIND_THE_GATE in visitor.text


def test_a_ministry_pays_for_seats_and_its_officer_gives_one_to_a_learner(visit, visitor, served):
    # given
    visitor.be("Omar", then="/admin/fee_payments/buyer/add/")
    ministry_of(visitor, contact=account(served.folder, "somchit"))

    # when
    visitor.be("Somchit", then="/fairgate/fees/institutions/")
    visitor.press("Order seats")
    visitor.page.get_by_label("Spectrum management: the full course", exact=True).fill("2")
    visitor.press("See the price")
    visitor.order("Order for USD 192.00")
    visitor.choose_for_order("USD 192.00")
    visitor.press("Pay USD 192.00")
    visitor.press("Give the seats to your people")
    visitor.press("Spectrum management: the full course")
    visitor.page.get_by_label("People, one on each line").fill("lena@example.org, Lena")
    visitor.press("Invite")
    assert "lena@example.org" in visitor.text

    # then
    learner = visit(width=320)
    learner.be("Lena", then="/mail/")
    learner.press("/seats/invitation/")
    assert "Ministry of Posts pays for your seat" in learner.text
    learner.press("Accept the seat")
    learner.go(UNIT)
    assert BEHIND_THE_GATE in learner.text


def place(visitor, *fees, amount):
    """Order several fees at once, as a micro-frontend does; the page of the order."""
    cookies = {one["name"]: one["value"] for one in visitor.page.context.cookies()}
    offer = visitor.page.request.get(f"{visitor.site}{API}/offerings/{fees[0]}/quote/").json()
    answer = visitor.page.request.post(
        f"{visitor.site}{API}/orders/",
        data={
            "lines": [{"offering": fee} for fee in fees],
            "accepts_terms": offer["terms"]["sha256"],
            "expected": {"amount": amount, "currency": "USD"},
            "country": "CH",
        },
        headers={"Idempotency-Key": uuid4().hex, "X-CSRFToken": cookies["csrftoken"]},
    )
    assert answer.status == 201, answer.text()
    return f"/fairgate/fees/orders/{answer.json()['uuid']}/"


def account(folder, username):
    """The id of somebody's account."""
    with closing(sqlite3.connect(folder / "demo.sqlite3")) as database:
        asked = "SELECT id FROM auth_user WHERE username = ?"
        return str(database.execute(asked, [username]).fetchone()[0])


def ministry_of(visitor, *, contact):
    """An operator writes a ministry down, with who orders for it, and has verified it."""
    page = visitor.page
    page.locator("#id_legal_name").fill("Ministry of Posts")
    page.locator("#id_address").fill("Place 1")
    page.locator("#id_country").fill("LA")
    page.locator("#id_payer_class").select_option("member_state")
    if not page.locator("#id_contacts-0-user_id").count():
        page.get_by_text("Add another Contact of a buyer").click()
    page.locator("#id_contacts-0-user_id").fill(contact)
    visitor.press("Save")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("verify")
    visitor.press("Go")
    assert "Verified: 1." in page.locator("body").inner_text()
