"""axe-core on every page of the plugins and of the demo, as the person whose page it is.

The pages are read from the addresses of the site: one that is not listed here fails a test.
"""

from __future__ import annotations

import inspect
import re
import sqlite3
from contextlib import closing
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLResolver, get_resolver, resolve

FEES = "/fairgate/fees"
DESK = f"{FEES}/desk"
WAIVERS = "/fairgate/waivers"
COURSE = "/courses/spectrum-management/"
AUTHORS = f"{FEES}/author/course-v1:ATC+SPECTRUM101+2026_T4"
BLOCK = "/studio/block/block-v1:ATC+SPECTRUM101+2026_T4+type"
STATEMENTS = "/fairgate/revenue/statements"
REPORTS = "/fairgate/revenue/reports"
PICTURES = "/fairgate/partners/GSMA/marks"
PROMOTIONS = "/fairgate/partners/GSMA/promotions"
SIGNED = "/fairgate/partners/GSMA/agreements/{signed}"
PARTNERS = "/fairgate/partners"
PICTURES = f"{PARTNERS}/GSMA/marks"
# Whose pages they are; what is in braces is asked of the database, below.
PAGES = {
    "Lena": (
        "/", COURSE, f"{COURSE}units/welcome/", f"{COURSE}units/regulations/", "/people/", "/day/",
        "/profile/", "/bank/", "/courses/radio-basics/", f"{FEES}/spectrum-online/",
        f"{FEES}/spectrum-bundle/", f"{FEES}/spectrum-certificate/", f"{FEES}/orders/",
        f"{FEES}/orders/{{pending}}/", f"{FEES}/orders/{{pending}}/invoice/",
        f"{FEES}/orders/terms/1/", f"{FEES}/sandbox/{{token}}/",
        f"{FEES}/spectrum-online/seat-code/", f"{WAIVERS}/", f"{WAIVERS}/why/spectrum-online/",
        f"{WAIVERS}/application/{{application}}/", f"{WAIVERS}/facts/",
        f"{WAIVERS}/application/{{application}}/documents/",
        f"{WAIVERS}/application/{{application}}/countries/",
    ),
    "Amina": (COURSE, f"{FEES}/spectrum-online/", f"{WAIVERS}/why/spectrum-online/"),
    "Bounmy": (f"{WAIVERS}/nomination/{{nomination}}/", f"{FEES}/spectrum-workshop/"),
    "Nadia": (f"{FEES}/spectrum-online/", f"{WAIVERS}/apply/spectrum-online/"),
    "Otieno": (f"{FEES}/measurement-day/", f"{FEES}/orders/", f"{COURSE}units/regulations/"),
    "Beatriz": (f"{FEES}/orders/{{refunded}}/",),
    "Faith": (f"{FEES}/seats/", "/mail/"),
    "Joseph": (f"{FEES}/seats/invitation/{{invitation}}/",),
    "Wambui": (
        f"{FEES}/institutions/", f"{FEES}/institutions/{{buyer}}/order/",
        f"{FEES}/institutions/pools/{{pool}}/", f"{FEES}/orders/{{paid}}/",
        f"{FEES}/orders/{{waiting}}/",
    ),
    "Daudi": (f"{FEES}/invoices/", f"{FEES}/invoices/{{open}}/", f"{FEES}/invoices/{{settled}}/"),
    "Somchit": (f"{WAIVERS}/nominations/", f"{WAIVERS}/nominate/spectrum-workshop/"),
    "Tomás": (
        "/studio/spectrum-management/", f"{BLOCK}@fee_gate+block@gate/",
        f"{BLOCK}@partner_badge+block@badge/", f"{AUTHORS}/", f"{AUTHORS}/new/",
        f"{AUTHORS}/fees/spectrum-online/",
        "/fairgate/revenue/courses/course-v1:ATC+SPECTRUM101+2026_T4/",
    ),
    "Grace": (
        "/fairgate/partners/", "/fairgate/partners/GSMA/", f"{PICTURES}/", f"{PICTURES}/send/",
        f"{SIGNED}/", f"{SIGNED}/obligations/ROOM/2026-11-15/", f"{SIGNED}/contributions/GRANT/",
        f"{SIGNED}/contributions/GRANT/{{given}}/correct/",
        f"{SIGNED}/contributions/EXPERTS/{{unaccepted}}/take-back/",
        f"{SIGNED}/outcomes/TRAINED/", "/fairgate/partners/GSMA/agreements/{waits}/consent/",
        f"{PROMOTIONS}/", f"{PROMOTIONS}/propose/",
        f"{PARTNERS}/GSMA/public/", f"{PARTNERS}/recognition/",
        f"{PARTNERS}/recognition/{{scheme}}/", f"{PARTNERS}/awards/{{award}}/",
        f"{PARTNERS}/awards/{{ended}}/",
        "/fairgate/revenue/", f"{STATEMENTS}/GSMA/2026-10/", f"{STATEMENTS}/GSMA/2026-10/lines/1/",
        f"{STATEMENTS}/GSMA/money/cleared/?currency=USD",
    ),
    "Omar": (
        "/fairgate/partners/marks/", f"{PICTURES}/", f"{PICTURES}/{{picture}}/",
        "/fairgate/partners/promotions/", f"{PROMOTIONS}/{{promotion}}/",
    ),
    "Inès": (
        f"{DESK}/invoices/", f"{DESK}/invoices/{{open}}/", f"{DESK}/invoices/{{settled}}/",
        f"{DESK}/quotes/", f"{DESK}/quotes/{{accepted}}/", f"{DESK}/quotes/{{offered}}/",
        f"{DESK}/bank/", f"{DESK}/bank/{{file}}/", f"{DESK}/bank/lines/", f"{DESK}/bank/lines/2/",
        f"{FEES}/orders/{{refunded}}/", "/fairgate/revenue/books/",
        "/fairgate/revenue/books/proof/", f"{STATEMENTS}/GSMA/",
        "/fairgate/revenue/finance/", f"{REPORTS}/month/", f"{REPORTS}/party/",
        f"{REPORTS}/country_group/", f"{REPORTS}/course/events/", f"{REPORTS}/waterfall/",
        f"{REPORTS}/fund/", f"{REPORTS}/costs/", "/fairgate/revenue/books/payable/?currency=USD",
        f"{REPORTS}/costs/sum/?row=receipts&first=2026-10&last=2026-10&currency=USD",
        f"{REPORTS}/fund/entries/?column=available&currency=USD",
        "/fairgate/revenue/books/runs/{run}/",
        "/fairgate/revenue/books/entries/?account=gateway_clearing&currency=USD",
        f"{WAIVERS}/review/", f"{WAIVERS}/review/{{application}}/",
        f"{WAIVERS}/review/{{application}}/country/",
    ),
}  # fmt: skip
# Where a policy asks for facts, as the demo's own does not.
OF_FACTS = {
    "Lena": (
        f"{WAIVERS}/why/spectrum-online/", f"{WAIVERS}/facts/of/spectrum-online/",
        f"{WAIVERS}/facts/",
    ),
    "Inès": (
        f"{WAIVERS}/review/{{application}}/",
        f"{WAIVERS}/review/{{application}}/fact/?fact=income",
    ),
}  # fmt: skip
# Where a month is closed, and a party is to be paid.
OF_PAYOUTS = {
    "Inès": ("/fairgate/revenue/payouts/", "/fairgate/revenue/payouts/{batch}/"),
    "Omar": ("/fairgate/revenue/payouts/{batch}/",),
}
IDS = {
    "application": "SELECT uuid FROM waiver_policy_waiverapplication",
    "nomination": "SELECT uuid FROM waiver_policy_nomination",
    "pending": "SELECT uuid FROM fee_payments_order WHERE buyer_id IS NULL AND state = 'pending'",
    "token": "SELECT token FROM fee_payments_sandboxsession",
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
    "signed": "SELECT uuid FROM partnerships_agreementversion WHERE number = 2",
    "waits": "SELECT uuid FROM partnerships_agreementversion WHERE number = 3",
    "given": "SELECT uuid FROM partnerships_delivery WHERE reference = 'Transfer 2026-1107'",
    "unaccepted": "SELECT uuid FROM partnerships_delivery WHERE confirmed_at IS NULL",
    "promotion": "SELECT uuid FROM partnerships_promotion WHERE approved IS NULL",
    "scheme": "SELECT uuid FROM partnerships_recognitionscheme",
    "award": "SELECT uuid FROM partnerships_recognitionaward ORDER BY id DESC",
    "ended": "SELECT uuid FROM partnerships_recognitionaward ORDER BY id",
    "picture": "SELECT uuid FROM partnerships_brandasset WHERE approved IS NULL",
    "run": "SELECT uuid FROM revenue_share_booksrun",
    "batch": "SELECT uuid FROM revenue_share_payoutbatch",
}
# What answers a GET with something else than a page of ours.
NO_PAGES = {
    "resume", "fee_payments:checkout",  # on to another page
    "block_handler", "studio_handler", "block_resource", "set_language",
    "bank_file", "waiver_policy:document", "fee_payments:receipt", "fee_payments:paper",
    "fee_payments:invoice_sheet", "fee_payments:purchase_order_file", "fee_payments:pool_csv",
    "partnerships:mark", "partnerships:kept_mark", "partnerships:preview",
    "partnerships:evidence", "partnerships:agreement_paper",
    "partnerships:badge_issuer", "partnerships:badge_keys", "partnerships:badge_key",
    "partnerships:badge_status", "partnerships:badge_achievement", "partnerships:badge_emblem",
    "partnerships:badge_token", "partnerships:badge_picture",
    "revenue_share:statement_csv", "revenue_share:statement_json",
    "revenue_share:statement_events_csv", "revenue_share:statement_paper",
    "revenue_share:statement_workbook",
    "revenue_share:report_csv", "revenue_share:report_events_csv", "revenue_share:report_workbook",
    "revenue_share:entries_csv", "revenue_share:fund_entries_csv", "revenue_share:payable_csv",
    "revenue_share:report_sum_csv", "revenue_share:party_money_csv",
    "revenue_share:payment_order", "revenue_share:course_report_json", "",
}  # fmt: skip
OTHERS = {"admin", "api"}  # Django's own pages, and what no person reads
LINK = re.compile(r"/seats/invitation/([^/\s]+)/")
HEX = re.compile("[0-9a-f]{32}")
POLICY = """\
schema: waiver-policy/0.2
policies:
- id: by-income
  title: By income
  country_basis: none
  rules:
  - label: small_income
    when: {lt: {field: income, value: 10000}}
    benefit: {kind: percent_off, percent: 100}
  facts:
    income: {title: What your household earns, unit: USD, strength: document}
"""
# What is mirrored is measured where there is least room.
WIDTHS = {"en": (1280, 320), "ar": (320,)}
OPEN = "all => all.forEach((one) => { one.open = true; })"
AXE = Axe().axe_script
# Of what it finds, only what it objects to is brought here; a page says thousands of other things.
OBJECTIONS = """() => axe.run({resultTypes: ["violations"]}).then(
    found => found.violations.flatMap(({id, nodes}) => nodes.map(node => [id, node.target]))
)"""


