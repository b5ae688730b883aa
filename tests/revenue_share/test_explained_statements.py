"""A statement can be followed: whose it is by law, what was shared, by which share, out of what."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from factories import partnerships as partnership_factory
from factories import revenue_share as facts
from factories.fee_payments import merchant
from fairgate import clock
from fairgate.money import Money
from fairgate.percent import Percent
from partnerships import api as partnerships
from partnerships.data import FUND, PLATFORM, PRO_RATA, RevenueTerms
from reading_pdfs import bare, pages
from revenue_share import api
from revenue_share.data import Amounts, Part
from revenue_share.rules.line_shares import Shares, share_of
from revenue_share.rules.sharing import share_sale, sharing_of

PARTIES = (FUND, "GSMA", "ATC", PLATFORM)


def terms(**changes) -> RevenueTerms:
    known = {
        "agreement": "A", "version": 1, "version_uuid": UUID(int=1), "partner": "GSMA",
        "basis": "net_receipts", "fund_percent": Percent(20),
        "shares": (("GSMA", 45), ("ATC", 25), (PLATFORM, 30)), "lost_processor_fee": PRO_RATA,
        "dispute_fee": PLATFORM, "hold_days": 30, "minimum_payout": None,
        "valid_from": date(2026, 10, 1), "valid_until": None, "courses": ("c",),
    }  # fmt: skip
    return RevenueTerms(**known | changes)


@pytest.fixture
def october(db):
    facts.put_terms_in_force()
    facts.book_october()


@pytest.fixture
def frozen(october):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    return api.statement("GSMA", "2026-10")


@pytest.fixture
def finance(django_user_model, client):
    user = django_user_model.objects.create_user("ines", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_statement"))
    client.force_login(user)
    return user


def page_of(client, name, *args, language="en", **query):
    url = reverse(f"revenue_share:{name}", args=args)
    return client.get(url, query, headers={"accept-language": language}).content.decode()


# --- The share of a line --------------------------------------------------------------------------


def test_the_shares_of_what_is_shared_are_the_whole_of_it():
    found = [share_of(Part.SHARE, party, terms()) for party in PARTIES]
    assert found == [Fraction(1, 5), Fraction(9, 25), Fraction(1, 5), Fraction(6, 25)]
    assert sum(found) == 1


@pytest.mark.parametrize(
    ("part", "party", "changes", "share"),
    [
        (Part.MIRROR, "GSMA", {}, Fraction(9, 25)),
        (Part.LOST_FEE, "GSMA", {}, Fraction(9, 25)),
        (Part.LOST_FEE, "GSMA", {"lost_processor_fee": "GSMA"}, 1),
        (Part.LOST_FEE, "ATC", {"lost_processor_fee": "GSMA"}, None),
        (Part.PROCESSOR_FEE, "ATC", {"basis": "gross", "processor_fee": PRO_RATA}, Fraction(1, 5)),
        (Part.PROCESSOR_FEE, "ATC", {"basis": "gross", "processor_fee": "ATC"}, 1),
        (Part.PROCESSOR_FEE, "ATC", {}, None),
        (Part.DISPUTE_FEE, PLATFORM, {}, 1),
        (Part.COLLECTED, "ATC", {"merchant_of_record": "ATC"}, 1),
        (Part.RECOUPED, "ATC", {}, None),
        (Part.REMITTED, "ATC", {}, None),
        (Part.ADJUSTMENT, "ATC", {}, None),
        (Part.SEAT, FUND, {}, None),
        (Part.SHARE, "SOMEBODY", {}, None),
    ],
)
def test_what_is_borne_by_one_is_its_own_and_what_no_terms_share_has_no_share(
    part, party, changes, share
):
    assert share_of(part, party, terms(**changes)) == share


@given(
    weights=st.lists(st.integers(1, 1_000), min_size=1, max_size=5),
    fund=st.integers(0, 10_000),
    net=st.integers(1, 10**9),
)
def test_a_part_is_its_share_of_the_base_but_for_less_than_a_minor_unit(weights, fund, net):
    # given
    agreed = terms(
        fund_percent=Percent.from_basis_points(fund),
        shares=tuple((f"P{place}", weight) for place, weight in enumerate(weights)),
    )
    sharing = sharing_of(agreed)

    # when
    shared = share_sale(Amounts(net, 0, 0), sharing, dict.fromkeys(agreed.parties, 0), ())

    # then
    for party, units in shared.units[Part.SHARE].items():
        exact = share_of(Part.SHARE, party, agreed) * shared.bases[Part.SHARE]
        assert abs(units - exact) < 1


def test_of_a_version_that_nobody_knows_no_share_is_said(frozen):
    shares = Shares(party="GSMA", terms={})
    assert {shares.of(line) for line in frozen.lines} == {None}


def test_every_line_of_october_is_its_share_of_the_base(frozen):
    for party in PARTIES:
        shown = api.statement(party, "2026-10")
        shares = api.line_shares(shown)
        for line in shown.lines:
            exact = shares.of(line) * line.base.minor
            assert abs(line.amount.minor - exact) < 1, (party, line.part)


# --- What came off each event ---------------------------------------------------------------------


def test_of_each_event_gross_less_tax_and_fee_is_what_was_shared(frozen):
    for _place, event in api.events_page(frozen):
        assert (event.gross + event.tax + event.fee).minor == (
            event.base.minor if event.part is not Part.LOST_FEE else -2415
        )


def test_what_a_bank_takes_and_gives_again_is_signed_as_it_moves(october):
    api.book_dispute(facts.dispute("opened", ("S2",)), at=facts.REFUND_DAY)
    later = facts.REFUND_DAY + timedelta(days=3)
    won = facts.dispute("won", ("S2",), "0.00", "0.00", later, opened_at=facts.REFUND_DAY)
    api.book_dispute(won, at=later)

    found = [
        (event.kind.value, event.gross, event.base)
        for _place, event in api.events_page(api.statement("GSMA", "2026-10"))
        if event.part is Part.MIRROR and event.sale == str(facts.named("S2"))
    ]
    assert found == [
        ("dispute_opened", Money("-120.00", "USD"), Money("-116.22", "USD")),
        ("dispute_won", Money("120.00", "USD"), Money("116.22", "USD")),
    ]


def test_seats_and_adjustments_have_no_gross(october, settings):
    settings.REVENUE_SHARE_SEAT_PARTIES = {facts.COURSE: "GSMA"}
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    found = [event for _place, event in api.events_page(api.statement("GSMA", "2026-10"))]
    (seat,) = [event for event in found if event.part is Part.SEAT]
    assert (seat.gross, seat.tax, seat.fee) == (None, None, None)


def test_the_page_of_a_line_has_what_came_off_each_event(client, finance, frozen):
    page = page_of(client, "statement_events", "GSMA", "2026-10", 1)
    first = page[page.index('<tbody role="rowgroup">') : page.index("</tr>", page.index("<tbody"))]
    numbers = re.findall(r"<span>([^<]+)</span>", first)
    assert numbers == ["120.00", "−20.00", "−3.78", "96.22", "36\xa0%", "34.64"]


def test_the_file_of_one_line_has_its_events_and_no_other(client, finance, frozen):
    url = reverse("revenue_share:statement_events_csv", args=["GSMA", "2026-10"])
    answer = client.get(url, {"line": "2"})
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode()))
    assert (row["part"], row["gross"], row["fee"], row["base"]) == (
        "mirror", "-25.00", "0.85", "-24.15",
    )  # fmt: skip
    assert (row["weight"], row["weights"], row["amount"]) == ("9", "25", "-8.69")
    assert (
        'filename="RS-000003-2026-10-GSMA-USD-line-2-events.csv"' in answer["Content-Disposition"]
    )
    for line in ("4", "0", "x", "-1"):
        assert client.get(url, {"line": line}).status_code == 404


def test_the_page_of_a_statement_says_base_and_share_of_each_line(client, finance, frozen):
    page = page_of(client, "statement", "GSMA", "2026-10")
    lines = page[page.index("<tbody") : page.index("</tbody>")]
    assert re.findall(r">([−0-9.,]+)</a>", lines)[:3] == ["4", "279.80", "100.73"]
    assert lines.count(">36\xa0%</a>") == 3


def test_an_adjustment_has_no_share_and_its_number_nothing_that_looks_like_one(
    client, finance, october
):
    uuid = api.propose_adjustment(
        {"GSMA": Money("5.00", "USD"), PLATFORM: Money("-5.00", "USD")},
        reason="a slip", period="2026-10", by=1, at=facts.NOON,
    )  # fmt: skip
    api.confirm_adjustment(uuid, by=2, at=facts.NOON)
    page = page_of(client, "statement", "GSMA", "2026-10")
    lines = page[page.index("<tbody") : page.index("</tbody>")]
    assert lines.count('class="rs-nothing"') == 1


# --- Whose it is by law ---------------------------------------------------------------------------


def test_paper_page_and_workbook_name_the_parties_by_their_legal_names(client, finance, frozen):
    # given
    merchant(legal_name="Academy of the Union, Geneva")

    # when
    paper = bare("".join(pages(api.statement_paper(frozen, language="en"))))
    page = page_of(client, "statement", "GSMA", "2026-10")
    file = io.BytesIO()
    api.write_workbook(frozen, language="en", to=file)
    cells = {row[0].value: row[1].value for row in load_workbook(file)["Statement"].rows}

    # then
    for text in (paper, bare(page)):
        assert bare("GSM Association") in text
        assert bare("Academy of the Union, Geneva") in text
    assert cells["Party"] == "GSM Association (GSMA)"
    assert cells["Host"] == "Academy of the Union, Geneva"


def test_a_closed_statement_keeps_the_legal_name_of_its_day_and_a_draft_has_that_of_now(frozen):
    # given
    later = facts.CLOSE_DAY + timedelta(days=1)
    text = partnership_factory.terms_text().replace("GSM Association", "Another Association")
    waits = partnership_factory.propose_change(text=text, at=later)
    partnerships.confirm_partner_change(waits.uuid, by=partnership_factory.APPROVER, at=later)
    api.book_payment(facts.payment("S9", at=later), at=later)

    # then
    assert api.statement_names(frozen, language="en").party == "GSM Association"
    draft = api.statement("GSMA", "2026-12")
    assert api.statement_names(draft, language="en").party == "Another Association"


def test_who_is_no_partner_and_the_platform_itself_are_named_too(frozen):
    for party, legal in ((PLATFORM, "Open Spectrum Academy"), (FUND, "Waiver fund")):
        shown = api.statement(party, "2026-10")
        assert api.statement_names(shown, language="en").party == legal
    stranger = replace(frozen, party="SOMEBODY")
    names = api.statement_names(stranger, language="en")
    assert (names.party, names.others("SOMEBODY")) == ("SOMEBODY", ())


# --- In the reader's language ---------------------------------------------------------------------


def test_amounts_and_months_are_written_as_the_reader_s_language_does(client, finance, october):
    assert "100,73\xa0USD" in page_of(client, "statement", "GSMA", "2026-10", language="fr")
    french = page_of(client, "report", "month", language="fr")
    assert re.search(r"<tspan[^>]*>Octobre</tspan><tspan[^>]*>2026</tspan>", french)
    chinese = page_of(client, "report", "month", language="zh-hans")
    assert re.search(r"<tspan[^>]*>2026年10月</tspan></text>", chinese)
    assert ">2026-10</tspan>" not in french + chinese


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "6 October 2026"),
        ("fr", "6 octobre 2026"),
        ("ar", "6 أكتوبر، 2026"),
        ("zh-hans", "2026年10月6日"),
    ],
)
def test_moments_are_days_of_the_language_and_hours_of_utc(client, finance, october, language, day):
    page = page_of(client, "statement_events", "GSMA", "2026-10", 1, language=language)
    assert day in page
    assert "08:00" in page
    assert not re.search(r"[ap]\.m\.|8:00 ص", page)


# --- Narrow pages ---------------------------------------------------------------------------------

SHOWN = [
    ("finance",), ("books",), ("statements",), ("statement", "GSMA", "2026-10"),
    ("statement_events", "GSMA", "2026-10", 1), ("report", "month"), ("report", "party"),
    ("waterfall",), ("fund",), ("costs",),
]  # fmt: skip


@pytest.mark.parametrize("shown", SHOWN, ids=[" ".join(map(str, one)) for one in SHOWN])
def test_each_cell_of_a_table_is_called_on_a_phone_as_its_column(client, finance, frozen, shown):
    clock.use(lambda: facts.CLOSE_DAY)
    page = page_of(client, *shown)
    clock.use(None)
    tables = re.findall(
        r'<table aria-label[^>]+ class="fg-table fg-stack rs-table".*?</table>', page, re.DOTALL
    )
    assert tables
    assert page.count("<table") == len(tables)
    for table in tables:
        for cell in re.findall(r"<td[^>]*>", table):
            assert re.search(r'data-label="[^"]+"|class="rs-nothing"', cell), cell


# --- Where finance goes on ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "right"),
    [
        ("adjustment", "view_adjustment"),
        ("remittance", "view_remittance"),
        ("payoutaccount", "view_payoutaccount"),
    ],
)
def test_the_page_of_finance_leads_to_lists_of_the_admin_for_who_may_see_them(
    client, finance, october, model, right
):
    url = reverse(f"admin:revenue_share_{model}_changelist")
    assert url not in page_of(client, "finance")
    finance.user_permissions.add(Permission.objects.get(codename=right))
    assert url in page_of(client, "finance")
    assert client.get(url).status_code == 200


# --- What is rounded together ---------------------------------------------------------------------


@pytest.mark.parametrize(("basis", "is_said"), [("gross", True), ("net_receipts", False)])
def test_where_the_fee_is_shared_too_both_lines_together_are_the_share(
    client, finance, basis, is_said
):
    """Each by itself may be some units off, which grow with the sales; together they are not."""
    # given: many sales of an amount that does not divide
    costs = "{lost_processor_fee: pro_rata, dispute_fee: PLATFORM}"
    fee = "processor_fee: pro_rata, " if basis == "gross" else ""
    revenue = partnership_factory.REVENUE.replace("basis: net_receipts", f"basis: {basis}")
    revenue = revenue.replace(costs, costs.replace("{", "{" + fee))
    facts.put_terms_in_force(revenue=revenue)
    for number in range(30):
        api.book_payment(facts.payment(f"N{number}", "49.99", "0.00", "1.74"), at=facts.NOON)

    # when
    statement = api.statement("GSMA", "2026-10")
    clock.use(lambda: facts.NOON)
    page = page_of(client, "statement", "GSMA", "2026-10")
    clock.use(None)

    # then
    exact = Fraction(30 * (4999 - 174) * 9, 25)
    assert abs(exact - statement.subtotal.minor) < 1
    assert ("the sum of both lines is exact" in page) is is_said
