"""Rows of our lists about time, updated tables, files, other sites, and who reads what of whom."""

from __future__ import annotations

import itertools
import socket
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

import killed
from factories import fee_payments as make
from factories import fee_rest as rest
from factories import invoices as papers
from fairgate import clock, money
from fairgate.money import Money
from fee_payments import api, compat, models, urls
from fee_payments.data.invoices import QuoteItem
from fee_payments.forms_catalogue import TermsForm
from fee_payments.rules import frozen

pytestmark = pytest.mark.django_db(transaction=True)

LAST = timedelta(microseconds=1)  # before midnight
LEAP_DAY = datetime(2028, 2, 29, tzinfo=UTC)
NEW_YEAR = datetime(2028, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def usd(text):
    return Money(text, "USD")


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def zone(request, settings):
    """The server stands somewhere in the world."""
    settings.TIME_ZONE = request.param
    with timezone.override(request.param):
        yield


@pytest.fixture(params=[1999, 2035])
def wrong_clock(request, monkeypatch):
    """The server's clock is set back or forward."""
    monkeypatch.setattr(clock, "_source", lambda: datetime(request.param, 7, 1, tzinfo=UTC))


@pytest.mark.usefixtures("zone", "wrong_clock")
class TestTime:
    @pytest.mark.parametrize(
        ("at", "amount"),
        [(LEAP_DAY - LAST, "120.00"), (LEAP_DAY, "90.00"), (LEAP_DAY + DAY - LAST, "90.00"),
         (LEAP_DAY + DAY, "130.00")],
        ids=["23:59:59 the day before", "00:00", "23:59:59", "00:00 the day after"],
    )  # fmt: skip
    def test_f37_the_price_is_that_of_the_utc_day_of_the_moment_that_is_passed_in(self, at, amount):
        leap_day, march = date(2028, 2, 29), date(2028, 3, 1)
        prices = (
            make.price(usd("120.00"), valid_until=leap_day),
            make.price(usd("90.00"), valid_from=leap_day, valid_until=march),
            make.price(usd("130.00"), valid_from=march),
        )
        make.offering(prices=prices)
        assert api.quote(make.learner(), "spectrum", at=at).total == usd(amount)

    def test_f37_an_invoice_has_the_year_and_the_day_of_utc(self, pays_by_invoice):
        make.offering()
        old, new = (
            papers.invoice(make.order(make.learner(number), at=at), at=at, by=number)
            for number, at in ((1, NEW_YEAR - LAST), (2, NEW_YEAR))
        )
        assert (old.number, new.number) == ("TESTINV-2027-000001", "TESTINV-2028-000001")
        texts = models.Invoice.objects.order_by("id").values_list("content", flat=True)
        days = [frozen.thawed(text).issued_on for text in texts]
        assert days == [date(2027, 12, 31), date(2028, 1, 1)]

    def test_f37_a_right_of_a_year_ends_a_year_after_a_leap_day_to_the_moment(self):
        make.offering(access_days=365)
        order = make.paid_order(make.learner(), at=LEAP_DAY)
        end = datetime(2029, 2, 28, tzinfo=UTC)
        assert api.has_entitlement(order.user_id, "spectrum", at=end - LAST)
        assert not api.has_entitlement(order.user_id, "spectrum", at=end)

    def test_f37_an_order_expires_by_the_moment_that_is_passed_in(self):
        make.offering(capacity=1)
        order = make.order(make.learner(), at=LEAP_DAY - LAST)
        assert api.expire_orders(at=order.expires_at - LAST) == 0
        assert api.expire_orders(at=order.expires_at) == 1


def test_t29_what_was_sold_is_the_same_after_prices_taxes_and_currencies_were_updated(monkeypatch):
    # given
    make.offering()
    make.tax("CH", "8.1")
    sold = make.paid_order(make.learner())
    before, facts = api.order(sold.uuid), list(api.list_payments())

    # when
    table = {**money._exponents(), "XYZ": 2}
    monkeypatch.setattr(money, "_exponents", lambda: table)
    models.TaxRate.objects.update(valid_until=date(2026, 10, 6))
    make.tax("CH", "20", valid_from=date(2026, 10, 6))
    models.Price.objects.update(valid_until=date(2026, 10, 6))
    make.offering(prices=(make.price(Money("7.00", "XYZ"), valid_from=date(2026, 10, 6)),))

    # then
    later = make.NOON + 2 * DAY
    assert api.quote(make.learner(2), "spectrum", at=later).total == Money("7.00", "XYZ")
    assert (api.order(sold.uuid), list(api.list_payments())) == (before, facts)
    back = api.refund(sold.uuid, key="all", reason="asked", by=9, at=later)
    line = models.OrderLine.objects.get(order__uuid=sold.uuid)
    assert (back.amount, back.tax.minor) == (before.total, line.tax_minor)


@pytest.mark.parametrize(
    "content",
    [b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
     b"<?xml version='1.0'?><svg onload='alert(1)'/>", b"\xef\xbb\xbf<svg/>", b"GIF89a<script>",
     b"<!DOCTYPE svg [<!ENTITY a 'ha'>]><svg>&a;</svg>", b"<!doctype html><script>alert(1)"],
    ids=["script", "event", "mark", "another picture", "entity", "page"],
)  # fmt: skip
def test_f29_k28_what_acts_is_no_purchase_order_whatever_it_is_called(desk, content):
    refused = sent(desk, "order.png", content)
    assert "is a PDF, a PNG or a JPEG file" in refused.content.decode()
    assert not models.PurchaseOrder.objects.exists()


@pytest.mark.parametrize("begins", [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_f29_k28_a_file_of_two_kinds_is_given_back_so_that_it_can_do_nothing(desk, begins):
    sent(desk, "order.html", begins + b"<script>alert(1)</script>")
    kept = models.PurchaseOrder.objects.get()
    file = desk.get(reverse("fee_payments:purchase_order_file", args=[kept.uuid]))
    assert file["Content-Type"] in {"application/pdf", "image/png", "image/jpeg"}
    assert file["Content-Disposition"].startswith("attachment; ")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.fixture
def desk(settings, tmp_path, monkeypatch, pays_by_invoice):
    """Who keeps the purchase orders that come by post; a quote waits for one."""
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    settings.FEE_PAYMENTS_PURCHASE_ORDERS = {"OPTIONS": {"location": str(tmp_path)}}
    settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS = [Fernet.generate_key().decode()]
    make.offering()
    items = (QuoteItem(offering_code="spectrum", quantity=3),)
    api.issue_quote(papers.buyer().uuid, items, currency="USD", by=9, at=make.NOON)
    return rest.client_of("desk", "receive_purchase_orders", "issue_invoices")


def sent(desk, name, content):
    (quote,) = api.list_quotes()
    page = reverse("fee_payments:quote", args=[quote.uuid])
    told = {"number": "PO-7", "amount": str(quote.total.amount), "received_on": "2026-10-05"}
    return desk.post(page, {**told, "file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"]
)
def test_f34_terms_have_the_address_of_a_page_and_nothing_else(address):
    assert "url" in terms_at(address).errors


@pytest.mark.parametrize("host", ["169.254.169.254", "10.0.0.1"])
def test_f34_no_address_that_somebody_enters_is_fetched(host, monkeypatch):
    asked, connect, look_up = [], socket.socket.connect, socket.getaddrinfo

    def connect_to(self, where):
        asked.append(where[0])
        return connect(self, where)

    def find(name, *args, **kwargs):
        asked.append(name)
        return look_up(name, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", connect_to)
    monkeypatch.setattr(socket, "getaddrinfo", find)
    form = terms_at(f"https://{host}/latest/")
    assert form.is_valid(), form.errors
    form.save()
    assert models.TermsVersion.objects.get().url == f"https://{host}/latest/"
    assert host not in asked


def terms_at(address):
    make.merchant()
    (seller,) = models.Merchant.objects.all()
    told = {
        "merchant": seller.pk, "version": "1", "valid_from": "2026-10-01", "text": "",
        "url": address, "sha256": "0" * 64,
    }  # fmt: skip
    return TermsForm(told)


class TestWhoReadsWhat:
    """Somebody has paid, and somebody was waived; neither is anybody's business."""

    @pytest.fixture(autouse=True)
    def sold(self, monkeypatch):
        monkeypatch.setattr(clock, "_source", rest.ticking())
        monkeypatch.setattr(compat, "profile_country", rest.profile_country)
        monkeypatch.setattr(compat, "may_author", lambda user_id, key: True)
        make.offering()
        make.offering("free", prices=(make.price(usd("0.00")),))
        api.take_waived_seat(rest.learner("sela"), "free", key="one", at=make.NOON)
        return rest.paid("lena")

    @pytest.mark.parametrize(
        "name", ["search_orders", "entitlements", "seat_codes", "refund_requests", "payments",
                 "refunds", "waived", "returned", "disputes", "search_invoices"],
    )  # fmt: skip
    def test_f26_who_teaches_the_course_finds_nobody_in_the_api(self, name):
        teacher = rest.client_of("omar")
        answer = teacher.get(reverse(f"fee_payments:api:{name}"))
        assert answer.status_code == 403
        assert "lena" not in answer.content.decode()

    @pytest.mark.parametrize("name", ["order", "invoice_of_order", "receipt"])
    def test_f26_an_order_of_the_course_does_not_exist_for_who_teaches_it(self, sold, name):
        teacher = rest.client_of("omar")
        page = reverse(f"fee_payments:{name}", args=[sold.uuid])
        assert teacher.get(page).status_code == 404

    @pytest.mark.parametrize(
        "name", ["invoice_list", "invoice_sheet", "quotes", "bank", "bank_lines"]
    )
    def test_f26_the_desk_does_not_exist_for_who_teaches(self, name):
        teacher = rest.client_of("omar")
        assert teacher.get(reverse(f"fee_payments:{name}")).status_code == 404

    def test_f26_the_pages_of_authors_say_nothing_of_anybody(self, sold):
        teacher = rest.client_of("omar")
        pages = (
            reverse("fee_payments:author_fees", args=[make.COURSE]),
            reverse("fee_payments:author_fee", args=[make.COURSE, "spectrum"]),
        )
        told = "".join(teacher.get(page).content.decode() for page in pages)
        assert "Spectrum management" in told
        assert [word for word in ("lena", "sela", str(sold.uuid)) if word in told] == []


def doors():
    """The name and an address of every page of ours, whatever it answers."""
    given = {
        "code": "x", "token": "x", "kind": "x", "provider": "x", "uuid": uuid4(), "pk": 1,
        "number": 1, "course_key": make.COURSE,
    }  # fmt: skip
    for one in urls.urlpatterns:
        if isinstance(one, URLPattern):
            needed = one.pattern.converters or one.pattern.regex.groupindex
            arguments = {name: given[name] for name in needed}
            yield one.name, reverse(f"fee_payments:{one.name}", kwargs=arguments)


def test_f25_no_form_of_another_site_is_taken_and_no_page_can_be_framed_by_one():
    browser = rest.client_of("omar", enforce_csrf_checks=True)
    answers = {name: browser.post(address) for name, address in doors()}
    taken = {name for name, answer in answers.items() if answer.status_code != 403}
    assert (len(answers) > 40, taken) == (True, {"webhook"})  # which is signed
    assert {answer.headers["X-Frame-Options"] for answer in answers.values()} == {"DENY"}


@pytest.fixture
def site_that_frames(settings):
    """It lets pages be framed by others, for a portal; and names no header at all."""
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "XFrameOptions" not in one]


def test_f25_no_page_is_framed_even_where_the_site_lets_it(site_that_frames, monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: make.NOON)
    monkeypatch.setattr(compat, "profile_country", rest.profile_country)
    monkeypatch.setattr(compat, "course_url", lambda course_key: "/the-course/")
    make.offering()
    ordered = rest.ordered("lena", "spectrum")
    lena, omar = rest.client_of("lena"), rest.client_of("omar", "view_invoice")
    order = reverse("fee_payments:order", args=[ordered.uuid])
    hosted = lena.post(f"{order}pay/", {"provider": "sandbox"}).headers["Location"]
    pages = [
        (lena, page) for page in (order, hosted, reverse("fee_payments:fee", args=["spectrum"]))
    ]
    pages += [(lena, address) for _name, address in doors()]
    pages += [(omar, reverse("fee_payments:invoice_list"))]
    answers = {page: client.get(page) for client, page in pages}
    # What is refused, or not there, has nothing to press.
    shown = {page: one for page, one in answers.items() if one.status_code not in (403, 404)}
    assert {order, hosted, pages[-1][1]} <= set(shown)
    assert [page for page, one in shown.items() if one.get("X-Frame-Options") != "DENY"] == []


def test_f25_no_page_of_fees_in_the_admin_is_framed_either(site_that_frames):
    root = get_user_model().objects.create_superuser("root")
    browser = Client()
    browser.force_login(root)
    make.offering()
    ordered = make.order(rest.learner("lena"))
    pages = [
        reverse(f"admin:{kind._meta.app_label}_{kind._meta.model_name}_changelist")
        for kind in admin.site._registry
        if kind._meta.app_label == "fee_payments"
    ]
    pages += [
        reverse("admin:fee_payments_offering_add"),
        reverse(
            "admin:fee_payments_order_change", args=[models.Order.objects.get(uuid=ordered.uuid).pk]
        ),
    ]
    answers = {page: browser.get(page) for page in pages}
    assert len(pages) > 30
    assert {answer.status_code for answer in answers.values()} == {200}
    assert [page for page, one in answers.items() if one.get("X-Frame-Options") != "DENY"] == []


SAID = ("because my mother is ill", "my illness")


def test_f41_nothing_that_a_person_has_said_is_left_when_they_leave_and_no_sum_changes():
    # given
    make.offering(capacity=3)
    make.offering("exam", prices=(make.price(usd("10.00")),))
    ill = make.paid_order_of(make.learner(), "spectrum", "exam")
    api.ask_for_refund(ill.uuid, user_id=1001, reason=SAID[0], at=make.NOON)
    api.grant_refund_request(models.RefundRequest.objects.get().uuid, by=9, at=make.NOON)
    again = make.paid_order(make.learner(), at=make.NOON + DAY)
    api.ask_for_refund(again.uuid, user_id=1001, reason=SAID[1], at=make.NOON + DAY)
    make.paid_order(make.learner(2), "exam")
    told = every_word()
    assert all(said in told for said in SAID)
    before = sums()

    # when
    api.forget_learner(1001, at=make.NOON + 2 * DAY)

    # then
    told = every_word()
    assert [said for said in SAID if said in told] == []
    assert sums() == before


def every_word():
    return "\n".join(itertools.chain.from_iterable(killed.everything().values()))


def sums():
    """What the books have heard, and what each order, payment and room stands at."""
    return (
        [fact for _cursor, fact in api.list_payments()],
        [fact for _cursor, fact in api.list_refunds()],
        list(models.Order.objects.values_list("state", "country")),
        list(models.OrderLine.objects.values_list("paid_minor", "returned_minor", "tax_minor")),
        list(models.Offering.objects.values_list("seats_taken")),
    )