def test_every_page_of_the_site_is_listed_here():
    anything = dict.fromkeys((*IDS, "invitation"), UUID(int=0))
    paths = [
        path for some in (PAGES, OF_FACTS, OF_PAYOUTS) for paths in some.values() for path in paths
    ]
    listed = {resolve(path.format(**anything).partition("?")[0]).view_name for path in paths}
    assert listed == set(pages(get_resolver().url_patterns)) - NO_PAGES


def pages(patterns, *, within=""):
    """The names of the addresses that answer a GET."""
    for one in patterns:
        if isinstance(one, URLResolver):
            if one.namespace not in OTHERS:
                inside = f"{within}{one.namespace}:" if one.namespace else within
                yield from pages(one.url_patterns, within=inside)
        elif "GET" in methods(one.callback):
            yield f"{within}{one.name or ''}"


def methods(view):
    """What a view answers, as its decorators say; both where none of them says it."""
    told = ["GET", "POST"]
    while view is not None:
        allowed = inspect.getclosurevars(view).nonlocals.get("request_method_list", told)
        told = [method for method in told if method in allowed]
        view = getattr(view, "__wrapped__", None)
    return told


@pytest.fixture
def lived_in(visitor, served):
    """A demo in which there is something on every page, and the ids of what there is."""
    applied(visitor)
    visitor.go(f"{FEES}/spectrum-bundle/")
    visitor.choose_to_pay("USD 125.00")
    visitor.be("Wambui", then=f"{FEES}/institutions/")
    visitor.press("Spectrum management: the full course")
    visitor.page.get_by_label("People, one on each line").fill("lena@example.org, Lena Brunner")
    visitor.press("Invite")
    visitor.be("Inès", then=f"{DESK}/bank/lines/2/")
    visitor.page.locator("#id_back_amount").fill("75.00")
    visitor.page.locator("#id_back_reason").fill("nobody knows what it is for")
    visitor.press("Ask")
    visitor.go("/fairgate/revenue/books/proof/")
    visitor.press("Prove the books now")
    return ids(served.folder)


