"""What the pages say while a transfer is awaited, and once a file of the bank has told of it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from factories import bank_files as files
from factories import fee_payments as make
from factories import institution_seats as seats
from factories import invoices as papers
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

IMPORTS = ("import_bank_statements",)
DESK = (*IMPORTS, "view_invoice", "issue_invoices", "receive_purchase_orders")


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: papers.LATER)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")


def client_of(name, *permissions):
    user = get_user_model().objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def url(name, *args):
    return reverse(f"fee_payments:{name}", args=args)


def text_of(response):
    inline = re.sub(r"</?bdi[^>]*>", "", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inline))


def test_who_waits_for_a_transfer_is_led_to_the_invoice_and_may_still_pay_otherwise():
    # given
    lena = client_of("lena")
    make.offering()
    placed = make.order(make.learner(lena.user.pk), at=papers.LATER)
    invoice = papers.invoice(placed, at=papers.LATER)

    # when
    page = lena.get(url("order", placed.uuid))

    # then
    said = text_of(page)
    assert f"The invoice {invoice.number} waits for its transfer, until 7 Nov" in said
    assert "kept until 00:00 UTC" not in said
    assert url("invoice", invoice.uuid) in page.content.decode()
    assert "Pay USD 120.00: Try it out" in said
    assert "Bank transfer, with an invoice" not in said


def test_what_an_organisation_has_ordered_says_nothing_about_waivers():
    # given
    officer = client_of("officer")
    seats.offering()
    placed = seats.batch(seats.buyer(officer.user.pk), by=officer.user.pk, at=papers.LATER)

    # then
    assert "waiver policy" not in text_of(officer.get(url("order", placed.uuid)))
    assert "Spectrum management × 3" in text_of(officer.get(url("orders")))


def test_a_room_without_a_seat_is_not_offered_to_an_organisation():
    # given
    officer = client_of("officer")
    seats.offering(capacity=2)
    seats.offering("exam", title="Examination")
    buyer = seats.buyer(officer.user.pk)
    seats.batch(buyer, 2, by=officer.user.pk, at=papers.LATER)

    # when
    said = text_of(officer.get(url("batch_order", buyer.uuid)))

    # then
    assert "Examination" in said
    assert "Spectrum management" not in said


@pytest.mark.parametrize(("permissions", "links"), [(IMPORTS, 0), (DESK, 1)])
def test_a_file_that_was_matched_says_what_it_has_paid(permissions, links):
    # given
    papers.account("EUR", number=files.ACCOUNT)
    found = papers.bare_invoice(Money("40.00", "EUR"))
    content = files.camt(files.ntry("40.00", details=files.tx(text=found.number)))
    desk = client_of("desk", *permissions)
    sent = desk.post(url("bank"), {"file": SimpleUploadedFile("day.xml", content)}, follow=True)

    # when
    done = desk.post(sent.redirect_chain[-1][0], follow=True)

    # then
    assert re.search(rf"Matched with {found.number} ?: EUR 40.00", text_of(done))
    assert done.content.decode().count(url("invoice_desk", found.uuid)) == links


def test_where_nothing_is_left_to_do_with_an_invoice_no_heading_promises_it():
    # given
    found = papers.bare_invoice()
    desk = client_of("desk", *DESK)
    more = "What else can be done"
    assert more in text_of(desk.get(url("invoice_desk", found.uuid)))

    # when
    papers.pay(found, make.PRICE)

    # then
    assert api.invoice(found.uuid).missing.minor == 0
    assert more not in text_of(desk.get(url("invoice_desk", found.uuid)))


def test_who_issues_a_quote_is_told_the_codes_of_the_fees():
    # given
    make.offering()
    make.offering("exam")

    # then
    assert "Codes: exam, spectrum." in text_of(client_of("desk", *DESK).get(url("quotes")))
