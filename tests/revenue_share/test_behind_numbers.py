"""Every number of a page of finance, and of a partner, opens the rows that are exactly its sum."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from factories import payouts as pay
from factories import reports as make
from factories import revenue_share as facts
from factories import waiver_policy as waiver
from fairgate import clock
from fairgate.money import Money
from fairgate.written_amounts import MINUS
from partnerships import api as partnerships
from revenue_share import api, views_behind
from revenue_share.data import Dimension
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db

REPORTS = [*(one.value for one in Dimension), "waterfall", "fund", "costs"]
OCTOBER = {"first": "2026-10", "last": "2026-10", "currency": "USD"}
# A cell of numbers, and what stands in it.
CELL = re.compile(r'<td role="cell" class="fg-num"[^>]*>(.*?)</td>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)"[^>]*>(?:<bdi>)?([^<]+)')
NOVEMBER = datetime(2026, 11, 10, tzinfo=UTC)
CHARGEBACK = datetime(2026, 12, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def on_close_day():
    clock.use(lambda: facts.CLOSE_DAY)
    yield
    clock.use(None)


@pytest.fixture
def books():
    """October with all that makes a number: disputes, tax, seats, the fund's own movements."""
    waiver.lists()
    facts.put_terms_in_force()
    facts.book_october()
    make.sell("S5", "MV", payer="academia", course="course-v1:ATC+OTHER+1", tax="10.00")
    make.sell("S6", course="course-v1:NOBODY+1+1", gross="70.00")
    api.book_dispute(facts.dispute("lost", ("S2",)), at=facts.REFUND_DAY)
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    gift = {"reason": "Given", "at": facts.NOON, "kind": "donation"}
    waivers.credit_fund(Money("500.00", "USD"), key="gift", **gift)
    waivers.claw_back_fund(Money("20.00", "USD"), key="back", reason="Called", at=facts.NOON)


@pytest.fixture
def finance(django_user_model, client):
    """May see the books and every event."""
    user = django_user_model.objects.create_user("ines")
    names = ("view_statement", "view_revenueevent")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return user


@pytest.fixture
def officer(django_user_model, client, books):
    """Acts for GSMA."""
    user = django_user_model.objects.create_user("grace")
    partnerships.add_person(user.pk, partner_code="GSMA", role="officer", at=facts.NOON)
    client.force_login(user)
    return user


def address(name):
    if name in set(Dimension):
        return reverse("revenue_share:report", args=[name])
    return reverse(f"revenue_share:{name}")


def read(text):
    """The amount of a number as a page writes it, whatever code stands before it."""
    return Money(
        re.sub(r"^[A-Z]{3} ", "", text.strip().replace(MINUS, "-").replace(",", "")), "USD"
    )


def page(client, url, **query):
    answer = client.get(url, query)
    assert answer.status_code == 200, url
    return answer.content.decode()


def linked(text):
    """Each number of a table with where it leads; a number that leads nowhere is a fault."""
    found = []
    for cell in CELL.findall(text):
        link = LINK.match(cell.strip())
        assert link, f"leads nowhere: {cell}"
        if not link[2].strip().isdigit():
            found.append((unescape(link[1]), read(link[2])))
    return found


def opened(client, url):
    """What the rows behind a number come to, by their file; the page itself is there, too."""
    assert client.get(url).status_code == 200, url
    file = client.get(re.sub(r"/(events|sum|entries|payable|held|cleared)/\?", r"/\1.csv?", url))
    assert file.status_code == 200, url
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode())))
    measure = re.search(r"measure=(\w+)", url)
    column = measure[1] if rows and measure and measure[1] in rows[0] else "amount"
    return Money.from_minor(sum(Money(row[column], "USD").minor for row in rows), "USD")


@pytest.mark.usefixtures("finance", "books")
@pytest.mark.parametrize("name", REPORTS)
def test_every_number_of_a_report_opens_the_rows_that_add_up_to_it(client, name):
    links = linked(page(client, address(name), **OCTOBER))

    assert links
    assert [(url, opened(client, url)) for url, _amount in links] == links


@pytest.mark.usefixtures("finance", "books")
@pytest.mark.parametrize("name", ["waterfall", "costs"])
def test_the_numbers_that_others_are_the_sum_of_open_their_events(client, name):
    sums = [
        url for url, _amount in linked(page(client, address(name), **OCTOBER)) if "/sum/" in url
    ]

    assert sums
    for url in sums:
        text = page(client, url)
        links = linked(text[text.index("<tbody") : text.index("</tbody>")])
        assert [(one, opened(client, one)) for one, _amount in links] == links