def applied(visitor):
    """Lena has asked for a waiver, and waits."""
    visitor.be("Lena", then=f"{WAIVERS}/apply/spectrum-online/")
    visitor.page.get_by_label("Why do you ask for a waiver?").fill("We are a small school.")
    visitor.page.get_by_label("What I say is true").check()
    visitor.press("Send the application")


def ids(folder):
    with closing(sqlite3.connect(folder / "demo.sqlite3")) as database:
        found = {name: database.execute(asked).fetchone() for name, asked in IDS.items()}
    letters = "".join(path.read_text() for path in sorted((folder / "mail").glob("*.eml")))
    return {name: in_path(row[0]) for name, row in found.items() if row} | {
        "invitation": LINK.findall(letters)[-1]
    }


def in_path(kept):
    """A token as it is; a uuid, of which the database has the digits, as addresses write it."""
    return UUID(kept) if HEX.fullmatch(kept) else kept


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_on_any_page_at_a_desk_and_on_a_small_phone(visitor, lived_in, language):
    assert faults(visitor, PAGES, lived_in, language) == []


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_where_a_policy_asks_for_facts(
    visitor, served, manage, tmp_path, language
):
    # given
    file = tmp_path / "by-income.yaml"
    file.write_text(POLICY, encoding="utf-8")
    for words in (("load", str(file)), ("activate", "by-income")):
        code, said = manage(served.folder, "waiver_policy_policies", *words, "--by", "operator")
        assert code == 0, said
    visitor.be("Lena", then=f"{WAIVERS}/why/spectrum-online/")
    visitor.page.get_by_label("What your household earns").fill("8000")
    visitor.press("Save and see the answer")
    applied(visitor)

    # then
    assert faults(visitor, OF_FACTS, ids(served.folder), language) == []


