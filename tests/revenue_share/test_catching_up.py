"""What fee_payments tells is booked; what it told a dead worker is found in its rows."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command

from factories import fee_payments as fees
from factories import revenue_share as facts
from fairgate import clock
from fairgate.money import Money
from fee_payments import api as payments
from fee_payments.models import Payment
from revenue_share import api
from revenue_share.data import CaughtUp, Part
from revenue_share.models import PeriodClose, RevenueEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_refund_day():
    clock.use(lambda: facts.REFUND_DAY)
    yield
    clock.use(None)


@pytest.fixture(autouse=True)
def sandbox(settings):
    settings.FEE_PAYMENTS_PROVIDERS = {"sandbox": "fee_payments.providers.sandbox.Sandbox"}
    settings.FEE_PAYMENTS_SANDBOX_SECRETS = ("a secret of the tests, long enough for the check",)
    facts.put_terms_in_force()


def buy_and_refund() -> None:
    fees.offering()
    order = fees.paid_order(fees.learner())
    payments.refund(
        order.uuid, Money("60.00", "USD"), key="half", reason="illness", by=1, at=facts.REFUND_DAY
    )


def booked() -> dict[str, int]:
    return {event.kind: event.net_minor for event in RevenueEvent.objects.all()}


def test_a_payment_and_its_refund_are_booked_after_their_commit(
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks(execute=True):
        buy_and_refund()
    assert booked() == {"sale": 11_622, "refund": -5_811}
    assert api.check() == ()


def test_f16_what_nobody_told_the_books_is_booked_once_from_the_rows():
    # given: the worker died before it told anybody
    buy_and_refund()
    assert booked() == {}

    # when
    done = [api.catch_up(at=facts.REFUND_DAY), api.catch_up(at=facts.REFUND_DAY)]

    # then
    assert done == [
        CaughtUp(payments=1, refunds=1, seats=0),
        CaughtUp(payments=0, refunds=0, seats=0),
    ]
    assert booked() == {"sale": 11_622, "refund": -5_811}
    assert api.check() == ()


def test_telling_and_catching_up_give_the_same_books(django_capture_on_commit_callbacks):
    # given
    with django_capture_on_commit_callbacks(execute=True):
        buy_and_refund()
    told = api.balances()

    # then
    assert api.catch_up(at=facts.REFUND_DAY) == CaughtUp(payments=0, refunds=0, seats=0)
    assert api.balances() == told


def test_f05_a_refund_told_before_its_payment_is_booked_by_the_next_catch_up():
    # given
    from revenue_share import handlers

    buy_and_refund()
    _, refund = payments.list_refunds()[0]
    handlers.book_refund(refund=refund)
    assert booked() == {}

    # when
    api.catch_up(at=facts.REFUND_DAY)

    # then
    assert booked() == {"sale": 11_622, "refund": -5_811}


def disputed(*buttons: str) -> None:
    """An order is paid, and its payer's bank does these things, a day after the other."""
    fees.offering()
    order = fees.paid_order(fees.learner())
    paid = Payment.objects.get(order__uuid=order.uuid)
    for days, button in enumerate(buttons):
        at = facts.REFUND_DAY + timedelta(days=days)
        fees.send(fees.happening(paid, button, at=at), at=at)


@pytest.mark.parametrize("is_told", [True, False], ids=["told", "caught up"])
def test_a_dispute_is_booked_whether_it_was_told_or_found(
    django_capture_on_commit_callbacks, is_told
):
    # given
    with django_capture_on_commit_callbacks(execute=is_told):
        disputed("dispute", "lose")

    # when
    done = [api.catch_up(at=facts.REFUND_DAY), api.catch_up(at=facts.REFUND_DAY)]

    # then
    assert [one.disputes for one in done] == [0 if is_told else 1, 0]
    assert booked() == {"sale": 11_622, "dispute_opened": -11_622, "dispute_lost": 0}
    fees_kept = RevenueEvent.objects.get(kind="dispute_opened").dispute_fee_minor
    assert fees_kept == 1_500
    assert api.check() == ()


def test_a_dispute_told_before_its_payment_is_booked_by_the_next_catch_up():
    # given
    from revenue_share import handlers

    disputed("dispute")
    [(_, dispute)] = payments.list_disputes()
    handlers.book_dispute(dispute=dispute)
    assert booked() == {}

    # when
    api.catch_up(at=facts.REFUND_DAY)

    # then
    assert booked() == {"sale": 11_622, "dispute_opened": -11_622}


def test_a_waived_seat_is_told_too():
    from revenue_share import handlers

    handlers.book_waived_seat(seat=facts.waived_seat())
    event = RevenueEvent.objects.get()
    assert (event.kind, event.gross_minor, event.net_minor) == ("waived_seat", 12_000, 1_500)
    assert api.book_waived_seat(facts.waived_seat(), at=facts.NOON).parts == {
        Part.SEAT: {"FUND": -1_500}
    }


def test_the_command_says_what_it_did():
    buy_and_refund()
    out = io.StringIO()
    call_command("revenue_share_catch_up", stdout=out)
    assert out.getvalue() == (
        "Booked 1 payment, 1 refund, 0 disputes, 0 waived seats; cleared 0 sales.\n"
    )


def test_the_command_closes_a_month_and_prints_its_statements():
    # given
    facts.book_october()
    clock.use(lambda: facts.CLOSE_DAY)
    out = io.StringIO()

    # when
    call_command("revenue_share_close", "2026-10", stdout=out)

    # then
    assert out.getvalue().splitlines()[2::2] == [
        "RS-000003  2026-10  GSMA  closed  month USD 91.73  payable USD 91.73  carried USD 0.00",
        "2026-10 is closed: 4 statements.",
    ]


def test_the_command_keeps_a_name_that_fits_its_column_and_refuses_a_longer_one():
    from django.core.management import CommandError

    facts.book_october()
    clock.use(lambda: facts.CLOSE_DAY)
    with pytest.raises(CommandError, match="--by: is longer than 150 characters"):
        call_command("revenue_share_close", "2026-10", "--by", "é" * 151)
    assert not PeriodClose.objects.exists()

    call_command("revenue_share_close", "2026-10", "--by", "é" * 150, stdout=io.StringIO())
    assert PeriodClose.objects.get().closed_by == "é" * 150


def test_the_command_says_why_it_cannot_close():
    from django.core.management import CommandError

    facts.book_october()
    with pytest.raises(CommandError, match="cannot be closed before 2026-12-01 00:00:00"):
        call_command("revenue_share_close", "2026-10")


def test_the_command_tells_a_wrong_month_from_one_that_is_refused():
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="“2026-13” is not a month") as refused:
        call_command("revenue_share_close", "2026-13")
    assert refused.value.returncode == 2


def test_one_payment_that_cannot_be_booked_does_not_hold_up_the_others(monkeypatch):
    # given: three payments, of which the books know one otherwise
    fees.offering()
    for number in range(3):
        fees.paid_order(fees.learner(1001 + number))
    told = [payment for _, payment in payments.list_payments()]
    wrong = replace(told[1], gross=told[1].gross + told[1].gross)
    monkeypatch.setattr(
        "revenue_share.services.catching_up.events.known_facts", lambda uuids: set()
    )
    api.book_payment(wrong, at=facts.REFUND_DAY)

    # when
    done = api.catch_up(at=facts.REFUND_DAY)

    # then
    assert done.payments == 2
    assert [str(told[1].uuid) in str(error) for error in done.waiting] == [True]
    assert RevenueEvent.objects.filter(kind="sale").count() == 3