@pytest.mark.usefixtures("finance", "books")
def test_every_balance_of_the_books_opens_its_entries(client):
    links = linked(page(client, reverse("revenue_share:books")))

    assert len(links) > 5
    assert [(url, opened(client, url)) for url, _amount in links] == links


@pytest.mark.usefixtures("finance", "books")
def test_every_number_of_finance_opens_what_is_behind_it(client, settings):
    pay.set_up(settings)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    links = linked(page(client, reverse("revenue_share:finance")))

    assert len(links) == 3 + 2
    assert [(url, opened(client, url)) for url, _amount in links] == links


@pytest.mark.usefixtures("finance", "books")
def test_what_is_to_be_paid_opens_the_statements_that_are_to_be_paid(client):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    text = page(client, reverse("revenue_share:payable"), currency="USD")

    links = linked(text[text.index("<tbody") : text.index("</tbody>")])
    assert [amount for _url, amount in links] == [one.amount for one in api.list_payables()]
    assert all(client.get(url).status_code == 200 for url, _amount in links)


@pytest.mark.usefixtures("finance", "books")
def test_what_is_on_its_way_to_the_bank_is_owed_until_the_bank_has_paid_it(client, settings):
    # given
    pay.set_up(settings)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    owed = sum(one.amount.minor for one in api.list_payables())
    pay.account()

    # when
    pay.approved(3)

    # then
    text = page(client, reverse("revenue_share:payable"), currency="USD")
    assert "RS-000003 · GSMA · sent to the bank" in text
    assert sum(one.amount.minor for one in api.list_owed("USD")) == owed
    (sent,) = api.list_batches()[0].payouts
    amount = sent.conversion.amount
    pay.record(pay.entry(sent.end_to_end_id, f"{amount.amount:f}"))
    assert sum(one.amount.minor for one in api.list_owed("USD")) == owed - amount.minor


@pytest.mark.usefixtures("officer")
def test_what_a_partner_has_on_hold_opens_the_lines_of_those_sales(client):
    clock.use(lambda: NOVEMBER)

    text = page(client, reverse("revenue_share:statements", args=["GSMA"]))

    (held,) = re.findall(r'<a href="([^"]+/held/[^"]+)"[^>]*><bdi>([^<]+)', text)
    assert opened(client, unescape(held[0])) == read(held[1])
    assert read(held[1]).minor > 0


@pytest.mark.usefixtures("officer")
def test_what_is_cleared_opens_the_lines_that_are_on_no_statement_yet(client):
    text = page(client, reverse("revenue_share:statements", args=["GSMA"]))

    (cleared,) = re.findall(r'<a href="([^"]+/cleared/[^"]+)"[^>]*><bdi>([^<]+)', text)
    assert opened(client, unescape(cleared[0])) == read(cleared[1])
    assert read(cleared[1]).minor > 0


@pytest.mark.usefixtures("officer")
def test_what_was_carried_and_what_is_opened_with_lead_to_the_other_statement(client):
    # given: a month that ends below zero, by a chargeback of a sale that was paid out
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    lost = facts.dispute("lost", ("S1",), name="late", at=CHARGEBACK, opened_at=CHARGEBACK)
    api.book_dispute(lost, at=CHARGEBACK)
    api.close_period("2026-11", at=CHARGEBACK, by="ines")
    url = reverse("revenue_share:statement", args=["GSMA", "2026-11"]) + "?currency=USD"
    closing = api.statement("GSMA", "2026-11").closing
    assert closing.minor < 0

    # when
    text = page(client, reverse("revenue_share:statements", args=["GSMA"]))
    carried = re.findall(r'<a href="([^"]+)"[^>]*><bdi>([^<]+)</bdi></a></dd>', text)

    # then
    assert (url, closing) in [(unescape(one), read(amount)) for one, amount in carried]
    assert reverse("revenue_share:statement", args=["GSMA", "2026-10"]) in page(client, url)


@pytest.mark.usefixtures("officer")
def test_every_number_of_a_statement_leads_to_its_lines_or_events(client):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    shown = api.statement("GSMA", "2026-10", currency="USD")
    text = page(client, reverse("revenue_share:statement", args=["GSMA", "2026-10"]))

    cells = CELL.findall(text)

    assert all(LINK.match(cell.strip()) for cell in cells), cells
    # How many events, what was shared, the party's share and its part; and the sum.
    assert len(cells) == 4 * len(shown.lines) + 1
    assert text.count('href="#statement-lines"') == 2 + len({one.part for one in shown.lines})


