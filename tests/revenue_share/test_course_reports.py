"""What the team of a course sees of its sales: nobody's own payment, and no other course."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from opaque_keys.edx.keys import CourseKey
from openedx_filters import PipelineStep
from openedx_filters.learning import filters

from factories import revenue_share as facts
from fairgate import clock
from fairgate.money import Money
from revenue_share import api, checks, pipeline
from revenue_share.data import CourseMonth
from revenue_share.rules import course_reports
from revenue_share.settings import common, production, test

OTHER = "course-v1:ATC+ANTENNAS+2026_T4"
JANUARY = datetime(2027, 1, 31, 9, tzinfo=UTC)
LEGACY, TABS = common.STEPS
KEY = CourseKey.from_string(facts.COURSE)
FEW = "fewer than 5"


def month(period, sales, *, refunds=0, waived=0, currency="USD", each=1_000):
    return CourseMonth(
        period=period,
        currency=currency,
        sales=sales,
        sold=Money.from_minor(sales * each, currency),
        net=Money.from_minor(sales * each, currency),
        refunds=refunds,
        given_back=Money.from_minor(refunds * each, currency),
        waived=waived,
    )


def report(*months, least=5):
    return course_reports.report(facts.COURSE, months, least=least)


def spans(found):
    return [(row.first, row.last, row.sales) for row in found.rows]


# The rule


def test_months_are_joined_until_enough_people_have_paid():
    months = [month("2026-10", 7), month("2026-11", 2), month("2026-12", 3), month("2027-01", 9)]
    found = report(*months)
    assert spans(found) == [
        ("2026-10", "2026-10", 7), ("2026-11", "2026-12", 5), ("2027-01", "2027-01", 9)
    ]  # fmt: skip
    assert found.waiting == ()


def test_a_rest_that_is_too_small_waits_for_later_months():
    found = report(month("2026-10", 7), month("2026-11", 2))
    assert spans(found) == [("2026-10", "2026-10", 7)]
    assert found.waiting == ("USD",)


def test_few_refunds_are_hidden_with_what_they_come_to_and_so_are_few_waived_seats():
    (row,) = report(month("2026-10", 9, refunds=1, waived=4)).rows
    assert (row.refunds, row.given_back, row.waived) == (None, None, None)
    (row,) = report(month("2026-10", 9, refunds=0, waived=5)).rows
    assert (row.refunds, row.given_back, row.waived) == (0, Money("0.00", "USD"), 5)


def test_each_currency_is_counted_apart():
    found = report(month("2026-10", 5), month("2026-10", 4, currency="EUR"))
    assert spans(found) == [("2026-10", "2026-10", 5)]
    assert found.waiting == ("EUR",)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), max_size=24))
def test_nothing_small_is_ever_shown_and_no_row_ever_grows(counts):
    # given
    months = [
        month(f"{2026 + place // 12}-{place % 12 + 1:02d}", sales, refunds=refunds, waived=waived)
        for place, (sales, refunds, waived) in enumerate(counts)
    ]

    # when
    found = report(*months)

    # then
    assert all(row.sales >= 5 for row in found.rows)
    shown = [number for row in found.rows for number in (row.refunds, row.waived)]
    assert all(number is None or number == 0 or number >= 5 for number in shown)
    for count in range(len(months)):
        before = report(*months[:count]).rows
        assert found.rows[: len(before)] == before


# What is booked


@pytest.fixture
def october(db):
    """Six sales, a refund, a dispute and five waived seats; one sale of another course."""
    facts.put_terms_in_force()
    for place in range(6):
        api.book_payment(facts.payment(f"S{place}", "120.00", "20.00", "3.78"), at=facts.NOON)
    api.book_refund(facts.refund("R1", "S1", "25.00", "4.17", "0.79"), at=facts.REFUND_DAY)
    api.book_dispute(facts.dispute(of=("S2",)), at=facts.REFUND_DAY)
    for place in range(5):
        api.book_waived_seat(facts.waived_seat(f"W{place}"), at=facts.NOON)
    api.book_payment(facts.payment("X1", "999.00", course=OTHER), at=facts.NOON)


def test_a_report_has_the_sums_of_its_course_and_of_no_other(october, settings):
    settings.REVENUE_SHARE_LEAST_PAYERS = 2
    (row,) = api.course_report(facts.COURSE, at=JANUARY).rows
    assert (row.first, row.sales, row.refunds, row.waived) == ("2026-10", 6, 2, 5)
    assert (row.sold, row.net) == (Money("720.00", "USD"), Money("577.32", "USD"))
    assert row.given_back == Money("145.00", "USD")


def test_a_dispute_that_is_won_is_not_given_back_any_more(october, settings):
    settings.REVENUE_SHARE_LEAST_PAYERS = 2
    won = facts.dispute("won", of=("S2",), at=datetime(2026, 11, 9, tzinfo=UTC))
    api.book_dispute(won, at=facts.REFUND_DAY)
    (row,) = api.course_report(facts.COURSE, at=JANUARY).rows
    assert row.given_back == Money("25.00", "USD")


def test_the_month_that_runs_is_not_told(october):
    assert api.course_report(facts.COURSE, at=facts.NOON).rows == ()


# The page


@pytest.fixture
def on_january():
    clock.use(lambda: JANUARY)
    yield
    clock.use(None)


@pytest.fixture
def team(monkeypatch):
    """Who is of the team of which course."""
    of: set[tuple[int, str]] = set()
    monkeypatch.setattr(
        "revenue_share.compat.is_course_staff", lambda user, course: (user, course) in of
    )
    return of


@pytest.fixture
def teacher(django_user_model, client, team):
    user = django_user_model.objects.create_user("teacher")
    team.add((user.pk, facts.COURSE))
    client.force_login(user)
    return user


def page(client, course=facts.COURSE, name="course_report"):
    return client.get(reverse(f"revenue_share:{name}", args=[course]))


def test_the_team_reads_its_sales_and_no_share_of_anybody(october, on_january, teacher, client):
    text = page(client).content.decode()
    assert re.search(r">USD<.*>720\.00<", text, re.DOTALL)
    assert FEW in text
    assert "145.00" not in text
    assert not [code for code in ("GSMA", "FUND", "KE") if code in text]


def test_json_has_null_for_what_is_too_small(october, on_january, teacher, client):
    answer = json.loads(page(client, name="course_report_json").content)
    assert answer["rows"] == [
        {"first": "2026-10", "last": "2026-10", "currency": "USD", "sales": 6, "sold": "720.00",
         "net": "577.32", "refunds": None, "given_back": None, "waived": 5}
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["course_report", "course_report_json"])
def test_another_course_is_as_if_it_were_not_there(october, on_january, teacher, client, name):
    assert page(client, OTHER, name).status_code == 404
    assert page(client, "course-v1:NOBODY+NOTHING+1", name).status_code == 404


@pytest.mark.parametrize("name", ["course_report", "course_report_json"])
def test_who_is_of_no_team_is_told_nothing(october, client, team, django_user_model, name):
    assert page(client, name=name).status_code == 302
    client.force_login(django_user_model.objects.create_user("learner"))
    assert page(client, name=name).status_code == 404


def test_a_page_is_for_now_and_kept_by_no_browser(october, on_january, teacher, client):
    assert "no-store" in page(client)["Cache-Control"]


# The tabs


def context(course=facts.COURSE):
    return {"course": SimpleNamespace(id=course), "sections": [{"section_key": "course_info"}]}


def test_the_old_dashboard_gets_a_section(october, on_january, teacher, monkeypatch):
    monkeypatch.setattr("revenue_share.compat.current_user", lambda: teacher)
    step = pipeline.AddCourseSection(LEGACY, [])
    sections = step.run_filter(context=context(), template_name="x")["context"]["sections"]
    assert [one["section_key"] for one in sections] == ["course_info", "fairgate_sales"]
    assert re.search(r">USD<.*>720\.00<", sections[1]["fragment"].content, re.DOTALL)


def test_the_new_dashboard_gets_a_tab(teacher, settings):
    # given
    step, tabs = pipeline.AddCourseTab(TABS, []), [{"tab_id": "course_info"}]
    settings.LMS_ROOT_URL = "https://lms.example"

    # when
    done = step.run_filter(tabs=tabs, user=teacher, course_key=facts.COURSE)

    # then
    assert [one["tab_id"] for one in done["tabs"]] == ["course_info", "fairgate_sales"]
    assert tabs == [{"tab_id": "course_info"}]
    assert done["tabs"][1] == {
        "tab_id": "fairgate_sales", "title": "Sales and waived seats", "sort_order": 130,
        "url": f"https://lms.example/fairgate/revenue/courses/{facts.COURSE}/",
    }  # fmt: skip
    settings.REVENUE_SHARE_TAB_URL = "/apps/instructor-dashboard/{course_key}/fairgate_sales"
    (ours,) = step.run_filter(tabs=[], user=teacher, course_key=facts.COURSE)["tabs"]
    assert ours["url"] == tab(pipeline.KEY, 0)["url"]


@pytest.mark.parametrize("who", ["nobody", "of another course"])
def test_no_dashboard_gets_anything_for_others(teacher, monkeypatch, who):
    # given
    user, course = (None, facts.COURSE) if who == "nobody" else (teacher, OTHER)
    monkeypatch.setattr("revenue_share.compat.current_user", lambda: user)

    # when
    legacy = pipeline.AddCourseSection(LEGACY, []).run_filter(
        context=context(course), template_name="x"
    )
    new = pipeline.AddCourseTab(TABS, []).run_filter(tabs=[], user=user, course_key=course)

    # then
    assert len(legacy["context"]["sections"]) == 1
    assert new == {"tabs": [], "user": user, "course_key": course}


# How they get there


def lms(**changes):
    values = {
        "ROOT_URLCONF": "lms.urls", "INSTALLED_APPS": [], "MAKO_TEMPLATE_DIRS_BASE": ["lms"],
        "OPEN_EDX_FILTERS_CONFIG": None,
    }  # fmt: skip
    return SimpleNamespace(**values | changes)


@pytest.mark.parametrize("stage", [production, test])
def test_the_lms_gets_both_steps_once_and_our_template(stage):
    settings = lms()
    common.plugin_settings(settings)

    stage.plugin_settings(settings)
    stage.plugin_settings(settings)

    filters = settings.OPEN_EDX_FILTERS_CONFIG
    assert {name: entry["pipeline"] for name, entry in filters.items()} == {
        name: [step] for name, step in common.STEPS.items()
    }
    assert settings.MAKO_TEMPLATE_DIRS_BASE[0] == "lms"
    assert settings.MAKO_TEMPLATE_DIRS_BASE[1].endswith("revenue_share/templates/mako")
    assert len(settings.MAKO_TEMPLATE_DIRS_BASE) == 2


@pytest.mark.parametrize("known", ["other.Step", ["other.Step"], {"pipeline": ["other.Step"]}])
def test_the_steps_of_others_stay_before_ours(known):
    settings = lms(OPEN_EDX_FILTERS_CONFIG={LEGACY: known})
    common.show(settings)
    assert settings.OPEN_EDX_FILTERS_CONFIG[LEGACY]["pipeline"] == [
        "other.Step", common.STEPS[LEGACY]
    ]  # fmt: skip


def test_studio_and_other_sites_get_nothing():
    settings = lms(ROOT_URLCONF="cms.urls")
    common.show(settings)
    assert settings.OPEN_EDX_FILTERS_CONFIG is None


# Through the filters of openedx-filters themselves, as the platform runs them


@pytest.fixture
def registered(settings):
    """The filters of an LMS as our settings leave them, where another plugin was first."""
    site = lms(OPEN_EDX_FILTERS_CONFIG={TABS: f"{__name__}.AddReports"})
    common.show(site)
    settings.OPEN_EDX_FILTERS_CONFIG = site.OPEN_EDX_FILTERS_CONFIG
    settings.LMS_ROOT_URL = "https://lms.example"
    return settings.OPEN_EDX_FILTERS_CONFIG


class AddReports(PipelineStep):
    """A plugin that makes a new list, as many do."""

    def run_filter(self, tabs, **_):
        return {"tabs": [*tabs, tab("reports", 120)]}


def tab(tab_id, order):
    url = f"/apps/instructor-dashboard/{facts.COURSE}/{tab_id}"
    return {"tab_id": tab_id, "title": tab_id, "url": url, "sort_order": order}


def asked(user):
    """What the platform gets for this user, and what it had given."""
    if not hasattr(filters, "InstructorDashboardTabsRequested"):
        pytest.skip("this openedx-filters has no tabs of the new dashboard; 3.4 does (Verawood)")
    tabs = [tab("course_info", 10)]
    found, *others = filters.InstructorDashboardTabsRequested.run_filter(
        tabs=tabs, user=user, course_key=KEY
    )
    assert others == [user, KEY]
    assert tabs == [tab("course_info", 10)]
    return json.loads(json.dumps(found))


def test_the_filter_of_the_new_dashboard_gives_its_tab_behind_those_of_others(registered, teacher):
    # given
    registered[TABS]["fail_silently"] = False

    # when
    found = asked(teacher)

    # then: the dashboard takes a path for a page of its own, and follows an address with a host
    assert found == [
        tab("course_info", 10), tab("reports", 120),
        {"tab_id": "fairgate_sales", "title": "Sales and waived seats", "sort_order": 130,
         "url": f"https://lms.example/fairgate/revenue/courses/{facts.COURSE}/"},
    ]  # fmt: skip


def test_the_filter_of_the_new_dashboard_gives_others_no_tab(registered, django_user_model, team):
    registered[TABS]["fail_silently"] = False
    learner = django_user_model.objects.create_user("learner")
    assert asked(learner) == [tab("course_info", 10), tab("reports", 120)]


def test_a_fault_of_ours_leaves_the_new_dashboard_its_tabs(registered, teacher, monkeypatch):
    monkeypatch.setattr("revenue_share.compat.is_course_staff", Mock(side_effect=ConnectionError))
    assert asked(teacher) == [tab("course_info", 10), tab("reports", 120)]


def test_the_filter_of_the_old_dashboard_gives_our_section(
    registered, october, on_january, teacher, monkeypatch
):
    # given
    registered[LEGACY]["fail_silently"] = False
    monkeypatch.setattr("revenue_share.compat.current_user", lambda: teacher)

    # when
    found, template = filters.InstructorDashboardRenderStarted.run_filter(
        context=context(KEY), template_name="x"
    )

    # then
    assert [one["section_key"] for one in found["sections"]] == ["course_info", "fairgate_sales"]
    assert re.search(r">USD<.*>720\.00<", found["sections"][1]["fragment"].content, re.DOTALL)
    assert template == "x"


def ids(found):
    return [message.id for message in found]


def test_an_operator_is_told_when_a_step_is_missing(settings):
    settings.ROOT_URLCONF = "lms.urls"
    settings.OPEN_EDX_FILTERS_CONFIG = {LEGACY: common.STEPS[LEGACY], TABS: {"pipeline": []}}
    (found,) = checks.check_course_reports(None)
    assert (found.id, TABS in found.msg) == ("revenue_share.W001", True)


@pytest.mark.parametrize("least", [0, "5", True, None])
def test_an_operator_is_told_when_the_smallest_number_is_none(settings, least):
    settings.REVENUE_SHARE_LEAST_PAYERS = least
    assert ids(checks.check_course_reports(None)) == ["revenue_share.E005"]


def test_the_months_of_a_row_are_written_out(october, on_january, teacher, client):
    # given: five sales in two months
    for place in range(5):
        at = datetime(2026, 11 if place < 2 else 12, 5 + place, tzinfo=UTC)
        api.book_payment(facts.payment(f"N{place}", at=at), at=at)

    # then
    assert "November 2026 to December 2026" in page(client).content.decode()
