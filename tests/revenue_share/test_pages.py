"""Statement pages: each party its own, finance all, nobody else anything."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import revenue_share as facts
from fairgate import clock
from fairgate.written_amounts import MINUS
from partnerships import api as partnerships
from revenue_share import api, statements, tasks, views
from revenue_share.data import Part
from revenue_share.models import BooksRun, PeriodClose

pytestmark = pytest.mark.django_db

GSMA = ("revenue_share:statement", "GSMA", "2026-10")


@pytest.fixture(autouse=True)
def on_close_day():
    clock.use(lambda: facts.CLOSE_DAY)
    yield
    clock.use(None)


@pytest.fixture(autouse=True)
def october():
    facts.put_terms_in_force()
    facts.book_october()


@pytest.fixture
def officer(django_user_model, client):
    """Acts for GSMA."""
    user = django_user_model.objects.create_user("grace")
    partnerships.add_person(user.pk, partner_code="GSMA", role="officer", at=facts.NOON)
    client.force_login(user)
    return user


@pytest.fixture
def finance(django_user_model, client):
    """May see every statement."""
    user = django_user_model.objects.create_user("ines")
    user.user_permissions.add(Permission.objects.get(codename="view_statement"))
    client.force_login(user)
    return user


@pytest.fixture
def closer(finance):
    """May close too."""
    finance.user_permissions.add(Permission.objects.get(codename="close_period"))
    return finance


def get(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


def test_a_partner_reads_its_statement(client, officer):
    # when
    page = get(client, *GSMA).content.decode()

    # then
    assert "USD 91.73" in page
    assert "GSMA-SPECTRUM, version 1" in page
    assert "A draft" in page


def test_pages_name_the_month_in_the_reader_s_language(client, officer):
    page = get(client, *GSMA).content.decode()
    listed = get(client, "revenue_share:statements").content.decode()
    french = client.get(
        reverse("revenue_share:statements"), headers={"accept-language": "fr"}
    ).content.decode()

    assert "<h1>Statement for October 2026</h1>" in page
    assert ">October 2026</a>" in listed
    assert ">Octobre 2026</a>" in french
    assert "/statements/GSMA/2026-10/" in french


def test_a_line_of_an_earlier_month_names_that_month(client, officer):
    # given
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    api.book_refund(facts.refund("R2", "S2", "10.00", at=facts.CLOSE_DAY), at=facts.CLOSE_DAY)

    # when
    page = get(client, "revenue_share:statement", "GSMA", "2026-11").content.decode()

    # then
    assert '<span class="fg-tag">of October 2026</span>' in page


def test_what_is_below_zero_has_a_minus_sign_on_pages_and_a_hyphen_in_files(client, officer):
    page = get(client, *GSMA).content.decode()
    files = [
        get(client, f"revenue_share:statement_{kind}", "GSMA", "2026-10").content.decode()
        for kind in ("csv", "json")
    ]

    assert f"USD {MINUS}8.69" in page
    assert "USD -" not in page
    assert all("-8.69" in file and MINUS not in file for file in files)


def test_the_books_write_what_we_owe_with_a_minus_sign(client, finance):
    page = get(client, "revenue_share:books").content.decode()

    assert f"USD {MINUS}" in page
    assert "USD -" not in page


@pytest.mark.parametrize("party", ["ATC", "FUND", "PLATFORM", "NOBODY"])
@pytest.mark.parametrize(
    "what", ["statement", "statement_csv", "statement_json", "statement_events_csv"]
)
def test_f24_another_party_s_statement_does_not_exist_for_a_partner(client, officer, party, what):
    assert get(client, f"revenue_share:{what}", party, "2026-10").status_code == 404


@pytest.mark.parametrize("period", ["2026-09", "2026-13", "x"])
def test_a_month_without_a_statement_does_not_exist(client, officer, period):
    assert get(client, "revenue_share:statement", "GSMA", period).status_code == 404


def test_a_partner_lists_its_own_statements_and_no_other(client, officer):
    page = get(client, "revenue_share:statements").content.decode()
    assert "USD 91.73" in page
    assert "50.96" not in page
    assert get(client, "revenue_share:statements", "GSMA").status_code == 200
    assert get(client, "revenue_share:statements", "ATC").status_code == 404


@pytest.mark.parametrize(
    "name", ["revenue_share:statements", "revenue_share:books", "revenue_share:proof"]
)
def test_a_person_of_nobody_finds_nothing(client, django_user_model, name):
    client.force_login(django_user_model.objects.create_user("amina"))
    assert get(client, name).status_code == 404


def test_a_stranger_is_asked_to_sign_in(client):
    answer = get(client, *GSMA)
    assert answer.status_code == 302
    assert "91.73" not in answer.content.decode()


def test_the_page_the_csv_and_the_json_have_the_same_numbers(client, officer):
    # given
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # when
    page = get(client, *GSMA).content.decode()
    table = get(client, "revenue_share:statement_csv", "GSMA", "2026-10").content.decode()
    document = get(client, "revenue_share:statement_json", "GSMA", "2026-10").content.decode()

    # then
    rows = list(csv.DictReader(io.StringIO(table)))
    lines = [row["amount"] for row in rows if row["part"]]
    assert lines == [line["amount"] for line in json.loads(document)["lines"]]
    assert lines == ["100.73", "-8.69", "-0.31"]
    assert all(f"USD {amount}".replace("-", MINUS) in page for amount in lines)
    assert {row["row"]: row["amount"] for row in rows if not row["part"]} == {
        "opening": "0.00", "total": "91.73", "payable": "91.73", "closing": "0.00",
    }  # fmt: skip
    assert statements.digest(document) in page
    assert {row["statement"] for row in rows} == {"RS-000003"}


def test_every_number_of_a_statement_opens_the_events_behind_it(client, officer):
    # when
    page = get(client, *GSMA).content.decode()
    opened = get(client, "revenue_share:statement_events", "GSMA", "2026-10", 1).content.decode()

    # then
    assert reverse("revenue_share:statement_events", args=("GSMA", "2026-10", 1)) in page
    assert ">4</a>" in page
    assert "4 events" in opened
    assert all(f">{amount}<" in opened for amount in ("34.64", "41.84", "20.86", "3.39"))
    assert ">100.73<" in opened
    assert "0.31" not in opened


def test_the_file_of_events_has_every_event_of_the_statement(client, officer):
    # when
    answer = get(client, "revenue_share:statement_events_csv", "GSMA", "2026-10")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))

    # then
    assert [row["amount"] for row in rows] == ["34.64", "41.84", "20.86", "3.39", "-8.69", "-0.31"]
    assert [row["sale"] for row in rows[-2:]] == [str(facts.named("S3"))] * 2


def test_more_events_than_a_page_holds_are_on_the_next(client, officer, monkeypatch):
    monkeypatch.setattr(views, "_ROWS", 3)
    name = ("revenue_share:statement_events", "GSMA", "2026-10", 1)
    first = get(client, *name)
    assert first.content.decode().count("<code") == 3
    second = get(client, *name, after=first.context["next"]).content.decode()
    assert second.count("<code") == 1
    assert ">3.39<" in second
    assert "More events" not in second


@pytest.mark.parametrize("line", [0, 4, 999])
def test_a_line_that_is_not_there_does_not_exist(client, officer, line):
    assert get(client, "revenue_share:statement_events", "GSMA", "2026-10", line).status_code == 404


@pytest.mark.parametrize("after", ["x", "-1", "٣", "9" * 30])
def test_a_place_that_is_none_begins_at_the_first_page(client, officer, after):
    page = get(client, "revenue_share:statement_events", "GSMA", "2026-10", 1, after=after)
    assert page.content.decode().count("<code") == 4


def test_the_files_are_the_same_bytes_every_time(client, officer):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    first = get(client, "revenue_share:statement_csv", "GSMA", "2026-10").content
    clock.use(lambda: datetime(2027, 6, 1, tzinfo=UTC))
    assert get(client, "revenue_share:statement_csv", "GSMA", "2026-10").content == first


def test_f26_no_statement_says_who_paid(client, officer):
    page = get(client, *GSMA).content.decode()
    files = get(client, "revenue_share:statement_csv", "GSMA", "2026-10").content.decode()
    assert str(facts.named("order S1")) not in page + files
    assert "KE" not in files.replace("BOOKED", "")


def test_finance_sees_the_books(client, finance):
    page = get(client, "revenue_share:books").content.decode()
    assert "At the payment provider" in page
    assert "Close this month" not in page


@pytest.mark.parametrize("name", ["revenue_share:books", "revenue_share:proof"])
def test_a_page_that_is_opened_proves_nothing_and_offers_to(client, finance, monkeypatch, name):
    # given: a proof that nobody waits for
    monkeypatch.setattr(api, "check", lambda: pytest.fail("proved without being asked"))

    # when
    page = get(client, name).content.decode()

    # then
    assert f'<form method="post" action="{reverse("revenue_share:proof")}">' in page
    assert "Prove the books now" in page
    assert "Every entry balances" not in page


def test_the_page_of_the_books_asks_as_often_whatever_was_booked(
    client, finance, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as asked:
        get(client, "revenue_share:books")
    for number in range(3):
        api.book_payment(facts.payment(f"N{number}"), at=facts.NOON)
    with django_assert_num_queries(len(asked)):
        get(client, "revenue_share:books")


def test_finance_asks_and_reads_that_the_books_hold(client, finance):
    page = client.post(reverse("revenue_share:proof"), follow=True).content.decode()
    assert "Every entry balances" in page
    assert "As of 2 December 2026, 09:00 UTC." in page


def test_f40_finance_asks_and_reads_what_does_not_hold(client, finance):
    # given
    with connection.cursor() as cursor:
        cursor.execute("UPDATE revenue_share_receiptrollup SET gross_minor = gross_minor + 1")

    # when
    page = client.post(reverse("revenue_share:proof"), follow=True).content.decode()

    # then
    assert "The books do not hold what they promise:" in page
    assert '<li lang="en" dir="ltr">sums equal their events:' in page
    assert "Every entry balances" not in page


def test_nobody_but_finance_has_the_books_proved(client, officer, monkeypatch):
    monkeypatch.setattr(api, "check", lambda: pytest.fail("proved for anybody"))
    assert client.post(reverse("revenue_share:proof")).status_code == 404


def test_f25_another_site_cannot_have_the_books_proved(finance):
    # given
    client = Client(enforce_csrf_checks=True)
    client.force_login(finance)

    # then
    assert client.post(reverse("revenue_share:proof")).status_code == 403


def test_finance_sees_what_is_not_allocated(client, finance):
    other = facts.payment("X", "50.00", course="course-v1:NO+TERMS+1")
    api.book_payment(other, at=facts.NOON)
    assert "USD 50.00 is not allocated" in get(client, "revenue_share:books").content.decode()


def test_a_partner_reads_what_a_dispute_took_behind_the_line_of_what_was_taken_back(
    client, officer
):
    # given: the second line of the month is what was taken back
    api.book_dispute(facts.dispute(of=("S2",)), at=facts.REFUND_DAY)
    shown = api.statement("GSMA", "2026-10")
    assert shown.lines[1].part is Part.MIRROR

    # when
    url = reverse("revenue_share:statement_events", args=["GSMA", "2026-10", 2])
    page = client.get(url).content.decode()

    # then
    assert "Dispute opened" in page
    assert f">{MINUS}41.84<" in page


def test_an_officer_who_may_propose_finds_where_from_what_is_not_allocated(client, finance):
    # given
    api.book_payment(facts.payment("U", course="course-v1:NO+TERMS+1"), at=facts.NOON)
    url = reverse("admin:revenue_share_adjustment_add")
    assert url not in client.get(reverse("revenue_share:books")).content.decode()

    # when
    finance.user_permissions.add(Permission.objects.get(codename="propose_adjustment"))
    finance.is_staff = True
    finance.save()

    # then
    assert url in client.get(reverse("revenue_share:books")).content.decode()


def test_finance_closes_a_month(client, closer):
    # when
    answer = client.post(reverse("revenue_share:close"), {"period": "2026-10"}, follow=True)

    # then
    assert "October 2026 is closed: 4 statements." in answer.content.decode()
    assert PeriodClose.objects.get().closed_by == "ines"


def test_a_close_that_no_worker_has_done_yet_shows_how_far_it_is(client, closer, monkeypatch):
    # given: a broker takes the work, and nobody does it
    monkeypatch.setattr(tasks, "carry_out", lambda _uuid: None)

    # when
    answer = client.post(reverse("revenue_share:close"), {"period": "2026-10"}, follow=True)

    # then
    page = answer.content.decode()
    assert "0 of 3 steps are done." in page
    assert '<progress id="run-done" max="3" value="0">' in page
    assert "Asked for by ines, 2 December 2026, 09:00 UTC." in page
    assert not PeriodClose.objects.exists()

    # when: the scheduler goes on with it
    api.carry_out_left(now=clock.now)

    # then
    place = answer.redirect_chain[-1][0]
    assert "October 2026 is closed: 4 statements." in client.get(place).content.decode()


def test_a_run_that_failed_or_is_not_there_says_so_and_is_for_finance_alone(
    client, closer, monkeypatch, django_user_model
):
    monkeypatch.setattr(tasks, "carry_out", lambda _uuid: None)
    place = client.post(reverse("revenue_share:proof")).url
    BooksRun.objects.update(tries=3)

    assert "came to no end" in client.get(place).content.decode()
    assert client.get(reverse("revenue_share:run", args=[uuid4()])).status_code == 404
    client.force_login(django_user_model.objects.create_user("lena"))
    assert client.get(place).status_code == 404


def test_a_close_that_is_refused_says_why(client, closer):
    clock.use(lambda: facts.REFUND_DAY)
    answer = client.post(reverse("revenue_share:close"), {"period": "2026-10"}, follow=True)
    assert "cannot be closed before 2026-12-01 00:00:00 UTC" in answer.content.decode()
    assert not PeriodClose.objects.exists()


def test_without_the_right_nobody_closes(client, finance):
    answer = client.post(reverse("revenue_share:close"), {"period": "2026-10"})
    assert answer.status_code == 404
    assert not PeriodClose.objects.exists()


def test_f25_a_close_needs_the_form_of_the_page(closer, django_user_model):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(closer)
    answer = strict.post(reverse("revenue_share:close"), {"period": "2026-10"})
    assert answer.status_code == 403
    assert not PeriodClose.objects.exists()


def test_the_page_of_a_party_with_two_currencies_offers_both(client, officer):
    # given
    euro = facts.payment("E", "99.00", "0.00", "1.74", currency="EUR")
    api.book_payment(euro, at=facts.NOON)

    # then
    page = get(client, *GSMA).content.decode()
    assert "?currency=USD" in page
    assert "EUR 35.02" in page
    assert "USD 91.73" in get(client, *GSMA, currency="USD").content.decode()
    assert get(client, *GSMA, currency="CHF").status_code == 404
