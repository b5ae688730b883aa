"""Pages about invoices and bank statements: who reads what, and what each button does."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from factories import bank_files as files
from factories import fee_payments as make
from factories import invoices as papers
from fairgate import clock
from fairgate.money import Money
from fee_payments import api, compat, models
from fee_payments.data import OrderState
from fee_payments.services import printing
from waiver_policy import compat as waiver_compat

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

DESK = (
    "view_invoice", "issue_invoices", "ask_write_off", "confirm_write_off",
    "import_bank_statements", "match_bank_lines", "ask_transfer_back", "confirm_transfer_back",
    "receive_purchase_orders",
)  # fmt: skip
TYPED = {"name": "Lena Example", "address": "1 Main Street\nBern", "country": "CH"}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: papers.LATER)
    for module in (compat, waiver_compat):
        monkeypatch.setattr(module, "profile_country", lambda user_id: "CH")
    monkeypatch.setattr(compat, "course_url", lambda course_key: f"/courses/{course_key}")


def client_of(name, *permissions):
    user = get_user_model().objects.create_user(name, email=f"{name}@example.org")
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


@pytest.fixture
def lena():
    return client_of("lena")


@pytest.fixture
def placed(lena):
    make.offering(capacity=5)
    return make.order(make.learner(lena.user.pk), at=papers.LATER)


def invoiced(placed, **changes):
    return papers.invoice(placed, at=papers.LATER, **changes)


def test_a_learner_says_who_pays_and_reads_how(lena, placed):
    order_page = lena.get(url("order", placed.uuid))
    assert "Bank transfer, with an invoice" in text_of(order_page)
    page = url("invoice_of_order", placed.uuid)
    form = text_of(lena.get(page))
    assert "cannot be changed once it is issued" in form
    assert "Spectrum management USD 120.00" in form
    answer = lena.post(page, TYPED, follow=True)
    found = models.Invoice.objects.get()
    assert answer.redirect_chain == [(url("invoice", found.uuid), 302)]
    said = text_of(answer)
    assert "USD 120.00" in said
    assert found.reference in said
    assert papers.ACCOUNT in said
    assert lena.get(page, follow=True).redirect_chain == answer.redirect_chain
    assert "TESTINV-2026-000001" in text_of(lena.get(url("invoices")))


def test_whoever_has_paid_by_card_finds_the_invoice_beside_the_receipt(lena):
    make.offering()
    paid = make.paid_order(make.learner(lena.user.pk), at=papers.LATER)
    assert url("invoice_of_order", paid.uuid) in lena.get(url("order", paid.uuid)).content.decode()
    lena.post(url("invoice_of_order", paid.uuid), TYPED)
    assert models.InvoiceStanding.objects.get().paid_minor == 12000


def test_the_provider_leads_to_that_page(lena, placed):
    started = api.start_payment(
        placed.uuid, user_id=lena.user.pk, provider="invoice", return_url=make.RETURN_URL,
        at=papers.LATER,
    )  # fmt: skip
    assert started == url("invoice_of_order", placed.uuid)
    lena.post(started, TYPED)
    papers.pay(api.invoice_of_order(placed.uuid), make.PRICE)
    assert api.order(placed.uuid).state is OrderState.PAID


def test_where_nobody_pays_by_transfer_no_invoice_keeps_a_seat_for_weeks(lena, placed, settings):
    settings.FEE_PAYMENTS_PROVIDERS = ["sandbox"]
    answer = lena.post(url("invoice_of_order", placed.uuid), TYPED)
    assert answer.status_code == 409
    assert not models.Invoice.objects.exists()
    assert api.order(placed.uuid) == placed


@pytest.mark.parametrize("left_out", ["name", "address", "country"])
def test_what_an_invoice_needs_is_asked_for(lena, placed, left_out):
    answer = lena.post(url("invoice_of_order", placed.uuid), {**TYPED, left_out: ""})
    assert "This is needed on an invoice." in text_of(answer)
    assert not models.Invoice.objects.exists()


def test_a_control_that_is_wrong_names_its_fault_and_takes_the_focus(lena, placed):
    page = lena.post(url("invoice_of_order", placed.uuid), {**TYPED, "name": "", "address": ""})
    controls = re.findall(r"<(?:input|textarea)[^>]*aria-invalid[^>]*>", page.content.decode())
    assert [re.search(r'aria-describedby="([^"]*)"', one)[1] for one in controls] == [
        "id_name_error", "id_address_error",
    ]  # fmt: skip
    assert ["autofocus" in one for one in controls] == [True, False]


def test_a_contact_has_the_invoice_made_out_to_their_organisation(lena, placed):
    ministry = papers.buyer()
    models.BuyerContact.objects.create(buyer=ministry, user_id=lena.user.pk)
    lena.post(url("invoice_of_order", placed.uuid), {"buyer": str(ministry.uuid)})
    assert models.Invoice.objects.get().buyer == ministry


def test_nobody_has_an_invoice_made_out_to_an_organisation_of_others(lena, placed):
    ministry = papers.buyer()
    lena.post(url("invoice_of_order", placed.uuid), {**TYPED, "buyer": str(ministry.uuid)})
    assert models.Invoice.objects.get().buyer is None


def test_f24_k26_documents_are_there_for_their_people_and_for_nobody_else(
    lena, placed, monkeypatch
):
    monkeypatch.setattr(printing, "pdf_of", lambda row, at: b"%PDF-")
    ministry = papers.buyer()
    colleague, stranger, clerk = (
        client_of("colleague"), client_of("stranger"), client_of("clerk", "view_invoice"),
    )  # fmt: skip
    models.BuyerContact.objects.create(buyer=ministry, user_id=colleague.user.pk, role="finance")
    found = invoiced(placed, buyer=papers.details_of(ministry))
    note = api.issue_credit_note(found.uuid, reason="wrong", by=9, at=papers.LATER)
    pages = [
        url("invoice", found.uuid), url("paper", "invoices", found.uuid),
        url("paper", "credit-notes", note.uuid),
    ]  # fmt: skip
    for who, status in ((lena, 200), (colleague, 200), (clerk, 200), (stranger, 404)):
        assert [who.get(page).status_code for page in pages] == [status] * 3
    assert [Client().get(page).status_code for page in pages] == [302] * 3
    assert found.number in text_of(colleague.get(url("invoices")))
    assert found.number not in text_of(stranger.get(url("invoices")))
    wrong = [url("paper", "quotes", found.uuid), url("paper", "secrets", found.uuid)]
    assert [clerk.get(page).status_code for page in wrong] == [404, 404]


def test_f24_k26_the_pages_of_operators_are_not_there_for_others(lena, placed):
    found = invoiced(placed)
    line = papers.bank_line(make.PRICE)
    pages = [
        url("invoice_list"), url("invoice_sheet"), url("invoice_desk", found.uuid), url("bank"),
        url("bank_import", line.imported.uuid), url("bank_lines"), url("bank_line", line.pk),
        url("quotes"), url("quote", uuid4()),
    ]  # fmt: skip
    assert [lena.get(page).status_code for page in pages] == [404] * len(pages)
    desk = client_of("desk", *DESK)
    assert [desk.get(page).status_code for page in pages] == [200] * (len(pages) - 1) + [404]
    clerk = client_of("clerk", "view_invoice")
    answer = clerk.post(url("invoice_desk", found.uuid), {"action": "credit", "reason": "x"})
    assert answer.status_code == 404
    assert not models.CreditNote.objects.exists()


def test_the_list_says_age_and_what_is_missing_and_finds(placed, monkeypatch):
    found = invoiced(placed)
    papers.bare_invoice(Money("7.00", "USD"), name="University of Suva")
    monkeypatch.setattr(clock, "_source", lambda: papers.LATER + timedelta(days=40))
    desk = client_of("desk", *DESK)
    said = text_of(desk.get(url("invoice_list")))
    assert "10 days late" in said
    assert "USD 120.00" in said
    only = text_of(desk.get(url("invoice_list"), {"text": "suva", "state": "overdue"}))
    assert "University of Suva" in only
    assert found.number not in only


def test_f31_k27_names_are_no_formulas_in_the_sheet(placed):
    invoiced(placed, buyer=papers.BuyerDetails(name="=1+1", address=("@x",), country="CH"))
    desk = client_of("desk", *DESK)
    sheet = desk.get(url("invoice_sheet")).content.decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(sheet))
    cells = dict(zip(header, row, strict=True))
    assert (cells["Made out to"], cells["Missing"]) == ("'=1+1", "120.00")


def test_an_operator_cancels_stops_reminders_and_writes_off_with_a_colleague(placed):
    found = invoiced(placed)
    papers.pay(found, Money("118.00", "USD"))
    one, two = client_of("one", *DESK), client_of("two", *DESK)
    page = url("invoice_desk", found.uuid)
    assert "Little is missing" in text_of(one.get(page))
    one.post(page, {"action": "stop", "reason": "they dispute it"})
    assert api.invoice(found.uuid).stopped_because == "they dispute it"
    one.post(page, {"action": "resume"})
    one.post(page, {"action": "ask_write_off", "reason": "charges"})
    step = models.WriteOff.objects.get().pk
    assert "somebody else decides" in text_of(one.get(page))
    refused = one.post(page, {"action": "confirm_write_off", "step": step})
    assert (refused.status_code, "Another person" in text_of(refused)) == (409, True)
    done = two.post(page, {"action": "confirm_write_off", "step": step}, follow=True)
    assert "It is written off." in text_of(done)
    assert "written off, USD 2.00" in text_of(done)
    assert api.order(placed.uuid).state is OrderState.PAID
    assert two.post(page, {"action": "confirm_write_off", "step": "0"}).status_code == 404
    assert two.post(page, {"action": "drop table"}).status_code == 404


def test_an_operator_cancels_with_a_credit_note(placed):
    found = invoiced(placed)
    desk = client_of("desk", *DESK)
    desk.post(url("invoice_desk", found.uuid), {"action": "credit", "reason": "wrong name"})
    assert models.CreditNote.objects.get().reason == "wrong name"


def test_a_bank_file_is_looked_at_before_it_is_matched(settings):
    papers.account("EUR", number=files.ACCOUNT)
    settings.FEE_PAYMENTS_BANK_LINES_AT_ONCE = 2
    found = papers.bare_invoice(Money("40.00", "EUR"))
    desk = client_of("desk", *DESK)
    content = files.camt(
        files.ntry("40.00", details=files.tx(text=f"{found.number} &lt;script&gt;")),
        *(files.ntry("5.00", details=files.tx(text=f"no {n}")) for n in range(2)),
    )
    upload = {"file": SimpleUploadedFile("day.xml", content)}
    preview = desk.post(url("bank"), upload, follow=True)
    said = text_of(preview)
    assert "3 entries, of which 3 are new. 3 were not looked at yet." in said
    assert "Of the next 3, 1 are certain" in said
    assert b"<script>" not in preview.content
    assert not models.BankMatch.objects.exists()
    page = preview.redirect_chain[-1][0]
    done = text_of(desk.post(page, follow=True))
    assert "Matched: 1. Taken back: 0. Left to a person: 1." in done
    assert "1 lines of this file wait" in done
    assert "All of this file was looked at." in text_of(desk.post(page, follow=True))
    again = desk.post(url("bank"), {"file": SimpleUploadedFile("x.xml", content)}, follow=True)
    assert "nothing was done" in text_of(again)


def test_f19_a_file_that_is_refused_says_where(settings):
    desk = client_of("desk", *DESK)
    broken = SimpleUploadedFile("day.xml", files.camt(files.ntry())[:-30])
    answer = desk.post(url("bank"), {"file": broken})
    assert answer.status_code == 409
    assert "The XML ends or breaks here" in text_of(answer)
    assert not models.BankImport.objects.exists()


def test_a_payment_that_nobody_knows_is_matched_sent_back_or_put_aside_by_hand():
    found = papers.bare_invoice()
    line = papers.bank_line(Money("150.00", "USD"), "course", payer_name="Ministry")
    desk, second = client_of("desk", *DESK), client_of("second", *DESK)
    page = url("bank_line", line.pk)
    assert "Ministry" in text_of(desk.get(url("bank_lines"), {"text": "ministry"}))
    wrong = desk.post(page, {"action": "match", "number": "INV-1", "amount": "120.00"})
    assert "There is no invoice with this number." in text_of(wrong)
    for amount in ("1e2", "NaN", "-5", "999.00"):
        typed = {"action": "match", "number": found.number, "amount": amount}
        assert desk.post(page, typed).status_code == 409
    desk.post(page, {"action": "match", "number": found.number, "amount": "120.00"})
    assert not api.invoice(found.uuid).missing
    desk.post(page, {"action": "ask_back", "amount": "30.00", "reason": "too much"})
    step = models.TransferBack.objects.get()
    back = url("transfer_back", step.pk)
    assert "Another person" in text_of(desk.post(back, {"action": "confirm"}, follow=True))
    second.post(back, {"action": "confirm"})
    step.refresh_from_db()
    assert step.confirmed_by == second.user.pk
    other = papers.bank_line(Money("1.00", "USD"))
    desk.post(url("bank_line", other.pk), {"action": "put_aside", "reason": "interest"})
    assert "There is no such payment." in text_of(desk.get(url("bank_lines")))


def test_a_proposal_is_accepted_only_as_it_was_shown():
    found = papers.bare_invoice()
    papers.bare_invoice(Money("50.00", "USD"))
    line = papers.bank_line(make.PRICE, payer_name="MINISTRY OF POSTS")
    desk = client_of("desk", *DESK)
    page = url("bank_line", line.pk)
    shown = re.search(r'name="shown" value="([^"]*)"', desk.get(page).content.decode())[1]
    stale = desk.post(page, {"action": "accept", "shown": "exact TESTINV-2026-000002=1"})
    assert "Something has changed" in text_of(stale)
    desk.post(page, {"action": "accept", "shown": shown})
    assert not api.invoice(found.uuid).missing


def test_an_operator_quotes_keeps_the_purchase_order_and_invoices_it(settings, tmp_path):
    settings.FEE_PAYMENTS_PURCHASE_ORDERS = {"OPTIONS": {"location": str(tmp_path)}}
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = [Fernet.generate_key().decode()]
    make.offering()
    ministry = papers.buyer()
    desk = client_of("desk", *DESK)
    typed = {"buyer": ministry.pk, "items": "spectrum 50", "currency": "usd"}
    wrong = desk.post(url("quotes"), {**typed, "items": "spectrum many"})
    assert "is not a code, or two, and a number" in text_of(wrong)
    answer = desk.post(url("quotes"), typed, follow=True)
    page = answer.redirect_chain[-1][0]
    assert "USD 6,000.00" in text_of(answer)
    order = {"number": "PO-7", "amount": "6000.00", "received_on": "2026-10-08"}
    script = SimpleUploadedFile("po.pdf", b"<script>")
    refused = desk.post(page, {**order, "file": script})
    assert "is a PDF, a PNG or a JPEG file" in text_of(refused)
    desk.post(page, {**order, "file": SimpleUploadedFile("po.html", b"%PDF-1.7 order")})
    kept = models.PurchaseOrder.objects.get()
    file = desk.get(url("purchase_order_file", kept.uuid))
    assert (file.content, file["Content-Type"]) == (b"%PDF-1.7 order", "application/pdf")
    assert file["Content-Disposition"].startswith("attachment")
    next(path for path in tmp_path.rglob("*") if path.is_file()).write_bytes(b"another")
    assert desk.get(url("purchase_order_file", kept.uuid)).status_code == 404
    desk.post(url("invoice_quote", api.list_quotes()[0].uuid))
    issued = models.Invoice.objects.get()
    assert (issued.total_minor, issued.quote) == (600000, kept.quote)
    assert issued.due_on == date(2026, 11, 7)
    assert client_of("stranger").get(url("purchase_order_file", kept.uuid)).status_code == 404


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_run_in_the_direction_of_the_language(lena, placed, language):
    found = invoiced(placed)
    with translation.override(language):
        answer = lena.get(url("invoice", found.uuid), HTTP_ACCEPT_LANGUAGE=language)
    side = "rtl" if language == "ar" else "ltr"
    assert f'dir="{side}">' in answer.content.decode()[:200]
