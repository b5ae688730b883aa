"""Bank transfers: an invoice that a bank's file pays, and the fifty seats of a ministry."""

from __future__ import annotations

import csv
import re

import pytest

pytestmark = pytest.mark.browser

FEE = "/fairgate/fees/spectrum-online/"
UNIT = "/courses/spectrum-management/units/regulations/"
BEHIND_THE_GATE = "The Radio Regulations are a treaty."
MINISTRY = "Ministry of Posts and Broadcasting"
COURSE = "Spectrum management: the full course"
NUMBER = re.compile(r"TESTOSA-2026-[0-9]{6}")
PDF = b"%PDF-"
# Fifty people, two of whom have an account in the demo.
PEOPLE = ["lena@example.org,Lena Brunner"] + [
    f"officer{number}@posts.example,Officer {number}" for number in range(2, 51)
]


def test_a_learner_asks_for_an_invoice_and_the_file_of_the_bank_opens_the_course(visitor):
    # given
    visitor.be("Lena", then=FEE)
    visitor.choose_to_pay("USD 120.00", "Bank transfer")
    visitor.page.get_by_label("Address, without the country").fill("Bahnhofstrasse 1\n3000 Bern")
    visitor.press("Issue the invoice")
    number = NUMBER.search(visitor.text)[0]
    assert "Reference, needed with the payment" in visitor.text
    assert visitor.paper("The invoice as PDF").startswith(PDF)
    visitor.press("The order")
    assert f"The invoice {number} waits for its transfer" in visitor.text
    visitor.go(UNIT)
    assert BEHIND_THE_GATE not in visitor.page.content()

    # when
    import_the_file_of_the_bank(visitor)
    assert f"{number}: USD 120.00" in visitor.text
    visitor.press("Match what is certain")
    assert "Left to a person: 1." in visitor.page.locator("body").inner_text()
    visitor.press(number)
    assert "a payment was matched, USD 120.00" in visitor.text

    # then
    visitor.be("Lena", then="/fairgate/fees/orders/")
    visitor.press(COURSE)
    assert "Paid. You have access now." in visitor.text
    assert visitor.paper("Receipt (PDF)").startswith(PDF)
    visitor.press("Invoice for this order")
    assert "paid" in visitor.text
    assert "How to pay" not in visitor.text
    visitor.go(UNIT)
    assert BEHIND_THE_GATE in visitor.text


def test_a_ministry_buys_fifty_seats_and_its_people_accept_by_link_and_by_code(visit, visitor):
    # given
    quote_fifty_seats(visitor)
    visitor.be("Daudi", then="/fairgate/fees/invoices/")
    assert visitor.paper("TESTOSA-QU-2026-000003").startswith(PDF)
    number = invoice_the_purchase_order(visitor)
    visitor.be("Daudi", then="/fairgate/fees/invoices/")
    visitor.press(number)
    assert visitor.paper("The invoice as PDF").startswith(PDF)

    # when
    import_the_file_of_the_bank(visitor)
    visitor.press("Match what is certain")
    visitor.be("Wambui", then="/fairgate/fees/institutions/")
    visitor.press(COURSE)
    assert "50 seats" in visitor.text
    pool = visitor.page.url.removeprefix(visitor.site)
    invite_fifty_people(visitor)
    code = take_one_back_and_make_a_code(visitor)
    visitor.move_to("2026-11-24")  # the mails of so many go out in the night

    # then
    lena = visit(width=320)
    lena.be("Lena", then="/mail/")
    lena.press("/seats/invitation/")
    assert f"{MINISTRY} pays for your seat" in lena.text
    lena.page.get_by_label("I agree that my sponsor sees").check()
    lena.press("Accept the seat")
    lena.go(UNIT)
    assert BEHIND_THE_GATE in lena.text
    lena.be("Céleste", then=f"{FEE}seat-code/")
    lena.page.get_by_role("textbox", name="Seat code").fill(code)
    lena.press("Use the code")
    lena.go(UNIT)
    assert BEHIND_THE_GATE in lena.text
    visitor.be("Wambui", then=pool)
    assert "1 of 2 shares the progress with you." in visitor.text
    assert seat_of(visitor, "lena").endswith("accepted\tnot started")
    assert seat_of(visitor, "celeste").endswith("accepted\tnot shared")


def import_the_file_of_the_bank(visitor):
    """Everybody has paid today, says the bank; the finance officer imports its file."""
    visitor.go("/bank/")
    statement = visitor.download("Download the statement")
    visitor.press("Be Inès, and import it")
    visitor.page.get_by_label("File of the bank").set_input_files(
        {
            "name": "statement.xml",
            "mimeType": "application/xml",
            "buffer": statement.read_bytes(),
        }
    )
    visitor.press("Import")


def quote_fifty_seats(visitor):
    """The finance officer offers fifty seats to the ministry, as it has asked for by telephone."""
    visitor.be("Inès", then="/fairgate/fees/desk/invoices/")
    visitor.press("Quotes")
    visitor.page.get_by_label("Buyer").select_option(label=MINISTRY)
    visitor.page.get_by_label("What is offered").fill("spectrum-online 50")
    visitor.page.get_by_label("Currency").fill("USD")
    visitor.press("Issue the quote")
    assert f"{MINISTRY}: USD 4,800.00" in visitor.text


def invoice_the_purchase_order(visitor):
    """The ministry's order has come by post; the number of the invoice that is issued for it."""
    visitor.be("Inès", then="/fairgate/fees/desk/quotes/")
    visitor.press("TESTOSA-QU-2026-000003")
    page = visitor.page
    page.get_by_label("Number of the purchase order").fill("PO-2026-131")
    page.get_by_label("Amount").fill("4800.00")
    page.get_by_label("Received on").fill("2026-11-23")
    page.get_by_label("The purchase order (PDF").set_input_files(
        {"name": "order.pdf", "mimeType": "application/pdf", "buffer": PDF + b"1.7\n"}
    )
    visitor.press("Keep the purchase order")
    visitor.press("Issue the invoice")
    return NUMBER.search(visitor.text)[0]


def invite_fifty_people(visitor):
    """The coordinator hands in the list of the ministry's people."""
    lines = "\n".join(["email,name", *PEOPLE])
    visitor.page.get_by_label("Or a CSV file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    )
    visitor.press("Invite")
    assert "50 people are invited" in visitor.page.locator("body").inner_text()


def take_one_back_and_make_a_code(visitor):
    """One person has left: their seat is taken back, and a code is printed for it."""
    visitor.page.get_by_label("Whole e-mail address").fill("officer7@posts.example")
    visitor.press("Show")
    visitor.press("Take back")
    visitor.page.get_by_label("How many codes").fill("1")
    with visitor.page.expect_download() as begun:
        visitor.page.get_by_role("button", name="Make codes").click()
    with open(begun.value.path(), encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    return row["Code"]


def seat_of(visitor, username):
    """The row of somebody's seat, as its coordinator reads it, up to what can be done."""
    row = visitor.page.get_by_role("row").filter(has_text=username)
    return "\t".join(cell.inner_text() for cell in row.get_by_role("cell").all()[:3])