PAID_OUT = """
from datetime import UTC, date, datetime
from revenue_share import api
at = datetime(2026, 12, 2, 9, tzinfo=UTC)
closed = api.close_period("2026-10", at=at, by="ines")
numbers = [one.number for one in api.list_payables() if not one.refusal]
api.propose_batch(numbers, execute_on=date(2026, 12, 15), reason="December run", by=1, at=at)
"""


@pytest.mark.browser
@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_where_parties_are_paid(visitor, served, manage, language):
    code, said = manage(served.folder, "shell", "-c", PAID_OUT)
    assert code == 0, said
    visitor.be("Lena")
    assert faults(visitor, OF_PAYOUTS, ids(served.folder), language) == []


def faults(visitor, whose, known, language):
    """What is wrong with these pages, read in a language: page, width, rule, selector."""
    cookie = {"name": "django_language", "value": language, "url": visitor.site}
    found = []
    for person, templates in whose.items():
        visitor.be(person)
        visitor.page.context.add_cookies([cookie])
        for path in (template.format(**known) for template in templates):
            visitor.go(path)
            if visitor.page.url != f"{visitor.site}{path}":
                found.append((path, "leads to", visitor.page.url))
            # Axe reads no text in a place that is closed.
            visitor.page.locator(".partner-badge__rules").evaluate_all(OPEN)
            visitor.page.evaluate(AXE)
            for width in WIDTHS[language]:
                visitor.page.set_viewport_size({"width": width, "height": 900})
                found += [(path, width, *fault) for fault in seen(visitor.page, width)]
        visitor.page.context.clear_cookies(name="django_language")
    return found


def seen(page, width):
    """What axe objects to: rule and selector; and a page that scrolls sideways."""
    for rule, target in page.evaluate(OBJECTIONS):
        yield rule, str(target)
    if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
        yield "scrolls sideways", str(wide)