PAGES = {
    "entries": "account=party_payable&party=GSMA&currency=USD",
    "fund_entries": "currency=USD&column=available",
    "payable": "currency=USD",
    "report_sum": "row=receipts&first=2026-10&last=2026-10&currency=USD",
}


def url_of(name, args=("costs",)):
    return reverse(f"revenue_share:{name}", args=args if name.startswith("report_sum") else ())


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("ending", ["", "_csv"])
@pytest.mark.parametrize("name", PAGES)
def test_f24_what_is_behind_a_number_of_finance_is_for_finance(
    client, django_user_model, name, ending
):
    url = f"{url_of(name + ending)}?{PAGES[name]}"
    assert client.get(url).status_code == 302
    user = django_user_model.objects.create_user("grace")
    partnerships.add_person(user.pk, partner_code="GSMA", role="officer", at=facts.NOON)
    client.force_login(user)
    assert client.get(url).status_code == 404


@pytest.mark.usefixtures("officer")
@pytest.mark.parametrize("name", ["party_money", "party_money_csv"])
@pytest.mark.parametrize("which", ["held", "cleared"])
def test_f24_nobody_opens_the_money_of_another_party(client, name, which):
    query = "?currency=USD&month=2026-10&until=2026-12-01T00:00:00%2B00:00"
    own = reverse(f"revenue_share:{name}", args=["GSMA", which]) + query
    other = reverse(f"revenue_share:{name}", args=["ATC", which]) + query

    assert (client.get(own).status_code, client.get(other).status_code) == (200, 404)


@pytest.mark.usefixtures("finance", "books")
@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("entries", "account=nothing&currency=USD"),
        ("entries", "account=unallocated&currency=XYZ"),
        ("entries", "account=unallocated"),
        ("fund_entries", "currency=USD&column=reason"),
        ("fund_entries", "currency=USD&column=available&first=13"),
        ("payable", "currency=usd"),
        ("report_sum", "row=gross&first=2026-10&last=2026-10&currency=USD"),
        ("report_sum", "row=nothing"),
        ("party_money", "currency=USD&month=2026-10&until=yesterday"),
        ("party_money", "currency=USD&month=2026-10&until=2026-13-01T00:00:00Z"),
        ("party_money", "currency=USD&month=2026-10&until=2026-12-01T00:00:00"),
        ("party_money", "currency=USD&month=x&until=2026-12-01T00:00:00Z"),
    ],
)
def test_what_is_no_number_is_no_page(client, name, query):
    args = {"party_money": ("GSMA", "held"), "report_sum": ("costs",)}.get(name, ())
    assert client.get(f"{reverse(f'revenue_share:{name}', args=args)}?{query}").status_code == 404


@pytest.mark.usefixtures("finance", "books")
def test_rows_come_a_page_at_a_time_and_the_file_has_them_all(client, monkeypatch):
    monkeypatch.setattr(views_behind, "_ROWS", 2)
    url = f"{reverse('revenue_share:entries')}?account=gateway_clearing&party=&currency=USD"
    seen, place = [], url
    while place:
        text = page(client, place)
        seen += re.findall(r'<code class="fg-code">([^<]+)</code>', text)
        more = re.search(r'rel="next" href="([^"]+)"', text)
        place = reverse("revenue_share:entries") + unescape(more[1]) if more else ""

    file = client.get(url.replace("/entries/", "/entries.csv")).getvalue().decode()
    assert seen == [row["cause"] for row in csv.DictReader(io.StringIO(file))]
    assert len(seen) > 4


@pytest.mark.usefixtures("finance", "books")
def test_a_page_of_rows_asks_as_often_whatever_was_booked(client):
    url = f"{reverse('revenue_share:entries')}?account=gateway_clearing&party=&currency=USD"
    page(client, url)
    with CaptureQueriesContext(connection) as before:
        page(client, url)
    for number in range(30):
        make.sell(f"M{number}")
    with CaptureQueriesContext(connection) as after:
        page(client, url)
    assert len(after) == len(before)


@pytest.mark.usefixtures("finance", "books")
def test_the_fund_s_movements_name_nobody(client):
    url = f"{reverse('revenue_share:fund_entries')}?currency=USD&column=available"
    file = client.get(url.replace("/entries/", "/entries.csv")).getvalue().decode()
    assert "Given" not in file + page(client, url)
    assert "donation" in file
