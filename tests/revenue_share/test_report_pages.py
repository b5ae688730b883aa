"""Pages of reports: finance reads them, a number opens its events, countries are for few."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.contrib.staticfiles import finders
from django.urls import reverse
from openpyxl import load_workbook

from factories import reports as make
from factories import revenue_share as facts
from factories import waiver_policy as waiver
from fairgate import clock
from partnerships import api as partnerships
from revenue_share import api, pictures
from revenue_share.data import Dimension

pytestmark = pytest.mark.django_db

EVERY = [*(one.value for one in Dimension), "waterfall", "fund", "costs"]
OCTOBER = {"first": "2026-10", "last": "2026-10", "currency": "USD"}
# A number that is a link, and where it leads.
NUMBER = re.compile(r'<td role="cell" class="fg-num"[^>]*><a href="([^"]+)"[^>]*>([^<]+)</a>')


@pytest.fixture(autouse=True)
def on_close_day():
    clock.use(lambda: facts.CLOSE_DAY)
    yield
    clock.use(None)


@pytest.fixture
def october():
    waiver.lists()
    facts.put_terms_in_force()
    facts.book_october()


@pytest.fixture
def finance(django_user_model, client):
    """May see statements and the books."""
    user = django_user_model.objects.create_user("ines")
    user.user_permissions.add(Permission.objects.get(codename="view_statement"))
    client.force_login(user)
    return user


@pytest.fixture
def auditor(finance):
    """May see every event too."""
    finance.user_permissions.add(Permission.objects.get(codename="view_revenueevent"))
    return finance


def address(name):
    if name in set(Dimension):
        return reverse("revenue_share:report", args=[name])
    return reverse(f"revenue_share:{name}")


def page_of(client, name, **query):
    response = client.get(address(name), {**OCTOBER, **query})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", ["finance", *EVERY])
def test_nobody_but_finance_sees_a_page(client, october, django_user_model, name):
    # given
    user = django_user_model.objects.create_user("grace")
    partnerships.add_person(user.pk, partner_code="GSMA", role="officer", at=facts.NOON)

    # then
    assert client.get(address(name)).status_code == 302
    client.force_login(user)
    assert client.get(address(name)).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "workbook", "events", "events_csv"])
def test_nobody_but_finance_has_a_file_or_an_event(client, october, django_user_model, kind):
    client.force_login(django_user_model.objects.create_user("lena"))
    url = reverse(f"revenue_share:report_{kind}", args=["course"])
    assert client.get(url, OCTOBER).status_code == 404


@pytest.mark.parametrize("name", EVERY)
def test_before_anything_is_booked_a_page_says_so(client, finance, name):
    assert "Nothing has been booked yet." in client.get(address(name)).content.decode()
    assert client.get(reverse("revenue_share:report_csv", args=[name])).status_code == 404


@pytest.mark.parametrize("name", EVERY)
def test_a_picture_has_a_title_and_a_text_and_the_table_its_numbers(client, auditor, october, name):
    # when
    page = page_of(client, name)

    # then
    assert 'role="img" aria-labelledby="picture-title picture-text"' in page
    title = re.search(r'<title id="picture-title">([^<]+)</title>', page)[1]
    assert "October 2026, in USD" in title or "October 2026 went, in USD" in title
    drawing = page[page.index("<svg") : page.index("</svg>")]
    amounts = set(re.findall(r'<text direction="ltr"[^>]*>([^<]+)</text>', drawing))
    table = page[page.index("<tbody") :]
    assert amounts <= set(re.findall(r">([^<>]+)<", table))
    assert not re.search(r"style=|<script|https?://(?!www\.w3\.org)", drawing)


def test_the_files_of_a_report_say_what_its_page_says(client, finance, october):
    # when
    page = page_of(client, "course")
    url = reverse("revenue_share:report_csv", args=["course"])
    file = client.get(url, OCTOBER)
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))

    # then
    assert [(row["row"], row["events"], row["gross"], row["amount"]) for row in rows] == [
        ("row", "5", "309.99", "254.80"), ("total", "5", "309.99", "254.80"),
    ]  # fmt: skip
    assert file["Content-Disposition"] == ('attachment; filename="course-2026-10-2026-10-USD.csv"')
    assert ">254.80<" in page


@pytest.mark.parametrize("name", EVERY)
def test_the_workbook_of_a_report_has_its_numbers_as_numbers(client, auditor, october, name):
    # when
    url = reverse("revenue_share:report_workbook", args=[name])
    content = b"".join(client.get(url, OCTOBER).streaming_content)
    again = b"".join(client.get(url, OCTOBER).streaming_content)
    file = client.get(reverse("revenue_share:report_csv", args=[name]), OCTOBER).content.decode()

    # then
    (sheet,) = load_workbook(io.BytesIO(content))
    written = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]
    amounts = [row[-1] for row in csv.reader(io.StringIO(file))][1:]
    assert [f"{row[-1]:.2f}" for row in written] == amounts
    assert content == again
    assert sheet["B3"].value == "USD"


def test_no_text_of_a_file_is_a_formula(client, finance, october):
    # given
    make.sell("S5", course="=1+1")

    # when
    file = client.get(reverse("revenue_share:report_csv", args=["course"]), OCTOBER)
    book = client.get(reverse("revenue_share:report_workbook", args=["course"]), OCTOBER)
    events = client.get(reverse("revenue_share:report_events_csv", args=["course"]), OCTOBER)

    # then
    assert ",'=1+1," in file.content.decode()
    assert ",'=1+1," in events.getvalue().decode()
    (sheet,) = load_workbook(io.BytesIO(b"".join(book.streaming_content)))
    kinds = {cell.data_type for row in sheet.rows for cell in row if cell.value == "=1+1"}
    assert kinds == {"s"}


def test_groups_of_few_payers_are_told_apart_to_who_may_see_every_event_only(
    client, finance, october
):
    # given
    make.sell("S5", "MV")

    # when
    hidden = page_of(client, "country_group")

    # then
    assert "Not told apart" in hidden
    assert "Small island" not in hidden
    assert NUMBER.findall(hidden) == []
    events = reverse("revenue_share:report_events", args=["country_group"])
    assert client.get(events, {**OCTOBER, "key": "sids"}).status_code == 404

    # when
    finance.user_permissions.add(Permission.objects.get(codename="view_revenueevent"))
    shown = page_of(client, "country_group")

    # then
    assert "Small island" in shown
    assert client.get(events, {**OCTOBER, "key": "sids"}).status_code == 200


@pytest.mark.parametrize("kind", ["csv", "workbook"])
def test_a_file_hides_what_its_page_hides(client, finance, october, kind):
    make.sell("S5", "MV")
    response = client.get(reverse(f"revenue_share:report_{kind}", args=["country_group"]), OCTOBER)
    content = response.getvalue()
    text = content.decode() if kind == "csv" else words_of(content)
    assert "sids" not in text.lower()
    assert "small island" not in text.lower()


def words_of(content):
    (sheet,) = load_workbook(io.BytesIO(content))
    return " ".join(str(cell.value) for row in sheet.rows for cell in row)


@pytest.mark.parametrize(
    "query", [{"first": "2026-13"}, {"last": "x"}, {"currency": "XXX"}, {"currency": "EUR"}]
)
def test_what_is_no_month_and_no_currency_of_the_books_is_no_page(client, finance, october, query):
    assert client.get(address("course"), {**OCTOBER, **query}).status_code == 404


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("course", {"measure": "x"}),
        ("course", {"measure": "shares"}),
        ("course", {"measure": "seats"}),
        ("country_group", {"key": "x"}),
        ("month", {"key": "x"}),
        ("nothing", {}),
    ],
)
def test_events_of_what_is_no_number_are_no_page(client, auditor, october, name, query):
    url = reverse("revenue_share:report_events", args=[name])
    assert client.get(url, {**OCTOBER, **query}).status_code == 404


def test_events_come_a_page_at_a_time(client, finance, october, monkeypatch):
    # given
    monkeypatch.setattr("revenue_share.views_reports._ROWS", 3)
    url = reverse("revenue_share:report_events", args=["course"])

    # when
    first = client.get(url, {**OCTOBER, "key": facts.COURSE}).content.decode()
    more = unescape(re.search(r'rel="next" href="([^"]+)"', first)[1])
    second = client.get(more).content.decode()

    # then
    assert first.count("<tr ") == 1 + 3
    assert second.count("<tr ") == 1 + 2
    assert 'rel="next"' not in second


def test_the_index_of_finance_shows_months_and_what_is_not_allocated(client, finance, october):
    # given
    make.sell("S5", course="course-v1:NOBODY+1+1", gross="70.00")
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # when
    page = client.get(reverse("revenue_share:finance")).content.decode()

    # then
    assert "USD 70.00 is not allocated to anybody." in page
    assert "closed" in page
    assert ">379.99</a>" in page
    for part in ("GSMA", "ATC"):
        assert api.statement(part, "2026-10").payable.minor > 0
    assert reverse("revenue_share:statements") in page


def test_rates_are_named_to_an_officer_who_may_see_them(client, finance, october):
    url = reverse("admin:revenue_share_fxrate_changelist")
    assert url not in client.get(reverse("revenue_share:finance")).content.decode()
    finance.is_staff = True
    finance.save()
    finance.user_permissions.add(Permission.objects.get(codename="view_fxrate"))
    assert url in client.get(reverse("revenue_share:finance")).content.decode()


def test_without_a_wish_the_last_year_is_shown_in_the_busiest_currency(client, finance, october):
    # given
    for month in range(1, 13):
        make.sell(f"S2027{month}", at=datetime(2027, month, 2, tzinfo=UTC))
    make.sell("E1", gross="1.00", currency="EUR")

    # when
    page = client.get(address("month")).content.decode()

    # then
    assert "January 2027 to December 2027 · USD" in page


def test_of_many_rows_the_others_are_one_bar(october):
    # given
    for number in range(15):
        make.sell(f"C{number}", course=f"course-v1:ATC+C{number:02}+1", gross=f"{number + 1}.00")

    # when
    picture = pictures.of_report(api.report(Dimension.COURSE, **OCTOBER, at=facts.CLOSE_DAY))

    # then
    assert len(picture.bars) == pictures.MOST
    assert (picture.bars[-1].label, picture.bars[-1].amount) == ("5 others", "15.00")


def test_a_page_from_right_to_left_has_its_picture_from_right_to_left(client, finance, october):
    def first_bar(language):
        url = address("waterfall")
        page = client.get(url, OCTOBER, headers={"accept-language": language}).content.decode()
        found = re.search(r'<rect class="rs-level" x="(\d+)" y="\d+" width="(\d+)"', page)
        return int(found[1]), int(found[2])

    (left, width), (mirrored, same) = first_bar("fr"), first_bar("ar")
    assert (left, mirrored + same) == (0, 400)
    assert width == same


def test_the_stylesheet_of_reports_is_light():
    assert len(Path(finders.find("revenue_share/reports.css")).read_bytes()) <= 2_900
