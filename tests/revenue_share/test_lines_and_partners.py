"""Several lines, partners and rules at once: each defect that others have shipped is a test."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from factories import revenue_share as facts
from fairgate.money import Money
from revenue_share import api
from revenue_share.data import Part
from revenue_share.models import RevenueEvent

pytestmark = pytest.mark.django_db

factory = facts.partnership_factory
FIRST, SECOND, THIRD = (f"course-v1:ATC+LINE{number}+1" for number in (1, 2, 3))
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def rule(agreement, course, shares, fund=0, **span):
    """An agreement that shares the receipts of one course."""
    revenue = factory.REVENUE.replace("fund_percent: 20", f"fund_percent: {fund}").replace(
        "{GSMA: 45, ATC: 25, PLATFORM: 30}", shares
    )
    return factory.version_text(agreement=agreement, courses=[course], revenue=revenue, **span)


def sold(name, course, gross="100.00", at=facts.NOON):
    return api.book_payment(facts.payment(name, gross, course=course, at=at), at=at)


def month_of(party, at=facts.CLOSE_DAY, period="2026-10"):
    return api.statement(party, period).subtotal


def test_t01_an_order_with_three_lines_of_three_partners_pays_all_three():
    # given
    factory.put_in_force(
        factory.terms_text(
            rule("ONE", FIRST, "{GSMA: 70, PLATFORM: 30}"),
            rule("TWO", SECOND, "{ATC: 60, PLATFORM: 40}"),
            rule("THREE", THIRD, "{PLATFORM: 1}", fund=50),
        )
    )

    # when: one order of 100.00 and 50.00 and 30.00
    lines = [sold("L1", FIRST), sold("L2", SECOND, "50.00"), sold("L3", THIRD, "30.00")]

    # then: everybody is paid, and the sum is the net
    assert lines[0].parts[Part.SHARE]["GSMA"] == 7_000
    assert lines[1].parts[Part.SHARE]["ATC"] == 3_000
    assert lines[2].parts[Part.SHARE]["FUND"] == 1_500
    whole = sum(one.payable.minor + one.closing.minor for one in api.list_statements())
    assert whole == 18_000
    assert api.check() == ()


def test_t02_a_partner_with_two_products_and_two_rules_is_paid_once_for_each_line():
    # given
    factory.put_in_force(
        factory.terms_text(
            rule("ONE", FIRST, "{GSMA: 70, PLATFORM: 30}"),
            rule("TWO", SECOND, "{GSMA: 40, PLATFORM: 60}"),
        )
    )

    # when
    sold("L1", FIRST)
    sold("L2", SECOND)

    # then
    statement = api.statement("GSMA", "2026-10")
    lines = {line.agreement: line.amount.minor for line in statement.lines}
    assert (len(statement.lines), lines) == (2, {"ONE": 7_000, "TWO": 4_000})
    assert api.check() == ()


def test_t03_a_sale_of_2025_uses_the_70_percent_of_2025_and_one_of_2026_the_40():
    # given: 110 % over all dates, and never on one day
    factory.put_in_force(
        factory.terms_text(
            rule("ONE", FIRST, "{GSMA: 70, PLATFORM: 30}", version=1, valid_from="2025-01-01",
                 valid_until="2025-12-31"),
            rule("ONE", FIRST, "{GSMA: 40, PLATFORM: 60}", version=2, valid_from="2026-01-01"),
        ),
        at=datetime(2024, 12, 1, tzinfo=UTC),
    )  # fmt: skip

    # when: both are told in 2026
    last = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
    old, new = sold("A", FIRST, at=last), sold("B", FIRST, at=NEW_YEAR)

    # then
    assert (old.parts[Part.SHARE]["GSMA"], new.parts[Part.SHARE]["GSMA"]) == (7_000, 4_000)


def test_t04_terms_that_start_tomorrow_with_no_end_do_not_touch_the_sale_of_today():
    # given
    text = rule("ONE", FIRST, "{GSMA: 70, PLATFORM: 30}", valid_from="2026-10-16")
    factory.put_in_force(factory.terms_text(text.replace("    valid_until: 2027-09-30\n", "")))

    # when
    today, tomorrow = sold("A", FIRST), sold("B", FIRST, at=datetime(2026, 10, 16, tzinfo=UTC))

    # then
    assert today.is_unallocated
    assert tomorrow.parts[Part.SHARE]["GSMA"] == 7_000


def test_t05_a_credit_note_reduces_the_statement_of_the_partner():
    # given: fee_payments makes a credit note of each refund, and tells it as a refund
    facts.put_terms_in_force()
    sold("A", facts.COURSE, "120.00")
    before = month_of("GSMA")

    # when
    api.book_refund(facts.refund("R1", "A", "30.00"), at=facts.REFUND_DAY)

    # then
    assert (before, month_of("GSMA")) == (Money("43.20", "USD"), Money("32.40", "USD"))
    assert api.check() == ()


def test_t06_a_sale_of_31_october_told_on_2_november_lands_in_october_while_it_is_open():
    facts.put_terms_in_force()
    last = datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)
    told = datetime(2026, 11, 2, 8, tzinfo=UTC)
    api.book_payment(facts.payment("A", at=last), at=told)
    assert RevenueEvent.objects.get().period == "2026-10"
    assert month_of("GSMA", at=told) == Money("43.20", "USD")
