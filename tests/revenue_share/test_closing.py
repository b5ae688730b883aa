"""Months are closed once, in order, after their hold; statements chain and never change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from factories import revenue_share as facts
from fairgate.money import Money
from revenue_share import api, statements
from revenue_share.data import Period, StatementState
from revenue_share.exceptions import (
    CloseRefused,
    CurrencyNeeded,
    EarlierPeriodOpen,
    FactsWaiting,
    InvalidPeriod,
    PeriodStillOnHold,
    StatementNotFound,
)
from revenue_share.models import PeriodClose, Statement
from revenue_share.services import catching_up

pytestmark = pytest.mark.django_db

JANUARY = datetime(2027, 1, 4, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def terms():
    facts.put_terms_in_force()


def close(period: str = "2026-10", at: datetime = facts.CLOSE_DAY):
    return api.close_period(period, at=at, by="ines")


def of(party: str, period: str, **more):
    return api.statement(party, period, **more)


@pytest.mark.parametrize(
    "at", [datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)]
)
def test_october_is_not_closed_before_its_hold_ends(at):
    # given
    facts.book_october()

    # when
    with pytest.raises(PeriodStillOnHold, match="before 2026-12-01 00:00:00 UTC, when the hold"):
        close(at=at)

    # then
    assert not PeriodClose.objects.exists()
    assert not Statement.objects.exists()


def test_october_is_closed_from_the_first_of_december():
    facts.book_october()
    assert close(at=datetime(2026, 12, 1, tzinfo=UTC)).period == "2026-10"


def test_a_month_without_sales_is_not_closed_before_it_is_over():
    with pytest.raises(PeriodStillOnHold, match="before 2026-11-01 00:00:00"):
        close(at=datetime(2026, 10, 31, tzinfo=UTC))
    assert close(at=datetime(2026, 11, 1, tzinfo=UTC)).statements == ()


def test_closing_again_answers_with_the_first_close():
    facts.book_october()
    first = close()
    assert api.close_period("2026-10", at=JANUARY, by="somebody else") == first
    assert Statement.objects.count() == 4


def test_months_are_closed_in_order():
    # given
    facts.book_october()
    november = datetime(2026, 11, 20, tzinfo=UTC)
    api.book_payment(facts.payment("N1", at=november), at=november)

    # when
    with pytest.raises(EarlierPeriodOpen, match="2026-10 is still open: close it before 2026-11"):
        close("2026-11", at=JANUARY)

    # then
    assert not PeriodClose.objects.exists()


def test_a_month_before_the_last_close_counts_as_closed():
    close("2026-10")
    with pytest.raises(CloseRefused, match="2026-09 cannot be closed after 2026-10"):
        close("2026-09")


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "0000-01", "October", "２０２６-10", ""])
def test_what_is_not_a_month_is_refused(text):
    with pytest.raises(InvalidPeriod, match="is not a month; write it like 2026-10"):
        close(text)


def test_a_late_refund_is_a_prior_period_line_of_the_next_open_month():
    # given
    facts.book_october()
    frozen = {one.party: api.statement_json(one) for one in close().statements}

    # when: the rest of S3 is refunded on 10 December
    late = datetime(2026, 12, 10, tzinfo=UTC)
    api.book_refund(facts.refund("R2", "S3", "34.99", "0.00", "1.19", late), at=late)

    # then
    november = of("GSMA", "2026-11")
    assert [line.period for line in november.lines] == ["2026-10", "2026-10"]
    assert november.subtotal == Money("-12.60", "USD")
    assert api.statement_json(of("GSMA", "2026-10")) == frozen["GSMA"]
    assert api.check() == ()


def test_t06_a_sale_that_is_booked_after_the_close_goes_to_the_next_open_month():
    # given
    close()

    # when
    api.book_payment(facts.payment(), at=facts.CLOSE_DAY)

    # then
    assert of("GSMA", "2026-11").subtotal == Money("43.20", "USD")
    with pytest.raises(StatementNotFound, match="GSMA has nothing in 2026-10"):
        of("GSMA", "2026-10")


def test_less_than_the_minimum_payout_is_carried_and_paid_with_the_next():
    # given: ATC gets 24.00 of the sale of October, below its 25.00
    api.book_payment(facts.payment("A"), at=facts.NOON)
    november = datetime(2026, 11, 20, tzinfo=UTC)
    api.book_payment(facts.payment("B", at=november), at=november)

    # when
    close()
    close("2026-11", at=JANUARY)

    # then
    first, second = of("ATC", "2026-10"), of("ATC", "2026-11")
    assert (first.state, first.payable) == (StatementState.CARRIED, Money("0.00", "USD"))
    assert first.closing == second.opening == Money("24.00", "USD")
    assert (second.state, second.payable) == (StatementState.CLOSED, Money("48.00", "USD"))
    assert api.check() == ()


def test_a_debt_is_carried_forward():
    # given: 43.20 was paid for October; the sale is refunded afterwards
    api.book_payment(facts.payment("A"), at=facts.NOON)
    close()
    api.book_refund(facts.refund("R", "A", at=JANUARY), at=JANUARY)

    # when
    close("2026-11", at=JANUARY)

    # then
    november = of("GSMA", "2026-11")
    assert (november.payable, november.closing) == (Money("0.00", "USD"), Money("-43.20", "USD"))
    assert november.state is StatementState.CARRIED
    assert api.check() == ()


def test_each_currency_has_statements_of_its_own():
    # given
    api.book_payment(facts.payment("A"), at=facts.NOON)
    api.book_payment(facts.payment("B", "99.00", "0.00", "1.74", currency="EUR"), at=facts.NOON)

    # when
    closed = close()

    # then
    assert len(closed.statements) == 8
    assert of("GSMA", "2026-10", currency="EUR").subtotal == Money("35.02", "EUR")
    with pytest.raises(CurrencyNeeded, match="statements in EUR, USD: name the currency"):
        of("GSMA", "2026-10")


def test_t22_a_statement_is_the_same_bytes_every_time():
    # given
    facts.book_october()
    draft = of("GSMA", "2026-10")

    # when
    frozen = next(one for one in close().statements if one.party == "GSMA")

    # then
    row = Statement.objects.get(party="GSMA")
    assert api.statement_json(frozen) == row.document == api.statement_json(of("GSMA", "2026-10"))
    assert statements.digest(row.document) == row.sha256 == frozen.sha256
    assert frozen.lines == draft.lines
    assert api.statement_csv(frozen) == api.statement_csv(of("GSMA", "2026-10"))


def test_a_close_that_would_leave_out_a_known_fact_is_refused(monkeypatch):
    # given: a refund whose payment nobody knows
    lonely = facts.refund("R", "nobody's sale")
    pages = {
        "list_payments": [],
        "list_refunds": [(1, lonely)],
        "list_waived_seats": [],
        "list_returned_seats": [],
    }
    for name, rows in pages.items():
        monkeypatch.setattr(
            catching_up.fees,
            name,
            lambda *, after, limit, rows=rows: tuple(row for row in rows if row[0] > after),
        )

    # when
    with pytest.raises(FactsWaiting, match="1 fact cannot be booked"):
        close()

    # then
    assert not PeriodClose.objects.exists()


@pytest.mark.parametrize(
    ("text", "last_day", "after"),
    [("2026-10", "2026-10-31", "2026-11"), ("2028-02", "2028-02-29", "2028-03"),
     ("2026-12", "2026-12-31", "2027-01")],
)  # fmt: skip
def test_f37_a_month_ends_on_its_last_day_in_utc(text, last_day, after):
    period = Period.parse(text)
    assert period.last_day.isoformat() == last_day
    assert str(period.next()) == after
