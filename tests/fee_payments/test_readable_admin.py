"""Lists of the admin are read by people: names, amounts and labels, not numbers of rows."""

from __future__ import annotations

import re

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import fee_payments as make
from factories import institution_seats as seats
from factories import invoices as papers
from fairgate.money import Money
from fee_payments import api, models
from fee_payments.data import HoldCause
from fee_payments.services import holding

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pays_by_invoice")]

LOOK = ("view_order", "view_orderline", "view_payment", "view_bankline", "view_authorlimits")


@pytest.fixture
def lena():
    return get_user_model().objects.create_user("lena", pk=70_000_002)


def operator(*permissions):
    user = get_user_model().objects.create_user("omar", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def page(client, name, *args):
    answer = client.get(reverse(f"admin:fee_payments_{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_who_may_look_at_accounts_reads_names_that_lead_to_them(lena):
    make.offering()
    make.order(make.learner(lena.pk))
    client = operator(*LOOK, "view_user")
    link = f'<a href="/admin/auth/user/{lena.pk}/change/">lena</a>'
    assert link in page(client, "order_changelist")
    assert link in page(client, "order_change", models.Order.objects.get().pk)


def test_who_may_not_reads_the_number(lena):
    make.offering()
    make.order(make.learner(lena.pk))
    client = operator(*LOOK)
    for html in (
        page(client, "order_changelist"),
        page(client, "order_change", models.Order.objects.get().pk),
    ):
        assert "lena" not in html
        assert re.search(rf">\s*{lena.pk}\s*<", html)


def test_who_has_no_account_any_more_is_a_number():
    make.offering()
    make.order(make.learner(987654))
    assert "987654" in page(operator(*LOOK, "view_user"), "order_changelist")


def test_names_of_a_long_list_take_no_more_questions(lena):
    make.offering()
    client = operator(*LOOK, "view_user")

    def questions():
        with CaptureQueriesContext(connection) as asked:
            page(client, "order_changelist")
        return len(asked)

    make.order(make.learner(lena.pk))
    questions()
    one = questions()
    for number in range(5):
        make.order(make.learner(3000 + number))
    assert questions() == one


def test_amounts_are_read_as_people_read_them(lena):
    make.offering()
    placed = make.order(make.learner(lena.pk))
    make.payment(placed)  # nobody knows a fee of it yet
    client = operator(*LOOK)
    order = text_of(page(client, "order_change", models.Order.objects.get().pk))
    assert "USD 120.00" in order
    assert "12000" not in order
    payment = models.Payment.objects.get()
    for html in (
        page(client, "payment_changelist"), page(client, "payment_change", payment.pk),
    ):  # fmt: skip
        assert "USD 120.00" in html
        assert "12000" not in text_of(html)


def test_orders_that_wait_for_a_person_are_found_and_lead_to_where_that_is_done(lena):
    # given
    make.offering(capacity=5)
    make.order(make.learner(7001))
    waiting = make.order(make.learner(lena.pk))
    payment = make.payment(waiting)
    make.send(make.event(payment, amount=1))
    client = operator(*LOOK)

    # then
    for query in ("?is_held=yes", "?state=held", f"?q={payment.reference}", f"?q={lena.pk}"):
        html = page_of(client, query)
        assert "1 order " in text_of(html), query
        assert "USD 120.00" in html
        assert str(waiting.uuid) in html
    events = f"/admin/fee_payments/providerevent/?q={payment.reference}"
    assert events in page(client, "order_change", models.Order.objects.get(uuid=waiting.uuid).pk)


def test_what_was_paid_and_waits_for_a_person_leads_to_its_refund(lena):
    # given
    make.offering()
    paid = make.paid_order(make.learner(lena.pk))
    row = models.Order.objects.get()
    holding.hold(row, HoldCause.PAYMENT, "this order was paid twice", at=make.NOON)

    # then
    html = page(operator(*LOOK), "order_change", row.pk)
    assert html.count("Refund what is due") == 1
    assert f"/orders/{paid.uuid}/" in html


def test_a_disputed_order_is_found_as_such_and_leads_to_its_dispute(lena):
    # given
    make.offering()
    make.paid_order(make.learner(lena.pk))
    payment = models.Payment.objects.get()
    make.send(make.happening(payment, "dispute"))
    client = operator(*LOOK)

    # then
    row = models.Order.objects.get()
    assert str(row.uuid) in page_of(client, "?state=disputed")
    assert str(row.uuid) not in page_of(client, "?state=paid")
    found = f"/admin/fee_payments/dispute/?q={payment.reference}"
    assert found in page(client, "order_change", row.pk)


def test_who_decides_about_money_back_reads_how_much_and_finds_what_waits(lena):
    # given
    make.offering()
    paid = make.paid_order(make.learner(lena.pk))
    api.ask_for_refund(paid.uuid, user_id=lena.pk, lines=None, reason="A new job", at=make.NOON)
    client = operator("view_refundrequest", "refund_payment")

    # then
    for html in (
        client.get(reverse("admin:fee_payments_refundrequest_changelist") + "?is_open=yes"),
        client.get(
            reverse(
                "admin:fee_payments_refundrequest_change",
                args=[models.RefundRequest.objects.get().pk],
            )
        ),
    ):
        said = text_of(html.content.decode())
        assert "USD 120.00" in said
        assert "12000" not in said


def page_of(client, query):
    return client.get(reverse("admin:fee_payments_order_changelist") + query).content.decode()


def test_what_is_matched_of_a_bank_line_has_its_currency():
    line = papers.bank_line(Money("120.00", "USD"))
    models.BankLine.objects.filter(pk=line.pk).update(matched_minor=3000)
    client = operator(*LOOK)
    assert "USD 30.00" in page(client, "bankline_changelist")
    assert "USD 30.00" in page(client, "bankline_change", line.pk)


def test_what_authors_may_sell_is_named():
    limits = models.AuthorLimits.objects.create(prefix="course-v1:", kinds="course_run certificate")
    models.AuthorAmount.objects.create(
        limits=limits, currency="USD", lowest_minor=1000, highest_minor=20000
    )
    said = text_of(page(operator(*LOOK), "authorlimits_changelist"))
    assert "a course run, a certificate" in said
    assert "USD 10.00 – USD 200.00" in said


def test_every_page_of_the_admin_can_be_opened(lena):
    make.workshop(capacity=9)
    make.session("monday")
    make.seat_codes(session="monday")
    seats.offering("online")
    pool = seats.pool(seats.buyer(lena.pk), by=lena.pk, code="online")
    seats.invite(pool, "ada@posts.example", by=lena.pk)
    found = papers.bare_invoice()
    papers.pay(found, Money("118.00", "USD"))
    api.ask_write_off(found.uuid, reason="charges", by=lena.pk, at=papers.LATER)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root"))
    for kind in admin.site._registry:
        if kind._meta.app_label != "fee_payments":
            continue
        page(client, f"{kind._meta.model_name}_changelist")
        for row in kind._default_manager.all()[:1]:
            page(client, f"{kind._meta.model_name}_change", row.pk)
