"""Reports over REST: the numbers of the pages, for who may see them, a few rows at a time."""

from __future__ import annotations

import pytest

from factories import revenue_share as facts
from factories import waiver_policy as waiver
from factories.books_rest import ROOT, client_of
from fairgate import clock
from fairgate.money import Money
from revenue_share import api
from revenue_share.data import Dimension

pytestmark = pytest.mark.django_db

SPAN = {"first": "2026-10", "currency": "USD"}
MONTHS = {"first": "2026-10", "last": "2026-10", "currency": "USD"}
NAMES = [*(f"by/{one}" for one in Dimension), *(f"by/{one}/total" for one in Dimension),
         "waterfall", "fund", "costs"]  # fmt: skip


@pytest.fixture(autouse=True)
def on_close_day(settings):
    settings.FAIRGATE_API_RATES = dict.fromkeys(("read", "write", "upload"), "1000/minute")
    clock.use(lambda: facts.CLOSE_DAY)
    yield
    clock.use(None)


@pytest.fixture
def october():
    waiver.lists()
    facts.put_terms_in_force()
    facts.book_october()


@pytest.fixture
def finance():
    return client_of("", "view_statement")


def get(client, name, **query):
    answer = client.get(f"{ROOT}reports/{name}/", SPAN | query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def shown(amount):
    return {"amount": f"{amount.amount:f}", "currency": amount.currency}


@pytest.mark.usefixtures("october")
@pytest.mark.parametrize("by", Dimension)
def test_the_rows_are_those_of_the_report_and_add_up_to_its_total(finance, by):
    report = api.report(by, **MONTHS, at=facts.CLOSE_DAY)

    rows = get(finance, f"by/{by}")["results"]
    total = get(finance, f"by/{by}/total")

    assert {row["key"]: row["amount"] for row in rows} == {
        row.key: shown(row.amount) for row in report.rows
    }
    assert total["amount"] == shown(report.total.amount)
    assert [one["measure"] for one in total["values"]] == [str(one) for one in report.measures]
    assert [one["amount"] for one in total["values"]] == [
        shown(amount) for amount in report.total.values
    ]


@pytest.mark.usefixtures("october")
def test_the_month_of_the_design_is_what_its_receipts_come_to(finance):
    (october,) = get(finance, "by/month")["results"]

    gross = Money("309.99", "USD")
    assert (october["key"], october["values"][0]) == (
        "2026-10", {"measure": "gross", "amount": shown(gross)},
    )  # fmt: skip


@pytest.mark.usefixtures("october")
def test_rows_come_a_few_at_a_time_and_what_has_no_key_last(finance):
    stray = facts.payment("U1", course="course-v1:X+Y+Z")
    api.book_payment(stray, at=facts.CLOSE_DAY)
    whole = get(finance, "by/party")["results"]

    found, page = [], get(finance, "by/party", limit=1)
    while page["next"]:
        found += page["results"]
        page = finance.get(page["next"]).json()

    assert found + page["results"] == whole
    assert [row["key"] for row in whole] == ["ATC", "FUND", "GSMA", "PLATFORM", ""]


@pytest.mark.usefixtures("october")
def test_the_waterfall_of_a_month_ends_at_what_nobody_took(finance):
    found = get(finance, "waterfall")
    fall = api.waterfall("2026-10", "USD")

    assert [(one["kind"], one["party"]) for one in found["steps"]] == [
        (str(step.kind), step.party) for step in fall.steps
    ]
    assert [one["level"] for one in found["steps"]] == [shown(step.level) for step in fall.steps]
    assert (found["first"], found["last"]) == ("2026-10", "2026-10")


@pytest.mark.usefixtures("october")
def test_the_fund_and_the_costs_are_those_of_their_pages(finance):
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    flow, costs = api.fund_flow("2026-10", "2026-10", "USD"), get(finance, "costs")

    fund = get(finance, "fund")

    assert (fund["earned"], fund["seats"]) == (shown(flow.earned), shown(flow.seats))
    assert fund["balance"]["available"] == shown(flow.balance.available)
    recovery = api.cost_recovery("2026-10", "2026-10", "USD")
    assert (costs["gross"], costs["fees"]) == (shown(recovery.gross), shown(recovery.fees))


@pytest.mark.usefixtures("october")
def test_groups_of_few_payers_are_told_apart_to_who_may_see_every_event(finance):
    every = client_of("", "view_statement", "view_revenueevent")

    assert {row["key"] for row in get(finance, "by/country_group")["results"]} == {"few"}
    assert "few" not in {row["key"] for row in get(every, "by/country_group")["results"]}
    assert get(finance, "by/country_group/total")["least"] > 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"first": "2026-10"}, "currency"),
        ({"currency": "USD"}, "first"),
        (SPAN | {"currency": "usd"}, "currency"),
        (SPAN | {"month": "2026-10"}, "month"),
    ],
)
def test_what_a_report_is_of_is_said_and_a_fault_of_it_is_named(finance, name, query, field):
    answer = finance.get(f"{ROOT}reports/{name}/", query)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("name", NAMES)
def test_a_month_that_is_none_is_refused(finance, name):
    answer = finance.get(f"{ROOT}reports/{name}/", SPAN | {"last": "October"})

    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidPeriod")


@pytest.mark.parametrize("name", NAMES)
def test_reports_are_for_finance_alone(name):
    answer = client_of("", "view_payoutbatch").get(f"{ROOT}reports/{name}/", SPAN)

    assert answer.status_code == 403
