"""Reports: sums of months by one thing, and the events behind each number."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import reports as make
from factories import revenue_share as facts
from factories import waiver_policy as waiver
from fairgate.money import Money, UnknownCurrency
from machines import lives
from revenue_share import api
from revenue_share.data import CountryGroup, Dimension, Drill, Measure, StepKind
from revenue_share.exceptions import InvalidPeriod
from revenue_share.rules import reports as rules
from revenue_share.rules.refunds import refund_parts
from waiver_policy import api as waivers

pytestmark = pytest.mark.django_db

OCTOBER = {"first": "2026-10", "last": "2026-10", "currency": "USD", "at": facts.CLOSE_DAY}
NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
OTHER_COURSE = "course-v1:ATC+ORBIT201+2026_T4"
G = CountryGroup


def usd(amount):
    return Money(amount, "USD")


def rows_of(dimension, **more):
    report = api.report(dimension, **{**OCTOBER, **more})
    return {row.key: str(row.amount.amount) for row in report.rows}


def closed(*months):
    """Close these months, long after their holds."""
    for month in months:
        api.close_period(month, at=make.LATER, by="ines")


def events_in(drill, **more):
    return [event for _place, event in api.report_events(drill, at=facts.CLOSE_DAY, **more)]


@pytest.fixture
def terms():
    facts.put_terms_in_force()


@pytest.fixture
def october(terms):
    facts.book_october()


def test_the_waterfall_of_october_is_that_of_the_worked_example(terms):
    # given: money.md 5.3, before anything is refunded
    for sale in facts.OCTOBER:
        api.book_payment(facts.payment(*sale), at=sale[-1])

    # when
    fall = api.waterfall("2026-10", "USD")

    # then
    assert [(step.kind, step.party, str(step.shown.amount)) for step in fall.steps] == [
        (StepKind.GROSS, "", "309.99"),
        (StepKind.TAX, "", "-20.00"),
        (StepKind.FEE, "", "-10.19"),
        (StepKind.NET, "", "279.80"),
        (StepKind.PARTY, "FUND", "55.96"),
        (StepKind.PARTY, "GSMA", "100.73"),
        (StepKind.PARTY, "PLATFORM", "67.15"),
        (StepKind.PARTY, "ATC", "55.96"),
        (StepKind.UNALLOCATED, "", "0.00"),
    ]


def test_with_the_refund_of_november_it_ends_at_the_statements_of_october(october):
    # when
    fall = api.waterfall("2026-10", "USD")

    # then
    assert fall.amount(StepKind.BACK) == usd("-25.00")
    assert fall.amount(StepKind.NET) == usd("254.80")
    parties = {step.party: step.shown for step in fall.steps if step.kind is StepKind.PARTY}
    assert parties == {
        party: api.statement(party, "2026-10").subtotal
        for party in ("FUND", "GSMA", "ATC", "PLATFORM")
    }
    assert parties["FUND"] == usd("50.96")


def test_the_fee_of_a_dispute_stands_before_the_net_and_is_its_bearer_s(october):
    # given: the chargeback of December in money.md 5.3
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    taken = datetime(2026, 12, 20, tzinfo=UTC)
    api.book_dispute(facts.dispute("lost", ("S2",), "120.00", "15.00", taken), at=taken)

    # when
    fall = api.waterfall("2026-11", "USD", last="2026-12")

    # then
    assert fall.amount(StepKind.BACK) == usd("-120.00")
    assert fall.amount(StepKind.DISPUTE_FEE) == usd("-15.00")
    assert fall.amount(StepKind.NET) == usd("-135.00")
    assert fall.amount(StepKind.PARTY, "PLATFORM") == usd("-43.80")
    assert fall.amount(StepKind.UNALLOCATED) == usd("0.00")


def test_receipts_without_terms_are_what_is_left_at_the_end(db):
    # given
    make.sell("S1", gross="120.00", tax="20.00", fee="3.78")

    # then
    assert api.waterfall("2026-10", "USD").amount(StepKind.UNALLOCATED) == usd("96.22")
    assert rows_of(Dimension.PARTY) == {"": "96.22"}


def test_the_fee_of_a_dispute_that_no_terms_speak_of_is_taken_from_what_is_left(db):
    # given
    make.sell("S1", gross="120.00", fee="4.00")
    api.book_dispute(facts.dispute("opened", ("S1",), "20.00", "15.00"), at=facts.REFUND_DAY)

    # when
    fall = api.waterfall("2026-10", "USD")

    # then
    left = usd("81.00")  # 116.00, less 20.00 and the fee
    assert (fall.amount(StepKind.DISPUTE_FEE), fall.amount(StepKind.NET)) == (usd("-15.00"), left)
    assert fall.amount(StepKind.UNALLOCATED) == left
    assert api.list_unallocated() == (left,)
    assert [one.unallocated for one in api.list_months()] == [left]
    (row,) = api.report(Dimension.PARTY, **OCTOBER).rows
    assert row.values == (usd("96.00"), usd("-15.00"), usd("0.00"))
    assert api.cost_recovery("2026-10", "2026-10", "USD").dispute_fees == usd("15.00")


def test_every_fee_of_a_dispute_opens_its_event_and_names_who_bears_it(october):
    # given
    make.sell("X1", course=OTHER_COURSE)
    api.book_dispute(facts.dispute("lost", ("S2",)), at=facts.REFUND_DAY)
    without = facts.dispute("opened", ("X1",), "100.00", "7.00", name="D2")
    api.book_dispute(without, at=facts.REFUND_DAY)

    # when
    events = events_in(
        Drill(dimension=Dimension.PARTY, first="2026-10", last="2026-10", currency="USD",
              measure=Measure.DISPUTE_FEES)
    )  # fmt: skip

    # then
    assert [(one.party, one.amount) for one in events] == [
        ("PLATFORM", usd("-15.00")), ("", usd("-7.00")),
    ]  # fmt: skip


def test_a_report_by_month_course_class_or_party_has_the_total_of_the_months(october):
    # given
    make.sell("S5", payer="academia", course=OTHER_COURSE, gross="70.00", at=NOVEMBER)

    # when
    by_month = rows_of(Dimension.MONTH, last="2026-11")
    by_course = rows_of(Dimension.COURSE, last="2026-11")
    by_class = rows_of(Dimension.PAYER_CLASS, last="2026-11")
    by_party = rows_of(Dimension.PARTY, last="2026-11")

    # then
    assert by_month == {"2026-10": "254.80", "2026-11": "70.00"}
    assert by_course == {facts.COURSE: "254.80", OTHER_COURSE: "70.00"}
    assert by_class == {"individual": "254.80", "academia": "70.00"}
    assert by_party == {
        "GSMA": "91.73", "PLATFORM": "61.15", "ATC": "50.96", "FUND": "50.96", "": "70.00",
    }  # fmt: skip


def test_a_row_shows_what_came_what_went_back_the_tax_and_the_fee(october):
    (row,) = api.report(Dimension.COURSE, **OCTOBER).rows
    assert (row.events, row.values) == (
        5,
        (usd("309.99"), usd("-25.00"), usd("-20.00"), usd("-10.19")),
    )


def test_currencies_are_never_together(october):
    # given
    make.sell("E1", gross="99.00", fee="1.74", currency="EUR")

    # then
    assert rows_of(Dimension.MONTH) == {"2026-10": "254.80"}
    assert rows_of(Dimension.MONTH, currency="EUR") == {"2026-10": "97.26"}
    assert {(one.currency, str(one.net.amount)) for one in api.list_months()} == {
        ("USD", "254.80"), ("EUR", "97.26"),
    }  # fmt: skip


def test_a_span_may_be_named_from_its_end(october):
    assert rows_of(Dimension.MONTH, first="2026-12", last="2026-09") == {"2026-10": "254.80"}


@pytest.mark.parametrize(
    ("wrong", "error"), [({"first": "Oct"}, InvalidPeriod), ({"currency": "XXX"}, UnknownCurrency)]
)
def test_what_is_no_month_or_no_currency_is_refused(db, wrong, error):
    with pytest.raises(error):
        api.report(Dimension.MONTH, **{**OCTOBER, **wrong})


def test_countries_are_grouped_by_the_lists_on_the_last_day_of_each_month(terms):
    # given: Lao PDR leaves the list of LDCs on 24 November
    waiver.lists()
    for number, country in enumerate(("LA", "KE", "MV", "TV", "", "LA")):
        make.sell(f"S{number}", country, at=NOVEMBER if number == 5 else facts.NOON)

    # then
    assert rows_of(Dimension.COUNTRY_GROUP, tells_few=True) == {
        "ldc": "100.00", "sids": "100.00", "both": "100.00", "other": "100.00",
        "unknown": "100.00",
    }  # fmt: skip
    november = {"first": "2026-11", "last": "2026-11"}
    assert rows_of(Dimension.COUNTRY_GROUP, tells_few=True, **november) == {"other": "100.00"}


def test_countries_are_not_known_where_there_are_no_lists(terms):
    make.sell("S1", "LA")
    assert rows_of(Dimension.COUNTRY_GROUP, tells_few=True) == {"unknown": "100.00"}


def test_a_group_of_few_payers_is_told_together_with_the_next_smaller_one(terms):
    # given: one payer of a small island, six of least developed countries, eight of others
    waiver.lists()
    countries = ["MV", *["UG"] * 6, *["KE"] * 8, ""]
    for number, country in enumerate(countries):
        make.sell(f"S{number}", country)
    closed("2026-10")

    # then
    assert rows_of(Dimension.COUNTRY_GROUP) == {
        "other": "800.00", "unknown": "100.00", "few": "700.00",
    }  # fmt: skip


def test_no_difference_of_two_reports_tells_of_a_group_that_is_hidden(terms):
    # given: enough in October, one in November
    waiver.lists()
    for number in range(5):
        make.sell(f"S{number}", "MV")
    make.sell("S9", "MV", at=NOVEMBER)
    closed("2026-10", "2026-11")

    # then: what November adds is told of no group
    both = rows_of(Dimension.COUNTRY_GROUP, last="2026-11")
    assert rows_of(Dimension.COUNTRY_GROUP) == {"sids": "500.00"}
    assert both == {"sids": "500.00", "few": "100.00"}


def test_groups_of_an_open_month_are_not_told_apart_to_who_may_not_see_every_event(terms):
    # given
    waiver.lists()
    for number in range(10):
        make.sell(f"S{number}", "MV" if number < 5 else "KE")

    # then: yesterday's report and today's would differ by one payer
    assert rows_of(Dimension.COUNTRY_GROUP) == {"few": "1000.00"}
    assert rows_of(Dimension.COUNTRY_GROUP, tells_few=True) == {"sids": "500.00", "other": "500.00"}

    # when
    closed("2026-10")

    # then
    assert rows_of(Dimension.COUNTRY_GROUP) == {"sids": "500.00", "other": "500.00"}


@pytest.mark.parametrize(
    ("sales", "together"),
    [
        ({}, set()),
        ({G.LDC: 5, G.OTHER: 9}, set()),
        ({G.LDC: 2}, {G.LDC}),
        ({G.LDC: 2, G.OTHER: 9}, {G.LDC, G.OTHER}),
        ({G.LDC: 2, G.SIDS: 4, G.OTHER: 9}, {G.LDC, G.SIDS}),
        ({G.LDC: 0, G.SIDS: 7, G.BOTH: 6, G.OTHER: 9}, {G.LDC, G.BOTH}),
        ({G.UNKNOWN: 1, G.OTHER: 9}, set()),
    ],
)
def test_groups_are_put_together_until_they_are_of_enough_sales(sales, together):
    assert rules.few(sales, at_least=5) == together


def test_the_number_of_sales_below_which_a_group_is_hidden_is_the_operator_s(terms, settings):
    # given
    waiver.lists()
    for number, country in enumerate(("MV", "MV", "KE", "KE")):
        make.sell(f"S{number}", country)
    closed("2026-10")

    # when
    settings.REVENUE_SHARE_LEAST_PAYERS = 2

    # then
    assert rows_of(Dimension.COUNTRY_GROUP) == {"sids": "200.00", "other": "200.00"}


@pytest.mark.parametrize("value", [0, "5", True, None])
def test_a_number_of_sales_that_is_none_is_told_at_the_start(settings, value):
    settings.REVENUE_SHARE_LEAST_PAYERS = value
    assert "revenue_share.E005" in {found.id for found in run_checks(tags=["fairgate"])}
    with pytest.raises(ImproperlyConfigured):
        api.report(Dimension.MONTH, **OCTOBER)


@pytest.mark.parametrize(
    ("dimension", "queries"),
    [(Dimension.MONTH, 1), (Dimension.COURSE, 1), (Dimension.PAYER_CLASS, 1),
     (Dimension.PARTY, 2), (Dimension.COUNTRY_GROUP, 4)],
)  # fmt: skip
def test_a_report_asks_as_often_for_one_sale_as_for_many_months(
    october, django_assert_num_queries, dimension, queries
):
    waiver.lists()
    api.report(dimension, **OCTOBER)
    with django_assert_num_queries(queries):
        api.report(dimension, **OCTOBER)
    for month in (10, 11, 12):
        for number in range(3):
            at = datetime(2026, month, 10 + number, tzinfo=UTC)
            make.sell(f"N{month}{number}", "LA", course=f"{OTHER_COURSE}{number}", at=at)
    with django_assert_num_queries(queries):
        api.report(dimension, **{**OCTOBER, "last": "2026-12"})


def test_the_other_pictures_ask_a_few_questions_too(october, django_assert_num_queries):
    with django_assert_num_queries(2):
        api.waterfall("2026-10", "USD")
    with django_assert_num_queries(2):
        api.cost_recovery("2026-10", "2026-10", "USD")
    with django_assert_num_queries(3):
        api.fund_flow("2026-10", "2026-10", "USD")
    with django_assert_num_queries(3):
        api.list_months()
    with django_assert_num_queries(1):
        api.list_spans()


def test_a_number_opens_the_events_that_make_it(october):
    # given
    drill = Drill(
        dimension=Dimension.COURSE, first="2026-10", last="2026-10", currency="USD",
        key=facts.COURSE, measure=Measure.BACK,
    )  # fmt: skip

    # when
    (refund,) = events_in(drill)

    # then
    assert refund.amount == usd("-25.00")
    assert refund.sale == str(facts.named("S3"))


def test_events_come_in_pages_across_months_and_no_place_is_the_first(october):
    # given
    make.sell("S5", at=NOVEMBER)
    drill = Drill(
        dimension=Dimension.MONTH, first="2026-10", last="2026-11", currency="USD"
    )  # fmt: skip

    # when
    first = api.report_events(drill, at=facts.CLOSE_DAY, limit=4)
    second = api.report_events(drill, at=facts.CLOSE_DAY, after=first[-1][0], limit=4)

    # then
    assert (len(first), len(second)) == (4, 2)
    assert api.report_events(drill, at=facts.CLOSE_DAY, after=second[-1][0]) == ()
    assert api.report_events(drill, at=facts.CLOSE_DAY, after="2026-11.x", limit=4) == first


def test_the_fund_is_shown_as_the_books_have_it_and_as_it_says_itself(october):
    # given
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)
    waivers.credit_fund(usd("60.00"), key="gift", reason="A donor", at=facts.NOON)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # when
    flow = api.fund_flow("2026-10", "2026-12", "USD")

    # then
    assert (flow.earned, flow.seats) == (usd("50.96"), usd("15.00"))
    assert {one.kind: str(one.available.amount) for one in flow.movements} == {
        "donation": "60.00", "revenue": "50.96",
    }  # fmt: skip
    assert flow.balance.available == usd("110.96")


def test_costs_are_those_that_the_books_hold(october):
    # given
    api.book_dispute(facts.dispute("lost", ("S2",)), at=facts.REFUND_DAY)

    # when
    costs = api.cost_recovery("2026-10", "2026-10", "USD")

    # then
    assert (costs.receipts, costs.fees) == (usd("164.99"), usd("10.19"))
    assert (costs.dispute_fees, costs.costs) == (usd("15.00"), usd("25.19"))
    assert costs.platform_left == api.statement("PLATFORM", "2026-10").subtotal


def test_what_is_recouped_is_named(db):
    # given
    factory = facts.partnership_factory
    recouping = factory.REVENUE + (
        '    recoupments: [{party: ATC, amount: "50.00", currency: USD}]\n'
    )
    factory.put_in_force(factory.terms_text(factory.version_text(revenue=recouping)))

    # when
    make.sell("S1")

    # then
    assert api.cost_recovery("2026-10", "2026-10", "USD").recouped == (("ATC", usd("50.00")),)


def test_months_are_listed_from_one_on_and_the_busiest_currency_is_that_of_most_events(october):
    # given
    make.sell("S5", at=NOVEMBER)
    make.sell("E1", gross="9000.00", currency="EUR")

    # then
    assert api.list_spans() == (("2026-11", "USD"), ("2026-10", "EUR"), ("2026-10", "USD"))
    assert [one.period for one in api.list_months("2026-11")] == ["2026-11"]
    assert api.busiest_currency("2026-10", "2026-11") == "USD"
    assert api.busiest_currency("2027-01", "2027-02") == ""


GROSS = (
    facts.partnership_factory.REVENUE.replace("basis: net_receipts", "basis: gross")
    .replace("{lost_processor_fee: pro_rata", "{processor_fee: pro_rata, lost_processor_fee: ATC")
)  # fmt: skip
TERMS = {
    "shared on the gross": GROSS,
    "recouped first": GROSS + '    recoupments: [{party: ATC, amount: "130.00", currency: USD}]\n',
    "received by a partner": facts.partnership_factory.REVENUE + "    merchant_of_record: ATC\n",
}


@pytest.mark.parametrize("revenue", TERMS.values(), ids=TERMS)
def test_whatever_terms_say_reports_add_up_to_months_events_and_ledger(db, revenue):
    # given
    factory = facts.partnership_factory
    factory.put_in_force(factory.terms_text(factory.version_text(revenue=revenue)))

    # when: more goes back than came, and some of it comes again
    facts.book_october()
    api.book_dispute(facts.dispute("lost", ("S1",), "120.00"), at=facts.REFUND_DAY)
    api.book_dispute(facts.dispute("opened", ("S2",), "60.00", name="D2"), at=facts.REFUND_DAY)
    later = datetime(2026, 11, 25, tzinfo=UTC)
    api.book_dispute(facts.dispute("won", ("S2",), "60.00", "0.00", later, name="D2"), at=later)
    api.book_refund(facts.refund("R2", "S1", "20.00", at=later), at=later)
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")
    api.book_refund(facts.refund("R3", "S4", "10.00", fee="0.59", at=later), at=facts.CLOSE_DAY)

    # then
    for first, last in (("2026-10", "2026-10"), ("2026-11", "2026-11"), ("2026-10", "2026-11")):
        make.check_reports(first, last)
    assert api.waterfall("2026-10", "USD").amount(StepKind.UNALLOCATED) == usd("-20.00")


def test_a_month_is_open_until_it_is_closed(october):
    # given
    (before,) = api.list_months()

    # when
    api.close_period("2026-10", at=facts.CLOSE_DAY, by="ines")

    # then
    assert not before.is_closed
    assert [(one.is_closed, one.closed_by) for one in api.list_months()] == [(True, "ines")]


class Undone(Exception):
    """Ends an example, so that nothing of it stays in the database."""


@pytest.fixture
def terms_and_lists(terms):
    waiver.lists()


SALES = st.lists(
    st.tuples(
        st.sampled_from(["LA", "KE", "MV", "TV", ""]),
        st.sampled_from(["individual", "academia"]),
        st.sampled_from([facts.COURSE, OTHER_COURSE]),
        st.integers(100, 30_000),
        st.sampled_from([facts.NOON, NOVEMBER]),
    ),
    min_size=1,
    max_size=6,
)
# What goes back of which sale, by how many parts of it, and how.
BACK = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 3), st.sampled_from(["refund", "lost", "won"])),
    max_size=4,
)


def amount(minor):
    return f"{Money.from_minor(minor, 'USD').amount:f}"


def take_back(sales, place, parts, how):
    number = place % len(sales)
    *_, gross, _at = sales[number]
    part = gross // parts
    if how == "refund":
        net, tax, fee = refund_parts(part, **parts_of(gross))
        told = facts.refund(
            f"R{number}", f"S{number}", amount(net + tax + fee), amount(tax), amount(fee), NOVEMBER
        )
        api.book_refund(told, at=NOVEMBER)
    else:
        name = f"D{number}{how}"
        told = facts.dispute(how, (f"S{number}",), amount(part), "15.00", NOVEMBER, name=name)
        api.book_dispute(told, at=NOVEMBER)


def parts_of(gross):
    tax, fee = gross // 6, gross // 40
    return {"net": gross - tax - fee, "tax": tax, "fee": fee}


def happen(sales, back, moved):
    for number, (country, payer, course, gross, at) in enumerate(sales):
        parts = parts_of(gross)
        make.sell(f"S{number}", country, amount(gross), at, payer=payer, course=course,
                  tax=amount(parts["tax"]), fee=amount(parts["fee"]))  # fmt: skip
    refunded = set()
    for place, parts, how in back:
        number = place % len(sales)
        if how != "refund" or number not in refunded:
            take_back(sales, place, parts, how)
        refunded.add(number)
    if moved:
        move(moved)
    api.book_waived_seat(facts.waived_seat(), at=facts.NOON)


def move(minor):
    uuid = api.propose_adjustment(
        {"GSMA": Money.from_minor(minor, "USD"), "": Money.from_minor(-minor, "USD")},
        reason="Found.", period="2026-11", by=1, at=NOVEMBER,
    )  # fmt: skip
    api.confirm_adjustment(uuid, by=2, at=NOVEMBER)


@settings(max_examples=lives(6), deadline=None, suppress_health_check=list(HealthCheck))
@given(sales=SALES, back=BACK, moved=st.integers(-500, 500))
def test_whatever_happened_every_report_adds_up_to_its_months_and_to_its_events(
    terms_and_lists, sales, back, moved
):
    with suppress(Undone), transaction.atomic():
        happen(sales, back, moved)
        for first, last in (("2026-10", "2026-10"), ("2026-10", "2026-11")):
            make.check_reports(first, last)
        raise Undone
