"""What finance, partners and authors meet: the books, the badge, Studio, the administration."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

COURSE = "/courses/spectrum-management/"
STATEMENT = "/fairgate/revenue/statements/{party}/2026-10/"

# The October statement of the worked example (the money design, 5.3).
OCTOBER = {"FUND": "50.96", "GSMA": "91.73", "ATC": "50.96", "PLATFORM": "61.15"}


def test_october_closes_to_the_cent_and_the_fund_receives_its_part(visitor):
    # given
    visitor.be("Inès")
    visitor.move_to("2026-12-02")
    visitor.go("/fairgate/revenue/books/")

    # when
    visitor.press("Close")

    # then
    for party, amount in OCTOBER.items():
        visitor.go(STATEMENT.format(party=party))
        this_month = visitor.page.locator(".fg-price").first.inner_text()
        assert (party, this_month) == (party, f"USD {amount}")
        assert "SHA-256" in visitor.text
    visitor.go("/")
    assert "USD 110.96" in visitor.text  # the deposit of 60.00 and October's 50.96


def test_october_cannot_be_closed_while_its_sales_are_on_hold(visitor):
    # given
    visitor.be("Inès", then="/fairgate/revenue/books/")

    # then
    visitor.go(STATEMENT.format(party="GSMA"))
    assert "draft" in visitor.text
    visitor.go("/")
    assert "USD 60.00" in visitor.text


def test_a_partner_sees_its_own_statement_and_nobody_elses(visitor):
    # given
    visitor.be("Grace")

    # when
    visitor.go(STATEMENT.format(party="GSMA"))

    # then
    assert "USD 91.73" in visitor.text
    other = visitor.page.request.get(visitor.site + STATEMENT.format(party="ATC"))
    assert other.status == 404


def test_the_badge_is_gone_the_day_after_the_agreement_ends(visitor):
    # given
    visitor.be("Lena")
    visitor.move_to("2027-09-30")
    visitor.go(COURSE)
    assert "GSMA" in visitor.text

    # when
    visitor.move_to("2027-10-01")
    visitor.go(COURSE)

    # then
    assert "GSMA" not in visitor.text
    visitor.go(f"{COURSE}units/welcome/")
    assert "GSMA" not in visitor.text


def test_an_author_moves_the_gate_and_learners_meet_it_after_publishing(visitor):
    # given
    visitor.be("Tomás", then="/studio/spectrum-management/")
    visitor.click(visitor.page.get_by_role("link", name="Edit").first)

    # when
    visitor.page.get_by_label("What it closes").select_option("unit")
    visitor.press("Save")
    visitor.page.wait_for_url("**/studio/spectrum-management/")
    visitor.be("Lena", then=f"{COURSE}units/regulations/")
    before = visitor.text
    visitor.be("Tomás", then="/studio/spectrum-management/")
    visitor.press("Publish")
    visitor.be("Lena", then=f"{COURSE}units/regulations/")

    # then
    assert "The Radio Regulations are a treaty." not in before
    assert "The Radio Regulations are a treaty." in visitor.text


def test_an_author_chooses_how_the_badge_looks(visitor):
    # given
    visitor.be("Tomás", then="/studio/spectrum-management/")
    visitor.click(visitor.page.get_by_role("link", name="Edit").last)

    # when
    visitor.page.get_by_label("Heading").fill("Taught together with")
    visitor.press("Save")
    visitor.page.wait_for_url("**/studio/spectrum-management/")
    visitor.press("Publish")

    # then
    visitor.go(COURSE)
    assert "Taught together with" in visitor.text


FEES = "/fairgate/fees/author/course-v1:ATC+SPECTRUM101+2026_T4/"
REQUESTS = "/admin/fee_payments/authorrequest/"


def test_an_author_asks_for_more_than_their_limits_and_an_operator_approves(visitor):
    # given
    visitor.be("Tomás")
    visitor.go(f"{FEES}fees/spectrum-exam/")
    form = visitor.page.locator("form", has=visitor.page.get_by_label("Amount"))
    form.get_by_label("Amount").fill("400.00")
    form.get_by_label("Currency").select_option("USD")

    # when
    visitor.press("Set this price")
    refused = visitor.text
    visitor.complaints.clear()  # the browser writes the 409 into its console
    form.get_by_label("Why you need more than your limits").fill("An examiner comes from abroad.")
    visitor.press("Set this price")
    asked = visitor.text
    visitor.be("Omar")
    visitor.go(f"{REQUESTS}?is_open=yes&q=spectrum-exam")
    visitor.page.locator("#result_list tbody input[type=checkbox]").first.check()
    visitor.page.locator("select[name=action]").select_option("approve")
    visitor.page.locator("input[name=note]").fill("Agreed for this year.")
    visitor.press("Go")
    approved = visitor.page.content()
    visitor.be("Tomás")
    visitor.go(FEES)

    # then
    assert "USD 400.00 is not between USD 5.00 and USD 150.00." in refused
    assert "Nothing has changed yet" in asked
    assert "The change is made." in approved
    assert "Agreed for this year." in visitor.text
    assert "USD 400.00" in visitor.page.get_by_role("table").first.inner_text()


def test_only_authors_enter_studio(visitor):
    # given
    visitor.be("Lena")

    # when
    answer = visitor.page.request.get(f"{visitor.site}/studio/spectrum-management/")

    # then
    assert answer.status == 403
    assert "Only the authors of this course" in answer.text()


def test_the_operator_finds_orders_in_the_administration(visitor):
    # given
    visitor.be("Omar")

    # when
    visitor.go("/admin/")

    # then
    assert "Order" in visitor.page.locator("#content").inner_text()
