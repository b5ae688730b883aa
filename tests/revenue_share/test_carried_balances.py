"""What is carried stands on a statement of every month, and is paid when it may be (ADR 0082)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from factories import partnerships as partnership_factory
from factories import revenue_share as facts
from fairgate.money import Money
from partnerships import api as partnerships
from reading_pdfs import bare, pages
from revenue_share import api, statements
from revenue_share.data import StatementState
from revenue_share.exceptions import StatementNotFound

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
JANUARY = datetime(2027, 1, 4, 9, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 2, 9, tzinfo=UTC)
ANNE, BEN = 7, 8
REASON = "The studio of October was booked to the wrong partner."


@pytest.fixture(autouse=True)
def terms():
    facts.put_terms_in_force()


def usd(text):
    return Money(text, "USD")


def close(period, at):
    return {one.party: one for one in api.close_period(period, at=at, by="ines").statements}


def sell(name="A", at=facts.NOON, gross="120.00", **more):
    api.book_payment(facts.payment(name, gross, at=at, **more), at=at)


def adjust(period, at, **amounts):
    wanted = {party: usd(amount) for party, amount in amounts.items()}
    uuid = api.propose_adjustment(wanted, reason=REASON, period=period, by=ANNE, at=at)
    api.confirm_adjustment(uuid, by=BEN, at=at)


def agreed_version():
    [version] = partnerships.list_versions(at=facts.NOON)
    return version.uuid


def end_agreement(last_day, *, at):
    request = partnerships.ask_end(
        agreed_version(), last_day=last_day, reason="The project is over.", by=ANNE, at=at
    )
    partnerships.confirm_end(request, by=BEN, at=at)


def kept(one):
    return (one.opening, one.lines, one.payable, one.closing, one.minimum_payout)


def told(one):
    return (one.party, one.period, *kept(one))


# ATC gets 24.00 of a sale of 120.00, which is below the 25.00 of its agreement.


def test_a_carried_balance_has_a_statement_in_a_month_without_any_line():
    # given
    sell()
    close("2026-10", facts.CLOSE_DAY)

    # when
    november = close("2026-11", JANUARY)

    # then: those who were paid have none
    assert set(november) == {"ATC", "FUND"}
    assert kept(november["ATC"]) == (usd("24.00"), (), usd("0.00"), usd("24.00"), usd("25.00"))
    assert november["ATC"].state is StatementState.CARRIED
    assert api.check() == ()


def test_a_statement_without_a_line_says_so_on_its_page_and_on_paper(client, admin_user):
    # given
    sell()
    close("2026-10", facts.CLOSE_DAY)
    close("2026-11", JANUARY)

    # when
    client.force_login(admin_user)
    page = client.get(reverse("revenue_share:statement", args=["ATC", "2026-11"]))

    # then
    said = "Nothing was booked in this month: the balance goes on."
    assert said in page.content.decode()
    assert 'id="statement-lines"' in page.content.decode()
    paper = api.statement_paper(api.statement("ATC", "2026-11"), language="en")
    assert bare(said) in bare("".join(pages(paper)))


def test_a_debt_has_a_statement_until_it_is_paid_off():
    # given
    sell()
    close("2026-10", facts.CLOSE_DAY)
    late = datetime(2026, 12, 10, tzinfo=UTC)
    api.book_refund(facts.refund("R1", "A", "120.00", at=late), at=late)

    # when
    november, december = close("2026-11", late.replace(day=20)), close("2026-12", JANUARY)

    # then
    assert november["GSMA"].closing == december["GSMA"].closing == usd("-43.20")
    assert december["GSMA"].lines == ()
    assert api.check() == ()


def test_an_adjustment_alone_does_not_pay_what_is_below_the_minimum():
    # given
    sell()
    close("2026-10", facts.CLOSE_DAY)

    # when
    adjust("2026-11", facts.CLOSE_DAY, GSMA="-0.50", ATC="0.50")
    november = close("2026-11", JANUARY)["ATC"]

    # then
    assert (november.minimum_payout, november.payable) == (usd("25.00"), usd("0.00"))
    assert november.closing == usd("24.50")
    assert api.check() == ()


def test_an_adjustment_that_reaches_the_minimum_pays_all():
    sell()
    close("2026-10", facts.CLOSE_DAY)
    adjust("2026-11", facts.CLOSE_DAY, GSMA="-1.00", ATC="1.00")
    assert close("2026-11", JANUARY)["ATC"].payable == usd("25.00")


def test_the_minimum_is_kept_over_several_months():
    # given
    sell()
    close("2026-10", facts.CLOSE_DAY)
    close("2026-11", JANUARY)

    # when
    adjust("2026-12", JANUARY, GSMA="-0.50", ATC="0.50")

    # then
    assert close("2026-12", FEBRUARY)["ATC"].payable == usd("0.00")


def test_what_is_left_is_paid_when_the_agreement_has_ended():
    # given
    sell()
    close("2026-10", facts.CLOSE_DAY)
    end_agreement(date(2026, 11, 30), at=NOVEMBER)

    # when
    november = close("2026-11", JANUARY)["ATC"]

    # then
    assert (november.minimum_payout, november.payable) == (None, usd("24.00"))
    assert november.state is StatementState.CLOSED
    assert api.check() == ()
    assert close("2026-12", FEBRUARY) == {}


def test_an_end_that_was_confirmed_after_the_month_counts_for_the_next():
    # given
    sell()
    close("2026-10", facts.CLOSE_DAY)
    end_agreement(date(2026, 12, 2), at=datetime(2026, 12, 1, tzinfo=UTC))

    # when
    november, december = close("2026-11", JANUARY), close("2026-12", FEBRUARY)

    # then
    assert (november["ATC"].payable, december["ATC"].payable) == (usd("0.00"), usd("24.00"))
    assert api.check() == ()


def test_what_the_fund_carries_keeps_its_minimum_as_that_of_a_party_does():
    # given: a fifth of 60.00, which is below the 25.00
    sell(gross="60.00")
    assert close("2026-10", facts.CLOSE_DAY)["FUND"].closing == usd("12.00")

    # when
    end_agreement(date(2026, 12, 31), at=datetime(2026, 12, 30, tzinfo=UTC))
    november, december = close("2026-11", JANUARY), close("2026-12", FEBRUARY)

    # then
    assert (november["FUND"].payable, december["FUND"].payable) == (usd("0.00"), usd("12.00"))


def test_a_suspended_agreement_keeps_its_minimum():
    sell()
    close("2026-10", facts.CLOSE_DAY)
    partnerships.suspend(
        partnership_factory.AGREEMENT, by="operator", reason="Late report", at=NOVEMBER
    )
    assert close("2026-11", JANUARY)["ATC"].payable == usd("0.00")


def test_a_last_refund_of_ended_terms_waits_for_one_more_month():
    """The lines of a month state a minimum: it holds, and what is left is paid with the next."""
    # given
    sell()
    end_agreement(date(2026, 11, 30), at=NOVEMBER)
    close("2026-10", facts.CLOSE_DAY)
    api.book_refund(facts.refund("R1", "A", "12.00", at=facts.CLOSE_DAY), at=facts.CLOSE_DAY)

    # when
    november, december = close("2026-11", JANUARY)["ATC"], close("2026-12", FEBRUARY)["ATC"]

    # then
    assert (november.minimum_payout, november.closing) == (usd("25.00"), usd("21.60"))
    assert (december.minimum_payout, december.payable) == (None, usd("21.60"))


def test_a_draft_shows_what_is_carried_as_soon_as_others_have_something():
    # given: somebody adjusts others
    sell()
    close("2026-10", facts.CLOSE_DAY)
    with pytest.raises(StatementNotFound, match="ATC has nothing in 2026-11"):
        api.statement("ATC", "2026-11")
    adjust("2026-11", facts.CLOSE_DAY, GSMA="-1.00", PLATFORM="1.00")

    # when
    draft = api.statement("ATC", "2026-11")

    # then
    assert kept(draft) == (usd("24.00"), (), usd("0.00"), usd("24.00"), usd("25.00"))
    assert [one.period for one in api.list_statements("ATC")] == ["2026-11", "2026-10"]
    assert told(close("2026-11", JANUARY)["ATC"]) == told(draft)


def test_drafts_of_two_open_months_are_what_their_closes_make():
    """A rest that is paid in a month of the others is not in the month after."""
    # given
    sell()
    close("2026-10", facts.CLOSE_DAY)
    end_agreement(date(2026, 11, 30), at=NOVEMBER)
    adjust("2026-11", facts.CLOSE_DAY, GSMA="-1.00", PLATFORM="1.00")
    late = datetime(2026, 12, 20, tzinfo=UTC)
    adjust("2026-12", late, GSMA="-5.00", ATC="5.00")

    # when
    drafts = [api.statement("ATC", month) for month in ("2026-11", "2026-12")]

    # then
    closed = [close("2026-11", JANUARY)["ATC"], close("2026-12", FEBRUARY)["ATC"]]
    assert [told(one) for one in closed] == [told(one) for one in drafts]
    assert [one.payable for one in closed] == [usd("24.00"), usd("5.00")]


def test_a_party_in_two_currencies_carries_each():
    # given
    sell()
    sell("E", currency="EUR", gross="1.00")
    close("2026-10", facts.CLOSE_DAY)

    # when
    sell("F", NOVEMBER)
    drafts = {one.currency: one for one in api.list_statements("ATC") if one.period == "2026-11"}

    # then: euros have no minimum, and were paid
    assert set(drafts) == {"USD"}
    assert drafts["USD"].payable == usd("48.00")


def test_no_lines_keep_the_minimum_before_and_lines_state_theirs():
    low, high = usd("5.00"), usd("25.00")
    assert statements.smallest_payout([], before=high) == high
    assert statements.smallest_payout([None], before=high) is None
    assert statements.smallest_payout([low, None], before=high) == low
    assert statements.smallest_payout([low, high], before=None) == high
    assert statements.smallest_payout([], before=None) is None
