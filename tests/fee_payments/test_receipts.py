"""The receipt of an order as a PDF."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from factories import fee_payments as make
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat
from fee_payments.exceptions import InvoiceRefused, UnknownOrder
from fee_payments.models import Order, Payment, SandboxSession
from reading_pdfs import bare
from reading_pdfs import text as text_of

pytestmark = pytest.mark.django_db

LATER = make.NOON + timedelta(days=1)


@pytest.fixture(autouse=True)
def academy():
    make.merchant(tax_id="CHE-109.322.551")


def receipt(order, *, user_id=1001, language="en"):
    return text_of(
        api.receipt_of(order.uuid, user_id=user_id, name="Amina Okello", language=language)
    )


def test_it_says_who_has_paid_what_to_whom_and_when():
    make.offering()
    make.tax("CH", "8.1")
    printed = receipt(make.paid_order(make.learner()))
    for said in (
        "Receipt", "Received from", "Amina Okello", "Open Spectrum Academy", "CHE-109.322.551",
        "Spectrum management", "Switzerland", "5 October 2026", "USD 120.00", "8.1 %",
    ):  # fmt: skip
        assert bare(said) in printed


def test_it_shows_every_line_and_what_was_given_back_of_each():
    make.offering("one")
    make.offering("two", title="Antennas", prices=(make.price(Money("80.00", "USD")),))
    placed = make.paid_order_of(make.learner(), "one", "two")
    parts = {placed.lines[1].uuid: Money("30.00", "USD")}
    api.refund(placed.uuid, parts=parts, key="k", reason="ill", by=9, at=LATER)
    printed = receipt(placed)
    assert bare("USD 200.00") in printed
    assert bare("USD 30.00 was refunded.") in printed


def test_the_session_stands_there_in_its_own_time():
    make.workshop()
    make.session()
    who = make.learner()
    offer = api.quote(who, "spectrum", at=make.NOON, session="monday")
    placed = api.place_order(
        who, "spectrum", sessions={"spectrum": "monday"}, key="k", expected=offer.total,
        at=make.NOON,
    )  # fmt: skip
    make.send(make.event(make.payment(placed)))
    assert bare("09:00 (Africa/Nairobi), Nairobi, Radio laboratory") in receipt(placed)


def test_the_seller_is_who_collected_then_and_not_who_collects_now():
    make.offering()
    placed = make.paid_order(make.learner())
    make.merchant("other", legal_name="Another Academy", is_default=False)
    make.offering(merchant="other")
    printed = receipt(placed)
    assert bare("Open Spectrum Academy") in printed
    assert bare("Another Academy") not in printed


def test_before_the_payment_there_is_none():
    make.offering()
    with pytest.raises(InvoiceRefused, match="nothing was paid for this order yet"):
        receipt(make.order(make.learner()))


def test_k26_f24_somebody_elses_receipt_does_not_exist(client, monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: LATER)
    make.offering()
    placed = make.paid_order(make.learner())
    with pytest.raises(UnknownOrder):
        receipt(placed, user_id=1002)
    client.force_login(get_user_model().objects.create_user("stranger"))
    for uuid in (placed.uuid, uuid4()):
        assert client.get(reverse("fee_payments:receipt", args=[uuid])).status_code == 404


def test_the_page_of_an_order_leads_to_it_under_the_name_of_the_profile(client, monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: LATER)
    monkeypatch.setattr(compat, "full_name", lambda user_id: "Amina Okello")
    make.offering()
    person = get_user_model().objects.create_user("amina")
    placed = make.paid_order(make.learner(person.pk))
    client.force_login(person)
    address = reverse("fee_payments:receipt", args=[placed.uuid])
    assert address in client.get(reverse("fee_payments:order", args=[placed.uuid])).content.decode()
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert bare("Amina Okello") in text_of(answer.content)


def test_a_test_is_marked_as_one():
    make.offering()
    placed = make.paid_order(make.learner())
    assert Order.objects.get().is_test
    assert bare("TEST") in receipt(placed)


def lost(placed, *, minor=None):
    """The payer's bank takes the payment back for good, or a part of it."""
    payment = Payment.objects.get(order__uuid=placed.uuid)
    make.send(make.happening(payment, "dispute", at=LATER), at=LATER)
    if minor:
        session = SandboxSession.objects.get(token=payment.reference)
        (dispute,) = session.book["disputes"]
        session.book = {**session.book, "disputes": [{**dispute, "amount": minor}]}
        session.save()
    end = LATER + timedelta(hours=1)
    make.send(make.happening(payment, "lose", at=end), at=end)


def test_what_a_bank_has_taken_back_is_not_said_to_be_paid():
    make.offering()
    placed = make.paid_order(make.learner())
    before = receipt(placed)
    lost(placed)
    printed = receipt(placed)
    said = bare(
        "The payer’s bank took USD 120.00 of this payment back. This paper is no proof of payment."
    )
    assert said in printed
    assert bare("Taken back by the bank") in printed
    assert bare("Taken back by the bank") not in before


def test_what_a_bank_has_taken_in_part_stands_beside_what_was_paid():
    make.offering()
    placed = make.paid_order(make.learner())
    lost(placed, minor=5_000)
    printed = receipt(placed)
    assert bare("The payer’s bank took USD 50.00 of this payment back.") in printed
    assert bare("USD 120.00") in printed
    assert bare("This paper is no proof of payment.") not in printed


def page_of(client, placed, person):
    client.force_login(person)
    page = client.get(reverse("fee_payments:order", args=[placed.uuid])).content.decode()
    return " ".join(page.replace("\xa0", " ").split())


def test_the_page_of_an_order_that_was_lost_is_no_receipt(client, monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: LATER + timedelta(hours=2))
    make.offering()
    person = get_user_model().objects.create_user("amina")
    placed = make.paid_order(make.learner(person.pk))
    assert "<h1>Receipt</h1>" in page_of(client, placed, person)
    assert '<dt>Paid</dt><dd class="fg-num">' in page_of(client, placed, person)
    lost(placed)
    page = page_of(client, placed, person)
    assert "<h1>Your order</h1>" in page
    assert '<dt>Paid</dt><dd class="fg-num">' not in page
    assert "Your bank took USD 120.00 back." in page
    assert reverse("fee_payments:receipt", args=[placed.uuid]) in page


def test_the_page_of_an_order_that_was_lost_in_part_says_how_much(client, monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: LATER + timedelta(hours=2))
    make.offering()
    person = get_user_model().objects.create_user("amina")
    placed = make.paid_order(make.learner(person.pk))
    lost(placed, minor=5_000)
    page = page_of(client, placed, person)
    assert "<h1>Receipt</h1>" in page
    assert "Your bank took USD 50.00 back." in page
