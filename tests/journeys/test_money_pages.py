"""What holds on every page about money: it fits a phone, and names its headings and fields."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from uuid import UUID

import pytest

pytestmark = pytest.mark.browser

FEES = "/fairgate/fees"
DESK = f"{FEES}/desk"
# Whose pages they are; what is in braces is asked of the database, below.
PAGES = {
    "Wambui": (
        f"{FEES}/institutions/", f"{FEES}/institutions/{{buyer}}/order/",
        f"{FEES}/institutions/pools/{{pool}}/", f"{FEES}/orders/", f"{FEES}/orders/{{paid}}/",
        f"{FEES}/orders/{{waiting}}/", f"{FEES}/orders/{{waiting}}/invoice/",
    ),
    "Daudi": (f"{FEES}/invoices/", f"{FEES}/invoices/{{open}}/", f"{FEES}/invoices/{{settled}}/"),
    "Faith": (f"{FEES}/seats/", "/mail/", f"{FEES}/spectrum-online/"),
    "Otieno": (f"{FEES}/measurement-day/", f"{FEES}/orders/"),
    "Beatriz": (f"{FEES}/orders/{{refunded}}/",),
    "Lena": ("/bank/", f"{FEES}/spectrum-bundle/", f"{FEES}/spectrum-certificate/"),
    "Inès": (
        f"{DESK}/invoices/", f"{DESK}/invoices/{{open}}/", f"{DESK}/invoices/{{settled}}/",
        f"{DESK}/quotes/", f"{DESK}/quotes/{{accepted}}/", f"{DESK}/quotes/{{offered}}/",
        f"{DESK}/bank/", f"{DESK}/bank/{{file}}/", f"{DESK}/bank/lines/",
        f"{DESK}/bank/lines/2/", f"{FEES}/orders/{{refunded}}/",
    ),
}  # fmt: skip
IDS = {
    "buyer": "SELECT uuid FROM fee_payments_buyer",
    "pool": "SELECT uuid FROM fee_payments_seatpool",
    "paid": "SELECT uuid FROM fee_payments_order WHERE buyer_id > 0 AND state = 'paid'",
    "waiting": "SELECT uuid FROM fee_payments_order WHERE buyer_id > 0 AND state = 'pending'",
    "refunded": "SELECT uuid FROM fee_payments_order WHERE state = 'partially_refunded'",
    "settled": "SELECT uuid FROM fee_payments_invoice ORDER BY id",
    "open": "SELECT uuid FROM fee_payments_invoice ORDER BY id DESC",
    "accepted": "SELECT uuid FROM fee_payments_quotedocument ORDER BY id",
    "offered": "SELECT uuid FROM fee_payments_quotedocument ORDER BY id DESC",
    "file": "SELECT uuid FROM fee_payments_bankimport",
}
# How wide a page is, the levels of its headings, and its fields that nothing names.
MEASURED = """[
    document.documentElement.scrollWidth,
    [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(h => +h.tagName[1]),
    [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
        .filter(e => !e.labels.length).map(e => e.outerHTML),
]"""


@pytest.fixture(scope="module")
def paths(first_day):
    """The pages of each person, with the ids that their demo has."""
    with closing(sqlite3.connect(first_day / "demo.sqlite3")) as database:
        ids = {name: UUID(database.execute(asked).fetchone()[0]) for name, asked in IDS.items()}
    return {person: [page.format(**ids) for page in pages] for person, pages in PAGES.items()}


# From right to left, and the longest words.
@pytest.mark.parametrize("language", ["ar", "ru"])
def test_every_page_about_money_fits_a_small_phone_and_names_its_parts(visit, paths, language):
    # given
    visitor = visit(width=320)

    # when
    wrong = {}
    for path in everywhere(visitor, paths, language):
        width, levels, nameless = visitor.page.evaluate(MEASURED)
        is_even = levels[:1] == [1] and all(b - a <= 1 for a, b in itertools.pairwise(levels))
        if width > 320 or not is_even or nameless:
            wrong[path] = (width, levels, nameless)

    # then
    assert wrong == {}


BOOKS = "/fairgate/revenue"
OF_THE_BOOKS = [
    f"{BOOKS}/", f"{BOOKS}/finance/", f"{BOOKS}/books/", f"{BOOKS}/statements/GSMA/2026-10/",
    f"{BOOKS}/statements/GSMA/2026-10/lines/1/", f"{BOOKS}/reports/month/",
    f"{BOOKS}/reports/party/", f"{BOOKS}/reports/course/", f"{BOOKS}/reports/waterfall/",
    f"{BOOKS}/payouts/",
]  # fmt: skip
# What only somebody sees who moves a table aside.
HIDDEN = """[...document.querySelectorAll(".fg-scroll")]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => [e.scrollWidth, e.clientWidth])"""
# Figures with a sign that runs behind its number.
TURNED = """[...document.querySelectorAll(".rs-table td.fg-num > *")]
    .filter(e => getComputedStyle(e).unicodeBidi != "plaintext").map(e => e.outerHTML)"""


@pytest.mark.parametrize("language", ["ar", "es", "ru"])
def test_every_column_of_the_books_is_seen_at_a_desk_and_on_a_small_phone(visit, language):
    # given
    visitor = visit(width=1280)

    # when
    wrong = []
    for path in everywhere(visitor, {"Inès": OF_THE_BOOKS}, language):
        for width in (1280, 320):
            visitor.page.set_viewport_size({"width": width, "height": 900})
            wrong += [(path, width, *cut) for cut in visitor.page.evaluate(HIDDEN)]
        wrong += [(path, one) for one in visitor.page.evaluate(TURNED)]

    # then
    assert wrong == []


def everywhere(visitor, paths, language):
    """Go to every page as its person, who reads a language, and say where one is."""
    cookie = {"name": "django_language", "value": language, "url": visitor.site}
    for person, pages in paths.items():
        visitor.be(person)
        visitor.page.context.add_cookies([cookie])
        for path in pages:
            visitor.go(path)
            yield path
        visitor.page.context.clear_cookies(name="django_language")
